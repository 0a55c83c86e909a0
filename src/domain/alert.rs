//! E-mail alerts: what people are told outside the console (rule 14).
//!
//! An alert is an event, and an effect that commits with it; the mode stays what it is. Who the recipients are, and
//! what else stands in the letter, is found out when it is sent: that is the work of `actors::alerter`.

use std::fmt;

use super::command::{Outcome, Refusal};
use super::conversation::{Conversation, Decision};
use super::event::{Agent, Event, Origin};
use super::ids::Seq;
use super::state::State;
use super::team::Team;
use super::time::Timestamp;

/// Alerts of one conversation that nobody knows the end of yet; beyond, new ones are left out, and the agents told so.
pub const OPEN_MAX: usize = 32;
/// Alerts that a bot sends in one session: whoever chats must not fill a mailbox. A ladder's do not count.
pub const PER_SESSION_MAX: u32 = 20;
/// Mail servers are asked to deliver one letter to at most that many.
pub const RECIPIENTS_MAX: usize = 20;
pub const SUBJECT_CHARS_MAX: usize = 200;
const ADDRESS_BYTES_MAX: usize = 254;
const LOCAL_BYTES_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub to: Vec<Recipient>,
    pub cc: Vec<Recipient>,
    /// Whom an answer to the letter goes to: an address, or none.
    pub reply_to: Option<String>,
    /// One line.
    pub subject: String,
    pub body: String,
    /// Why there is an alert, in words.
    pub because: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Whoever has the role when the letter is sent.
    Agents,
    Supervisors,
    Admins,
    Address(String),
    /// No bot writes to one agent or to a team by itself; whoever assigns a conversation does.
    Agent(Agent),
    /// Whoever is in it when the letter is sent.
    Team(Team),
}

impl Recipient {
    /// None: it is no role and no address.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "agents" => Some(Recipient::Agents),
            "supervisors" => Some(Recipient::Supervisors),
            "admins" => Some(Recipient::Admins),
            address => is_address(address).then(|| Recipient::Address(address.to_owned())),
        }
    }

    /// For people.
    pub fn as_str(&self) -> &str {
        match self {
            Recipient::Agents => "agents",
            Recipient::Supervisors => "supervisors",
            Recipient::Admins => "admins",
            Recipient::Address(address) => address,
            Recipient::Agent(agent) => &agent.name,
            Recipient::Team(team) => &team.name,
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What became of one try to send an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A mail server took it, with these words.
    Sent { words: String },
    /// It certainly did not go out, and is tried again at `at`.
    Again { at: Timestamp, reason: String },
    /// It may have gone out. With `again_at` it is sent once more then, under the same message id.
    Unsure { again_at: Option<Timestamp>, reason: String },
    /// It is never sent.
    Failed { reason: String },
}

/// An alert whose end is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Open {
    /// The last try that was heard of; 0: none.
    pub attempt: u32,
    /// A try may have arrived.
    pub unsure: bool,
}

impl Conversation {
    /// A try is heard of once, and tries in their order.
    pub(super) fn alert_outcome(&self, of: Seq, attempt: u32, outcome: Outcome) -> Decision {
        let open = self.state.alerts.get(&of).filter(|open| attempt > open.attempt).ok_or(Refusal::NothingNew)?;
        let fate = match outcome {
            Outcome::Sent { provider_id } => Fate::Sent { words: provider_id },
            Outcome::NotSent { at, reason } => Fate::Again { at, reason },
            Outcome::Refused { reason } | Outcome::OptedOut { reason } => Fate::Failed { reason },
            Outcome::Unknown { again_at, reason } => {
                Fate::Unsure { again_at: (!open.unsure).then_some(again_at), reason }
            }
        };
        Ok(vec![Event::AlertTried { of, attempt, fate }])
    }

    /// Calls people to this conversation by e-mail; what is said instead if too many letters wait.
    pub(super) fn call(&self, to: &[Recipient], body: &str) -> Event {
        let subject = one_line(&format!("{} is waiting for a person", self.known_name()));
        self.alert(to.to_vec(), subject, body.to_owned(), "a person is wanted, and nobody has come".to_owned())
    }

    /// A letter of the system's own; what is said instead if too many wait.
    pub(super) fn alert(&self, to: Vec<Recipient>, subject: String, body: String, because: String) -> Event {
        if self.state.alerts.len() >= OPEN_MAX {
            return left_out(OPEN_MAX);
        }
        let alert = Alert { to, cc: Vec::new(), reply_to: None, subject, body, because };
        Event::AlertQueued { alert: Box::new(alert), from: Origin::default() }
    }
}

impl State {
    pub(super) fn alert_queued(&mut self) {
        self.alerts.insert(self.seq, Open::default());
    }

    pub(super) fn alert_tried(&mut self, of: Seq, attempt: u32, fate: &Fate) {
        match fate {
            Fate::Sent { .. } | Fate::Failed { .. } | Fate::Unsure { again_at: None, .. } => {
                self.alerts.remove(&of);
            }
            Fate::Again { .. } | Fate::Unsure { .. } => {
                if let Some(open) = self.alerts.get_mut(&of) {
                    open.attempt = attempt;
                    open.unsure |= matches!(fate, Fate::Unsure { .. });
                }
            }
        }
    }
}

/// What the agents are told instead of a letter that would be one too many.
pub fn left_out(limit: usize) -> Event {
    let text = format!("An e-mail alert was left out: {limit} others of this conversation went before it.");
    Event::Alerted { text }
}

/// Plain addresses only: what needs quotes, comments or letters beyond ASCII is none.
pub fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let in_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |label: &str| {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    text.len() <= ADDRESS_BYTES_MAX
        && (1..=LOCAL_BYTES_MAX).contains(&local.len())
        && local.chars().all(in_local)
        && dots
        && host.split('.').all(label)
}

/// A text as a header can hold it: whatever breaks a line is a space, and so is what cannot be seen.
pub fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect::<String>();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SUBJECT_CHARS_MAX).collect()
}

/// A text of several lines without what cannot be seen.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || *c == '\t' || !is_unseen(*c)).collect()
}

/// Control characters, line separators, and marks that turn the direction of what follows.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_a_role_or_a_plain_address() {
        assert_eq!(Recipient::parse(" agents "), Some(Recipient::Agents));
        for address in ["a@b.example", "first.last+tag@mail.b-c.example", "root@localhost"] {
            assert_eq!(Recipient::parse(address), Some(Recipient::Address(address.to_owned())));
        }
        let long = format!("{}@b.example", "x".repeat(65));
        for wrong in [
            "",
            "bosses",
            "a@",
            "@b",
            "a b@c.example",
            "a@b@",
            "a@b..c",
            ".a@b.c",
            "a@-b.c",
            "<a@b.c>",
            "a@b.c,d@e.f",
            "a@b.c\r\nBcc: x@y.z",
            "\"a\"@b.c",
            "ä@b.c",
            &long,
        ] {
            assert_eq!(Recipient::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_line_stays_one_and_shows_what_it_says() {
        assert_eq!(one_line(" Zoë\r\nBcc: a@b.c\u{2028}<b>\u{202e}evil "), "Zoë Bcc: a@b.c <b> evil");
        assert_eq!(one_line(&"x".repeat(999)).len(), SUBJECT_CHARS_MAX);
        assert_eq!(plain("a\r\nb\u{0}\u{202e}\tc"), "a\nb\tc");
    }
}
