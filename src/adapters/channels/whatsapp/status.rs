//! What became of a message of ours, as Meta says. Pure.
//!
//! Whatever became of it, that there is a status proves that Meta took the message: what we wrote beside it comes back.

use super::called_back;
use super::errors::{Meaning, meaning};
use super::read::People;
use super::said::{Said, Unread};
use super::shapes::{Fault, Status};
use crate::adapters::channels::lenient::{id, text};
use crate::adapters::channels::outcome;
use crate::domain::command::Command;
use crate::domain::event::Receipt;
use crate::domain::ids::AccountId;
use crate::ports::store::Contact;

pub fn read(status: Status, people: &People, account: &AccountId) -> Result<Said, Unread> {
    let message = id(status.id)?.ok_or("no message id")?;
    let data = status.biz_opaque_callback_data.map(|data| data.0).unwrap_or_default();
    let ours = called_back(&data, account);
    let named = people.contact(account, id(status.recipient_id)?, id(status.recipient_user_id)?);
    // What we wrote ourselves says best whom it went to.
    let contact = match ours {
        Some((_, key)) => Contact::of(account, key),
        None => named.ok_or("no person")?.0,
    };
    let of = ours.map(|(mark, _)| mark.id.seq);
    let receipt = |receipt| Command::Acknowledge { receipt, provider_ids: vec![message.clone()], watermark: None };
    let news = match status.status.as_ref().map(|status| &*status.0) {
        Some("accepted" | "sent") => None,
        Some("delivered") => Some(receipt(Receipt::Delivered)),
        Some("read" | "played") => Some(receipt(Receipt::Read)),
        Some("failed") => {
            let reason = why(status.errors.and_then(|faults| faults.into_iter().next()));
            Some(Command::Bounce { of, provider_id: message.clone(), reason, opted_out: false })
        }
        _ => return Err("of an unknown status"),
    };
    let proof = ours.filter(|(mark, _)| mark.is_last()).map(|(mark, _)| Command::Echo {
        of: Some(mark.id.seq),
        provider_id: message.clone(),
        text: String::new(),
    });
    let asks = proof.into_iter().chain(news).map(|command| (None, command)).collect();
    Ok(Said::Done { contact, asks })
}

fn why(fault: Option<Fault>) -> String {
    let Some(Fault { code, title, error_data }) = fault else { return "WhatsApp does not say why".to_owned() };
    let number = code.as_ref().and_then(|code| code.0.parse().ok());
    let words = match number.map(meaning) {
        Some(Meaning::Final(words) | Meaning::Once(words) | Meaning::Account(words)) => words.to_owned(),
        Some(Meaning::BusyWithContact) => "this contact got too many messages at a time".to_owned(),
        _ => {
            let details = error_data.and_then(|data| data.details).or(title);
            format!("WhatsApp says: {}", outcome::quoted(&text(details)))
        }
    };
    code.map_or(words.clone(), |code| format!("{words} (code {})", outcome::quoted(&code.0)))
}
