//! The WhatsApp Cloud API: what Meta's webhooks say of a phone number, and how messages go out by it.
//!
//! Reading is pure; [`WhatsAppOutlet`] sends, [`WhatsAppFiles`] fetches what contacts attach. A contact is known by the id
//! that Meta gives them for this business, because numbers may be hidden and may change; by their number where there is no
//! such id. Absent on purpose: groups, calls, orders and flows beyond their words, and uploads (what we send goes by its
//! link).

mod answer;
mod errors;
mod files;
mod inlet;
mod read;
mod said;
mod send;
mod settings;
mod shapes;
mod status;

pub use files::WhatsAppFiles;
pub use inlet::{Line, WhatsAppInlet};
pub use send::WhatsAppOutlet;
pub use settings::{BadSettings, Settings};

use crate::adapters::channels::mark::Mark;
use crate::domain::ids::{AccountId, ConversationId};

/// What a button brings back, in bytes; a row of a list brings back a little less.
const BUTTON_ID_BYTES_MAX: usize = 256;
const ROW_ID_BYTES_MAX: usize = 200;

/// What comes back with each status of a message: which one of ours it is, and whose. A status may name the contact in
/// another way than their messages do, or not at all.
fn callback(mark: Mark, contact: &str) -> String {
    format!("{mark} {contact}")
}

/// Reads what `callback` wrote. None for anything that is not ours.
fn called_back<'a>(data: &'a str, account: &AccountId) -> Option<(Mark, &'a str)> {
    let (mark, contact) = data.split_once(' ')?;
    let mark = Mark::parse(mark)?;
    (ConversationId::of(account, contact) == mark.id.conversation).then_some((mark, contact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::DeliveryId;

    #[test]
    fn only_what_we_wrote_ourselves_is_believed() {
        let (here, there) = (AccountId::new("wa"), AccountId::new("other"));
        let id = DeliveryId { conversation: ConversationId::of(&here, "US.1"), seq: 12 };
        let mark = Mark { id, early_part: Some(2) };
        let data = callback(mark, "US.1");
        assert_eq!(called_back(&data, &here), Some((mark, "US.1")));
        assert_eq!(called_back(&data, &there), None);
        for foreign in ["", "out_01J9ZQ4T1V", &mark.to_string(), &callback(mark, "US.2"), "a b"] {
            assert_eq!(called_back(foreign, &here), None, "{foreign}");
        }
    }
}
