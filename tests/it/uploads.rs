//! Files that visitors and agents attach: taken in, sent, shown, kept; over real HTTP and real websockets.

use loadtest::http::{Response, request_once};
use loadtest::product::{COOKIE, WEBCHAT_ACCOUNT, WEBCHAT_SOCKET};
use serde_json::{Value, json};
use std::sync::Arc;
use switchboard::dice;
use switchboard::domain::event::Event;
use switchboard::domain::ids::AccountId;
use switchboard::node::Node;
use switchboard::ports::clock::SystemClock;
use switchboard::ports::store::Contact;

use crate::support::api::{head, stretch};
use crate::support::installation::{Installation, SOON, SignedIn, contact, conversation, told_over_each_store};
use crate::support::node::{eventually, log};
use crate::support::wire::Wire;

const SHOP: &str = "https://harbor.example";
const PSID: &str = "7392015648120394";

told_over_each_store! { |plan| plan.limits = "" =>
    a_file_goes_from_a_visitor_to_the_agents_and_back
    an_acknowledged_message_survives_a_kill_with_its_file
}

/// A visitor, with the token that proves it.
struct Visitor {
    wire: Wire,
    token: String,
}

impl Visitor {
    async fn come(installation: &Installation) -> Self {
        Self::with(installation, None).await
    }

    async fn with(installation: &Installation, token: Option<&str>) -> Self {
        let path = format!("{WEBCHAT_SOCKET}{WEBCHAT_ACCOUNT}");
        let mut wire = Wire::open(installation.address(), &path, &[("origin", SHOP)]).await.expect("a widget");
        wire.say(json!({"type": "hello", "token": token, "after": null}).to_string()).await;
        let welcome = wire.next_of("welcome").await;
        assert_eq!(welcome["look"]["file_bytes_max"], 10 * 1024 * 1024);
        Self { wire, token: welcome["token"].as_str().expect("a token").to_owned() }
    }

    async fn upload(&self, installation: &Installation, name: &str, bytes: &[u8]) -> Response {
        let bearer = format!("Bearer {}", self.token);
        post(installation, name, &[("origin", SHOP), ("authorization", &bearer)], bytes).await
    }

    /// Says it with these files; what is answered.
    async fn say(&mut self, id: &str, text: &str, keys: &[&str], answer: &str) -> Value {
        let say = json!({"type": "say", "id": id, "text": text, "attachments": keys});
        self.wire.say(say.to_string()).await;
        loop {
            let frame = self.wire.next_of(answer).await;
            if frame["id"] == id {
                return frame;
            }
        }
    }

    fn contact(&self) -> Contact {
        let key = self.token.split('.').nth(1).expect("a visitor");
        Contact::of(&AccountId::new(WEBCHAT_ACCOUNT), key)
    }
}

async fn post(installation: &Installation, name: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Response {
    let target = format!("/webchat/uploads?account={WEBCHAT_ACCOUNT}&name={name}");
    request_once("POST", installation.address(), &target, headers, bytes, SOON).await.expect("an answer")
}

async fn upload_of(installation: &Installation, agent: &SignedIn, name: &str, bytes: &[u8]) -> Value {
    let cookie = format!("{COOKIE}={}", agent.cookie);
    let target = format!("/api/v1/uploads?name={name}");
    let answer = request_once("POST", installation.address(), &target, &[("cookie", &cookie)], bytes, SOON).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.text());
    serde_json::from_str(&answer.text()).expect("JSON")
}

fn key_in(answer: &Response) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let uploaded: Value = serde_json::from_str(&answer.text()).expect("JSON");
    uploaded["key"].as_str().expect("a key").to_owned()
}

fn new_id() -> String {
    dice::new_id().to_string()
}

/// A picture of several parts.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend((0..600_000_u32).map(|number| (number % 251) as u8));
    bytes
}

