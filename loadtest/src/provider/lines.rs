//! What Graph keeps of a line beside its messages: which webhooks our app is subscribed to, what people can tap before they
//! write, and whose a conversation is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use serde_json::{Map, Value, json};

use super::Shared;
use super::serve::refuse;
use crate::fake::answer;
use crate::http::Request;
use crate::messenger::{Network, OUR_APP};

const EDGES: [&str; 7] = [
    "subscribed_apps",
    "messenger_profile",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "release_thread_control",
    "extend_thread_control",
];
const OF_PAGES: [&str; 12] = [
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
];
const OF_INSTAGRAM: [&str; 8] = [
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referral",
    "messaging_seen",
    "messaging_handover",
    "standby",
];

#[derive(Default)]
pub(crate) struct Kept {
    pub subscribed: BTreeSet<String>,
    /// What people can tap before they write, and how often that was looked at and changed.
    pub profile: Map<String, Value>,
    pub profile_looks: u64,
    pub profile_changes: u64,
    /// Whose a person's conversation is, if not everybody's.
    pub owners: BTreeMap<String, u64>,
    /// The Page lets our app take conversations.
    pub may_take: bool,
    /// The calls that moved, or asked for, a conversation: which, and about whom.
    pub moves: Vec<(String, String)>,
    /// What it says to whoever looks at, or changes, our subscriptions; and to whoever moves a conversation.
    pub hides_subscriptions: Option<Refusal>,
    pub refuses_moves: Option<Refusal>,
}

/// The edge in `/v26.0/LINE/EDGE`, if it is one of these.
pub(super) fn edge_of(path: &str) -> Option<&'static str> {
    let last = path.rsplit('/').next()?;
    EDGES.into_iter().find(|edge| *edge == last)
}

pub(super) fn handle(edge: &'static str, request: &Request<'_>, query: &str, shared: &Shared, output: &mut Vec<u8>) {
    let mut kept = shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let body: Value = serde_json::from_slice(request.body).unwrap_or(Value::Null);
    let done = match (request.method, edge) {
        (_, "subscribed_apps") if kept.hides_subscriptions.is_some() => {
            Err(kept.hides_subscriptions.unwrap_or_default())
        }
        ("GET", "subscribed_apps") => Ok(kept.apps()),
        ("POST", "subscribed_apps") => kept.subscribe(query, shared.network),
        ("GET", "messenger_profile") => Ok(kept.shown(query)),
        ("POST" | "DELETE", "messenger_profile") => kept.change_profile(request.method, &body, query, shared.network),
        ("POST", _) => kept.moved(edge, &body),
        _ => Err((100, None, "Unsupported request.")),
    };
    match done {
        Ok(done) => answer(output, 200, None, &done.to_string()),
        Err((code, subcode, words)) => refuse(output, 400, code, subcode, None, words),
    }
}

