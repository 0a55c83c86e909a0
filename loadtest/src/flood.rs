//! One contact floods while others talk: what the others feel of it, and what becomes of the flood.
//!
//! The flood is as bad as its sender can make it: hundreds of messages a second in one conversation, some of 100 kB,
//! some all emoji, some with half a surrogate. The others write at a steady rate, once without the flood and once
//! beside it, on the same server. Afterwards the flooded conversation's log is read: every message that was acknowledged is there
//! once, and its numbers have no hole.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::checker::parse_dump;
use crate::drive::{Board, Pace, Plan, Report, Stop, drive};
use crate::http::Connection;
use crate::messenger::{PATH, Page, SIGNATURE};
use crate::product::{self, Product};
use crate::provider::{Accepted, Hook, Provider, Settings};
use crate::server::Server;
use crate::{clock, dice};

const FLOODER: &str = "6999999999999999";
const CONNECTIONS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);
/// What the others may feel: so many times as long at most, and this much more, for the machine has noise of its own.
const SLOWER_MAX: f64 = 2.0;
const NOISE_MS: f64 = 25.0;

/// What floods, and who else is there.
pub struct Flood {
    pub bin: PathBuf,
    pub bots: PathBuf,
    /// Messages of the one contact a second.
    pub per_second: f64,
    /// Messages of all others a second.
    pub others_per_second: f64,
    pub contacts: u64,
    pub seconds: u64,
}

/// What came of it.
pub struct Flooded {
    pub calm: Report,
    pub beside: Report,
    pub posted: u64,
    pub acknowledged: u64,
    /// Messages that were acknowledged and are not in the log exactly once; events whose number is not the next.
    pub wrong: u64,
}

impl Flooded {
    /// Nobody else lost a message or waited much longer, and the flood is in the log as it was acknowledged.
    pub fn is_fine(&self) -> bool {
        let p99 = |report: &Report| report.reply.map_or(f64::INFINITY, |reply| reply.p99);
        let bearable = p99(&self.beside) <= p99(&self.calm) * SLOWER_MAX + NOISE_MS;
        self.calm.is_clean() && self.beside.is_clean() && bearable && self.wrong == 0 && self.acknowledged > 0
    }
}

/// Measures the others without the flood and beside it, and prints both.
pub async fn flood(flood: &Flood) -> Result<Flooded> {
    let dir = TempDir::with_prefix("switchboard-flood-")?;
    let first_psid = Plan::new(product::free_port()?, product::page()).first_psid;
    let boards = [Board::new(first_psid, flood.contacts), Board::new(first_psid + flood.contacts, flood.contacts)];
    let settings = Settings {
        token: Some(product::PAGE_TOKEN.into()),
        arrivals_max: 0,
        hook: Some(hook(&boards, first_psid + flood.contacts)),
        ..Settings::default()
    };
    let provider = Provider::start(settings).await?;
    let product = Product::set_up(&flood.bin, &flood.bots, dir.path(), provider.address())?;
    let server = Server::start(product.serve(), product.listen, &dir.path().join("server.log")).await?;
    println!("{}", Report::heading());
    let [calm, beside] = boards;
    let calm = others(flood, &server, first_psid, calm).await?;
    println!("{}", calm.line("others, calm"));
    let one = Arc::new(Flooder::new(flood.per_second));
    let flooding: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(one.clone().post(server.address))).collect();
    let beside = others(flood, &server, first_psid + flood.contacts, beside).await?;
    one.over.store(true, Ordering::Relaxed);
    futures_util::future::join_all(flooding).await;
    println!("{}", beside.line("others, beside a flood"));
    server.end(Duration::from_secs(20)).await?;
    let acknowledged = one.acknowledged();
    let wrong = judge(&product.dump()?, &acknowledged)?;
    let posted = one.next.load(Ordering::Relaxed);
    println!("the flood: {posted} posted, {} acknowledged, {wrong} wrong in its log", acknowledged.len());
    Ok(Flooded { calm, beside, posted, acknowledged: acknowledged.len() as u64, wrong })
}

/// Each half has its own contacts; what the flooder is answered is nobody's.
fn hook(boards: &[Arc<Board>; 2], second: u64) -> Hook {
    let hooks = [boards[0].hook(), boards[1].hook()];
    Arc::new(move |accepted: Accepted<'_>| {
        if accepted.recipient != FLOODER {
            let half = accepted.recipient.parse::<u64>().is_ok_and(|psid| psid >= second);
            hooks[usize::from(half)](accepted);
        }
    })
}

