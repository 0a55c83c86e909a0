//! What Messenger and Instagram show before anybody has said anything: the `messenger_profile` of a line.
//!
//! What is entered already is not entered again; what the bot has no more is taken away.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::Network;
use super::graph::{Graph, Refused};
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;
use crate::domain::bot::entrances::{Entrance, Entrances, GET_STARTED, Leads};
use crate::ports::channel::Doors;

const EDGE: [&str; 2] = ["me", "messenger_profile"];
/// In the order in which they can be entered: a menu needs `get_started`. Taken away, in the other.
const ON_MESSENGER: [&str; 4] = ["get_started", "greeting", "persistent_menu", "ice_breakers"];
const ON_INSTAGRAM: [&str; 2] = ["persistent_menu", "ice_breakers"];

/// The doors of one line.
pub struct MetaDoors {
    graph: Graph,
}

impl MetaDoors {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { graph: Graph::new(client, settings)? })
    }
}

impl Doors for MetaDoors {
    fn show(&self, entrances: &Entrances) -> BoxFuture<'static, Result<bool, String>> {
        let network = self.graph.settings().network;
        let (graph, wanted) = (self.graph.clone(), wanted(network, entrances));
        async move { enter(&graph, network, wanted).await.map_err(|refused| refused.words) }.boxed()
    }
}

async fn enter(graph: &Graph, network: Network, mut wanted: Map<String, Value>) -> Result<bool, Refused> {
    let known: &[&str] = match network {
        Network::Messenger => &ON_MESSENGER,
        Network::Instagram => &ON_INSTAGRAM,
    };
    let platform = match network {
        Network::Messenger => Vec::new(),
        Network::Instagram => vec![("platform", "instagram")],
    };
    let mut query = platform.clone();
    let fields = known.join(",");
    query.push(("fields", &fields));
    let there = entered(&graph.get(&EDGE, &query).await?);
    let too_many: BTreeSet<&str> =
        known.iter().copied().filter(|field| there.contains_key(*field) && !wanted.contains_key(*field)).collect();
    wanted.retain(|field, value| there.get(field) != Some(value));
    let news = !wanted.is_empty() || !too_many.is_empty();
    if !wanted.is_empty() {
        graph.post(&EDGE, &platform, &wanted).await?;
    }
    if !too_many.is_empty() {
        graph.delete(&EDGE, &platform, &json!({"fields": too_many})).await?;
    }
    Ok(news)
}

/// What is there, without what Graph adds to what was entered.
fn entered(body: &[u8]) -> Map<String, Value> {
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(there) = body["data"].get_mut(0).and_then(Value::as_object_mut) else { return Map::new() };
    let menus = there.get_mut("persistent_menu").and_then(Value::as_array_mut).into_iter().flatten();
    for action in menus.filter_map(|menu| menu["call_to_actions"].as_array_mut()).flatten() {
        action.as_object_mut().map(|action| action.remove("webview_height_ratio"));
    }
    std::mem::take(there)
}

fn wanted(network: Network, Entrances { greeting, menu, ice_breakers }: &Entrances) -> Map<String, Value> {
    let mut wanted = Map::new();
    if network == Network::Messenger {
        wanted.insert("get_started".into(), json!({"payload": GET_STARTED}));
        if !greeting.is_empty() {
            wanted.insert("greeting".into(), json!([{"locale": "default", "text": greeting}]));
        }
    }
    if !menu.is_empty() {
        let actions: Vec<Value> = menu.iter().map(action).collect();
        let menu = json!([{"locale": "default", "composer_input_disabled": false, "call_to_actions": actions}]);
        wanted.insert("persistent_menu".into(), menu);
    }
    let questions: Vec<Value> = ice_breakers.iter().filter_map(question).collect();
    if !questions.is_empty() {
        wanted.insert("ice_breakers".into(), json!([{"locale": "default", "call_to_actions": questions}]));
    }
    wanted
}

fn action(Entrance { label, leads }: &Entrance) -> Value {
    match leads {
        Leads::Payload(payload) => json!({"type": "postback", "title": label, "payload": payload}),
        Leads::Link(url) => json!({"type": "web_url", "title": label, "url": url}),
    }
}

fn question(Entrance { label, leads }: &Entrance) -> Option<Value> {
    match leads {
        Leads::Payload(payload) => Some(json!({"question": label, "payload": payload})),
        Leads::Link(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Entrances {
        let tap = |label: &str, leads| Entrance { label: label.into(), leads };
        let menu =
            vec![tap("Hours", Leads::to_dialogue("hours")), tap("Shop", Leads::Link("https://shop.example/".into()))];
        Entrances { greeting: "Hello!".into(), menu, ice_breakers: vec![tap("When?", Leads::to_dialogue("hours"))] }
    }

    #[test]
    fn what_is_entered_is_as_meta_wants_it() {
        let menu = json!([{"locale": "default", "composer_input_disabled": false, "call_to_actions": [
            {"type": "postback", "title": "Hours", "payload": "go:hours"},
            {"type": "web_url", "title": "Shop", "url": "https://shop.example/"}]}]);
        let breakers =
            json!([{"locale": "default", "call_to_actions": [{"question": "When?", "payload": "go:hours"}]}]);
        let on_messenger = json!({"get_started": {"payload": "GET_STARTED"}, "persistent_menu": menu,
            "greeting": [{"locale": "default", "text": "Hello!"}], "ice_breakers": breakers});
        assert_eq!(Value::Object(wanted(Network::Messenger, &shown())), on_messenger);
        let on_instagram = json!({"persistent_menu": menu, "ice_breakers": breakers});
        assert_eq!(Value::Object(wanted(Network::Instagram, &shown())), on_instagram);
    }

    #[test]
    fn what_graph_adds_is_no_difference() {
        let mut there = Value::Object(wanted(Network::Instagram, &shown()));
        there["persistent_menu"][0]["call_to_actions"][1]["webview_height_ratio"] = json!("full");
        let body = json!({"data": [there]}).to_string();
        assert_eq!(entered(body.as_bytes()), wanted(Network::Instagram, &shown()));
        assert!(entered(br#"{"data":[]}"#).is_empty() && entered(b"<html>").is_empty());
    }
}
