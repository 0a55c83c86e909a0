//! Short messages, WhatsApp and Telegram, for the story.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use loadtest::provider::Rule;
use loadtest::telegram::{self, Call, Telegram};
use loadtest::twilio::{self, Callbacks, Text, Twilio};
use loadtest::whatsapp::{self, Plan, WhatsApp};
use serde_json::json;
use switchboard::domain::event::Receipt;

use super::{LIMIT, Line, told};
use crate::support::installation::Installation;
use crate::support::node::eventually;

// --- Short messages ---

pub struct Sms(Twilio);

impl Sms {
    pub async fn open() -> Self {
        Self(Twilio::start(twilio::Settings::default()).await.expect("a fake"))
    }

    pub fn table(&self) -> String {
        let twilio::Settings { account_sid, auth_token, number, .. } = twilio::Settings::default();
        format!(
            "[[account]]\nid = \"sms-1\"\nkind = \"sms\"\nbot = \"harbor\"\naccount_sid = \"{account_sid}\"\n\
             auth_token = \"{auth_token}\"\nnumber = \"{number}\"\napi_base = \"{}\"\nsegments_per_second = {LIMIT}\n",
            self.0.base()
        )
    }

    pub fn leads_to(&self, installation: &Installation) {
        self.0.set_webhook(format!("http://{}/webhooks/twilio/sms-1", installation.address()));
    }
}

/// A text of plain letters.
fn segments(text: &Text) -> u64 {
    let letters = text.body.chars().count() as u64;
    if letters <= 160 { 1 } else { letters.div_ceil(153) }
}

impl Line for Sms {
    fn account(&self) -> &'static str {
        "sms-1"
    }

    fn person(&self, number: usize) -> String {
        format!("+1415555{number:04}")
    }

    fn says<'a>(&'a self, who: &'a str, text: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        async move {
            let (sid, status, _) = self.0.text(who, text).await.expect("an answer");
            assert_eq!(status, 200);
            for _ in 1..times {
                assert_eq!(self.0.text_again(who, text, &sid).await.expect("an answer").0, 200);
            }
        }
        .boxed_local()
    }

    /// By the number of the line.
    fn taps<'a>(&'a self, who: &'a str, label: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        let menus: Vec<String> = self.got(who);
        let lines = menus.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once(". "));
        let number = lines.into_iter().find(|(_, shown)| *shown == label).expect("a line of the menu").0.to_owned();
        async move { self.says(who, &number, times).await }.boxed_local()
    }

    fn rule(&self, rule: Rule) {
        self.0.rule(rule);
    }

    fn got(&self, who: &str) -> Vec<String> {
        self.0.got(who).into_iter().map(|text| text.body).collect()
    }

    fn has_menu(&self, who: &str) -> bool {
        self.got(who).iter().any(|text| text.contains("\n1. "))
    }

    fn tries(&self) -> Vec<(u64, u64)> {
        self.0.texts().iter().map(|text| (text.at, segments(text))).collect()
    }

    fn confuses(&self) {
        let statuses = vec!["delivered".into(), "sent".into(), "queued".into()];
        self.0.set_callbacks(Callbacks { statuses, error_code: None, copies: 2 });
    }

    fn pending(&self) -> u64 {
        self.0.callbacks_pending()
    }

    fn receipt(&self) -> Option<Receipt> {
        Some(Receipt::Delivered)
    }

    fn too_fast(&self) -> u32 {
        20429
    }

    fn broken(&self) -> u32 {
        20503
    }
}

// --- WhatsApp ---

pub struct Wa(WhatsApp, Cell<bool>);

impl Wa {
    pub async fn open() -> Self {
        let settings = whatsapp::Settings { per_second: 100_000, ..whatsapp::Settings::default() };
        Self(WhatsApp::start(settings).await.expect("a fake"), Cell::new(false))
    }

    pub fn table(&self) -> String {
        let whatsapp::Settings { phone_number_id, token, app_secret, .. } = whatsapp::Settings::default();
        format!(
            "[[account]]\nid = \"wa-1\"\nkind = \"whatsapp\"\nbot = \"harbor\"\nphone_number_id = \"{phone_number_id}\"\n\
             access_token = \"{token}\"\napp_secret = \"{app_secret}\"\nverify_token = \"a word\"\napi_base = \"{}\"\n\
             sends_per_second = {LIMIT}\n",
            self.0.base()
        )
    }

    pub fn leads_to(&self, installation: &Installation) {
        self.0.set_webhook(installation.address());
    }
}

