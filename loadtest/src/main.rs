//! The command line of the load test.

mod cluster_commands;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use loadtest::compare::{Comparison, compare};
use loadtest::drill::{self, Drill, Faults};
use loadtest::flood::Flood;
use loadtest::inbox::Years;
use loadtest::messenger::Network;
use loadtest::provider::{Provider, Settings};
use loadtest::{ceiling, product, telegram, twilio, whatsapp};

/// The product's, or the servers that it is compared with would be slower than they could be.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Simulated chats, fake providers and a checker of Switchboard's promises.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Messenger throughput: bare, ceiling and the product under the same load.
    Messenger(Messenger),
    /// Resident memory: idle, and with conversations awake.
    Memory(Memory),
    /// Kills the server again and again under load and checks the promises.
    Kill(Kill),
    /// The same for minutes, with a provider that fails now and then.
    Soak(Soak),
    /// One contact floods; what the others feel of it.
    Flood(FloodArgs),
    /// Start, lists and search with many conversations stored.
    Inbox(InboxArgs),
    /// Several nodes, hurt in every way, or measured.
    Cluster(cluster_commands::Cluster),
    /// Checks evidence again that a drill has kept.
    Check {
        /// The folder with dump.jsonl, clients.json and arrivals.json.
        evidence: PathBuf,
    },
    /// A fake Send API, of Messenger or of Instagram, steered over /_control.
    Provider(ProviderArgs),
    /// A fake Twilio with the phones behind it, steered over /_control; a phone writes over /_text.
    Twilio(TwilioArgs),
    /// A fake Telegram with the people behind it, steered over /_control; a person writes over /_say and taps over /_tap.
    Telegram(TelegramArgs),
    /// A fake WhatsApp with the people behind it, steered over /_control; a person writes over /_say and taps over /_tap.
    Whatsapp(WhatsAppArgs),
    /// The server that only checks signatures.
    Bare {
        #[arg(long)]
        listen: SocketAddr,
    },
    /// The server that does the least that does the job.
    Ceiling(CeilingArgs),
}

#[derive(Args)]
struct Messenger {
    /// The switchboard program; without it only the ceilings are measured.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// The folder of bots.
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    /// Let the product keep everything in this empty PostgreSQL database.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Leave bare and ceiling out.
    #[arg(long)]
    product_only: bool,
    #[arg(long, default_value_t = 1000)]
    contacts: u64,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Measured time, per server.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The three one after the other, so often; the ratios are the medians of the rounds'.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// Messages that may wait for their reply in a closed loop.
    #[arg(long, default_value_t = 2048)]
    window: usize,
    /// Messages per second, sent whether or not the server keeps up.
    #[arg(long)]
    rate: Option<f64>,
    /// Threads for clients and provider together.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[arg(long, default_value = product::ONE_REPLY)]
    text: String,
}

#[derive(Args)]
struct Memory {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    #[arg(long, default_value_t = 10_000)]
    conversations: u64,
}