async fn a_file_goes_from_a_visitor_to_the_agents_and_back(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = Visitor::come(&installation).await;
    let key = key_in(&visitor.upload(&installation, "..%2FDach%20%22neu%22.png", &picture()).await);
    let path = format!("/uploads/{key}/Dach%20neu.png");
    assert_eq!(installation.get(&path).await.status, 404, "nobody has sent it");
    visitor.say(&new_id(), "Look:", &[&key], "ack").await;
    let shown = installation.get(&path).await;
    assert!(shown.status == 200 && shown.body == picture(), "{} of {} bytes", shown.status, shown.body.len());
    let header = |name: &str| shown.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert!(header("content-disposition").starts_with("inline; filename=\"Dach neu.png\""));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox") && header("cache-control").contains("private"));

    let here = visitor.contact().conversation.to_string();
    let mut console = installation.raw_console(&installation.ana).await;
    console.say(json!({"type": "watch", "ref": 1, "conversation": here, "after": null}).to_string()).await;
    let reset = console.next_of("reset").await;
    let said = &reset["events"].as_array().expect("events").iter().find(|event| event["kind"] == "contact_said");
    let attached = &said.expect("their words")["attachments"][0];
    assert_eq!(*attached, json!({"kind": "image", "url": path, "name": "Dach neu.png", "bytes": picture().len()}));
    let shown_at = format!("/api/v1/conversations/{here}/pictures/{}/0", said.expect("their words")["seq"]);
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let headers = [("cookie", cookie.as_str())];
    let led = request_once("GET", installation.address(), &shown_at, &headers, b"", SOON).await.expect("an answer");
    assert_eq!((led.status, led.header("location")), (307, Some(path.as_str())), "{}", led.text());

    let uploaded = upload_of(&installation, &installation.ana, "offer.pdf", b"%PDF-1.7 ...").await;
    let cid = new_id();
    let reply = json!({"type": "reply", "ref": 2, "conversation": here, "cid": cid, "text": "", "seen": 0,
        "anyway": true, "attachment": uploaded["key"]});
    for _ in 0..2 {
        console.say(reply.to_string()).await;
        assert_eq!(console.next_of("done").await["cid"], *cid, "asked twice, said once");
    }
    let events = visitor.wire.next_of("events").await;
    let said = |events: &Value| {
        let said = events["events"].as_array().expect("events").iter().find(|event| event["kind"] == "person_said");
        said.map(|said| said["attachments"][0].clone())
    };
    let mut offered = said(&events);
    while offered.is_none() {
        offered = said(&visitor.wire.next_of("events").await);
    }
    let offered = offered.expect("an offer");
    assert_eq!(offered["name"], "offer.pdf");
    let saved = installation.get(uploaded["url"].as_str().expect("an address")).await;
    assert_eq!(saved.body, b"%PDF-1.7 ...");
    assert_eq!(offered["bytes"], saved.body.len());
    assert!(saved.header("content-disposition").unwrap_or_default().starts_with("attachment;"));
    node.stop().await;
}

async fn an_acknowledged_message_survives_a_kill_with_its_file(installation: Installation) {
    let process = installation.process().await;
    let mut visitor = Visitor::come(&installation).await;
    let (id, unsent) = (new_id(), visitor.upload(&installation, "later.png", &picture()).await);
    let key = key_in(&visitor.upload(&installation, "roof.png", &picture()).await);
    visitor.say(&id, "", &[&key], "ack").await;
    drop(process);

    let process = installation.process().await;
    let shown = installation.get(&format!("/uploads/{key}/roof.png")).await;
    assert!(shown.status == 200 && shown.body == picture(), "{}", shown.status);
    // What was uploaded and not sent is there, too; what was sent is one message, however often it is said.
    let mut visitor = Visitor::with(&installation, Some(&visitor.token)).await;
    visitor.say(&id, "", &[&key], "ack").await;
    visitor.say(&new_id(), "", &[&key_in(&unsent)], "ack").await;
    process.end().await;
    let here = visitor.contact().conversation.to_string();
    let dumped = installation.dump().await;
    let log = dumped.iter().find(|stored| stored.conversation == here).expect("the conversation");
    let files = format!("{log:?}").matches(&format!("/uploads/{key}/roof.png")).count();
    assert_eq!(files, 1, "{log:?}");
}

