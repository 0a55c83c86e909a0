use std::sync::Arc;

use switchboard::domain::ids::ConversationId;
use switchboard::domain::unread::Mark;
use switchboard::ports::store::Store;

use super::props::{Owner, Place, incarnation};

async fn mark(store: &Arc<impl Store>, of: ConversationId) -> Option<(u64, u32)> {
    let marks = store.marks(vec![of]).await.expect("reads");
    marks.get(&of).map(|mark| (mark.seq, mark.count))
}

/// Two agents look at once, or a frame comes late: what was seen stays seen.
pub async fn what_was_seen_only_moves_forward(place: &impl Place) {
    let store = place.open().await;
    let of = Owner::of(&store, "7", incarnation(1)).await.contact.conversation;
    let see = async |seq, count| store.see(of, Mark { seq, count }, false).await.expect("marks");
    assert_eq!(mark(&store, of).await, None);
    assert_eq!((see(5, 2).await, see(9, 4).await, see(7, 3).await, see(9, 4).await), (true, true, false, false));
    assert_eq!(mark(&store, of).await, Some((9, 4)));
    drop(store);
    assert_eq!(mark(&place.open().await, of).await, Some((9, 4)), "over a restart");
}

pub async fn what_is_marked_unread_is_so_until_it_is_seen(place: &impl Place) {
    let store = place.open().await;
    let of = Owner::of(&store, "7", incarnation(1)).await.contact.conversation;
    let put = async |seq, count, exactly| store.see(of, Mark { seq, count }, exactly).await.expect("marks");
    assert_eq!((put(9, 4, false).await, put(3, 1, true).await, put(3, 1, true).await), (true, true, false));
    assert_eq!(mark(&store, of).await, Some((3, 1)));
    assert!(put(9, 4, false).await);
    let nobody = ConversationId(uuid::Uuid::from_u128(1));
    assert!(!store.see(nobody, Mark { seq: 1, count: 1 }, false).await.expect("answers"), "nothing is made up");
}
