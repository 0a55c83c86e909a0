//! `/api/v1/mentions`: notes that name the caller.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use futures_util::{StreamExt, stream};

use super::fresh;
use crate::domain::event::Event;
use crate::domain::ids::{AgentId, ConversationId};
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::mentions::Mention;
use crate::ports::store::{Store, StoreError};
use crate::wire::api;

const SHOWN_MAX: usize = 50;
const READ_AT_ONCE: usize = 8;
const TEXT_CHARS_MAX: usize = 300;

type Answer = Result<HttpResponse, Problem>;

pub async fn mentions(edge: Data<Edge>, caller: Caller) -> Answer {
    let agent = owner(&caller)?;
    let (found, unseen) = (edge.mentions.mentions(agent, SHOWN_MAX).await?, edge.mentions.unseen(agent).await?);
    let store = &edge.switchboard.parts().store;
    let rows = stream::iter(found).map(|mention| row(&**store, mention)).buffered(READ_AT_ONCE);
    let rows: Vec<Result<Option<api::MentionRow>, StoreError>> = rows.collect().await;
    let mentions = rows.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(fresh(api::Mentions { mentions, unseen }))
}

pub async fn see(edge: Data<Edge>, caller: Caller, seen: Json<api::MentionsSeen>) -> Answer {
    let agent = owner(&caller)?;
    let none = |_| Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = seen.conversation.parse().map_err(none)?;
    edge.mentions.see_mentions(agent, conversation, seen.seq).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// None: the note cannot be read any more.
async fn row(store: &dyn Store, mention: Mention) -> Result<Option<api::MentionRow>, StoreError> {
    let Mention { conversation, seq, at, seen } = mention;
    let Some(reading) = store.read_after(conversation, seq.saturating_sub(1), 1).await? else { return Ok(None) };
    let Some(Event::NoteAdded { agent, text }) = reading.events.into_iter().next().map(|logged| logged.event) else {
        return Ok(None);
    };
    Ok(Some(api::MentionRow {
        conversation: conversation.to_string(),
        seq,
        at: at.0,
        seen,
        name: reading.summary.name,
        by: agent.name,
        text: text.chars().take(TEXT_CHARS_MAX).collect(),
    }))
}

fn owner(caller: &Caller) -> Result<AgentId, Problem> {
    caller.person.ok_or_else(|| Problem::invalid("Notes mention people; a program's token has no mentions."))
}
