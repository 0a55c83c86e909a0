//! Who may come in, and how everybody is sent home.

use std::time::Duration;

use loadtest::http::request_once;
use loadtest::product::{CONSOLE_SOCKET, COOKIE, SESSION, WEBCHAT_ACCOUNT, WEBCHAT_SOCKET};
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::installation::{Installation, SOON};
use crate::support::wire::{Came, Wire};

#[actix_web::test]
async fn a_console_that_is_not_signed_in_is_refused() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let knock = async |headers: &[(&'static str, &str)]| {
        Wire::open(installation.address(), CONSOLE_SOCKET, headers).await.err()
    };
    assert_eq!(knock(&[]).await, Some(StatusCode::UNAUTHORIZED));
    assert_eq!(knock(&[("cookie", &format!("{COOKIE}=guessed"))]).await, Some(StatusCode::UNAUTHORIZED));
    assert_eq!(knock(&[("cookie", &cookie)]).await, None);

    let headers = [("cookie", cookie.as_str())];
    let out = request_once("DELETE", installation.address(), SESSION, &headers, b"", SOON).await.unwrap();
    assert_eq!(out.status, 204);
    assert_eq!(knock(&[("cookie", &cookie)]).await, Some(StatusCode::UNAUTHORIZED), "signed out");
    node.stop().await;
}

#[actix_web::test]
async fn a_page_of_another_website_opens_no_console() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let console = async |origin: &str| {
        Wire::open(installation.address(), CONSOLE_SOCKET, &[("cookie", &cookie), ("origin", origin)]).await.err()
    };
    assert_eq!(console("https://evil.example").await, Some(StatusCode::FORBIDDEN));
    assert_eq!(console(&format!("http://{}", installation.address())).await, None);
    node.stop().await;
}

/// A browser shows a page no status of a refused socket: the close code is all it hears.
#[actix_web::test]
async fn a_widget_on_another_website_or_of_no_account_is_turned_away() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let hears = async |account: &str, origin: &str| {
        let path = format!("{WEBCHAT_SOCKET}{account}");
        let mut widget = Wire::open(installation.address(), &path, &[("origin", origin)]).await.expect("a socket");
        let _ = widget.try_say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
        widget.next().await
    };
    let evil = hears(WEBCHAT_ACCOUNT, "https://evil.example").await;
    assert_eq!(evil, Came::Closed(4403, "this origin may not use this account".into()));
    let nobody = hears("no-such-account", "https://harbor.example").await;
    assert_eq!(nobody, Came::Closed(4404, "no such web chat account".into()));
    let welcome = hears(WEBCHAT_ACCOUNT, "https://harbor.example").await;
    assert!(matches!(welcome, Came::Frame(ref frame) if frame["type"] == "welcome"), "{welcome:?}");
    node.stop().await;
}

#[actix_web::test]
async fn a_console_whose_agent_signs_out_is_closed_at_the_next_heartbeat() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut console = installation.raw_console(&installation.ana).await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let headers = [("cookie", cookie.as_str())];
    let out = request_once("DELETE", installation.address(), SESSION, &headers, b"", SOON).await.unwrap();
    assert_eq!(out.status, 204);
    assert_eq!(console.end().await, Came::Closed(4401, "signed out; sign in again".into()));
    node.stop().await;
}

#[actix_web::test]
async fn sigterm_sends_everybody_home_within_a_second_and_ends() {
    let installation = Installation::new().await;
    let mut process = installation.process().await;
    let mut console = installation.raw_console(&installation.ana).await;
    let path = format!("{WEBCHAT_SOCKET}{WEBCHAT_ACCOUNT}");
    let mut widget = Wire::open(process.address, &path, &[("origin", "https://harbor.example")]).await.unwrap();
    widget.say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
    widget.next_of("welcome").await;

    let asked = Instant::now();
    process.ask_to_end();
    let home = Came::Closed(1012, "restarting; come back and resume".into());
    assert_eq!(
        (console.end().await, widget.end().await),
        (home, Came::Closed(1012, "restarting; come back and resume".into()))
    );
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(process.ended().await.success());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}
