//! The Bot API: what it takes, what it refuses, and how it says so.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Call, Shared, Webhook, control, people};
use crate::clock;
use crate::fake::{Next, Then, Visited, answer};
use crate::http::Request;

const TEXT_UTF16_MAX: usize = 4096;
const BUTTONS_MAX: usize = 100;
const DATA_BYTES_MAX: usize = 64;
const ANSWER_CHARS_MAX: usize = 200;

type Refused = (u16, &'static str);

impl Visited for Shared {
    async fn handle(&self, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        let path = request.target.split('?').next().unwrap_or_default();
        if path.starts_with("/_") {
            let (status, body) = control::handle(request.method, path, request.body, self);
            answer(output, status, None, &body);
            return Next::Go;
        }
        let revoked = self.state().revoked;
        let token = &self.settings.token;
        if let Some(file) = path.strip_prefix("/file/bot").and_then(|rest| rest.strip_prefix(token.as_str())) {
            self.hand_out(file.trim_start_matches('/'), output);
            return Next::Go;
        }
        let method = path.strip_prefix("/bot").and_then(|rest| rest.strip_prefix(token.as_str()));
        match method.and_then(|rest| rest.strip_prefix('/')) {
            Some(_) if revoked => refuse(output, 401, "Unauthorized", None),
            Some(method) => return self.called(method, request, output).await,
            // A token that never was.
            None => refuse(output, 401, "Unauthorized", None),
        }
        Next::Go
    }
}

impl Shared {
    async fn called(&self, method: &str, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        let body: Value = serde_json::from_slice(request.body).unwrap_or(Value::Null);
        if let Some((code, words)) = self.wrong(method, &body) {
            self.note(method, &body, None, false, format!("refused {code}: {words}"));
            refuse(output, code, words, None);
            return Next::Go;
        }
        match body["chat_id"].as_i64().filter(|_| method.starts_with("send") && method != "sendChatAction") {
            Some(chat) => self.send(method, &body, chat, output).await,
            None => {
                let result = self.act(method, &body);
                self.note(method, &body, None, true, "answered".into());
                answer(output, 200, None, &json!({"ok": true, "result": result}).to_string());
                Next::Go
            }
        }
    }

    async fn send(&self, method: &str, body: &Value, chat: i64, output: &mut Vec<u8>) -> Next {
        let (then, message_id) = {
            let mut state = self.state();
            let then = state.rules.decide("", &chat.to_string(), body["text"].as_str(), false);
            let accepted = !matches!(then, Then::Refuse { .. } | Then::CutBeforeAccepting);
            let message_id = accepted.then(|| state.next_message(chat));
            (then, message_id)
        };
        let accepted = message_id.is_some();
        self.note(method, body, message_id, accepted, format!("{then:?}"));
        let sent = json!({"ok": true, "result": {"message_id": message_id, "date": clock::millis() / 1000,
            "chat": people::chat(chat), "text": body["text"]}});
        match then {
            Then::AcceptThenCut | Then::CutBeforeAccepting => return Next::Cut,
            Then::Hang { millis } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                return Next::Cut;
            }
            Then::Refuse { status, retry_after, .. } => refuse(output, status, "as told", retry_after),
            Then::AcceptThenRefuse { status, .. } => refuse(output, status, "as told", None),
            Then::Nonsense => answer(output, 200, None, "<html>502 from a proxy</html>"),
            Then::Delay { millis } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                answer(output, 200, None, &sent.to_string());
            }
            Then::Answer => answer(output, 200, None, &sent.to_string()),
        }
        Next::Go
    }

    /// What Telegram would not take.
    fn wrong(&self, method: &str, body: &Value) -> Option<Refused> {
        let chat = body["chat_id"].as_i64();
        let wants_chat = method.starts_with("send") || method == "editMessageReplyMarkup";
        if wants_chat && body["chat_id"].is_null() {
            return Some((400, "Bad Request: chat_id is empty"));
        }
        if wants_chat && chat.is_none_or(|chat| !self.state().messages.contains_key(&chat)) {
            // Bots cannot begin.
            return Some((403, "Forbidden: bot can't initiate conversation with a user"));
        }
        if wants_chat && chat.is_some_and(|chat| self.state().blocked.contains(&chat)) {
            return Some((403, "Forbidden: bot was blocked by the user"));
        }
        match method {
            "sendMessage" => text(body).or_else(|| keyboard(body)),
            "sendPhoto" => media(body, "photo").or_else(|| keyboard(body)),
            "sendAudio" => media(body, "audio").or_else(|| keyboard(body)),
            "sendVideo" => media(body, "video").or_else(|| keyboard(body)),
            "sendDocument" => media(body, "document").or_else(|| keyboard(body)),
            "sendChatAction" if body["action"] == "typing" => None,
            "sendChatAction" => Some((400, "Bad Request: wrong parameter action in request")),
            "answerCallbackQuery" => self.unanswerable(body),
            "editMessageReplyMarkup" if body["message_id"].is_i64() => None,
            "editMessageReplyMarkup" => Some((400, "Bad Request: message identifier is not specified")),
            "setWebhook" => hook(body),
            "getWebhookInfo" => None,
            "getUserProfilePhotos" if body["user_id"].is_i64() => None,
            "getUserProfilePhotos" => Some((400, "Bad Request: invalid user_id specified")),
            "getFile" => {
                let known = body["file_id"].as_str().is_some_and(|file| self.state().files.contains_key(file));
                (!known).then_some((400, "Bad Request: wrong file_id or the file is temporarily unavailable"))
            }
            _ => Some((404, "Not Found")),
        }
    }

    fn unanswerable(&self, body: &Value) -> Option<Refused> {
        if body["text"].as_str().is_some_and(|text| text.chars().count() > ANSWER_CHARS_MAX) {
            return Some((400, "Bad Request: MESSAGE_TOO_LONG"));
        }
        let known = body["callback_query_id"].as_str().is_some_and(|tap| self.state().spinning.contains(tap));
        (!known).then_some((400, "Bad Request: query is too old and response timeout expired or query ID is invalid"))
    }

    /// Calls that are no messages.
    fn act(&self, method: &str, body: &Value) -> Value {
        let mut state = self.state();
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        match method {
            "setWebhook" => {
                let wanted = body["allowed_updates"].as_array().into_iter().flatten();
                let wanted = wanted.filter_map(Value::as_str).map(str::to_owned).collect();
                state.webhook = Some(Webhook { url: word("url"), secret: word("secret_token"), wanted });
                json!(true)
            }
            "getWebhookInfo" => {
                let url = state.webhook.as_ref().map(|webhook| webhook.url.clone()).unwrap_or_default();
                json!({"url": url, "has_custom_certificate": false, "pending_update_count": self.desk.pending()})
            }
            "answerCallbackQuery" => json!(state.spinning.remove(&word("callback_query_id"))),
            "getUserProfilePhotos" => {
                let shown = body["user_id"].as_i64().and_then(|person| state.portraits.get(&person));
                let sizes =
                    shown.map(|file| json!([{"file_id": file, "file_unique_id": "u", "width": 160, "height": 160}]));
                json!({"total_count": sizes.iter().count(), "photos": sizes.into_iter().collect::<Vec<_>>()})
            }
            "getFile" => {
                let file_id = word("file_id");
                let path = state.files.get(&file_id).map(|(path, _)| path.clone());
                json!({"file_id": file_id, "file_unique_id": "u", "file_path": path})
            }
            _ => json!(true),
        }
    }

    fn hand_out(&self, path: &str, output: &mut Vec<u8>) {
        let state = self.state();
        match state.files.values().find(|(known, _)| known == path) {
            Some((_, bytes)) => {
                let length = bytes.len();
                output.extend_from_slice(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes());
                output.extend_from_slice(bytes);
            }
            None => refuse(output, 404, "Not Found", None),
        }
    }

    fn note(&self, method: &str, body: &Value, message_id: Option<i64>, accepted: bool, outcome: String) {
        let mut state = self.state();
        state.arrived += 1;
        let (number, at, method) = (state.arrived, clock::millis(), method.to_owned());
        if state.calls.len() >= self.settings.calls_max {
            state.calls.remove(0);
        }
        state.calls.push(Call { number, at, method, body: body.clone(), message_id, accepted, outcome });
    }
}

