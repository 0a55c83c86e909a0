use std::collections::HashMap;
use std::sync::Mutex;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Error};
use serde_json::{Value, json};

use super::*;
use crate::config::{Sources, load};
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::edge::error::extractors;
use crate::edge::invitation;
use crate::ports::clock::ManualClock;
use crate::ports::people::{Role, Saved};
use crate::ports::sessions::Ending;
use crate::ports::store::Answer;

/// People in memory.
#[derive(Default)]
struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    people: HashMap<AgentId, Person>,
    sessions: HashMap<TokenHash, (AgentId, Timestamp)>,
    invitations: HashMap<TokenHash, (AgentId, Timestamp)>,
}

impl Memory {
    fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Inner) -> T) -> Answer<T> {
        let answer = work(&mut self.0.lock().expect("a lock"));
        Box::pin(async { Ok(answer) })
    }
}

impl Inner {
    fn save(&mut self, person: Person) -> Saved {
        if self.people.values().any(|other| other.email == person.email && other.id != person.id) {
            return Saved::EmailTaken;
        }
        self.people.insert(person.id, person);
        Saved::Done
    }

    fn good(&self, entry: Option<&(AgentId, Timestamp)>, now: Timestamp) -> Option<Person> {
        let (agent, _) = entry.filter(|(_, until)| *until > now)?;
        self.people.get(agent).cloned()
    }
}

impl People for Memory {
    fn count_people(&self) -> Answer<u64> {
        self.with(|inner| inner.people.len() as u64)
    }

    fn save_person(&self, person: Person) -> Answer<Saved> {
        self.with(|inner| inner.save(person))
    }

    fn people(&self) -> Answer<Vec<Person>> {
        self.with(|inner| inner.people.values().cloned().collect())
    }

    fn person_by_email(&self, email: String) -> Answer<Option<Person>> {
        self.with(|inner| inner.people.values().find(|person| person.email == email).cloned())
    }

    fn with_role(&self, role: Role, limit: usize) -> Answer<Vec<Person>> {
        self.with(|inner| inner.people.values().filter(|person| person.role == role).take(limit).cloned().collect())
    }

    fn open_session(&self, session: Session, agent: AgentId, until: Timestamp) -> Answer<()> {
        self.with(|inner| {
            inner.sessions.insert(session.token, (agent, until));
        })
    }

    fn session(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        self.with(|inner| inner.good(inner.sessions.get(&token), now))
    }

    fn close_session(&self, token: TokenHash) -> Answer<()> {
        self.with(|inner| {
            inner.sessions.remove(&token);
        })
    }

    fn session_seen(&self, _: TokenHash, _: Timestamp) -> Answer<()> {
        self.with(|_| ())
    }

    fn sessions(&self, agent: AgentId, now: Timestamp) -> Answer<Vec<Session>> {
        self.with(|inner| {
            let own = inner.sessions.iter().filter(|(_, (owner, until))| *owner == agent && *until > now);
            own.map(|(token, _)| Session::new(*token, "", now)).collect()
        })
    }

    fn end_sessions(&self, agent: AgentId, which: Ending) -> Answer<u64> {
        self.with(|inner| {
            let before = inner.sessions.len();
            inner.sessions.retain(|token, (owner, _)| {
                *owner != agent
                    || match which {
                        Ending::All => false,
                        Ending::Others(here) => *token == here,
                        Ending::One(one) => *token != one,
                    }
            });
            (before - inner.sessions.len()) as u64
        })
    }

    fn add_invitation(&self, token: TokenHash, agent: AgentId, until: Timestamp) -> Answer<()> {
        self.with(|inner| {
            inner.invitations.insert(token, (agent, until));
        })
    }

    fn invitation(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        self.with(|inner| inner.good(inner.invitations.get(&token), now))
    }

    fn accept_invitation(&self, token: TokenHash, person: Person, now: Timestamp) -> Answer<bool> {
        self.with(|inner| {
            let good = inner.good(inner.invitations.get(&token), now).is_some();
            inner.invitations.remove(&token);
            good && inner.save(person) == Saved::Done
        })
    }

