//! Two servers to compare with: how fast could anyone be?
//!
//! [`bare`] only checks the signature. [`run`] does the least that does the job: signature, parse, one
//! group-committed row in SQLite, 200, one reply to the provider. Both run in a process of their own (`loadtest
//! bare`, `loadtest ceiling`). They know nothing of conversations, duplicates, order or faults, on purpose.

mod replies;
mod rows;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Result;
use serde::Deserialize;

use crate::messenger::{PATH, Page, SIGNATURE};

/// As many workers as the machine of the measurement has cores.
const WORKERS: usize = 2;
/// A webhook may be this large.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Checks the signature over the raw bytes and answers 200.
pub async fn bare(listen: SocketAddr, page: Page) -> Result<()> {
    let page = web::Data::new(page);
    let app = move || {
        App::new()
            .app_data(page.clone())
            .app_data(limit())
            .route("/health/ready", web::get().to(ready))
            .route(PATH, web::post().to(check))
    };
    Ok(HttpServer::new(app).workers(WORKERS).bind(listen)?.run().await?)
}

async fn check(request: HttpRequest, body: web::Bytes, page: web::Data<Page>) -> HttpResponse {
    if verified(request.headers(), &body, &page) {
        HttpResponse::Ok().finish()
    } else {
        HttpResponse::Forbidden().finish()
    }
}

/// How the ceiling server starts.
#[derive(Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    pub page: Page,
    pub page_token: String,
    /// The fake provider.
    pub provider: SocketAddr,
    pub database: PathBuf,
    /// Connections to the provider, per worker.
    pub connections: usize,
}

/// What a worker of the ceiling server holds.
struct Desk {
    page: Page,
    rows: rows::Rows,
    replies: replies::Replies,
}

/// Runs the ceiling server until it is ended.
pub async fn run(settings: Settings) -> Result<()> {
    let writer = rows::Writer::open(&settings.database)?;
    let listen = settings.listen;
    let app = move || {
        let replies = replies::Replies::open(&settings);
        let desk = web::Data::new(Desk { page: settings.page.clone(), rows: writer.for_worker(), replies });
        App::new()
            .app_data(desk)
            .app_data(limit())
            .route("/health/ready", web::get().to(ready))
            .route(PATH, web::post().to(accept))
    };
    Ok(HttpServer::new(app).workers(WORKERS).bind(listen)?.run().await?)
}

async fn accept(request: HttpRequest, body: web::Bytes, desk: web::Data<Desk>) -> HttpResponse {
    if !verified(request.headers(), &body, &desk.page) {
        return HttpResponse::Forbidden().finish();
    }
    let Ok(webhook) = serde_json::from_slice::<Webhook<'_>>(&body) else {
        return HttpResponse::Ok().finish();
    };
    for entry in &webhook.entry {
        for event in &entry.messaging {
            let row = rows::Row {
                page: entry.id.to_string(),
                psid: event.sender.id.to_string(),
                mid: event.message.mid.to_string(),
                text: event.message.text.to_string(),
            };
            if !desk.rows.insert(row).await {
                return HttpResponse::ServiceUnavailable().finish();
            }
            desk.replies.send(&event.sender.id);
        }
    }
    HttpResponse::Ok().finish()
}

async fn ready() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn limit() -> web::PayloadConfig {
    web::PayloadConfig::new(BODY_BYTES_MAX)
}

fn verified(headers: &HeaderMap, body: &[u8], page: &Page) -> bool {
    headers.get(SIGNATURE).is_some_and(|signature| page.verify(body, signature.as_bytes()))
}

#[derive(Deserialize)]
struct Webhook<'a> {
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    messaging: Vec<Messaging<'a>>,
}

#[derive(Deserialize)]
struct Messaging<'a> {
    #[serde(borrow)]
    sender: Id<'a>,
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    mid: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}
