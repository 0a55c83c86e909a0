//! `/api/v1/teams`: groups of agents, which everybody sees and administrators make.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};

use super::fresh;
use super::office::Office;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::wire::api;

type Answer = Result<HttpResponse, Problem>;

pub async fn teams(office: Data<Office>) -> Answer {
    Ok(fresh(office.list_teams().await?))
}

pub async fn save(office: Data<Office>, caller: Caller, id: Path<String>, new: Json<api::NewTeam>) -> Answer {
    office.save_team(&caller.by, &id, new.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn delete(office: Data<Office>, caller: Caller, id: Path<String>) -> Answer {
    office.delete_team(&caller.by, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
