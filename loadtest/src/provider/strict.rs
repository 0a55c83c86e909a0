//! What Graph refuses in a body to the Send API, as its reference says.

use serde::Deserialize;
use std::borrow::Cow;

use super::serve::Send;
use crate::messenger::Network;

const TEXT_UTF16_MAX: usize = 2000;
/// On Instagram.
const TEXT_BYTES_MAX: usize = 1000;
const METADATA_MAX: usize = 1000;
const QUICK_REPLIES_MAX: usize = 13;
const TITLE_MAX: usize = 20;
const PAYLOAD_MAX: usize = 1000;
const ATTACHMENTS: [&str; 5] = ["audio", "file", "image", "video", "template"];

#[derive(Deserialize)]
pub(super) struct Attachment<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
}

/// What is wrong with it, in the words of an error with code 100.
pub(super) fn complaint(send: &Send<'_>, network: Network) -> Option<&'static str> {
    if send.recipient.id.is_empty() {
        return Some("param recipient must have an id");
    }
    match (&send.message, &send.sender_action) {
        (None, None) => Some("a message needs a text or an attachment"),
        (Some(_), Some(_)) => Some("a sender_action goes alone"),
        (None, Some(action)) => {
            let known = ["typing_on", "typing_off", "mark_seen", "react", "unreact"].contains(&&**action);
            (!known).then_some("param sender_action is not one of its values")
        }
        (Some(_), None) => terms(send).or_else(|| content(send, network)),
    }
}

fn terms(send: &Send<'_>) -> Option<&'static str> {
    match (send.messaging_type.as_deref(), send.tag.as_deref()) {
        (Some("RESPONSE" | "UPDATE"), None) | (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => None,
        (Some("MESSAGE_TAG"), None) => Some("a MESSAGE_TAG needs a tag"),
        (Some("MESSAGE_TAG"), Some(_)) => Some("this tag is deprecated"),
        (Some("RESPONSE" | "UPDATE"), Some(_)) => Some("a tag goes with messaging_type MESSAGE_TAG"),
        _ => Some("param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}"),
    }
}

fn content(send: &Send<'_>, network: Network) -> Option<&'static str> {
    let message = send.message.as_ref()?;
    let long = |text: &str, max: usize| text.encode_utf16().count() > max;
    match (message.text.as_deref(), &message.attachment) {
        (None, None) => return Some("a message needs a text or an attachment"),
        (Some(_), Some(_)) => return Some("a text and an attachment cannot go together"),
        (Some(text), None) if text.trim().is_empty() => return Some("param message[text] must not be empty"),
        (Some(text), None) if network == Network::Instagram && text.len() > TEXT_BYTES_MAX => {
            return Some("message[text] must have at most 1000 bytes");
        }
        (Some(text), None) if long(text, TEXT_UTF16_MAX) => return Some("message[text] must be under 2000 characters"),
        (None, Some(attachment)) if !ATTACHMENTS.contains(&&*attachment.kind) => {
            return Some("message[attachment][type] is not one of its values");
        }
        _ => {}
    }
    if message.metadata.as_deref().is_some_and(|metadata| long(metadata, METADATA_MAX)) {
        return Some("message[metadata] must be under 1000 characters");
    }
    if message.quick_replies.len() > QUICK_REPLIES_MAX {
        return Some("message[quick_replies] has more than 13 elements");
    }
    let wrong = message
        .quick_replies
        .iter()
        .any(|reply| reply.title.is_empty() || long(&reply.title, TITLE_MAX) || long(&reply.payload, PAYLOAD_MAX));
    wrong.then_some("a quick reply needs a title of 20 and a payload of 1000 characters at most")
}
