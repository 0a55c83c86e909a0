//! Signing in, signing out, and the link by which a new person chooses a password.
//!
//! App data: one `web::Data<SignIn>`, the same for all workers, and [`super::error::extractors`]. Who may do what
//! is decided at the gate (`caller`); a handler that needs the person takes a [`SignedIn`].
//! Websockets begin with a GET, so their handlers call [`SignIn::check_origin`] themselves.
//!
//! A session is a random token in a cookie; the store keeps its SHA-256. Absent on purpose: a way to reset a forgotten
//! password without an administrator, who gives a new link.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Edge;
use super::error::Problem;
use super::invitation::{check_password, clean_email, clean_name, taken};
use super::passwords::Passwords;
use super::tries::{Tries, Verdict, Who};
use crate::actors::doors::knock;
use crate::config::Config;
use crate::dice;
use crate::ports::clock::Clock;
use crate::ports::people::{Pass, People, Person, TokenHash};
use crate::ports::sessions::Session;
use crate::wire::console::Me;

pub const COOKIE: &str = "switchboard_session";

/// What signing in needs.
pub struct SignIn {
    people: Arc<dyn People>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    tries: Tries,
    session_lasts: Duration,
    public_url: Option<String>,
    proxies: Vec<IpNet>,
}

impl SignIn {
    pub fn new(people: Arc<dyn People>, clock: Arc<dyn Clock>, passwords: Passwords, config: &Config) -> Self {
        let (session_lasts, public_url) = (config.limits.session_lasts, config.public_url.clone());
        let proxies = config.proxies.clone();
        Self { people, clock, passwords, tries: Tries::default(), session_lasts, public_url, proxies }
    }

    /// Who sent this request, if they are signed in.
    pub async fn person(&self, request: &HttpRequest) -> Result<Option<Person>, Problem> {
        match token(request) {
            Some(token) => Ok(self.people.session(token, self.clock.now()).await?),
            None => Ok(None),
        }
    }

    /// The means to ask again later whether this request's session still stands.
    pub fn pass(&self, request: &HttpRequest) -> Result<Pass, Problem> {
        let token = token(request).ok_or_else(Problem::not_signed_in)?;
        Ok(Pass { people: self.people.clone(), clock: self.clock.clone(), token })
    }

    /// Browsers say which website a request comes from: it must be ours. Programs say nothing.
    pub fn check_origin(&self, request: &HttpRequest) -> Result<(), Problem> {
        let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
        let origin = origin.to_str().unwrap_or_default();
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let ours = self.public_url.as_deref() == Some(origin) || (authority.is_some() && authority == host);
        if ours { Ok(()) } else { Err(Problem::forbidden("This request comes from another website.")) }
    }

    async fn open_session(&self, request: &HttpRequest, person: &Person) -> Result<HttpResponse, Problem> {
        let (token, kept) = dice::token();
        let device = request.headers().get(header::USER_AGENT).and_then(|says| says.to_str().ok());
        let now = self.clock.now();
        let session = Session::new(kept, device.unwrap_or_default(), now);
        self.people.open_session(session, person.id, now + self.session_lasts).await?;
        let cookie = self.cookie(token, self.session_lasts);
        Ok(agent(HttpResponse::Ok().cookie(cookie), person))
    }

    fn cookie(&self, value: String, lasts: Duration) -> Cookie<'static> {
        let https = self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        let lasts = actix_web::cookie::time::Duration::seconds(lasts.as_secs() as i64);
        Cookie::build(COOKIE, value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(https)
            .max_age(lasts)
            .finish()
    }
}

/// The person behind a request. As an argument of a handler it refuses everybody else.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Person);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let sign_in = request.app_data::<web::Data<SignIn>>().ok_or_else(Problem::internal)?;
            if !request.method().is_safe() {
                sign_in.check_origin(&request)?;
            }
            sign_in.person(&request).await?.map(SignedIn).ok_or_else(Problem::not_signed_in)
        })
    }
}