    fn revoke_invitations(&self, agent: AgentId) -> Answer<()> {
        self.with(|inner| inner.invitations.retain(|_, (other, _)| *other != agent))
    }
}

const PASSWORD: &str = "correct horse";

struct House {
    people: Arc<Memory>,
    clock: Arc<ManualClock>,
    sign_in: web::Data<SignIn>,
}

/// A house where Ana has a password.
async fn house(environment: &[(&str, &str)]) -> House {
    let people = Arc::new(Memory::default());
    let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
    let ana = invitation::New {
        name: "Ana".into(),
        email: "Ana@example.org".into(),
        role: Role::Agent,
        password: Some(PASSWORD.into()),
    };
    invitation::add(&*people, &*clock, ana).await.expect("added");
    let environment = environment.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    let config = load(&Sources { environment, ..Sources::default() }).expect("a configuration");
    let passwords = Passwords::new().expect("argon2");
    let sign_in = web::Data::new(SignIn::new(people.clone(), clock.clone(), passwords, &config));
    House { people, clock, sign_in }
}

impl House {
    async fn open(
        &self,
    ) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
        let app = App::new()
            .app_data(self.sign_in.clone())
            .configure(|cfg| extractors(cfg, 10_000))
            .configure(crate::edge::routes);
        init_service(app).await
    }

    async fn invite(&self, email: &str) -> String {
        let new = invitation::New { name: "Bo".into(), email: email.into(), role: Role::Agent, password: None };
        invitation::add(&*self.people, &*self.clock, new).await.expect("added").expect("a token")
    }
}

fn post(path: &str, body: Value) -> TestRequest {
    TestRequest::post().uri(path).set_json(body)
}

fn credentials(email: &str, password: &str) -> TestRequest {
    post("/api/v1/session", json!({"email": email, "password": password}))
}

fn acceptance(token: &str, name: &str, email: &str, password: &str) -> TestRequest {
    post("/api/v1/welcome", json!({"token": token, "name": name, "email": email, "password": password}))
}

