//! Who asks: a person by the cookie of the console, or a program by its token. Every route passes here.

use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError, web};

use super::api::office::Office;
use super::error::Problem;
use super::sign_in::SignIn;
use crate::dice;
use crate::domain::event::Agent;
use crate::domain::ids::AgentId;
use crate::ports::people::Role;
use crate::ports::rights::Right;

/// Noting each use of a token would be a write for each request.
const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

/// Who may come in by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Also strangers; the route itself looks at signatures, passwords and one-time links.
    Everybody,
    /// Whoever has a role that has this right.
    With(Right),
}

/// Whoever was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    pub role: Role,
    /// None: a program.
    pub person: Option<AgentId>,
    /// In words, for the list of what was done: `Ana Lima <ana@example.org>`, `token deploy`.
    pub by: String,
}

impl Caller {
    /// As the log remembers them. A program has no id of its own, and is named by its token.
    pub fn agent(&self) -> Agent {
        let id = self.person.unwrap_or(AgentId(uuid::Uuid::nil()));
        let name = self.by.split_once(" <").map_or(self.by.as_str(), |(name, _)| name);
        Agent { id, name: name.to_owned() }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Caller>().cloned();
        std::future::ready(caller.ok_or_else(Problem::not_signed_in))
    }
}

/// Stands before every handler that is not for everybody.
pub async fn gate<B: MessageBody>(
    right: Right,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match let_in(right, request.request()).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

async fn let_in(right: Right, request: &HttpRequest) -> Result<(), Problem> {
    let caller = caller(request).await?;
    if !caller.role.may(right) {
        let role = caller.role.as_str();
        return Err(Problem::forbidden(format!("The role {role} may not do this; an administrator may.")));
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

async fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    if let Some(given) = request.headers().get(header::AUTHORIZATION) {
        let token = given.to_str().ok().and_then(|given| given.strip_prefix("Bearer ")).map(str::trim);
        return by_token(request, token.unwrap_or_default()).await;
    }
    let sign_in = request.app_data::<web::Data<SignIn>>().ok_or_else(Problem::internal)?;
    if !request.method().is_safe() {
        sign_in.check_origin(request)?;
    }
    let person = sign_in.person(request).await?.ok_or_else(Problem::not_signed_in)?;
    let by = format!("{} <{}>", person.name, person.email);
    Ok(Caller { role: person.role, person: Some(person.id), by })
}

async fn by_token(request: &HttpRequest, token: &str) -> Result<Caller, Problem> {
    let office = request.app_data::<web::Data<Office>>().ok_or_else(Problem::not_signed_in)?;
    let hash = dice::hash_token(token);
    let known = office.tokens.token(hash).await?.ok_or_else(|| Problem {
        detail: "This token opens nothing; it may have been revoked.".to_owned(),
        ..Problem::not_signed_in()
    })?;
    let now = office.clock.now();
    if known.used_at.is_none_or(|used| now.since(used) >= USE_NOTED_EVERY) {
        let noted = office.tokens.token_used(hash, now);
        actix_web::rt::spawn(async move {
            let _ = noted.await;
        });
    }
    Ok(Caller { role: known.role, person: None, by: format!("token {}", known.name) })
}
