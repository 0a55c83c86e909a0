//! `/api/v1/people`, `/api/v1/tokens` and `/api/v1/audit`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;

use super::fresh;
use super::office::Office;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::wire::api;

const AUDIT: usize = 100;

type Answer = Result<HttpResponse, Problem>;

pub async fn people(office: Data<Office>) -> Answer {
    Ok(fresh(office.list_people().await?))
}

/// Whom a conversation can be handed to.
pub async fn colleagues(office: Data<Office>) -> Answer {
    Ok(fresh(office.list_colleagues().await?))
}

pub async fn add_person(office: Data<Office>, caller: Caller, new: Json<api::NewPerson>) -> Answer {
    Ok(fresh(office.add_person(&caller.by, new.into_inner()).await?))
}

pub async fn renew_link(office: Data<Office>, caller: Caller, whose: Json<api::LinkFor>) -> Answer {
    Ok(fresh(office.renew_link(&caller.by, &whose.email).await?))
}

pub async fn tokens(office: Data<Office>) -> Answer {
    Ok(fresh(office.list_tokens().await?))
}

pub async fn add_token(office: Data<Office>, caller: Caller, new: Json<api::NewToken>) -> Answer {
    Ok(fresh(office.add_token(&caller.by, new.into_inner()).await?))
}

pub async fn revoke_token(office: Data<Office>, caller: Caller, name: Path<String>) -> Answer {
    office.revoke_token(&caller.by, &name).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
pub struct Page {
    /// Entries before the one of this number; none: the newest.
    before: Option<u64>,
    limit: Option<usize>,
}

pub async fn audit(office: Data<Office>, page: Query<Page>) -> Answer {
    Ok(fresh(office.audit(page.before, page.limit.unwrap_or(AUDIT)).await?))
}
