//! What only Instagram says.

use super::tests::{from_page, from_person, heard, only};
use super::*;
use crate::domain::message::{Attachment, AttachmentKind};

#[test]
fn what_instagram_adds_is_read() {
    let story = r#""message":{"mid":"m","text":"Nice","reply_to":{"story":{"url":"https://s.example/1","id":"178"}}}"#;
    let attachment =
        |name: &str, url: &str| Attachment { kind: AttachmentKind::Other, url: url.into(), name: name.into() };
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
