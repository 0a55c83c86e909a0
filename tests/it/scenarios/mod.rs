//! One story, told on every channel, by a provider that behaves and by one that misbehaves in every way there is: a customer
//! writes, the bot answers with a menu, a tap, a hand-off, an agent's reply, and the receipts.
//!
//! What the provider itself has written down decides: each message once and in order (P6), each webhook one message (P4),
//! never faster than the limit (P7).

mod lines;
mod meta;
mod web;

use futures_util::future::{LocalBoxFuture, join_all};
use loadtest::clients::Answered;
use loadtest::provider::{Rule, Then};
use switchboard::domain::event::{Event, Receipt};
use switchboard::domain::ids::{AccountId, Seq};
use switchboard::node::Node;
use switchboard::ports::store::Contact;

use crate::support::installation::{Installation, SOON};
use crate::support::node::{eventually, log, within};

/// What each account may send in a second, and how unevenly this machine may carry it to the provider.
const LIMIT: u64 = 20;
const WAY_MS: u64 = 200;
/// Short, for a provider that hangs is found out by it.
const LIMITS: &str = "send_timeout_s = 2\nreconcile_s = 2";
const HOURS: &str = "We are open";
const REPLY: &str = "I am Ana. Are you all right?";

/// A fake provider, and how its people do things. Names of people are those that the channel gives them.
trait Line {
    fn account(&self) -> &'static str;
    fn person(&self, number: usize) -> String;
    /// `times`: so often the webhook comes.
    fn says<'a>(&'a self, who: &'a str, text: &'a str, times: usize) -> LocalBoxFuture<'a, ()>;
    fn taps<'a>(&'a self, who: &'a str, label: &'a str, times: usize) -> LocalBoxFuture<'a, ()>;
    fn rule(&self, rule: Rule);
    /// What the person got, in order, as often as they got it.
    fn got(&self, who: &str) -> Vec<String>;
    /// Whether they have a menu before them.
    fn has_menu(&self, who: &str) -> bool;
    /// Every try, accepted or not: when, and what it counts for.
    fn tries(&self) -> Vec<(u64, u64)>;
    /// From now on, receipts come twice and the last first.
    fn confuses(&self);
    /// What the provider has not told us yet.
    fn pending(&self) -> u64;
    /// What it says of a message in the end.
    fn receipt(&self) -> Option<Receipt>;
    fn too_fast(&self) -> u32;
    fn broken(&self) -> u32;
}

/// How the provider misbehaves, in words and in deed; none: it behaves.
fn manners(line: &dyn Line) -> Vec<(&'static str, Option<Then>)> {
    let refuse = |status, code, retry_after| Some(Then::Refuse { status, code, subcode: None, retry_after });
    vec![
        ("behaves", None),
        ("is slow", Some(Then::Delay { millis: 700 })),
        ("says that it is too much", refuse(429, line.too_fast(), Some(1))),
        ("is out of order", refuse(503, line.broken(), None)),
        ("takes it and cuts the line", Some(Then::AcceptThenCut)),
        ("cuts the line", Some(Then::CutBeforeAccepting)),
        ("hangs", Some(Then::Hang { millis: 30_000 })),
        ("talks nonsense", Some(Then::Nonsense)),
    ]
}

#[actix_web::test]
async fn on_messenger_one_story_whatever_the_provider_does() {
    let installation = Installation::with(|plan| {
        (plan.limits, plan.sends_per_second) = (LIMITS, LIMIT as u32);
    });
    let installation = installation.await;
    let node = installation.start().await;
    let line = meta::messenger(&installation);
    tell(&installation, &node, &line).await;
    node.stop().await;
}

#[actix_web::test]
async fn on_instagram_one_story_whatever_the_provider_does() {
    let instagram = meta::open().await;
    let (installation, node) = started(meta::table(&instagram)).await;
    let line = meta::instagram(&instagram, &installation);
    tell(&installation, &node, &line).await;
    node.stop().await;
}

