//! Teams, as administrators write them and everybody sees them.

use serde::{Deserialize, Serialize};

use super::Colleague;

/// A group of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct TeamRow {
    pub id: String,
    pub name: String,
    /// By name.
    pub members: Vec<Colleague>,
}

/// By name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Teams {
    pub teams: Vec<TeamRow>,
}

/// A team as it is to be: it has these members, and no others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// 1 to 40 characters; no two teams are called the same.
    pub name: String,
    /// The ids of at most 200 people.
    #[serde(default)]
    pub members: Vec<String>,
}

/// Whose a conversation is from now on: an agent's, a team's, or (neither) nobody's in particular.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignTo {
    /// The id of somebody who answers.
    #[serde(default)]
    pub agent: Option<String>,
    /// The id of a team.
    #[serde(default)]
    pub team: Option<String>,
}
