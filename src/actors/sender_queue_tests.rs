use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::AccountId;
use crate::domain::message::Line as Words;
use crate::domain::window::Author;
use crate::ports::store::Contact;

fn author(urgency: Urgency) -> Author {
    match urgency {
        Urgency::Person => Author::Person { late_from: None, template: None },
        _ => Author::Bot { awaited: urgency == Urgency::Answer },
    }
}

fn said(contact: &str, seq: Seq, urgency: Urgency) -> Queued {
    Queued { by: author(urgency), ..message(contact, seq, true, 0) }
}

fn message(contact: &str, seq: Seq, by_bot: bool, at: u64) -> Queued {
    Queued {
        number: 0,
        contact: Contact::of(&AccountId::new("page"), contact),
        seq,
        line: Words::text("hello"),
        by: author(if by_bot { Urgency::Answer } else { Urgency::Person }),
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

#[test]
fn what_the_bot_says_on_its_own_comes_last() {
    let mut lines = Lines::new(100);
    lines.add(said("ana", 1, Urgency::OwnAccord));
    lines.add(said("bob", 1, Urgency::Answer));
    lines.add(said("carl", 1, Urgency::OwnAccord));
    lines.add(said("dora", 1, Urgency::Person));
    let order = [1; 4].map(|now| take(&mut lines, now).expect("a message").0);
    assert_eq!(order[..2], ["dora", "bob"]);
}

/// Their pause has ended, among a hundred thousand others, and they write: what is queued for them must go first, and it does.
#[test]
fn an_answer_lends_its_urgency_to_what_stands_before_it() {
    let mut lines = Lines::new(100);
    lines.add(said("ana", 1, Urgency::OwnAccord));
    lines.add(said("bob", 1, Urgency::OwnAccord));
    assert_eq!(lines.peek(Timestamp(1)).map(|queued| queued.seq), Some(1));
    lines.add(said("bob", 2, Urgency::Answer));
    assert_eq!(take(&mut lines, 1), Some(("bob".into(), 1)));
    lines.done(Contact::of(&AccountId::new("page"), "bob").conversation, 1);
    assert_eq!(take(&mut lines, 1), Some(("bob".into(), 2)));
    assert_eq!(take(&mut lines, 1), Some(("ana".into(), 1)));
}

#[test]
fn however_much_the_bot_says_on_its_own_there_is_room_for_those_who_wait() {
    let mut lines = Lines::new(80);
    let mut added = |urgency| {
        (0..100).filter(|number| lines.add_if_room(said(&format!("{urgency:?}-{number}"), 1, urgency))).count()
    };
    assert_eq!([Urgency::OwnAccord, Urgency::Answer, Urgency::Person].map(&mut added), [40, 30, 10]);
}

proptest! {
    /// Whatever comes, goes, goes again and waits, in whatever order: each conversation's messages go in theirs, and never
    /// does one go while a more urgent one may.
    #[test]
    fn the_most_urgent_goes_first_and_nothing_overtakes_in_its_line(
        acts in prop::collection::vec((0_u8..4, 0_u8..5, 0_u8..3), 1..120),
    ) {
        let mut lines = Lines::new(1000);
        let (mut now, mut seq, mut sending) = (1, 0, BTreeMap::<String, Seq>::new());
        let mut waiting = BTreeMap::<String, BTreeMap<Seq, (Urgency, u64)>>::new();
        for (act, contact, urgency) in acts {
            let name = format!("contact-{contact}");
            let id = Contact::of(&AccountId::new("page"), &name).conversation;
            match act {
                0 | 1 => {
                    seq += 1;
                    let urgency = [Urgency::Person, Urgency::Answer, Urgency::OwnAccord][usize::from(urgency)];
                    lines.add(said(&name, seq, urgency));
                    waiting.entry(name).or_default().insert(seq, (urgency, 0));
                }
                2 => {
                    now += 1;
                    let mut may: Vec<(Urgency, &String, Seq)> = Vec::new();
                    for (name, line) in &waiting {
                        let Some((seq, (_, at))) = line.first_key_value() else { continue };
                        let lent = line.values().map(|(urgency, _)| *urgency).min().expect("one");
                        if *at <= now && !sending.contains_key(name) {
                            may.push((lent, name, *seq));
                        }
                    }
                    let most = may.iter().map(|(urgency, ..)| *urgency).min();
                    let taken = take(&mut lines, now);
                    prop_assert_eq!(taken.is_some(), most.is_some());
                    let Some((name, seq)) = taken else { continue };
                    let found = may.iter().find(|(_, other, _)| **other == name);
                    prop_assert_eq!(found.map(|(urgency, _, seq)| (Some(*urgency), *seq)), Some((most, seq)));
                    sending.insert(name, seq);
                }
                _ => {
                    let Some(seq) = sending.remove(&name) else { continue };
                    if urgency == 0 {
                        lines.again(id, seq, Timestamp(now + 3), false);
                        waiting.entry(name).or_default().entry(seq).and_modify(|(_, at)| *at = now + 3);
                    } else {
                        lines.done(id, seq);
                        waiting.entry(name).or_default().remove(&seq);
                    }
                }
            }
        }
    }
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
