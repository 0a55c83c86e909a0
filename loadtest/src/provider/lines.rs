//! What Graph keeps of a line beside its messages: which webhooks our app is subscribed to, and whose a
//! conversation is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use serde_json::{Value, json};

use super::Shared;
use super::serve::refuse;
use crate::fake::answer;
use crate::http::Request;
use crate::messenger::{Network, OUR_APP};

const EDGES: [&str; 6] = [
    "subscribed_apps",
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
    /// Whose a person's conversation is, if not everybody's.
    pub owners: BTreeMap<String, u64>,
    /// The Page lets our app take conversations.
    pub may_take: bool,
    /// The calls that moved, or asked for, a conversation: which, and about whom.
    pub moves: Vec<(String, String)>,
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
        ("GET", "subscribed_apps") => Ok(kept.apps()),
        ("POST", "subscribed_apps") => kept.subscribe(query, shared.network),
        ("POST", _) => kept.moved(edge, &body),
        _ => Err((100, None, "Unsupported request.")),
    };
    match done {
        Ok(done) => answer(output, 200, None, &done.to_string()),
        Err((code, subcode, words)) => refuse(output, 400, code, subcode, None, words),
    }
}

type Refusal = (u32, Option<u32>, &'static str);

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

    fn moved(&mut self, edge: &str, body: &Value) -> Result<Value, Refusal> {
        let Some(person) = body["recipient"]["id"].as_str() else {
            return Err((100, None, "The parameter recipient is required"));
        };
        self.moves.push((edge.to_owned(), person.to_owned()));
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
            "release_thread_control" => {
                self.owners.remove(person);
            }
            _ => {}
        }
        Ok(json!({"success": true}))
    }
}
