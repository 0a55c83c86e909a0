//! A letter as a mail program reads it: headers, a text and an HTML part.
//!
//! Everything that people wrote goes through `one_line`, `plain` or maud's escaping: it can break no header and add no
//! markup. All letters of one conversation refer to one id that no letter has, and their subjects end alike, so that
//! mail programs show them as one thread.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, Message, MultiPart, SinglePart};
use lettre::{Address, address::AddressError};
use maud::{DOCTYPE, html};

use crate::domain::alert::{one_line, plain};
use crate::domain::ids::DeliveryId;
use crate::ports::alert::Letter;

/// Who writes: shown to people, and where answers go that have no other address.
#[derive(Debug, Clone)]
pub struct Sender {
    pub name: Option<String>,
    pub address: Address,
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("{0:?} is not an e-mail address: {1}")]
    Address(String, AddressError),
    #[error("the letter cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
}

/// The letter with all its headers.
pub fn write(letter: &Letter, from: &Sender) -> Result<Message, Unwritable> {
    let name = from.name.as_deref().map(one_line).filter(|name| !name.is_empty());
    let thread = thread_id(letter.id, from);
    let mut message = Message::builder()
        .from(Mailbox::new(name, from.address.clone()))
        .mailbox(lettre::message::header::To::from(mailboxes(&letter.to)?))
        .subject(subject(letter))
        .date(UNIX_EPOCH + Duration::from_millis(letter.at.0))
        .message_id(Some(message_id(letter.id, from)))
        .in_reply_to(thread.clone())
        .references(thread)
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Switchboard-Conversation", &letter.id.conversation.to_string()));
    if !letter.cc.is_empty() {
        message = message.mailbox(lettre::message::header::Cc::from(mailboxes(&letter.cc)?));
    }
    if let Some(reply_to) = &letter.reply_to {
        message = message.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text(letter));
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(page(letter));
    Ok(message.multipart(MultiPart::alternative().singlepart(text).singlepart(html))?)
}

pub fn address(text: &str) -> Result<Address, Unwritable> {
    text.parse().map_err(|error| Unwritable::Address(text.to_owned(), error))
}

