//! Names of things, as types, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Arc<str>);

        impl $name {
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

uuid_id!(
    /// One contact on one channel account, for ever.
    ConversationId
);
uuid_id!(
    /// A person who answers.
    AgentId
);
uuid_id!(
    /// A group of agents.
    TeamId
);
uuid_id!(
    /// One process from its start to its end; a restart is another incarnation.
    Incarnation
);
text_id!(
    /// One connected line: a Page, a phone number, a website. A short name the operator chose.
    AccountId
);
text_id!(
    /// A bot: a short name in small letters; of one that came from a file, the file's name without the ending.
    BotId
);

/// A published version of a bot. Numbers grow by one with each document that is published: 1, 2, 3 …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BotVersion {
    pub bot: BotId,
    pub number: u32,
}

impl fmt::Display for BotVersion {
    /// `harbor@3`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.bot, self.number)
    }
}

impl BotVersion {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (bot, number) = text.rsplit_once('@')?;
        Some(Self { bot: BotId::new(bot), number: number.parse().ok()? })
    }
}

/// The place of an event in its conversation: 1, 2, 3 … without holes. 0 is before the first.
pub type Seq = u64;

/// How often the right to speak has changed hands. A message carries the turn it was written under.
pub type Turn = u64;

impl ConversationId {
    /// The conversation of this contact on this account: computed, so that two nodes can never make two.
    pub fn of(account: &AccountId, external_key: &str) -> Self {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("switchboard:{account}").as_bytes());
        Self(Uuid::new_v5(&space, external_key.as_bytes()))
    }
}

/// How a message of ours is named outside, for instance in a provider's `metadata`: its conversation and seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId {
    pub conversation: ConversationId,
    pub seq: Seq,
}

const DELIVERY_PREFIX: &str = "sb1.";

impl fmt::Display for DeliveryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{DELIVERY_PREFIX}{}.{}", self.conversation.0.simple(), self.seq)
    }
}

impl DeliveryId {
    /// Reads what `Display` wrote; none for anything that is not ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (conversation, seq) = text.strip_prefix(DELIVERY_PREFIX)?.split_once('.')?;
        Some(Self { conversation: conversation.parse().ok()?, seq: seq.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_id_reads_back_what_it_wrote() {
        let id = DeliveryId { conversation: ConversationId::of(&AccountId::new("page"), "7"), seq: 12 };
        assert_eq!(DeliveryId::parse(&id.to_string()), Some(id));
        assert_eq!(DeliveryId::parse("out_01J9ZQ4T1V"), None);
    }

    #[test]
    fn a_version_reads_back_what_it_wrote() {
        let version = BotVersion { bot: BotId::new("odd@name"), number: 12 };
        assert_eq!(BotVersion::parse(&version.to_string()), Some(version));
        assert_eq!(BotVersion::parse("harbor"), None);
    }

    #[test]
    fn the_same_contact_on_two_accounts_has_two_conversations() {
        let on = |account| ConversationId::of(&AccountId::new(account), "7");
        assert_ne!(on("page-1"), on("page-2"));
        assert_eq!(on("page-1"), on("page-1"));
    }
}
