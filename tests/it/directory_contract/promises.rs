//! What holds for a node by itself.

use switchboard::ports::directory::Claim;

use super::props::{Place, conversation, sender};

pub async fn what_nobody_has_is_ours(place: &mut impl Place) {
    let (node, name) = (place.node().await, conversation());
    assert_eq!(node.claim(name.clone()).await.unwrap(), Claim::Ours);
    assert!(node.confirm(name.clone(), 1).await.unwrap());
    assert!(node.touch(name, 1).await.unwrap());
}

pub async fn what_is_ours_stays_ours(place: &mut impl Place) {
    let (node, name) = (place.node().await, conversation());
    for epoch in 1..4 {
        assert_eq!(node.claim(name.clone()).await.unwrap(), Claim::Ours);
        assert!(node.confirm(name.clone(), epoch).await.unwrap());
    }
}

pub async fn what_is_ours_can_be_given_up(place: &mut impl Place) {
    let (node, name) = (place.node().await, conversation());
    for epoch in 1..4 {
        assert_eq!(node.claim(name.clone()).await.unwrap(), Claim::Ours);
        assert!(node.confirm(name.clone(), epoch).await.unwrap());
        node.release(name.clone(), epoch).await.unwrap();
    }
}

pub async fn nothing_of_ours_is_elsewhere(place: &mut impl Place) {
    let (node, name) = (place.node().await, conversation());
    assert_eq!(node.elsewhere(&name), None);
    node.claim(name.clone()).await.unwrap();
    node.forget(&name);
    assert_eq!(node.elsewhere(&name), None);
}

pub async fn senders_are_claimed_like_conversations(place: &mut impl Place) {
    let node = place.node().await;
    assert_eq!(node.claim(sender()).await.unwrap(), Claim::Ours);
    assert!(node.confirm(sender(), 1).await.unwrap());
    assert!(node.touch(sender(), 1).await.unwrap());
}
