//! Reading conversations over HTTP: older history, and any other part of it, compressed, while the sockets carry what is
//! new.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};

use super::Edge;
use super::error::Problem;
use crate::domain::ids::{ConversationId, Seq};
use crate::ports::store::{Reading, Store, StoreError};
use crate::wire::event::EventView;
use crate::wire::view;

const LIMIT_MAX: usize = 500;
const LIMIT: usize = 100;

#[derive(Deserialize)]
pub struct Page {
    /// Events before this seq; none of all: the newest.
    before: Option<Seq>,
    /// Events after this seq.
    after: Option<Seq>,
    /// Events before, at and after this seq.
    around: Option<Seq>,
    /// Events around the first one at or after this time.
    at: Option<u64>,
    /// 1 to 500; 100 if it is not given.
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Events {
    events: Vec<EventView>,
    /// Older ones exist.
    more: bool,
    /// Newer ones exist.
    newer: bool,
    /// The seq that these are around.
    around: Option<Seq>,
}

/// `GET /api/v1/conversations/{id}/events?before=SEQ&limit=N`: a part of a conversation, oldest first.
pub async fn events(edge: Data<Edge>, conversation: Path<String>, page: Query<Page>) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    let limit = page.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let store = &*edge.switchboard.parts().store;
    let around = match (page.around, page.at) {
        (Some(seq), _) => Some(seq),
        (None, Some(at)) => Some(first_at(store, conversation, at).await?.ok_or_else(none)?),
        (None, None) => None,
    };
    let reading = match (around, page.after) {
        (Some(seq), _) => store.read_after(conversation, seq.saturating_sub(1 + limit as u64 / 2), limit).await?,
        (None, Some(seq)) => store.read_after(conversation, seq, limit).await?,
        (None, None) => store.read_before(conversation, page.before, limit).await?,
    };
    let reading = reading.ok_or_else(none)?;
    let newer = reading.events.last().is_some_and(|last| last.seq < reading.summary.seq);
    let events = reading.events.iter().map(|logged| view::event(logged.seq, logged.at, &logged.event)).collect();
    Ok(HttpResponse::Ok().json(Json(Events { events, more: reading.more, newer, around })))
}

/// The first event at or after this time, or the last of all; none: there is no such conversation. Times grow with the
/// seqs, but for the clocks of two nodes that disagree a little.
async fn first_at(store: &dyn Store, conversation: ConversationId, at: u64) -> Result<Option<Seq>, StoreError> {
    let one = async |before| store.read_before(conversation, before, 1).await;
    let Some(Reading { summary, .. }) = one(None).await? else { return Ok(None) };
    let (mut low, mut high) = (1, summary.seq.max(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let reading = one(Some(middle + 1)).await?;
        let time = reading.and_then(|reading| Some(reading.events.last()?.at.0));
        if time.is_some_and(|time| time < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(Some(low))
}
