//! Webhooks in: signature over the raw bytes, then durable, then 200.
//!
//! A genuine webhook is always answered 200, whatever it holds, or the provider would switch the whole feed off; only
//! when nothing could be stored is it 503, so that the provider comes again. What is compressed is refused before a byte of
//! it is read: no provider does it, signatures are of the bytes as they came, and few bytes can become very many.

mod namesakes;

pub use namesakes::Namesakes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::Edge;
use super::error::{self, Problem};
use crate::actors::switchboard::NotDone;
use crate::domain::command::Command;
use crate::ports::channel::{Answer, Headers, Inbound, Inlet, NotTaken, Received, Unread, Webhook};
use crate::ports::store::Contact;

/// Who takes what comes to `/webhooks/{provider}`, by the provider's name.
pub type Inlets = BTreeMap<&'static str, Arc<dyn Inlet>>;

const STRANGERS_LOGGED_EVERY: Duration = Duration::from_secs(60);

/// Every webhook of every provider, and the questions providers ask by GET.
pub async fn webhook(request: HttpRequest, payload: Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let body = body(&request, payload, edge.config.limits.body_bytes_max).await?;
    let (provider, place) = addressed(request.match_info().as_str());
    let named = edge.inlets.get_key_value(provider);
    let Some((provider, inlet)) = named else { return Ok(error::nowhere(request).await) };
    let received = inlet.receive(&Webhook {
        is_post: request.method() == Method::POST,
        path: request.uri().path(),
        place,
        query: request.query_string(),
        headers: &AsTheyCame(request.headers()),
        body: &body,
    });
    let outcome = match received {
        Ok(_) => "taken",
        Err(NotTaken::NotSigned | NotTaken::NotKnown) => "not_signed",
        Err(NotTaken::Nowhere) => "nowhere",
    };
    metrics::counter!("switchboard_webhooks_total", "channel" => *provider, "outcome" => outcome).increment(1);
    match received {
        Ok(received) => take(&edge, provider, received).await,
        Err(why) => Ok(HttpResponse::build(status(why)).body(why.to_string())),
    }
}

/// Whom a webhook is for: the provider, and the place with it, if any.
fn addressed(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix("/webhooks/").unwrap_or_default();
    rest.split_once('/').unwrap_or((rest, ""))
}

/// The very bytes, as long as they are plain and not too many.
async fn body(request: &HttpRequest, payload: Payload, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        metrics::counter!("switchboard_webhooks_encoded_total").increment(1);
        return Err(Problem::encoded("A webhook is taken only as it is: send it without a Content-Encoding."));
    }
    Bytes::from_request(request, &mut payload.into_inner()).await.map_err(|error| {
        match error.as_error::<PayloadError>() {
            Some(PayloadError::Overflow) => Problem::too_large(format!("A request may have {bytes_max} bytes.")),
            _ => Problem::unreadable("The request ended early, or its length makes no sense."),
        }
    })
}

fn status(why: NotTaken) -> StatusCode {
    match why {
        NotTaken::NotSigned => StatusCode::UNAUTHORIZED,
        NotTaken::NotKnown => StatusCode::FORBIDDEN,
        NotTaken::Nowhere => StatusCode::NOT_FOUND,
    }
}

struct AsTheyCame<'a>(&'a HeaderMap);

impl Headers for AsTheyCame<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// Everything of one webhook becomes durable before it is answered.
async fn take(edge: &Edge, provider: &'static str, received: Received) -> Result<HttpResponse, Problem> {
    let (received, pairs) = namesakes::resolve(edge, received).await.map_err(|error| try_again(&error.to_string()))?;
    let Received { asks, known, namesakes: _, unread, passed_over, strangers, courtesies, answer } = received;
    note_strangers(provider, &strangers);
    if let Some(reason) = passed_over {
        metrics::counter!("switchboard_webhooks_passed_over_total", "reason" => reason).increment(1);
    }
    let nameless = |ask: &&Inbound| matches!(ask.command, Command::Hear { name: None, .. });
    let met: Vec<Contact> = asks.iter().filter(nameless).map(|ask| ask.contact.clone()).collect();
    let answers: Vec<_> =
        asks.into_iter().map(|Inbound { contact, key, command }| edge.switchboard.ask(contact, command, key)).collect();
    for Unread { reason, raw } in unread {
        metrics::counter!("switchboard_webhooks_unread_total", "reason" => reason).increment(1);
        let parts = edge.switchboard.parts();
        let kept = parts.store.keep_raw(provider.into(), reason.into(), raw, parts.clock.now()).await;
        kept.map_err(|error| try_again(&error.to_string()))?;
    }
    for answer in join_all(answers).await {
        // A refusal is an answer: the conversation has heard it and nothing follows.
        if let Err(NotDone::Unavailable(why)) = answer {
            return Err(try_again(&why));
        }
    }
    namesakes::pair(edge, pairs).await.map_err(|error| try_again(&error.to_string()))?;
    met.iter().for_each(|contact| edge.switchboard.meet(contact));
    known.into_iter().for_each(|(contact, name, value)| edge.switchboard.learn(contact, name, value));
    courtesies.into_iter().for_each(|(contact, courtesy)| edge.switchboard.show(&contact, courtesy));
    Ok(said(answer))
}

fn said(Answer { content_type, body }: Answer) -> HttpResponse {
    match content_type {
        "" => HttpResponse::Ok().finish(),
        content_type => HttpResponse::Ok().content_type(content_type).body(body),
    }
}

fn try_again(why: &str) -> Problem {
    let detail = format!("The webhook could not be stored: {why}. Send it again.");
    Problem { detail, ..Problem::busy() }
}

/// Accounts that are not configured: counted, and one named in the log once a minute at most.
fn note_strangers(provider: &'static str, strangers: &[String]) {
    static LOGGED: Mutex<Option<Instant>> = Mutex::new(None);
    let Some(stranger) = strangers.first() else { return };
    metrics::counter!("switchboard_webhooks_unknown_account_total").increment(strangers.len() as u64);
    let mut logged = LOGGED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if logged.is_none_or(|at| at.elapsed() >= STRANGERS_LOGGED_EVERY) {
        *logged = Some(Instant::now());
        tracing::warn!(
            provider,
            stranger,
            "a webhook is for somebody that no account is configured for; its events are dropped"
        );
    }
}
