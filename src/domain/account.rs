//! A connected line, as the core knows it. Its credentials live with its adapter.

use super::ids::{AccountId, BotId};
use super::template::Template;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    Messenger,
    Instagram,
    Sms,
    Telegram,
    Webchat,
    WhatsApp,
}

impl Channel {
    pub const ALL: [Channel; 6] =
        [Channel::Messenger, Channel::Instagram, Channel::WhatsApp, Channel::Sms, Channel::Telegram, Channel::Webchat];

    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Messenger => "messenger",
            Channel::Instagram => "instagram",
            Channel::Sms => "sms",
            Channel::Telegram => "telegram",
            Channel::Webchat => "webchat",
            Channel::WhatsApp => "whatsapp",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Channel::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// All their names, for people: `messenger, webchat`.
    pub fn names() -> String {
        Channel::ALL.map(Channel::as_str).join(", ")
    }

    /// Whether messages go out through a provider and are tracked as deliveries. Web chat reads the log itself.
    pub fn has_deliveries(self) -> bool {
        !matches!(self, Channel::Webchat)
    }

    /// Whether what we sent may come back without the mark that it went out with: then its words have to tell that it is
    /// ours.
    pub fn loses_marks(self) -> bool {
        matches!(self, Channel::Instagram)
    }
}

/// What becomes of a message that may have arrived, when neither an echo nor a receipt says whether it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenUncertain {
    /// It is sent once more, and flagged for ever: rather twice than never.
    #[default]
    Resend,
    /// It waits for an agent: rather never than twice.
    Hold,
}

impl WhenUncertain {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "resend" => Some(Self::Resend),
            "hold" => Some(Self::Hold),
            _ => None,
        }
    }
}

/// One channel account: a Page, a phone number, a website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub channel: Channel,
    /// What people call it.
    pub name: String,
    pub bot: BotId,
    /// What the channel has approved beforehand.
    pub templates: Vec<Template>,
    pub uncertain: WhenUncertain,
}
