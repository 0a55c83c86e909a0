//! Pictures that contacts sent, shown to agents without sending them anywhere.

use loadtest::http::{Response, request_once};
use loadtest::product::COOKIE;
use serde_json::{Value, json};
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::ids::AccountId;
use switchboard::domain::message::{Attachment, AttachmentKind, Heard};
use switchboard::node::Node;
use switchboard::ports::store::{Contact, LoggedEvent};

use crate::support::api::{head, stretch};
use crate::support::installation::{Installation, SOON, contact, conversation, page};
use crate::support::node::{ask, log};
use crate::support::other::{Manner, Other};

const PSID: &str = "7";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
const BYTES_MAX: usize = 4096;
const FILE_BYTES_MAX: usize = 8192;

/// A place for pictures that the operator trusts, and one that nobody does.
struct Scene {
    installation: Installation,
    node: Node,
    trusted: Other,
    private: Other,
}

impl Scene {
    async fn new() -> Self {
        let picture = || Other::start(Manner::Raw(PNG.to_vec(), None));
        let (trusted, private) = (picture(), picture());
        let pictures = format!(
            "\n[pictures]\ntrusted_hosts = [\"{}\"]\nbytes_max = {BYTES_MAX}\nfile_bytes_max = {FILE_BYTES_MAX}\n",
            trusted.address
        );
        let installation = Installation::with(|plan| plan.outside = pictures).await;
        let node = installation.start().await;
        Self { installation, node, trusted, private }
    }

    /// The contact sends this picture; where the console finds it.
    async fn sent(&self, url: &str) -> String {
        let mid = format!("m_{}", log(&self.node, &contact(PSID)).await.len());
        self.post(page().image(PSID, &mid, url)).await
    }

    async fn post(&self, event: Value) -> String {
        assert_eq!(self.installation.poster().post(&[event]).await.expect("an answer"), 200);
        let log = log(&self.node, &contact(PSID)).await;
        let said = |logged: &&LoggedEvent| matches!(logged.event, Event::ContactSaid { .. });
        let seq = log.iter().rev().find(said).expect("it is in the log").seq;
        format!("/api/v1/conversations/{}/pictures/{seq}/0", conversation(PSID))
    }

    /// Somebody writes.
    async fn post_from(&self, psid: &str) {
        let event = page().text(psid, "m_first", "hours");
        assert_eq!(self.installation.poster().post(&[event]).await.expect("an answer"), 200);
    }

    async fn shown(&self, path: &str) -> Response {
        let cookie = format!("{COOKIE}={}", self.installation.ana.cookie);
        let headers = [("cookie", cookie.as_str()), ("referer", "https://console.example/c/1")];
        request_once("GET", self.installation.address(), path, &headers, b"", SOON).await.expect("an answer")
    }

    async fn status(&self, url: &str) -> u16 {
        let path = self.sent(url).await;
        self.shown(&path).await.status
    }
}

