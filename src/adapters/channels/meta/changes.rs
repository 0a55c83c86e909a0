//! What a contact changes about what was said. Its sameness is made of what changed: the message keeps its one id.

use super::read::Understood;
use super::shapes::{Edit, Reaction};
use crate::adapters::channels::lenient::{id, text};
use crate::domain::changes::Change;
use crate::domain::command::Command;
use crate::domain::time::Timestamp;

pub fn edited(edit: Edit, at: Option<Timestamp>) -> Result<Understood, &'static str> {
    let number = edit.num_edit.and_then(|number| number.0.parse::<u32>().ok()).filter(|number| *number > 0);
    // Some accounts announce messages as edits that have not been edited, and say nothing of the words.
    let (Some(mid), Some(number), true) = (id(edit.mid)?, number, edit.text.is_some()) else {
        return Err("message_edit");
    };
    let change = Change::Edited { text: text(edit.text), number };
    Ok(understood(format!("edit:{mid}:{number}"), mid, change, at))
}

pub fn deleted(mid: Option<String>, at: Option<Timestamp>) -> Result<Understood, &'static str> {
    let mid = mid.ok_or("deletion")?;
    Ok(understood(format!("deleted:{mid}"), mid, Change::Deleted, at))
}

/// One contact reacts to one message again and again: the moment, too, tells reactions apart.
pub fn reacted(reaction: Reaction, at: Option<Timestamp>) -> Result<Understood, &'static str> {
    let mid = id(reaction.mid)?.ok_or("reaction")?;
    let with = match reaction.action.as_ref().map(|action| &*action.0) {
        Some("react") => Some(id(reaction.emoji)?.or(id(reaction.reaction)?).ok_or("reaction")?),
        Some("unreact") => None,
        _ => return Err("reaction"),
    };
    let moment = at.map_or(0, |at| at.0);
    let key = format!("reaction:{mid}:{}:{moment}", with.as_deref().unwrap_or_default());
    Ok(understood(key, mid, Change::Reacted { with }, at))
}

fn understood(key: String, provider_id: String, change: Change, provider_at: Option<Timestamp>) -> Understood {
    (Some(key), None, Command::Change { provider_id, change, provider_at })
}
