//! Which pages a browser may speak to us from. Websockets are not covered by CORS: the server must look.

use actix_web::HttpRequest;
use actix_web::http::header;

/// The `Origin` header, if the client sent one.
pub fn of(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok())
}

/// Whether the request comes from one of our own pages, or from no page at all.
pub fn is_own(request: &HttpRequest, public_url: Option<&str>) -> bool {
    let Some(origin) = of(request) else { return true };
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let from = origin.split_once("://").map(|(_, host)| host);
    public_url == Some(origin) || (from.is_some() && from == host)
}
