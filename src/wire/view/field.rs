//! The field in which a visitor answers a question.

use crate::domain::message::{Wanted, WantedKind};
use crate::wire::webchat::{FieldKind, FieldView};

/// What browsers may know of their people by themselves, under the names that attributes usually have.
const AUTOFILLS: [(&str, &str); 19] = [
    ("name", "name"),
    ("full_name", "name"),
    ("first_name", "given-name"),
    ("last_name", "family-name"),
    ("company", "organization"),
    ("street", "street-address"),
    ("address", "street-address"),
    ("city", "address-level2"),
    ("state", "address-level1"),
    ("zip", "postal-code"),
    ("zip_code", "postal-code"),
    ("postcode", "postal-code"),
    ("postal_code", "postal-code"),
    ("country", "country-name"),
    ("birthday", "bday"),
    ("birth_date", "bday"),
    ("date_of_birth", "bday"),
    ("email", "email"),
    ("phone", "tel"),
];

/// None where the words of the composer, or the choices, are the right place for an answer.
pub fn view(wanted: Wanted, refused: bool) -> Option<FieldView> {
    if wanted.kind == WantedKind::Choice {
        return None;
    }
    let mut words = Vec::new();
    let kind = match wanted.kind {
        WantedKind::Text | WantedKind::Choice => FieldKind::Text,
        WantedKind::Email => FieldKind::Email,
        WantedKind::Number => FieldKind::Number,
        WantedKind::Phone => FieldKind::Phone,
        WantedKind::Url => FieldKind::Url,
        WantedKind::Date => FieldKind::Date,
        WantedKind::YesNo { yes, no } => {
            words = vec![yes, no];
            FieldKind::YesNo
        }
    };
    let known = AUTOFILLS.iter().find(|(name, _)| *name == wanted.attribute).map(|(_, autofill)| *autofill);
    let autofill = match kind {
        FieldKind::Email => Some("email"),
        FieldKind::Phone => Some("tel"),
        FieldKind::Url => Some("url"),
        FieldKind::Text | FieldKind::Date => known,
        FieldKind::Number | FieldKind::YesNo => None,
    };
    if kind == FieldKind::Text && autofill.is_none() {
        return None;
    }
    Some(FieldView { kind, autofill: autofill.map(str::to_owned), words, skip: wanted.skip, refused })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kind: WantedKind, attribute: &str) -> Option<(FieldKind, Option<String>)> {
        let wanted = Wanted { kind, attribute: attribute.to_owned(), skip: None };
        view(wanted, false).map(|field| (field.kind, field.autofill))
    }

    #[test]
    fn a_question_gets_a_field_where_one_helps() {
        let field = |kind, autofill: Option<&str>| Some((kind, autofill.map(str::to_owned)));
        assert_eq!(asked(WantedKind::Email, "contact"), field(FieldKind::Email, Some("email")));
        assert_eq!(asked(WantedKind::Number, "phone"), field(FieldKind::Number, None));
        assert_eq!(asked(WantedKind::Date, "birthday"), field(FieldKind::Date, Some("bday")));
        assert_eq!(asked(WantedKind::Date, "travel"), field(FieldKind::Date, None));
        assert_eq!(asked(WantedKind::Text, "first_name"), field(FieldKind::Text, Some("given-name")));
        assert_eq!(asked(WantedKind::Text, "complaint"), None);
        assert_eq!(asked(WantedKind::Choice, "city"), None);
    }
}
