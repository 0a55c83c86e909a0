//! What holds for a node by itself.

use switchboard::dice;
use switchboard::domain::ids::Incarnation;
use switchboard::domain::presence::{Doing, Sign};
use switchboard::ports::bus::NotAnswered;

use super::props::{Ear, anybody, asked, published};
use crate::directory_contract::props::Place;

pub async fn a_listener_hears_its_conversation_in_order(place: &mut impl Place) {
    let (bus, conversation, ear) = (place.bus().await, anybody(), Ear::default());
    let _subscription = bus.subscribe(conversation, ear.listener());
    for first in 1..=100 {
        bus.publish(published(conversation, first, &["x"]));
        bus.publish(published(anybody(), first, &["other"]));
    }
    ear.until_heard(100).await;
    assert_eq!(ear.stretches(), (1..=100).map(|first| (first, 1)).collect::<Vec<_>>());
}

pub async fn a_subscription_that_was_dropped_hears_nothing(place: &mut impl Place) {
    let (bus, conversation) = (place.bus().await, anybody());
    let (ear, other) = (Ear::default(), Ear::default());
    let subscription = bus.subscribe(conversation, ear.listener());
    let _other = bus.subscribe(conversation, other.listener());
    bus.publish(published(conversation, 1, &["x"]));
    drop(subscription);
    bus.publish(published(conversation, 2, &["x"]));
    other.until_heard(2).await;
    assert_eq!(ear.stretches(), [(1, 1)]);
}

pub async fn a_sign_is_shown_to_whoever_listens_to_its_conversation(place: &mut impl Place) {
    let (bus, conversation, ear) = (place.bus().await, anybody(), Ear::default());
    let _subscription = bus.subscribe(conversation, ear.listener());
    bus.show(anybody(), Sign { does: Doing::Left, ..Sign::of_bot() });
    bus.show(conversation, Sign::of_bot());
    bus.publish(published(conversation, 1, &["x"]));
    ear.until_heard(1).await;
    assert_eq!(ear.signs(), [Sign::of_bot()]);
}

pub async fn lists_hear_of_every_conversation(place: &mut impl Place) {
    let (bus, ear) = (place.bus().await, Ear::default());
    let _subscription = bus.subscribe_all(ear.listener());
    let conversations = [anybody(), anybody()];
    conversations.iter().for_each(|conversation| bus.publish(published(*conversation, 1, &["x"])));
    ear.until_heard(2).await;
    assert_eq!(ear.all().iter().map(|heard| heard.conversation()).collect::<Vec<_>>(), conversations);
}

pub async fn a_node_that_is_not_there_answers_nothing(place: &mut impl Place) {
    let bus = place.bus().await;
    let nobody = Incarnation(dice::new_id());
    let answer = bus.ask(nobody, asked("hello")).await;
    assert!(matches!(answer, Err(NotAnswered::NotThere | NotAnswered::Down)), "{answer:?}");
}
