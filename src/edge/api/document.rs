//! A bot's document as the body of a request.

use actix_web::dev::Payload;
use actix_web::web::Payload as Stream;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;

use crate::edge::error::Problem;

/// The longest document, in bytes: some thousands of widgets.
pub const DOCUMENT_BYTES_MAX: usize = 1024 * 1024;

/// The text of a request's body.
pub struct Document(pub String);

impl FromRequest for Document {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let stream = Stream::from_request(request, payload);
        Box::pin(async move {
            let unreadable = || Problem::unreadable("The request ended early.");
            let mut stream = stream.await.map_err(|_| unreadable())?;
            let mut body = Vec::new();
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(|_| unreadable())?;
                if body.len() + chunk.len() > DOCUMENT_BYTES_MAX {
                    return Err(too_large());
                }
                body.extend_from_slice(&chunk);
            }
            String::from_utf8(body).map(Document).map_err(|_| Problem::unreadable("The document is not UTF-8."))
        })
    }
}

pub fn too_large() -> Problem {
    Problem::too_large(format!("A bot's document may have {DOCUMENT_BYTES_MAX} bytes. Split the bot into two."))
}
