//! Whatever comes to a webhook is read without harm: each parser on a diet of damaged webhooks.
//!
//! `tests/corpus/` has whole ones, a folder for each channel. They are read as they are, then cut, glued and dented at
//! random, for a moment here and as long as anybody likes with
//!
//! ```text
//! FUZZ_SECONDS=600 cargo nextest run --release --no-capture -E 'test(parsers)'
//! ```
//!
//! What breaks something is kept as a file, whose name is printed: mend it, and put the file into the corpus.

mod frames;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use loadtest::product::{APP_SECRET, PAGE_ACCOUNT, PAGE_ID, VERIFY_TOKEN};
use loadtest::{telegram, twilio, whatsapp};
use switchboard::adapters::channels::meta::{self, MetaInlet, Network};
use switchboard::adapters::channels::telegram::{Bot, TelegramInlet};
use switchboard::adapters::channels::twilio::{Line, TwilioInlet};
use switchboard::adapters::channels::whatsapp::{self as whatsapp_lines, WhatsAppInlet};
use switchboard::domain::changes::Change;
use switchboard::domain::command::Command;
use switchboard::domain::ids::AccountId;
use switchboard::ports::channel::{Inbound, Inlet, NotTaken, Received, Webhook};
use switchboard::ports::store::Contact;
use tokio::time::Instant;

use crate::bad_input::{INSTAGRAM_SECRET, form_signature, instagram_account, telegram_word, whatsapp_signature};
use crate::support::installation::page;

const BASE: &str = "https://chat.example.org";
const TRIES: usize = 1_500;
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Far more than any body of this size needs, in a build that is not optimised, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(5);

/// What channels bring may be so long, each; see `lenient`.
const TEXT_CHARS_MAX: usize = 20_000;
const ID_BYTES_MAX: usize = 4 * 512;
const ATTACHMENTS_MAX: usize = 100;

#[test]
fn messenger_webhooks_are_read_without_harm() {
    let page_1 = meta::Line {
        account: AccountId::new(PAGE_ACCOUNT),
        network: Network::Messenger,
        line_id: PAGE_ID.into(),
        app_secret: APP_SECRET.into(),
        verify_token: VERIFY_TOKEN.into(),
        app_id: Some("1517776481860111".into()),
    };
    let inlet = MetaInlet::new(vec![page_1]);
    feed("messenger", |body| receive(&inlet, "/webhooks/meta", "", ("x-hub-signature-256", &page().sign(body)), body));
}

#[test]
fn instagram_webhooks_are_read_without_harm() {
    let account = instagram_account();
    let line = meta::Line {
        account: AccountId::new("ig-1"),
        network: Network::Instagram,
        line_id: account.id.clone(),
        app_secret: INSTAGRAM_SECRET.into(),
        verify_token: VERIFY_TOKEN.into(),
        app_id: None,
    };
    let inlet = MetaInlet::new(vec![line]);
    feed("instagram", |body| receive(&inlet, "/webhooks/meta", "", ("x-hub-signature-256", &account.sign(body)), body));
}

#[test]
fn whatsapp_webhooks_are_read_without_harm() {
    let whatsapp::Settings { phone_number_id, app_secret, .. } = whatsapp::Settings::default();
    let (account, verify_token) = (AccountId::new("wa-1"), VERIFY_TOKEN.into());
    let line = whatsapp_lines::Line { account, phone_number_id, app_secret, verify_token };
    let inlet = WhatsAppInlet::new(BASE.into(), vec![line]);
    feed("whatsapp", |body| {
        receive(&inlet, whatsapp::PATH, "", ("x-hub-signature-256", &whatsapp_signature(body)), body)
    });
}

#[test]
fn forms_of_short_messages_are_read_without_harm() {
    let twilio::Settings { account_sid, auth_token, number, .. } = twilio::Settings::default();
    let account = AccountId::new("sms-1");
    let line = Line { account, account_sid, auth_token, shared_key: None, number: Some(number) };
    let inlet = TwilioInlet::new(BASE.into(), vec![line]);
    let path = "/webhooks/twilio/sms-1";
    feed("sms", |body| {
        let signature = form_signature(&format!("{BASE}{path}"), body);
        receive(&inlet, path, "sms-1", ("x-twilio-signature", &signature), body)
    });
}