async fn others(flood: &Flood, server: &Server, first_psid: u64, board: Arc<Board>) -> Result<Report> {
    let plan = Plan {
        contacts: flood.contacts,
        first_psid,
        connections: 16,
        pace: Pace::Open { per_second: flood.others_per_second },
        stop: Stop::After(Duration::from_secs(flood.seconds)),
        warm_up: Duration::from_secs(1),
        text: product::ONE_REPLY.to_owned(),
        pid: Some(server.pid()),
        ..Plan::new(server.address, product::page())
    };
    drive(plan, board).await
}

struct Flooder {
    page: Page,
    run: String,
    per_second: f64,
    start: std::time::Instant,
    next: AtomicU64,
    over: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
}

impl Flooder {
    fn new(per_second: f64) -> Self {
        Self {
            page: product::page(),
            run: dice::new_tag(),
            per_second,
            start: clock::instant(),
            next: AtomicU64::new(0),
            over: AtomicBool::new(false),
            acknowledged: Mutex::default(),
        }
    }

    fn acknowledged(&self) -> Vec<String> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn post(self: Arc<Self>, to: std::net::SocketAddr) {
        let mut open: Option<Connection> = None;
        while !self.over.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due = self.start + Duration::from_secs_f64(number as f64 / self.per_second);
            tokio::time::sleep(due.saturating_duration_since(clock::instant())).await;
            let mid = format!("m_flood_{}_{number}", self.run);
            let request = self.request(to, &mid, &words(number));
            match tokio::time::timeout(PATIENCE, exchange(to, &mut open, &request)).await {
                Ok(Ok(200)) => self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(mid),
                Ok(Ok(_)) => {}
                Ok(Err(_)) | Err(_) => open = None,
            }
        }
    }

    fn request(&self, to: std::net::SocketAddr, mid: &str, text: &str) -> Vec<u8> {
        let (page, now) = (&self.page.id, clock::millis());
        // By hand: half a surrogate is nothing that a JSON writer would write.
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":"{page}","time":{now},"messaging":[{{"sender":{{"id":"{FLOODER}"}},"recipient":{{"id":"{page}"}},"timestamp":{now},"message":{{"mid":"{mid}","text":"{text}"}}}}]}}]}}"#
        );
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/json\r\n{SIGNATURE}: {}\r\ncontent-length: {}\r\n\r\n",
            self.page.sign(body.as_bytes()),
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

async fn exchange(to: std::net::SocketAddr, open: &mut Option<Connection>, request: &[u8]) -> std::io::Result<u16> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(Connection::open(to).await?),
    };
    let answer = connection.exchange(request).await?;
    if answer.closes {
        *open = None;
    }
    Ok(answer.status)
}

/// As they stand in JSON.
fn words(number: u64) -> String {
    match number % 8 {
        0 => "x".repeat(100_000),
        1 | 2 => "👩‍👩‍👧‍👦🏽❤️‍🔥".repeat(200),
        3 => r"half a surrogate: \ud83d, and the other: \ude00".to_owned(),
        4 => r"\u0000\u202e\u200b".to_owned(),
        _ => product::ONE_REPLY.to_owned(),
    }
}

fn judge(dump: &str, acknowledged: &[String]) -> Result<u64> {
    let stored = parse_dump(dump)?;
    let Some(flooded) = stored.iter().find(|stored| stored.external_key == FLOODER) else {
        bail!("the flooded conversation is not in the store");
    };
    // The key of a message stands at the last event that came of it, which may be the bot's answer.
    let keys = flooded.events.iter().filter_map(|event| event.dedupe.as_deref()?.strip_prefix("in:"));
    let keys: HashSet<&str> = keys.collect();
    let said = flooded.events.iter().filter(|event| event.kind() == "contact_said").count();
    let lost = acknowledged.iter().filter(|mid| !keys.contains(mid.as_str())).count();
    let doubled = said.saturating_sub(keys.len());
    let holes = (1..).zip(&flooded.events).filter(|(seq, event)| event.event.seq != *seq).count();
    Ok((lost + doubled + holes) as u64)
}
