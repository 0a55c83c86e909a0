//! Which pages may show a web chat, and what their browsers are told so that they let its script read our answers.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::Edge;
use super::error::Problem;
use super::sign_in::SignIn;
use crate::actors::visitor_session::VisitorSession;
use crate::config::{Kind, Webchat};
use crate::domain::account::Account;
use crate::domain::ids::AccountId;

/// How long a browser remembers that it may ask, in seconds.
const ASKED_FOR_S: &str = "7200";

/// Why a page is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    NoAccount,
    OtherOrigin,
}

impl From<TurnedAway> for Problem {
    fn from(why: TurnedAway) -> Self {
        match why {
            TurnedAway::NoAccount => Problem::not_found("There is no web chat account of this name."),
            TurnedAway::OtherOrigin => {
                Problem::forbidden("This website may not use the account: it is not among its origins.")
            }
        }
    }
}

/// The account that a page asks for, if the page may.
pub fn account(
    request: &HttpRequest,
    edge: &Edge,
    sign_in: &SignIn,
    named: &str,
) -> Result<(Arc<Account>, Webchat), TurnedAway> {
    let id = AccountId::new(named);
    let configured = edge.config.accounts.iter().find(|account| account.id == id);
    let kind = configured.map(|account| &account.kind);
    let (Some(Kind::Webchat(settings)), Some(account)) = (kind, edge.switchboard.parts().accounts.get(&id)) else {
        return Err(TurnedAway::NoAccount);
    };
    if !may_chat(request, settings, sign_in) {
        return Err(TurnedAway::OtherOrigin);
    }
    Ok((account.clone(), settings.clone()))
}

/// Our own pages may always; others if the account names them; programs without a page only if it names everybody.
fn may_chat(request: &HttpRequest, settings: &Webchat, sign_in: &SignIn) -> bool {
    match request.headers().get(header::ORIGIN) {
        None => settings.origins.allow_everyone(),
        Some(origin) => {
            let own = sign_in.check_origin(request).is_ok();
            own || origin.to_str().is_ok_and(|origin| settings.origins.allow(origin))
        }
    }
}

/// A visitor's session on this account, wherever its frames come from.
pub fn session(edge: &Edge, account: Arc<Account>, settings: Webchat) -> VisitorSession {
    let look = (settings.look, edge.config.uploads.file_bytes_max);
    VisitorSession::new(edge.switchboard.clone(), account, edge.visitors.clone(), look)
}

/// The answer, for a page of another origin to read. Nothing here goes by cookies, so any page may read what it was told:
/// also why it was turned away.
pub fn readable(request: &HttpRequest, answer: Result<HttpResponse, Problem>) -> HttpResponse {
    let mut response = answer.unwrap_or_else(|problem| problem.error_response());
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// What a browser asks before it sends a file, or anything with a header of its own.
pub async fn may_ask(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, ASKED_FOR_S));
    readable(&request, Ok(response.finish()))
}
