//! `/api/v1/sessions`: where somebody is signed in, and the end of it. Whoever loses a device, or leaves, is signed out by an
//! administrator: `/api/v1/people/{person}/sessions`.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::fresh;
use super::office::Office;
use crate::actors::doors::knock;
use crate::domain::ids::AgentId;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::device::{Device, device};
use crate::edge::error::Problem;
use crate::edge::sign_in::token;
use crate::ports::people::{Person, TokenHash};
use crate::ports::sessions::{Ending, Session};
use crate::wire::api;

/// So much of a token's hash names its session: enough to tell all apart, and nothing that opens a door.
const ID_BYTES: usize = 12;

type Answer = Result<HttpResponse, Problem>;

/// A program has none.
pub async fn list(request: HttpRequest, office: Data<Office>, caller: Caller) -> Answer {
    let here = token(&request);
    let row = |session: Session| {
        let Device { browser, system } = device(&session.device);
        let known = |at: u64| Some(at).filter(|at| *at > 0);
        api::SessionRow {
            id: id(&session.token),
            browser,
            system: system.to_owned(),
            opened_at: known(session.opened_at.0),
            seen_at: known(session.seen_at.0),
            here: here == Some(session.token),
        }
    };
    let sessions = sessions_of(&office, &caller).await?.into_iter().map(row).collect();
    Ok(fresh(api::Sessions { sessions }))
}

pub async fn end(edge: Data<Edge>, office: Data<Office>, caller: Caller, which: Path<String>) -> Answer {
    let none = || Problem::not_found("There is no such session of yours; it may have ended.");
    let found = sessions_of(&office, &caller).await?.into_iter().find(|session| id(&session.token) == *which);
    let (agent, found) = caller.person.zip(found).ok_or_else(none)?;
    if end_of(&edge, &office, agent, Ending::One(found.token)).await? == 0 {
        return Err(none());
    }
    Ok(HttpResponse::NoContent().finish())
}

/// All but the one that asks.
pub async fn end_others(request: HttpRequest, edge: Data<Edge>, office: Data<Office>, caller: Caller) -> Answer {
    let ended = match caller.person.zip(token(&request)) {
        Some((agent, here)) => end_of(&edge, &office, agent, Ending::Others(here)).await?,
        None => 0,
    };
    Ok(fresh(api::SessionsEnded { ended }))
}

/// With `lock`, somebody who has left: their password is good no more, and only a new link lets them in.
#[derive(Deserialize)]
pub struct How {
    #[serde(default)]
    lock: bool,
}

pub async fn end_all_of(
    edge: Data<Edge>,
    office: Data<Office>,
    caller: Caller,
    person: Path<String>,
    how: Query<How>,
) -> Answer {
    let id = person.parse().map_err(|_| Problem::not_found("There is no such person. A person's id is a UUID."))?;
    if how.lock && caller.person == Some(id) {
        return Err(Problem::conflict("Nobody locks themselves out. Another administrator can."));
    }
    let ended = office.sign_out(&caller.by, id, how.lock).await?;
    knock(&*edge.switchboard.parts().bus, id);
    Ok(fresh(ended))
}

impl Office {
    /// Their consoles hear of it at once from whoever knocks, and else by themselves.
    pub async fn sign_out(&self, by: &str, id: AgentId, lock: bool) -> Result<api::SessionsEnded, Problem> {
        let people = self.people.people().await?;
        let found = people.into_iter().find(|one| one.id == id);
        let person = found.ok_or_else(|| Problem::not_found("There is no such person."))?;
        let email = person.email.clone();
        // The password first: no session begins in between.
        if lock {
            self.people.save_person(Person { password_hash: None, ..person }).await?;
            self.people.revoke_invitations(id).await?;
        }
        let ended = self.people.end_sessions(id, Ending::All).await?;
        self.note(by, if lock { "person.locked" } else { "person.signed_out" }, &email).await?;
        Ok(api::SessionsEnded { ended })
    }
}

async fn sessions_of(office: &Office, caller: &Caller) -> Result<Vec<Session>, Problem> {
    match caller.person {
        Some(agent) => Ok(office.people.sessions(agent, office.clock.now()).await?),
        None => Ok(Vec::new()),
    }
}

/// What their consoles show ends at once, on every node.
async fn end_of(edge: &Edge, office: &Office, agent: AgentId, which: Ending) -> Result<u64, Problem> {
    let ended = office.people.end_sessions(agent, which).await?;
    knock(&*edge.switchboard.parts().bus, agent);
    Ok(ended)
}

fn id(token: &TokenHash) -> String {
    token[..ID_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
}
