//! Outside bots that answer later.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::Edge;
use super::error::Problem;
use crate::actors::switchboard::NotDone;
use crate::dice;
use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::ids::{ConversationId, Seq, Turn};
use crate::ports::outside::CallId;
use crate::ports::store::Contact;
use crate::wire::outside::Later;

const ID_CHARS_MAX: usize = 100;

#[derive(Serialize)]
struct Taken {
    /// The last event that came of it.
    seq: Seq,
}

/// `POST /api/v1/conversations/{id}/turns/{turn}/messages`: what an outside bot says under a turn.
pub async fn answer(
    request: HttpRequest,
    edge: Data<Edge>,
    path: Path<(String, Turn)>,
    later: Json<Later>,
) -> Result<HttpResponse, Problem> {
    let (conversation, turn) = path.into_inner();
    let contact = allowed(&request, &edge, &conversation).await?;
    let later = later.into_inner();
    let (id, call) = (later.id.clone(), later.call.clone());
    let call = call.map(|call| named(&contact, &call)).transpose()?;
    if id.as_ref().is_some_and(|id| id.is_empty() || id.chars().count() > ID_CHARS_MAX) {
        return Err(Problem::invalid(format!("An id has 1 to {ID_CHARS_MAX} characters.")));
    }
    let answer =
        later.answer().to_core().map_err(|why| Problem::invalid(format!("The answer does not fit: {why}.")))?;
    if answer.lines.is_empty() && answer.set.is_empty() && answer.hand_off.is_none() && call.is_none() {
        return Err(Problem::invalid("The answer is empty: write messages, set, hand_off, or the call that it ends."));
    }
    let key = id.map(|id| format!("bot:{id}"));
    let command = Command::BotAnswer { turn, call, answer };
    match edge.switchboard.ask(contact.clone(), command, key).await {
        Ok(done) => taken(&edge, &contact, done.last).await,
        Err(NotDone::Refused(refusal)) => Err(Problem::invalid(format!("Nothing follows from it: {refusal}."))),
        Err(NotDone::Unavailable(why)) => Err(Problem { detail: why, ..Problem::busy() }),
        Err(NotDone::UnknownAccount) => Err(Problem::not_found("There is no such conversation.")),
    }
}

/// What was kept from being said is in the log as well, and the same when it is asked again.
async fn taken(edge: &Edge, contact: &Contact, last: Seq) -> Result<HttpResponse, Problem> {
    let store = &edge.switchboard.parts().store;
    let read = store.read_after(contact.conversation, last.saturating_sub(1), 1).await?;
    let event = read.as_ref().and_then(|reading| reading.events.first()).map(|logged| &logged.event);
    if let Some(Event::Suppressed { .. }) = event {
        let detail = "Somebody else has the floor, or the call has ended: nothing of it was said.";
        return Err(Problem::new(StatusCode::CONFLICT, "old_turn", "The turn is over", detail));
    }
    Ok(HttpResponse::Ok().json(Taken { seq: last }))
}

fn named(contact: &Contact, call: &str) -> Result<Seq, Problem> {
    let id = CallId::parse(call).filter(|id| id.conversation == contact.conversation);
    id.map(|id| id.call).ok_or_else(|| Problem::invalid("The call is none of this conversation."))
}

/// The conversation, if its bot is the one that shows the token.
async fn allowed(request: &HttpRequest, edge: &Edge, conversation: &str) -> Result<Contact, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = header.and_then(|value| value.strip_prefix("Bearer ")).map(dice::hash_token);
    let secrets = &edge.config.outside.secrets;
    // Hashes are compared, so that the time it takes tells nothing of the token.
    let fits = |token: &str| shown == Some(dice::hash_token(token));
    let known = |name: &str| {
        let token = secrets.get(name).and_then(|shared| shared.token.as_ref());
        token.is_some_and(|token| fits(token.expose()))
    };
    if !secrets.keys().any(|name| known(name)) {
        let detail = "Show the token of the bot: Authorization: Bearer …";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "no_token", "Not known", detail));
    }
    let none = || Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    let parts = edge.switchboard.parts();
    let contact = parts.store.contact(conversation).await?.ok_or_else(none)?;
    let account = parts.accounts.get(&contact.account).ok_or_else(none)?;
    let bot = parts.bots.newest(&account.bot);
    let outside = bot.as_ref().and_then(|bot| bot.outside.as_ref());
    if !outside.and_then(|outside| outside.secret.as_deref()).is_some_and(known) {
        return Err(Problem::forbidden("This conversation belongs to another bot."));
    }
    Ok(contact)
}
