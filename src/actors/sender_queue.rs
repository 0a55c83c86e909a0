//! The lines of a sender: one per conversation, who is next, and who has to wait until when.
//!
//! A conversation's head stands in its line until it is done with, so that nothing overtakes it. Conversations whose
//! head may go take turns, the most urgent first: those with a message of a person, then those whose contact waits for an
//! answer, then what bots say on their own. What waits behind a head lends it its urgency.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::domain::ids::{ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::domain::window::Urgency;
use crate::ports::store::Queued;

#[derive(Debug, Clone)]
pub struct Lines {
    lines: HashMap<ConversationId, Line>,
    ready: Ready,
    later: BTreeSet<(Timestamp, ConversationId)>,
    count: usize,
    count_max: usize,
}

#[derive(Debug, Clone, Default)]
struct Line {
    messages: VecDeque<Queued>,
    head: Head,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Head {
    #[default]
    Nowhere,
    /// In the queue of those that may go.
    Ready(Urgency),
    Later(Timestamp),
    Sending,
}

impl Line {
    /// Who waits for the last of them waits for all before it.
    fn urgency(&self) -> Option<Urgency> {
        self.messages.iter().map(|message| message.by.urgency()).min()
    }
}

/// Conversations whose head may go, in turn.
#[derive(Debug, Clone, Default)]
struct Ready {
    people: VecDeque<ConversationId>,
    answers: VecDeque<ConversationId>,
    own_accord: VecDeque<ConversationId>,
}

impl Ready {
    fn of(&mut self, urgency: Urgency) -> &mut VecDeque<ConversationId> {
        match urgency {
            Urgency::Person => &mut self.people,
            Urgency::Answer => &mut self.answers,
            Urgency::OwnAccord => &mut self.own_accord,
        }
    }

    fn first(&self) -> Option<&ConversationId> {
        self.people.front().or_else(|| self.answers.front()).or_else(|| self.own_accord.front())
    }

    fn take(&mut self) -> Option<ConversationId> {
        let next = self.people.pop_front().or_else(|| self.answers.pop_front());
        next.or_else(|| self.own_accord.pop_front())
    }
}

impl Lines {
    pub fn new(count_max: usize) -> Self {
        Self { lines: HashMap::new(), ready: Ready::default(), later: BTreeSet::new(), count: 0, count_max }
    }

    /// Whether at least half of the memory is free.
    pub fn has_room_for_half(&self) -> bool {
        self.count <= self.count_max / 2
    }

    /// So many messages of the store are looked at, to find some new ones although those in memory may come first.
    pub fn reading_max(&self) -> usize {
        self.count + self.kept_free()
    }

    /// Adds what the store holds, from its first on, as long as a quarter of the memory stays free for what is more urgent.
    /// False if some are left to the store.
    pub fn fill(&mut self, unsent: Vec<Queued>) -> bool {
        let count_max = (self.count_max - self.kept_free()).max(1);
        for queued in unsent {
            if self.holds(queued.contact.conversation, queued.seq) {
                continue;
            }
            if self.count >= count_max {
                return false;
            }
            self.add(queued);
        }
        true
    }

    fn kept_free(&self) -> usize {
        (self.count_max / 4).max(1)
    }

    /// What nobody waits for leaves half of the memory to what somebody waits for, and that leaves some to people.
    fn has_room_for(&self, urgency: Urgency) -> bool {
        let kept = match urgency {
            Urgency::Person => 0,
            Urgency::Answer => self.count_max / 8,
            Urgency::OwnAccord => self.count_max / 2,
        };
        self.count + kept < self.count_max
    }

    pub fn has_line(&self, conversation: ConversationId) -> bool {
        self.lines.contains_key(&conversation)
    }

    /// Whether the message is in memory, waiting or being sent.
    pub fn holds(&self, conversation: ConversationId, seq: Seq) -> bool {
        self.lines.get(&conversation).is_some_and(|line| line.messages.iter().any(|message| message.seq == seq))
    }

    /// How often the message was tried before, if it is in memory.
    pub fn attempt(&self, conversation: ConversationId, seq: Seq) -> Option<u32> {
        let line = self.lines.get(&conversation)?;
        line.messages.iter().find(|message| message.seq == seq).map(|message| message.attempt)
    }

    /// What nobody waits for gives way to what somebody waits for, the last first: it waits in the store, too. True if any did.
    pub fn make_room_for(&mut self, urgency: Urgency) -> bool {
        let mut gave_way = false;
        while urgency < Urgency::OwnAccord && !self.has_room_for(urgency) {
            let mut last_first = self.ready.own_accord.iter().rev().chain(self.later.iter().rev().map(|(_, id)| id));
            let Some(conversation) = last_first.find(|id| self.may_give_way(**id)).copied() else { break };
            self.remove_from_queues(conversation);
            let gone = self.lines.remove(&conversation).map_or(0, |line| line.messages.len());
            self.count -= gone;
            gave_way = true;
        }
        gave_way
    }

    /// What was tried may be marked as being sent, and the store does not hold it as unsent then.
    fn may_give_way(&self, conversation: ConversationId) -> bool {
        let waits = |line: &Line| {
            line.urgency() == Some(Urgency::OwnAccord) && line.messages.iter().all(|message| message.attempt == 0)
        };
        self.lines.get(&conversation).is_some_and(waits)
    }