pub(super) async fn show_session(SignedIn(person): SignedIn) -> HttpResponse {
    agent(&mut HttpResponse::Ok(), &person)
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

pub(super) async fn sign_in(
    request: HttpRequest,
    here: web::Data<SignIn>,
    asked: web::Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    here.check_origin(&request)?;
    let Credentials { email, password } = asked.into_inner();
    let email = email.trim().to_lowercase();
    // An address that is none cannot be a person's; it still counts and costs like one, shortened to bound the table.
    let who = Who { email: email.chars().take(254).collect(), address: address(&request, &here.proxies) };
    match here.tries.begin(who.clone(), here.clock.now()) {
        Verdict::Go => {}
        Verdict::Slowly(wait) => tokio::time::sleep(wait).await,
        Verdict::Refused(wait) => return Err(Problem::too_many(wait)),
    }
    let person = here.people.person_by_email(email).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let right = here.passwords.verify(password, hash).await?;
    let Some(person) = person.filter(|_| right) else { return Err(wrong_credentials()) };
    here.tries.succeeded(&who);
    here.open_session(&request, &person).await
}

pub(super) async fn sign_out(request: HttpRequest, here: web::Data<SignIn>) -> Result<HttpResponse, Problem> {
    here.check_origin(&request)?;
    if let Some(token) = token(&request) {
        here.people.close_session(token).await?;
    }
    let gone = here.cookie(String::new(), Duration::ZERO);
    Ok(HttpResponse::NoContent().cookie(gone).insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

#[derive(Deserialize)]
pub(super) struct InvitationQuery {
    token: String,
}

#[derive(Serialize)]
struct Invited {
    name: String,
    email: String,
}

pub(super) async fn show_invitation(
    here: web::Data<SignIn>,
    asked: web::Query<InvitationQuery>,
) -> Result<HttpResponse, Problem> {
    let found = here.people.invitation(dice::hash_token(&asked.token), here.clock.now()).await?;
    let Person { name, email, .. } = found.ok_or_else(used_up)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Invited { name, email }))
}

#[derive(Deserialize)]
pub(super) struct Acceptance {
    token: String,
    name: String,
    email: String,
    password: String,
}

/// A new password ends every session that began with an old one.
pub(super) async fn accept_invitation(
    request: HttpRequest,
    here: web::Data<SignIn>,
    asked: web::Json<Acceptance>,
) -> Result<HttpResponse, Problem> {
    here.check_origin(&request)?;
    let Acceptance { token, name, email, password } = asked.into_inner();
    let token = dice::hash_token(&token);
    let invited = here.people.invitation(token, here.clock.now()).await?.ok_or_else(used_up)?;
    let name = clean_name(&name).map_err(Problem::invalid)?;
    let email = clean_email(&email).map_err(Problem::invalid)?;
    check_password(&password).map_err(Problem::invalid)?;
    if here.people.person_by_email(email.clone()).await?.is_some_and(|other| other.id != invited.id) {
        return Err(Problem::invalid(taken(&email)));
    }
    let password_hash = Some(here.passwords.hash(password).await?);
    let person = Person { name, email, password_hash, ..invited };
    if !here.people.accept_invitation(token, person.clone(), here.clock.now()).await? {
        return Err(used_up());
    }
    if let Some(edge) = request.app_data::<web::Data<Edge>>() {
        knock(&*edge.switchboard.parts().bus, person.id);
    }
    here.open_session(&request, &person).await
}

/// The same words whether the person or the password is wrong: nobody learns who works here.
fn wrong_credentials() -> Problem {
    let detail = "The e-mail address or the password is wrong.";
    Problem { code: "wrong_credentials", title: "Not signed in", detail: detail.to_owned(), ..Problem::not_signed_in() }
}

fn used_up() -> Problem {
    Problem::gone("This link was used or has expired. Ask your administrator for a new one.")
}

#[derive(Serialize)]
struct AgentBody {
    agent: Me,
}

impl SignIn {
    /// Where a request comes from, as far as the proxies before us say.
    pub fn address(&self, request: &HttpRequest) -> Option<IpAddr> {
        address(request, &self.proxies)
    }
}

fn agent(response: &mut HttpResponseBuilder, person: &Person) -> HttpResponse {
    let Person { id, name, email, role, .. } = person.clone();
    let agent = Me { id: id.to_string(), name, email, role: role.as_str().to_owned() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(AgentBody { agent })
}

pub(super) fn token(request: &HttpRequest) -> Option<TokenHash> {
    request.cookie(COOKIE).map(|cookie| dice::hash_token(cookie.value()))
}

/// Where a request comes from. A proxy that we trust has written down, as the last of a list, who came to it; that may be
/// another such proxy.
fn address(request: &HttpRequest, proxies: &[IpNet]) -> Option<IpAddr> {
    let trusted = |from: &IpAddr| from.is_loopback() || proxies.iter().any(|network| network.contains(from));
    let lists = request.headers().get_all("x-forwarded-for").filter_map(|list| list.to_str().ok());
    let named: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    let mut from = request.peer_addr()?.ip().to_canonical();
    for name in named.into_iter().rev() {
        match name.trim().parse::<IpAddr>() {
            Ok(before) if trusted(&from) => from = before.to_canonical(),
            _ => break,
        }
    }
    Some(from)
}

#[cfg(test)]
mod tests;
