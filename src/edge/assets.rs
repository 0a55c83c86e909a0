//! The web side as files: the console, the web chat's script and the demo page, embedded in the binary.
//!
//! Everything is compressed when it is built (`static/scripts/build.mjs`); here is only chosen. Debug builds read from
//! disk at each request, so that a changed file shows without compiling.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web"]
struct Files;

/// What the console may load: itself, and styles that Svelte sets on elements. Pictures and recordings that contacts sent come
/// through us.
const CONSOLE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data:; media-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The demo page stands for customers' pages with a strict policy: the web chat has to work there.
const DEMO_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const ASK_EACH_TIME: &str = "no-cache";
/// Names under `/assets` change with their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Every address of the console is its one page, which reads the rest off the address.
pub(super) async fn console(request: HttpRequest) -> HttpResponse {
    with_policy(serve(&request, "index.html", ASK_EACH_TIME), CONSOLE_POLICY)
}

pub(super) async fn asset(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    serve(&request, &format!("assets/{path}"), FOR_EVER)
}

/// What makes the console a program that can be installed.
pub(super) async fn manifest(request: HttpRequest) -> HttpResponse {
    serve(&request, "manifest.webmanifest", ASK_EACH_TIME)
}

/// Opens the console where there is no network.
pub(super) async fn service_worker(request: HttpRequest) -> HttpResponse {
    with_policy(serve(&request, "sw.js", ASK_EACH_TIME), CONSOLE_POLICY)
}

pub(super) async fn icon(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    serve(&request, &format!("icons/{path}"), ASK_EACH_TIME)
}

/// Loaded by pages of other origins, which may also read it (`crossorigin`, integrity checks).
pub(super) async fn webchat(request: HttpRequest) -> HttpResponse {
    let mut response = serve(&request, "webchat.js", ASK_EACH_TIME);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    response
}

pub(super) async fn demo_page(request: HttpRequest) -> HttpResponse {
    with_policy(serve(&request, "demo/index.html", ASK_EACH_TIME), DEMO_POLICY)
}

/// A file of the demo, or one of the pages that its script tells apart.
pub(super) async fn demo(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let name = format!("demo/{path}");
    let is_page = !path.contains('.');
    if is_page { demo_page(request).await } else { with_policy(serve(&request, &name, ASK_EACH_TIME), DEMO_POLICY) }
}

fn with_policy(mut response: HttpResponse, policy: &'static str) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// The file in the smallest form that the client understands, or `304` when it has it already.
fn serve(request: &HttpRequest, name: &str, caching: &'static str) -> HttpResponse {
    let Some((file, encoding)) = pick(request, name) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("not found");
    };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if is_known {
        return response.finish();
    }
    // Set even when it is `identity`: it keeps a compressing middleware's hands off.
    response.insert_header((header::CONTENT_ENCODING, encoding)).content_type(mime(name));
    match file.data {
        Cow::Borrowed(bytes) => response.body(web::Bytes::from_static(bytes)),
        Cow::Owned(bytes) => response.body(bytes),
    }
}

fn pick(request: &HttpRequest, name: &str) -> Option<(EmbeddedFile, &'static str)> {
    // On disk, where debug builds read, this would be another file under the same roof.
    if name.contains("..") {
        return None;
    }
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts = |encoding: &str| {
        accepted
            .split(',')
            .map(|one| one.split(';').map(str::trim))
            .any(|mut parts| parts.next() == Some(encoding) && !parts.any(|quality| matches!(quality, "q=0" | "q=0.0")))
    };
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(encoding))
        .find_map(|(encoding, ending)| Some((Files::get(&format!("{name}{ending}"))?, encoding)))
        .or_else(|| Some((Files::get(name)?, "identity")))
}

fn mime(name: &str) -> String {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if mime.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    format!("{mime}{charset}")
}

#[cfg(test)]
mod tests {
    use actix_web::{App, body::to_bytes, dev::ServiceResponse, http::StatusCode, test};

    async fn get(path: &str, headers: &[(&'static str, &str)]) -> ServiceResponse {
        let app = test::init_service(App::new().configure(crate::edge::routes)).await;
        let request =
            headers.iter().fold(test::TestRequest::get().uri(path), |request, header| request.insert_header(*header));
        test::call_service(&app, request.to_request()).await
    }

    fn header_of<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().expect("ascii"))
    }

    #[actix_web::test]
    async fn every_address_of_the_console_is_its_one_page() {
        for path in ["/", "/c/abc", "/welcome?token=x"] {
            let response = get(path, &[]).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert!(header_of(&response, "content-type").starts_with("text/html"));
            assert!(header_of(&response, "content-security-policy").contains("frame-ancestors 'none'"));
            assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
        }
    }

    #[actix_web::test]
    async fn a_look_with_head_finds_what_get_finds() {
        let app = test::init_service(App::new().configure(crate::edge::routes)).await;
        let request =
            test::TestRequest::default().method(actix_web::http::Method::HEAD).uri("/webchat.js").to_request();
        assert_eq!(test::call_service(&app, request).await.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn what_the_browser_has_is_not_sent_again() {
        let first = get("/webchat.js", &[]).await;
        let again = get("/webchat.js", &[("if-none-match", header_of(&first, "etag"))]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(to_bytes(again.into_body()).await.expect("a body").is_empty());
    }

    #[actix_web::test]
    async fn the_smallest_understood_form_is_sent() {
        for (accepted, sent) in [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", "identity")] {
            let response = get("/webchat.js", &[("accept-encoding", accepted)]).await;
            assert_eq!(header_of(&response, "content-encoding"), sent, "{accepted}");
            assert!(header_of(&response, "content-type").starts_with("text/javascript"));
        }
    }

    #[actix_web::test]
    async fn the_demo_allows_no_inline_style_or_script() {
        for path in ["/demo", "/demo/pricing"] {
            let response = get(path, &[]).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert!(!header_of(&response, "content-security-policy").contains("unsafe"));
        }
        assert_eq!(get("/demo/demo.css", &[]).await.status(), StatusCode::OK);
        assert_eq!(get("/demo/nothing.css", &[]).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/../index.html", &[]).await.status(), StatusCode::NOT_FOUND);
    }
}
