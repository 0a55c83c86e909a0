use std::sync::Arc;

use switchboard::domain::time::Timestamp;
use switchboard::ports::store::{Append, Store};

use super::props::{NOW, Owner, Place, contact, heard, incarnation, later};

async fn with_deadline(store: &Arc<impl Store>, key: &str, deadline: Option<Timestamp>) -> Owner {
    let mut owner = Owner::of(store, key, incarnation(1)).await;
    set(&mut owner, deadline).await;
    owner
}

async fn set(owner: &mut Owner, deadline: Option<Timestamp>) {
    let append = Append { deadline, ..owner.next(vec![heard("hi")]) };
    owner.append(append).await.expect("appends");
}

async fn due(store: &Arc<impl Store>, now: Timestamp) -> Vec<String> {
    let due = store.due(now, 100).await.expect("reads");
    due.into_iter().map(|contact| contact.external_key).collect()
}

pub async fn a_due_deadline_is_given_once_per_two_seconds(place: &impl Place) {
    let store = place.open().await;
    let mut owner = with_deadline(&store, "7", Some(later(100))).await;
    assert_eq!(due(&store, later(99)).await, Vec::<String>::new());
    assert_eq!(store.due(later(100), 9).await.expect("reads"), [contact("7")]);
    assert_eq!(due(&store, later(2_099)).await, Vec::<String>::new());
    set(&mut owner, Some(later(100))).await;
    assert_eq!(due(&store, later(2_099)).await, Vec::<String>::new(), "the same deadline is still in hand");
    assert_eq!(due(&store, later(2_100)).await, ["7"]);
}

pub async fn due_deadlines_come_oldest_first(place: &impl Place) {
    let store = place.open().await;
    for (key, at) in [("b", 20), ("c", 30), ("a", 10), ("d", 40)] {
        with_deadline(&store, key, Some(later(at))).await;
    }
    let first: Vec<_> = store.due(later(35), 2).await.expect("reads");
    assert_eq!(first, [contact("a"), contact("b")]);
    assert_eq!(due(&store, later(35)).await, ["c"]);
}

pub async fn a_moved_deadline_is_not_due(place: &impl Place) {
    let store = place.open().await;
    let mut owner = with_deadline(&store, "7", Some(NOW)).await;
    set(&mut owner, Some(later(60_000))).await;
    assert_eq!(due(&store, later(59_999)).await, Vec::<String>::new());
    assert_eq!(due(&store, later(60_000)).await, ["7"]);
    set(&mut owner, Some(later(60_500))).await;
    assert_eq!(due(&store, later(60_500)).await, ["7"], "a new deadline is given at its own time");
}

pub async fn a_deadline_that_is_gone_is_not_due(place: &impl Place) {
    let store = place.open().await;
    let mut owner = with_deadline(&store, "7", Some(NOW)).await;
    set(&mut owner, None).await;
    assert_eq!(due(&store, later(60_000)).await, Vec::<String>::new());
}
