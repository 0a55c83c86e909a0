use switchboard::domain::account::Channel;
use switchboard::domain::filter::{Filter, Order};
use switchboard::domain::ids::AgentId;
use switchboard::domain::label::Label;
use switchboard::ports::views::{Saved, VIEWS_MAX, View, Views};
use uuid::Uuid;

use super::props::{NOW, Place};

const ANA: AgentId = AgentId(Uuid::from_u128(1));
const BEN: AgentId = AgentId(Uuid::from_u128(2));

fn view(id: u128, name: &str, owner: Option<AgentId>) -> View {
    let filter = Filter {
        channel: Some(Channel::Sms),
        labels: vec![Label::known("vip")],
        attribute: Some(("city".to_owned(), "Lisboa".to_owned())),
        ..Filter::default()
    };
    let (id, name, by) = (Uuid::from_u128(id), name.to_owned(), "Ana".to_owned());
    View { id, name, owner, filter, order: Order::Waiting, by, at: NOW }
}

pub async fn a_view_is_its_agents_alone_unless_it_is_everybodys(place: &impl Place) {
    let store = place.open().await;
    let (mine, ours) = (view(1, "mine", Some(ANA)), view(2, "ours", None));
    for one in [&mine, &ours] {
        assert_eq!(store.save_view(one.clone()).await.expect("saves"), Saved::Done);
    }
    assert_eq!(store.views(Some(ANA)).await.expect("reads"), [mine.clone(), ours.clone()]);
    assert_eq!(store.views(Some(BEN)).await.expect("reads"), std::slice::from_ref(&ours));
    assert_eq!(store.views(None).await.expect("reads"), std::slice::from_ref(&ours));

    for stolen in [View { owner: Some(BEN), ..mine.clone() }, View { owner: None, ..mine.clone() }] {
        assert_eq!(store.save_view(stolen).await.expect("answers"), Saved::NotYours);
    }
    assert_eq!(store.save_view(View { owner: Some(ANA), ..ours.clone() }).await.expect("answers"), Saved::NotYours);
    assert!(!store.delete_view(Some(BEN), mine.id).await.expect("answers"));
    assert!(!store.delete_view(None, mine.id).await.expect("answers"));

    let renamed = View { name: "a new name".to_owned(), order: Order::Oldest, filter: Filter::default(), ..mine };
    assert_eq!(store.save_view(renamed.clone()).await.expect("saves"), Saved::Done);
    assert!(store.delete_view(None, ours.id).await.expect("deletes"));
    assert_eq!(place_again(store, place).await, [renamed]);
}

async fn place_again<P: Place>(store: std::sync::Arc<P::Opened>, place: &P) -> Vec<View> {
    drop(store);
    place.open().await.views(Some(ANA)).await.expect("reads")
}

pub async fn there_is_a_most_of_views_and_those_there_are_can_be_changed(place: &impl Place) {
    let store = place.open().await;
    for number in 0..VIEWS_MAX as u128 {
        assert_eq!(store.save_view(view(number, "v", Some(ANA))).await.expect("saves"), Saved::Done);
    }
    assert_eq!(store.save_view(view(1_000, "v", Some(ANA))).await.expect("answers"), Saved::TooMany);
    assert_eq!(store.save_view(view(0, "changed", Some(ANA))).await.expect("saves"), Saved::Done);
    assert_eq!(store.save_view(view(1_000, "v", Some(BEN))).await.expect("saves"), Saved::Done);
}
