//! One message: what a contact wrote, tapped, attached or changed, or what somebody answered on the business's own phone.
//! Pure.

use super::read::People;
use super::shapes::{Card, Edit, Edited, Interactive, Location, Media, Message, Reaction, Referral, Tapped};
use crate::adapters::channels::buttons::BY_PLACE;
use crate::adapters::channels::files;
use crate::adapters::channels::lenient::{Moment, Word, id, label, text};
use crate::adapters::channels::places::place;
use crate::domain::changes::Change;
use crate::domain::command::Command;
use crate::domain::ids::AccountId;
use crate::domain::message::{Attachment, AttachmentKind, Heard};
use crate::domain::time::Timestamp;
use crate::ports::store::Contact;

const CARDS_MAX: usize = 20;

type Ask = (Option<String>, Command);

/// What one message, or one status, means.
#[derive(Debug)]
pub enum Said {
    Done {
        contact: Contact,
        asks: Vec<Ask>,
    },
    /// A message, and the number of who wrote it, if that is not what they are known by.
    Heard {
        contact: Contact,
        ask: Ask,
        number: Option<String>,
    },
    /// All that can be shown of it; the rest is to be kept as it came.
    Halfway {
        contact: Contact,
        ask: Ask,
        reason: &'static str,
    },
    /// Understood, and not for us.
    PassedOver(&'static str),
}

/// Why a message says nothing to us. One of few, so that it can be counted by.
pub type Unread = &'static str;

pub fn read(message: &Message, people: &People, account: &AccountId, base: &str) -> Result<Said, Unread> {
    if message.group_id.is_some() {
        return Ok(Said::PassedOver("in a group"));
    }
    let number = id(copy(&message.from))?;
    let user = id(copy(&message.from_user_id))?;
    if number.is_none() && user.is_none() {
        return Err("no person");
    }
    let (contact, known) = people.contact(account, number, user).ok_or("no person")?;
    let message_id = id(copy(&message.id))?.ok_or("no message id")?;
    let at = message.timestamp.and_then(|Moment(at)| at);
    if let Some(ask) = changed(message, &message_id, at)? {
        return Ok(Said::Done { contact, asks: vec![ask] });
    }
    let hear = |heard| {
        let (provider_id, name) = (Some(message_id.clone()), known.name.clone());
        (Some(format!("in:{message_id}")), Command::Hear { heard, provider_id, provider_at: at, name })
    };
    let kind = message.kind.as_ref().map_or("", |kind| &kind.0);
    match heard(message, account, base)? {
        Some(heard) => {
            let number = known.number.filter(|number| *number != contact.external_key);
            Ok(Said::Heard { contact, ask: hear(heard), number })
        }
        // A photo to be seen once, a poll: that there is something is worth knowing.
        None if matches!(kind, "unsupported" | "unknown") => {
            let heard = Heard { attachments: vec![unsupported()], ..Heard::default() };
            Ok(Said::Halfway { contact, ask: hear(heard), reason: "unsupported" })
        }
        None => Err(match kind {
            "order" => "order",
            "system" => "system",
            "request_welcome" => "request_welcome",
            "" => "message without content",
            _ => "of an unknown kind",
        }),
    }
}

/// Somebody answered in the app on the business's own phone.
pub fn echoed(echo: &Message, people: &People, account: &AccountId, base: &str) -> Result<Said, Unread> {
    let (number, user) = (id(copy(&echo.to))?, id(copy(&echo.to_user_id))?);
    let (contact, _) = people.contact(account, number, user).ok_or("no person")?;
    let provider_id = id(copy(&echo.id))?.ok_or("no message id")?;
    let heard = heard(echo, account, base)?.ok_or("message without content")?;
    let words = [heard.text, files::in_words(&heard.attachments)];
    let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
    let text = text(Some(Word(words.join("\n").into())));
    let command = Command::Echo { of: None, provider_id: provider_id.clone(), text };
    Ok(Said::Done { contact, asks: vec![(Some(format!("in:{provider_id}")), command)] })
}

fn unsupported() -> Attachment {
    let name = "something WhatsApp does not show".into();
    Attachment { kind: AttachmentKind::Other, url: String::new(), name, bytes: None }
}

/// What a contact changes about what was said. Each change has an id of its own.
fn changed(message: &Message, own_id: &str, at: Option<Timestamp>) -> Result<Option<Ask>, Unread> {
    let (of, change) = match (&message.edit, &message.revoke, &message.reaction) {
        (Some(Edit { original_message_id, message }), ..) => {
            let at = at.ok_or("edit without its moment")?;
            let text = message.as_ref().and_then(edited).ok_or("edit without words")?;
            // Nobody edits twice in a second. The seconds fit until the year 2106.
            let number = u32::try_from(at.0 / 1000).unwrap_or(u32::MAX);
            (original_message_id, Change::Edited { text, number })
        }
        (_, Some(revoke), _) => (&revoke.original_message_id, Change::Deleted),
        (_, _, Some(Reaction { message_id, emoji })) => {
            let with = Some(text(copy(emoji))).filter(|emoji| !emoji.is_empty());
            (message_id, Change::Reacted { with })
        }
        _ => return Ok(None),
    };
    let provider_id = id(copy(of))?.ok_or("change of nothing")?;
    Ok(Some((Some(format!("change:{own_id}")), Command::Change { provider_id, change, provider_at: at })))
}

fn edited(edited: &Edited) -> Option<String> {
    let captions = [&edited.image, &edited.video, &edited.document];
    let caption = captions.into_iter().flatten().find_map(|media| media.caption.as_ref());
    let words = edited.text.as_ref().and_then(|text| text.body.as_ref()).or(caption)?;
    Some(text(Some(Word(words.0.as_ref().into()))))
}

/// Words, a tap, or things attached. None if there is nothing that we know.
fn heard(message: &Message, account: &AccountId, base: &str) -> Result<Option<Heard>, Unread> {
    let mut heard = match (&message.interactive, &message.button) {
        (Some(interactive), _) => answered(interactive)?,
        (_, Some(button)) => tap(text(copy(&button.payload)), text(copy(&button.text)))?,
        _ => Heard { text: words(message), attachments: attachments(message, account, base), ..Heard::default() },
    };
    let nothing = heard.text.trim().is_empty() && heard.tap.is_none() && heard.attachments.is_empty();
    heard.referral = message.referral.as_ref().and_then(came_by);
    Ok((!nothing).then_some(heard))
}

fn answered(Interactive { button_reply, list_reply, nfm_reply }: &Interactive) -> Result<Heard, Unread> {
    match (button_reply.as_ref().or(list_reply.as_ref()), nfm_reply) {
        (Some(Tapped { id, title }), _) => tap(text(copy(id)), text(copy(title))),
        (None, Some(form)) => Ok(Heard::text(text(copy(&form.body)))),
        (None, None) => Err("answer of an unknown kind"),
    }
}

fn tap(data: String, label: String) -> Result<Heard, Unread> {
    match (data.is_empty() || data.starts_with(BY_PLACE), label.is_empty()) {
        (_, true) if data.is_empty() => Err("tap without data"),
        // Its id did not fit: what it says is as good as typed.
        (true, true) => Err("tap on a button that nobody knows any more"),
        (true, false) => Ok(Heard::text(label)),
        (false, true) => Ok(Heard::tap(data.clone(), data)),
        (false, false) => Ok(Heard::tap(data, label)),
    }
}

fn words(message: &Message) -> String {
    let captions = media(message).into_iter().filter_map(|(_, media)| media?.caption.as_ref());
    let body = message.text.as_ref().and_then(|text| text.body.as_ref());
    text(body.into_iter().chain(captions).next().map(|word| Word(word.0.as_ref().into())))
}

fn media<'m, 'a>(message: &'m Message<'a>) -> [(AttachmentKind, Option<&'m Media<'a>>); 5] {
    [
        (AttachmentKind::Image, message.image.as_ref()),
        (AttachmentKind::Image, message.sticker.as_ref()),
        (AttachmentKind::Video, message.video.as_ref()),
        (AttachmentKind::Audio, message.audio.as_ref()),
        (AttachmentKind::File, message.document.as_ref()),
    ]
}

fn attachments(message: &Message, account: &AccountId, base: &str) -> Vec<Attachment> {
    let file = |(kind, media): (AttachmentKind, Option<&Media>)| {
        let media = media?;
        let url = media.id.as_ref().and_then(|Word(id)| files::url(base, account, id)).unwrap_or_default();
        let name = media.filename.as_ref().map(|name| label(&name.0)).unwrap_or_default();
        Some(Attachment { kind, url, name, bytes: None })
    };
    let files = media(message).into_iter().filter_map(file);
    let cards = message.contacts.iter().flatten().take(CARDS_MAX).map(card);
    files.chain(message.location.as_ref().map(located)).chain(cards).collect()
}

fn located(Location { latitude, longitude, name, address }: &Location) -> Attachment {
    place(*latitude, *longitude, &in_a_row([name, address]))
}

fn card(Card { name, phones }: &Card) -> Attachment {
    let phone = phones.iter().flatten().find_map(|phone| phone.phone.as_ref());
    let name = name.as_ref().and_then(|name| name.formatted_name.as_ref());
    let words = [name, phone].into_iter().flatten().map(|word| word.0.as_ref()).collect::<Vec<_>>().join(", ");
    Attachment { kind: AttachmentKind::Other, url: String::new(), name: label(&words), bytes: None }
}

fn in_a_row<'a>(words: [&Option<Word<'a>>; 2]) -> String {
    let words = words.into_iter().flatten().map(|word| word.0.as_ref()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(", ")
}

/// The ad's own id: a bot may act upon it as upon the word of a link.
fn came_by(referral: &Referral) -> Option<String> {
    let named = [&referral.source_id, &referral.source_url].into_iter().find_map(|word| word.as_ref());
    Some(label(named?.0.as_ref())).filter(|word| !word.is_empty())
}

fn copy<'w>(word: &'w Option<Word<'_>>) -> Option<Word<'w>> {
    word.as_ref().map(|word| Word(word.0.as_ref().into()))
}
