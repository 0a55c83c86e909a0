//! What Twilio's error codes mean, in words for agents. Codes decide; Twilio's texts change.
//!
//! After https://www.twilio.com/docs/api/errors.

/// What to do about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The contact is on Twilio's list of those who want no messages.
    OptedOut,
    /// It was not processed; later it may be.
    Busy,
    /// The account's credentials, or the account.
    Account(&'static str),
    /// The message, the number, or the settings: trying again changes nothing.
    Final(&'static str),
    Unknown,
}

pub fn meaning(code: u32) -> Meaning {
    use Meaning::{Account, Busy, Final, OptedOut};
    match code {
        21610 => OptedOut,
        20429 | 21611 | 30001 => Busy,
        20003 | 20005 => Account("the account or its token is refused"),
        20404 => Account("there is no such account"),
        30002 => Account("the account is suspended"),
        21211 | 21614 | 21217 | 30005 => Final("there is no such phone number"),
        21635 | 30006 => Final("the number is a landline or cannot be reached by text"),
        21612 => Final("this number cannot be reached from ours"),
        21212 | 21606 | 21659 | 21660 | 21703 => Final("our sender number is not one that can send texts"),
        21408 => Final("the account may not send to this country"),
        21608 => Final("a trial account may only write to numbers that were verified"),
        21617 => Final("the text is too long"),
        21619 | 21602 => Final("there is nothing in the message"),
        21620 | 21623 | 12400..=12499 => Final("the attachment cannot be fetched or sent"),
        30003 => Final("the phone cannot be reached"),
        30004 => Final("the contact or the carrier blocks our messages"),
        30007 => Final("the carrier filtered it"),
        30008 => Final("the carrier did not deliver it, and does not say why"),
        30034 => Final("our number is not registered for messages in the United States"),
        30036 => Final("it waited too long at Twilio"),
        _ => Meaning::Unknown,
    }
}
