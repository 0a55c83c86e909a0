//! Administrators' wishes from the command line: done by a running server, or on the data directly while none runs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use reqwest::{Client, Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard::config::Config;
use switchboard::edge::api::office::Office;
use switchboard::node::storage;
use switchboard::ports::clock::SystemClock;
use switchboard::wire::api;
use tokio::runtime::Runtime;

use super::stop_it_first;

const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// Who did it, where no server knows who asks.
const BY: &str = "the command line";

/// Which server does it, and who we are.
#[derive(Debug, Clone, Default, Args)]
pub struct At {
    /// The running server, such as https://chat.example.org; else SWITCHBOARD_SERVER; without either, the data itself is
    /// changed, which with SQLite works only while no server runs.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// A token made by `switchboard token add`; SWITCHBOARD_TOKEN keeps it off the command line.
    #[arg(long, global = true, value_name = "TOKEN")]
    token: Option<String>,
    /// Instead of a token: sign in as this person, with the password on standard input.
    #[arg(long, global = true, value_name = "E-MAIL")]
    sign_in: Option<String>,
}

/// Where it is done.
pub enum Desk {
    There(Box<Remote>),
    Here(Box<Office>),
}

pub struct Remote {
    client: Client,
    server: String,
    pass: Pass,
}

enum Pass {
    Token(String),
    Cookie(String),
}

impl At {
    /// The desk; `config` is only read if no server is named.
    pub async fn desk(
        &self,
        runtime: &Runtime,
        config: impl FnOnce() -> anyhow::Result<Config>,
    ) -> anyhow::Result<Desk> {
        let named = |given: &Option<String>, variable| given.clone().or_else(|| std::env::var(variable).ok());
        match named(&self.server, "SWITCHBOARD_SERVER") {
            Some(server) => {
                let token = named(&self.token, "SWITCHBOARD_TOKEN");
                Ok(Desk::There(Box::new(Remote::new(&server, token, self.sign_in.as_deref()).await?)))
            }
            None => {
                let config = config()?;
                let clock = Arc::new(SystemClock);
                let storage = storage::open(&config, runtime.handle(), clock.clone()).await.map_err(stop_it_first)?;
                let (base, outside) = (config.base_url(), config.outside.clone());
                let storage::Storage { people, teams, tokens, bots, .. } = storage;
                Ok(Desk::Here(Box::new(Office { people, teams, tokens, bots, clock, outside, base })))
            }
        }
    }
}

/// A password or a token goes to no other address than the one that was given.
fn client() -> reqwest::Result<Client> {
    // Fails only if one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(ANSWERS_WITHIN).redirect(reqwest::redirect::Policy::none()).build()
}

impl Remote {
    async fn new(server: &str, token: Option<String>, sign_in: Option<&str>) -> anyhow::Result<Self> {
        let (client, server) = (client()?, server.trim_end_matches('/').to_owned());
        let pass = match (token, sign_in) {
            (_, Some(email)) => Pass::Cookie(cookie(&client, &server, email).await?),
            (Some(token), None) => Pass::Token(token),
            (None, None) => {
                bail!("who are you? Set SWITCHBOARD_TOKEN, or use --sign-in E-MAIL with the password on standard input")
            }
        };
        Ok(Self { client, server, pass })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.send(self.request(Method::GET, path)).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a document to the letter.
    async fn document<T: DeserializeOwned>(&self, method: Method, path: &str, text: String) -> anyhow::Result<T> {
        self.send(self.request(method, path).header("content-type", "application/json").body(text)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.server));
        match &self.pass {
            Pass::Token(token) => request.bearer_auth(token),
            Pass::Cookie(cookie) => request.header("cookie", cookie),
        }
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> anyhow::Result<T> {
        let answer = request.send().await.with_context(|| format!("{} does not answer", self.server))?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if status.is_success() {
            let body = if body.is_empty() { &b"null"[..] } else { &body };
            return serde_json::from_slice(body).with_context(|| format!("{} answers strangely", self.server));
        }
        Err(refusal(status.as_u16(), &body))
    }
}

fn refusal(status: u16, body: &[u8]) -> anyhow::Error {
    match serde_json::from_slice::<api::ProblemView>(body) {
        Ok(problem) => {
            let places = problem
                .places
                .iter()
                .map(|place| format!("\n  {}: {}: {}. {}.", place.line, place.path, place.problem, place.fix));
            anyhow!("{}{}", problem.detail, places.collect::<String>())
        }
        Err(_) => anyhow!("the server answers with {status}"),
    }
}

async fn cookie(client: &Client, server: &str, email: &str) -> anyhow::Result<String> {
    let credentials = serde_json::json!({ "email": email, "password": super::password()? });
    let answer = client.post(format!("{server}/api/v1/session")).json(&credentials).send().await;
    let answer = answer.with_context(|| format!("{server} does not answer"))?;
    let status = answer.status();
    let given = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
    let cookie = given.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    match cookie.filter(|_| status.is_success()) {
        Some(cookie) => Ok(cookie),
        None => Err(refusal(status.as_u16(), &answer.bytes().await?)),
    }
}

/// The wishes. Those who ask check ids, so that every path is one.
impl Desk {
    pub async fn bot(&self, bot: &str) -> anyhow::Result<api::BotView> {
        match self {
            Desk::There(remote) => remote.get(&format!("/bots/{}", plain(bot)?)).await,
            Desk::Here(office) => Ok(office.bot(bot).await?),
        }
    }

