use switchboard::domain::canned::CannedName;
use switchboard::domain::ids::{AgentId, ConversationId};
use switchboard::ports::writing::{CannedReply, DRAFTS_MAX, MessageDraft, Writing};
use uuid::Uuid;

use super::props::{NOW, Place, later};

fn name(text: &str) -> CannedName {
    CannedName::parse(text).expect("a name")
}

fn reply(called: &str, text: &str) -> CannedReply {
    CannedReply { name: name(called), text: text.to_owned(), by: "Ana".to_owned(), at: NOW }
}

fn draft(number: u128, text: &str, minutes: u64) -> MessageDraft {
    let conversation = ConversationId(Uuid::from_u128(number));
    MessageDraft { conversation, text: text.to_owned(), note: false, at: later(minutes * 60_000) }
}

pub async fn canned_replies_are_listed_by_name_and_changed_in_place(place: &impl Place) {
    let store = place.open().await;
    for (called, text) in [("hours", "9 to 17."), ("greeting", "Hello {{name|there}}!"), ("hours", "10 to 18.")] {
        assert!(store.save_canned(reply(called, text), 10).await.expect("saves"));
    }
    let both = [reply("greeting", "Hello {{name|there}}!"), reply("hours", "10 to 18.")];
    assert_eq!(store.canned().await.expect("reads"), both);
    drop(store);
    let store = place.open().await;
    assert_eq!(store.canned().await.expect("reads"), both);
    assert!(store.delete_canned(name("hours")).await.expect("deletes"));
    assert!(!store.delete_canned(name("hours")).await.expect("answers"));
    assert_eq!(store.canned().await.expect("reads"), both[..1]);
}

pub async fn there_is_a_most_of_canned_replies_and_those_there_are_can_be_changed(place: &impl Place) {
    let store = place.open().await;
    assert!(store.save_canned(reply("a", "1"), 2).await.expect("saves"));
    assert!(store.save_canned(reply("b", "2"), 2).await.expect("saves"));
    assert!(!store.save_canned(reply("c", "3"), 2).await.expect("answers"));
    assert!(store.save_canned(reply("b", "4"), 2).await.expect("saves"));
    assert_eq!(store.canned().await.expect("reads"), [reply("a", "1"), reply("b", "4")]);
}

pub async fn a_draft_is_its_agents_alone_until_it_is_emptied(place: &impl Place) {
    let store = place.open().await;
    let [ana, ben] = [1, 2].map(|number| AgentId(Uuid::from_u128(number)));
    store.save_message_draft(ana, draft(7, "Hel", 1)).await.expect("saves");
    store.save_message_draft(ana, draft(7, "Hello", 2)).await.expect("saves");
    store.save_message_draft(ana, MessageDraft { note: true, ..draft(8, "Careful", 1) }).await.expect("saves");
    store.save_message_draft(ben, draft(7, "Hi", 3)).await.expect("saves");
    let anas = [draft(7, "Hello", 2), MessageDraft { note: true, ..draft(8, "Careful", 1) }];
    assert_eq!(store.message_drafts(ana).await.expect("reads"), anas);
    store.save_message_draft(ana, draft(7, "", 4)).await.expect("saves");
    assert_eq!(store.message_drafts(ana).await.expect("reads"), anas[1..]);
    assert_eq!(store.message_drafts(ben).await.expect("reads"), [draft(7, "Hi", 3)]);
}

pub async fn of_too_many_drafts_the_oldest_go(place: &impl Place) {
    let store = place.open().await;
    let ana = AgentId(Uuid::from_u128(1));
    for number in 0..DRAFTS_MAX as u64 + 3 {
        store.save_message_draft(ana, draft(number.into(), "…", number)).await.expect("saves");
    }
    let kept = store.message_drafts(ana).await.expect("reads");
    assert_eq!(kept.len(), DRAFTS_MAX);
    assert_eq!(kept.last().map(|draft| draft.conversation.0.as_u128()), Some(3));
}
