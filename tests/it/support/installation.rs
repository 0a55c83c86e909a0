//! An installation of the product: a directory, a configuration, two agents, and the provider its Page talks to.
//!
//! It can be started as a node of this process (`node`) or as the real program (`process`), again and again on the same
//! data and the same port.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use loadtest::clients::{ConsoleClient, Diary, Poster, WebchatClient, diary};
use loadtest::messenger::Page;
use loadtest::product::{APP_SECRET, PAGE_ACCOUNT, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN, WEBCHAT_ACCOUNT};
use loadtest::provider::{Arrival, Provider, Settings};
use serde_json::{Value, json};
use switchboard::config::{Config, Sources, load};
use switchboard::dice;
use switchboard::domain::event::Agent;
use switchboard::domain::ids::{AccountId, AgentId, ConversationId};
use switchboard::domain::time::Timestamp;
use switchboard::node::storage::{self, Storage};
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::people::{People, Person, Role};
use switchboard::ports::sessions::Session;
use switchboard::ports::store::Contact;
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::postgres::Schema;

/// What a test waits for something visible, on a machine that does much else.
pub const SOON: Duration = Duration::from_secs(20);

const SAMPLE_BOT: &str = include_str!("../../../bots/harbor.json");
const FOR_EVER: Timestamp = Timestamp(4_000_000_000_000);

/// What a test wants to be different from the usual.
pub struct Plan {
    /// Lines below `[limits]`.
    pub limits: &'static str,
    /// Lines below `[outside]`.
    pub outside: String,
    pub sends_per_second: u32,
    /// The sample bot's document.
    pub bot: Value,
    pub origins: &'static str,
    /// More lines of the Page's `[[account]]`.
    pub page: &'static str,
    /// More `[[account]]` tables.
    pub accounts: String,
    pub kept: Kept,
}

/// Which store keeps it all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    InSqlite,
    /// In a schema of its own.
    InPostgres,
}

/// Each story as a test over each store: `$plan` changes what it wants to be different.
macro_rules! told_over_each_store {
    ($plan:expr => $($story:ident)*) => {
        told_over_each_store! { over_sqlite InSqlite $plan => $($story)* }
        told_over_each_store! { over_postgres InPostgres $plan => $($story)* }
    };
    ($over:ident $kept:ident $plan:expr => $($story:ident)*) => {
        mod $over {
            use crate::support::installation::{Installation, Kept, Plan};

            fn change(plan: &mut Plan) {
                let wanted: fn(&mut Plan) = $plan;
                wanted(plan);
                plan.kept = Kept::$kept;
            }

            $(
                #[actix_web::test]
                async fn $story() {
                    super::$story(Installation::with(change).await).await;
                }
            )*
        }
    };
}
pub(crate) use told_over_each_store;

pub struct Installation {
    pub dir: TempDir,
    pub provider: Provider,
    pub ana: SignedIn,
    pub ben: SignedIn,
    /// Where it listens; port 0 until the first start.
    pub(super) listen: Cell<SocketAddr>,
    /// The address of its PostgreSQL database, if that is where all is kept.
    pub database: Option<String>,
}

/// An agent with an open session.
pub struct SignedIn {
    pub agent: Agent,
    /// The value of the session cookie.
    pub cookie: String,
}