#[derive(Args)]
struct Kill {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    /// Keep everything in this empty PostgreSQL database.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How often the server is killed.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Repeats the moments of an earlier drill.
    #[arg(long)]
    seed: Option<u64>,
    /// Let the provider fail now and then, too.
    #[arg(long)]
    faults: bool,
    /// Keep the evidence in any case.
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
struct Soak {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    #[arg(long, default_value_t = 5)]
    minutes: u32,
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Args)]
struct FloodArgs {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    /// Messages of the one contact a second.
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// Messages of all others a second.
    #[arg(long, default_value_t = 100.0)]
    others: f64,
    #[arg(long, default_value_t = 200)]
    contacts: u64,
    /// Measured time, calm and flooded each.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

#[derive(Args)]
struct InboxArgs {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u64,
    #[arg(long, default_value_t = 10)]
    messages_each: u64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fill this folder and leave it, or use what an earlier run has filled.
    #[arg(long)]
    store: Option<PathBuf>,
}

#[derive(Args)]
struct ProviderArgs {
    #[arg(long, default_value = "127.0.0.1:9999")]
    listen: SocketAddr,
    /// Be Instagram's.
    #[arg(long)]
    instagram: bool,
    /// Ask for this access token.
    #[arg(long)]
    token: Option<String>,
    /// Append every arrival to this file.
    #[arg(long)]
    file: Option<PathBuf>,
}

#[derive(Args)]
struct TwilioArgs {
    #[arg(long, default_value = "127.0.0.1:9998")]
    listen: SocketAddr,
    #[arg(long, default_value = "AC00000000000000000000000000000001")]
    account_sid: String,
    #[arg(long, default_value = "example-auth-token")]
    auth_token: String,
    #[arg(long, default_value = "+14155550199")]
    number: String,
    /// Where texts from phones go: `http://127.0.0.1:8080/webhooks/twilio/` and the account's id.
    #[arg(long)]
    webhook: String,
}

#[derive(Args)]
struct TelegramArgs {
    #[arg(long, default_value = "127.0.0.1:9997")]
    listen: SocketAddr,
    /// The bot's, as the account has it; the account's `api_base` is this fake's address.
    #[arg(long, default_value = "110201543:EXAMPLE-vCH1vGWJxfSeofSAs0K5PALDsaw")]
    token: String,
}

#[derive(Args)]
struct WhatsAppArgs {
    #[arg(long, default_value = "127.0.0.1:9996")]
    listen: SocketAddr,
    #[arg(long, default_value = "106540352242922")]
    phone_number_id: String,
    /// As the account has it; the account's `api_base` is this fake's address.
    #[arg(long, default_value = "EXAMPLE-system-user-token")]
    token: String,
    /// Webhooks are signed with it.
    #[arg(long, default_value = "example-app-secret")]
    app_secret: String,
    /// The product.
    #[arg(long, default_value = "127.0.0.1:8080")]
    webhook: SocketAddr,
}

#[derive(Args)]
struct CeilingArgs {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    provider: SocketAddr,
    #[arg(long)]
    database: PathBuf,
    /// Connections to the provider, per worker.
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Messenger(args) => on_threads(args.threads, messenger(args)),
        Command::Memory(args) => on_threads(1, weigh(args)),
        Command::Kill(args) => on_threads(1, kill(args)),
        Command::Soak(args) => on_threads(1, soak(args)),
        Command::Flood(args) => on_threads(1, flood(args)),
        Command::Inbox(args) => on_threads(1, inbox(args)),
        Command::Cluster(args) => on_threads(2, cluster_commands::perform(args)),
        Command::Check { evidence } => check(&evidence),
        Command::Provider(args) => on_threads(1, provide(args)),
        Command::Twilio(args) => on_threads(1, fake_twilio(args)),
        Command::Telegram(args) => on_threads(1, fake_telegram(args)),
        Command::Whatsapp(args) => on_threads(1, fake_whatsapp(args)),
        Command::Bare { listen } => actix_web::rt::System::new().block_on(ceiling::bare(listen, product::page())),
        Command::Ceiling(args) => actix_web::rt::System::new().block_on(ceiling::run(ceiling::Settings {
            listen: args.listen,
            page: product::page(),
            page_token: product::PAGE_TOKEN.into(),
            provider: args.provider,
            database: args.database,
            connections: args.connections,
        })),
    }
}

async fn messenger(args: Messenger) -> Result<()> {
    let compared = compare(&Comparison {
        bin: args.bin,
        bots: args.bots,
        database: args.database,
        product_only: args.product_only,
        contacts: args.contacts,
        connections: args.connections,
        seconds: args.seconds,
        rounds: args.rounds,
        warm_up: args.warm_up,
        window: args.window,
        rate: args.rate,
        text: args.text,
    })
    .await?;
    if !compared.is_clean() {
        bail!("messages were lost, doubled or given up: see the table");
    }
    Ok(())
}

async fn weigh(args: Memory) -> Result<()> {
    print!("{}", loadtest::memory::weigh(&args.bin, &args.bots, args.conversations).await?);
    Ok(())
}

