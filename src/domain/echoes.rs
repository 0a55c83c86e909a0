//! Messages from our side of the line that the channel shows us: ours, or a person's elsewhere.
//!
//! Mostly a mark tells, which ours go out with. Instagram loses it now and then. Then the name tells that the channel gave
//! the message; but an echo may come before the answer that names it, and the early parts of a long text have names that
//! nobody keeps. So what we said last is remembered there, part by part, as fingerprints: a person elsewhere who says what
//! we are saying at that moment says nothing new.

use std::collections::VecDeque;
use std::time::Duration;

use super::account::Channel;
use super::changes::fingerprint;
use super::command::Refusal;
use super::conversation::{Conversation, Decision};
use super::event::{Event, Speaker};
use super::ids::Seq;
use super::message::{Attachment, AttachmentKind};
use super::split::split;
use super::state::{Delivery, DeliveryState, State};
use super::time::Timestamp;

/// Of how many parts the words are remembered.
const PARTS_MAX: usize = 24;
/// An echo that comes later than that after we spoke is no echo of it.
const LATE_MAX: Duration = Duration::from_secs(10 * 60);

/// The newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnWords(pub VecDeque<OwnPart>);

/// One call's worth of a message of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPart {
    pub seq: Seq,
    pub words: u32,
    /// With it the whole message has gone out.
    pub last: bool,
    /// When it was said or, since it is known, sent.
    pub at: Timestamp,
}

impl Conversation {
    pub(super) fn echo(&self, now: Timestamp, of: Option<Seq>, provider_id: String, text: String) -> Decision {
        if let Some(of) = of {
            return self.gone_out(of, provider_id);
        }
        if self.is_known(now, &provider_id, &text) {
            return self.own_echo(provider_id, &text);
        }
        let floor = self.floor_for(now, Speaker::Outside).filter(|_| !self.may_be_a_copy(now, &text));
        Ok(floor.into_iter().chain([Event::OutsideSaid { text, provider_id }]).collect())
    }

    /// It is ours. If something with these words is on its way, that has gone out: the first, if it was said twice.
    pub(super) fn own_echo(&self, provider_id: String, text: &str) -> Decision {
        if self.is_named(&provider_id) {
            return Err(Refusal::NothingNew);
        }
        let mut same = self.said_so(text);
        match same.find(|part| part.last && self.is_on_its_way(part.seq)).map(|part| part.seq) {
            Some(seq) => self.gone_out(seq, provider_id),
            None => Err(Refusal::NothingNew),
        }
    }

    fn gone_out(&self, of: Seq, provider_id: String) -> Decision {
        match self.state.deliveries.get(&of).map(|delivery| &delivery.state) {
            Some(
                DeliveryState::Open | DeliveryState::Uncertain { .. } | DeliveryState::Failed | DeliveryState::Left,
            ) => Ok(vec![Event::Sent { of, provider_id }]),
            _ => Err(Refusal::NothingNew),
        }
    }

    fn is_known(&self, now: Timestamp, provider_id: &str, text: &str) -> bool {
        let lately = |part: &OwnPart| now.since(part.at) <= LATE_MAX && !self.has_failed(part.seq);
        // Of what is attached only the kind comes back. Ours is on its way then, or is known by its name: another picture
        // soon after ours is a person's.
        let by_words = kind(text).is_none();
        let said = |part: &OwnPart| (by_words && lately(part)) || self.is_on_its_way(part.seq);
        self.is_named(provider_id) || self.said_so(text).any(said)
    }

