//! Conversations of years, written into the product's own tables in bulk.
//!
//! What a conversation of the product leaves behind is here: its row with the line that lists show, its events, its
//! deadline, how far it was seen, and the count of its group. What only the past needs is not: the keys of webhooks that might
//! come twice, and snapshots, without which an opened conversation is folded from its beginning.

use std::path::Path;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, Transaction};
use serde_json::{Value, json};
use uuid::Uuid;

use super::words;
use crate::{clock, product};

/// Conversations written in one transaction.
const PORTION: u64 = 5_000;
const DAY: u64 = 24 * 60 * 60 * 1000;
/// The first conversation began so long ago.
pub const YEARS: u64 = 2 * 365 * DAY;
pub const AGENTS: u128 = 20;
pub const TEAMS: u128 = 5;
pub const LABELS: usize = 20;
pub const CITIES: usize = 200;
pub const PLANS: [&str; 3] = ["basic", "plus", "gold"];
pub const REASONS: [&str; 4] = ["urgent", "asked", "no_answer", "hot_lead"];
pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

pub fn agent(number: u128) -> Uuid {
    Uuid::from_u128(0xa0 << 64 | number)
}

pub fn team(number: u128) -> Uuid {
    Uuid::from_u128(0xb0 << 64 | number)
}

pub fn label(number: usize) -> String {
    format!("topic {number}")
}

/// The groups of the lists, as the product numbers them.
#[derive(Clone, Copy, PartialEq)]
enum Group {
    Bot,
    Waiting,
    Human,
    Snoozed,
    Closed,
}

impl Group {
    /// Of a thousand conversations five wait, five are with people, ten snoozed; half of the others are closed.
    fn any(dice: &mut StdRng) -> Self {
        match dice.random_range(0..1000) {
            0..5 => Group::Waiting,
            5..10 => Group::Human,
            10..20 => Group::Snoozed,
            20..500 => Group::Closed,
            _ => Group::Bot,
        }
    }
}

pub fn fill(data: &Path, conversations: u64, messages_each: u64, seed: u64) -> Result<()> {
    let mut database = Connection::open(data.join("switchboard.db"))?;
    database.pragma_update(None, "synchronous", "off")?;
    database.pragma_update(None, "cache_size", -400_000)?;
    let mut dice = StdRng::seed_from_u64(seed);
    let now = clock::millis();
    let mut begun = 0;
    while begun < conversations {
        let writing = database.transaction()?;
        let until = (begun + PORTION).min(conversations);
        for number in begun..until {
            let started_at = now - YEARS + (YEARS - 8 * DAY) / conversations * number;
            Told::new(&mut dice, number + 1, started_at, now, messages_each).write(&writing)?;
        }
        writing.commit()?;
        begun = until;
    }
    for group in 0..5 {
        let sql =
            "UPDATE mode_count SET conversations = (SELECT count(*) FROM conversation WHERE mode = ?1) WHERE mode = ?1";
        database.execute(sql, [group])?;
    }
    // The product builds it from the log.
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("index.db{ending}")));
    }
    Ok(())
}

/// A conversation, told from its beginning.
struct Told {
    number: u64,
    account: &'static str,
    external_key: String,
    group: Group,
    events: Vec<(u64, Value)>,
    deadline: Option<u64>,
    seen: Option<(u64, u64)>,
    summary: Value,
    list_at: u64,
}

impl Told {
    fn new(dice: &mut StdRng, number: u64, started_at: u64, now: u64, messages: u64) -> Self {
        let messenger = dice.random_range(0..10) < 7;
        let account = if messenger { product::PAGE_ACCOUNT } else { product::WEBCHAT_ACCOUNT };
        let external_key = format!("{}", 20_000_000_000 + number);
        let group = Group::any(dice);
        let (mut at, mut events, mut written, mut last) = (started_at, Vec::new(), (0, 0), json!(null));
        let mut heard_at = at;
        for message in 0..messages {
            at += dice.random_range(2_000..120_000);
            let text = words::sentence(dice);
            if message % 2 == 0 {
                events.push((at, json!({"contact_said": {"heard": {"text": text}}})));
                written = (written.0 + 1, events.len() as u64);
                heard_at = at;
                last = json!({"text": shortened(&text), "by": "contact", "at": at});
            } else {
                events.push((at, json!({"bot_said": {"line": {"text": text}, "why": {"keyword": "hours"}, "then": "idle", "turn": 0}})));
                last = json!({"text": shortened(&text), "by": "bot", "at": at});
                events.push((
                    at + 300,
                    json!({"sent": {"of": events.len(), "provider_id": format!("m_{number}_{message}")}}),
                ));
            }
        }
        let name = words::name(dice);
        events.push((at, json!({"contact_named": {"name": name}})));
        let city = format!("city {}", dice.random_range(0..CITIES));
        events.push((at, json!({"attribute_set": {"name": "city", "value": city}})));
        events
            .push((at, json!({"attribute_set": {"name": "plan", "value": PLANS[dice.random_range(0..PLANS.len())]}})));
        let mut labels: Vec<String> =
            (0..dice.random_range(0..3)).map(|_| label(words::rank(dice, 1, LABELS))).collect();
        labels.sort();
        labels.dedup();
        for label in &labels {
            events.push((at, json!({"labelled": {"label": label, "on": true}})));
        }
        let by = dice.random_range(0..AGENTS);
        let by = json!({"id": agent(by), "name": format!("Agent {by}")});
        let mut summary = json!({
            "conversation": id(account, &external_key), "account": account, "bot": "harbor", "name": name, "turn": 0,
            "channel": if messenger { "messenger" } else { "webchat" },
            "mode": "bot", "since": started_at, "next": "waits for the next message", "unanswered": 0, "last": last,
            "trouble": false, "labels": labels, "written": written,
        });
        if messenger {
            summary["window"] = json!([heard_at + DAY, heard_at + 7 * DAY]);
        }
        if dice.random_range(0..50) == 0 {
            let priority = PRIORITIES[dice.random_range(0..PRIORITIES.len())];
            events.push((at, json!({"prioritised": {"by": by, "priority": priority}})));
            summary["priority"] = json!(priority);
        }
        at += 1_000;
        let mut told = Told {
            number,
            account,
            external_key,
            group,
            events,
            deadline: None,
            seen: (dice.random_range(0..20) > 0).then_some((written.1, written.0)),
            list_at: last["at"].as_u64().unwrap_or(started_at),
            summary,
        };
        told.end(dice, at, now, &by);
        told.summary["seq"] = json!(told.events.len());
        told
    }