async fn kill(args: Kill) -> Result<()> {
    let drill = Drill::new(args.bin, args.bots);
    let faults = if args.faults { Faults::Random } else { Faults::None };
    perform(&Drill {
        rounds: args.rounds,
        seed: args.seed.unwrap_or(drill.seed),
        faults,
        keep: args.keep,
        database: args.database,
        ..drill
    })
    .await
}

async fn soak(args: Soak) -> Result<()> {
    let drill = Drill::new(args.bin, args.bots);
    let seed = args.seed.unwrap_or(drill.seed);
    // A life of ten seconds on average makes six kills a minute.
    perform(&Drill { rounds: args.minutes * 6, life_ms: (2_000, 18_000), seed, faults: Faults::Random, ..drill }).await
}

async fn flood(args: FloodArgs) -> Result<()> {
    let flooded = loadtest::flood::flood(&Flood {
        bin: args.bin,
        bots: args.bots,
        per_second: args.rate,
        others_per_second: args.others,
        contacts: args.contacts,
        seconds: args.seconds,
    })
    .await?;
    if !flooded.is_fine() {
        bail!("others were slowed, or something was lost: see the table");
    }
    Ok(())
}

async fn inbox(args: InboxArgs) -> Result<()> {
    let InboxArgs { bin, bots, conversations, messages_each, rounds, seed, store } = args;
    let years = Years { bin, bots, conversations, messages_each, rounds, seed, store };
    print!("{}", loadtest::inbox::feel(&years).await?);
    Ok(())
}

async fn perform(drill: &Drill) -> Result<()> {
    println!("seed {}", drill.seed);
    let outcome = drill::run(drill).await?;
    print!("{outcome}");
    if !outcome.is_clean() {
        bail!("a promise was broken, or it did not come to rest");
    }
    Ok(())
}

fn check(evidence: &Path) -> Result<()> {
    let verdict = drill::check_again(evidence)?;
    print!("{verdict}");
    if !verdict.is_clean() {
        bail!("a promise was broken");
    }
    Ok(())
}

async fn provide(args: ProviderArgs) -> Result<()> {
    let ProviderArgs { listen, instagram, token, file } = args;
    let network = if instagram { Network::Instagram } else { Network::Messenger };
    let provider = Provider::start(Settings { listen, network, token, file, ..Settings::default() }).await?;
    println!("listening on {}", provider.address());
    std::future::pending().await
}

async fn fake_twilio(args: TwilioArgs) -> Result<()> {
    let TwilioArgs { listen, account_sid, auth_token, number, webhook } = args;
    let settings = twilio::Settings { listen, account_sid, auth_token, number, ..twilio::Settings::default() };
    let twilio = twilio::Twilio::start(settings).await?;
    twilio.set_webhook(webhook);
    println!("listening on {}", twilio.address());
    std::future::pending().await
}

async fn fake_telegram(args: TelegramArgs) -> Result<()> {
    let settings = telegram::Settings { listen: args.listen, token: args.token, ..telegram::Settings::default() };
    let telegram = telegram::Telegram::start(settings).await?;
    println!("listening on {}", telegram.address());
    std::future::pending().await
}

async fn fake_whatsapp(args: WhatsAppArgs) -> Result<()> {
    let WhatsAppArgs { listen, phone_number_id, token, app_secret, webhook } = args;
    let settings = whatsapp::Settings { listen, phone_number_id, token, app_secret, ..whatsapp::Settings::default() };
    let whatsapp = whatsapp::WhatsApp::start(settings).await?;
    whatsapp.set_webhook(webhook);
    println!("listening on {}", whatsapp.address());
    std::future::pending().await
}

/// Runs on a tokio runtime of so many threads; one is the leanest.
fn on_threads<T>(threads: usize, work: impl Future<Output = T>) -> T {
    let runtime = match threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        more => tokio::runtime::Builder::new_multi_thread().worker_threads(more).enable_all().build(),
    };
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(work)
}
