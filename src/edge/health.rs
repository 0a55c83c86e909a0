//! Whether this node lives, whether it can serve, and what it counts.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::Edge;

/// The process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().body("live\n")
}

/// The store can be written: webhooks will be taken.
pub async fn ready(edge: Data<Edge>) -> HttpResponse {
    match edge.switchboard.parts().notices.storage_trouble() {
        None => HttpResponse::Ok().body("ready\n"),
        Some(words) => HttpResponse::ServiceUnavailable().body(format!("the store cannot write: {words}\n")),
    }
}

/// For Prometheus.
pub async fn metrics(edge: Data<Edge>) -> HttpResponse {
    let text = edge.metrics.as_ref().map(|handle| handle.render()).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}
