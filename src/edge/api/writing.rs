//! `/api/v1/canned-replies`, which all share, and `/api/v1/drafts`, which are the caller's own.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};

use super::fresh;
use crate::domain::canned::{CANNED_MAX, CannedName, NAME_CHARS_MAX, TEXT_CHARS_MAX};
use crate::domain::conversation::TEXT_CHARS_MAX as MESSAGE_CHARS_MAX;
use crate::domain::ids::AgentId;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::writing::{CannedReply, MessageDraft};
use crate::wire::api;

type Answer = Result<HttpResponse, Problem>;

pub async fn canned(edge: Data<Edge>) -> Answer {
    let replies = edge.writing.canned().await?.into_iter().map(|reply| api::CannedRow {
        name: reply.name.as_str().to_owned(),
        text: reply.text,
        by: reply.by,
        at: reply.at.0,
    });
    Ok(fresh(api::CannedReplies { replies: replies.collect() }))
}

pub async fn save_canned(edge: Data<Edge>, caller: Caller, name: Path<String>, new: Json<api::CannedText>) -> Answer {
    let text = said(&new.text, TEXT_CHARS_MAX)?;
    if text.trim().is_empty() {
        return Err(Problem::invalid("A canned reply needs words. To be rid of it, delete it."));
    }
    let at = edge.switchboard.parts().clock.now();
    let reply = CannedReply { name: canned_name(&name)?, text, by: caller.by, at };
    if !edge.writing.save_canned(reply, CANNED_MAX).await? {
        return Err(Problem::conflict(format!("There are {CANNED_MAX} canned replies already. Delete one first.")));
    }
    Ok(HttpResponse::NoContent().finish())
}

pub async fn delete_canned(edge: Data<Edge>, name: Path<String>) -> Answer {
    if !edge.writing.delete_canned(canned_name(&name)?).await? {
        return Err(Problem::not_found("There is no canned reply of this name."));
    }
    Ok(HttpResponse::NoContent().finish())
}

pub async fn drafts(edge: Data<Edge>, caller: Caller) -> Answer {
    let drafts = edge.writing.message_drafts(owner(&caller)?).await?.into_iter().map(|draft| api::MessageDraft {
        conversation: draft.conversation.to_string(),
        text: draft.text,
        note: draft.note,
        at: draft.at.0,
    });
    Ok(fresh(api::MessageDrafts { drafts: drafts.collect() }))
}

pub async fn save_draft(
    edge: Data<Edge>,
    caller: Caller,
    conversation: Path<String>,
    new: Json<api::DraftText>,
) -> Answer {
    let agent = owner(&caller)?;
    let conversation = conversation.parse().map_err(|_| Problem::not_found("There is no such conversation."))?;
    let (text, at) = (said(&new.text, MESSAGE_CHARS_MAX)?, edge.switchboard.parts().clock.now());
    edge.writing.save_message_draft(agent, MessageDraft { conversation, text, note: new.note, at }).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn canned_name(text: &str) -> Result<CannedName, Problem> {
    let rule = format!("A canned reply's name has 1 to {NAME_CHARS_MAX} letters, digits and hyphens.");
    CannedName::parse(text).ok_or_else(|| Problem::invalid(rule))
}

/// What can be kept: not every database can hold a NUL.
fn said(text: &str, chars_max: usize) -> Result<String, Problem> {
    if text.chars().count() > chars_max {
        return Err(Problem::invalid(format!("The text is longer than {chars_max} characters. Shorten it.")));
    }
    Ok(text.replace('\0', ""))
}

fn owner(caller: &Caller) -> Result<AgentId, Problem> {
    caller.person.ok_or_else(|| Problem::invalid("Drafts belong to people; a program's token has none."))
}