/// Sends a request: status, cookie, body.
async fn send(
    app: &impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    request: TestRequest,
) -> (StatusCode, Option<Cookie<'static>>, Value) {
    let response = call_service(app, request.to_request()).await;
    let status = response.status();
    let cookie = response.response().cookies().next().map(Cookie::into_owned);
    let body = read_body(response).await;
    (status, cookie, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[actix_web::test]
async fn whoever_signs_in_has_a_session_until_they_sign_out() {
    let house = house(&[]).await;
    let app = house.open().await;
    let (status, cookie, body) = send(&app, credentials(" ANA@example.org", PASSWORD)).await;
    assert_eq!((status, &body["agent"]["email"]), (StatusCode::OK, &json!("ana@example.org")));
    let cookie = cookie.expect("a cookie");
    let show = || TestRequest::get().uri("/api/v1/session").cookie(cookie.clone());
    let (status, _, shown) = send(&app, show()).await;
    assert_eq!((status, &shown), (StatusCode::OK, &body));
    assert_eq!(shown["agent"]["role"], "agent");
    let (status, gone, _) = send(&app, TestRequest::delete().uri("/api/v1/session").cookie(cookie.clone())).await;
    assert_eq!((status, gone.expect("a cookie").value()), (StatusCode::NO_CONTENT, ""));
    let (status, _, problem) = send(&app, show()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("not_signed_in")));
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let house = house(&[("SWITCHBOARD_LIMITS__SESSION_DAYS", "1")]).await;
    let app = house.open().await;
    let cookie = send(&app, credentials("ana@example.org", PASSWORD)).await.1.expect("a cookie");
    house.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(send(&app, TestRequest::get().uri("/api/v1/session").cookie(cookie)).await.0, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn the_cookie_is_closed_to_scripts_and_other_websites() {
    let plain = house(&[]).await;
    let cookie = send(&plain.open().await, credentials("ana@example.org", PASSWORD)).await.1.expect("a cookie");
    assert_eq!((cookie.name(), cookie.path(), cookie.http_only()), (COOKIE, Some("/"), Some(true)));
    assert_eq!((cookie.same_site(), cookie.secure()), (Some(SameSite::Lax), None));
    assert_eq!(cookie.max_age().map(|age| age.whole_days()), Some(30));
    let https = house(&[("SWITCHBOARD_PUBLIC_URL", "https://chat.example.org")]).await;
    let cookie = send(&https.open().await, credentials("ana@example.org", PASSWORD)).await.1.expect("a cookie");
    assert_eq!(cookie.secure(), Some(true));
}

#[actix_web::test]
async fn an_unknown_person_and_a_wrong_password_get_the_same_answer() {
    let house = house(&[]).await;
    let app = house.open().await;
    house.invite("bo@example.org").await;
    let (status, cookie, wrong) = send(&app, credentials("ana@example.org", "wrong horse")).await;
    assert_eq!((status, cookie), (StatusCode::UNAUTHORIZED, None));
    for email in ["nobody@example.org", "bo@example.org", "no address"] {
        let (status, _, body) = send(&app, credentials(email, "wrong horse")).await;
        assert_eq!((status, &body), (StatusCode::UNAUTHORIZED, &wrong), "{email}");
    }
}

#[actix_web::test]
async fn whoever_guesses_too_often_is_refused_for_a_while() {
    let house = house(&[]).await;
    let app = house.open().await;
    let who = Who { email: "ana@example.org".into(), address: None };
    for _ in 0..10 {
        house.sign_in.tries.begin(who.clone(), house.clock.now());
    }
    let response = call_service(&app, credentials("ana@example.org", PASSWORD).to_request()).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers().get("retry-after").expect("a wait"), "900");
    house.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(send(&app, credentials("ana@example.org", PASSWORD)).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn a_proxy_that_is_trusted_names_the_address_that_guesses() {
    let proxies = ["10.0.0.0/24".parse().expect("a network")];
    let from = |peer: &str, forwarded: &str| {
        let request = TestRequest::get().peer_addr(peer.parse().expect("an address"));
        address(&request.insert_header(("x-forwarded-for", forwarded)).to_http_request(), &proxies)
            .expect("an address")
            .to_string()
    };
    assert_eq!(from("127.0.0.1:1", "6.6.6.6, 203.0.113.7"), "203.0.113.7");
    assert_eq!(from("10.0.0.9:1", "6.6.6.6, 203.0.113.7"), "203.0.113.7");
    assert_eq!(from("[::ffff:10.0.0.9]:1", "203.0.113.7"), "203.0.113.7");
    assert_eq!(from("10.0.0.9:1", "6.6.6.6, 203.0.113.7, 10.0.0.8"), "203.0.113.7", "a proxy behind another");
    assert_eq!(from("10.0.0.9:1", "nonsense"), "10.0.0.9");
    assert_eq!(from("198.51.100.1:1", "6.6.6.6"), "198.51.100.1");
}

#[actix_web::test]
async fn other_websites_cannot_sign_anybody_in_or_out() {
    let house = house(&[("SWITCHBOARD_PUBLIC_URL", "https://chat.example.org")]).await;
    let app = house.open().await;
    let from = |origin: &'static str| {
        let request = credentials("ana@example.org", PASSWORD).insert_header(("host", "127.0.0.1:8080"));
        request.insert_header(("origin", origin))
    };
    for origin in ["https://evil.example", "null", "https://chat.example.org.evil.example"] {
        assert_eq!(send(&app, from(origin)).await.0, StatusCode::FORBIDDEN, "{origin}");
    }
    for origin in ["https://chat.example.org", "http://127.0.0.1:8080"] {
        assert_eq!(send(&app, from(origin)).await.0, StatusCode::OK, "{origin}");
    }
    let out = TestRequest::delete().uri("/api/v1/session").insert_header(("origin", "https://evil.example"));
    assert_eq!(send(&app, out).await.0, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_link_lets_a_new_person_in_once() {
    let house = house(&[]).await;
    let app = house.open().await;
    let token = house.invite("bo@example.org").await;
    let (status, _, shown) = send(&app, TestRequest::get().uri(&format!("/api/v1/welcome?token={token}"))).await;
    assert_eq!((status, shown), (StatusCode::OK, json!({"name": "Bo", "email": "bo@example.org"})));
    let (status, cookie, body) = send(&app, acceptance(&token, "Bo Lee", "bo.lee@example.org", "battery staple")).await;
    assert_eq!((status, &body["agent"]["name"]), (StatusCode::OK, &json!("Bo Lee")));
    let session = TestRequest::get().uri("/api/v1/session").cookie(cookie.expect("a cookie"));
    assert_eq!(send(&app, session).await.0, StatusCode::OK);
    assert_eq!(send(&app, credentials("bo.lee@example.org", "battery staple")).await.0, StatusCode::OK);
    let (status, _, problem) = send(&app, acceptance(&token, "Bo", "bo@example.org", "battery staple")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::GONE, &json!("gone")));
}

#[actix_web::test]
async fn a_link_ends_after_a_week_or_when_a_newer_one_is_made() {
    let house = house(&[]).await;
    let app = house.open().await;
    let show = |token: &str| TestRequest::get().uri(&format!("/api/v1/welcome?token={token}"));
    let old = house.invite("bo@example.org").await;
    let new = house.invite("bo@example.org").await;
    assert_eq!(send(&app, show(&old)).await.0, StatusCode::GONE);
    assert_eq!(send(&app, show(&new)).await.0, StatusCode::OK);
    house.clock.advance(invitation::LINK_LASTS);
    assert_eq!(send(&app, show(&new)).await.0, StatusCode::GONE);
}

#[actix_web::test]
async fn whoever_forgot_a_password_chooses_a_new_one_by_a_new_link() {
    let house = house(&[]).await;
    let app = house.open().await;
    let token = invitation::renew(&*house.people, &*house.clock, "Ana@example.org").await.expect("a link");
    assert_eq!(send(&app, credentials("ana@example.org", PASSWORD)).await.0, StatusCode::OK);
    assert_eq!(send(&app, acceptance(&token, "Ana", "ana@example.org", "another horse")).await.0, StatusCode::OK);
    assert_eq!(send(&app, credentials("ana@example.org", PASSWORD)).await.0, StatusCode::UNAUTHORIZED);
    assert!(invitation::renew(&*house.people, &*house.clock, "bo@example.org").await.is_err());
}

#[actix_web::test]
async fn what_is_wrong_with_an_acceptance_is_said_in_words_and_the_link_stays_good() {
    let house = house(&[]).await;
    let app = house.open().await;
    let token = house.invite("bo@example.org").await;
    let wrong = [
        (acceptance(&token, " ", "bo@example.org", "battery staple"), "A name has"),
        (acceptance(&token, "Bo", "bo", "battery staple"), "This is not an e-mail address"),
        (acceptance(&token, "Bo", "bo@example.org", "short"), "The password needs at least 10 characters."),
        (acceptance(&token, "Bo", "ANA@example.org", "battery staple"), "There is already a person"),
    ];
    for (request, words) in wrong {
        let (status, _, problem) = send(&app, request).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.starts_with(words)), "{problem}");
    }
    assert_eq!(send(&app, acceptance(&token, "Bo", "bo@example.org", "battery staple")).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn a_person_with_a_password_is_not_added_twice() {
    let house = house(&[]).await;
    let again =
        invitation::New { name: "Ana".into(), email: "ana@EXAMPLE.org".into(), role: Role::Admin, password: None };
    let refused = invitation::add(&*house.people, &*house.clock, again).await.expect_err("taken");
    assert_eq!(refused.to_string(), "There is already a person with the e-mail address ana@example.org.");
}

#[actix_web::test]
async fn a_request_that_cannot_be_read_gets_a_problem_too() {
    let house = house(&[]).await;
    let app = house.open().await;
    let raw = |body: String| {
        TestRequest::post().uri("/api/v1/session").insert_header(("content-type", "application/json")).set_payload(body)
    };
    let (status, _, problem) = send(&app, raw("{".into())).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("unreadable")));
    let (status, _, problem) = send(&app, raw(format!("\"{}\"", "x".repeat(20_000)))).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
    let (status, _, problem) = send(&app, TestRequest::get().uri("/api/v1/welcome")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("unreadable")));
}
