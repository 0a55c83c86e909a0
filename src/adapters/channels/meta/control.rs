//! Whose a conversation is at Meta, where other apps answer beside us: Meta's own inbox, or another company's.
//!
//! As long as we are alone it is nobody's, and none of this happens.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::graph::{Graph, Refused};
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;
use crate::ports::channel::{Custody, NotMoved};

/// With it the other app's people see who asks.
const WHO_ASKS: &str = "an agent in Switchboard";

/// Meta lets nobody keep a conversation longer without a word of the contact.
const KEPT_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Another app is controlling this thread.
const ELSEWHERE: u32 = 2_018_300;

#[derive(Clone)]
pub struct Control {
    graph: Graph,
}

impl Control {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { graph: Graph::new(client, settings)? })
    }

    /// Takes the conversation, if the Page lets our app do that; else asks for it, and says so.
    pub async fn take(&self, person: &str) -> Result<(), Refused> {
        let why = || json!({"metadata": WHO_ASKS});
        let Err(refused) = self.call("take_thread_control", person, why()).await else { return Ok(()) };
        let words = match self.call("request_thread_control", person, why()).await {
            Ok(()) => format!("we may not take it ({refused}), and have asked for it"),
            Err(_) => format!("we may not take it ({refused})"),
        };
        Err(Refused { words, ..refused })
    }

    async fn call(&self, edge: &str, person: &str, mut body: Value) -> Result<(), Refused> {
        body["recipient"] = json!({"id": person});
        self.graph.post(&[&self.graph.settings().sender_id, edge], &[], &body).await.map(drop)
    }
}

/// What agents do about whose a conversation is.
pub struct MetaCustody(Control);

impl MetaCustody {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Control::new(client, settings).map(Self)
    }

    fn call(&self, edge: &'static str, person: &str, body: Value) -> BoxFuture<'static, Result<(), NotMoved>> {
        let (control, person) = (self.0.clone(), person.to_owned());
        async move { control.call(edge, &person, body).await.map_err(not_moved) }.boxed()
    }
}

fn not_moved(Refused { code, subcode, words }: Refused) -> NotMoved {
    match (code, subcode) {
        (0, _) => NotMoved::Unreachable(words),
        (10, ELSEWHERE) => NotMoved::Elsewhere(words),
        (10 | 190 | 200..=299, _) => NotMoved::NotAllowed(words),
        _ => NotMoved::Refused(words),
    }
}

impl Custody for MetaCustody {
    fn pass(&self, person: &str, to: &str) -> BoxFuture<'static, Result<(), NotMoved>> {
        // Graph wants a number here; ids of apps have 16 digits at most.
        let app = to.parse::<u64>().map_or_else(|_| json!(to), |app| json!(app));
        self.call("pass_thread_control", person, json!({"target_app_id": app, "metadata": WHO_ASKS}))
    }

    fn release(&self, person: &str) -> BoxFuture<'static, Result<(), NotMoved>> {
        self.call("release_thread_control", person, json!({}))
    }

    fn keep(&self, person: &str, lasts: Duration) -> BoxFuture<'static, Result<(), NotMoved>> {
        self.call("extend_thread_control", person, json!({"duration": lasts.min(KEPT_MAX).as_secs()}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_conversation_was_not_moved_is_told_apart() {
        let why = |code, subcode| not_moved(Refused { code, subcode, words: "words".into() });
        let words = || "words".to_owned();
        assert_eq!(why(10, ELSEWHERE), NotMoved::Elsewhere(words()));
        for (code, subcode) in [(10, 0), (190, 463), (200, 0), (299, 1)] {
            assert_eq!(why(code, subcode), NotMoved::NotAllowed(words()), "{code}");
        }
        assert_eq!(why(100, 2_018_001), NotMoved::Refused(words()));
        assert_eq!(why(0, 0), NotMoved::Unreachable(words()));
    }
}