/// Whoever looks at a film from its middle gets that, across the parts in which it is kept.
#[actix_web::test]
async fn a_file_is_handed_out_in_the_stretches_that_are_asked_for() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut visitor = Visitor::come(&installation).await;
    let key = key_in(&visitor.upload(&installation, "tide.png", &picture()).await);
    visitor.say(&new_id(), "", &[&key], "ack").await;
    let path = format!("/uploads/{key}/tide.png");
    let (whole, ana) = (picture(), &installation.ana);
    let last = whole.len() - 1;
    let said = async |range: &str| stretch(&installation, ana, &path, range).await;
    for (from, to) in [(0, 0), (5, 262_143), (262_143, 262_144), (262_144, 599_999), (1, last), (last, last)] {
        let (status, which, bytes) = said(&format!("bytes={from}-{to}")).await;
        assert_eq!((status, which), (206, Some(format!("bytes {from}-{to}/{}", whole.len()))));
        assert!(bytes == whole[from..=to], "from {from} to {to}: {} bytes", bytes.len());
    }
    let (status, _, bytes) = said("bytes=600000-").await;
    assert!(status == 206 && bytes == whole[600_000..]);
    assert_eq!(said(&format!("bytes={}-", whole.len())).await.0, 416);
    let (status, which, bytes) = said("bytes=0-1,5-6").await;
    assert!((status, which) == (200, None) && bytes == whole, "two stretches at once are the whole");
    let told = head(&installation, ana, &path).await;
    assert!(told.contains(&format!("content-length: {}\r\n", whole.len())), "{told}");
    assert!(told.starts_with("http/1.1 200") && told.contains("accept-ranges: bytes"), "{told}");
    node.stop().await;
}

#[actix_web::test]
async fn a_file_that_cannot_be_attached_is_refused_in_words() {
    let installation = Installation::with(|plan| {
        plan.limits = "[uploads]\nfile_bytes_max = 10485760\nvisitor_files_per_hour = 3";
    });
    let installation = installation.await;
    let node = installation.start().await;
    let mut visitor = Visitor::come(&installation).await;
    let refused = async |name: &str, bytes: &[u8]| {
        let answer = visitor.upload(&installation, name, bytes).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP), "the widget may read why");
        let problem: Value = serde_json::from_str(&answer.text()).expect("JSON");
        (answer.status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused("page.html", b"<script>").await, (422, "invalid".into()));
    assert_eq!(refused("drawing.svg", b"<svg/>").await, (422, "invalid".into()));
    assert_eq!(refused("empty.png", b"").await, (422, "invalid".into()));
    // Counts, for its bytes came: it is a page, whatever it is called.
    assert_eq!(refused("roof.png", b"<script>alert(1)</script>").await, (422, "invalid".into()));
    // Eleven million bytes are not read to their end: an answer, or a line that is cut while we still write.
    let target = format!("/webchat/uploads?account={WEBCHAT_ACCOUNT}&name=a.zip");
    let bearer = format!("Bearer {}", visitor.token);
    let headers = [("origin", SHOP), ("authorization", bearer.as_str())];
    if let Ok(answer) =
        request_once("POST", installation.address(), &target, &headers, &vec![b'x'; 11 << 20], SOON).await
    {
        assert_eq!(answer.status, 413);
    }
    let (one, two) =
        (visitor.upload(&installation, "1.txt", b"1").await, visitor.upload(&installation, "2.txt", b"2").await);
    assert_eq!(refused("3.txt", b"3").await, (429, "too_much".into()));

    let strangers = post(&installation, "1.txt", &[("origin", SHOP), ("authorization", "Bearer v1.x.y")], b"1").await;
    assert_eq!(strangers.status, 401);
    let elsewhere =
        post(&installation, "1.txt", &[("origin", "https://evil.example"), ("authorization", &bearer)], b"1").await;
    assert_eq!(elsewhere.status, 403);

    let mut other = Visitor::come(&installation).await;
    let stolen = other.say(&new_id(), "mine", &[&key_in(&one)], "error").await;
    assert_eq!((stolen["code"].as_str(), stolen["again"].as_bool()), (Some("no_upload"), Some(false)));
    visitor.say(&new_id(), "", &[&key_in(&one)], "ack").await;
    let twice = visitor.say(&new_id(), "", &[&key_in(&one), &key_in(&two)], "error").await;
    assert_eq!(twice["code"], "no_upload", "it went with another message");
    let nonsense = visitor.say(&new_id(), "", &["../../etc/passwd"], "error").await;
    assert_eq!(nonsense["code"], "no_upload");
    visitor.say(&new_id(), "", &[&key_in(&two)], "ack").await;
    node.stop().await;
}

