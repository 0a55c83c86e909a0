use std::sync::Arc;

use switchboard::domain::aside::Status;
use switchboard::domain::event::Agent;
use switchboard::domain::summary::{LastWords, ModeSummary, Summary, Voice};
use switchboard::ports::store::{Append, Group, Known, Listed, Store};

use crate::support::story::ana;

use super::props::{Owner, Place, contact, heard, human, incarnation, later, list};

/// The conversation moves into a mode at `since`, and something is said at `said`.
async fn stands(store: &Arc<impl Store>, key: &str, mode: ModeSummary, since: u64, said: u64) {
    let mut owner = Owner::of(store, key, incarnation(1)).await;
    let mut append = owner.next(vec![heard("hi")]);
    let summary = Arc::make_mut(&mut append.summary);
    summary.mode = mode;
    summary.since = later(since);
    summary.last = Some(LastWords { text: "hi".to_owned(), by: Voice::Contact, at: later(said) });
    owner.append(append).await.expect("appends");
}

async fn names(store: &Arc<impl Store>, group: Group, limit: usize) -> Vec<String> {
    list(&**store, group, limit).await.into_iter().map(|summary| summary.name).collect()
}

pub async fn lists_come_in_their_order(place: &impl Place) {
    let store = place.open().await;
    for (key, since, said) in [("b1", 1, 50), ("b2", 2, 70), ("b3", 3, 60)] {
        stands(&store, key, ModeSummary::Bot, since, said).await;
    }
    for (key, since) in [("w1", 30), ("w2", 10), ("w3", 20)] {
        stands(&store, key, ModeSummary::Waiting, since, 90 - since).await;
    }
    for (key, since) in [("h1", 5), ("h2", 4)] {
        stands(&store, key, human(), since, since).await;
    }
    Owner::of(&store, "nothing said", incarnation(1)).await;

    assert_eq!(names(&store, Group::Bot, 9).await, ["b2", "b3", "b1"]);
    assert_eq!(names(&store, Group::Bot, 2).await, ["b2", "b3"]);
    assert_eq!(names(&store, Group::Waiting, 9).await, ["w2", "w3", "w1"]);
    assert_eq!(names(&store, Group::Human, 9).await, ["h2", "h1"]);

    stands(&store, "b1", ModeSummary::Bot, 1, 80).await;
    stands(&store, "w2", human(), 6, 6).await;
    assert_eq!(names(&store, Group::Bot, 2).await, ["b1", "b2"]);
    assert_eq!(names(&store, Group::Waiting, 9).await, ["w3", "w1"]);
    assert_eq!(names(&store, Group::Human, 9).await, ["h2", "h1", "w2"]);
}

/// With an agent, whoever has the floor.
pub async fn what_is_assigned_to_an_agent_is_not_the_bots(place: &impl Place) {
    let store = place.open().await;
    stands(&store, "b1", ModeSummary::Bot, 1, 1).await;
    stands(&store, "h1", human(), 5, 5).await;
    let to = |agent: Option<Agent>| {
        let store = store.clone();
        async move {
            let mut owner = Owner::of(&store, "a1", incarnation(1)).await;
            let mut append = owner.next(vec![heard("hi")]);
            let summary = Arc::make_mut(&mut append.summary);
            (summary.since, summary.assigned.agent) = (later(3), agent);
            owner.append(append).await.expect("appends");
        }
    };
    to(Some(ana())).await;
    assert_eq!(names(&store, Group::Human, 9).await, ["a1", "h1"]);
    assert_eq!(names(&store, Group::Bot, 9).await, ["b1"]);
    assert_eq!(store.count().await.expect("counts")[..3], [1, 0, 2]);
    to(None).await;
    assert_eq!(names(&store, Group::Human, 9).await, ["h1"]);
    assert_eq!(store.count().await.expect("counts")[..3], [2, 0, 1]);
}

/// A receipt changes nothing that a list shows, and the log is longer all the same.
pub async fn a_summary_that_was_not_written_again_knows_how_long_the_log_is(place: &impl Place) {
    let store = place.open().await;
    stands(&store, "7", ModeSummary::Waiting, 1, 1).await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let before = list(&*store, Group::Waiting, 9).await.remove(0);
    let mut append = owner.next(vec![heard("one"), heard("two")]);
    append.summary = Arc::new(Summary { seq: 3, ..before.clone() });
    append.same_summary = true;
    owner.append(append).await.expect("appends");

    let now = Summary { seq: 3, ..before };
    assert_eq!(list(&*store, Group::Waiting, 9).await, std::slice::from_ref(&now));
    let reading = store.read_after(owner.contact.conversation, 0, 9).await.expect("reads").expect("is there");
    assert_eq!(reading.summary, now);
    drop((owner, store));
    assert_eq!(list(&*place.open().await, Group::Waiting, 9).await, [now]);
}

