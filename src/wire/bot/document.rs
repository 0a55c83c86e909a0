//! The shape of a bot's document. `docs/bot.schema.json` is written from these types, comments and all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::bot as core;

mod alerts;
mod calls;
mod entrances;
mod ladder;
mod triggers;
mod widgets;

pub use alerts::*;
pub use calls::*;
pub use entrances::*;
pub use ladder::*;
pub use triggers::*;
pub use widgets::*;

/// A bot: what it says, and what makes it say it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// The shape of this document: 1.
    pub schema: u32,
    /// What people call the bot.
    pub name: String,
    /// A language tag, such as `en`. With `en-US`, the month comes first in dates with slashes.
    #[serde(default = "english")]
    pub language: String,
    #[serde(default)]
    pub settings: Settings,
    /// What the bot may learn of a contact, by name: lower-case letters, digits and _.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    #[serde(default)]
    pub dialogues: Vec<Dialogue>,
    /// Who is alerted when nobody takes over. Left out: agents after two minutes, supervisors after five, admins
    /// after ten, when the contact is told the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrances: Option<Entrances>,
    /// A bot that runs somewhere else and answers instead of dialogues. Left out: this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Settings {
    /// How long the bot is silent after a person has spoken: 1 to 10 080 (a week).
    pub pause_minutes: u32,
    pub when_pause_ends: WhenPauseEnds,
    /// After so many messages in a row that nothing matched, a human is offered: 1 to 100.
    pub no_answer_limit: u32,
    pub texts: Texts,
    pub words: Words,
    /// When somebody is there. Left out: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// From when on a contact is a hot lead. Left out: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hot_lead: Option<HotLead>,
}

impl Default for Settings {
    fn default() -> Self {
        let core::Settings { pause, when_pause_ends, no_answer_limit, .. } = core::Settings::default();
        Self {
            pause_minutes: (pause.as_secs() / 60) as u32,
            when_pause_ends: when_pause_ends.into(),
            no_answer_limit,
            texts: Texts::default(),
            words: Words::default(),
            hours: None,
            hot_lead: None,
        }
    }
}

/// What becomes of an unanswered message when the pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum WhenPauseEnds {
    /// The bot answers it as if it were new.
    Answer,
    /// The bot waits for the next message.
    Wait,
    /// The conversation stays with humans.
    Keep,
}

/// What the bot says in situations that no dialogue foresees. What is left out is said in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Texts {
    /// Nothing matched.
    pub no_answer: String,
    /// Nothing matched for the last time: the contact may choose a human.
    pub offer_human: String,
    /// The two choices then.
    pub offer_yes: String,
    pub offer_no: String,
    /// A human was called; empty: nothing is said.
    pub calling_human: String,
    /// The bot has failed, and a human was called; empty: the same is said as always then.
    pub bot_failed: String,
    /// The contact wanted no more questions; empty: nothing is said.
    pub cancelled: String,
    /// What a waiting contact writes to return to the bot.
    pub back: String,
}

impl Default for Texts {
    fn default() -> Self {
        let core::Texts { no_answer, offer_human, offer_yes, offer_no, calling_human, bot_failed, cancelled, back } =
            core::Texts::default();
        Self { no_answer, offer_human, offer_yes, offer_no, calling_human, bot_failed, cancelled, back }
    }
}

/// Words that mean the same in every question. What is left out is English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Words {
    pub yes: Vec<String>,
    pub no: Vec<String>,
    /// Leaves out a question that may be left out.
    pub skip: Vec<String>,
    /// Ends the questions.
    pub cancel: Vec<String>,
}

impl Default for Words {
    fn default() -> Self {
        let core::Words { yes, no, skip, cancel } = core::Words::default();
        Self { yes, no, skip, cancel }
    }
}

/// Opening hours: spans such as `08:00-18:00`. A day that is left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hours {
    /// An IANA time zone, such as `Europe/Lisbon`.
    pub zone: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<String>,
    /// Closed days: `2026-12-24`, or `12-24` for every year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
}

impl Hours {
    /// The days from Monday on, by name.
    pub fn week(&self) -> [(&'static str, &[String]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// A contact with so many points in one session is flagged, and people are alerted, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HotLead {
    pub threshold: i32,
    /// Whether a human is called, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hand_off: bool,
    /// Who is told by e-mail. Left out: agents. `[]`: nobody, only the console shows it.
    #[serde(default = "agents", skip_serializing_if = "is_agents")]
    pub alert: Recipients,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attribute {
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// What can be chosen, for the type `choice`: shown as buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum AttributeType {
    Text,
    Number,
    Email,
    Phone,
    Url,
    /// Kept as `2026-03-04`.
    Date,
    Choice,
    /// Kept as `yes` or `no`.
    YesNo,
}

fn is_false(yes: &bool) -> bool {
    !yes
}

fn agents() -> Recipients {
    Recipients::One("agents".to_owned())
}

fn is_agents(recipients: &Recipients) -> bool {
    *recipients == agents()
}

fn english() -> String {
    "en".to_owned()
}