impl Line for Wa {
    fn account(&self) -> &'static str {
        "wa-1"
    }

    fn person(&self, number: usize) -> String {
        let name = format!("US.{number:012}");
        self.0.meet(None, Some(&name));
        name
    }

    /// Where everything comes twice, the fake itself says everything twice.
    fn says<'a>(&'a self, who: &'a str, text: &'a str, _: usize) -> LocalBoxFuture<'a, ()> {
        self.0.say(who, text);
        told("it is said", || self.0.webhooks_pending()).boxed_local()
    }

    fn taps<'a>(&'a self, who: &'a str, label: &'a str, _: usize) -> LocalBoxFuture<'a, ()> {
        let menu = self.0.got(who).into_iter().find(|call| !call.buttons().is_empty()).expect("a menu");
        let button = menu.buttons().into_iter().find(|(shown, _)| shown == label).expect("a button");
        self.0.tap(who, &menu, &button.1);
        told("it is tapped", || self.0.webhooks_pending()).boxed_local()
    }

    fn rule(&self, rule: Rule) {
        self.0.rule(rule);
    }

    fn got(&self, who: &str) -> Vec<String> {
        self.0.got(who).iter().map(|call| call.text().to_owned()).collect()
    }

    fn has_menu(&self, who: &str) -> bool {
        self.0.got(who).iter().any(|call| !call.buttons().is_empty())
    }

    fn tries(&self) -> Vec<(u64, u64)> {
        let messages = self.0.calls().into_iter().filter(|call| call.body.get("type").is_some());
        messages.map(|call| (call.at, 1)).collect()
    }

    fn confuses(&self) {
        self.1.set(true);
        self.0.set_plan(Plan { twice: true, ..Plan::of(&["read", "delivered", "sent"]) });
    }

    fn pending(&self) -> u64 {
        self.0.webhooks_pending()
    }

    /// Read, if that comes first, is all that counts.
    fn receipt(&self) -> Option<Receipt> {
        Some(if self.1.get() { Receipt::Read } else { Receipt::Delivered })
    }

    fn too_fast(&self) -> u32 {
        130_429
    }

    fn broken(&self) -> u32 {
        131_016
    }
}

// --- Telegram ---

pub struct Tg {
    telegram: Telegram,
    here: RefCell<HashSet<i64>>,
    messages: Cell<u64>,
}

impl Tg {
    pub async fn open() -> Self {
        let telegram = Telegram::start(telegram::Settings::default()).await.expect("a fake");
        Self { telegram, here: RefCell::default(), messages: Cell::new(10_000) }
    }

    pub fn table(&self) -> String {
        let (base, token) = (self.telegram.base(), telegram::Settings::default().token);
        format!(
            "[[account]]\nid = \"tg-1\"\nkind = \"telegram\"\nbot = \"harbor\"\nbot_token = \"{token}\"\napi_base = \"{base}\"\n\
             sends_per_second = {LIMIT}\ncontact_interval_ms = 0\n"
        )
    }

    pub async fn is_led_to_us(&self) {
        eventually("our address is entered", async || self.telegram.webhook().map(drop)).await;
    }

    fn calls(&self, who: &str) -> Vec<Call> {
        self.telegram.got(id(who))
    }
}

fn id(who: &str) -> i64 {
    who.parse().expect("a number")
}

impl Line for Tg {
    fn account(&self) -> &'static str {
        "tg-1"
    }

    fn person(&self, number: usize) -> String {
        (5_512_000_000 + number as i64).to_string()
    }

    fn says<'a>(&'a self, who: &'a str, text: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        let person = id(who);
        // The chat exists for the fake once somebody has written in it.
        if self.here.borrow_mut().insert(person) {
            self.telegram.say(person, text);
        } else {
            self.messages.set(self.messages.get() + 1);
            let message = json!({"message_id": self.messages.get(), "date": loadtest::clock::millis() / 1000, "text": text,
                "from": {"id": person, "is_bot": false, "first_name": "Ana"}, "chat": {"id": person, "type": "private"}});
            let update = self.telegram.post(person, "message", message.clone());
            (1..times).for_each(|_| self.telegram.post_again(person, update, "message", &message));
        }
        told("it is said", || self.telegram.updates_pending()).boxed_local()
    }

    fn taps<'a>(&'a self, who: &'a str, label: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        let menu = self.calls(who).into_iter().find(|call| !call.buttons().is_empty()).expect("a menu");
        let data = menu.buttons().into_iter().find(|(shown, _)| shown == label).expect("a button").1;
        self.telegram.tap(id(who), &menu, &data, times);
        told("it is tapped", || self.telegram.updates_pending()).boxed_local()
    }

    fn rule(&self, rule: Rule) {
        self.telegram.rule(rule);
    }

    fn got(&self, who: &str) -> Vec<String> {
        self.calls(who).iter().map(|call| call.text().to_owned()).collect()
    }

    fn has_menu(&self, who: &str) -> bool {
        self.calls(who).iter().any(|call| !call.buttons().is_empty())
    }

    fn tries(&self) -> Vec<(u64, u64)> {
        let messages = self.telegram.calls().into_iter().filter(|call| call.method == "sendMessage");
        messages.map(|call| (call.at, 1)).collect()
    }

    /// It has no receipts.
    fn confuses(&self) {}

    fn pending(&self) -> u64 {
        self.telegram.updates_pending()
    }

    fn receipt(&self) -> Option<Receipt> {
        None
    }

    fn too_fast(&self) -> u32 {
        429
    }

    fn broken(&self) -> u32 {
        503
    }
}