    /// False if memory is full for messages of its kind: it waits in the store.
    pub fn add_if_room(&mut self, queued: Queued) -> bool {
        let room = self.has_room_for(queued.by.urgency());
        if room {
            self.add(queued);
        }
        room
    }

    pub fn add(&mut self, queued: Queued) {
        let conversation = queued.contact.conversation;
        let line = self.lines.entry(conversation).or_default();
        if line.messages.iter().any(|other| other.seq == queued.seq) {
            return;
        }
        // Nothing overtakes a head that is being sent, not even an earlier message that is sent again.
        let fixed = usize::from(line.head == Head::Sending);
        let behind = line.messages.iter().skip(fixed).take_while(|other| other.seq < queued.seq).count();
        let (place, urgency) = (fixed + behind, queued.by.urgency());
        line.messages.insert(place, queued);
        self.count += 1;
        let head = line.head;
        match head {
            _ if place == 0 => self.head_changed(conversation),
            Head::Ready(before) if urgency < before => {
                self.remove_from_queues(conversation);
                self.make_ready(conversation);
            }
            _ => {}
        }
    }

    /// Conversations whose head has waited long enough take their place among those that may go.
    fn wake(&mut self, now: Timestamp) {
        while let Some((_, conversation)) = self.later.first().copied().filter(|(at, _)| *at <= now) {
            self.later.pop_first();
            self.make_ready(conversation);
        }
    }

    /// The message that `take` would give.
    pub fn peek(&mut self, now: Timestamp) -> Option<&Queued> {
        self.wake(now);
        let conversation = self.ready.first()?;
        self.lines.get(conversation)?.messages.front()
    }

    /// The next message to go; its line stands still until it is done with.
    pub fn take(&mut self, now: Timestamp) -> Option<Queued> {
        self.wake(now);
        let conversation = self.ready.take()?;
        let line = self.lines.get_mut(&conversation)?;
        line.head = Head::Sending;
        line.messages.front().cloned()
    }

    /// The message that `take` would give waits until then, and with it its line. Others go on.
    pub fn postpone(&mut self, until: Timestamp) {
        let Some(conversation) = self.ready.take() else { return };
        if let Some(line) = self.lines.get_mut(&conversation) {
            line.head = Head::Later(until);
            self.later.insert((until, conversation));
        }
    }

    pub fn next_at(&self) -> Option<Timestamp> {
        self.later.first().map(|(at, _)| *at)
    }

    /// The message goes again at `at`. False if it is not in memory.
    pub fn again(&mut self, conversation: ConversationId, seq: Seq, at: Timestamp, flagged: bool) -> bool {
        let Some(line) = self.lines.get_mut(&conversation) else { return false };
        let Some(message) = line.messages.iter_mut().find(|message| message.seq == seq) else { return false };
        message.at = at;
        message.attempt += 1;
        message.flagged |= flagged;
        if line.messages.front().is_some_and(|head| head.seq == seq) {
            self.head_changed(conversation);
        }
        true
    }

    /// The message needs no more sending, and the next of its line may go.
    pub fn done(&mut self, conversation: ConversationId, seq: Seq) {
        let Some(line) = self.lines.get_mut(&conversation) else { return };
        let Some(place) = line.messages.iter().position(|message| message.seq == seq) else { return };
        line.messages.remove(place);
        self.count -= 1;
        if place == 0 {
            self.head_changed(conversation);
        }
    }

    /// Forgets what waits here and does not wait in the store any more: another node's sender was told of its end.
    pub fn keep_only(&mut self, waits: impl Fn(&Queued) -> bool) {
        let conversations: Vec<ConversationId> = self.lines.keys().copied().collect();
        for conversation in conversations {
            let Some(line) = self.lines.get_mut(&conversation) else { continue };
            let sending = usize::from(line.head == Head::Sending);
            let before = (line.messages.len(), line.messages.front().map(|head| head.seq));
            let mut place = 0;
            line.messages.retain(|queued| {
                place += 1;
                place <= sending || waits(queued)
            });
            let after = (line.messages.len(), line.messages.front().map(|head| head.seq));
            self.count -= before.0 - after.0;
            if before.1 != after.1 {
                self.head_changed(conversation);
            }
        }
    }

    /// Puts the conversation where its new head belongs.
    fn head_changed(&mut self, conversation: ConversationId) {
        self.remove_from_queues(conversation);
        let Some(line) = self.lines.get_mut(&conversation) else { return };
        match line.messages.front().map(|head| head.at) {
            None => {
                self.lines.remove(&conversation);
            }
            Some(at) => {
                line.head = Head::Later(at);
                self.later.insert((at, conversation));
            }
        }
    }

    fn make_ready(&mut self, conversation: ConversationId) {
        let Some(line) = self.lines.get_mut(&conversation) else { return };
        let Some(urgency) = line.urgency() else { return };
        line.head = Head::Ready(urgency);
        self.ready.of(urgency).push_back(conversation);
    }

    fn remove_from_queues(&mut self, conversation: ConversationId) {
        match self.lines.get(&conversation).map(|line| line.head) {
            Some(Head::Later(at)) => {
                self.later.remove(&(at, conversation));
            }
            Some(Head::Ready(urgency)) => self.ready.of(urgency).retain(|other| *other != conversation),
            Some(Head::Nowhere | Head::Sending) | None => {}
        }
    }
}

#[cfg(test)]
#[path = "sender_queue_tests.rs"]
mod tests;
