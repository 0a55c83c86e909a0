//! What comes attached to a message: pictures, files, and things Meta invents.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::shapes::{Attached, Story};
use crate::adapters::channels::lenient::{Word, cut, is_link, mend_surrogates, without_nul};
use crate::domain::message::{Attachment, AttachmentKind};

const ATTACHMENTS_MAX: usize = 100;
const NAME_CHARACTERS_MAX: usize = 200;

pub fn attachments(raw: Option<&RawValue>) -> Vec<Attachment> {
    let Some(raw) = raw else { return Vec::new() };
    // Not a list: perhaps the one thing itself.
    let items = serde_json::from_str::<Option<Vec<&RawValue>>>(raw.get()).unwrap_or_else(|_| Some(vec![raw]));
    let items = items.unwrap_or_default();
    let mut attachments: Vec<Attachment> = Vec::with_capacity(items.len().min(ATTACHMENTS_MAX));
    for item in items.into_iter().take(ATTACHMENTS_MAX) {
        let attachment = attachment(item.get());
        // For a while, stickers came twice: as an image and as a sticker.
        if attachment.url.is_empty() || attachments.iter().all(|earlier| earlier.url != attachment.url) {
            attachments.push(attachment);
        }
    }
    attachments
}

/// In place of something Meta only tells us the existence of.
pub fn unsupported() -> Attachment {
    let name = "something Meta does not show".into();
    Attachment { kind: AttachmentKind::Other, url: String::new(), name, bytes: None }
}

/// The story of ours that a message is about.
pub fn story(story: Story<'_>) -> Attachment {
    Attachment { kind: AttachmentKind::Other, url: link(story.url), name: "answers a story".into(), bytes: None }
}

/// Never fails: that there was something is worth knowing, even if not what.
fn attachment(raw: &str) -> Attachment {
    let mended = mend_surrogates(raw);
    let Ok(attached) = serde_json::from_str::<Attached>(mended.as_deref().unwrap_or(raw)) else {
        return Attachment { kind: AttachmentKind::Other, url: String::new(), name: String::new(), bytes: None };
    };
    let type_name = attached.kind.map(|kind| kind.0).unwrap_or_default();
    let kind = match &*type_name {
        "image" | "sticker" => AttachmentKind::Image,
        "audio" => AttachmentKind::Audio,
        "video" | "reel" | "ig_reel" => AttachmentKind::Video,
        "file" => AttachmentKind::File,
        _ => AttachmentKind::Other,
    };
    let (url, title, words) =
        attached.payload.map(|payload| (payload.url, payload.title, payload.text)).unwrap_or_default();
    let name = attached.title.or(title).or(words).map(|Word(name)| name);
    let name = name.unwrap_or(match &*type_name {
        "story_mention" => Cow::Borrowed("mentions us in a story"),
        _ if kind == AttachmentKind::Other => type_name,
        _ => Cow::Borrowed(""),
    });
    let name = without_nul(cut(name, NAME_CHARACTERS_MAX)).into_owned();
    Attachment { kind, url: link(url.or(attached.url)), name, bytes: None }
}

/// Empty for what is no link.
fn link(url: Option<Word<'_>>) -> String {
    let url = url.map(|Word(url)| url).filter(|url| is_link(url)).unwrap_or_default();
    without_nul(url).into_owned()
}
