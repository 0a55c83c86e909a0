//! `/api/v1/bots`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;

use super::document::Document;
use super::office::Office;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::wire::api;

type Answer = Result<HttpResponse, Problem>;

pub async fn list(office: Data<Office>) -> Answer {
    Ok(HttpResponse::Ok().json(office.list_bots().await?))
}

pub async fn show(office: Data<Office>, bot: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(office.bot(&bot).await?))
}

pub async fn version(office: Data<Office>, which: Path<(String, u32)>) -> Answer {
    Ok(HttpResponse::Ok().json(office.document(&which.0, which.1).await?))
}

pub async fn draft(office: Data<Office>, bot: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(office.draft(&bot).await?))
}

#[derive(Deserialize)]
pub struct Seen {
    seen: u32,
    #[serde(default)]
    note: String,
}

pub async fn save_draft(
    office: Data<Office>,
    caller: Caller,
    bot: Path<String>,
    seen: Query<Seen>,
    document: Document,
) -> Answer {
    Ok(HttpResponse::Ok().json(office.save_draft(&caller.by, &bot, seen.seen, document.0).await?))
}

pub async fn publish_document(
    office: Data<Office>,
    edge: Data<Edge>,
    caller: Caller,
    bot: Path<String>,
    seen: Query<Seen>,
    document: Document,
) -> Answer {
    let done = office.publish_document(&caller.by, &bot, seen.seen, document.0, &seen.note).await?;
    Ok(answers_now(&edge, done).await)
}

pub async fn publish(
    office: Data<Office>,
    edge: Data<Edge>,
    caller: Caller,
    bot: Path<String>,
    wanted: Json<api::Publish>,
) -> Answer {
    let done = office.publish(&caller.by, &bot, wanted.into_inner()).await?;
    Ok(answers_now(&edge, done).await)
}

/// On this node at once; others look every second.
async fn answers_now(edge: &Edge, done: api::Published) -> HttpResponse {
    if let Err(error) = edge.switchboard.parts().bots.look().await {
        tracing::warn!(%error, "could not look for what was just published");
    }
    HttpResponse::Ok().json(done)
}

pub async fn check(office: Data<Office>, document: Document) -> Answer {
    let findings = office.examine(&document.0).iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(api::Findings { findings }))
}