    /// Something attached, of a kind that we have just tried twice to send: the contact may have it twice. It is shown, and
    /// takes the floor from nobody.
    fn may_be_a_copy(&self, now: Timestamp, text: &str) -> bool {
        let lately = |part: &&OwnPart| now.since(part.at) <= LATE_MAX;
        let same: Vec<Seq> = self.said_so(text).filter(lately).map(|part| part.seq).collect();
        kind(text).is_some() && same.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// The message is one of ours; its name may have been kept longer than its delivery.
    fn is_named(&self, provider_id: &str) -> bool {
        let named = || self.state.names.get(provider_id).and_then(|named| named.seq);
        self.sent_as(provider_id).next().is_some()
            || named().is_some_and(|seq| self.state.own_words.0.iter().any(|part| part.seq == seq))
    }

    fn said_so(&self, text: &str) -> impl Iterator<Item = &OwnPart> {
        let kind = kind(text).map(|kind| of_kind(kind.as_str()));
        let words = of_words(text);
        self.state.own_words.0.iter().filter(move |part| part.words == words || Some(part.words) == kind)
    }

    fn is_on_its_way(&self, seq: Seq) -> bool {
        let state = self.state.deliveries.get(&seq).map(|delivery| &delivery.state);
        matches!(state, Some(DeliveryState::Open | DeliveryState::Uncertain { .. }))
    }

    fn has_failed(&self, seq: Seq) -> bool {
        self.state.deliveries.get(&seq).is_some_and(|delivery| delivery.state == DeliveryState::Failed)
    }

    pub(super) fn sent_as<'a>(&'a self, id: &'a str) -> impl Iterator<Item = Seq> + 'a {
        let named = move |delivery: &Delivery| match &delivery.state {
            DeliveryState::Sent { provider_id }
            | DeliveryState::Delivered { provider_id }
            | DeliveryState::Bounced { provider_id } => provider_id == id,
            _ => false,
        };
        self.state.deliveries.iter().filter(move |(_, delivery)| named(delivery)).map(|(seq, _)| *seq)
    }
}

impl State {
    /// Remembers what we say by `event`, which is the newest, on a channel that loses marks.
    pub(super) fn remember_own(&mut self, event: &Event, at: Timestamp, channel: Channel) {
        let said = match event {
            Event::BotSaid { line, .. } => parts(&line.text, line.attachment.as_ref(), channel),
            Event::AgentSaid { text, attachment, .. } => parts(text, attachment.as_ref(), channel),
            Event::Uncertain { of, again_at: Some(_), .. } | Event::SendingAgain { of, .. } => {
                return self.tried_twice(*of, at);
            }
            Event::Withdrawn { of } => return self.own_words.0.retain(|part| !of.contains(&part.seq)),
            // It may have waited for hours: its echo comes now.
            Event::Sent { of, .. } => {
                return self.own_words.0.iter_mut().filter(|part| part.seq == *of).for_each(|part| part.at = at);
            }
            _ => return,
        };
        let count = said.len();
        let part = |(number, words)| OwnPart { seq: self.seq, words, last: number == count, at };
        let parts: Vec<OwnPart> = (1..).zip(said).map(part).collect();
        self.remember_parts(parts);
    }

    /// Its last part may come back twice, and stands there twice.
    fn tried_twice(&mut self, of: Seq, at: Timestamp) {
        let mut same = self.own_words.0.iter().filter(|part| part.seq == of && part.last);
        let last = same.next().map(|part| OwnPart { at, ..*part });
        if same.next().is_none() {
            self.remember_parts(last.into_iter().collect());
        }
    }

    fn remember_parts(&mut self, parts: Vec<OwnPart>) {
        self.own_words.0.extend(parts);
        let excess = self.own_words.0.len().saturating_sub(PARTS_MAX);
        self.own_words.0.drain(..excess);
    }
}

fn parts(text: &str, attached: Option<&Attachment>, channel: Channel) -> Vec<u32> {
    let texts = split(text, channel.abilities().text).into_iter().map(|part| of_words(&part));
    let attached = attached.map(|attachment| match attachment.kind {
        AttachmentKind::Other => of_kind(AttachmentKind::File.as_str()),
        kind => of_kind(kind.as_str()),
    });
    texts.chain(attached).collect()
}

/// White space is what channels change first.
fn of_words(text: &str) -> u32 {
    fingerprint(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What an echo without words brings: `[image] https://…`.
fn kind(text: &str) -> Option<AttachmentKind> {
    use AttachmentKind::{Audio, File, Image, Other, Video};
    let (named, _) = text.strip_prefix('[')?.split_once(']')?;
    [Image, Audio, Video, File, Other].into_iter().find(|kind| kind.as_str() == named)
}

/// What we attach comes back at another address: only its kind is the same.
fn of_kind(kind: &str) -> u32 {
    fingerprint(&format!("[{kind}]"))
}
