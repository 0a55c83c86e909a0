//! Messenger and Instagram, for the story.

use std::cell::Cell;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use loadtest::clients::{Poster, diary};
use loadtest::messenger::{Network, Page};
use loadtest::product::{APP_SECRET, PAGE_ACCOUNT};
use loadtest::provider::{Arrival, EchoTime, Provider, Receipts, Rule, Settings};
use serde_json::Value;
use switchboard::domain::event::Receipt;

use super::{LIMIT, Line};
use crate::support::installation::{Installation, page};

const INSTAGRAM: &str = "ig-1";
const ID: &str = "17841400008460056";
const SECRET: &str = "example-instagram-secret";
const TOKEN: &str = "example-instagram-token";

pub struct Graph<'a> {
    account: &'static str,
    network: Network,
    provider: &'a Provider,
    page: Page,
    receipts: Receipts,
    messages: Cell<u64>,
    confused: Cell<bool>,
}

pub fn messenger(installation: &Installation) -> Graph<'_> {
    Graph::new(PAGE_ACCOUNT, Network::Messenger, &installation.provider, page(), APP_SECRET, installation)
}

pub async fn open() -> Provider {
    let settings = Settings { network: Network::Instagram, token: Some(TOKEN.into()), ..Settings::default() };
    Provider::start(settings).await.expect("a fake")
}

pub fn table(instagram: &Provider) -> String {
    format!(
        "[[account]]\nid = \"{INSTAGRAM}\"\nkind = \"instagram\"\nbot = \"harbor\"\ninstagram_id = \"{ID}\"\n\
         app_secret = \"{SECRET}\"\naccess_token = \"{TOKEN}\"\nverify_token = \"a word\"\napi_base = \"{}\"\n\
         sends_per_second = {LIMIT}\n",
        instagram.base()
    )
}

pub fn instagram<'a>(provider: &'a Provider, installation: &Installation) -> Graph<'a> {
    let line = Page::on(Network::Instagram, ID, SECRET);
    Graph::new(INSTAGRAM, Network::Instagram, provider, line, SECRET, installation)
}

impl<'a> Graph<'a> {
    fn new(
        account: &'static str,
        network: Network,
        provider: &'a Provider,
        page: Page,
        secret: &str,
        installation: &Installation,
    ) -> Self {
        let (to, app_secret) = (installation.address(), secret.to_owned());
        let read = network == Network::Instagram;
        let receipts = Receipts { to, app_secret, echo: EchoTime::After, delivery: true, read };
        provider.set_receipts(Some(receipts.clone()));
        Self { account, network, provider, page, receipts, messages: Cell::new(0), confused: Cell::new(false) }
    }

    async fn post(&self, event: &Value, times: usize) {
        let mut poster = Poster::new(self.receipts.to, self.page.clone(), diary());
        for _ in 0..times {
            assert_eq!(poster.post(std::slice::from_ref(event)).await.expect("an answer"), 200);
        }
    }

    fn mid(&self) -> String {
        self.messages.set(self.messages.get() + 1);
        format!("m_said_{}", self.messages.get())
    }

    fn accepted(&self, who: &str) -> Vec<Arrival> {
        self.provider.accepted_for(who).into_iter().filter(|arrival| arrival.text.is_some()).collect()
    }

    /// Of everything that the person has: read, delivered and our own echo, in this order, and all of it again.
    async fn tells_backwards(&self, who: &str) {
        for arrival in self.accepted(who) {
            let (mid, now) = (arrival.message_id.expect("accepted"), loadtest::clock::millis());
            let (text, metadata) = (arrival.text.unwrap_or_default(), arrival.metadata.unwrap_or_default());
            let read = match self.network {
                Network::Messenger => self.page.read(who, now),
                Network::Instagram => self.page.seen(who, &mid),
            };
            let echo = self.page.echo_of_ours(who, &mid, &text, &metadata);
            for event in [read, self.page.delivery(who, &[&mid], now), echo] {
                self.post(&event, 2).await;
            }
        }
    }
}

impl Line for Graph<'_> {
    fn account(&self) -> &'static str {
        self.account
    }

    fn person(&self, number: usize) -> String {
        format!("55600000000{number:05}")
    }

    fn says<'a>(&'a self, who: &'a str, text: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        let event = self.page.text(who, &self.mid(), text);
        async move {
            if self.confused.get() {
                self.tells_backwards(who).await;
            }
            self.post(&event, times).await;
        }
        .boxed_local()
    }

    fn taps<'a>(&'a self, who: &'a str, label: &'a str, times: usize) -> LocalBoxFuture<'a, ()> {
        let menus = self.accepted(who).into_iter().flat_map(|arrival| arrival.quick_replies);
        let reply = menus.into_iter().find(|reply| reply.title == label).expect("a button");
        let event = self.page.quick_reply(who, &self.mid(), &reply.title, &reply.payload);
        async move { self.post(&event, times).await }.boxed_local()
    }

    fn rule(&self, rule: Rule) {
        self.provider.rule(rule);
    }

    fn got(&self, who: &str) -> Vec<String> {
        self.accepted(who).into_iter().filter_map(|arrival| arrival.text).collect()
    }

    fn has_menu(&self, who: &str) -> bool {
        self.accepted(who).iter().any(|arrival| !arrival.quick_replies.is_empty())
    }

    fn tries(&self) -> Vec<(u64, u64)> {
        let messages = self.provider.arrivals().into_iter().filter(|arrival| arrival.text.is_some());
        messages.map(|arrival| (arrival.at, 1)).collect()
    }

    /// The echo overtakes the answer, and what was read is delivered later.
    fn confuses(&self) {
        self.confused.set(true);
        let receipts = Receipts { echo: EchoTime::Before, ..self.receipts.clone() };
        self.provider.set_receipts(Some(receipts));
    }

    fn pending(&self) -> u64 {
        self.provider.receipts_pending()
    }

    fn receipt(&self) -> Option<Receipt> {
        Some(if self.network == Network::Instagram { Receipt::Read } else { Receipt::Delivered })
    }

    fn too_fast(&self) -> u32 {
        613
    }

    fn broken(&self) -> u32 {
        2
    }
}
