use std::sync::Arc;

use switchboard::domain::ids::{AccountId, DeliveryId, Seq};
use switchboard::domain::message::Line;
use switchboard::ports::store::{Append, Contact, Effect, Mark, Queued, Store, Stray, StrayState};

use super::props::{NOW, Owner, Place, bot_said, contact, incarnation, later, queue};

fn delivery(seq: Seq) -> DeliveryId {
    DeliveryId { conversation: contact("7").conversation, seq }
}

async fn queued(store: &Arc<impl Store>) -> Vec<Queued> {
    store.queued(AccountId::new("page"), 0, 100).await.expect("reads")
}

async fn queued_seqs(store: &Arc<impl Store>) -> Vec<Seq> {
    queued(store).await.iter().map(|queued| queued.seq).collect()
}

/// For each, whether its mark was set.
async fn start(store: &Arc<impl Store>, seqs: &[Seq]) -> Vec<bool> {
    let marks = mark(store, 1, seqs).await;
    marks.into_iter().map(|mark| matches!(mark, Mark::Set { .. })).collect()
}

async fn mark(store: &Arc<impl Store>, me: u128, seqs: &[Seq]) -> Vec<Mark> {
    let deliveries = seqs.iter().copied().map(delivery).collect();
    store.start_sending(incarnation(me), deliveries).await.expect("answers")
}

/// An owner with messages 1 to 4 in the queue; 3 is an agent's.
async fn four_messages(store: &Arc<impl Store>) -> Owner {
    let mut owner = Owner::of(store, "7", incarnation(1)).await;
    for seq in 1..=4 {
        owner.act(vec![queue(seq, seq != 3)]).await;
    }
    owner
}

pub async fn a_take_over_withdraws_only_unsent_bot_messages(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    assert_eq!(start(&store, &[1]).await, [true]);
    owner.act(vec![Effect::Requeue { seq: 2, at: NOW, flagged: true }]).await;
    let mut other = Owner::of(&store, "8", incarnation(1)).await;
    other.act(vec![queue(1, true)]).await;

    assert_eq!(owner.act(vec![Effect::WithdrawBot]).await, [2, 4], "1 is on its way, 3 is an agent's");
    let left: Vec<_> = queued(&store).await.into_iter().map(|queued| (queued.contact, queued.seq)).collect();
    assert_eq!(left, [(contact("7"), 3), (contact("8"), 1)]);
    assert_eq!(owner.act(vec![Effect::WithdrawBot]).await, Vec::<Seq>::new(), "once is enough");
}

pub async fn a_withdrawn_message_never_starts_and_never_comes_back(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    owner.act(vec![Effect::WithdrawBot]).await;
    assert_eq!(start(&store, &[1, 2, 4]).await, [false, false, false]);
    owner.act(vec![Effect::Requeue { seq: 1, at: NOW, flagged: false }]).await;
    assert_eq!(queued_seqs(&store).await, [3]);
}

pub async fn a_started_delivery_is_not_started_twice(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    assert_eq!(start(&store, &[1, 3, 9]).await, [true, true, false]);
    assert_eq!(start(&store, &[1, 2, 1]).await, [false, true, false]);
    assert_eq!(queued_seqs(&store).await, [4]);
    owner.act(vec![Effect::Finish { seq: 1 }]).await;
    assert_eq!(start(&store, &[1]).await, [false], "it is over");
}

pub async fn a_delivery_that_goes_back_waits_with_its_attempts_and_its_flag(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let of_first = || async { queued(&store).await.into_iter().find(|queued| queued.seq == 1).expect("waits") };
    let fresh = of_first().await;
    assert_eq!((fresh.attempt, fresh.flagged, fresh.at, fresh.by.is_bot()), (0, false, NOW, true));
    assert_eq!((fresh.line, fresh.contact), (Line::text("message 1"), contact("7")));

    for (attempt, flagged, expected) in [(1, false, false), (2, true, true), (3, false, true)] {
        assert_eq!(start(&store, &[1]).await, [true]);
        owner.act(vec![Effect::Requeue { seq: 1, at: later(500), flagged }]).await;
        let back = of_first().await;
        assert_eq!((back.attempt, back.flagged, back.at), (attempt, expected, later(500)));
        assert_eq!(back.number, fresh.number, "it keeps its place");
    }
}

pub async fn a_finished_delivery_can_be_queued_again(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    start(&store, &[1]).await;
    owner.act(vec![Effect::Finish { seq: 1 }]).await;
    owner.act(vec![queue(1, false), Effect::Requeue { seq: 1, at: NOW, flagged: true }]).await;
    let last = queued(&store).await.pop().expect("waits");
    assert_eq!((last.seq, last.flagged, last.by.is_bot(), last.attempt), (1, true, false, 0));
    owner.act(vec![queue(1, false)]).await;
    assert_eq!(queued_seqs(&store).await, [2, 3, 4, 1], "queued twice, it is there once");
}

