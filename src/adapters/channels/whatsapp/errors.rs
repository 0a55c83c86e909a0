//! What Meta's codes for WhatsApp mean, in an answer and in a status alike. Pure, and one table.

use std::time::Duration;

/// What follows from a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Trying again changes nothing for this message.
    Final(&'static str),
    /// A second try may do; a third is in vain.
    Once(&'static str),
    /// It did not go out; the next try may do.
    Passing,
    /// Nobody knows whether it went out.
    Unsure,
    /// The number is used too much: it waits, so long if nothing else is said.
    Busy(Duration),
    /// This contact gets too much at a time.
    BusyWithContact,
    /// Nothing of this account goes out until somebody acts.
    Account(&'static str),
    /// We have no words for it.
    Unknown,
}

const MINUTE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);

pub fn meaning(code: u32) -> Meaning {
    match code {
        0 | 190 => Meaning::Account("the access token is no longer valid"),
        3 | 10 | 200..=299 | 131_005 => Meaning::Account("the app lacks a permission for this number"),
        131_031 => Meaning::Account("Meta has locked this WhatsApp account"),
        368 => Meaning::Account("Meta has restricted this WhatsApp account for breaking its policies"),
        131_037 => Meaning::Account("the number's display name is not approved"),
        131_042 => Meaning::Account("there is a problem with the payment method at Meta"),
        131_048 => Meaning::Account("Meta holds messages back: too many contacts have blocked or reported this number"),
        1 => Meaning::Unsure,
        2 | 131_000 | 131_016 | 133_004 => Meaning::Passing,
        130_429 => Meaning::Busy(Duration::from_secs(5)),
        4 | 17 | 32 | 613 | 80_007 => Meaning::Busy(MINUTE),
        133_016 => Meaning::Busy(QUARTER),
        131_056 => Meaning::BusyWithContact,
        131_052 | 131_053 => Meaning::Once("Meta could not get what is attached from its link"),
        135_000 => Meaning::Once("WhatsApp refused it and does not say why"),
        code => refusal(code),
    }
}

/// Refusals that stay refusals, in words for agents.
fn refusal(code: u32) -> Meaning {
    Meaning::Final(match code {
        100 | 131_008 | 131_009 => "WhatsApp does not understand the message",
        // A country, not the whole account: others still get theirs.
        130_497 => "this account may not write to people in that country",
        130_472 => "Meta holds this message back: the contact is part of an experiment",
        131_021 => "that is our own number",
        131_026 => "the contact cannot get it: not on WhatsApp, or with an app that is too old",
        131_030 => "the number is not in the list of numbers that may get test messages",
        131_047 => "more than 24 hours since the contact last wrote: only a template is taken",
        131_049 => "Meta holds this message back: the contact gets too many of its kind",
        131_050 => "the contact wants no marketing from this number",
        131_051 => "WhatsApp takes no messages of this kind",
        132_000 => "the template takes another number of values",
        132_001 => "there is no such template in this language, or it is not approved",
        132_005 => "with its values the template is too long",
        132_007 | 132_008 | 132_012 => "the template does not take these values",
        132_015 => "Meta has paused this template: too many contacts disliked it",
        132_016 => "Meta has switched this template off",
        _ => return Meaning::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refused_contact_never_stops_the_whole_account() {
        for code in [130_472, 130_497, 131_021, 131_026, 131_030, 131_047, 131_049, 131_050, 132_001] {
            assert!(matches!(meaning(code), Meaning::Final(_)), "{code}");
        }
        assert_eq!(meaning(131_056), Meaning::BusyWithContact);
        assert_eq!(meaning(7777), Meaning::Unknown);
    }
}
