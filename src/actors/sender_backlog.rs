//! What a sender still has to send, as far as memory knows, and when the store must be read again.
//!
//! Pure. The store holds every unsent message; memory holds some of them, in lines. Three things must not happen: that a
//! message overtakes an earlier one which only the store holds, that one is forgotten because a word about it was lost
//! on the way from another node, and that a reading of the store which is older than such a word undoes it.

use std::collections::BTreeSet;

use super::sender_queue::Lines;
use crate::domain::ids::{ConversationId, DeliveryId, Seq};
use crate::domain::time::Timestamp;
use crate::domain::window::Urgency;
use crate::ports::store::Queued;

#[derive(Debug, Clone)]
pub struct Backlog {
    lines: Lines,
    messages_max: usize,
    /// The store holds messages that memory does not.
    behind: bool,
    /// The store is being read.
    reading: Option<Reading>,
    /// Conversations of which an earlier message goes again that memory may not hold; so many at most, then all are.
    with_gaps: BTreeSet<ConversationId>,
    /// Their conversation has heard what became of them; what it made of that has not come yet, and may be lost.
    told: BTreeSet<DeliveryId>,
    /// Were to be marked as being sent, and the store did not say whether they are: it may not hold them as unsent.
    unheard: BTreeSet<DeliveryId>,
}

#[derive(Debug, Clone, Default)]
struct Reading {
    /// What was enqueued meanwhile, so that it cannot overtake.
    meanwhile: Vec<(Queued, Option<Seq>)>,
    /// What had been told when it began.
    unsettled: Vec<DeliveryId>,
    /// What goes again by what was heard meanwhile.
    heard_of: BTreeSet<DeliveryId>,
    /// The store got another message meanwhile.
    again: bool,
}

impl Backlog {
    /// Knows nothing yet: the store must be read.
    pub fn new(messages_max: usize) -> Self {
        Self {
            lines: Lines::new(messages_max),
            messages_max,
            behind: true,
            reading: None,
            with_gaps: BTreeSet::new(),
            told: BTreeSet::new(),
            unheard: BTreeSet::new(),
        }
    }

    // --- Reading the store ---

    /// Whether the store is to be read now: then `have_read` or `reading_failed` must follow.
    pub fn begin_reading(&mut self) -> bool {
        let begin = self.behind && self.reading.is_none() && self.lines.has_room_for_half();
        if begin {
            self.reading = Some(Reading { unsettled: self.told.iter().copied().collect(), ..Reading::default() });
        }
        begin
    }

    /// How many messages of the store are to be read.
    pub fn reading_max(&self) -> usize {
        self.lines.reading_max()
    }

    pub fn reading_failed(&mut self) {
        self.reading = None;
        self.behind = true;
    }

    /// The first unsent messages of the store; `limit` of them if there are more.
    pub fn have_read(&mut self, unsent: Vec<Queued>, limit: usize) {
        let Some(Reading { meanwhile, unsettled, heard_of, again }) = self.reading.take() else { return };
        let read_whole = unsent.len() < limit;
        self.behind = again;
        let gaps = std::mem::take(&mut self.with_gaps);
        if read_whole {
            self.settle_by_the_store(&unsettled, &unsent, &heard_of);
        }
        let has_whole = self.lines.fill(unsent) && read_whole;
        if !has_whole || again {
            self.behind = true;
            self.with_gaps.extend(gaps);
        }
        for (queued, before) in meanwhile {
            // With the whole store in memory nothing is missing before it.
            if self.is_missing(&queued, before.filter(|_| self.behind)) { self.fall_behind() } else { self.add(queued) }
        }
    }

    /// What was told before the store was read and is not unsent there is done with.
    fn settle_by_the_store(&mut self, told: &[DeliveryId], unsent: &[Queued], heard_of: &BTreeSet<DeliveryId>) {
        for id in told {
            // It has been heard of since, or has started again.
            if !self.told.contains(id) {
                continue;
            }
            let again = unsent.iter().find(|queued| queued.id() == *id).map(|queued| (queued.at, queued.flagged));
            self.settle(*id, again);
        }
        let unsent: BTreeSet<DeliveryId> = unsent.iter().map(Queued::id).collect();
        let kept = [&unsent, heard_of, &self.unheard];
        self.lines.keep_only(|queued| kept.iter().any(|ids| ids.contains(&queued.id())));
    }

