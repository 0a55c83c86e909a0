//! Files on their way to a browser: whole, or the stretch that a player asks for, or only how long they are.

use std::io;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream::{self, Stream};

use crate::ports::stretch::{Part, Stretch};

/// None: all of it. A stretch that is asked for on a condition is given as the whole, which is right whatever holds.
pub fn asked(request: &HttpRequest) -> Option<Stretch> {
    let said = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    said(header::RANGE).filter(|_| said(header::IF_RANGE).is_none()).and_then(Stretch::parse)
}

/// `length`: of the whole, if it is known; `part`: what `bytes` are, if they are not the whole.
pub fn hand(
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    (length, part): (Option<u64>, Option<Part>),
    bytes: impl Stream<Item = io::Result<Bytes>> + 'static,
) -> HttpResponse {
    if let Some(part) = part {
        response.status(StatusCode::PARTIAL_CONTENT).insert_header((header::CONTENT_RANGE, part.in_words()));
    }
    if let Some(length) = part.map(Part::bytes).or(length) {
        response.no_chunking(length);
    }
    match *request.method() {
        // Whoever only asks how long it is makes nobody send it.
        Method::HEAD => response.streaming(stream::empty::<io::Result<Bytes>>()),
        _ => response.streaming(bytes),
    }
}
