//! The connections of the fake Send API.

use std::borrow::Cow;
use std::sync::PoisonError;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::log::{Arrival, QuickReply};
use super::receipts::Accepted as Receipted;
use super::strict::{Attachment, complaint};
use super::{Accepted, Shared, Then, control, lines};
use crate::clock;
use crate::fake::{Next, Visited, answer};
use crate::http::Request;
use crate::messenger::Network;

/// A body to the Send API, as far as the fake reads it.
#[derive(Deserialize)]
pub(super) struct Send<'a> {
    #[serde(borrow)]
    pub recipient: Recipient<'a>,
    #[serde(borrow)]
    pub messaging_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub tag: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub message: Option<Message<'a>>,
    #[serde(borrow)]
    pub sender_action: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Recipient<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub metadata: Option<Cow<'a, str>>,
    #[serde(default)]
    pub quick_replies: Vec<QuickReply>,
    #[serde(borrow)]
    pub attachment: Option<Attachment<'a>>,
}

impl Visited for Shared {
    async fn handle(&self, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        handle(request, self, output).await
    }
}

async fn handle(request: &Request<'_>, shared: &Shared, output: &mut Vec<u8>) -> Next {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    if path.starts_with("/_") {
        let (status, body) = control::handle(request.method, path, query, request.body, shared);
        answer(output, status, None, &body);
        return Next::Go;
    }
    if let Some(edge) = lines::edge_of(path) {
        match unauthorised(request, query, shared) {
            Some(complaint) => refuse(output, 401, 190, None, None, complaint),
            None => lines::handle(edge, request, query, shared, output),
        }
        return Next::Go;
    }
    if let ("GET", Some(person)) = (request.method, path.rsplit('/').next()) {
        match unauthorised(request, query, shared) {
            Some(complaint) => refuse(output, 401, 190, None, None, complaint),
            None => profile(person, query, shared, output),
        }
        return Next::Go;
    }
    let Some(page) = page_of(request.method, path) else {
        refuse(output, 404, 100, None, None, "Unsupported request.");
        return Next::Go;
    };
    if let Some(complaint) = unauthorised(request, query, shared) {
        refuse(output, 401, 190, None, None, complaint);
        return Next::Go;
    }
    match serde_json::from_slice(request.body) {
        Ok(send) => take(send, page, request.body, shared, output).await,
        Err(error) => {
            refuse(output, 400, 100, None, None, &format!("(#100) {error}"));
            Next::Go
        }
    }
}

/// Most people let us know nothing.
fn profile(person: &str, query: &str, shared: &Shared, output: &mut Vec<u8>) {
    let names = shared.names.lock().unwrap_or_else(PoisonError::into_inner);
    let field = match shared.network {
        Network::Messenger => "first_name",
        Network::Instagram => "name",
    };
    for extra in ["profile_pic", "locale"] {
        if !query.contains(&format!("fields={extra}")) {
            continue;
        }
        let known = shared.known.lock().unwrap_or_else(PoisonError::into_inner);
        return match known.get(&(person.to_owned(), extra)) {
            Some(value) => answer(output, 200, None, &json!({extra: value, "id": person}).to_string()),
            None if extra == "locale" => refuse(output, 400, 10, None, None, "(#10) pages_user_locale is required"),
            None => answer(output, 200, None, &json!({"id": person}).to_string()),
        };
    }
    match names.get(person).filter(|_| query.contains(&format!("fields={field}"))) {
        Some(name) => answer(output, 200, None, &json!({field: name, "id": person}).to_string()),
        None => refuse(output, 400, 100, Some(2_018_218), None, "No profile available for this user."),
    }
}

/// The page in `/v26.0/PAGE/messages`, `/PAGE/messages` or `/me/messages`.
fn page_of<'a>(method: &str, path: &'a str) -> Option<&'a str> {
    let mut parts = path.strip_suffix("/messages")?.rsplit('/');
    parts.next().filter(|page| method == "POST" && !page.is_empty())
}