#[actix_web::test]
async fn by_short_messages_one_story_whatever_the_provider_does() {
    let twilio = lines::Sms::open().await;
    let (installation, node) = started(twilio.table()).await;
    twilio.leads_to(&installation);
    tell(&installation, &node, &twilio).await;
    node.stop().await;
}

#[actix_web::test]
async fn on_whatsapp_one_story_whatever_the_provider_does() {
    let whatsapp = lines::Wa::open().await;
    let (installation, node) = started(whatsapp.table()).await;
    whatsapp.leads_to(&installation);
    tell(&installation, &node, &whatsapp).await;
    node.stop().await;
}

#[actix_web::test]
async fn on_telegram_one_story_whatever_the_provider_does() {
    let telegram = lines::Tg::open().await;
    let (installation, node) = started(telegram.table()).await;
    telegram.is_led_to_us().await;
    tell(&installation, &node, &telegram).await;
    node.stop().await;
}

async fn started(table: String) -> (Installation, Node) {
    let installation = Installation::with(|plan| (plan.limits, plan.accounts) = (LIMITS, table)).await;
    let node = installation.start().await;
    (installation, node)
}

/// The story of one person for each manner, all at the same time, and then of one to whom everything comes twice.
async fn tell(installation: &Installation, node: &Node, line: &dyn Line) {
    let began = loadtest::clock::millis();
    let scene = Scene { installation, node, line };
    let stories = manners(line).into_iter().enumerate();
    join_all(stories.map(|(number, (what, then))| scene.story(number, what, then, 1))).await;
    line.confuses();
    scene.story(50, "says everything twice and backwards", None, 2).await;
    // P7: whatever became of the tries, there were never more than that.
    let tries = line.tries();
    for (first, (from, _)) in tries.iter().enumerate() {
        let within = tries[first..].iter().take_while(|(at, _)| at - from < 1000);
        let (count, one): (u64, u64) = within.fold((0, 0), |(sum, most), (_, cost)| (sum + cost, most.max(*cost)));
        let most = LIMIT * (1000 + WAY_MS) / 1000 + one;
        assert!(count <= most, "{count} within a second, {} ms after the beginning: {tries:?}", from - began);
    }
}

struct Scene<'a> {
    installation: &'a Installation,
    node: &'a Node,
    line: &'a dyn Line,
}

