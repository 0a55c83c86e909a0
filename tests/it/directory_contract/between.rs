//! What holds between nodes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use switchboard::ports::directory::{ActorName, Claim, Directory};
use tokio::time::Instant;

use super::props::{Joined, Several, conversation};
use crate::support::node::eventually;

/// A dead node's lease, and what the protocol adds.
const LEASE_AND_MORE: Duration = Duration::from_secs(8 + 2);
/// Ten seconds of a silent store, the next beat, and a busy machine.
const ILL_AND_MORE: Duration = Duration::from_secs(10 + 2 + 2);

async fn own(node: &Joined, name: &ActorName, epoch: u64) {
    assert_eq!(node.directory.claim(name.clone()).await.unwrap(), Claim::Ours);
    assert!(node.directory.confirm(name.clone(), epoch).await.unwrap());
}

async fn is_elsewhere(node: &Joined, name: &ActorName) -> bool {
    matches!(node.directory.claim(name.clone()).await.unwrap(), Claim::With(_))
}

/// Asks until it is ours; how long that took.
async fn taken(directory: &Arc<dyn Directory>, name: &ActorName) -> Duration {
    let since = Instant::now();
    let ours = async || matches!(directory.claim(name.clone()).await, Ok(Claim::Ours)).then_some(());
    eventually("it becomes ours", ours).await;
    since.elapsed()
}

pub async fn asked_from_everywhere_at_once_an_actor_has_one_owner(place: &mut Several) {
    let nodes = [place.join().await, place.join().await, place.join().await];
    for _ in 0..50 {
        let name = conversation();
        let claims = join_all(nodes.iter().map(|node| node.directory.claim(name.clone()))).await;
        let claims: Vec<Claim> = claims.into_iter().map(Result::unwrap).collect();
        let ours = claims.iter().filter(|claim| **claim == Claim::Ours).count();
        assert_eq!(ours, 1, "{claims:?}");
        let owner = claims.iter().position(|claim| *claim == Claim::Ours).expect("there is one");
        assert!(nodes[owner].directory.confirm(name.clone(), 1).await.unwrap());
        for (number, node) in nodes.iter().enumerate() {
            assert_eq!(node.directory.elsewhere(&name).is_some(), number != owner);
        }
    }
}

pub async fn an_owner_that_gave_up_is_succeeded_at_once(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    assert!(is_elsewhere(&other, &name).await);
    one.directory.release(name.clone(), 1).await.unwrap();
    own(&other, &name, 2).await;
    assert!(is_elsewhere(&one, &name).await);
}

pub async fn an_owner_that_left_is_succeeded_at_once(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    assert!(is_elsewhere(&other, &name).await);
    one.directory.leave().await;
    let took = taken(&other.directory, &name).await;
    assert!(took < Duration::from_secs(4), "{took:?}");
}

pub async fn an_owner_that_died_is_succeeded_within_its_lease(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    assert!(is_elsewhere(&other, &name).await);
    let zombie = one.directory.clone();
    drop(one);
    let took = taken(&other.directory, &name).await;
    assert!(took <= LEASE_AND_MORE, "{took:?}");
    assert!(other.directory.confirm(name.clone(), 2).await.unwrap());
    assert_eq!(other.directory.elsewhere(&name), None);
    // Its threads are gone: it says so instead of waiting.
    assert!(zombie.claim(name).await.is_err());
}

pub async fn a_late_release_does_not_hurt_a_successor(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    one.directory.release(name.clone(), 1).await.unwrap();
    own(&other, &name, 2).await;
    one.directory.release(name.clone(), 1).await.unwrap();
    one.directory.release(name.clone(), 2).await.unwrap();
    assert!(other.directory.touch(name.clone(), 2).await.unwrap());
    assert!(!one.directory.touch(name.clone(), 2).await.unwrap());
    // Nor an earlier actor of one's own.
    own(&other, &name, 3).await;
    other.directory.release(name.clone(), 2).await.unwrap();
    assert!(is_elsewhere(&one, &name).await);
}

pub async fn a_restarted_node_frees_what_it_had(place: &mut Several) {
    let (one, other, name) = (place.join_as("one").await, place.join_as("other").await, conversation());
    own(&one, &name, 1).await;
    drop(one);
    let again = place.join_as("one").await;
    own(&again, &name, 2).await;
    assert!(is_elsewhere(&other, &name).await);
}