#[test]
fn telegram_updates_are_read_without_harm() {
    let bot = Bot { account: AccountId::new("tg-1"), token: telegram::Settings::default().token };
    let (inlet, word) = (TelegramInlet::new(BASE.into(), vec![bot]), telegram_word());
    let secret = ("x-telegram-bot-api-secret-token", word.as_str());
    feed("telegram", |body| receive(&inlet, "/webhooks/telegram/tg-1", "tg-1", secret, body));
}

fn receive(
    inlet: &dyn Inlet,
    path: &str,
    place: &str,
    header: (&str, &str),
    body: &Bytes,
) -> Result<Received, NotTaken> {
    inlet.receive(&Webhook { is_post: true, path, place, query: "", headers: &[header], body })
}

// --- The diet ---

fn feed(channel: &str, read: impl Fn(&Bytes) -> Result<Received, NotTaken>) {
    for (name, body) in &corpus(channel) {
        digest(channel, body, &read).unwrap_or_else(|why| panic!("{}: {why}", name.display()));
    }
    feed_with(channel, |body| digest(channel, body, &read));
}

/// Damaged ones for whoever digests them.
fn feed_with(channel: &str, mut digest: impl FnMut(&[u8]) -> Result<(), String>) {
    let corpus = corpus(channel);
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    // With no time given, always the same: whoever breaks something sees it at once.
    let mut dice = Dice(until.map_or(0x5eed, |_| loadtest::clock::millis()));
    let mut tries = 0_usize;
    while until.map_or(tries < TRIES, |until| Instant::now() < until) {
        let body = damaged(&corpus, &mut dice);
        if let Err(why) = digest(&body) {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{channel}-{tries}"));
            fs::write(&kept, &body).expect("kept");
            panic!("{why}; the body is in {}", kept.display());
        }
        tries += 1;
    }
    println!("{channel}: {tries} damaged ones were read without harm");
}

fn corpus(channel: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(channel);
    let files = fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path());
    let mut corpus: Vec<_> = files.map(|path| (path.clone(), fs::read(path).expect("a body"))).collect();
    corpus.sort();
    assert!(corpus.len() >= 10, "{} has a body of each kind", folder.display());
    corpus
}

/// Reads it twice, with the same result, which is within all bounds.
fn digest(channel: &str, body: &[u8], read: impl Fn(&Bytes) -> Result<Received, NotTaken>) -> Result<(), String> {
    let (body, since) = (Bytes::copy_from_slice(body), Instant::now());
    let twice = catch_unwind(AssertUnwindSafe(|| (read(&body), read(&body))));
    let (first, second) = twice.map_err(|_| format!("{channel}: it panicked"))?;
    if since.elapsed() > PATIENCE {
        return Err(format!("{channel}: it took {:?}", since.elapsed()));
    }
    if format!("{first:?}") != format!("{second:?}") {
        return Err(format!("{channel}: read twice, it says two things: {first:?} {second:?}"));
    }
    let received = first.map_err(|why| format!("{channel}: a signed webhook was refused: {why}"))?;
    let known = received.known.iter().try_for_each(|(contact, _, value)| known_within_bounds(contact, value));
    let asks = || received.asks.iter().try_for_each(within_bounds);
    known.and_then(|()| asks()).map_err(|why| format!("{channel}: {why}: {received:?}"))
}

fn known_within_bounds(contact: &Contact, value: &str) -> Result<(), &'static str> {
    named(contact)?;
    let fine = value.len() <= ID_BYTES_MAX && !value.contains('\0');
    if fine { Ok(()) } else { Err("something known that cannot be kept") }
}

