//! What the promises are told with.

use std::sync::Arc;

use crate::support::outbox::author;
use switchboard::domain::account::Channel;
use switchboard::domain::event::{Event, Origin, Place as BotPlace, Speaker, Why};
use switchboard::domain::ids::{AccountId, BotId, Incarnation, Seq};
use switchboard::domain::message::{Heard, Line};
use switchboard::domain::next::Does;
use switchboard::domain::summary::{LastWords, ModeSummary, Summary, Voice};
use switchboard::domain::time::Timestamp;
use switchboard::ports::bots::Bots;
use switchboard::ports::contacts::Contacts;
use switchboard::ports::finding::Finding;
use switchboard::ports::mentions::Mentions;
use switchboard::ports::people::People;
use switchboard::ports::store::{
    Activated, Append, Appended, Contact, Effect, Group, Listed, Refuse, Store, StoreError,
};
use switchboard::ports::teams::Teams;
use switchboard::ports::tokens::Tokens;
use switchboard::ports::uploads::Uploads;
use switchboard::ports::views::Views;
use switchboard::ports::writing::Writing;
use uuid::Uuid;

/// Where one store lives. Opened again (after everyone has let go of it), it holds what it held.
pub trait Place {
    type Opened: Store + Finding + Views + People + Teams + Mentions + Contacts + Bots + Tokens + Writing + Uploads;

    fn open(&self) -> impl Future<Output = Arc<Self::Opened>>;
}

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub fn later(ms: u64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

pub fn incarnation(number: u128) -> Incarnation {
    Incarnation(Uuid::from_u128(number))
}

pub fn contact(key: &str) -> Contact {
    Contact::of(&AccountId::new("page"), key)
}

pub fn heard(text: &str) -> Event {
    Event::ContactSaid { heard: Heard::text(text), provider_id: None, provider_at: None }
}

pub fn bot_said(text: &str) -> Event {
    Event::BotSaid {
        line: Line::text(text),
        why: Why::NoAnswer,
        from: Origin::default(),
        then: BotPlace::Idle,
        turn: 0,
    }
}

pub fn queue(seq: Seq, by_bot: bool) -> Effect {
    Effect::Queue { seq, line: Line::text(format!("message {seq}")), by: author(by_bot) }
}

pub fn human() -> ModeSummary {
    ModeSummary::Human { by: Speaker::System, until: None }
}

pub fn summary(contact: &Contact, seq: Seq) -> Summary {
    Summary {
        conversation: contact.conversation,
        account: contact.account.clone(),
        channel: Channel::Messenger,
        bot: BotId::new("bot"),
        name: contact.external_key.clone(),
        seq,
        turn: 0,
        mode: ModeSummary::Bot,
        since: NOW,
        wanted: None,
        next: Does::AsksAgain.of("At what hour: 9:00 or 10:00?"),
        unanswered: 0,
        called: false,
        last: Some(LastWords { text: "hi".to_owned(), by: Voice::Contact, at: NOW }),
        trouble: false,
        hot: false,
        rungs: 0,
        labels: Vec::new(),
        window: None,
        assigned: Default::default(),
        status: switchboard::domain::aside::Status::Open,
        priority: switchboard::domain::priority::Priority::None,
        blocked: false,
        opted_out: false,
        written: switchboard::domain::unread::Written::default(),
    }
}

/// An owner of one conversation, who knows its last seq.
pub struct Owner {
    pub store: Arc<dyn Store>,
    pub contact: Contact,
    pub loaded: Activated,
    pub seq: Seq,
}

impl Owner {
    pub async fn of(store: &Arc<impl Store>, key: &str, me: Incarnation) -> Owner {
        Self::of_any(store, key, me).await.expect("activates")
    }

    /// Of a store that may be in trouble.
    pub async fn of_any(store: &Arc<impl Store>, key: &str, me: Incarnation) -> Result<Owner, StoreError> {
        let store: Arc<dyn Store> = store.clone();
        let loaded = store.activate(contact(key), me).await?;
        Ok(Owner { store, contact: contact(key), seq: loaded.last_seq, loaded })
    }

    /// An append of these events after the last one, and nothing beside it.
    pub fn next(&self, events: Vec<Event>) -> Append {
        Append {
            contact: self.contact.clone(),
            token: self.loaded.token,
            after: self.seq,
            key: None,
            at: NOW,
            summary: Arc::new(summary(&self.contact, self.seq + events.len() as Seq)),
            events: events.into(),
            effects: Arc::new([]),
            deadline: None,
            same_summary: false,
            snapshot: None,
        }
    }

    pub fn refuse(&self, key: Option<&str>) -> Refuse {
        let key = key.map(str::to_owned);
        Refuse { conversation: self.contact.conversation, token: self.loaded.token, after: self.seq, key }
    }

    pub async fn append(&mut self, append: Append) -> Result<Appended, StoreError> {
        let last = append.after + append.events.len() as Seq;
        let appended = self.store.append(append).await;
        if let Ok(Appended::Done { .. }) = appended {
            self.seq = last;
        }
        appended
    }

    pub async fn say(&mut self, text: &str) {
        let append = self.next(vec![heard(text)]);
        self.append(append).await.expect("appends");
    }

    pub async fn act(&mut self, effects: Vec<Effect>) -> Vec<Seq> {
        let append = Append { effects: effects.into(), ..self.next(vec![heard("and")]) };
        match self.append(append).await.expect("appends") {
            Appended::Done { withdrawn } => withdrawn,
            Appended::Duplicate { .. } | Appended::Closed => panic!("has no key"),
        }
    }
}

/// The first rows of a group, for somebody who knows none of them.
pub async fn list(store: &(impl Store + ?Sized), group: Group, limit: usize) -> Vec<Summary> {
    let rows = store.list(group, limit, Arc::default()).await.expect("reads");
    let read = |row| match row {
        Listed::News(summary) => Arc::unwrap_or_clone(summary),
        Listed::AsKnown(conversation) => panic!("nobody knows {conversation}"),
    };
    rows.into_iter().map(read).collect()
}

/// Everything in the log, as texts.
pub async fn log_of(store: &impl Store, contact: &Contact) -> Vec<Event> {
    let reading = store.read_after(contact.conversation, 0, 10_000).await.expect("reads");
    let events = reading.map(|reading| reading.events).unwrap_or_default();
    assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as Seq), "seqs are 1, 2, 3 … without holes");
    events.into_iter().map(|event| event.event).collect()
}