    /// What became of it.
    fn end(&mut self, dice: &mut StdRng, at: u64, now: u64, by: &Value) {
        let later = now + dice.random_range(DAY..30 * DAY);
        let reason = REASONS[dice.random_range(0..REASONS.len())];
        match self.group {
            Group::Bot => {}
            Group::Waiting => {
                self.events.push((at, json!({"handed_off": {"reason": reason, "words": "a human", "then": "idle"}})));
                self.summary["mode"] = json!("waiting");
                self.summary["wanted"] = json!({"reason": reason, "words": "a human"});
                self.floor(at);
            }
            Group::Human => {
                self.events.push((at, json!({"taken_over": {"by": {"agent": by}, "until": later}})));
                self.summary["mode"] = json!({"human": {"by": {"agent": by}, "until": later}});
                self.deadline = Some(later - 5 * 60_000);
                self.floor(at);
            }
            Group::Snoozed => {
                self.events.push((at, json!({"snoozed": {"by": by, "until": later}})));
                self.summary["status"] = json!({"snoozed": {"until": later}});
                self.deadline = Some(later);
            }
            Group::Closed => {
                self.events.push((at, json!({"closed": {"by": by}})));
                self.summary["status"] = json!({"closed": {"at": at}});
            }
        }
        if matches!(self.group, Group::Bot) && dice.random_range(0..20) == 0 {
            let number = dice.random_range(0..TEAMS);
            let team = json!({"id": team(number), "name": format!("Team {number}")});
            self.events.push((at, json!({"assigned": {"team": team, "by": by}})));
            self.summary["assigned"] = json!({"team": team});
        }
    }

    fn floor(&mut self, at: u64) {
        self.summary["turn"] = json!(1);
        self.summary["since"] = json!(at);
        self.list_at = at;
    }

    fn write(&self, into: &Transaction<'_>) -> Result<()> {
        let row = "INSERT INTO conversation (number, id, account, external_key, owner_inc, owner_epoch, last_seq, mode, list_at, summary)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9)";
        into.prepare_cached(row)?.execute((
            int(self.number),
            id(self.account, &self.external_key).as_bytes(),
            self.account,
            &self.external_key,
            Uuid::nil().as_bytes(),
            int(self.events.len() as u64),
            self.group as i64,
            int(self.list_at),
            stored(&self.summary),
        ))?;
        let mut event = into.prepare_cached("INSERT INTO event (address, at, body) VALUES (?1, ?2, ?3)")?;
        for (seq, (at, body)) in (1..).zip(&self.events) {
            event.execute((int(self.number << 32 | seq), int(*at), stored(body)))?;
        }
        if let Some(due) = self.deadline {
            let sql = "INSERT INTO deadline (conversation, due_at, next_try_at) VALUES (?1, ?2, ?2)";
            into.prepare_cached(sql)?.execute((int(self.number), int(due)))?;
        }
        if let Some((seq, heard)) = self.seen {
            let sql = "INSERT INTO seen (conversation, seq, heard) VALUES (?1, ?2, ?3)";
            into.prepare_cached(sql)?.execute((int(self.number), int(seq), int(heard)))?;
        }
        Ok(())
    }
}

/// As the product makes them of an account and a contact.
fn id(account: &str, external_key: &str) -> Uuid {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("switchboard:{account}").as_bytes());
    Uuid::new_v5(&space, external_key.as_bytes())
}

/// SQLite's integers are signed.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn stored(is: &Value) -> String {
    json!({"v": 1, "is": is}).to_string()
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