    pub async fn document(&self, bot: &str, version: u32) -> anyhow::Result<api::DocumentView> {
        match self {
            Desk::There(remote) => remote.get(&format!("/bots/{}/versions/{version}", plain(bot)?)).await,
            Desk::Here(office) => Ok(office.document(bot, version).await?),
        }
    }

    pub async fn draft(&self, bot: &str) -> anyhow::Result<api::DocumentView> {
        match self {
            Desk::There(remote) => remote.get(&format!("/bots/{}/draft", plain(bot)?)).await,
            Desk::Here(office) => Ok(office.draft(bot).await?),
        }
    }

    pub async fn save_draft(&self, bot: &str, seen: u32, text: String) -> anyhow::Result<api::DraftSaved> {
        match self {
            Desk::There(remote) => {
                remote.document(Method::PUT, &format!("/bots/{}/draft?seen={seen}", plain(bot)?), text).await
            }
            Desk::Here(office) => Ok(office.save_draft(BY, bot, seen, text).await?),
        }
    }

    pub async fn publish_document(
        &self,
        bot: &str,
        seen: u32,
        text: String,
        note: &str,
    ) -> anyhow::Result<api::Published> {
        match self {
            Desk::There(remote) => {
                let query: String =
                    url::form_urlencoded::Serializer::new(String::new()).append_pair("note", note).finish();
                let path = format!("/bots/{}/versions?seen={seen}&{query}", plain(bot)?);
                remote.document(Method::POST, &path, text).await
            }
            Desk::Here(office) => match office.publish_document(BY, bot, seen, text, note).await {
                Ok(done) => Ok(done),
                Err(problem) => Err(refusal(problem.status.as_u16(), problem.json().as_bytes())),
            },
        }
    }

    pub async fn publish(&self, bot: &str, wanted: api::Publish) -> anyhow::Result<api::Published> {
        match self {
            Desk::There(remote) => remote.post(&format!("/bots/{}/publish", plain(bot)?), &wanted).await,
            Desk::Here(office) => Ok(office.publish(BY, bot, wanted).await?),
        }
    }

    pub async fn add_person(&self, new: api::NewPerson) -> anyhow::Result<api::Invited> {
        match self {
            Desk::There(remote) => remote.post("/people", &new).await,
            Desk::Here(office) => Ok(office.add_person(BY, new).await?),
        }
    }

    pub async fn renew_link(&self, email: String) -> anyhow::Result<api::Invited> {
        match self {
            Desk::There(remote) => remote.post("/people/link", &api::LinkFor { email }).await,
            Desk::Here(office) => Ok(office.renew_link(BY, &email).await?),
        }
    }

    /// Ends their sessions; with `lock` their password is good no more.
    pub async fn sign_out(&self, email: &str, lock: bool) -> anyhow::Result<api::SessionsEnded> {
        let email = email.trim().to_lowercase();
        let found = self.people().await?.people.into_iter().find(|person| person.email == email);
        let id = found.ok_or_else(|| anyhow!("there is nobody with the e-mail address {email}"))?.id;
        match self {
            Desk::There(remote) => {
                let path = format!("/people/{}/sessions?lock={lock}", plain(&id)?);
                remote.send(remote.request(Method::DELETE, &path)).await
            }
            Desk::Here(office) => Ok(office.sign_out(BY, id.parse()?, lock).await?),
        }
    }

    pub async fn people(&self) -> anyhow::Result<api::People> {
        match self {
            Desk::There(remote) => remote.get("/people").await,
            Desk::Here(office) => Ok(office.list_people().await?),
        }
    }

    pub async fn teams(&self) -> anyhow::Result<api::Teams> {
        match self {
            Desk::There(remote) => remote.get("/teams").await,
            Desk::Here(office) => Ok(office.list_teams().await?),
        }
    }

    pub async fn save_team(&self, id: &str, new: api::NewTeam) -> anyhow::Result<()> {
        match self {
            Desk::There(remote) => {
                remote.send(remote.request(Method::PUT, &format!("/teams/{}", plain(id)?)).json(&new)).await
            }
            Desk::Here(office) => Ok(office.save_team(BY, id, new).await?),
        }
    }

    pub async fn delete_team(&self, id: &str) -> anyhow::Result<()> {
        match self {
            Desk::There(remote) => remote.send(remote.request(Method::DELETE, &format!("/teams/{}", plain(id)?))).await,
            Desk::Here(office) => Ok(office.delete_team(BY, id).await?),
        }
    }

    pub async fn tokens(&self) -> anyhow::Result<api::Tokens> {
        match self {
            Desk::There(remote) => remote.get("/tokens").await,
            Desk::Here(office) => Ok(office.list_tokens().await?),
        }
    }

    pub async fn add_token(&self, new: api::NewToken) -> anyhow::Result<api::TokenMade> {
        match self {
            Desk::There(remote) => remote.post("/tokens", &new).await,
            Desk::Here(office) => Ok(office.add_token(BY, new).await?),
        }
    }

    pub async fn revoke_token(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Desk::There(remote) => {
                remote.send(remote.request(Method::DELETE, &format!("/tokens/{}", plain(name)?))).await
            }
            Desk::Here(office) => Ok(office.revoke_token(BY, name).await?),
        }
    }
}

/// A name as a part of an address.
fn plain(name: &str) -> anyhow::Result<&str> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if !name.is_empty() && !name.starts_with('.') && name.chars().all(fits) {
        return Ok(name);
    }
    bail!("{name:?} is no name: write lower-case letters, digits and hyphens")
}