    /// The store holds, or may hold, a message that memory does not.
    pub fn fall_behind(&mut self) {
        self.behind = true;
        if let Some(reading) = &mut self.reading {
            reading.again = true;
        }
    }

    // --- What is heard ---

    /// Whether the message is in memory, waiting or being sent, or will be when the store is read.
    pub fn knows(&self, id: DeliveryId) -> bool {
        let mut meanwhile = self.reading.iter().flat_map(|reading| &reading.meanwhile);
        self.lines.holds(id.conversation, id.seq) || meanwhile.any(|(other, _)| other.id() == id)
    }

    /// What it must not overtake waits in the store, or came to another node whose word was lost: the store has both.
    fn is_missing(&self, queued: &Queued, before: Option<Seq>) -> bool {
        let conversation = queued.contact.conversation;
        before.is_some_and(|seq| !self.knows(DeliveryId { conversation, seq }))
    }

    /// A message that was written now; `before` is the one of its conversation behind which it waits.
    pub fn enqueue(&mut self, queued: Queued, before: Option<Seq>) {
        if self.is_missing(&queued, before) {
            return self.fall_behind();
        }
        // As in the lines, what nobody waits for leaves room to what somebody waits for.
        let meanwhile_max = if is_pressing(&queued) { self.messages_max } else { self.messages_max / 2 };
        match &mut self.reading {
            Some(reading) if reading.meanwhile.len() < meanwhile_max => reading.meanwhile.push((queued, before)),
            // With room to read, the store is read first.
            None if !self.behind || !self.lines.has_room_for_half() => self.add(queued),
            _ => self.fall_behind(),
        }
    }

    /// While the store holds messages that memory does not, later ones wait there with them until it is read. Those that
    /// somebody waits for go on: they overtake others, and none of their own conversation.
    fn add(&mut self, queued: Queued) {
        let has_gaps =
            self.with_gaps.len() >= self.messages_max || self.with_gaps.contains(&queued.contact.conversation);
        let may_pass = !self.behind || (is_pressing(&queued) && !has_gaps);
        let some_gave_way = may_pass && self.lines.make_room_for(queued.by.urgency());
        if !may_pass || !self.lines.add_if_room(queued) || some_gave_way {
            self.fall_behind();
        }
    }

    /// What the log says about a message that was tried: it goes again, or is done with.
    pub fn settle(&mut self, id: DeliveryId, again: Option<(Timestamp, bool)>) {
        self.told.remove(&id);
        match again {
            None if self.lines.holds(id.conversation, id.seq) => self.done(id),
            Some((at, flagged)) if self.again(id, at, flagged) => {}
            // Not in memory: an agent sends a failed message again, or another process was sending it.
            _ => {
                let may_be_passed = self.reading.is_some() || self.lines.has_line(id.conversation);
                if again.is_some() && may_be_passed && self.with_gaps.len() < self.messages_max {
                    self.with_gaps.insert(id.conversation);
                }
                self.fall_behind();
            }
        }
    }

    /// It goes again at `at`. False if it is not in memory.
    fn again(&mut self, id: DeliveryId, at: Timestamp, flagged: bool) -> bool {
        if let Some(reading) = &mut self.reading {
            reading.heard_of.insert(id);
        }
        self.lines.again(id.conversation, id.seq, at, flagged)
    }

    // --- What goes out ---

    /// The message that `take` would give.
    pub fn peek(&mut self, now: Timestamp) -> Option<&Queued> {
        self.lines.peek(now)
    }

    /// The message that `take` would give waits until then; other lines go on.
    pub fn postpone(&mut self, until: Timestamp) {
        self.lines.postpone(until);
    }

    /// The next message to go; its line stands still until it is done with or goes again.
    pub fn take(&mut self, now: Timestamp) -> Option<Queued> {
        let queued = self.lines.take(now)?;
        self.told.remove(&queued.id());
        self.unheard.remove(&queued.id());
        Some(queued)
    }