pub async fn a_shelved_delivery_waits_for_somebody_to_send_it_again(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let first = queued(&store).await.remove(0);
    start(&store, &[1, 2]).await;
    owner.act(vec![Effect::Shelve { seq: 1 }, Effect::Shelve { seq: 2 }]).await;
    assert_eq!(queued_seqs(&store).await, [3, 4]);
    assert_eq!(start(&store, &[1]).await, [false], "nobody has asked for it");
    assert_eq!(
        store.strays(later(9_000), incarnation(2), 10).await.expect("reads"),
        [],
        "it is nobody's to look after"
    );

    owner.act(vec![Effect::WithdrawBot]).await;
    owner.act(vec![Effect::Requeue { seq: 1, at: later(500), flagged: true }]).await;
    let back = queued(&store).await.remove(0);
    assert_eq!(back, Queued { at: later(500), attempt: 1, flagged: true, ..first });
    assert_eq!(start(&store, &[1]).await, [true]);

    owner.act(vec![Effect::Finish { seq: 2 }]).await;
    owner.act(vec![Effect::Requeue { seq: 2, at: NOW, flagged: true }]).await;
    assert_eq!(queued_seqs(&store).await, [3], "its echo came: it is over");
}

pub async fn what_lies_on_the_shelf_is_listed_newest_first(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let mut other = Owner::of(&store, "8", incarnation(1)).await;
    other.act(vec![queue(1, true)]).await;
    let listed = async |account: Option<&str>, before, limit| {
        let account = account.map(AccountId::new);
        let shelved = store.shelved(account, before, limit).await.expect("reads").into_iter();
        shelved.map(|shelved| (shelved.contact.external_key, shelved.seq, shelved.number)).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, None, 9).await, []);
    owner.act(vec![Effect::Shelve { seq: 3 }, Effect::Shelve { seq: 1 }]).await;
    other.act(vec![Effect::Shelve { seq: 1 }]).await;
    let all = listed(None, None, 9).await;
    let names: Vec<_> = all.iter().map(|(key, seq, _)| (key.as_str(), *seq)).collect();
    assert_eq!(names, [("8", 1), ("7", 3), ("7", 1)], "by their place in the queue, not by when they failed");
    assert_eq!(listed(Some("page"), None, 9).await, all);
    assert_eq!(listed(Some("other"), None, 9).await, []);
    assert_eq!(listed(None, None, 1).await, all[..1]);
    assert_eq!(listed(Some("page"), Some(all[0].2), 9).await, all[1..], "a page further");
    owner.act(vec![Effect::Requeue { seq: 3, at: NOW, flagged: true }, Effect::Finish { seq: 1 }]).await;
    assert_eq!(listed(None, None, 9).await, all[..1], "what goes again or is over lies there no more");
}

pub async fn what_lies_on_the_shelf_for_long_is_found_oldest_first(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    start(&store, &[2]).await;
    owner.act(vec![Effect::Requeue { seq: 2, at: later(500), flagged: false }]).await;
    owner.act((1..=4).map(|seq| Effect::Shelve { seq }).collect()).await;
    let found = async |until, after, limit| {
        let (old, end) = store.shelved_until(until, after, limit).await.expect("reads");
        (old.into_iter().map(|old| old.seq).collect::<Vec<_>>(), end)
    };
    assert_eq!(found(later(499), i64::MIN, 9).await, (vec![1, 3, 4], None), "what was tried later is younger");
    assert_eq!(found(later(500), i64::MIN, 9).await, (vec![1, 2, 3, 4], None));
    let (first, end) = found(later(499), i64::MIN, 2).await;
    assert_eq!(first, [1], "so many are looked at");
    assert_eq!(found(later(499), end.expect("more"), 9).await, (vec![3, 4], None));
    assert_eq!(found(switchboard::domain::time::Timestamp(NOW.0 - 1), i64::MIN, 9).await, (vec![], None));
}

pub async fn whoever_is_named_otherwise_stays_who_they_were(place: &impl Place) {
    let store = place.open().await;
    let (old, new, stranger) = (contact("15550001"), contact("US.1"), contact("US.2"));
    let is = async |name: &Contact, also: Option<&Contact>| {
        store.namesake(name.clone(), also.cloned()).await.expect("answers").external_key
    };
    assert_eq!(is(&new, Some(&old)).await, "US.1", "nobody has a conversation yet");
    Owner::of(&store, "15550001", incarnation(1)).await.say("hello").await;
    assert_eq!(is(&stranger, None).await, "US.2");
    assert_eq!(is(&new, None).await, "US.1", "nobody says who they are");
    assert_eq!(is(&new, Some(&old)).await, "15550001");
    assert_eq!(is(&new, None).await, "15550001", "also without the number, from then on");
    assert_eq!(is(&new, Some(&contact("15559999"))).await, "15550001", "and with another");
    Owner::of(&store, "US.2", incarnation(1)).await.say("hello").await;
    assert_eq!(is(&stranger, Some(&old)).await, "US.2", "who has a conversation keeps it");
}

