use std::collections::BTreeSet;

use futures_util::future::join_all;
use switchboard::domain::ids::ConversationId;
use switchboard::ports::contacts::{Contacts, LINKED_MAX, Merge, Merged, Unmerged};
use uuid::Uuid;

use super::props::{NOW, Place};

fn id(number: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(number))
}

fn merge(number: u128, one: u128, other: u128) -> Merge {
    Merge { id: Uuid::from_u128(1_000 + number), one: id(one), other: id(other), by: "Ana".to_owned(), at: NOW }
}

async fn linked(store: &impl Contacts, to: u128) -> BTreeSet<u128> {
    store.linked(id(to)).await.expect("reads").into_iter().map(|id| id.0.as_u128()).collect()
}

async fn undo(store: &impl Contacts, number: u128) -> Unmerged {
    store.unmerge(Uuid::from_u128(1_000 + number), "Ben".to_owned(), NOW).await.expect("answers")
}

pub async fn merged_contacts_are_one_and_an_undone_merge_restores_exactly(place: &impl Place) {
    let store = place.open().await;
    let merged = async |one: Merge| store.merge(one).await.expect("answers");
    assert_eq!(linked(&*store, 1).await, [1].into());
    assert_eq!(merged(merge(1, 1, 2)).await, Merged::Done);
    assert_eq!(merged(merge(1, 1, 2)).await, Merged::Done, "asked twice it is merged once");
    assert_eq!(merged(merge(2, 3, 4)).await, Merged::Done);
    assert_eq!(merged(merge(3, 2, 1)).await, Merged::Same);
    assert_eq!(merged(merge(3, 7, 7)).await, Merged::Same);
    assert_eq!(merged(merge(4, 4, 1)).await, Merged::Done);
    for each in 1..=4 {
        assert_eq!(linked(&*store, each).await, [1, 2, 3, 4].into());
    }
    // What has to be undone first is named: the newest of those that build upon it, which may itself have to wait.
    assert_eq!(merged(merge(5, 5, 2)).await, Merged::Done);
    for (lower, first, conversations) in [(1, 1_004, 4), (2, 1_005, 5), (4, 1_005, 5)] {
        let Unmerged::NotNewest(named) = undo(&*store, lower).await else { panic!("merge {lower} is undone") };
        let told = (named.id.as_u128(), named.by.as_str(), named.conversations.len());
        assert_eq!(told, (first, "Ana", conversations), "{lower}");
    }
    assert_eq!(undo(&*store, 5).await, Unmerged::Done);
    drop(store);

    let store = place.open().await;
    assert_eq!(undo(&*store, 4).await, Unmerged::Done);
    assert_eq!(undo(&*store, 4).await, Unmerged::None);
    assert_eq!((linked(&*store, 1).await, linked(&*store, 3).await), ([1, 2].into(), [3, 4].into()));
    assert_eq!(undo(&*store, 1).await, Unmerged::Done);
    assert_eq!((linked(&*store, 1).await, linked(&*store, 4).await), ([1].into(), [3, 4].into()));
    let past = store.merges(id(1)).await.expect("reads");
    let told: Vec<(u128, bool)> = past.iter().map(|past| (past.id.as_u128() - 1_000, past.undone.is_some())).collect();
    assert_eq!(told, [(5, true), (4, true), (1, true)]);
    assert_eq!((past[2].by.as_str(), past[2].conversations.len()), ("Ana", 2));
    assert_eq!(past[2].undone, Some((NOW, "Ben".to_owned())));
}

pub async fn one_person_has_a_most_of_conversations(place: &impl Place) {
    let store = place.open().await;
    for number in 2..=LINKED_MAX as u128 {
        assert_eq!(store.merge(merge(number, 1, number)).await.expect("answers"), Merged::Done);
    }
    assert_eq!(store.merge(merge(900, 1, 900)).await.expect("answers"), Merged::TooMany);
    assert_eq!(linked(&*store, 7).await.len(), LINKED_MAX);
    assert_eq!(linked(&*store, 900).await, [900].into());
}

pub async fn merges_at_once_have_an_order(place: &impl Place) {
    let store = place.open().await;
    let merges = (0..10_u128).map(|number| store.merge(merge(number, 1, 2 + number % 5)));
    let done = join_all(merges).await.into_iter().filter(|merged| matches!(merged, Ok(Merged::Done))).count();
    assert_eq!(done, 5);
    assert_eq!(linked(&*store, 1).await, (1..=6).collect());
}