/// What was refused can be sent with another message.
#[actix_web::test]
async fn a_file_of_a_refused_reply_can_be_sent_with_another() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hello").await;
    let mut console = installation.raw_console(&installation.ana).await;
    let uploaded = upload_of(&installation, &installation.ana, "a.txt", b"a").await;
    let here = conversation(PSID);
    // The bot has answered since.
    installation.delivered(PSID, 1).await;
    let ask = |number: u64, seen: u64, anyway: bool| {
        json!({"type": "reply", "ref": number, "conversation": here, "cid": new_id(), "text": "", "seen": seen,
            "anyway": anyway, "attachment": uploaded["key"]})
        .to_string()
    };
    console.say(ask(1, 0, false)).await;
    assert_eq!(console.next_of("refused").await["code"], "superseded");
    console.say(ask(2, 0, true)).await;
    console.next_of("done").await;
    fails_without_an_address(&node).await;
    node.stop().await;
}

/// Nobody said how the provider reaches us.
async fn fails_without_an_address(node: &Node) {
    let failed = async || {
        let events = log(node, &contact(PSID)).await.into_iter().map(|logged| logged.event);
        events.filter_map(|event| if let Event::Failed { reason, .. } = event { Some(reason) } else { None }).next()
    };
    let reason = eventually("it is shown as failed", failed).await;
    assert!(reason.contains("public_url"), "{reason}");
}

#[actix_web::test]
async fn an_agents_file_goes_out_by_an_address_that_leads_here() {
    let installation = Installation::new().await;
    let config = switchboard::config::Config {
        public_url: Some("https://chat.harbor.example".to_owned()),
        ..installation.config()
    };
    let node = Node::start_with(config, Arc::new(SystemClock)).await.expect("a node");
    installation.listens_at(node.address);
    let mut poster = installation.poster();
    poster.text(PSID, "hello").await;
    installation.delivered(PSID, 1).await;
    let mut console = installation.raw_console(&installation.ana).await;
    let uploaded = upload_of(&installation, &installation.ana, "roof.png", &picture()).await;
    let reply = json!({"type": "reply", "ref": 1, "conversation": conversation(PSID), "cid": new_id(),
        "text": "Your roof:", "seen": 0, "anyway": true, "attachment": uploaded["key"]});
    console.say(reply.to_string()).await;
    console.next_of("done").await;
    let address = format!("https://chat.harbor.example{}", uploaded["url"].as_str().expect("an address"));
    eventually("the provider is told where it is", async || {
        installation
            .provider
            .arrivals()
            .iter()
            .any(|arrival| arrival.raw.replace("\\/", "/").contains(&address))
            .then_some(())
    })
    .await;
    node.stop().await;
}

#[actix_web::test]
async fn whoever_becomes_another_visitor_each_time_has_one_address_all_the_same() {
    let limits = |plan: &mut crate::support::installation::Plan| plan.limits = "[uploads]\naddress_files_per_hour = 3";
    let installation = Installation::with(limits).await;
    let node = installation.start().await;
    for number in 0..4 {
        let visitor = Visitor::come(&installation).await;
        let answer = visitor.upload(&installation, "a.txt", b"words").await;
        assert_eq!(answer.status, if number < 3 { 201 } else { 429 }, "{number}");
    }
    // From elsewhere, by the word of the proxy before us.
    let visitor = Visitor::come(&installation).await;
    let bearer = format!("Bearer {}", visitor.token);
    let headers = [("origin", SHOP), ("authorization", bearer.as_str()), ("x-forwarded-for", "192.0.2.7")];
    assert_eq!(post(&installation, "a.txt", &headers, b"words").await.status, 201);
    node.stop().await;
}
