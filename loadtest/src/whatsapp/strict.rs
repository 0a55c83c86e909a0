//! What the Cloud API refuses: by the shape of a call, and by when it comes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::api::Refused;
use super::{DAY_MS, Person, Settings, State};
use crate::clock;

const TEXT_MAX: usize = 4096;
const SHORT_MAX: usize = 1024;
const CALLBACK_MAX: usize = 512;

/// What is wrong with its shape.
pub(super) fn wrong(body: &Value, settings: &Settings) -> Option<Refused> {
    if body["messaging_product"] != "whatsapp" {
        return Some((100, "The parameter messaging_product is required."));
    }
    if body.get("status").is_some() {
        return marks_read(body);
    }
    if body["recipient"].as_str().or(body["to"].as_str()).is_none_or(str::is_empty) {
        return Some((131_008, "Required parameter is missing: to or recipient"));
    }
    if body["recipient_type"].as_str().is_some_and(|kind| kind != "individual") {
        return Some((131_009, "recipient_type must be individual"));
    }
    if body["biz_opaque_callback_data"].as_str().is_some_and(|data| long(data, CALLBACK_MAX)) {
        return Some((131_009, "biz_opaque_callback_data is too long"));
    }
    match body["type"].as_str() {
        Some("text") => text(&body["text"]["body"], TEXT_MAX),
        Some("interactive") => interactive(&body["interactive"]),
        Some(kind @ ("image" | "video" | "audio" | "document")) => media(&body[kind], kind),
        Some("template") => template(&body["template"], settings),
        Some(_) => Some((131_009, "Parameter value is not valid: type")),
        None => Some((131_008, "Required parameter is missing: type")),
    }
}

fn marks_read(body: &Value) -> Option<Refused> {
    let typing = &body["typing_indicator"];
    let fine = body["status"] == "read" && (typing.is_null() || typing["type"] == "text");
    (!fine || !body["message_id"].is_string()).then_some((131_009, "Parameter value is not valid: status"))
}

fn long(text: &str, max: usize) -> bool {
    text.encode_utf16().count() > max
}

fn text(words: &Value, max: usize) -> Option<Refused> {
    match words.as_str() {
        None => Some((131_008, "Required parameter is missing: body")),
        Some(words) if words.trim().is_empty() => Some((131_008, "Required parameter is missing: body")),
        Some(words) if long(words, max) => Some((131_009, "body is too long")),
        Some(_) => None,
    }
}

fn media(media: &Value, kind: &str) -> Option<Refused> {
    let link = media["link"].as_str().is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"));
    if !link {
        return Some((131_009, "link must be a valid URL"));
    }
    match media["caption"].as_str() {
        Some(_) if kind == "audio" => Some((131_009, "audio takes no caption")),
        Some(caption) if long(caption, SHORT_MAX) => Some((131_009, "caption is too long")),
        _ => None,
    }
}

fn interactive(interactive: &Value) -> Option<Refused> {
    if let Some(refused) = text(&interactive["body"]["text"], SHORT_MAX) {
        return Some(refused);
    }
    let action = &interactive["action"];
    match interactive["type"].as_str() {
        Some("button") => buttons(action["buttons"].as_array().map_or(&[], Vec::as_slice)),
        Some("list") => list(action),
        _ => Some((131_009, "interactive type is not valid")),
    }
}

fn buttons(buttons: &[Value]) -> Option<Refused> {
    let reply = |button: &Value, name: &str| button["reply"][name].as_str().unwrap_or_default().to_owned();
    let titles: BTreeSet<String> = buttons.iter().map(|button| reply(button, "title")).collect();
    let ids: BTreeSet<String> = buttons.iter().map(|button| reply(button, "id")).collect();
    if !(1..=3).contains(&buttons.len()) {
        return Some((131_009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"));
    }
    if titles.len() < buttons.len() || ids.len() < buttons.len() {
        return Some((131_009, "Duplicated title or id"));
    }
    let fine = titles.iter().all(|title| fits(title, 20)) && ids.iter().all(|id| fits(id, 256));
    (!fine || buttons.iter().any(|button| button["type"] != "reply")).then_some((131_009, "Button is not valid"))
}

fn list(action: &Value) -> Option<Refused> {
    let sections = action["sections"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let rows: Vec<&Value> = sections.iter().filter_map(|section| section["rows"].as_array()).flatten().collect();
    let word = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    if !(1..=10).contains(&rows.len()) {
        return Some((131_009, "Total row count exceed max allowed count: 10"));
    }
    let ids: BTreeSet<String> = rows.iter().map(|row| word(row, "id")).collect();
    let titled = sections.len() == 1 || sections.iter().all(|section| fits(&word(section, "title"), 24));
    let row = |row: &&Value| fits(&word(row, "title"), 24) && !long(&word(row, "description"), 72);
    let fine = fits(&word(action, "button"), 20)
        && titled
        && ids.len() == rows.len()
        && ids.iter().all(|id| fits(id, 200))
        && rows.iter().all(row);
    (!fine).then_some((131_009, "List is not valid"))
}

fn fits(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && !long(text, max)
}

fn template(template: &Value, settings: &Settings) -> Option<Refused> {
    let (name, language) = (template["name"].as_str()?, template["language"]["code"].as_str());
    let known = settings.templates.iter().find(|(known, code, _)| known == name && Some(code.as_str()) == language);
    let Some((_, _, takes)) = known else {
        return Some((132_001, "Template name does not exist in the translation"));
    };
    let components = template["components"].as_array().into_iter().flatten();
    let values: Vec<&Value> =
        components.filter(|it| it["type"] == "body").filter_map(|it| it["parameters"].as_array()).flatten().collect();
    if values.len() != *takes {
        return Some((132_000, "Number of parameters does not match the expected number of params"));
    }
    let good = |value: &&Value| {
        value["type"] == "text"
            && value["text"].as_str().is_some_and(|text| !text.is_empty() && !text.contains(['\n', '\t']))
    };
    (!values.iter().all(good)).then_some((132_012, "Parameter format does not match format in the created template"))
}

impl State {
    /// What comes too late, or too fast. What is in time counts.
    pub(super) fn untimely(&mut self, body: &Value, settings: &Settings) -> Option<Refused> {
        if body.get("status").is_some() {
            let known = |person: &Person| person.heard.iter().any(|id| body["message_id"] == id.as_str());
            return (!self.people.iter().any(known)).then_some((131_009, "message_id is not valid"));
        }
        let now = clock::millis();
        self.recent.retain(|at| now.saturating_sub(*at) < 1000);
        if self.recent.len() as u64 >= settings.per_second {
            return Some((130_429, "Rate limit hit"));
        }
        let (number, user) = (body["to"].as_str(), body["recipient"].as_str());
        let is = |person: &&mut Person| {
            (user.is_some() && person.user.as_deref() == user)
                || (number.is_some() && person.number.as_deref() == number)
        };
        let Some(person) = self.people.iter_mut().find(is) else {
            return Some((131_030, "Recipient phone number not in allowed list"));
        };
        let open = person.heard_at.is_some_and(|at| now.saturating_sub(at) < DAY_MS);
        if !open && body["type"] != "template" {
            return Some((131_047, "More than 24 hours have passed since the customer last replied to this number."));
        }
        let ahead = person.paid_at.saturating_sub(now);
        if ahead > settings.pair_every_ms * settings.pair_at_once.saturating_sub(1) {
            return Some((131_056, "(Business Account, Consumer Account) pair rate limit hit"));
        }
        person.paid_at = person.paid_at.max(now) + settings.pair_every_ms;
        self.recent.push(now);
        None
    }
}
