//! Reading conversations over HTTP: older history, compressed, while the sockets carry what is new.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};

use super::Edge;
use super::error::Problem;
use crate::domain::ids::{ConversationId, Seq};
use crate::wire::event::EventView;
use crate::wire::view;

const LIMIT_MAX: usize = 500;
const LIMIT: usize = 100;

#[derive(Deserialize)]
pub struct Page {
    /// Events before this seq; none: the newest.
    before: Option<Seq>,
    /// 1 to 500; 100 if it is not given.
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Events {
    events: Vec<EventView>,
    /// Older ones exist.
    more: bool,
}

/// `GET /api/v1/conversations/{id}/events?before=SEQ&limit=N`: events before a seq, oldest first.
pub async fn events(edge: Data<Edge>, conversation: Path<String>, page: Query<Page>) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    let limit = page.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let reading = edge.switchboard.parts().store.read_before(conversation, page.before, limit).await?;
    let reading = reading.ok_or_else(none)?;
    let events = reading.events.iter().map(|logged| view::event(logged.seq, logged.at, &logged.event)).collect();
    Ok(HttpResponse::Ok().json(Json(Events { events, more: reading.more })))
}
