use switchboard::ports::people::Role;
use switchboard::ports::tokens::{ApiToken, Tokens};

use super::props::{NOW, Place, later};

fn deploy() -> ApiToken {
    let (name, made_by) = ("deploy".to_owned(), "Ana".to_owned());
    ApiToken { name, role: Role::Admin, made_by, made_at: NOW, used_at: None }
}

pub async fn a_token_is_known_by_its_hash_until_it_is_revoked(place: &impl Place) {
    let store = place.open().await;
    assert!(store.add_token([1; 32], deploy()).await.expect("adds"));
    assert_eq!(store.token([1; 32]).await.expect("reads"), Some(deploy()));
    assert_eq!(store.token([2; 32]).await.expect("reads"), None);
    store.token_used([1; 32], later(60_000)).await.expect("notes");
    let used = ApiToken { used_at: Some(later(60_000)), ..deploy() };
    // In SQLite it may be noted with the next commit only.
    assert!(store.add_token([3; 32], ApiToken { name: "other".to_owned(), ..deploy() }).await.expect("adds"));
    assert_eq!(store.tokens().await.expect("reads")[0], used);
    assert!(store.revoke_token("deploy".to_owned()).await.expect("revokes"));
    assert!(!store.revoke_token("deploy".to_owned()).await.expect("answers"));
    assert_eq!(store.token([1; 32]).await.expect("reads"), None);
}

pub async fn names_of_tokens_are_unique(place: &impl Place) {
    let store = place.open().await;
    assert!(store.add_token([1; 32], deploy()).await.expect("adds"));
    assert!(!store.add_token([2; 32], deploy()).await.expect("answers"));
    assert_eq!(store.tokens().await.expect("reads").len(), 1);
}
