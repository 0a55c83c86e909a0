//! Telegram bots: their webhooks, and everything that is asked of the Bot API.
//!
//! Reading is pure; [`TelegramOutlet`] sends, [`TelegramFiles`] fetches what contacts attach, and [`TelegramHook`] enters
//! our address and looks after it. Bots talk to persons here: groups and channels are passed over. Absent on purpose:
//! business connections, inline queries, payments, and captions (a text and a picture go out as two messages).
//!
//! The token stands in every address of the Bot API: no address and no error that may quote one is ever shown.

mod answer;
mod call;
mod files;
mod hook;
mod inlet;
mod portrait;
mod read;
mod send;
mod shapes;

pub use call::{BadSettings, Settings};
pub use files::TelegramFiles;
pub use hook::TelegramHook;
pub use inlet::{Bot, TelegramInlet};
pub use portrait::TelegramPortraits;
pub use send::TelegramOutlet;

use ring::hmac;

/// What `callback_data` holds, in bytes.
const DATA_BYTES_MAX: usize = 64;

/// The word that Telegram repeats to us with each update, 64 hexadecimal digits. It follows from the token, so that all
/// nodes agree on it, and says nothing about the token.
fn secret(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    hex::encode(hmac::sign(&key, b"switchboard webhook"))
}
