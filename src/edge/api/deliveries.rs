//! `/api/v1/deliveries`: messages that did not go out, or of which nobody knows whether they did; why; and what to do
//! about them.
//!
//! The store knows which they are, the log of each conversation says the rest.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use futures_util::{StreamExt, stream};
use serde::Deserialize;

use super::fresh;
use super::office::Office;
use crate::actors::switchboard::{COMMAND_KEY, Done, NotDone};
use crate::dice;
use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId, Seq};
use crate::domain::message::Attachment;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::store::{Contact, LoggedEvent, Shelved, Store, StoreError};
use crate::wire::api;

const LIMIT: usize = 50;
const LIMIT_MAX: usize = 100;
/// So many are looked at, and sent again or left, with one request.
const AT_ONCE_MAX: usize = 100;
/// Logs that are read at the same time.
const READ_AT_ONCE: usize = 8;
/// Events read at a time to find out what became of a message, and how often at most.
const STRETCH: usize = 200;
const STRETCHES_MAX: usize = 10;

type Answer = Result<HttpResponse, Problem>;

#[derive(Deserialize)]
pub struct Wanted {
    /// `failed` or `unknown`; none: both.
    state: Option<String>,
    /// Of this account; none: of all.
    account: Option<String>,
    /// Those before the one of this number; none: the newest.
    before: Option<i64>,
    /// So many are looked at, 1 to 100; 50 if it is not given.
    limit: Option<usize>,
}

pub async fn list(edge: Data<Edge>, wanted: Query<Wanted>) -> Answer {
    let state = wanted.state.as_deref().map(known_state).transpose()?;
    let account = wanted.account.as_deref().map(AccountId::new);
    let limit = wanted.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let (found, next) = page(&edge, account, wanted.before, limit).await?;
    let deliveries = found.into_iter().filter(|found| state.is_none_or(|state| found.state == state));
    let deliveries = deliveries.map(api::DeliveryRow::from).collect();
    Ok(fresh(api::Deliveries { deliveries, next }))
}

pub async fn retry(edge: Data<Edge>, caller: Caller, of: Path<(String, Seq)>) -> Answer {
    let (contact, of) = named(&edge, of.into_inner()).await?;
    done(ask(&edge, contact, Command::Resend { agent: caller.agent(), of }).await)
}

pub async fn leave(edge: Data<Edge>, caller: Caller, of: Path<(String, Seq)>) -> Answer {
    let (contact, of) = named(&edge, of.into_inner()).await?;
    done(ask(&edge, contact, Command::Leave { agent: Some(caller.agent()), of }).await)
}

/// Those of one account, the newest first; within that, in the order they were written. They wait behind the account's
/// limit like any other.
pub async fn retry_all(edge: Data<Edge>, office: Data<Office>, caller: Caller, wanted: Json<api::AllOf>) -> Answer {
    let resend = |of| Command::Resend { agent: caller.agent(), of };
    let (retried, refused, next) = ask_of_all(&edge, &wanted, resend).await?;
    office.note(&caller.by, "deliveries.retried", &format!("{retried} of {}", wanted.account)).await?;
    Ok(HttpResponse::Ok().json(api::Retried { retried, refused, next }))
}

pub async fn leave_all(edge: Data<Edge>, office: Data<Office>, caller: Caller, wanted: Json<api::AllOf>) -> Answer {
    let leave = |of| Command::Leave { agent: Some(caller.agent()), of };
    let (left, refused, next) = ask_of_all(&edge, &wanted, leave).await?;
    office.note(&caller.by, "deliveries.left", &format!("{left} of {}", wanted.account)).await?;
    Ok(HttpResponse::Ok().json(api::LeftBe { left, refused, next }))
}

/// How many did it, how many would not, and where to go on.
async fn ask_of_all(
    edge: &Edge,
    wanted: &api::AllOf,
    command: impl Fn(Seq) -> Command,
) -> Result<(u32, u32, Option<i64>), Problem> {
    let (state, account) = (known_state(&wanted.state)?, AccountId::new(&wanted.account));
    if !edge.switchboard.parts().accounts.contains_key(&account) {
        return Err(Problem::invalid(format!("There is no account {account}.")));
    }
    let (found, next) = page(edge, Some(account), wanted.before, AT_ONCE_MAX).await?;
    let (mut done, mut refused) = (0, 0);
    for Found { shelved, .. } in found.into_iter().rev().filter(|found| found.state == state) {
        match ask(edge, shelved.contact, command(shelved.seq)).await {
            Ok(_) => done += 1,
            Err(NotDone::Unavailable(why)) => return Err(Problem { detail: why, ..Problem::busy() }),
            Err(_) => refused += 1,
        }
    }
    Ok((done, refused, next))
}

// --- Asking ---

async fn named(edge: &Edge, (conversation, of): (String, Seq)) -> Result<(Contact, Seq), Problem> {
    Ok((contact(edge, &conversation).await?, of))
}

pub(super) async fn contact(edge: &Edge, conversation: &str) -> Result<Contact, Problem> {
    let none = || Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    edge.switchboard.parts().store.contact(conversation).await?.ok_or_else(none)
}