/// By mistake: the second takes the first for its own earlier process, once; then both live, and neither ends the other.
pub async fn two_nodes_of_one_name_end_each_other_once_and_not_for_ever(place: &mut Several) {
    let (one, name) = (place.join_as("twin").await, conversation());
    own(&one, &name, 1).await;
    let other = place.join_as("twin").await;
    own(&other, &name, 2).await;
    eventually("the first is back", async || (place.leases().len() == 2).then_some(())).await;
    assert!(is_elsewhere(&one, &name).await);
    let mine = conversation();
    own(&one, &mine, 1).await;
    let (lives, mut renewed) = (place.leases(), HashMap::new());
    let beaten_thrice = async || {
        for (node, ends) in place.leases() {
            let ended: &mut Vec<u64> = renewed.entry(node).or_default();
            if !ended.contains(&ends) {
                ended.push(ends);
            }
        }
        renewed.values().filter(|ends| ends.len() >= 4).nth(1).map(drop)
    };
    eventually("both beat", beaten_thrice).await;
    assert_eq!(place.leases().keys().collect::<Vec<_>>(), lives.keys().collect::<Vec<_>>(), "nobody took a new name");
    assert!(other.directory.touch(name, 2).await.unwrap() && one.directory.touch(mine, 1).await.unwrap());
}

pub async fn a_node_that_drains_sends_others_what_is_new(place: &mut Several) {
    let (one, other) = (place.join().await, place.join().await);
    let (old, new) = (conversation(), conversation());
    own(&one, &old, 1).await;
    own(&other, &new, 1).await;
    // It learns of the other with its next look.
    let knows = async || is_elsewhere(&one, &new).await.then_some(());
    eventually("it knows the other", knows).await;
    one.directory.drain();
    for _ in 0..10 {
        assert!(is_elsewhere(&one, &conversation()).await);
    }
    assert!(one.directory.touch(old, 1).await.unwrap(), "what it has it keeps until it leaves");
}

pub async fn a_wiped_directory_is_claimed_anew(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    place.wipe();
    assert!(!one.directory.touch(name.clone(), 1).await.unwrap());
    // Both come back under new names, and agree on who has it.
    let agree = async || {
        let (here, there) = (one.directory.claim(name.clone()).await, other.directory.claim(name.clone()).await);
        match (here, there) {
            (Ok(Claim::Ours), Ok(Claim::With(_))) | (Ok(Claim::With(_)), Ok(Claim::Ours)) => Some(()),
            _ => None,
        }
    };
    eventually("both are back", agree).await;
}

pub async fn a_node_whose_store_is_silent_gives_up_what_it_has_if_another_is_well(place: &mut Several) {
    let (one, other, name) = (place.join().await, place.join().await, conversation());
    own(&one, &name, 1).await;
    one.directory.well();
    let took = taken(&other.directory, &name).await;
    assert!(took >= Duration::from_secs(9), "a moment's trouble moves nothing: {took:?}");
    assert!(took <= ILL_AND_MORE, "{took:?}");
    assert!(other.directory.confirm(name.clone(), 2).await.unwrap());
    // It comes back under a new name.
    one.directory.well();
    let back = async || matches!(one.directory.claim(conversation()).await, Ok(Claim::Ours)).then_some(());
    eventually("it is back", back).await;
    assert!(is_elsewhere(&one, &name).await);
}

/// One of three servers dies, not the one with the registry.
pub async fn what_is_in_another_part_is_found_as_ever(place: &mut Several) {
    let (one, other) = (place.join().await, place.join().await);
    let names: Vec<ActorName> = (0..30).map(|_| conversation()).collect();
    for name in &names {
        assert_eq!(one.directory.claim(name.clone()).await.unwrap(), Claim::Ours);
        assert!(one.directory.confirm(name.clone(), 1).await.unwrap());
    }
    let victim = (place.cluster().place_of("{nodes}").0 + 1) % 3;
    let lost = place.cluster().keys_of(victim, "sb:*:d:*");
    let is_lost = |name: &ActorName| match name {
        ActorName::Conversation(id) => lost.iter().any(|key| key.ends_with(&id.to_string())),
        ActorName::Sender(_) => panic!("there are conversations"),
    };
    let others: Vec<&ActorName> = names.iter().filter(|name| !is_lost(name)).collect();
    assert!(!lost.is_empty() && !others.is_empty(), "thirty are on one server");
    place.cluster_mut().kill(victim);
    for name in &others {
        let found = async || matches!(other.directory.claim((*name).clone()).await, Ok(Claim::With(_))).then_some(());
        eventually("it is found where it was", found).await;
        let kept = async || one.directory.touch((*name).clone(), 1).await.is_ok_and(|kept| kept).then_some(());
        eventually("it is kept", kept).await;
    }
}
