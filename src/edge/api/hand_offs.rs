//! `/api/v1/hand-offs`: who waits for a human, and why.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::actors::inbox::LookAtWaiting;
use crate::domain::event::Reason;
use crate::edge::Edge;
use crate::edge::error::Problem;

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 500;

#[derive(Deserialize)]
pub struct Wanted {
    /// Only these; none: all.
    reason: Option<String>,
    /// 1 to 500; 100 if it is not given.
    limit: Option<usize>,
}

/// The longest waiting first, with how many wait for what reason.
pub async fn waiting(edge: Data<Edge>, wanted: Query<Wanted>) -> Result<HttpResponse, Problem> {
    let unknown = || {
        let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        Problem::invalid(format!("There is no such reason. The reasons are {}.", known.join(", ")))
    };
    let reason = wanted.reason.as_deref().map(|text| Reason::parse(text).ok_or_else(unknown)).transpose()?;
    let limit = wanted.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let seen = edge.inbox.send(LookAtWaiting { reason, limit }).await.map_err(|_| Problem::busy())?;
    Ok(HttpResponse::Ok().json(seen))
}
