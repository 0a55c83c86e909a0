//! Facebook Messenger and Instagram: what Meta's webhooks say, and how to answer through the Send API.
//!
//! Both speak the same; where they differ, [`Network`] tells. [`read`] is pure and takes a body whose signature was checked
//! (`meta_signature`). [`MetaOutlet`] sends. Absent on purpose: personas.

mod answer;
mod attachments;
mod changes;
mod control;
mod entrances;
mod graph;
mod inlet;
mod profile;
mod read;
mod send;
mod shapes;
mod show;
mod subscription;

pub use control::MetaCustody;
pub use entrances::MetaDoors;
pub use inlet::{Line, MetaInlet};
pub use profile::MetaProfiles;
pub use read::read;
pub use send::{BadSettings, MetaOutlet, Settings};
pub use subscription::MetaSubscription;

use crate::adapters::channels::mark::Mark;
use crate::domain::abilities::Abilities;
use crate::domain::account::Channel;
use crate::domain::command::Command;
use crate::domain::ids::ConversationId;

/// Where a line is: a Page on Facebook, or a professional account on Instagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Messenger,
    Instagram,
}

impl Network {
    pub fn channel(self) -> Channel {
        match self {
            Network::Messenger => Channel::Messenger,
            Network::Instagram => Channel::Instagram,
        }
    }

    pub fn abilities(self) -> &'static Abilities {
        self.channel().abilities()
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Network::Messenger => "Messenger",
            Network::Instagram => "Instagram",
        }
    }
}

/// What one webhook brought, in the order it was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub inbound: Vec<Inbound>,
    pub unknown: Vec<Unknown>,
}

/// The whole body makes no sense. Keep it, count it, and answer 200 all the same: it was signed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook cannot be read: {0}")]
pub struct NotUnderstood(pub String);

/// Something signed that we have no use for, or cannot read. To be kept as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// One of few, so that it can be counted by.
    pub reason: &'static str,
    pub raw: String,
}

/// One thing that happened between a line and a person.
#[derive(Debug, PartialEq, Eq)]
pub struct Inbound {
    pub line_id: String,
    /// How Meta names the person, for this line only.
    pub person_id: String,
    /// The same for each copy of the same message; none for receipts, which may come as often as they like.
    pub key: Option<String>,
    /// For an echo: who sent it. For a conversation that moved to another app: which.
    pub origin: Option<Origin>,
    /// As it stands, an echo is nobody's: see [`Inbound::settle`].
    pub command: Command,
}

/// What an event tells about the app behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin {
    pub mark: Option<Mark>,
    pub app_id: Option<String>,
}

impl Inbound {
    /// What to ask of this person's conversation. None for an echo that tells it nothing: sent by our own app, but not
    /// by this conversation, or only the beginning of a long message. Where marks get lost, the conversation itself knows
    /// its words.
    pub fn settle(self, conversation: ConversationId, own_app: Option<&str>, network: Network) -> Option<Command> {
        let Some(origin) = self.origin else { return Some(self.command) };
        let (provider_id, text) = match self.command {
            Command::Echo { provider_id, text, .. } => (provider_id, text),
            Command::ThreadMoved { ours, by } => {
                let ours = own_app.map_or(ours, |own_app| origin.app_id.as_deref() == Some(own_app));
                return Some(Command::ThreadMoved { ours, by });
            }
            command => return Some(command),
        };
        match origin.mark.filter(|mark| mark.id.conversation == conversation) {
            Some(mark) if mark.is_last() => Some(Command::Echo { of: Some(mark.id.seq), provider_id, text }),
            Some(_) => None,
            None if own_app.is_some() && origin.app_id.as_deref() == own_app => {
                network.channel().loses_marks().then_some(Command::OwnEcho { provider_id, text })
            }
            None => Some(Command::Echo { of: None, provider_id, text }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, DeliveryId};

    fn echo(mark: Option<Mark>, app_id: Option<&str>) -> Inbound {
        Inbound {
            line_id: "1".into(),
            person_id: "7".into(),
            key: Some("in:m".into()),
            origin: Some(Origin { mark, app_id: app_id.map(Into::into) }),
            command: Command::Echo { of: None, provider_id: "m".into(), text: "Yes.".into() },
        }
    }

    fn settled(inbound: Inbound) -> Option<Option<u64>> {
        inbound.settle(here(), Some("151"), Network::Messenger).map(|command| match command {
            Command::Echo { of, .. } => of,
            other => panic!("{other:?}"),
        })
    }

    fn here() -> ConversationId {
        ConversationId::of(&AccountId::new("page"), "7")
    }

    fn mark(conversation: ConversationId, early_part: Option<u32>) -> Option<Mark> {
        Some(Mark { id: DeliveryId { conversation, seq: 12 }, early_part })
    }

    #[test]
    fn an_echo_with_our_mark_is_our_message() {
        assert_eq!(settled(echo(mark(here(), None), None)), Some(Some(12)));
        assert_eq!(settled(echo(mark(here(), None), Some("263902037430900"))), Some(Some(12)));
    }

    #[test]
    fn the_echo_of_an_early_part_proves_nothing_yet() {
        assert_eq!(settled(echo(mark(here(), Some(1)), Some("151"))), None);
    }

    #[test]
    fn an_echo_from_elsewhere_is_a_human_outside() {
        let elsewhere = ConversationId::of(&AccountId::new("another"), "7");
        assert_eq!(settled(echo(None, Some("263902037430900"))), Some(None));
        assert_eq!(settled(echo(None, None)), Some(None));
        assert_eq!(settled(echo(mark(elsewhere, None), Some("999"))), Some(None));
    }

    #[test]
    fn what_our_own_app_sent_without_a_mark_is_nobody_taking_over() {
        assert_eq!(settled(echo(None, Some("151"))), None);
        // No app configured is not the same as no app given.
        assert!(echo(None, None).settle(here(), None, Network::Messenger).is_some());
    }

    #[test]
    fn where_marks_get_lost_the_conversation_is_asked_about_its_words() {
        let own = echo(None, Some("151")).settle(here(), Some("151"), Network::Instagram);
        assert_eq!(own, Some(Command::OwnEcho { provider_id: "m".into(), text: "Yes.".into() }));
        let foreign = echo(None, None).settle(here(), Some("151"), Network::Instagram);
        assert!(matches!(foreign, Some(Command::Echo { of: None, .. })), "{foreign:?}");
    }
}
