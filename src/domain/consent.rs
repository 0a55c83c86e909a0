//! Contacts who want no messages, on channels where that is a rule of carriers and not only good manners.
//!
//! The provider keeps the list and answers the words by which contacts get on it and off it; we remember what it told
//! us, so that nobody writes into the void. What the bot would say meanwhile is in the log as failed.

use super::command::{Command, ProviderWord, Refusal};
use super::conversation::{Conversation, Decision, something};
use super::event::Event;
use super::ids::Seq;
use super::message::Heard;
use super::state::DeliveryState;
use super::time::Timestamp;
use super::window::Window;

/// Why a message of the bot's does not go out.
const TOO_LATE: &str = "the channel takes nothing of a bot later than 24 hours after the contact last wrote";

impl Conversation {
    /// Words for the provider are recorded, and nobody answers them.
    pub(super) fn told_provider(&self, word: ProviderWord, text: String, provider_id: Option<String>) -> Decision {
        let out = self.state.opted_out.is_some();
        let follows = match word {
            ProviderWord::Stop => self.opts_out(&format!("the contact has opted out by writing “{}”", text.trim())),
            ProviderWord::Block => self.opts_out("the contact has blocked us"),
            ProviderWord::Start | ProviderWord::Yes | ProviderWord::Unblock => out.then_some(Event::OptedIn),
            ProviderWord::Help => None,
        };
        let is_word = !matches!(word, ProviderWord::Block | ProviderWord::Unblock);
        let told = is_word.then_some(Event::ToldProvider { text, provider_id });
        something(told.into_iter().chain(follows).collect())
    }

    /// A word that the provider only acts on now and then is a message like any other the rest of the time.
    pub(super) fn as_meant(&self, command: Command) -> Command {
        match command {
            Command::TellProvider { word: ProviderWord::Yes, text, provider_id } if self.state.opted_out.is_none() => {
                Command::Hear { heard: Heard::text(text), provider_id, provider_at: None, name: None }
            }
            command => command,
        }
    }

    /// Receipts only move forward: what is known to have arrived did.
    pub(super) fn bounced(&self, of: Option<Seq>, provider_id: &str, reason: String, opted_out: bool) -> Decision {
        let of = of.or_else(|| self.sent_as(provider_id).next()).ok_or(Refusal::NothingNew)?;
        match self.state.deliveries.get(&of).map(|delivery| &delivery.state) {
            Some(DeliveryState::Sent { .. }) => {
                let out = opted_out.then(|| self.opts_out(&reason)).flatten();
                Ok(std::iter::once(Event::Bounced { of, reason }).chain(out).collect())
            }
            _ => Err(Refusal::NothingNew),
        }
    }

    /// The provider refuses a message and knows better than we do what the contact wants.
    pub(super) fn unwanted(&self, of: Seq, reason: String) -> Vec<Event> {
        let out = self.opts_out(&reason);
        std::iter::once(Event::Failed { of, reason }).chain(out).collect()
    }

    fn opts_out(&self, reason: &str) -> Option<Event> {
        self.state.opted_out.is_none().then(|| Event::OptedOut { reason: reason.to_owned() })
    }

    pub(super) fn may_write(&self) -> Result<(), Refusal> {
        self.is_listened_to()?;
        self.state.opted_out.as_ref().map_or(Ok(()), |reason| Err(Refusal::OptedOut(reason.clone())))
    }

    /// What a timer or a call makes the bot say to somebody who wants no messages, or who wrote too long ago for the channel
    /// to take anything of a bot, does not go out.
    pub(super) fn unsendable(&self, now: Timestamp, mut events: Vec<Event>) -> Vec<Event> {
        let is_bots = |event: &Event| matches!(event, Event::BotSaid { .. });
        if !events.iter().any(is_bots) {
            return events;
        }
        let too_late = || self.is_too_late_for_bots(now, &events).then(|| TOO_LATE.to_owned());
        let Some(reason) = self.state.opted_out.clone().or_else(too_late) else { return events };
        let said = events.iter().zip(self.state.seq + 1..).filter(|(event, _)| is_bots(event));
        let failed: Vec<Event> = said.map(|(_, of)| Event::Failed { of, reason: reason.clone() }).collect();
        events.extend(failed);
        events
    }

    /// Also after what the contact says with these events: something old opens nothing.
    fn is_too_late_for_bots(&self, now: Timestamp, events: &[Event]) -> bool {
        let heard = |event: &Event| match event {
            Event::ContactSaid { provider_at, .. } => Some(provider_at.unwrap_or(now).min(now)),
            _ => None,
        };
        let heard_at = events.iter().filter_map(heard).chain(self.state.heard_at).max();
        let window = heard_at.and_then(|heard_at| Window::after(self.account.channel, heard_at));
        window.is_some_and(|window| window.open_until <= now)
    }
}