/// A code, a subcode, and words.
pub type Refusal = (u32, Option<u32>, &'static str);

impl Kept {
    /// Whether our app may send to the person.
    pub fn is_ours(&self, person: &str) -> bool {
        self.owners.get(person).is_none_or(|owner| *owner == OUR_APP)
    }

    fn apps(&self) -> Value {
        let app = json!({"category": "Business", "name": "Switchboard", "id": OUR_APP.to_string(), "subscribed_fields": self.subscribed});
        let apps: Vec<Value> = (!self.subscribed.is_empty()).then_some(app).into_iter().collect();
        json!({"data": apps})
    }

    fn subscribe(&mut self, query: &str, network: Network) -> Result<Value, Refusal> {
        let known: &[&str] = match network {
            Network::Messenger => &OF_PAGES,
            Network::Instagram => &OF_INSTAGRAM,
        };
        let fields = query.split('&').find_map(|pair| pair.strip_prefix("subscribed_fields="));
        let fields = fields.unwrap_or_default().replace("%2C", ",");
        let fields: BTreeSet<String> = fields.split(',').map(str::to_owned).collect();
        if !fields.iter().all(|field| known.contains(&field.as_str())) {
            return Err((100, None, "Param subscribed_fields must be one of the fields of this object"));
        }
        self.subscribed = fields;
        Ok(json!({"success": true}))
    }

    fn shown(&mut self, query: &str) -> Value {
        self.profile_looks += 1;
        let fields = query.split('&').find_map(|pair| pair.strip_prefix("fields=")).unwrap_or_default();
        let fields = fields.replace("%2C", ",");
        let asked = |(field, _): &(&String, &Value)| fields.split(',').any(|asked| asked == *field);
        let shown: Map<String, Value> =
            self.profile.iter().filter(asked).map(|(field, value)| (field.clone(), value.clone())).collect();
        if shown.is_empty() { json!({"data": []}) } else { json!({"data": [shown]}) }
    }

    fn change_profile(&mut self, method: &str, body: &Value, query: &str, network: Network) -> Result<Value, Refusal> {
        if network == Network::Instagram && !query.split('&').any(|pair| pair == "platform=instagram") {
            return Err((100, None, "The parameter platform is required for Instagram"));
        }
        match (method, body.as_object()) {
            ("DELETE", Some(_)) => {
                let fields = body["fields"].as_array().into_iter().flatten().filter_map(Value::as_str);
                fields.for_each(|field| drop(self.profile.remove(field)));
            }
            (_, Some(fields)) => {
                let starts = fields.contains_key("get_started") || self.profile.contains_key("get_started");
                if let Some(words) = fields.iter().find_map(|(field, value)| unshowable(field, value, network, starts))
                {
                    return Err((100, None, words));
                }
                self.profile.extend(fields.clone());
            }
            _ => return Err((100, None, "The body is no object")),
        }
        self.profile_changes += 1;
        Ok(json!({"result": "success"}))
    }

    fn moved(&mut self, edge: &str, body: &Value) -> Result<Value, Refusal> {
        let Some(person) = body["recipient"]["id"].as_str() else {
            return Err((100, None, "The parameter recipient is required"));
        };
        self.moves.push((edge.to_owned(), person.to_owned()));
        if let Some(refusal) = self.refuses_moves {
            return Err(refusal);
        }
        match edge {
            "take_thread_control" if !self.may_take => {
                return Err((10, None, "This app is not allowed to take thread control"));
            }
            "take_thread_control" => {
                self.owners.insert(person.to_owned(), OUR_APP);
            }
            "pass_thread_control" => match body["target_app_id"].as_u64() {
                Some(app) => {
                    self.owners.insert(person.to_owned(), app);
                }
                None => return Err((100, None, "The parameter target_app_id is required")),
            },
            "extend_thread_control"
                if !body["duration"].as_u64().is_some_and(|lasts| (1..=604_800).contains(&lasts)) =>
            {
                return Err((100, None, "The parameter duration is required"));
            }
            "release_thread_control" => {
                self.owners.remove(person);
            }
            _ => {}
        }
        Ok(json!({"success": true}))
    }
}

/// What Graph does not take of a profile.
fn unshowable(field: &str, value: &Value, network: Network, starts: bool) -> Option<&'static str> {
    let of_instagram = ["persistent_menu", "ice_breakers"].contains(&field);
    let long =
        |value: &Value, max: usize| value.as_str().is_none_or(|text| text.is_empty() || text.chars().count() > max);
    let locales = || value.as_array().into_iter().flatten();
    let default = || locales().any(|locale| locale["locale"] == "default");
    let taps = || locales().flat_map(|locale| locale["call_to_actions"].as_array().into_iter().flatten());
    match field {
        _ if network == Network::Instagram && !of_instagram => Some("This field is not supported on Instagram"),
        "get_started" if long(&value["payload"], 1000) => Some("get_started needs a payload"),
        "get_started" => None,
        "persistent_menu" if network == Network::Messenger && !starts => {
            Some("get_started must be set before the menu")
        }
        "greeting" | "persistent_menu" | "ice_breakers" if !default() => Some("A default locale is required"),
        "greeting" if locales().any(|locale| long(&locale["text"], 160)) => Some("A greeting has 160 characters"),
        "greeting" => None,
        "persistent_menu" if taps().count() > 20 => Some("A menu has 20 items"),
        "persistent_menu" => {
            let wrong = |tap: &Value| match tap["type"].as_str() {
                Some("postback") => long(&tap["title"], 30) || long(&tap["payload"], 1000),
                Some("web_url") => long(&tap["title"], 30) || long(&tap["url"], 2000),
                _ => true,
            };
            taps().any(wrong).then_some("An item needs a title, and a payload or a url")
        }
        "ice_breakers" if taps().count() > 4 => Some("There are 4 ice breakers at most"),
        "ice_breakers" => {
            let wrong = |tap: &Value| long(&tap["question"], 80) || long(&tap["payload"], 1000);
            taps().any(wrong).then_some("An ice breaker needs a question and a payload")
        }
        _ => Some("This field is not known"),
    }
}
