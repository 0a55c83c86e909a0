//! Our own protocol with outside bots: what they are asked, and what they answer, at once or later.
//!
//! `docs/outside-bots.md` tells it to their authors; a test reads its examples with these types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bot::check::{LABEL_CHARS_MAX, OPTIONS_MAX};
use crate::domain::call;
use crate::domain::event::Reason;
use crate::domain::message::{Attachment, AttachmentKind, Choice, Heard, Line};

const MESSAGES_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 10_000;
const VALUE_BYTES_MAX: usize = 1_000;
const SET_MAX: usize = 50;
const NAME_CHARS_MAX: usize = 64;
const ATTRIBUTE_CHARS_MAX: usize = 2_000;
const WORDS_CHARS_MAX: usize = 200;

/// What an outside bot is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// `turn`.
    #[serde(rename = "type")]
    pub kind: String,
    pub call: CallView,
    pub conversation: String,
    pub turn: u64,
    pub account: String,
    pub channel: String,
    pub contact: ContactView,
    /// What the contact said since the last call, oldest first; at least one.
    pub messages: Vec<MessageView>,
    /// So many older ones were left out.
    pub left_out: u32,
    /// Where an answer goes that comes later.
    pub answer_to: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallView {
    pub id: String,
    pub attempt: u32,
    pub timeout_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactView {
    pub name: Option<String>,
    pub attributes: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    pub seq: u64,
    pub text: String,
    /// The `value` of the button that was tapped.
    pub tap: Option<String>,
    /// What the link said by which the contact came.
    pub referral: Option<String>,
    pub attachments: Vec<AttachmentView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachmentView {
    /// `image`, `audio`, `video`, `file` or `other`.
    pub kind: String,
    pub url: String,
    pub name: String,
    /// How long it is, if the channel said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl MessageView {
    /// `base`: how whoever reads it reaches us.
    pub fn of(seq: u64, heard: &Heard, base: &str) -> Self {
        let attachment = |attachment: &Attachment| {
            let Attachment { kind, url, name, bytes } = attachment.clone().reached_at(base);
            AttachmentView { kind: kind.as_str().to_owned(), url, name, bytes }
        };
        Self {
            seq,
            text: heard.text.clone(),
            tap: heard.tap.clone(),
            referral: heard.referral.clone(),
            attachments: heard.attachments.iter().map(attachment).collect(),
        }
    }
}

/// What an outside bot answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// At most 20.
    pub messages: Vec<Said>,
    /// Attributes that become known, at most 50: texts, numbers, true or false.
    pub set: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_off: Option<HandOff>,
    /// False: more is to come before the time-out.
    pub end: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self { messages: Vec::new(), set: BTreeMap::new(), hand_off: None, end: true }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Said {
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// `https://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// 1 to 20 characters.
    pub label: String,
    /// Comes back as `tap`; left out, the label does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandOff {
    /// `asked` (if left out), `urgent`, `no_answer`, `hot_lead` or `bot_failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What agents read beside it.
    pub words: String,
}

/// An answer that comes later, through the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Later {
    /// Chosen by the bot: the same answer sent twice under one id is said once. At most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The `call.id` it answers. Left out, the bot speaks of its own accord.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    #[serde(default)]
    pub messages: Vec<Said>,
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_off: Option<HandOff>,
    #[serde(default = "yes")]
    pub end: bool,
}

fn yes() -> bool {
    true
}

impl Later {
    pub fn answer(self) -> Answer {
        let Later { messages, set, hand_off, end, .. } = self;
        Answer { messages, set, hand_off, end }
    }
}

impl Answer {
    /// Reads an answer; a list is none, although it could be taken for an object's values.
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("expected an object".to_owned());
        }
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    /// What the conversation makes of it, or what is wrong, in words.
    pub fn to_core(&self) -> Result<call::Answer, String> {
        if self.messages.len() > MESSAGES_MAX {
            return Err(format!("it has more than {MESSAGES_MAX} messages"));
        }
        if self.set.len() > SET_MAX {
            return Err(format!("it sets more than {SET_MAX} attributes"));
        }
        let lines = self
            .messages
            .iter()
            .enumerate()
            .map(|(number, said)| said.to_line().map_err(|why| format!("messages[{number}] {why}")));
        let hand_off = self.hand_off.as_ref().map(HandOff::to_core).transpose()?;
        let set = self.set.iter().map(|(name, value)| attribute(name, value)).collect::<Result<_, _>>()?;
        Ok(call::Answer { lines: lines.collect::<Result<_, _>>()?, set, hand_off, end: self.end })
    }
}