fn mailboxes(addresses: &[String]) -> Result<Mailboxes, Unwritable> {
    let mailboxes = addresses.iter().map(|text| Ok(Mailbox::new(None, address(text)?)));
    Ok(mailboxes.collect::<Result<Vec<_>, Unwritable>>()?.into_iter().collect())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Ends alike for all letters of a conversation, and otherwise for those of others.
fn subject(letter: &Letter) -> String {
    let mark = &letter.id.conversation.0.simple().to_string()[..8];
    format!("{} [#{mark}]", one_line(&letter.subject))
}

/// The same with every try: who gets a letter twice can tell.
fn message_id(id: DeliveryId, from: &Sender) -> String {
    format!("<alert.{}.{}@{}>", id.conversation.0.simple(), id.seq, from.address.domain())
}

fn thread_id(id: DeliveryId, from: &Sender) -> String {
    format!("<conversation.{}@{}>", id.conversation.0.simple(), from.address.domain())
}

const AGAIN: &str = "This letter may have reached you before: what became of the first try is not known.";

fn text(letter: &Letter) -> String {
    let mut parts = Vec::new();
    if letter.again {
        parts.push(AGAIN.to_owned());
    }
    let body = plain(&letter.body);
    if !body.trim().is_empty() {
        parts.push(body.trim_end().to_owned());
    }
    let facts = letter.facts.iter().map(|(name, value)| format!("{name}: {}", one_line(value)));
    parts.push(facts.collect::<Vec<_>>().join("\n"));
    if !letter.said.is_empty() {
        // Indented, so that nobody's words look like ours.
        let said = letter
            .said
            .iter()
            .map(|(who, what)| format!("  {}: {}", one_line(who), plain(what).trim_end().replace('\n', "\n    ")));
        parts.push(format!("The last words:\n{}", said.collect::<Vec<_>>().join("\n")));
    }
    parts.push(format!("Open the conversation: {}", letter.link));
    parts.join("\n\n") + "\n"
}

fn page(letter: &Letter) -> String {
    let body = plain(&letter.body);
    let lines =
        |text: &str| html! { @for (number, line) in text.lines().enumerate() { @if number > 0 { br; } (line) } };
    let page = html! {
        (DOCTYPE)
        html {
            head { meta charset="utf-8"; title { (one_line(&letter.subject)) } }
            body style="font-family: sans-serif; line-height: 1.45; color: #1c1e21" {
                @if letter.again { p { em { (AGAIN) } } }
                @if !body.trim().is_empty() { p { (lines(&body)) } }
                table cellpadding="3" {
                    @for (name, value) in &letter.facts {
                        tr { td style="color: #65676b" { (name) } td { (one_line(value)) } }
                    }
                }
                @if !letter.said.is_empty() {
                    p style="color: #65676b" { "The last words" }
                    @for (who, what) in &letter.said {
                        p { b { (one_line(who)) } br; (lines(&plain(what))) }
                    }
                }
                p { a href=(letter.link) { "Open the conversation" } }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, ConversationId};
    use crate::domain::time::Timestamp;

    fn letter() -> Letter {
        let id = DeliveryId { conversation: ConversationId::of(&AccountId::new("page"), "7"), seq: 12 };
        Letter {
            id,
            at: Timestamp(1_772_618_400_000),
            to: vec!["ana@harbor.example".into()],
            cc: Vec::new(),
            reply_to: None,
            subject: "A quote".into(),
            body: "Please.".into(),
            facts: vec![("Contact".into(), "Zoë".into())],
            said: vec![("Zoë".into(), "hello".into())],
            link: "https://chat.example.org/c/1".into(),
            again: false,
        }
    }

    fn written(letter: &Letter) -> String {
        let from = Sender { name: Some("Switchboard".into()), address: "alerts@harbor.example".parse().expect("one") };
        String::from_utf8(write(letter, &from).expect("a letter").formatted()).expect("ascii")
    }

    fn header(message: &str, name: &str) -> String {
        let head = message.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned);
        line.unwrap_or_default()
    }

    #[test]
    fn letters_of_one_conversation_are_one_thread() {
        let (one, other) = (letter(), Letter { id: DeliveryId { seq: 13, ..letter().id }, ..letter() });
        let (first, second) = (written(&one), written(&other));
        for name in ["In-Reply-To", "References", "Subject"] {
            assert_eq!(header(&first, name), header(&second, name), "{name}");
        }
        assert_ne!(header(&first, "Message-ID"), header(&second, "Message-ID"));
        assert!(header(&first, "Subject").starts_with("A quote [#"), "{first}");
    }

    #[test]
    fn a_second_try_has_the_same_id_and_says_so() {
        let again = written(&Letter { again: true, ..letter() });
        assert_eq!(header(&written(&letter()), "Message-ID"), header(&again, "Message-ID"));
        assert!(again.contains(AGAIN.split(':').next().expect("words")), "{again}");
    }

    /// Whatever line breaks and brackets a name brings, the letter has the headers it had without them.
    #[test]
    fn no_name_adds_a_header() {
        let names = |message: &str| {
            let head = message.split("\r\n\r\n").next().expect("a head").to_owned();
            let folded = |line: &&str| !line.starts_with([' ', '\t']);
            head.lines()
                .filter(folded)
                .map(|line| line.split(':').next().unwrap_or(line).to_owned())
                .collect::<Vec<_>>()
        };
        let plain = names(&written(&letter()));
        for evil in [
            "x\r\nBcc: v@example.org",
            "x\nTo: v@example.org",
            "x\r\n\r\n<b>",
            "\u{2028}Cc: v",
            "x\r",
            &"ü".repeat(900),
        ] {
            let hostile = Letter {
                subject: evil.into(),
                body: evil.into(),
                facts: vec![("Contact".into(), evil.into())],
                said: vec![(evil.into(), evil.into())],
                ..letter()
            };
            assert_eq!(names(&written(&hostile)), plain, "{evil:?}");
        }
        let to_many = Letter { to: vec!["a@b.example\r\nBcc: v@example.org".into()], ..letter() };
        assert!(write(&to_many, &Sender { name: None, address: "a@b.example".parse().expect("one") }).is_err());
    }

    #[test]
    fn no_words_add_markup() {
        let evil = "<script>alert(1)</script>\" onmouseover=\"x";
        let page = page(&Letter {
            body: evil.into(),
            facts: vec![("Contact".into(), evil.into())],
            said: vec![(evil.into(), evil.into())],
            link: format!("https://chat.example.org/{evil}"),
            ..letter()
        });
        assert!(!page.contains("<script") && !page.contains("\" onmouseover"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 5, "{page}");
    }
}