impl Installation {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = Plan {
            limits: "",
            outside: String::new(),
            sends_per_second: 100_000,
            bot: serde_json::from_str(SAMPLE_BOT).expect("the sample is JSON"),
            origins: r#"["https://harbor.example"]"#,
            page: "",
            accounts: String::new(),
            kept: Kept::InSqlite,
        };
        change(&mut plan);
        let dir = tempfile::tempdir().expect("a directory");
        let provider = Provider::start(Settings {
            token: Some(PAGE_TOKEN.into()),
            app_secret: Some(APP_SECRET.into()),
            proof_required: true,
            ..Settings::default()
        });
        let provider = provider.await.expect("a provider");
        write_configuration(&plan, dir.path(), &provider.base());
        let database = match plan.kept {
            Kept::InSqlite => None,
            Kept::InPostgres => Some(Schema::fresh().await.url()),
        };
        let nobody =
            || SignedIn { agent: Agent { id: AgentId(dice::new_id()), name: String::new() }, cookie: String::new() };
        let listen = Cell::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut installation = Self { dir, provider, ana: nobody(), ben: nobody(), listen, database };
        (installation.ana, installation.ben) = hire(&installation.config()).await;
        installation
    }

    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn configuration_file(&self) -> PathBuf {
        self.dir.path().join("switchboard.toml")
    }

    pub fn config(&self) -> Config {
        let database = self.database.iter().map(|url| ("SWITCHBOARD_DATABASE".to_owned(), url.clone()));
        let sources = Sources {
            environment: database.collect(),
            file: Some(self.configuration_file()),
            data_dir: Some(self.data_dir().display().to_string()),
            listen: Some(self.listen.get().to_string()),
            ..Sources::default()
        };
        load(&sources).expect("a configuration")
    }

    /// Where it listens, once it was started.
    pub fn address(&self) -> SocketAddr {
        self.listen.get()
    }

    pub fn poster(&self) -> Poster {
        Poster::new(self.address(), page(), diary())
    }

    pub async fn console(&self, agent: &SignedIn) -> ConsoleClient {
        self.console_with(agent, diary()).await
    }

    pub async fn console_with(&self, agent: &SignedIn, diary: Diary) -> ConsoleClient {
        let mut console = ConsoleClient::new(self.address(), agent.cookie.clone(), diary);
        console.connect().await.expect("a console");
        console
    }

    pub async fn visitor(&self) -> WebchatClient {
        let mut visitor = WebchatClient::new(self.address(), WEBCHAT_ACCOUNT, diary());
        visitor.connect().await.expect("a widget");
        visitor
    }

    /// The messages a contact got, once there are so many.
    pub async fn delivered(&self, contact: &str, count: usize) -> Vec<Arrival> {
        let got = self.provider.wait_for(contact, count, SOON).await;
        got.unwrap_or_else(|there| panic!("{contact} got {} of {count} messages: {there:#?}", there.len()))
    }
}

pub fn page() -> Page {
    Page::new(PAGE_ID, APP_SECRET)
}

/// A contact of the Page.
pub fn contact(psid: &str) -> Contact {
    Contact::of(&AccountId::new(PAGE_ACCOUNT), psid)
}

/// The id of a Page contact's conversation.
pub fn conversation(psid: &str) -> String {
    contact(psid).conversation.to_string()
}

pub fn conversation_id(text: &str) -> ConversationId {
    text.parse().expect("a conversation's id")
}

fn write_configuration(plan: &Plan, dir: &Path, api_base: &str) {
    let bots = dir.join("bots");
    std::fs::create_dir(&bots).expect("a directory for bots");
    std::fs::write(bots.join("harbor.json"), plan.bot.to_string()).expect("a bot");
    let Plan { limits, outside, sends_per_second, origins, page, accounts, .. } = plan;
    let configuration = format!(
        r#"bots = {bots:?}
workers = 1
shards = 2

[limits]
{limits}

[outside]
{outside}

[[account]]
id = "{PAGE_ACCOUNT}"
kind = "messenger"
page_id = "{PAGE_ID}"
app_secret = "{APP_SECRET}"
page_token = "{PAGE_TOKEN}"
verify_token = "{VERIFY_TOKEN}"
api_base = "{api_base}"
bot = "harbor"
sends_per_second = {sends_per_second}
{page}

[[account]]
id = "{WEBCHAT_ACCOUNT}"
kind = "webchat"
name = "Harbor Insurance"
origins = {origins}
bot = "harbor"

{accounts}
"#
    );
    std::fs::write(dir.join("switchboard.toml"), configuration).expect("a configuration");
}

async fn hire(config: &Config) -> (SignedIn, SignedIn) {
    let storage = open_storage(config).await;
    (sign_in(&*storage.people, "Ana", Role::Agent).await, sign_in(&*storage.people, "Ben", Role::Agent).await)
}

/// Opens the store of an installation that nobody serves.
pub async fn open_storage(config: &Config) -> Storage {
    storage::open(config, &Handle::current(), Arc::new(SystemClock)).await.expect("a store")
}

/// Somebody of this role, with an open session.
pub async fn sign_in(people: &dyn People, name: &str, role: Role) -> SignedIn {
    let id = AgentId(dice::new_id());
    let email = format!("{}@example.org", name.to_lowercase());
    let person = Person { id, name: name.to_owned(), email, role, password_hash: None };
    people.save_person(person).await.expect("saved");
    let (cookie, kept) = dice::token();
    people.open_session(Session::new(kept, "tests", SystemClock.now()), id, FOR_EVER).await.expect("a session");
    SignedIn { agent: Agent { id, name: name.to_owned() }, cookie }
}

/// Changes the sample bot's settings.
/// Everybody has come at least once: they have passwords, and can be assigned something.
pub async fn everybody_has_come(people: &dyn People) {
    for person in people.people().await.expect("people") {
        let person = Person { password_hash: Some("argon2".to_owned()), ..person };
        people.save_person(person).await.expect("saved");
    }
}

pub fn bot_setting(plan: &mut Plan, name: &str, value: impl Into<Value>) {
    plan.bot["settings"][name] = json!(value.into());
}
