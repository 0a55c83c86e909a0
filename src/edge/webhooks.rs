//! Webhooks in: signature over the raw bytes, then durable, then 200.
//!
//! A genuine webhook is always answered 200, whatever it holds, or the provider would switch the whole feed off; only
//! when nothing could be stored is it 503, so that the provider comes again.

use std::sync::Mutex;
use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::Edge;
use super::error::Problem;
use crate::actors::switchboard::NotDone;
use crate::ports::channel::{Inbound, Received, Unread};

const SIGNATURE: &str = "X-Hub-Signature-256";
const STRANGERS_LOGGED_EVERY: Duration = Duration::from_secs(60);

/// Meta asks once whether this address is ours.
pub async fn meta_handshake(request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    match edge.meta.handshake(request.query_string()) {
        Some(challenge) => HttpResponse::Ok().content_type(ContentType::plaintext()).body(challenge),
        None => HttpResponse::Forbidden().finish(),
    }
}

pub async fn meta(request: HttpRequest, body: Bytes, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok());
    let Ok(received) = edge.meta.receive(signature, &body) else {
        metrics::counter!("switchboard_webhooks_total", "channel" => "meta", "outcome" => "not_signed").increment(1);
        return Ok(HttpResponse::Unauthorized().body("the signature is missing or wrong"));
    };
    metrics::counter!("switchboard_webhooks_total", "channel" => "meta", "outcome" => "taken").increment(1);
    take(&edge, received).await
}

/// Everything of one webhook becomes durable before it is answered.
async fn take(edge: &Edge, received: Received) -> Result<HttpResponse, Problem> {
    let Received { asks, unread, strangers } = received;
    note_strangers(&strangers);
    let answers: Vec<_> =
        asks.into_iter().map(|Inbound { contact, key, command }| edge.switchboard.ask(contact, command, key)).collect();
    for Unread { reason, raw } in unread {
        metrics::counter!("switchboard_webhooks_unread_total", "reason" => reason).increment(1);
        let parts = edge.switchboard.parts();
        let kept = parts.store.keep_raw("meta".into(), reason.into(), raw, parts.clock.now()).await;
        kept.map_err(|error| try_again(&error.to_string()))?;
    }
    for answer in join_all(answers).await {
        // A refusal is an answer: the conversation has heard it and nothing follows.
        if let Err(NotDone::Unavailable(why)) = answer {
            return Err(try_again(&why));
        }
    }
    Ok(HttpResponse::Ok().finish())
}

fn try_again(why: &str) -> Problem {
    let detail = format!("The webhook could not be stored: {why}. Send it again.");
    Problem { detail, ..Problem::busy() }
}

/// Pages that are not configured: counted, and named in the log once a minute at most.
fn note_strangers(pages: &[String]) {
    static LOGGED: Mutex<Option<Instant>> = Mutex::new(None);
    let Some(page) = pages.first() else { return };
    metrics::counter!("switchboard_webhooks_unknown_account_total").increment(pages.len() as u64);
    let mut logged = LOGGED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if logged.is_none_or(|at| at.elapsed() >= STRANGERS_LOGGED_EVERY) {
        *logged = Some(Instant::now());
        tracing::warn!(page, "a webhook names a Page that no account is configured for; its events are dropped");
    }
}
