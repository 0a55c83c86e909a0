//! `/api/v1/conversations/{conversation}/assignment`: whose a conversation is.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};

use super::deliveries::{ask, contact, done};
use super::office::Office;
use crate::actors::staff::{Named, find};
use crate::domain::command::Command;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::wire::api;

pub async fn assign(
    edge: Data<Edge>,
    office: Data<Office>,
    caller: Caller,
    conversation: Path<String>,
    to: Json<api::AssignTo>,
) -> Result<HttpResponse, Problem> {
    let api::AssignTo { agent, team } = to.into_inner();
    let contact = contact(&edge, &conversation).await?;
    let found = find(&*office.people, &*office.teams, Named::of(agent, team)).await?;
    let to = found.ok_or_else(|| Problem::invalid("There is no such agent who answers, and no such team."))?;
    done(ask(&edge, contact, Command::Assign { agent: caller.agent(), to }).await)
}
