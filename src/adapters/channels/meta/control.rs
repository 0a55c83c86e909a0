//! Whose a conversation is at Meta, where other apps answer beside us: Meta's own inbox, or another company's.
//!
//! As long as we are alone it is nobody's, and none of this happens. Absent on purpose: passing a conversation on, for our
//! own queue decides who answers, and releasing it, which time does.

use serde_json::json;

use super::graph::{Graph, Refused};
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;

/// With it the other app's people see who asks.
const WHO_ASKS: &str = "an agent in Switchboard";

pub struct Control {
    graph: Graph,
}

impl Control {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { graph: Graph::new(client, settings)? })
    }

    /// Takes the conversation, if the Page lets our app do that; else asks for it, and says so.
    pub async fn take(&self, person: &str) -> Result<(), Refused> {
        let Err(refused) = self.call("take_thread_control", person).await else { return Ok(()) };
        let words = match self.call("request_thread_control", person).await {
            Ok(()) => format!("we may not take it ({refused}), and have asked for it"),
            Err(_) => format!("we may not take it ({refused})"),
        };
        Err(Refused { words, ..refused })
    }

    async fn call(&self, edge: &str, person: &str) -> Result<(), Refused> {
        let body = json!({"recipient": {"id": person}, "metadata": WHO_ASKS});
        self.graph.post(&[&self.graph.settings().sender_id, edge], &[], &body).await.map(drop)
    }
}
