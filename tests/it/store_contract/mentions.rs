use std::sync::Arc;

use switchboard::domain::event::Event;
use switchboard::domain::ids::{AgentId, Seq};
use switchboard::ports::mentions::{MENTIONS_MAX, Mention, Mentions};
use switchboard::ports::store::{Append, Effect, Store};

use super::props::{Owner, Place, contact, incarnation, later};
use crate::support::story::{ana, ben};

fn note() -> Event {
    Event::NoteAdded { agent: ana(), text: "@Ben".to_owned() }
}

/// A note of this time names these.
fn naming(owner: &Owner, at: u64, agents: &[AgentId]) -> Append {
    let mention = Effect::Mention { seq: owner.seq + 1, agents: agents.to_vec() };
    Append { at: later(at), effects: Arc::new([mention]), ..owner.next(vec![note()]) }
}

fn told(key: &str, seq: Seq, at: u64, seen: bool) -> Mention {
    Mention { conversation: contact(key).conversation, seq, at: later(at), seen }
}

pub async fn a_mention_commits_with_its_note_and_is_told_once(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let (named, stale) = (naming(&owner, 1, &[ben().id, ben().id]), naming(&owner, 2, &[ana().id]));
    owner.append(named).await.expect("appends");
    store.append(stale).await.expect_err("is fenced");
    assert_eq!(store.mentions(ben().id, 9).await.expect("reads"), [told("7", 1, 1, false)]);
    assert_eq!(store.mentions(ana().id, 9).await.expect("reads"), []);
    drop((store, owner));
    let store = place.open().await;
    assert_eq!(store.mentions(ben().id, 9).await.expect("reads"), [told("7", 1, 1, false)]);
    assert_eq!(store.unseen(ben().id).await.expect("counts"), 1);
}

pub async fn mentions_are_seen_up_to_a_place(place: &impl Place) {
    let store = place.open().await;
    for key in ["7", "8"] {
        let mut owner = Owner::of(&store, key, incarnation(1)).await;
        for at in [10, 20] {
            let named = naming(&owner, at + u64::from(key == "8"), &[ana().id, ben().id]);
            owner.append(named).await.expect("appends");
        }
    }
    store.see_mentions(ben().id, contact("7").conversation, 1).await.expect("writes");
    let bens = store.mentions(ben().id, 3).await.expect("reads");
    assert_eq!(bens, [told("8", 2, 21, false), told("7", 2, 20, false), told("8", 1, 11, false)]);
    assert_eq!(store.mentions(ben().id, 9).await.expect("reads").last(), Some(&told("7", 1, 10, true)));
    assert_eq!(store.unseen(ben().id).await.expect("counts"), 3);
    assert_eq!(store.unseen(ana().id).await.expect("counts"), 4);
}

pub async fn of_too_many_mentions_the_oldest_go(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for at in 0..MENTIONS_MAX as u64 + 3 {
        let named = naming(&owner, at, &[ben().id]);
        owner.append(named).await.expect("appends");
    }
    let kept = store.mentions(ben().id, MENTIONS_MAX * 2).await.expect("reads");
    assert_eq!((kept.len(), kept.last().map(|last| last.at)), (MENTIONS_MAX, Some(later(3))));
}