fn text(body: &Value) -> Option<Refused> {
    match body["text"].as_str() {
        None => Some((400, "Bad Request: message text is empty")),
        Some(text) if text.trim().is_empty() => Some((400, "Bad Request: message text is empty")),
        Some(text) if text.encode_utf16().count() > TEXT_UTF16_MAX => Some((400, "Bad Request: message is too long")),
        Some(_) => None,
    }
}

fn media(body: &Value, field: &str) -> Option<Refused> {
    let fine = body[field].as_str().is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"));
    (!fine).then_some((400, "Bad Request: wrong HTTP URL specified"))
}

fn keyboard(body: &Value) -> Option<Refused> {
    let markup = body.get("reply_markup")?;
    let Some(rows) = markup["inline_keyboard"].as_array() else {
        return Some((400, "Bad Request: object expected as reply markup"));
    };
    let buttons: Vec<&Value> = rows.iter().filter_map(Value::as_array).flatten().collect();
    if buttons.len() > BUTTONS_MAX {
        return Some((400, "Bad Request: REPLY_MARKUP_TOO_LONG"));
    }
    let unnamed = |button: &&Value| button["text"].as_str().is_none_or(|text| text.trim().is_empty());
    if buttons.iter().any(unnamed) {
        return Some((
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ));
    }
    let fits = |data: &str| (1..=DATA_BYTES_MAX).contains(&data.len());
    let wrong = buttons.iter().any(|button| !button["callback_data"].as_str().is_some_and(fits));
    wrong.then_some((400, "Bad Request: BUTTON_DATA_INVALID"))
}

/// Plain addresses are taken only on this machine: it is a fake.
fn hook(body: &Value) -> Option<Refused> {
    let url = body["url"].as_str().unwrap_or_default();
    if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1:") {
        return Some((400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let secret = body["secret_token"].as_str().unwrap_or_default();
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !(1..=256).contains(&secret.len()) || !secret.bytes().all(good) {
        return Some((400, "Bad Request: secret token contains unallowed characters"));
    }
    None
}

fn refuse(output: &mut Vec<u8>, code: u16, words: &str, retry_after: Option<u64>) {
    let mut body = json!({"ok": false, "error_code": code, "description": words});
    if let Some(seconds) = retry_after {
        body["description"] = json!(format!("Too Many Requests: retry after {seconds}"));
        body["parameters"] = json!({"retry_after": seconds});
    }
    answer(output, code, None, &body.to_string());
}
