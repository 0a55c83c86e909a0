//! The one place where an error becomes a status: every refusal over HTTP is an `application/problem+json`.
//!
//! `code` is for programs and stays; `title` and `detail` are for people and may be said better any day.

use std::fmt;
use std::time::Duration;

use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde::Serialize;

use crate::ports::store::StoreError;
use crate::wire::api::Place;

/// A refusal, as RFC 9457 writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    /// Names the problem to programs, such as `not_signed_in`.
    pub code: &'static str,
    /// The problem in a few words, the same each time.
    pub title: &'static str,
    /// This time's words.
    pub detail: String,
    /// When asking again makes sense.
    pub retry_after: Option<Duration>,
    /// What is wrong in a document, and where.
    pub places: Vec<Place>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), retry_after: None, places: Vec::new() }
    }

    pub fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Not signed in",
            "Sign in first; the session may have ended.",
        )
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// The input can be read and is still wrong: `detail` says what to change.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "That does not work", detail)
    }

    /// Somebody else was quicker: `detail` says who, and when.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Changed meanwhile", detail)
    }

    /// Merges are undone the newest first: `detail` says which.
    pub fn newer_merge(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "newer_merge", "Something was merged since", detail)
    }

    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", "The request cannot be read", detail)
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large", detail)
    }

    pub fn encoded(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded", "Compressed", detail)
    }

    pub fn busy() -> Self {
        let detail = "The server has more to do than it can right now.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail).after(Duration::from_secs(1))
    }

    pub fn gone(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "gone", "Not good any more", detail)
    }

    pub fn too_many(wait: Duration) -> Self {
        let minutes = wait.as_secs().div_ceil(60).max(1);
        let plural = if minutes == 1 { "" } else { "s" };
        let detail = format!("Too many tries. Try again in {minutes} minute{plural}.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many tries", detail).after(wait)
    }

    /// As it is sent.
    pub fn json(&self) -> String {
        let Problem { status, code, title, detail, places, .. } = self;
        let body = Body { kind: "about:blank", title, status: status.as_u16(), detail, code, places };
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// Something of ours broke; what it was stands in the log.
    pub fn internal() -> Self {
        let detail = "Something broke on our side. It is in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Our fault", detail)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "<[Place]>::is_empty")]
    places: &'a [Place],
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(wait) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1))));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.body(self.json())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the store refused the edge");
        match error {
            StoreError::Fenced | StoreError::Busy => Problem::busy(),
            StoreError::Unavailable(_) => {
                let detail = "The server cannot write at the moment. Nothing was changed.";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "storage", "Storage trouble", detail)
                    .after(Duration::from_secs(5))
            }
            StoreError::Unreadable(_) => Problem::internal(),
        }
    }
}

/// Makes the extractors of actix-web answer in the same shape. `body_bytes_max` bounds JSON and raw bodies alike.
pub fn extractors(cfg: &mut web::ServiceConfig, body_bytes_max: usize) {
    cfg.app_data(web::PayloadConfig::new(body_bytes_max));
    cfg.app_data(web::JsonConfig::default().limit(body_bytes_max).error_handler(json));
    cfg.app_data(web::QueryConfig::default().error_handler(query));
    cfg.app_data(web::PathConfig::default().error_handler(path));
}

/// What any address answers that we do not have.
pub async fn nowhere(request: HttpRequest) -> HttpResponse {
    Problem::not_found(format!("There is nothing at {}.", request.path())).error_response()
}

fn json(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    let problem = match error {
        JsonPayloadError::Overflow { limit } | JsonPayloadError::OverflowKnownLength { limit, .. } => {
            Problem::too_large(format!("A request may have {limit} bytes."))
        }
        JsonPayloadError::Payload(PayloadError::Overflow) => Problem::too_large("The request is too long."),
        JsonPayloadError::ContentType => Problem::unreadable("Send JSON, with the content type application/json."),
        JsonPayloadError::Deserialize(error) => Problem::unreadable(format!("The JSON does not fit: {error}.")),
        _ => Problem::unreadable("The request ended early or is no JSON."),
    };
    problem.into()
}

fn query(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    Problem::unreadable(format!("The address does not fit: {error}.")).into()
}

fn path(_: PathError, request: &HttpRequest) -> actix_web::Error {
    Problem::not_found(format!("There is nothing at {}.", request.path())).into()
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn a_problem_is_problem_json_that_nobody_caches() {
        let response = Problem::too_many(Duration::from_secs(90)).error_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers().get("content-type").expect("a type"), "application/problem+json");
        assert_eq!(response.headers().get("retry-after").expect("a wait"), "90");
        let body = to_bytes(response.into_body()).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("json");
        assert_eq!(body["code"], "too_many_tries");
        assert_eq!(body["detail"], "Too many tries. Try again in 2 minutes.");
        assert_eq!(body["status"], 429);
    }

    #[test]
    fn a_store_that_cannot_write_is_said_without_its_inner_words() {
        let problem = Problem::from(StoreError::Unavailable("/var/lib/secret: disk full".into()));
        assert_eq!((problem.status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, "storage"));
        assert!(!problem.detail.contains("secret"));
    }
}
