//! Short messages through Twilio: its webhooks and status callbacks, and sending through its REST interface.
//!
//! Reading and signatures are pure; [`TwilioOutlet`] sends. What a contact is shown instead of buttons is `numbered`.
//! Absent on purpose: other channels behind the same interface (WhatsApp, RCS), whose messages are kept raw, and asking
//! Twilio's list of messages about one whose answer was lost: its status callback tells.

mod answer;
mod errors;
mod inlet;
mod read;
mod send;
mod signature;

pub use inlet::{Line, TwilioInlet};
pub use send::{BadSettings, Settings, TwilioOutlet};

/// Behind a line's address, where status callbacks go.
const STATUS: &str = "status";
/// In the query of a status callback's address: which message of ours it is about.
const MARK: &str = "delivery";