impl Said {
    fn to_line(&self) -> Result<Line, String> {
        if self.text.trim().is_empty() && self.image.is_none() {
            return Err("has neither text nor image".to_owned());
        }
        if self.text.chars().count() > TEXT_CHARS_MAX {
            return Err(format!("has more than {TEXT_CHARS_MAX} characters"));
        }
        if self.buttons.len() > OPTIONS_MAX {
            return Err(format!("has more than {OPTIONS_MAX} buttons"));
        }
        let attachment = match &self.image {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                Some(Attachment { kind: AttachmentKind::Image, url: url.clone(), name: String::new(), bytes: None })
            }
            Some(_) => return Err("has an image without a web address".to_owned()),
            None => None,
        };
        let choices = self.buttons.iter().map(Button::to_choice).collect::<Result<_, _>>()?;
        Ok(Line { text: self.text.clone(), choices, attachment, wanted: None })
    }
}

impl Button {
    fn to_choice(&self) -> Result<Choice, String> {
        let id = self.value.clone().unwrap_or_else(|| self.label.clone());
        let length = self.label.chars().count();
        if self.label.trim().is_empty() || length > LABEL_CHARS_MAX {
            return Err(format!("has a button whose label has not 1 to {LABEL_CHARS_MAX} characters"));
        }
        if id.is_empty() || id.len() > VALUE_BYTES_MAX {
            return Err(format!("has a button whose value has not 1 to {VALUE_BYTES_MAX} bytes"));
        }
        Ok(Choice { id, label: self.label.clone() })
    }
}

impl HandOff {
    fn to_core(&self) -> Result<(Reason, String), String> {
        let reason = match self.reason.as_deref() {
            None => Reason::Asked,
            Some(name) => Reason::parse(name).filter(|reason| *reason != Reason::Agent).ok_or_else(|| {
                format!("hand_off.reason {name:?} is none of asked, urgent, no_answer, hot_lead, bot_failed")
            })?,
        };
        Ok((reason, self.words.chars().take(WORDS_CHARS_MAX).collect()))
    }
}

fn attribute(name: &str, value: &Value) -> Result<(String, String), String> {
    let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(good) {
        return Err(format!("set.{name:?} cannot name an attribute: take lower-case letters, digits and _"));
    }
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        _ => return Err(format!("set.{name} is no text, number, true or false")),
    };
    if value.chars().count() > ATTRIBUTE_CHARS_MAX {
        return Err(format!("set.{name} has more than {ATTRIBUTE_CHARS_MAX} characters"));
    }
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(answer: Value) -> Result<call::Answer, String> {
        Answer::read(answer.to_string().as_bytes())?.to_core()
    }

    #[test]
    fn an_answer_is_read() {
        let answer = read(json!({
            "messages": [{"text": "Which?", "buttons": [{"label": "One", "value": "1"}, {"label": "Two"}]},
                {"image": "https://a.example/1.png"}],
            "set": {"mood": "good", "age": 7, "member": true},
            "hand_off": {"reason": "urgent", "words": "fire"},
        }))
        .expect("an answer");
        let ids: Vec<&str> = answer.lines[0].choices.iter().map(|choice| choice.id.as_str()).collect();
        assert_eq!((ids, answer.lines.len(), answer.end), (vec!["1", "Two"], 2, true));
        let set: Vec<&str> = answer.set.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(set, ["7", "yes", "good"]);
        assert_eq!(answer.hand_off, Some((Reason::Urgent, "fire".to_owned())));
        assert_eq!(read(json!({})).map(|answer| (answer.lines.len(), answer.end)), Ok((0, true)));
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (nonsense, words) in [
            (json!([]), "expected"),
            (json!({"message": "hi"}), "unknown field `message`"),
            (json!({"messages": [{"text": " "}]}), "messages[0] has neither text nor image"),
            (json!({"messages": [{"text": "x".repeat(10_001)}]}), "more than 10000 characters"),
            (json!({"messages": vec![json!({"text": "x"}); 21]}), "more than 20 messages"),
            (json!({"messages": [{"text": "x", "buttons": [{"label": ""}]}]}), "a button whose label"),
            (json!({"messages": [{"image": "javascript:alert(1)"}]}), "without a web address"),
            (json!({"set": {"A B": 1}}), "cannot name an attribute"),
            (json!({"set": {"a": {}}}), "set.a is no text"),
            (json!({"hand_off": {"reason": "agent"}}), "hand_off.reason"),
        ] {
            let why = read(nonsense.clone()).expect_err("nonsense");
            assert!(why.contains(words), "{nonsense}: {why}");
        }
    }
}
