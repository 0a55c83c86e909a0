//! The websockets' doors: who may come in, and how large a frame may be.

use actix::Actor;
use actix_web::web::{Data, Payload, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use actix_web_actors::ws::{self, WebsocketContext};
use serde::Deserialize;

use super::Edge;
use super::guests;
use super::sign_in::{SignIn, SignedIn};
use crate::actors::agent_session::AgentSession;
use crate::actors::socket::TurnedAway;
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
    pub account: String,
}

pub async fn webchat(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    chat: Query<Chat>,
) -> Result<HttpResponse, Error> {
    let (account, settings) = match guests::account(&request, &edge, &sign_in, &chat.account) {
        Ok(found) => found,
        Err(guests::TurnedAway::NoAccount) => return open(TurnedAway(close::NO_ACCOUNT), &request, payload, &edge),
        Err(guests::TurnedAway::OtherOrigin) => return open(TurnedAway(close::FORBIDDEN), &request, payload, &edge),
    };
    open(guests::session(&edge, account, settings), &request, payload, &edge)
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
