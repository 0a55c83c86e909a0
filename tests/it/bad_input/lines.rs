//! Every channel that has a webhook, as this chapter needs it: how it writes what contacts say, and how it signs whatever
//! bytes there are. A new channel joins by one line in [`LINES`].

mod meta;
mod whatsapp;

use std::net::SocketAddr;
use std::time::Duration;

use loadtest::http::request_once;
use loadtest::{telegram, twilio};
use ring::hmac;
use serde_json::{Value, json};
use switchboard::domain::account::Channel;
use switchboard::domain::ids::AccountId;
use switchboard::domain::time::Timestamp;
use switchboard::domain::window::Window;
use switchboard::ports::store::Contact;

use meta::{INSTAGRAM, MESSENGER};
pub use meta::{INSTAGRAM_SECRET, account as instagram_account};
use whatsapp::WHATSAPP;
pub use whatsapp::signature as whatsapp_signature;

pub const LINES: [&Line; 5] = [&MESSENGER, &INSTAGRAM, &WHATSAPP, &SMS, &TELEGRAM];

/// Longer than any of it takes, in a build that is not optimised.
const PATIENCE: Duration = Duration::from_secs(30);
const SMS_PATH: &str = "/webhooks/twilio/sms-1";

type Headers = Vec<(&'static str, String)>;

pub struct Line {
    pub channel: &'static str,
    account: &'static str,
    path: &'static str,
    /// Its table in the configuration, beside those that an installation has anyway. Nobody is at its provider's address:
    /// what is said here stays in the queue.
    table: fn() -> String,
    /// What makes a body genuine, for who is reached at this address.
    signed: fn(&str, &[u8]) -> Headers,
    /// How the channel names a contact.
    key: fn(u64) -> String,
    /// One webhook that brings all these; none if the channel brings only one thing at a time.
    said: fn(&[Said]) -> Option<Vec<u8>>,
    /// Genuine, and odd.
    pub oddities: fn() -> Vec<Odd>,
}

/// Something that a contact said, by the number of the contact and of the message.
pub struct Said {
    pub who: u64,
    pub number: u64,
    pub text: String,
    /// When, as the provider says; null: now.
    pub at: Value,
}

pub struct Odd {
    pub what: &'static str,
    pub body: Vec<u8>,
    /// What is heard of it, and from whom.
    pub heard: Option<(u64, &'static str)>,
}

pub fn said(who: u64, number: u64, text: &str) -> Said {
    Said { who, number, text: text.to_owned(), at: Value::Null }
}

/// The tables of all of them.
pub fn tables() -> String {
    LINES.iter().map(|line| (line.table)()).collect()
}

impl Line {
    pub fn contact(&self, who: u64) -> Contact {
        Contact::of(&AccountId::new(self.account), &(self.key)(who))
    }

    /// Until when an agent may answer who wrote at that moment; on some channels, always.
    pub fn open_until(&self, heard_at: Timestamp) -> Timestamp {
        let channel = Channel::parse(self.channel).expect("a channel");
        Window::after(channel, heard_at).map_or(Timestamp(u64::MAX), |window| window.people_until)
    }

    pub fn one(&self, said: Said) -> Vec<u8> {
        (self.said)(&[said]).expect("one thing at a time comes by every channel")
    }

    pub fn batches(&self) -> bool {
        (self.said)(&[said(1, 1, ""), said(1, 2, "")]).is_some()
    }

    /// As many webhooks as it takes.
    pub fn all(&self, said: Vec<Said>) -> Vec<Vec<u8>> {
        match (self.said)(&said) {
            Some(body) => vec![body],
            None => said.into_iter().map(|said| self.one(said)).collect(),
        }
    }

    /// The head of a request with these headers beside those that make `body` genuine; the blank line is left out.
    pub fn head(&self, to: SocketAddr, body: &[u8], more: &[(&str, &str)]) -> String {
        let lines = self.headers(to, body).into_iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let more = more.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let rest: String = lines.chain(more).collect();
        format!("POST {} HTTP/1.1\r\nhost: {to}\r\n{rest}", self.path)
    }

    /// Posts a body that is genuine.
    pub async fn post(&self, to: SocketAddr, body: &[u8]) -> u16 {
        self.post_with(to, body, &[]).await
    }

    pub async fn post_with(&self, to: SocketAddr, body: &[u8], more: &[(&str, &str)]) -> u16 {
        let headers = self.headers(to, body);
        let own = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<(&str, &str)> = own.chain(more.iter().copied()).collect();
        request_once("POST", to, self.path, &all, body, PATIENCE).await.expect("an answer").status
    }

    fn headers(&self, to: SocketAddr, body: &[u8]) -> Headers {
        (self.signed)(&format!("http://{to}{}", self.path), body)
    }
}

// --- Short messages ---

const SMS: Line = Line {
    channel: "sms",
    account: "sms-1",
    path: SMS_PATH,
    table: || {
        let twilio::Settings { account_sid, auth_token, number, .. } = twilio::Settings::default();
        let own = format!("account_sid = {account_sid:?}\nauth_token = {auth_token:?}\nnumber = {number:?}\n");
        table("sms-1", "sms") + &own
    },
    signed: |url, body| {
        let form = "application/x-www-form-urlencoded".to_owned();
        vec![("content-type", form), ("x-twilio-signature", form_signature(url, body))]
    },
    key: phone,
    said: |said| match said {
        [said] => Some(text_message(&said.number.to_string(), &phone(said.who), &said.text)),
        _ => None,
    },
    oddities: || {
        let mut odd = nonsense();
        odd.extend([
            strange("no sender", "MessageSid=SM1&Body=x"),
            strange("empty fields", "MessageSid=&From=&Body=&NumMedia="),
            strange("media that are not there", "MessageSid=SM1&From=%2B14155550177&NumMedia=999999999"),
            strange("a status that nobody knows", "MessageSid=SM2&To=%2B14155550177&MessageStatus=pondering"),
            strange("a receipt for what was never sent", "MessageSid=SM3&To=%2B14155550177&MessageStatus=delivered"),
            strange(
                "a loss of what was never sent",
                "MessageSid=SM3&To=%2B14155550177&MessageStatus=failed&ErrorCode=x",
            ),
            heard("NUL", text_message("nul", &phone(77), "a\0b"), 77, "a\u{fffd}b"),
            // Half of a pair, as UTF-8 has none of it.
            heard(
                "half of a pair",
                [&text_message("half", &phone(77), "a")[..], b"%ED%A0%BDb"].concat(),
                77,
                "a\u{fffd}\u{fffd}\u{fffd}b",
            ),
        ]);
        odd
    },
};

/// `X-Twilio-Signature` of any form: what is said twice in the same words is signed once.
pub fn form_signature(url: &str, body: &[u8]) -> String {
    let mut form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    form.sort();
    form.dedup();
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    twilio::sign(&twilio::Settings::default().auth_token, url, &fields)
}

fn phone(who: u64) -> String {
    format!("+1415{who:07}")
}

fn text_message(number: &str, from: &str, text: &str) -> Vec<u8> {
    let twilio::Settings { account_sid, number: to, .. } = twilio::Settings::default();
    let sid = format!("SM{number:0>32}");
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.extend_pairs([
        ("MessageSid", &*sid),
        ("AccountSid", &account_sid),
        ("From", from),
        ("To", &to),
        ("Body", text),
    ]);
    fields.finish().into_bytes()
}

// --- Telegram ---

const TELEGRAM: Line = Line {
    channel: "telegram",
    account: "tg-1",
    path: "/webhooks/telegram/tg-1",
    table: || table("tg-1", "telegram") + &format!("bot_token = {:?}\n", telegram::Settings::default().token),
    signed: |_, _| {
        vec![("content-type", "application/json".to_owned()), ("x-telegram-bot-api-secret-token", telegram_word())]
    },
    key: |who| who.to_string(),
    said: |said| match said {
        [said] => {
            let date = if said.at.is_null() { json!(loadtest::clock::millis() / 1000) } else { said.at.clone() };
            let message = json!({"message_id": said.number, "date": date, "text": said.text,
                "chat": {"id": said.who, "type": "private"}, "from": {"id": said.who, "first_name": "Ana"}});
            Some(json!({"update_id": said.number, "message": message}).to_string().into_bytes())
        }
        _ => None,
    },
    oddities: || {
        let message = |rest: &str| {
            format!(r#"{{"update_id":"9{}","message":{{"chat":{{"id":"77","type":"private"}},{rest}}}}}"#, rest.len())
        };
        let mut odd = nonsense();
        odd.extend([
            strange("no update id", r#"{"update_id":null,"message":{}}"#),
            strange("a message of nobody", r#"{"update_id":1,"message":{"chat":null,"from":null,"text":"x"}}"#),
            strange("nothing but nulls", r#"{"update_id":2,"message":null,"callback_query":null,"edited_message":null}"#),
            strange("a tap on nothing", r#"{"update_id":3,"callback_query":{"id":"1","message":null,"data":null}}"#),
            strange("an edit of what was never heard", r#"{"update_id":4,"edited_message":{"message_id":5,"edit_date":1,"text":"x","chat":{"id":77,"type":"private"}}}"#),
            strange("a reaction to what was never sent", r#"{"update_id":5,"message_reaction":{"message_id":5,"chat":{"id":77,"type":"private"},"new_reaction":[null]}}"#),
            heard("ids that are words", message(r#""message_id":"12","text":"numbers""#), 77, "numbers"),
            heard("NUL", message(r#""message_id":13,"text":"a\u0000b""#), 77, "a\u{fffd}b"),
            heard("half of a pair", message(r#""message_id":14,"text":"a\ud83db""#), 77, "a\u{fffd}b"),
        ]);
        odd
    },
};

/// The word that we ask Telegram to repeat: it follows from the token, so that all nodes find the same one.
pub fn telegram_word() -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, telegram::Settings::default().token.as_bytes());
    hex::encode(hmac::sign(&key, b"switchboard webhook"))
}

// --- What they have in common ---

fn table(id: &str, kind: &str) -> String {
    format!("[[account]]\nid = {id:?}\nkind = {kind:?}\nbot = \"harbor\"\napi_base = \"http://127.0.0.1:1\"\n")
}

fn strange(what: &'static str, body: impl Into<Vec<u8>>) -> Odd {
    Odd { what, body: body.into(), heard: None }
}

fn heard(what: &'static str, body: impl Into<Vec<u8>>, who: u64, text: &'static str) -> Odd {
    Odd { heard: Some((who, text)), ..strange(what, body) }
}

/// What no channel ever sends.
fn nonsense() -> Vec<Odd> {
    vec![
        strange("nothing", ""),
        strange("space", " \r\n\t"),
        strange("null", "null"),
        strange("a number", "0"),
        strange("a word", r#""x""#),
        strange("an empty list", "[]"),
        strange("an empty object", "{}"),
        strange("half an object", r#"{"object":"page","entry":[{"#),
        strange("no text at all", [0xff, 0xfe, 0x00, 0x80, 0xc0]),
        strange("NULs", [0; 64]),
        strange("a number beyond all numbers", r#"{"update_id":1e999,"entry":1e999}"#),
        strange("lists in lists", "[".repeat(100_000)),
        strange("objects in objects", r#"{"entry":"#.repeat(20_000)),
        strange("half a letter, escaped", r#"{"update_id":"\u"}"#),
    ]
}
