//! Steering a provider in another process: `POST /_control`, `GET /_log`, `GET /_counts`.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Receipts, Rule, Shared};

/// The body of `POST /_control`; what is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Control {
    /// Forget the rules before adding those below.
    pub clear_rules: bool,
    pub rules: Vec<Rule>,
    /// Start or change echoes and receipts.
    pub receipts: Option<Receipts>,
    pub no_receipts: bool,
    /// Empty the log; the numbers go on.
    pub forget: bool,
}

/// Status and JSON body for a control request. `GET /_log?after=N` gives the arrivals numbered above N.
pub(crate) fn handle(method: &str, path: &str, query: &str, body: &[u8], shared: &Shared) -> (u16, String) {
    match (method, path) {
        ("GET", "/_log") => {
            let after = query.strip_prefix("after=").and_then(|number| number.parse().ok()).unwrap_or(0);
            let arrivals: Vec<_> =
                shared.log().arrivals().into_iter().filter(|arrival| arrival.number > after).collect();
            (200, json!(arrivals).to_string())
        }
        ("GET", "/_counts") => {
            (200, json!({"counts": shared.log().counts(), "receipts_pending": shared.receipts.pending()}).to_string())
        }
        ("GET", "/_control") => (200, json!({"rules": shared.rules().all()}).to_string()),
        ("POST", "/_control") => match serde_json::from_slice(body) {
            Ok(control) => {
                obey(control, shared);
                (200, json!({"rules": shared.rules().all()}).to_string())
            }
            Err(error) => (400, json!({"error": error.to_string()}).to_string()),
        },
        _ => (404, json!({"error": "there is /_control, /_log and /_counts"}).to_string()),
    }
}

fn obey(control: Control, shared: &Shared) {
    if control.clear_rules {
        shared.rules().clear();
    }
    for rule in control.rules {
        shared.rules().add(rule);
    }
    if control.no_receipts || control.receipts.is_some() {
        shared.receipts.change(control.receipts);
    }
    if control.forget {
        shared.log().forget();
    }
}
