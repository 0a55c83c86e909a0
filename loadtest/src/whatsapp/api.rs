//! The Cloud API: what it takes, what it refuses, and how it says so.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Call, Shared, control, statuses, strict};
use crate::fake::{Next, Then, Visited, answer};
use crate::http::Request;
use crate::{clock, dice};

/// Where files are handed out, with the token.
const FILES: &str = "/whatsapp_business/attachments/";

/// A code of Meta's, and its words.
pub(super) type Refused = (u32, &'static str);

impl Visited for Shared {
    async fn handle(&self, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
        if path.starts_with("/_") {
            let (status, body) = control::handle(request.method, path, request.body, self);
            answer(output, status, None, &body);
            return Next::Go;
        }
        if let Some(words) = self.unauthorised(request, path, query) {
            refuse(output, 401, 190, words, None);
            return Next::Go;
        }
        match (request.method, path.strip_prefix(FILES)) {
            ("GET", Some(id)) => self.hand_out(id, output),
            ("GET", None) => self.find(path.rsplit('/').next().unwrap_or_default(), output),
            ("POST", _) if path.ends_with(&format!("/{}/messages", self.settings.phone_number_id)) => {
                return self.posted(request, output).await;
            }
            _ => refuse(output, 404, 100, "Unsupported request", None),
        }
        Next::Go
    }
}

impl Shared {
    fn unauthorised(&self, request: &Request<'_>, path: &str, query: &str) -> Option<&'static str> {
        let bearer = request.authorization.and_then(|value| value.strip_prefix(b"Bearer "));
        if bearer != Some(self.settings.token.as_bytes()) || self.state().revoked {
            return Some("Invalid OAuth access token - Cannot parse access token");
        }
        let proof = query.split('&').find_map(|pair| pair.strip_prefix("appsecret_proof="));
        let wrong = !path.starts_with(FILES) && proof != Some(self.proof.as_str());
        wrong.then_some("API calls from the server require an appsecret_proof argument")
    }

    /// What is behind the id of a file.
    fn find(&self, id: &str, output: &mut Vec<u8>) {
        let found = self.state().files.get(id).map(|(kind, bytes)| (kind.clone(), bytes.len()));
        match found {
            Some((kind, size)) => {
                let url = format!("{}{FILES}{id}", self.base());
                let body = json!({"messaging_product": "whatsapp", "url": url, "mime_type": kind, "sha256": "e3b0",
                    "file_size": size, "id": id});
                answer(output, 200, None, &body.to_string());
            }
            None => refuse(output, 400, 100, "Unsupported get request. Object does not exist", None),
        }
    }

    fn hand_out(&self, id: &str, output: &mut Vec<u8>) {
        match self.state().files.get(id) {
            Some((_, bytes)) => {
                let length = bytes.len();
                output.extend_from_slice(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes());
                output.extend_from_slice(bytes);
            }
            None => refuse(output, 404, 100, "Not Found", None),
        }
    }

    async fn posted(&self, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        let body: Value = serde_json::from_slice(request.body).unwrap_or(Value::Null);
        let wrong = strict::wrong(&body, &self.settings).or_else(|| self.state().untimely(&body, &self.settings));
        if let Some((code, words)) = wrong {
            self.note(&body, None, false, format!("refused {code}: {words}"));
            refuse(output, if code == 130_429 { 429 } else { 400 }, code, words, None);
            return Next::Go;
        }
        if body.get("status").is_some() {
            self.note(&body, None, true, "answered".into());
            answer(output, 200, None, r#"{"success":true}"#);
            return Next::Go;
        }
        self.send(&body, output).await
    }

    async fn send(&self, body: &Value, output: &mut Vec<u8>) -> Next {
        let to = body["recipient"].as_str().or(body["to"].as_str()).unwrap_or_default();
        let call =
            Call { number: 0, at: 0, body: body.clone(), message_id: None, accepted: false, outcome: String::new() };
        let then = self.state().rules.decide("", to, Some(call.text()), body["type"] == "template");
        let accepted = !matches!(then, Then::Refuse { .. } | Then::CutBeforeAccepting);
        let message_id = accepted.then(|| format!("wamid.{}", dice::new_id()));
        self.note(body, message_id.as_deref(), accepted, format!("{then:?}"));
        if let Some(message_id) = &message_id {
            statuses::follow(self, body, message_id);
        }
        let sent = json!({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": body["to"]}],
            "messages": [{"id": message_id, "message_status": "accepted"}]});
        match then {
            Then::AcceptThenCut | Then::CutBeforeAccepting => return Next::Cut,
            Then::Hang { millis } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                return Next::Cut;
            }
            Then::Refuse { status, code, retry_after, .. } => refuse(output, status, code, "as told", retry_after),
            Then::AcceptThenRefuse { status, code, .. } => refuse(output, status, code, "as told", None),
            Then::Nonsense => answer(output, 200, None, "<html>502 from a proxy</html>"),
            Then::Delay { millis } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                answer(output, 200, None, &sent.to_string());
            }
            Then::Answer => answer(output, 200, None, &sent.to_string()),
        }
        Next::Go
    }

    fn note(&self, body: &Value, message_id: Option<&str>, accepted: bool, outcome: String) {
        let mut state = self.state();
        state.arrived += 1;
        let (number, at, message_id) = (state.arrived, clock::millis(), message_id.map(str::to_owned));
        if state.calls.len() >= self.settings.calls_max {
            state.calls.remove(0);
        }
        state.calls.push(Call { number, at, body: body.clone(), message_id, accepted, outcome });
    }
}

fn refuse(output: &mut Vec<u8>, status: u16, code: u32, words: &str, retry_after: Option<u64>) {
    let error = json!({"message": format!("(#{code}) {words}"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words}, "fbtrace_id": "AbC123"});
    answer(output, status, retry_after, &json!({"error": error}).to_string());
}
