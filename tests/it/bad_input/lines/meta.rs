//! Messenger and Instagram: both speak the same, each signs with a secret of its own.

use loadtest::messenger::{Network, PATH, Page, SIGNATURE};
use loadtest::product::{PAGE_ACCOUNT, PAGE_ID};

use super::{Line, Odd, Said, heard, nonsense, strange, table};
use crate::support::installation::page;

const INSTAGRAM_ID: &str = "17841400008460056";
pub const INSTAGRAM_SECRET: &str = "example-instagram-secret";

pub const MESSENGER: Line = Line {
    channel: "messenger",
    account: PAGE_ACCOUNT,
    path: PATH,
    table: String::new,
    signed: |_, body| signed(&page(), body),
    key: |who| who.to_string(),
    said: |said| Some(told(&page(), said)),
    oddities: || {
        let mut odd = oddities("page", PAGE_ID);
        let edit = event("page", PAGE_ID, r#""message_edit":{"mid":"m_never","text":"x","num_edit":1}"#);
        odd.push(strange("an edit of what was never heard", edit));
        odd
    },
};

pub const INSTAGRAM: Line = Line {
    channel: "instagram",
    account: "ig-1",
    path: PATH,
    table: || {
        let own =
            format!("instagram_id = {INSTAGRAM_ID:?}\napp_secret = {INSTAGRAM_SECRET:?}\naccess_token = \"a-token\"\n");
        table("ig-1", "instagram") + &own + "verify_token = \"a word\"\n"
    },
    signed: |_, body| signed(&account(), body),
    key: |who| who.to_string(),
    said: |said| Some(told(&account(), said)),
    oddities: || {
        let event = |rest: &str| event("instagram", INSTAGRAM_ID, rest);
        let mut odd = oddities("instagram", INSTAGRAM_ID);
        odd.extend([
            strange("what was never heard is taken back", event(r#""message":{"mid":"m_never","is_deleted":true}"#)),
            strange("nothing is taken back", event(r#""message":{"mid":null,"is_deleted":true}"#)),
            strange("what was never sent is seen", event(r#""read":{"mid":"m_never"}"#)),
            strange("a comment", comment()),
            strange("an echo without a name", event(r#""message":{"is_echo":true,"text":"x"}"#)),
            heard(
                "an answer to a story that is none",
                event(r#""message":{"mid":"m_story","text":"story","reply_to":{"story":{"url":"javascript:alert(1)","id":7}}}"#),
                77,
                "story",
            ),
        ]);
        odd
    },
};

pub fn account() -> Page {
    Page::on(Network::Instagram, INSTAGRAM_ID, INSTAGRAM_SECRET)
}

fn signed(page: &Page, body: &[u8]) -> super::Headers {
    vec![("content-type", "application/json".to_owned()), (SIGNATURE, page.sign(body))]
}

fn told(page: &Page, said: &[Said]) -> Vec<u8> {
    let event = |said: &Said| {
        let mut event = page.text(&said.who.to_string(), &format!("m_{}", said.number), &said.text);
        if !said.at.is_null() {
            event["timestamp"] = said.at.clone();
        }
        event
    };
    page.body(&said.iter().map(event).collect::<Vec<_>>())
}

fn events(object: &str, id: &str, events: &str) -> String {
    format!(r#"{{"object":"{object}","entry":[{{"id":{id},"messaging":{events}}}]}}"#)
}

/// What contact 77 does.
fn event(object: &str, id: &str, rest: &str) -> String {
    events(object, id, &format!(r#"[{{"sender":{{"id":77}},"recipient":{{"id":{id}}},{rest}}}]"#))
}

fn comment() -> String {
    let value = r#"{"field":"comments","value":{"id":"1","text":"x","from":{"id":"77"}}}"#;
    format!(r#"{{"object":"instagram","entry":[{{"id":{INSTAGRAM_ID},"changes":[{value}]}}]}}"#)
}

fn oddities(object: &str, id: &str) -> Vec<Odd> {
    let (events, event) = (|list: &str| events(object, id, list), |rest: &str| event(object, id, rest));
    let mut odd = nonsense();
    odd.extend([
        strange("no entries", format!(r#"{{"object":"{object}","entry":null}}"#)),
        strange("entries that are none", format!(r#"{{"object":"{object}","entry":[null,1,"x",[],{{}}]}}"#)),
        strange("no events", events("null")),
        strange("events that are none", events(r#"[null,1,"x",[],{},{"sender":null,"message":null}]"#)),
        strange("a message of nobody", event(r#""message":{"mid":null,"text":null}"#)),
        strange("a receipt for what was never sent", event(r#""delivery":{"mids":["m_never",null],"watermark":1}"#)),
        strange("all was read, in the year 2255", event(r#""read":{"watermark":9007199254740991}"#)),
        strange("an id of 600 bytes", event(&format!(r#""message":{{"mid":"{}","text":"x"}}"#, "m".repeat(600)))),
        heard(
            "ids that are numbers",
            event(r#""timestamp":"1785312004871","message":{"mid":12345,"text":"numbers"}"#),
            77,
            "numbers",
        ),
        heard("NUL", event(r#""message":{"mid":"m_nul","text":"a\u0000b"}"#), 77, "a\u{fffd}b"),
        heard("half of a pair", event(r#""message":{"mid":"m_half","text":"a\ud83db"}"#), 77, "a\u{fffd}b"),
    ]);
    odd
}
