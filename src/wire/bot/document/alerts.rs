//! Who is told by e-mail, and what.

use serde::{Deserialize, Serialize};

/// One recipient or several: `agents`, `supervisors` or `admins` (whoever has the role when the letter is sent), or an
/// e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a recipient or a list of them, such as \"agents\"")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Recipients {
    One(String),
    Many(Vec<String>),
}

impl Recipients {
    pub fn list(&self) -> &[String] {
        match self {
            Recipients::One(one) => std::slice::from_ref(one),
            Recipients::Many(many) => many,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }
}

impl Default for Recipients {
    fn default() -> Self {
        Recipients::Many(Vec::new())
    }
}

/// Tells people by e-mail; who may speak stays the same. What is known of the contact, their last words and a link to
/// the conversation are added. At most 20 in one session, and 20 recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EmailAlert {
    pub to: Recipients,
    #[serde(default, skip_serializing_if = "Recipients::is_empty")]
    pub cc: Recipients,
    /// Whom an answer goes to, such as `{{email}}`. What is no address then is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// One line of up to 200 characters.
    pub subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}