fn named(contact: &Contact) -> Result<(), &'static str> {
    let key = contact.external_key.as_str();
    let fine = (1..=ID_BYTES_MAX).contains(&key.len()) && !key.contains('\0');
    if fine { Ok(()) } else { Err("a contact without a name that can be kept") }
}

fn within_bounds(ask: &Inbound) -> Result<(), &'static str> {
    named(&ask.contact)?;
    if ask.key.iter().any(|key| key.len() > 2 * ID_BYTES_MAX || key.contains('\0')) {
        return Err("a key that cannot be kept");
    }
    if texts(&ask.command).iter().any(|text| text.contains('\0')) {
        return Err("NUL");
    }
    if texts(&ask.command).iter().any(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err("a text that is too long");
    }
    let Command::Hear { heard, .. } = &ask.command else { return Ok(()) };
    let is_fine = |url: &str| url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
    if heard.attachments.len() > ATTACHMENTS_MAX || !heard.attachments.iter().all(|attached| is_fine(&attached.url)) {
        return Err("attachments that nobody can open, or too many");
    }
    let says_nothing = heard.text.is_empty() && heard.tap.is_none() && heard.attachments.is_empty();
    if says_nothing && heard.referral.is_none() { Err("a message that says nothing") } else { Ok(()) }
}

fn texts(command: &Command) -> Vec<&str> {
    match command {
        Command::Hear { heard, provider_id, name, .. } => {
            let words =
                [&heard.text].into_iter().chain(&heard.tap).chain(&heard.referral).chain(provider_id).chain(name);
            let attached = heard.attachments.iter().flat_map(|attached| [&attached.url, &attached.name]);
            words.chain(attached).map(String::as_str).collect()
        }
        Command::Change { provider_id, change: Change::Edited { text, .. }, .. } => vec![provider_id, text],
        Command::Change { provider_id, change: Change::Reacted { with: Some(with) }, .. } => vec![provider_id, with],
        Command::Change { provider_id, .. } => vec![provider_id],
        Command::Echo { provider_id, text, .. } => vec![provider_id, text],
        Command::Bounce { provider_id, reason, .. } => vec![provider_id, reason],
        Command::TellProvider { text, provider_id, .. } => {
            [text].into_iter().chain(provider_id).map(String::as_str).collect()
        }
        Command::Acknowledge { provider_ids, .. } => provider_ids.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

// --- Damage ---

/// What parsers stumble over.
const WORDS: [&[u8]; 28] = [
    b"null",
    b"[]",
    b"{}",
    b"\"\"",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"\\u0000",
    b"\\ud83d",
    b"\\ude00",
    b"\\u",
    b"\\",
    b"\"",
    b"{\"id\":",
    b"[[[[[[[[",
    b"]]]]",
    b"\0",
    b"\xff",
    b"\xed\xa0\xbd",
    b"%00",
    b"%",
    b"&From=",
    b"=",
    b"https://",
    b"\xe2\x80\xae",
];

fn damaged(corpus: &[(PathBuf, Vec<u8>)], dice: &mut Dice) -> Vec<u8> {
    let mut body = corpus[dice.below(corpus.len())].1.clone();
    for _ in 0..=dice.below(4) {
        let (from, to) = (dice.below(body.len() + 1), dice.below(body.len() + 1));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 200));
        match dice.below(7) {
            0 => body.truncate(from),
            1 => _ = body.drain(from..to),
            2 => _ = body.splice(from..from, WORDS[dice.below(WORDS.len())].iter().copied()),
            3 => _ = body.splice(from..to, WORDS[dice.below(WORDS.len())].iter().copied()),
            4 => {
                let again = body[from..to].repeat(1 + dice.below(20));
                body.splice(from..from, again);
            }
            5 => {
                let other = &corpus[dice.below(corpus.len())].1;
                let rest = other[dice.below(other.len() + 1)..].to_vec();
                body.splice(from..to, rest);
            }
            _ => {
                if let Some(byte) = body.get_mut(from) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    body.truncate(BODY_BYTES_MAX);
    body
}

/// The generator called splitmix64: the same numbers from the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}
