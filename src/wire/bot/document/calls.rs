//! Calls to other systems: an operator's own, or the outside bot that answers instead of dialogues.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Asks a system of yours over HTTP; the dialogue goes on when it has answered with a 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HttpCall {
    /// `https://…`; `{{attribute}}` may stand in its path and its query, and comes there percent-encoded.
    pub url: String,
    #[serde(default, skip_serializing_if = "Method::is_get")]
    pub method: Method,
    /// Goes along as a JSON object of texts; with `get`, as the query. At most 30.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub send: BTreeMap<String, String>,
    /// The name of a secret of the configuration that goes along as a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<String>,
    /// The name of a secret of the configuration that signs the request, as Standard Webhooks do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<String>,
    /// 1 to 60; left out, 10.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub timeout_seconds: u32,
    /// Which attribute gets what the JSON answer has at a pointer, such as `/order/status`. All must be there. At most 30.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answer: BTreeMap<String, String>,
    /// The dialogue that goes on when the call fails. Left out: a human is called, and the contact is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    fn is_get(&self) -> bool {
        *self == Method::Get
    }
}

/// A bot that runs somewhere else. It gets what the contact says and answers; here are only the words that call a human.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outside {
    /// `https://…`: where it is asked. For Rasa: `https://…/webhooks/rest/webhook`.
    pub url: String,
    #[serde(default, skip_serializing_if = "Protocol::is_ours")]
    pub protocol: Protocol,
    /// Without an answer so long, a human is called: 1 to 60; left out, 10.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub timeout_seconds: u32,
    /// The name of a secret of the configuration. It signs what we ask; for Rasa it goes along as a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Protocol {
    /// Our own signed JSON: docs/outside-bots.md.
    #[default]
    Switchboard,
    /// Rasa's REST channel.
    Rasa,
}

impl Protocol {
    fn is_ours(&self) -> bool {
        *self == Protocol::Switchboard
    }
}

fn ten() -> u32 {
    10
}

fn is_ten(seconds: &u32) -> bool {
    *seconds == 10
}