    /// Whether the taken message was marked as being sent is not known; it is asked again at `at`.
    pub fn start_unheard(&mut self, queued: &Queued, at: Timestamp) {
        self.unheard.insert(queued.id());
        self.again(queued.id(), at, queued.flagged);
    }

    pub fn next_at(&self) -> Option<Timestamp> {
        self.lines.next_at()
    }

    /// Its conversation has heard what became of the try after `attempt` others. What it made of that may have come already,
    /// and the next try may be under way: of that one it says nothing.
    pub fn told(&mut self, id: DeliveryId, attempt: u32) {
        if self.lines.attempt(id.conversation, id.seq) == Some(attempt) {
            self.told.insert(id);
        }
    }

    /// It needs no more sending: somebody has withdrawn it, or its conversation does not know it any more.
    pub fn done(&mut self, id: DeliveryId) {
        self.unheard.remove(&id);
        self.lines.done(id.conversation, id.seq);
    }

    // --- On duty, or standing by ---

    /// Another node may have sent or taken what memory holds.
    pub fn come_off_duty(&mut self) {
        self.lines = Lines::new(self.messages_max);
        self.told.clear();
        self.unheard.clear();
        self.with_gaps.clear();
        self.fall_behind();
    }
}

/// Somebody waits for it.
fn is_pressing(queued: &Queued) -> bool {
    queued.by.urgency() < Urgency::OwnAccord
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AccountId;
    use crate::domain::message::Line;
    use crate::domain::window::Author;
    use crate::ports::store::Contact;

    const NOW: Timestamp = Timestamp(5);

    fn message(seq: Seq) -> Queued {
        let contact = Contact::of(&AccountId::new("page"), "ana");
        let (line, by) = (Line::text("hello"), Author::Bot { awaited: true });
        Queued { number: 0, contact, seq, line, by, at: NOW, attempt: 0, flagged: false }
    }

    fn said_to(name: &str, seq: Seq, awaited: bool) -> Queued {
        Queued { contact: Contact::of(&AccountId::new("page"), name), by: Author::Bot { awaited }, ..message(seq) }
    }

    /// Memory is full of what nobody waits for, and the store has more of it.
    fn under_a_flood() -> Backlog {
        let mut backlog = Backlog::new(16);
        assert!(backlog.begin_reading());
        let limit = backlog.reading_max() + 8;
        backlog.have_read((0..limit).map(|number| said_to(&format!("paused-{number}"), 1, false)).collect(), limit);
        assert!(!backlog.begin_reading(), "there is no room for more");
        backlog
    }

    #[test]
    fn whoever_writes_under_a_flood_is_answered_first_and_the_flood_waits_its_turn() {
        let mut backlog = under_a_flood();
        backlog.enqueue(said_to("late", 1, false), None);
        backlog.enqueue(said_to("ana", 1, true), None);
        backlog.enqueue(said_to("ana", 2, true), Some(1));
        let first = backlog.take(NOW).expect("it may go");
        assert_eq!((first.contact.external_key.as_str(), first.seq), ("ana", 1));
        backlog.settle(first.id(), None);
        assert_eq!(backlog.take(NOW).map(|next| (next.contact.external_key, next.seq)), Some(("ana".into(), 2)));
        assert!(!backlog.knows(said_to("late", 1, false).id()), "it waits in the store, behind the others");
    }

    /// What is being sent is in memory, and the store does not hold it as unsent any more.
    #[test]
    fn what_is_read_leaves_room_to_those_who_write_however_much_is_being_sent() {
        let mut backlog = Backlog::new(16);
        assert!(backlog.begin_reading());
        let flood = |numbers: std::ops::Range<usize>| {
            numbers.map(|number| said_to(&format!("paused-{number}"), 1, false)).collect::<Vec<_>>()
        };
        backlog.have_read(flood(0..8), 8);
        assert_eq!((0..8).filter_map(|_| backlog.take(NOW)).count(), 8);
        assert!(backlog.begin_reading());
        let limit = backlog.reading_max();
        backlog.have_read(flood(8..8 + limit), limit);
        backlog.enqueue(said_to("ana", 1, true), None);
        assert_eq!(backlog.take(NOW).map(|next| next.contact.external_key), Some("ana".into()));
    }

    /// Ana writes while the store is read. What the reading brings leaves room enough for the next one, and that, too, begins
    /// with the flood.
    #[test]
    fn whoever_writes_while_the_store_is_read_does_not_wait_behind_all_it_holds() {
        let mut backlog = Backlog::new(16);
        assert!(backlog.begin_reading());
        let limit = backlog.reading_max();
        backlog.enqueue(said_to("ana", 1, true), None);
        backlog.have_read((0..limit).map(|number| said_to(&format!("paused-{number}"), 1, false)).collect(), limit);
        assert!(backlog.begin_reading(), "there is room, and the store has more");
        assert_eq!(backlog.take(NOW).map(|next| next.contact.external_key), Some("ana".into()));
    }

    #[test]
    fn a_flood_that_comes_while_the_store_is_read_leaves_room_to_those_who_write() {
        let mut backlog = Backlog::new(16);
        assert!(backlog.begin_reading());
        (0..100).for_each(|number| backlog.enqueue(said_to(&format!("paused-{number}"), 1, false), None));
        backlog.enqueue(said_to("ana", 1, true), None);
        backlog.have_read(Vec::new(), 4);
        assert_eq!(backlog.take(NOW).map(|next| next.contact.external_key), Some("ana".into()));
    }

    #[test]
    fn a_flood_gives_way_to_whoever_writes_and_comes_back_from_the_store() {
        let mut backlog = under_a_flood();
        (0..14).for_each(|number| backlog.enqueue(said_to(&format!("writer-{number}"), 1, true), None));
        for _ in 0..14 {
            let next = backlog.take(NOW).expect("it may go");
            assert!(next.contact.external_key.starts_with("writer-"), "{next:?}");
            backlog.settle(next.id(), None);
        }
        assert!(backlog.begin_reading(), "the store holds what gave way");
    }

    #[test]
    fn nobody_passes_what_only_the_store_holds_of_their_own_conversation() {
        let mut backlog = under_a_flood();
        backlog.enqueue(said_to("ana", 4, true), Some(2));
        assert!(!backlog.knows(said_to("ana", 4, true).id()), "the second comes first");
        // An earlier one goes again, and waits in the store.
        let paused = said_to("paused-1", 9, true);
        backlog.settle(DeliveryId { seq: 0, ..paused.id() }, Some((NOW, true)));
        backlog.enqueue(paused.clone(), Some(1));
        assert!(!backlog.knows(paused.id()));
    }

    /// Its answer was lost, it was told again, and by then the message was being sent once more: the store does not hold it
    /// as unsent, and the next one would have gone out before it.
    #[test]
    fn a_late_word_of_an_earlier_try_ends_none_that_is_under_way() {
        let mut backlog = Backlog::new(100);
        assert!(backlog.begin_reading());
        backlog.have_read(vec![message(1), message(2)], 100);
        let first = backlog.take(NOW).expect("it may go");
        backlog.settle(first.id(), Some((NOW, false)));
        assert_eq!(backlog.take(NOW).map(|again| (again.seq, again.attempt)), Some((1, 1)));

        backlog.told(first.id(), first.attempt);
        backlog.fall_behind();
        assert!(backlog.begin_reading());
        backlog.have_read(vec![message(2)], 100);
        assert_eq!(backlog.take(NOW).map(|next| next.seq), None, "the first is still being sent");

        backlog.told(first.id(), 1);
        backlog.fall_behind();
        assert!(backlog.begin_reading());
        backlog.have_read(vec![message(2)], 100);
        assert_eq!(backlog.take(NOW).map(|next| next.seq), Some(2));
    }

    /// It is marked, and nobody but its sender knows that it is not on its way: forgotten, it would wait for ever.
    #[test]
    fn what_may_be_marked_unheard_is_asked_about_again_although_the_store_does_not_hold_it_as_unsent() {
        let mut backlog = Backlog::new(100);
        assert!(backlog.begin_reading());
        backlog.have_read(vec![message(1)], 100);
        let first = backlog.take(NOW).expect("it may go");
        backlog.start_unheard(&first, NOW);
        backlog.fall_behind();
        assert!(backlog.begin_reading());
        backlog.have_read(Vec::new(), 100);
        assert_eq!(backlog.take(NOW).map(|again| again.seq), Some(1));
    }
}