/// A number that lies on the shelf is taken, also after a restart.
pub async fn a_new_delivery_comes_after_every_shelved_one(place: &impl Place) {
    let last = {
        let store = place.open().await;
        let mut owner = four_messages(&store).await;
        let last = queued(&store).await.last().expect("waits").number;
        owner.act((1..=4).map(|seq| Effect::Shelve { seq }).collect()).await;
        last
    };
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(2)).await;
    owner.act(vec![queue(owner.seq + 1, true)]).await;
    assert!(queued(&store).await[0].number > last);
}

pub async fn deliveries_wait_in_the_order_they_were_written(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let mut other = Owner::of(&store, "8", incarnation(1)).await;
    other.act(vec![queue(1, true)]).await;
    let append = Append {
        effects: vec![queue(5, true), queue(6, true)].into(),
        ..owner.next(vec![bot_said("a"), bot_said("b")])
    };
    owner.append(append).await.expect("appends");

    let all = queued(&store).await;
    let order: Vec<_> = all.iter().map(|queued| (queued.contact.external_key.as_str(), queued.seq)).collect();
    assert_eq!(order, [("7", 1), ("7", 2), ("7", 3), ("7", 4), ("8", 1), ("7", 5), ("7", 6)]);
    assert!(all.is_sorted_by_key(|queued| queued.number));
    let rest = store.queued(AccountId::new("page"), all[4].number, 1).await.expect("reads");
    assert_eq!(rest, all[5..6]);
    assert_eq!(store.queued(AccountId::new("other"), 0, 9).await.expect("reads"), []);
}

/// A sender that goes on after the last number it saw would otherwise miss a message that got a used number.
pub async fn a_new_delivery_comes_after_every_finished_one(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let seen = queued(&store).await.last().expect("waits").number;
    owner.act((1..=4).map(|seq| Effect::Finish { seq }).collect()).await;
    owner.act(vec![queue(5, true)]).await;
    assert_eq!(store.queued(AccountId::new("page"), seen, 9).await.expect("reads").len(), 1);
}

/// Whoever has not heard the answer asks again, and hears how far it had come; nobody else does.
pub async fn a_mark_stands_for_whoever_has_set_it(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    let (first, second) = (Mark::Set { attempt: 1 }, Mark::Set { attempt: 2 });
    assert_eq!(mark(&store, 1, &[1, 2, 2]).await, [first, first, Mark::No], "asked for twice at once");
    assert_eq!(mark(&store, 1, &[2, 3]).await, [Mark::Stands { attempt: 1 }, first]);
    assert_eq!(mark(&store, 2, &[1, 2, 4]).await, [Mark::No, Mark::No, first]);
    owner.act(vec![Effect::Requeue { seq: 1, at: NOW, flagged: false }]).await;
    owner.act(vec![Effect::Shelve { seq: 2 }, Effect::Requeue { seq: 2, at: NOW, flagged: true }]).await;
    owner.act(vec![Effect::Finish { seq: 3 }]).await;
    assert_eq!(mark(&store, 2, &[1, 2, 3, 5]).await, [second, second, Mark::No, Mark::No]);
    assert_eq!(mark(&store, 2, &[1, 2]).await, [Mark::Stands { attempt: 2 }; 2]);
}

pub async fn deliveries_of_a_dead_incarnation_are_strays(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    start(&store, &[1, 2]).await;
    let strays = |now, me| store.strays(now, incarnation(me), 10);
    assert_eq!(strays(NOW, 1).await.expect("reads"), [], "they are in good hands");

    let stray = |seq| Stray { contact: contact("7"), seq, state: StrayState::Sending { attempt: 1 } };
    assert_eq!(strays(NOW, 2).await.expect("reads"), [stray(1), stray(2)]);
    assert_eq!(strays(later(1_999), 2).await.expect("reads"), [], "somebody looks after them");
    owner.act(vec![Effect::Finish { seq: 1 }]).await;
    assert_eq!(strays(later(2_000), 2).await.expect("reads"), [stray(2)]);
}

pub async fn withdrawn_deliveries_nobody_was_told_of_are_strays(place: &impl Place) {
    let store = place.open().await;
    let mut owner = four_messages(&store).await;
    assert_eq!(owner.act(vec![Effect::WithdrawBot]).await, [1, 2, 4]);
    let stray = |seq| Stray { contact: contact("7"), seq, state: StrayState::Withdrawn };
    let strays = |now| store.strays(now, incarnation(1), 10);
    owner.act(vec![Effect::Finish { seq: 2 }]).await;
    assert_eq!(strays(later(2_000)).await.expect("reads"), [stray(1), stray(4)]);
    assert_eq!(strays(later(3_999)).await.expect("reads"), []);
    assert_eq!(strays(later(4_000)).await.expect("reads"), [stray(1), stray(4)]);
}
