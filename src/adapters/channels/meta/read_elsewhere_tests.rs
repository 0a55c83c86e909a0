//! What only Instagram says, and what is said where another app has the conversation.

use super::tests::{PERSON, from_page, from_person, heard, only};
use super::*;
use crate::adapters::channels::meta::Network;
use crate::domain::ids::{AccountId, ConversationId};
use crate::domain::message::{Attachment, AttachmentKind};

#[test]
fn what_another_app_is_told_is_overheard() {
    let standby = |rest: &str| only(&from_person(rest).replace("messaging", "standby"));
    let overheard = |rest: &str| match standby(rest).command {
        Command::Overhear { heard, provider_id, .. } => (heard, provider_id),
        other => panic!("{other:?}"),
    };
    let said = r#""timestamp":1,"message":{"mid":"m","text":"x"}"#;
    assert_eq!(overheard(said), (Heard::text("x"), Some("m".into())));
    assert_eq!(standby(said).key, only(&from_person(said)).key, "it may come both ways");
    let tapped = r#""timestamp":1,"postback":{"mid":"m_p","title":"Buy"}"#;
    assert_eq!(overheard(tapped), (Heard::text("Buy"), Some("m_p".into())));
    let read = standby(r#""timestamp":2,"read":{"watermark":1785312060253}"#).command;
    assert!(matches!(read, Command::Acknowledge { receipt: Receipt::Read, .. }), "{read:?}");
}

#[test]
fn a_conversation_that_moves_is_ours_if_our_app_has_it() {
    let moved = |kind: &str, owner: &str, own_app: Option<&str>| {
        let rest = format!(
            r#""timestamp":1,"{kind}":{{"previous_owner_app_id":null,"new_owner_app_id":{owner},"metadata":""}}"#
        );
        let inbound = only(&from_person(&rest));
        assert!(inbound.key.is_some());
        inbound.settle(ConversationId::of(&AccountId::new("page"), PERSON), own_app, Network::Messenger)
    };
    let ours = |ours| Some(Command::ThreadMoved { ours, by: None });
    assert_eq!(moved("pass_thread_control", "\"151\"", Some("151")), ours(true));
    assert_eq!(moved("pass_thread_control", "263902037430900", Some("151")), ours(false));
    assert_eq!(moved("take_thread_control", "263902037430900", Some("151")), ours(false));
    assert_eq!(moved("pass_thread_control", "151", None), ours(true));
    assert_eq!(moved("take_thread_control", "263902037430900", None), ours(false));
}

#[test]
fn what_instagram_adds_is_read() {
    let story = r#""message":{"mid":"m","text":"Nice","reply_to":{"story":{"url":"https://s.example/1","id":"178"}}}"#;
    let attachment = |name: &str, url: &str| Attachment {
        kind: AttachmentKind::Other,
        url: url.into(),
        name: name.into(),
        bytes: None,
    };
    let heard_of = |rest: &str| heard(&from_person(rest));
    assert_eq!(heard_of(story).attachments, [attachment("answers a story", "https://s.example/1")]);
    let mention =
        r#""message":{"mid":"m","attachments":[{"type":"story_mention","payload":{"url":"https://s.example/2"}}]}"#;
    assert_eq!(heard_of(mention).attachments, [attachment("mentions us in a story", "https://s.example/2")]);
    let gone = r#""message":{"mid":"m","attachments":[{"type":"ephemeral"}]}"#;
    assert_eq!(heard_of(gone).attachments, [attachment("ephemeral", "")]);
    // An echo that nothing but its sender shows as one.
    let echo = only(&from_page(r#""message":{"mid":"aWdfZG1f","text":"Yes."}"#));
    assert_eq!(echo.origin, Some(Origin { mark: None, app_id: None }));
    let seen = only(&from_person(r#""read":{"mid":"aWdfZG1f"}"#)).command;
    let expected =
        Command::Acknowledge { receipt: Receipt::Read, provider_ids: vec!["aWdfZG1f".into()], watermark: None };
    assert_eq!(seen, expected);
}
