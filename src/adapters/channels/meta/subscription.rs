//! Whether Meta brings us what happens on a line. It takes an app off a line whose webhooks have failed for an hour, and
//! tells nobody who would notice: so we look, and put ourselves back.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::Network;
use super::graph::{Graph, Refused};
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::lenient::Word;
use crate::domain::ids::AccountId;

/// As long as it is not in order, and no look comes sooner anyway.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// So many looks in a row that found nobody there are more than a bad moment.
const BAD_MOMENTS_MAX: u32 = 2;
const EDGE: &str = "subscribed_apps";

/// What we read of each kind of line.
pub fn fields(network: Network) -> &'static [&'static str] {
    match network {
        Network::Messenger => &[
            "messages",
            "message_echoes",
            "message_deliveries",
            "message_reads",
            "message_reactions",
            "message_edits",
            "messaging_postbacks",
            "messaging_referrals",
            "messaging_handovers",
            "standby",
        ],
        Network::Instagram => &[
            "messages",
            "message_reactions",
            "messaging_postbacks",
            "messaging_referral",
            "messaging_seen",
            "messaging_handover",
            "standby",
        ],
    }
}

/// One line's subscription.
pub struct MetaSubscription {
    account: AccountId,
    graph: Graph,
    app_id: Option<String>,
}

#[derive(Deserialize)]
struct Apps<'a> {
    #[serde(borrow, default)]
    data: Vec<App<'a>>,
}

#[derive(Deserialize)]
struct App<'a> {
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
    #[serde(borrow, default)]
    subscribed_fields: Vec<Word<'a>>,
}

impl MetaSubscription {
    /// `app_id`: ours; without it, whichever app has everything counts.
    pub fn new(
        client: Client,
        account: &AccountId,
        settings: Settings,
        app_id: Option<String>,
    ) -> Result<Self, BadSettings> {
        Ok(Self { account: account.clone(), graph: Graph::new(client, settings)?, app_id })
    }

    /// Never returns. Every node does this: they all enter the same. `tell` hears, in words, why nobody knows whether we are
    /// brought what happens; none: we are.
    pub async fn keep(self, every: Duration, tell: impl Fn(Option<String>) + Send) {
        let (mut said, mut failed) = (String::new(), 0);
        loop {
            let wait = match self.mend().await {
                Ok(()) => {
                    (said, failed) = (String::new(), 0);
                    tell(None);
                    every
                }
                Err(refused) => {
                    failed += 1;
                    // However often it is tried: each thing is said once.
                    if said != refused.words {
                        self.complain(&refused);
                        said.clone_from(&refused.words);
                    }
                    if is_told(&refused, failed) {
                        tell(Some(refused.words));
                    }
                    every.min(LOOK_AGAIN_AFTER)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn mend(&self) -> Result<(), Refused> {
        let body = self.graph.get(&[self.line(), EDGE], &[]).await?;
        let has = subscribed(&body, self.app_id.as_deref());
        let wanted = fields(self.graph.settings().network);
        let missing: Vec<&str> = wanted.iter().copied().filter(|field| !has.contains(*field)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        // What is entered takes the place of what was: what somebody wanted beside ours stays.
        let all: BTreeSet<&str> = has.iter().map(String::as_str).chain(wanted.iter().copied()).collect();
        let all = all.into_iter().collect::<Vec<_>>().join(",");
        self.graph.post(&[self.line(), EDGE], &[("subscribed_fields", &all)], &json!({})).await?;
        metrics::counter!("switchboard_meta_subscriptions_mended_total").increment(1);
        tracing::warn!(account = %self.account, missing = missing.join(","), "meta did not bring us all that happens; it does from now on");
        Ok(())
    }

    fn line(&self) -> &str {
        &self.graph.settings().sender_id
    }

    fn complain(&self, refused: &Refused) {
        let fix = match refused.code {
            190 => "give the account a new access token",
            10 | 200..=299 => "the token lacks a permission: pages_manage_metadata for a Page",
            _ => "trying again",
        };
        tracing::warn!(
            account = %self.account, code = refused.code, words = refused.words, fix,
            "whether meta brings us what happens cannot be seen"
        );
    }
}

/// What lasts until somebody does something about it is told at once, a bad moment only if it goes on.
fn is_told(refused: &Refused, failed: u32) -> bool {
    matches!(refused.code, 10 | 190 | 200..=299) || failed > BAD_MOMENTS_MAX
}

/// The fields that our app is subscribed to; of several that may be ours, those of the one with the most.
fn subscribed(body: &[u8], app_id: Option<&str>) -> BTreeSet<String> {
    let apps = serde_json::from_slice::<Apps>(body).map(|apps| apps.data).unwrap_or_default();
    let ours = |app: &App| app_id.is_none_or(|ours| app.id.as_ref().is_some_and(|Word(id)| id == ours));
    let fields = |app: App| app.subscribed_fields.into_iter().map(|Word(field)| field.into_owned()).collect();
    apps.into_iter().filter(ours).map(fields).max_by_key(BTreeSet::len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_app_counts_if_we_know_it() {
        let body = br#"{"data":[{"id":"1","name":"Other","subscribed_fields":["feed","messages","standby"]},
            {"id":151,"subscribed_fields":["messages"]},{"id":"3"}]}"#;
        let of = |app: Option<&str>| subscribed(body, app).into_iter().collect::<Vec<_>>();
        assert_eq!(of(Some("151")), ["messages"]);
        assert_eq!(of(Some("4")), [""; 0]);
        assert_eq!(of(None), ["feed", "messages", "standby"]);
        assert!(subscribed(b"<html>", None).is_empty() && subscribed(br#"{"data":[]}"#, None).is_empty());
    }

    #[test]
    fn a_bad_moment_is_nobodys_business_and_a_dead_token_is_at_once() {
        let told = |code, failed| is_told(&Refused { code, subcode: 0, words: String::new() }, failed);
        assert!([10, 190, 200, 299].into_iter().all(|code| told(code, 1)));
        for code in [0, 1, 2, 4] {
            assert_eq!([1, 2, 3].map(|failed| told(code, failed)), [false, false, true], "{code}");
        }
    }
}