#[actix_web::test]
async fn a_picture_comes_through_us_and_whoever_keeps_it_learns_nothing_of_the_agent() {
    let scene = Scene::new().await;
    let path = scene.sent(&scene.trusted.url("/1.png?token=a")).await;
    let shown = scene.shown(&path).await;
    assert_eq!((shown.status, shown.body.as_slice()), (200, PNG));
    // By its bytes, whatever its keeper says.
    assert_eq!(shown.header("content-type"), Some("image/png"));
    assert_eq!(shown.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(shown.header("cache-control"), Some("private, max-age=3600"));
    let asked = scene.trusted.received().remove(0);
    assert_eq!(asked.path, "/1.png?token=a");
    for telling in ["cookie", "referer", "authorization", "origin", "x-forwarded-for"] {
        assert_eq!(asked.header(telling), "", "{telling}");
    }
    let stranger = scene.installation.get(&path).await;
    assert_eq!(stranger.status, 401, "only who is signed in");
    assert_eq!(scene.trusted.received().len(), 1);
    scene.node.stop().await;
}

#[actix_web::test]
async fn only_links_of_the_log_to_hosts_that_are_public_or_trusted_are_followed() {
    let scene = Scene::new().await;
    for url in [
        scene.private.url("/x.png"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::1]/x.png".to_owned(),
        format!("https://localhost:{}/x.png", scene.private.address.port()),
        "http://cdn.example/without-tls.png".to_owned(),
    ] {
        assert_eq!(scene.status(&url).await, 404, "{url}");
    }
    // Who may be asked does not say who else is.
    scene.trusted.now(Manner::Redirects(scene.private.url("/x.png")));
    assert_eq!(scene.status(&scene.trusted.url("/1")).await, 404);
    assert!(scene.private.received().is_empty(), "nothing private was called");
    scene.trusted.now(Manner::Redirects(scene.trusted.url("/2")));
    assert_eq!(scene.status(&scene.trusted.url("/1")).await, 502, "round and round");
    assert_eq!(scene.trusted.received().len(), 1 + 4);

    let file =
        json!({"mid": "m_file", "attachments": [{"type": "file", "payload": {"url": scene.trusted.url("/a.pdf")}}]});
    let event = json!({"sender": {"id": PSID}, "recipient": {"id": page().id}, "timestamp": 1, "message": file});
    let path = scene.post(event).await;
    assert_eq!(scene.shown(&path).await.status, 404, "a file is no picture");
    for path in [
        format!("/api/v1/conversations/{}/pictures/9999/0", conversation(PSID)),
        format!("/api/v1/conversations/{}/pictures/0/0", conversation(PSID)),
        format!("/api/v1/conversations/{}/pictures/1/7", conversation(PSID)),
        format!("/api/v1/conversations/{}/pictures/1/0", conversation("nobody")),
    ] {
        assert_eq!(scene.shown(&path).await.status, 404, "{path}");
    }
    scene.node.stop().await;
}

#[actix_web::test]
async fn what_is_no_picture_or_too_large_is_not_shown() {
    let scene = Scene::new().await;
    for (manner, status) in [
        (Manner::Raw(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), None), 404),
        (Manner::Raw(b"<html><script>alert(1)</script>".to_vec(), None), 404),
        (Manner::Raw(Vec::new(), None), 404),
        (Manner::Raw(PNG.to_vec(), Some("gzip")), 200),
        (Manner::Raw([PNG, &[0; BYTES_MAX]].concat(), None), 413),
        (Manner::Says(actix_web::http::StatusCode::NOT_FOUND), 404),
        (Manner::Says(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR), 502),
    ] {
        scene.trusted.now(manner);
        assert_eq!(scene.status(&scene.trusted.url("/x")).await, status);
    }
    scene.node.stop().await;
}

#[actix_web::test]
async fn media_that_need_credentials_get_them_and_nobody_else_does() {
    let place = Other::start(Manner::Raw(PNG.to_vec(), None));
    let elsewhere = Other::start(Manner::Raw(PNG.to_vec(), None));
    let sid = "AC00000000000000000000000000000001";
    let trusted = format!("\n[pictures]\ntrusted_hosts = [\"{}\", \"{}\"]\n", place.address, elsewhere.address);
    let account = format!(
        "[[account]]\nid = \"sms-1\"\nkind = \"sms\"\nbot = \"harbor\"\naccount_sid = \"{sid}\"\nauth_token = \"t0ken\"\n\
         number = \"+15005550006\"\napi_base = \"{}\"\n",
        place.url("")
    );
    let installation = Installation::with(|plan| (plan.outside, plan.accounts) = (trusted, account)).await;
    let node = installation.start().await;
    let scene = Scene { installation, node, trusted: place, private: elsewhere };
    let phone = Contact::of(&AccountId::new("sms-1"), "+14155550100");
    let come = async |kind: AttachmentKind, url: String| {
        let attachments = vec![Attachment { kind, url, name: "application/pdf".to_owned(), bytes: None }];
        let heard = Heard { attachments, ..Heard::default() };
        let hear = Command::Hear { heard, provider_id: None, provider_at: None, name: None };
        ask(&scene.node, &phone, hear).await;
        let log = log(&scene.node, &phone).await;
        let said = |logged: &&LoggedEvent| matches!(logged.event, Event::ContactSaid { .. });
        let seq = log.iter().rev().find(said).expect("it is in the log").seq;
        let us = if kind == AttachmentKind::Image { "pictures" } else { "attachments" };
        scene.shown(&format!("/api/v1/conversations/{}/{us}/{seq}/0", phone.conversation)).await
    };
    let shown = async |url: String| come(AttachmentKind::Image, url).await.status;
    // The bot's answers go there, too, and are not what is looked at here.
    let shown_to = |account: &str| {
        let mut asked = scene.trusted.received().into_iter().filter(|asked| asked.path.contains("/Media/"));
        let asked = asked.rfind(|asked| asked.path.contains(account)).expect("it was asked");
        asked.header("authorization").to_owned()
    };
    let media = scene.trusted.url(&format!("/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1"));
    assert_eq!(shown(media.clone()).await, 200);
    assert!(shown_to(sid).starts_with("Basic "));
    // Below another account, and where it leads away to, there is nobody to show them to.
    assert_eq!(shown(scene.trusted.url("/2010-04-01/Accounts/AC9/Messages/MM1/Media/ME1")).await, 200);
    assert_eq!(shown_to("AC9"), "");
    scene.trusted.now(Manner::Redirects(scene.private.url(&format!("/2010-04-01/Accounts/{sid}/x"))));
    assert_eq!(shown(media.clone()).await, 200);
    assert_eq!(scene.private.received()[0].header("authorization"), "", "never to another host");
    // What is saved is opened in the same way.
    scene.trusted.now(Manner::Raw(b"%PDF-1.7".to_vec(), None));
    let saved = come(AttachmentKind::File, media.clone()).await;
    assert_eq!((saved.status, saved.body.as_slice()), (200, b"%PDF-1.7".as_slice()));
    // The other party calls everything JSON; nobody said how the file is called.
    assert_eq!(
        saved.header("content-disposition"),
        Some("attachment; filename=\"ME1.json\"; filename*=UTF-8''ME1.json")
    );
    assert!(shown_to(sid).starts_with("Basic "));
    assert_eq!(
        come(AttachmentKind::File, scene.trusted.url("/2010-04-01/Accounts/AC9/Messages/MM1/Media/ME1")).await.status,
        200
    );
    assert_eq!(shown_to("AC9"), "");
    // And who writes on another channel does not make us show them.
    let path = scene.sent(&media).await;
    scene.trusted.now(Manner::Raw(PNG.to_vec(), None));
    assert_eq!(scene.shown(&path).await.status, 200);
    assert_eq!(shown_to(sid), "");
    scene.node.stop().await;
}

