//! The websockets' doors: who may come in, and how large a frame may be.

use actix::Actor;
use actix_web::http::header;
use actix_web::web::{Data, Payload, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use actix_web_actors::ws::{self, WebsocketContext};
use serde::Deserialize;

use super::Edge;
use super::sign_in::{SignIn, SignedIn};
use crate::actors::agent_session::AgentSession;
use crate::actors::socket::TurnedAway;
use crate::actors::visitor_session::VisitorSession;
use crate::config::{Kind, Webchat};
use crate::domain::ids::AccountId;
use crate::wire::close;

pub async fn console(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    signed_in: SignedIn,
) -> Result<HttpResponse, Error> {
    sign_in.check_origin(&request)?;
    let pass = sign_in.pass(&request)?;
    let session = AgentSession::new(edge.switchboard.clone(), edge.inbox.clone(), signed_in.0, pass);
    open(session, &request, payload, &edge)
}

#[derive(Deserialize)]
pub struct Chat {
    account: String,
}

pub async fn webchat(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    chat: Query<Chat>,
) -> Result<HttpResponse, Error> {
    let id = AccountId::new(&chat.account);
    let configured = edge.config.accounts.iter().find(|account| account.id == id);
    let kind = configured.map(|account| &account.kind);
    let (Some(Kind::Webchat(settings)), Some(account)) = (kind, edge.switchboard.parts().accounts.get(&id)) else {
        return open(TurnedAway(close::NO_ACCOUNT), &request, payload, &edge);
    };
    if !may_chat(&request, settings, &sign_in) {
        return open(TurnedAway(close::FORBIDDEN), &request, payload, &edge);
    }
    let session = VisitorSession::new(edge.switchboard.clone(), account.clone(), edge.visitors.clone());
    open(session, &request, payload, &edge)
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

fn open<A>(session: A, request: &HttpRequest, payload: Payload, edge: &Edge) -> Result<HttpResponse, Error>
where
    A: Actor<Context = WebsocketContext<A>> + actix::StreamHandler<Result<ws::Message, ws::ProtocolError>>,
{
    let frame_bytes_max = edge.switchboard.parts().limits.frame_bytes_max;
    ws::WsResponseBuilder::new(session, request, payload).frame_size(frame_bytes_max).start().inspect(|_| {
        metrics::counter!("switchboard_sockets_opened_total").increment(1);
    })
}
