//! What a question wants to hear.

use serde::{Deserialize, Serialize};

use super::parts::{Text, text};
use crate::domain::message;

#[derive(Serialize, Deserialize)]
pub struct Wanted<'a> {
    #[serde(borrow)]
    kind: Kind<'a>,
    #[serde(borrow)]
    attribute: Text<'a>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    skip: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind<'a> {
    Text,
    Email,
    Number,
    Phone,
    Url,
    Date,
    Choice,
    #[serde(borrow)]
    YesNo([Text<'a>; 2]),
}

impl<'a> From<&'a message::Wanted> for Wanted<'a> {
    fn from(wanted: &'a message::Wanted) -> Self {
        let kind = match &wanted.kind {
            message::WantedKind::Text => Kind::Text,
            message::WantedKind::Email => Kind::Email,
            message::WantedKind::Number => Kind::Number,
            message::WantedKind::Phone => Kind::Phone,
            message::WantedKind::Url => Kind::Url,
            message::WantedKind::Date => Kind::Date,
            message::WantedKind::Choice => Kind::Choice,
            message::WantedKind::YesNo { yes, no } => Kind::YesNo([text(yes), text(no)]),
        };
        Self { kind, attribute: text(&wanted.attribute), skip: wanted.skip.as_deref().map(text) }
    }
}

impl From<Wanted<'_>> for message::Wanted {
    fn from(wanted: Wanted<'_>) -> Self {
        let kind = match wanted.kind {
            Kind::Text => message::WantedKind::Text,
            Kind::Email => message::WantedKind::Email,
            Kind::Number => message::WantedKind::Number,
            Kind::Phone => message::WantedKind::Phone,
            Kind::Url => message::WantedKind::Url,
            Kind::Date => message::WantedKind::Date,
            Kind::Choice => message::WantedKind::Choice,
            Kind::YesNo([yes, no]) => message::WantedKind::YesNo { yes: yes.into_owned(), no: no.into_owned() },
        };
        Self { kind, attribute: wanted.attribute.into_owned(), skip: wanted.skip.map(Text::into_owned) }
    }
}

/// Anything that can be wanted, for tests.
#[cfg(test)]
pub fn any() -> impl proptest::strategy::Strategy<Value = Box<message::Wanted>> {
    use message::WantedKind::{Choice, Date, Email, Number, Phone, Text, Url, YesNo};
    use proptest::{option, prelude::*, sample};

    use super::any::any_text;

    let yes_no = (any_text(), any_text()).prop_map(|(yes, no)| YesNo { yes, no });
    let kind = prop_oneof![sample::select(vec![Text, Email, Number, Phone, Url, Date, Choice]), yes_no];
    let wanted = |(kind, attribute, skip)| Box::new(message::Wanted { kind, attribute, skip });
    (kind, any_text(), option::of(any_text())).prop_map(wanted)
}
