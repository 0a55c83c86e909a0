//! The lines of a sender: one per conversation, who is next, and who has to wait until when.
//!
//! A conversation's head stands in its line until it is done with, so that nothing overtakes it. Conversations whose
//! head may go take turns; heads written by people go first.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::domain::ids::{ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::store::Queued;

#[derive(Debug, Clone)]
pub struct Lines {
    lines: HashMap<ConversationId, Line>,
    people: VecDeque<ConversationId>,
    bots: VecDeque<ConversationId>,
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
    /// In a queue of those that may go.
    #[default]
    Ready,
    Later(Timestamp),
    Sending,
}

impl Lines {
    pub fn new(count_max: usize) -> Self {
        Self {
            lines: HashMap::new(),
            people: VecDeque::new(),
            bots: VecDeque::new(),
            later: BTreeSet::new(),
            count: 0,
            count_max,
        }
    }

    /// Whether at least half of the memory is free.
    pub fn has_room_for_half(&self) -> bool {
        self.count <= self.count_max / 2
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

    /// False if memory is full: the message waits in the store.
    pub fn add_if_room(&mut self, queued: Queued) -> bool {
        let room = self.count < self.count_max;
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
        let place = fixed + behind;
        line.messages.insert(place, queued);
        self.count += 1;
        if place == 0 {
            self.head_changed(conversation);
        }
    }

    /// Conversations whose head has waited long enough take their place among those that may go.
    fn ready(&mut self, now: Timestamp) {
        while let Some((_, conversation)) = self.later.first().copied().filter(|(at, _)| *at <= now) {
            self.later.pop_first();
            self.make_ready(conversation);
        }
    }

    /// The message that `take` would give.
    pub fn peek(&mut self, now: Timestamp) -> Option<&Queued> {
        self.ready(now);
        let conversation = self.people.front().or_else(|| self.bots.front())?;
        self.lines.get(conversation)?.messages.front()
    }

    /// The next message to go; its line stands still until it is done with.
    pub fn take(&mut self, now: Timestamp) -> Option<Queued> {
        self.ready(now);
        let conversation = self.people.pop_front().or_else(|| self.bots.pop_front())?;
        let line = self.lines.get_mut(&conversation)?;
        line.head = Head::Sending;
        line.messages.front().cloned()
    }

    /// The message that `take` would give waits until then, and with it its line. Others go on.
    pub fn postpone(&mut self, until: Timestamp) {
        let Some(conversation) = self.people.pop_front().or_else(|| self.bots.pop_front()) else { return };
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
        line.head = Head::Ready;
        match line.messages.front() {
            Some(head) if head.by.is_bot() => self.bots.push_back(conversation),
            Some(_) => self.people.push_back(conversation),
            None => {}
        }
    }

    fn remove_from_queues(&mut self, conversation: ConversationId) {
        match self.lines.get(&conversation).map(|line| line.head) {
            Some(Head::Later(at)) => {
                self.later.remove(&(at, conversation));
            }
            Some(Head::Ready) => {
                self.people.retain(|other| *other != conversation);
                self.bots.retain(|other| *other != conversation);
            }
            Some(Head::Sending) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AccountId;
    use crate::domain::message::Line as Words;
    use crate::domain::window::Author;
    use crate::ports::store::Contact;

    fn message(contact: &str, seq: Seq, by_bot: bool, at: u64) -> Queued {
        Queued {
            number: 0,
            contact: Contact::of(&AccountId::new("page"), contact),
            seq,
            line: Words::text("hello"),
            by: if by_bot { Author::Bot } else { Author::Person { late_from: None, template: None } },
            at: Timestamp(at),
            attempt: 0,
            flagged: false,
        }
    }

    fn take(lines: &mut Lines, now: u64) -> Option<(String, Seq)> {
        lines.take(Timestamp(now)).map(|queued| (queued.contact.external_key, queued.seq))
    }

    #[test]
    fn a_conversation_waits_for_its_own_head_and_others_do_not() {
        let mut lines = Lines::new(100);
        for queued in [message("ana", 1, true, 0), message("ana", 2, true, 0), message("bob", 1, true, 0)] {
            lines.add(queued);
        }
        let mut both = [take(&mut lines, 1), take(&mut lines, 1)];
        both.sort();
        assert_eq!(both, [Some(("ana".into(), 1)), Some(("bob".into(), 1))]);
        assert_eq!(take(&mut lines, 1), None);
        lines.done(Contact::of(&AccountId::new("page"), "ana").conversation, 1);
        assert_eq!(take(&mut lines, 1), Some(("ana".into(), 2)));
    }

    /// A sender came on duty, sent a late message while earlier ones were uncertain, and sent those backwards.
    #[test]
    fn earlier_messages_that_go_again_keep_their_order_behind_one_that_is_being_sent() {
        let mut lines = Lines::new(100);
        lines.add(message("ana", 9, true, 0));
        assert_eq!(take(&mut lines, 1), Some(("ana".into(), 9)));
        for seq in [1, 3, 2, 12] {
            lines.add(message("ana", seq, true, 0));
        }
        let ana = Contact::of(&AccountId::new("page"), "ana").conversation;
        for (before, seq) in [(9, 1), (1, 2), (2, 3), (3, 12)] {
            lines.done(ana, before);
            assert_eq!(take(&mut lines, 1), Some(("ana".into(), seq)));
        }
    }

    #[test]
    fn what_the_store_has_ended_is_forgotten_unless_it_is_being_sent() {
        let mut lines = Lines::new(100);
        for queued in [message("ana", 1, true, 0), message("ana", 2, true, 0), message("bob", 1, true, 90)] {
            lines.add(queued);
        }
        assert_eq!(take(&mut lines, 1), Some(("ana".into(), 1)));
        lines.add(message("bob", 2, true, 0));
        lines.keep_only(|queued| queued.contact.external_key == "bob" && queued.seq == 2);
        assert_eq!(take(&mut lines, 1), Some(("bob".into(), 2)));
        lines.done(Contact::of(&AccountId::new("page"), "ana").conversation, 1);
        lines.done(Contact::of(&AccountId::new("page"), "bob").conversation, 2);
        assert!(lines.lines.is_empty() && lines.count == 0);
    }

    #[test]
    fn people_go_before_bots() {
        let mut lines = Lines::new(100);
        lines.add(message("ana", 1, true, 0));
        lines.add(message("bob", 1, false, 0));
        assert_eq!(take(&mut lines, 1), Some(("bob".into(), 1)));
    }

    /// However much somebody is told, each of the others comes after one message of theirs.
    #[test]
    fn contacts_take_turns() {
        let mut lines = Lines::new(100);
        (1..=20).for_each(|seq| lines.add(message("ana", seq, true, 0)));
        lines.add(message("bob", 1, true, 0));
        lines.add(message("carl", 1, true, 0));
        let mut first = Vec::new();
        for _ in 0..4 {
            let (contact, seq) = take(&mut lines, 1).expect("a message");
            lines.done(Contact::of(&AccountId::new("page"), &contact).conversation, seq);
            first.push(contact);
        }
        assert!(first.contains(&"bob".into()) && first.contains(&"carl".into()), "{first:?}");
    }

    #[test]
    fn who_has_to_wait_holds_nobody_else_and_nothing_overtakes_in_their_line() {
        let mut lines = Lines::new(100);
        for queued in [message("ana", 1, false, 0), message("ana", 2, false, 0), message("bob", 1, true, 0)] {
            lines.add(queued);
        }
        assert_eq!(lines.peek(Timestamp(1)).map(|queued| queued.seq), Some(1));
        lines.postpone(Timestamp(50));
        assert_eq!(take(&mut lines, 1), Some(("bob".into(), 1)));
        assert_eq!((take(&mut lines, 49), lines.next_at()), (None, Some(Timestamp(50))));
        assert_eq!(take(&mut lines, 50), Some(("ana".into(), 1)));
        let ana = Contact::of(&AccountId::new("page"), "ana").conversation;
        lines.done(ana, 1);
        assert_eq!(take(&mut lines, 50), Some(("ana".into(), 2)));
        lines.done(ana, 2);
        lines.done(Contact::of(&AccountId::new("page"), "bob").conversation, 1);
        assert!(lines.lines.is_empty() && lines.later.is_empty());
    }

    #[test]
    fn a_contact_who_has_to_wait_holds_up_nobody_else() {
        let mut lines = Lines::new(100);
        for queued in [message("ana", 1, true, 0), message("ana", 2, true, 0), message("bob", 1, true, 0)] {
            lines.add(queued);
        }
        let first = lines.peek(Timestamp(1)).map(|next| next.contact.external_key.clone()).expect("somebody");
        lines.postpone(Timestamp(50));
        let other = if first == "ana" { "bob" } else { "ana" };
        assert_eq!(take(&mut lines, 1), Some((other.to_owned(), 1)));
        assert_eq!((take(&mut lines, 49), lines.next_at()), (None, Some(Timestamp(50))));
        assert_eq!(take(&mut lines, 50), Some((first, 1)));
    }

    #[test]
    fn a_message_that_goes_again_later_holds_its_line() {
        let mut lines = Lines::new(100);
        lines.add(message("ana", 1, true, 0));
        lines.add(message("ana", 2, true, 0));
        let ana = Contact::of(&AccountId::new("page"), "ana").conversation;
        assert_eq!(take(&mut lines, 1), Some(("ana".into(), 1)));
        assert!(lines.again(ana, 1, Timestamp(50), true));
        assert_eq!(take(&mut lines, 49), None);
        assert_eq!(take(&mut lines, 50), Some(("ana".into(), 1)));
        lines.done(ana, 1);
        lines.done(ana, 2);
        assert!(lines.lines.is_empty());
    }
}