fn unauthorised(request: &Request<'_>, query: &str, shared: &Shared) -> Option<&'static str> {
    let token = shared.token.as_deref()?;
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
    let bearer = request.authorization.and_then(|value| value.strip_prefix(b"Bearer "));
    let given = bearer.or_else(|| parameter("access_token").map(|(_, value)| value.as_bytes()));
    if given != Some(token.as_bytes()) {
        return Some("Invalid OAuth access token.");
    }
    let proof = parameter("appsecret_proof").map(|(_, value)| value);
    match (&shared.proof, proof) {
        (Some(expected), Some(given)) if expected != given => Some("Invalid appsecret_proof provided."),
        (Some(_), None) if shared.proof_required => Some("API calls from the server require an appsecret_proof."),
        _ => None,
    }
}

async fn take(send: Send<'_>, page: &str, raw: &[u8], shared: &Shared, output: &mut Vec<u8>) -> Next {
    if let Some(complaint) = complaint(&send, shared.network) {
        refuse(output, 400, 100, None, None, complaint);
        return Next::Go;
    }
    let message = send.message.as_ref();
    let text = message.and_then(|message| message.text.as_deref());
    let metadata = message.and_then(|message| message.metadata.as_deref());
    let recipient = send.recipient.id.as_ref();
    // What only shows something is neither counted nor hurt.
    let then = match message {
        Some(_) if !shared.kept.lock().unwrap_or_else(PoisonError::into_inner).is_ours(recipient) => elsewhere(),
        Some(_) => shared.rules().decide(page, recipient, text, send.tag.is_some()),
        None => Then::Answer,
    };
    let accepted = !matches!(then, Then::Refuse { .. } | Then::CutBeforeAccepting);
    let answered = !matches!(then, Then::AcceptThenCut | Then::CutBeforeAccepting | Then::Hang { .. });
    let id = {
        let mut log = shared.log();
        let number = log.next_number();
        let id = log.message_id(number);
        match message {
            Some(_) => log.count(accepted, answered),
            None => log.count_action(),
        }
        if log.records() {
            let arrival = Arrival {
                number,
                at: clock::millis(),
                page: page.to_owned(),
                recipient: recipient.to_owned(),
                text: text.map(str::to_owned),
                metadata: metadata.map(str::to_owned),
                quick_replies: message.map(|message| message.quick_replies.clone()).unwrap_or_default(),
                sender_action: send.sender_action.as_deref().map(str::to_owned),
                message_id: accepted.then(|| id.clone()),
                accepted,
                outcome: in_words(&then),
                raw: String::from_utf8_lossy(raw).into_owned(),
            };
            if let Err(error) = log.record(arrival) {
                eprintln!("provider: cannot write the log: {error}");
            }
        }
        id
    };
    if accepted && message.is_some() {
        if let Some(hook) = &shared.hook {
            hook(Accepted { recipient, text, metadata });
        }
        let attached =
            message.and_then(|message| message.attachment.as_ref()).map(|attachment| attachment.kind.as_ref());
        shared.receipts.accepted(Receipted { page, recipient, text, attached, metadata, message_id: &id }).await;
    }
    act(&then, recipient, &id, output).await
}

/// Another app has the conversation.
fn elsewhere() -> Then {
    Then::Refuse { status: 400, code: 10, subcode: Some(2_018_300), retry_after: None }
}

/// Does what the rule says with a message that is written down.
async fn act(then: &Then, recipient: &str, id: &str, output: &mut Vec<u8>) -> Next {
    match then {
        Then::AcceptThenCut | Then::CutBeforeAccepting => return Next::Cut,
        Then::Hang { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            return Next::Cut;
        }
        Then::Refuse { status, code, subcode, retry_after } => {
            refuse(output, *status, *code, *subcode, *retry_after, "as told")
        }
        Then::AcceptThenRefuse { status, code, subcode } => refuse(output, *status, *code, *subcode, None, "as told"),
        Then::Nonsense => answer(output, 200, None, "<html>502 from a proxy</html>"),
        Then::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            accept_message(output, recipient, id);
        }
        Then::Answer => accept_message(output, recipient, id),
    }
    Next::Go
}

fn accept_message(output: &mut Vec<u8>, recipient: &str, id: &str) {
    let recipient = recipient.replace(['"', '\\'], "");
    answer(output, 200, None, &format!(r#"{{"recipient_id":"{recipient}","message_id":"{id}"}}"#));
}

pub(super) fn refuse(
    output: &mut Vec<u8>,
    status: u16,
    code: u32,
    subcode: Option<u32>,
    retry_after: Option<u64>,
    words: &str,
) {
    let mut error = json!({"message": format!("(#{code}) {words}"), "type": "OAuthException", "code": code, "fbtrace_id": "AbC123"});
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    answer(output, status, retry_after, &json!({"error": error}).to_string());
}

fn in_words(then: &Then) -> String {
    match then {
        Then::Answer => "answered".into(),
        Then::Refuse { status, code, .. } => format!("refused {status} (#{code})"),
        Then::AcceptThenRefuse { status, code, .. } => format!("accepted, then refused {status} (#{code})"),
        Then::Delay { millis } => format!("answered after {millis} ms"),
        Then::AcceptThenCut => "accepted, then cut".into(),
        Then::CutBeforeAccepting => "cut, not accepted".into(),
        Then::Hang { millis } => format!("accepted, silent for {millis} ms"),
        Then::Nonsense => "accepted, answered nonsense".into(),
    }
}