pub(super) async fn ask(edge: &Edge, contact: Contact, command: Command) -> Result<Done, NotDone> {
    let key = format!("{COMMAND_KEY}{}", dice::new_id());
    edge.switchboard.ask(contact, command, Some(key)).await
}

pub(super) fn done(answered: Result<Done, NotDone>) -> Answer {
    match answered {
        Ok(Done { last }) => Ok(HttpResponse::Ok().json(api::Noted { seq: last })),
        Err(NotDone::Refused(refusal)) => Err(Problem::conflict(format!("It was refused: {refusal}."))),
        Err(NotDone::UnknownAccount) => Err(Problem::not_found("Its account is not configured any more.")),
        Err(NotDone::Unavailable(why)) => Err(Problem { detail: why, ..Problem::busy() }),
    }
}

fn known_state(text: &str) -> Result<State, Problem> {
    match text {
        "failed" => Ok(State::Failed),
        "unknown" => Ok(State::Unknown),
        _ => Err(Problem::invalid("The states are failed and unknown.")),
    }
}

// --- Finding ---

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Failed,
    /// It may have arrived.
    Unknown,
}

/// One of them, with what its log says.
struct Found {
    shelved: Shelved,
    state: State,
    text: String,
    by: String,
    said_at: u64,
    error: String,
    at: u64,
}

/// So many of them, and where the next page begins; none: this was the last.
async fn page(
    edge: &Edge,
    account: Option<AccountId>,
    before: Option<i64>,
    limit: usize,
) -> Result<(Vec<Found>, Option<i64>), Problem> {
    let store = &edge.switchboard.parts().store;
    let shelved = store.shelved(account, before, limit).await?;
    let next = (shelved.len() == limit).then(|| shelved.last().map(|last| last.number)).flatten();
    let found = stream::iter(shelved).map(|shelved| find(&**store, shelved)).buffered(READ_AT_ONCE);
    let found: Vec<Result<Option<Found>, StoreError>> = found.collect().await;
    let found = found.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok((found, next))
}

/// None: it goes again, or is over, since the store was asked.
async fn find(store: &dyn Store, shelved: Shelved) -> Result<Option<Found>, StoreError> {
    let (mut said, mut ended, mut after) = (None, None, shelved.seq.saturating_sub(1));
    for _ in 0..STRETCHES_MAX {
        let reading = store.read_after(shelved.contact.conversation, after, STRETCH).await?;
        let events = reading.map(|reading| reading.events).unwrap_or_default();
        for LoggedEvent { seq, at, event } in &events {
            if *seq == shelved.seq {
                said = words(event).map(|(text, by)| (text, by, at.0));
            }
            match end(event, shelved.seq) {
                Some(Some((state, error))) => ended = Some((state, error, at.0)),
                Some(None) => ended = None,
                None => {}
            }
        }
        match events.last() {
            Some(last) if events.len() == STRETCH => after = last.seq,
            _ => break,
        }
    }
    let (Some((text, by, said_at)), Some((state, error, at))) = (said, ended) else { return Ok(None) };
    Ok(Some(Found { shelved, state, text, by, said_at, error, at }))
}

fn words(event: &Event) -> Option<(String, String)> {
    match event {
        Event::BotSaid { line, .. } => Some((said(&line.text, line.attachment.as_ref()), "bot".to_owned())),
        Event::AgentSaid { agent, text, attachment, .. } => Some((said(text, attachment.as_ref()), agent.name.clone())),
        _ => None,
    }
}

/// What is only a file goes by the file's name.
fn said(text: &str, attachment: Option<&Attachment>) -> String {
    match attachment {
        Some(Attachment { name, .. }) if text.is_empty() && !name.is_empty() => name.clone(),
        Some(Attachment { kind, .. }) if text.is_empty() => kind.as_str().to_owned(),
        _ => text.to_owned(),
    }
}

/// How the message `of` ended with this event, if it is about it; inner none: it goes on, or all is well.
fn end(event: &Event, of: Seq) -> Option<Option<(State, String)>> {
    match event {
        Event::Failed { of: failed, reason } if *failed == of => Some(Some((State::Failed, reason.clone()))),
        Event::Uncertain { of: uncertain, again_at: None, reason } if *uncertain == of => {
            Some(Some((State::Unknown, reason.clone())))
        }
        Event::SendingAgain { of: again, .. } | Event::Sent { of: again, .. } | Event::LeftBe { of: again, .. }
            if *again == of =>
        {
            Some(None)
        }
        _ => None,
    }
}

impl From<Found> for api::DeliveryRow {
    fn from(found: Found) -> Self {
        let state = if found.state == State::Failed { "failed" } else { "unknown" };
        Self {
            number: found.shelved.number,
            conversation: found.shelved.contact.conversation.to_string(),
            seq: found.shelved.seq,
            account: found.shelved.contact.account.to_string(),
            contact: found.shelved.contact.external_key,
            text: found.text,
            by: found.by,
            said_at: found.said_at,
            state: state.to_owned(),
            error: found.error,
            at: found.at,
        }
    }
}
