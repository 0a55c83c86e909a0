use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use switchboard::domain::ids::Seq;
use switchboard::domain::time::Timestamp;
use switchboard::ports::store::{Effect, Store, TakenAlert};

use super::props::{NOW, Owner, Place, contact, incarnation, later};

const LEASE: u64 = 1_000;

async fn take(store: &Arc<impl Store>, now: Timestamp) -> Vec<TakenAlert> {
    store.take_alerts(now, Timestamp(now.0 + LEASE), 100).await.expect("answers")
}

/// An owner with one alert, the event 1.
async fn one_alert(store: &Arc<impl Store>) -> Owner {
    let mut owner = Owner::of(store, "7", incarnation(1)).await;
    owner.act(vec![Effect::Alert { seq: 1 }]).await;
    owner
}

fn taken(attempt: u32) -> TakenAlert {
    TakenAlert { contact: contact("7"), seq: 1, attempt, flagged: false, lost: false }
}

pub async fn an_alert_is_taken_once_and_comes_with_its_seq(place: &impl Place) {
    let store = place.open().await;
    let _owner = one_alert(&store).await;
    assert_eq!(take(&store, Timestamp(NOW.0 - 1)).await, [], "not before its time");
    assert_eq!(take(&store, NOW).await, [taken(1)]);
    assert_eq!(take(&store, later(LEASE - 1)).await, []);
}

pub async fn an_alert_that_goes_again_waits_with_its_attempts_and_its_flag(place: &impl Place) {
    let store = place.open().await;
    let mut owner = one_alert(&store).await;
    let mut now = NOW.0;
    for (attempt, flagged, expected) in [(1, false, false), (2, true, false), (3, false, true), (4, false, true)] {
        assert_eq!(take(&store, Timestamp(now)).await, [TakenAlert { flagged: expected, ..taken(attempt) }]);
        now += 500;
        owner.act(vec![Effect::AlertAgain { seq: 1, attempt, at: Timestamp(now), flagged }]).await;
        assert_eq!(take(&store, Timestamp(now - 1)).await, [], "it waits");
    }
}

pub async fn an_alert_that_is_over_is_gone(place: &impl Place) {
    let store = place.open().await;
    let mut owner = one_alert(&store).await;
    take(&store, NOW).await;
    owner.act(vec![Effect::AlertOver { seq: 1 }]).await;
    assert_eq!(take(&store, later(LEASE * 2)).await, []);
    owner.act(vec![Effect::AlertAgain { seq: 1, attempt: 1, at: NOW, flagged: false }]).await;
    assert_eq!(take(&store, later(LEASE * 2)).await, [], "and nothing brings it back");
}

pub async fn an_alert_whose_sender_is_silent_is_lost(place: &impl Place) {
    let store = place.open().await;
    let _owner = one_alert(&store).await;
    take(&store, NOW).await;
    assert_eq!(take(&store, later(LEASE)).await, [TakenAlert { lost: true, ..taken(2) }]);
    assert_eq!(take(&store, later(LEASE)).await, [], "who is told of it has it for as long");
}

pub async fn a_try_that_was_believed_lost_decides_nothing(place: &impl Place) {
    let store = place.open().await;
    let mut owner = one_alert(&store).await;
    take(&store, NOW).await;
    take(&store, later(LEASE)).await;
    owner.act(vec![Effect::AlertAgain { seq: 1, attempt: 1, at: NOW, flagged: true }]).await;
    assert_eq!(take(&store, later(LEASE)).await, [], "the second try is under way");
    owner.act(vec![Effect::AlertAgain { seq: 1, attempt: 2, at: NOW, flagged: true }]).await;
    assert_eq!(take(&store, later(LEASE)).await, [TakenAlert { flagged: true, ..taken(3) }]);
}

pub async fn alerts_come_oldest_first(place: &impl Place) {
    let store = place.open().await;
    let mut owner = one_alert(&store).await;
    take(&store, NOW).await;
    owner.act(vec![Effect::Alert { seq: 2 }, Effect::Alert { seq: 3 }]).await;
    owner.act(vec![Effect::AlertAgain { seq: 1, attempt: 1, at: later(9), flagged: false }]).await;
    let all = store.take_alerts(later(9), later(LEASE), 2).await.expect("answers");
    assert_eq!(all.iter().map(|alert| alert.seq).collect::<Vec<Seq>>(), [2, 3], "at most so many as were asked for");
    assert_eq!(take(&store, later(9)).await.iter().map(|alert| alert.seq).collect::<Vec<Seq>>(), [1]);
}

/// Else a crash in the middle of a letter would send it twice without anybody knowing.
pub async fn what_was_taken_is_still_taken_after_reopening(place: &impl Place) {
    let store = place.open().await;
    let owner = one_alert(&store).await;
    assert_eq!(take(&store, NOW).await.len(), 1);
    drop((owner, store));
    let store = place.open().await;
    assert_eq!(take(&store, later(LEASE - 1)).await, []);
    assert_eq!(take(&store, later(LEASE)).await, [TakenAlert { lost: true, ..taken(2) }]);
}

pub async fn alerts_asked_for_at_once_are_taken_once(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for seq in 1..=20 {
        owner.act(vec![Effect::Alert { seq }]).await;
    }
    let asked = join_all((0..4).map(|_| store.take_alerts(NOW, later(LEASE), 7))).await;
    let mut seqs: Vec<Seq> = asked.into_iter().flat_map(|taken| taken.expect("answers")).map(|one| one.seq).collect();
    seqs.extend(take(&store, NOW).await.iter().map(|one| one.seq));
    let different: BTreeSet<Seq> = seqs.iter().copied().collect();
    assert_eq!((seqs.len(), different.len()), (20, 20));
}