const EVIL: &[u8] = b"<html><script>alert(1)</script>";

fn file_event(mid: &str, kind: &str, url: &str) -> Value {
    let attached = json!([{"type": kind, "payload": {"url": url}}]);
    json!({"sender": {"id": PSID}, "recipient": {"id": page().id}, "timestamp": 1,
        "message": {"mid": mid, "attachments": attached}})
}

#[actix_web::test]
async fn a_file_comes_through_us_and_is_saved_not_shown() {
    let scene = Scene::new().await;
    scene.trusted.now(Manner::Raw(EVIL.to_vec(), None));
    for (number, (kind, name)) in
        [("file", "a%20%22list%22.html"), ("audio", "voice"), ("video", "v.mp4"), ("image", "i.png")]
            .into_iter()
            .enumerate()
    {
        let picture =
            scene.post(file_event(&format!("m_{number}"), kind, &scene.trusted.url(&format!("/{name}")))).await;
        let path = picture.replace("/pictures/", "/attachments/");
        let saved = scene.shown(&path).await;
        assert_eq!((saved.status, saved.body.as_slice()), (200, EVIL), "{kind}");
        let disposition = saved.header("content-disposition").unwrap_or_default().to_owned();
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
        assert_eq!(saved.header("content-security-policy"), Some("default-src 'none'; sandbox"));
        assert_eq!(saved.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(scene.installation.get(&path).await.status, 401, "only who is signed in");
        if number == 0 {
            assert!(disposition.contains("filename=\"a list.html\""), "{disposition}");
        }
    }
    for asked in scene.trusted.received() {
        for telling in ["cookie", "referer", "authorization", "origin", "x-forwarded-for"] {
            assert_eq!(asked.header(telling), "", "{telling}");
        }
    }
    let status = async |mid: &str, kind: &str, url: &str| {
        let path = scene.post(file_event(mid, kind, url)).await.replace("/pictures/", "/attachments/");
        scene.shown(&path).await.status
    };
    assert_eq!(status("m_private", "file", &scene.private.url("/x.pdf")).await, 404);
    assert_eq!(status("m_plain", "file", "http://cdn.example/without-tls.pdf").await, 404);
    assert_eq!(status("m_page", "fallback", &scene.trusted.url("/page")).await, 404, "a page opens where it is");
    scene.trusted.now(Manner::Redirects(scene.private.url("/x.pdf")));
    assert_eq!(status("m_leads", "file", &scene.trusted.url("/1")).await, 404);
    scene.trusted.now(Manner::Raw(vec![0; FILE_BYTES_MAX + 1], None));
    assert_eq!(status("m_large", "file", &scene.trusted.url("/1")).await, 413);
    scene.trusted.now(Manner::Raw(EVIL.to_vec(), Some("gzip")));
    assert_eq!(
        status("m_packed", "file", &scene.trusted.url("/1")).await,
        502,
        "nothing is unpacked, or passed on packed"
    );
    assert!(scene.private.received().is_empty(), "nothing private was called");
    scene.node.stop().await;
}

#[actix_web::test]
async fn what_a_contact_looks_like_is_asked_when_somebody_looks_and_comes_through_us() {
    let scene = Scene::new().await;
    scene.sent(&scene.trusted.url("/1.png")).await;
    let path = format!("/api/v1/conversations/{}/portrait", conversation(PSID));
    assert_eq!(scene.installation.get(&path).await.status, 401, "only who is signed in");
    assert_eq!(scene.shown(&path.replace(&conversation(PSID), &conversation("nobody"))).await.status, 404);
    scene.installation.provider.set_picture(PSID, scene.trusted.url("/zoe.png?expires=soon"));
    for _ in 0..2 {
        let shown = scene.shown(&path).await;
        assert_eq!((shown.status, shown.body.as_slice()), (200, PNG));
        assert_eq!(shown.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    }
    let asked = scene.trusted.received();
    assert!(asked.iter().all(|asked| asked.path == "/zoe.png?expires=soon" && asked.header("cookie").is_empty()));
    // A link of Meta's that leads to our own machine is followed no more than a contact's.
    let other = "8";
    scene.post_from(other).await;
    scene.installation.provider.set_picture(other, scene.private.url("/x.png"));
    let path = format!("/api/v1/conversations/{}/portrait", conversation(other));
    assert_eq!(scene.shown(&path).await.status, 404);
    assert!(scene.private.received().is_empty());
    scene.node.stop().await;
}

#[actix_web::test]
async fn a_recording_is_played_through_us_in_the_stretches_that_a_player_asks_for() {
    let scene = Scene::new().await;
    let tide: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
    scene.trusted.now(Manner::Plays("audio/ogg", tide.clone()));
    let url = scene.trusted.url("/tide.ogg");
    let path = scene.post(file_event("m_voice", "audio", &url)).await.replace("/pictures/", "/attachments/");
    let ana = &scene.installation.ana;
    let said = async |range: &str| stretch(&scene.installation, ana, &path, range).await;
    assert_eq!(said("bytes=0-").await, (206, Some("bytes 0-4999/5000".into()), tide.clone()));
    assert_eq!(said("bytes=1200-1299").await, (206, Some("bytes 1200-1299/5000".into()), tide[1200..1300].to_vec()));
    let whole = scene.shown(&path).await;
    assert_eq!((whole.status, whole.header("content-type"), &whole.body), (200, Some("audio/ogg"), &tide));
    assert_eq!(scene.trusted.received()[1].header("range"), "bytes=1200-1299", "no more comes than is heard");

    // Who only asks how long it is gets no byte of it.
    let told = head(&scene.installation, ana, &path).await;
    assert!(told.starts_with("http/1.1 200") && told.contains("content-length: 5000\r\n"), "{told}");
    let stranger = scene.installation.get(&path).await;
    assert_eq!(stranger.status, 401, "only who is signed in");

    // A keeper that knows no stretches gives the whole; what is too large is not played either, whatever is asked of it.
    scene.trusted.now(Manner::Raw(tide.clone(), None));
    assert_eq!(said("bytes=1200-1299").await, (200, None, tide.clone()));
    scene.trusted.now(Manner::Plays("audio/ogg", vec![0; FILE_BYTES_MAX + 1]));
    assert_eq!(said("bytes=0-9").await.0, 413);
    let private = scene.private.url("/tide.ogg");
    let path = scene.post(file_event("m_private", "audio", &private)).await.replace("/pictures/", "/attachments/");
    assert_eq!(stretch(&scene.installation, ana, &path, "bytes=0-").await.0, 404);
    assert!(head(&scene.installation, ana, &path).await.starts_with("http/1.1 404"));
    assert!(scene.private.received().is_empty(), "nothing private was called");
    scene.node.stop().await;
}
