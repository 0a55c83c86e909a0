//! WhatsApp: whoever writes has a number, and Meta's own id for them, by which they are known.

use loadtest::messenger::{Page, SIGNATURE};
use loadtest::whatsapp::{PATH, Settings};
use serde_json::{Value, json};

use super::{Line, Said, heard, nonsense, strange, table};

pub const WHATSAPP: Line = Line {
    channel: "whatsapp",
    account: "wa-1",
    path: PATH,
    table: || {
        let Settings { phone_number_id, token, app_secret, .. } = Settings::default();
        let own =
            format!("phone_number_id = {phone_number_id:?}\naccess_token = {token:?}\napp_secret = {app_secret:?}\n");
        table("wa-1", "whatsapp") + &own + "verify_token = \"a word\"\n"
    },
    signed: |_, body| vec![("content-type", "application/json".to_owned()), (SIGNATURE, signature(body))],
    key: user,
    said: |said| {
        let mut people: Vec<u64> = said.iter().map(|said| said.who).collect();
        people.sort_unstable();
        people.dedup();
        let people: Vec<Value> = people.into_iter().map(person).collect();
        let messages: Vec<Value> = said.iter().map(message).collect();
        let value = json!({"messaging_product": "whatsapp", "metadata": metadata(), "contacts": people,
            "messages": messages});
        Some(webhook(&json!({"field": "messages", "value": value}).to_string()))
    },
    oddities: || {
        let value = |rest: &str| {
            let value = format!(r#"{{"metadata":{},{rest}}}"#, metadata());
            webhook(&format!(r#"{{"field":"messages","value":{value}}}"#))
        };
        let by_77 = |rest: &str| value(&format!(r#""messages":[{{"from_user_id":"{}",{rest}}}]"#, user(77)));
        let status = |rest: &str| value(&format!(r#""statuses":[{{"recipient_user_id":"{}",{rest}}}]"#, user(77)));
        let mut odd = nonsense();
        odd.extend([
            strange("no entries", r#"{"object":"whatsapp_business_account","entry":null}"#),
            strange("entries that are none", r#"{"entry":[null,1,"x",[],{},{"changes":null}]}"#),
            strange("changes that are none", r#"{"entry":[{"changes":[null,1,"x",[],{},{"value":null}]}]}"#),
            strange("a number of nobody", webhook(r#"{"field":"messages","value":{"metadata":{},"messages":[]}}"#)),
            strange("what nobody has heard of", webhook(r#"{"field":"telepathy","value":[1]}"#)),
            strange("parts that are none", value(r#""contacts":null,"messages":[null,1,"x",[],{}],"statuses":[null,{}]"#)),
            strange("a message of nobody", value(r#""contacts":[],"messages":[{"from":"","id":"wamid.n","type":"text","text":{"body":"x"}}]"#)),
            strange("a message in a group", by_77(r#""group_id":"g","id":"wamid.g","type":"text","text":{"body":"x"}"#)),
            strange("an edit of what was never heard", by_77(r#""id":"wamid.e","timestamp":1785312004,"type":"edit","edit":{"original_message_id":"wamid.never","message":{"text":{"body":"x"}}}"#)),
            strange("what was never heard is taken back", by_77(r#""id":"wamid.r","type":"revoke","revoke":{"original_message_id":"wamid.never"}"#)),
            strange("a reaction to nothing", by_77(r#""id":"wamid.x","type":"reaction","reaction":{"message_id":null,"emoji":null}"#)),
            strange("a tap on nothing", by_77(r#""id":"wamid.t","type":"interactive","interactive":{"type":"button_reply","button_reply":null}"#)),
            strange("a place beyond the world", by_77(r#""id":"wamid.l","type":"location","location":{"latitude":"north","longitude":1e400}"#)),
            strange("a receipt for what was never sent", status(r#""id":"wamid.never","status":"delivered""#)),
            strange("a loss of what was never sent", status(r#""id":"wamid.never","status":"failed","errors":[{"code":"x"}]"#)),
            strange("a mark that is not ours", status(r#""id":"wamid.never","status":"sent","biz_opaque_callback_data":"swb:1 US.77""#)),
            strange("a status that nobody knows", status(r#""id":"wamid.never","status":"pondering""#)),
            strange("an id of 600 bytes", by_77(&format!(r#""id":"{}","type":"text","text":{{"body":"x"}}"#, "m".repeat(600)))),
            heard(
                "ids that are numbers",
                by_77(r#""from":14150000077,"id":12345,"timestamp":1785312004,"type":"text","text":{"body":"numbers"}"#),
                77,
                "numbers",
            ),
            heard("NUL", by_77(r#""id":"wamid.nul","type":"text","text":{"body":"a\u0000b"}"#), 77, "a\u{fffd}b"),
            heard("half of a pair", by_77(r#""id":"wamid.half","type":"text","text":{"body":"a\ud83db"}"#), 77, "a\u{fffd}b"),
        ]);
        odd
    },
};

pub fn signature(body: &[u8]) -> String {
    Page::new("", &Settings::default().app_secret).sign(body)
}

/// How Meta names a contact.
fn user(who: u64) -> String {
    format!("US.{who}")
}

fn number(who: u64) -> String {
    format!("1415{who:07}")
}

fn person(who: u64) -> Value {
    json!({"profile": {"name": "Ana"}, "wa_id": number(who), "user_id": user(who)})
}

fn message(said: &Said) -> Value {
    let now = || json!((loadtest::clock::millis() / 1000).to_string());
    let at = if said.at.is_null() { now() } else { said.at.clone() };
    json!({"from": number(said.who), "from_user_id": user(said.who), "id": format!("wamid.{}", said.number),
        "timestamp": at, "type": "text", "text": {"body": said.text}})
}

fn metadata() -> Value {
    json!({"display_phone_number": "15550783881", "phone_number_id": Settings::default().phone_number_id})
}

fn webhook(change: &str) -> Vec<u8> {
    let head = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":["#;
    format!("{head}{change}]}}]}}").into_bytes()
}