/// Whoever reads a list again hears of what has moved on, and of the rest that it is there.
pub async fn of_what_is_known_a_list_says_that_it_is_there(place: &impl Place) {
    let store = place.open().await;
    for (key, said) in [("b1", 1), ("b2", 2), ("b3", 3)] {
        stands(&store, key, ModeSummary::Bot, 1, said).await;
    }
    let read = list(&*store, Group::Bot, 9).await;
    let known: Known = Arc::new(read.iter().map(|row| (row.conversation, row.seq)).collect());
    stands(&store, "b2", ModeSummary::Bot, 1, 9).await;
    stands(&store, "b1", human(), 5, 5).await;
    stands(&store, "b4", ModeSummary::Bot, 1, 4).await;
    let again = store.list(Group::Bot, 9, known.clone()).await.expect("reads");
    let words = |row: &Listed| match row {
        Listed::News(summary) => summary.name.clone(),
        Listed::AsKnown(conversation) => format!("as known: {}", *conversation == contact("b3").conversation),
    };
    assert_eq!(again.iter().map(words).collect::<Vec<_>>(), ["b2", "b4", "as known: true"]);
    let humans = store.list(Group::Human, 9, known).await.expect("reads");
    assert_eq!(humans.iter().map(words).collect::<Vec<_>>(), ["b1"]);
}

pub async fn counts_follow_modes(place: &impl Place) {
    let store = place.open().await;
    let count = || async { store.count().await.expect("reads") };
    assert_eq!(count().await[..3], [0, 0, 0]);
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!(count().await[..3], [0, 0, 0], "nothing has happened yet");
    stands(&store, "8", ModeSummary::Bot, 1, 1).await;
    stands(&store, "9", ModeSummary::Waiting, 1, 1).await;
    assert_eq!(count().await[..3], [1, 1, 0]);
    stands(&store, "9", human(), 2, 2).await;
    stands(&store, "9", human(), 2, 3).await;
    assert_eq!(count().await[..3], [1, 0, 1]);
    let fenced = Append { after: 4, ..owner.next(vec![heard("misplaced")]) };
    owner.append(fenced).await.expect_err("is fenced");
    assert_eq!(count().await[..3], [1, 0, 1]);
    owner.say("hi").await;
    stands(&store, "9", ModeSummary::Bot, 3, 3).await;
    assert_eq!(count().await[..3], [3, 0, 0]);
}

/// Whoever has the floor, what is laid aside is in no list of those who must act, and is counted apart.
pub async fn what_is_laid_aside_is_in_a_list_of_its_own(place: &impl Place) {
    let store = place.open().await;
    let aside = |key: &'static str, status, said| lay_aside(&store, key, human(), status, said);
    stands(&store, "h", human(), 1, 1).await;
    aside("s1", Status::Snoozed { until: later(900) }, 10).await;
    aside("s2", Status::Snoozed { until: later(800) }, 20).await;
    aside("c1", Status::Closed { at: later(700) }, 30).await;
    aside("c2", Status::Closed { at: later(600) }, 40).await;
    assert_eq!(store.count().await.expect("reads")[..5], [0, 0, 1, 2, 2]);
    assert_eq!(names(&store, Group::Human, 9).await, ["h"]);
    assert_eq!(names(&store, Group::Snoozed, 9).await, ["s2", "s1"]);
    assert_eq!(names(&store, Group::Closed, 9).await, ["c2", "c1"]);
    aside("s2", Status::Closed { at: later(950) }, 50).await;
    aside("c1", Status::Open, 60).await;
    assert_eq!(names(&store, Group::Closed, 9).await, ["s2", "c2"]);
    assert_eq!(names(&store, Group::Human, 9).await, ["h", "c1"]);
    drop(store);
    assert_eq!(place.open().await.count().await.expect("reads")[..5], [0, 0, 2, 1, 2]);
}

async fn lay_aside(store: &Arc<impl Store>, key: &str, mode: ModeSummary, status: Status, said: u64) {
    let mut owner = Owner::of(store, key, incarnation(1)).await;
    let mut append = owner.next(vec![heard("hi")]);
    let summary = Arc::make_mut(&mut append.summary);
    (summary.mode, summary.status, summary.since) = (mode, status, later(said));
    summary.last = Some(LastWords { text: "hi".to_owned(), by: Voice::Contact, at: later(said) });
    owner.append(append).await.expect("appends");
}

pub async fn counts_are_there_after_reopening(place: &impl Place) {
    stands(&place.open().await, "7", human(), 1, 1).await;
    let store = place.open().await;
    stands(&store, "7", ModeSummary::Waiting, 2, 2).await;
    assert_eq!(store.count().await.expect("reads")[..3], [0, 1, 0]);
}