impl Scene<'_> {
    async fn story(&self, number: usize, what: &str, then: Option<Then>, times: usize) {
        let who = &self.line.person(number);
        let contact = Contact::of(&AccountId::new(self.line.account()), who);
        let trouble = || then.iter().for_each(|then| self.line.rule(Rule::next(1, then.clone()).to(who.as_str())));
        let what = &format!("{} {what}", self.line.account());
        trouble();
        self.line.says(who, "hello", times).await;
        self.there(what, "the menu", async || self.line.has_menu(who)).await;
        trouble();
        self.line.taps(who, "Opening hours", times).await;
        self.there(what, "the hours", async || self.line.got(who).iter().any(|text| text.starts_with(HOURS))).await;
        self.line.says(who, "I had an accident", times).await;
        let called = |event: &Event| matches!(event, Event::HandedOff { .. });
        self.there(what, "a person is wanted", async || self.events(&contact).await.iter().any(called)).await;
        // So that it happens to her words, and not to those of the bot before.
        self.there(what, "what the bot said", async || self.rests(&contact).await).await;
        trouble();
        let mut console = self.installation.console(&self.installation.ana).await;
        let cid = console.reply(&contact.conversation.to_string(), REPLY, true).await.expect("asked");
        let answer = console.answer_to(&cid, SOON).await.expect("an answer");
        assert!(matches!(answer, Answered::Done { .. }), "{what}: {answer:?}");
        self.there(what, "her words", async || self.line.got(who).iter().any(|text| text == REPLY)).await;
        self.there(what, "all has an end", async || self.rests(&contact).await).await;
        self.there(what, "all is told", async || self.line.pending() == 0).await;
        if let Some(last) = self.line.receipt() {
            let hers = |events: &[Event]| place(events, |event| matches!(event, Event::AgentSaid { .. }));
            let told = async || {
                let events = self.events(&contact).await;
                let of = hers(&events).expect("her words");
                events.iter().any(|event| matches!(event, Event::Received { of: seqs, receipt } if *receipt == last && seqs.contains(&of)))
            };
            self.there(what, "the receipt", told).await;
        }
        self.check(what, who, &contact).await;
    }

    async fn there(&self, what: &str, wanted: &str, mut holds: impl AsyncFnMut() -> bool) {
        within(3 * SOON, &format!("{what}: {wanted}"), async || holds().await.then_some(())).await;
    }

    async fn events(&self, contact: &Contact) -> Vec<Event> {
        log(self.node, contact).await.into_iter().map(|logged| logged.event).collect()
    }

    /// Whether every message of ours has gone out, or was withdrawn.
    async fn rests(&self, contact: &Contact) -> bool {
        let events = self.events(contact).await;
        let sent = |seq: Seq| events.iter().any(|event| matches!(event, Event::Sent { of, .. } if *of == seq));
        said(&events).iter().all(|(seq, _)| sent(*seq))
    }

    async fn check(&self, what: &str, who: &str, contact: &Contact) {
        let events = self.events(contact).await;
        let count = |such: fn(&Event) -> bool| events.iter().filter(|event| such(event)).count();
        // P4: as many as there were, however often they came.
        assert_eq!(count(|event| matches!(event, Event::ContactSaid { .. })), 3, "{what}: {events:#?}");
        assert_eq!(count(|event| matches!(event, Event::HandedOff { .. })), 1, "{what}: {events:#?}");
        assert_eq!(
            count(|event| matches!(event, Event::OutsideSaid { .. } | Event::Failed { .. })),
            0,
            "{what}: {events:#?}"
        );
        // P6: in the order of the log; none again that was not uncertain.
        let got = self.line.got(who);
        let mut rest = got.as_slice();
        for (seq, text) in said(&events) {
            let again = |event: &&Event| matches!(event, Event::Uncertain { of, again_at: Some(_), .. } if *of == seq);
            let tries = 1 + events.iter().filter(again).count();
            let copies = rest.iter().take_while(|got| got.starts_with(&text)).count();
            assert!(
                (1..=tries).contains(&copies),
                "{what}: {copies} copies of “{text}”, {tries} tries: {got:#?} {events:#?}"
            );
            rest = &rest[copies..];
        }
        assert!(rest.is_empty(), "{what}: {rest:?} was never said: {events:#?}");
        // Receipts only move forward, each once.
        let mut received: Vec<(Seq, &Receipt)> = Vec::new();
        for event in &events {
            let Event::Received { of, receipt } = event else { continue };
            for seq in of {
                let later = received
                    .iter()
                    .all(|(known, before)| known != seq || **before == Receipt::Delivered && **before != *receipt);
                assert!(later, "{what}: {receipt:?} of {seq} after {received:?}");
                received.push((*seq, receipt));
            }
        }
    }
}

/// What was said from our side and was not withdrawn, with its seq.
fn said(events: &[Event]) -> Vec<(Seq, String)> {
    let withdrawn = |seq: Seq| events.iter().any(|event| matches!(event, Event::Withdrawn { of } if of.contains(&seq)));
    let said = |(seq, event): (Seq, &Event)| match event {
        Event::BotSaid { line, .. } => Some((seq, line.text.clone())),
        Event::AgentSaid { text, .. } => Some((seq, text.clone())),
        _ => None,
    };
    (1..).zip(events).filter_map(said).filter(|(seq, _)| !withdrawn(*seq)).collect()
}

fn place(events: &[Event], wanted: impl Fn(&Event) -> bool) -> Option<Seq> {
    (1..).zip(events).find(|(_, event)| wanted(event)).map(|(seq, _)| seq)
}

/// Until everything that was asked of a fake has been told.
async fn told(what: &str, pending: impl Fn() -> u64) {
    eventually(what, async || (pending() == 0).then_some(())).await;
}
