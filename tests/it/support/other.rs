//! The other party: a real HTTP server that stands for an operator's own system or an outside bot, and can be told to
//! be slow, wrong or mean.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;
use switchboard::ports::stretch::Stretch;

use super::node::eventually;

/// What it does with whatever it is asked.
#[derive(Clone)]
pub enum Manner {
    Answers(Value),
    Says(StatusCode),
    /// These bytes, as this content encoding.
    Raw(Vec<u8>, Option<&'static str>),
    Redirects(String),
    /// A recording of this type, or the stretch of it that is asked for.
    Plays(&'static str, Vec<u8>),
    /// It takes the request and never answers.
    Hangs,
}

#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Clone)]
pub struct Other {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Other {
    pub fn start(manner: Manner) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let this = Self { address, manner: Arc::new(Mutex::new(manner)), received: Arc::default() };
        let served = this.clone();
        let server =
            HttpServer::new(move || App::new().app_data(Data::new(served.clone())).default_service(web::to(handle)));
        let server = server.workers(1).disable_signals().listen(listener).expect("it listens").run();
        actix_web::rt::spawn(server);
        this
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn now(&self, manner: Manner) {
        *self.manner.lock().expect("nobody panics here") = manner;
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("nobody panics here").clone()
    }

    /// What it was asked, once it was asked so often.
    pub async fn asked(&self, count: usize) -> Vec<Received> {
        eventually("the other party is asked", async || Some(self.received()).filter(|all| all.len() >= count)).await
    }
}

async fn handle(request: HttpRequest, body: Bytes, other: Data<Other>) -> HttpResponse {
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let received = Received { path: request.uri().to_string(), headers, body: body.to_vec() };
    let manner = other.manner.lock().expect("nobody panics here").clone();
    other.received.lock().expect("nobody panics here").push(received);
    match manner {
        Manner::Answers(json) => HttpResponse::Ok().json(json),
        Manner::Says(status) => HttpResponse::new(status),
        Manner::Raw(bytes, encoding) => {
            let mut answer = HttpResponse::Ok();
            answer.content_type("application/json");
            if let Some(encoding) = encoding {
                answer.insert_header(("content-encoding", encoding));
            }
            answer.body(bytes)
        }
        Manner::Plays(kind, bytes) => play(&request, kind, bytes),
        Manner::Redirects(to) => HttpResponse::Found().insert_header(("location", to)).finish(),
        Manner::Hangs => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            HttpResponse::Ok().finish()
        }
    }
}

fn play(request: &HttpRequest, kind: &str, bytes: Vec<u8>) -> HttpResponse {
    let asked = request.headers().get("range").and_then(|range| Stretch::parse(range.to_str().ok()?));
    match asked.and_then(|stretch| stretch.within(bytes.len() as u64)) {
        None => HttpResponse::Ok().content_type(kind).body(bytes),
        Some(part) => HttpResponse::PartialContent()
            .content_type(kind)
            .insert_header(("content-range", part.in_words()))
            .body(bytes[part.from as usize..=part.to as usize].to_vec()),
    }
}
