//! `/api/v1/conversations/{conversation}/contact`: every conversation with the same person, and who else it may be.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use super::deliveries::contact;
use super::fresh;
use super::office::Office;
use crate::domain::bot::answers::AnswerKind;
use crate::domain::filter::{Aside, Filter, Order};
use crate::domain::ids::ConversationId;
use crate::domain::summary::Summary;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::contacts::{LINKED_MAX, Merge, Merged, Unmerged};
use crate::ports::store::Store;
use crate::wire::api;
use crate::wire::view;

/// Attributes by which people are told apart.
const TELLING: [&str; 3] = ["user_id", "email", "phone"];
const CANDIDATES_MAX: usize = 10;
const VALUE_CHARS_MAX: usize = 200;

type Answer = Result<HttpResponse, Problem>;

/// What is known of the person, to look for others of whom the same is known.
#[derive(Deserialize)]
pub struct Known {
    user_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

pub async fn person(edge: Data<Edge>, conversation: Path<String>, known: Query<Known>) -> Answer {
    let here = contact(&edge, &conversation).await?.conversation;
    let linked = edge.contacts.linked(here).await?;
    let mut conversations = Vec::new();
    for id in &linked {
        conversations.extend(summary(&*edge.switchboard.parts().store, *id).await?);
    }
    conversations.sort_by_key(|summary| std::cmp::Reverse(crate::domain::filter::active_at(summary)));
    let merges = edge.contacts.merges(here).await?.into_iter().map(|merge| api::MergeRow {
        id: merge.id.to_string(),
        at: merge.at.0,
        by: merge.by,
        conversations: merge.conversations.iter().map(ToString::to_string).collect(),
        undone_by: merge.undone.map(|(_, by)| by),
    });
    let merges = merges.collect();
    let candidates = candidates(&edge, &linked, &known).await?;
    let attributes = declared(&edge, conversations.iter().find(|summary| summary.conversation == here));
    let conversations = conversations.iter().map(|summary| view::row(summary, None)).collect();
    Ok(fresh(api::PersonView { conversations, merges, candidates, attributes }))
}

/// What the bot that answers here declares of contacts.
fn declared(edge: &Edge, here: Option<&Summary>) -> Vec<api::Declared> {
    let bot = here.and_then(|summary| edge.switchboard.parts().bots.newest(&summary.bot));
    let view = |(name, kind): (&String, &AnswerKind)| api::Declared {
        name: name.clone(),
        kind: kind.shape().as_str().to_owned(),
        choices: match kind {
            AnswerKind::Choice(choices) => choices.clone(),
            _ => Vec::new(),
        },
    };
    bot.iter().flat_map(|bot| bot.attributes.iter().map(view)).collect()
}

async fn summary(store: &dyn Store, conversation: ConversationId) -> Result<Option<Summary>, Problem> {
    Ok(store.read_before(conversation, None, 1).await?.map(|reading| reading.summary))
}

/// Others of whom the same is known, where that is known of this person, too: what somebody claims here shows nothing.
async fn candidates(edge: &Edge, linked: &[ConversationId], known: &Known) -> Result<Vec<api::Candidate>, Problem> {
    let mut candidates: Vec<api::Candidate> = Vec::new();
    for (name, value) in TELLING.into_iter().zip([&known.user_id, &known.email, &known.phone]) {
        let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
        let Some(value) = value.filter(|value| value.chars().count() <= VALUE_CHARS_MAX) else { continue };
        let attribute = Some((name.to_owned(), value.replace('\0', "")));
        let mut rows = Vec::new();
        // One person's conversations may be laid aside or not.
        for aside in [None, Some(Aside::Snoozed), Some(Aside::Closed)] {
            let filter = Filter { attribute: attribute.clone(), aside, ..Filter::default() };
            let page = edge.finding.list_filtered(filter, Order::Newest, None, LINKED_MAX + CANDIDATES_MAX).await?;
            rows.extend(page.rows);
        }
        if !rows.iter().any(|row| linked.contains(&row.conversation)) {
            continue;
        }
        for row in rows.iter().filter(|row| !linked.contains(&row.conversation)) {
            let id = row.conversation.to_string();
            if candidates.len() < CANDIDATES_MAX && candidates.iter().all(|one| one.row.conversation != id) {
                candidates.push(api::Candidate { row: view::row(row, None), same: name.to_owned() });
            }
        }
    }
    Ok(candidates)
}

pub async fn merge(
    edge: Data<Edge>,
    office: Data<Office>,
    caller: Caller,
    conversation: Path<String>,
    with: Json<api::MergeWith>,
) -> Answer {
    let (one, other) = (contact(&edge, &conversation).await?, contact(&edge, &with.conversation).await?);
    let id = parsed(&with.id)?;
    let at = edge.switchboard.parts().clock.now();
    let name = caller.agent().name;
    let merge = Merge { id, one: one.conversation, other: other.conversation, by: name, at };
    match edge.contacts.merge(merge).await? {
        Merged::Done => {
            let both = format!("{} and {}", one.conversation, other.conversation);
            office.note(&caller.by, "contacts.merged", &both).await?;
            Ok(HttpResponse::NoContent().finish())
        }
        Merged::Same => Err(Problem::conflict("They are one person already.")),
        Merged::TooMany => Err(Problem::conflict(format!(
            "One person has at most {LINKED_MAX} conversations. Undo another merge first."
        ))),
    }
}

pub async fn undo(edge: Data<Edge>, office: Data<Office>, caller: Caller, id: Path<String>) -> Answer {
    let id = parsed(&id)?;
    let at = edge.switchboard.parts().clock.now();
    match edge.contacts.unmerge(id, caller.agent().name, at).await? {
        Unmerged::Done => {
            office.note(&caller.by, "contacts.unmerged", &id.to_string()).await?;
            Ok(HttpResponse::NoContent().finish())
        }
        Unmerged::None => Err(Problem::not_found("There is no such merge, or it has been undone.")),
        Unmerged::NotNewest(newer) => Err(Problem::newer_merge(format!(
            "Something was merged since. First undo what {} merged at {}: {}.",
            newer.by,
            newer.at.written(),
            newer.id
        ))),
    }
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| Problem::not_found("There is no such merge. A merge's id is a UUID."))
}
