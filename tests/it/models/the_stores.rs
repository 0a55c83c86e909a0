//! The fence and `outbox` say what both stores do, whatever is asked of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use switchboard::domain::ids::{AccountId, Incarnation, Seq};
use switchboard::domain::message::Line;
use switchboard::domain::time::Timestamp;
use switchboard::ports::fence::{Head, Judged, judge};
use switchboard::ports::store::{Append, Appended, Contact, Effect, Store, StoreError, StrayState, Token};
use uuid::Uuid;

use super::outbox::Outbox;
use crate::store_contract::props::{NOW, Place, heard, summary};
use crate::store_contract::sqlite::DataDir;
use crate::support::outbox::author;
use crate::support::postgres::Schema;

const KEYS: usize = 3;

#[derive(Debug, Clone)]
enum Act {
    Activate { by: u8 },
    Append { token: usize, behind: Seq, key: Option<usize>, effects: Vec<Does> },
    TakeSending { by: u8 },
    Start { which: usize, by: u8 },
}

/// An effect on one of the messages there have been.
#[derive(Debug, Clone)]
enum Does {
    Queue { by_bot: bool },
    WithdrawBot,
    Requeue { which: usize, flagged: bool },
    Finish { which: usize },
    Shelve { which: usize },
}

fn does() -> impl Strategy<Value = Does> {
    let which = || any::<usize>();
    prop_oneof![
        4 => any::<bool>().prop_map(|by_bot| Does::Queue { by_bot }),
        1 => Just(Does::WithdrawBot),
        3 => (which(), any::<bool>()).prop_map(|(which, flagged)| Does::Requeue { which, flagged }),
        1 => which().prop_map(|which| Does::Finish { which }),
        2 => which().prop_map(|which| Does::Shelve { which }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let append = (
        prop_oneof![6 => Just(0_usize), 1 => 1..3_usize],
        prop_oneof![8 => Just(0), 1 => 1..3_u64],
        proptest::option::weighted(0.3, 0..KEYS),
        proptest::collection::vec(does(), 0..4),
    );
    prop_oneof![
        2 => (0..3_u8).prop_map(|by| Act::Activate { by }),
        8 => append.prop_map(|(token, behind, key, effects)| Act::Append { token, behind, key, effects }),
        1 => (0..3_u8).prop_map(|by| Act::TakeSending { by }),
        6 => (any::<usize>(), 0..3_u8).prop_map(|(which, by)| Act::Start { which, by }),
    ]
}

fn node(number: u8) -> Incarnation {
    Incarnation(Uuid::from_u128(u128::from(number) + 1))
}

/// A store and what is said of it, side by side.
struct Both<'s, S> {
    store: &'s Arc<S>,
    contact: Contact,
    head: Option<Head>,
    /// The newest first.
    tokens: Vec<Token>,
    keys: [Option<Seq>; KEYS],
    outbox: Outbox,
    queued: Vec<Seq>,
    now: Timestamp,
}

impl<S: Store> Both<'_, S> {
    async fn step(&mut self, act: &Act) -> Result<(), TestCaseError> {
        // What was given to one sweep is given again to the next.
        self.now = Timestamp(self.now.0 + 10_000);
        match act {
            Act::Activate { by } => self.activate(node(*by)).await?,
            Act::Append { token, behind, key, effects } => self.append(*token, *behind, *key, effects).await?,
            Act::TakeSending { by } => {
                self.store.take_sending(self.contact.account.clone(), node(*by)).await.expect("taken");
                self.outbox.sender = Some(node(*by));
            }
            Act::Start { which, by } => self.start(*which, node(*by)).await?,
        }
        self.compare().await
    }

    async fn activate(&mut self, by: Incarnation) -> Result<(), TestCaseError> {
        let activated = self.store.activate(self.contact.clone(), by).await.expect("activated");
        let (epoch, last_seq) = self.head.map_or((0, 0), |head| (head.token.epoch, head.last_seq));
        let token = Token { incarnation: by, epoch: epoch + 1 };
        prop_assert_eq!((activated.token, activated.last_seq), (token, last_seq));
        self.head = Some(Head { token, last_seq });
        self.tokens.insert(0, token);
        Ok(())
    }

    async fn append(
        &mut self,
        token: usize,
        behind: Seq,
        key: Option<usize>,
        does: &[Does],
    ) -> Result<(), TestCaseError> {
        let Some(token) = self.tokens.get(token).copied() else { return Ok(()) };
        let after = self.head.map_or(0, |head| head.last_seq).saturating_sub(behind);
        let mut seq = after;
        let effects: Vec<Effect> = does.iter().filter_map(|does| self.effect(does, &mut seq)).collect();
        let events = (seq - after).max(1);
        let append = Append {
            contact: self.contact.clone(),
            token,
            after,
            key: key.map(|key| format!("key-{key}")),
            at: self.now,
            events: (0..events).map(|_| heard("…")).collect(),
            effects: effects.clone().into(),
            deadline: None,
            summary: Arc::new(summary(&self.contact, after + events)),
            same_summary: false,
            snapshot: None,
        };
        let known = key.and_then(|key| self.keys[key]);
        let answer = self.store.append(append).await;
        match judge(self.head, known, token, after) {
            Judged::Passes => {
                let withdrawn = self.outbox.run(&effects, self.now);
                prop_assert_eq!(answer.expect("it passes"), Appended::Done { withdrawn });
                self.head = Some(Head { token, last_seq: after + events });
                self.queued.extend(effects.iter().filter_map(|effect| match effect {
                    Effect::Queue { seq, .. } => Some(*seq),
                    _ => None,
                }));
                if let Some(key) = key {
                    self.keys[key] = Some(after + events);
                }
            }
            Judged::Duplicate { last } => prop_assert_eq!(answer.expect("it is known"), Appended::Duplicate { last }),
            Judged::Closed => prop_assert_eq!(answer.expect("it is closed"), Appended::Closed),
            Judged::Fenced => prop_assert!(matches!(answer, Err(StoreError::Fenced))),
        }
        Ok(())
    }

    fn effect(&self, does: &Does, seq: &mut Seq) -> Option<Effect> {
        let one = |which: usize| self.queued.get(which % self.queued.len().max(1)).copied();
        Some(match *does {
            Does::Queue { by_bot } => {
                *seq += 1;
                Effect::Queue { seq: *seq, line: Line::text("…"), by: author(by_bot) }
            }
            Does::WithdrawBot => Effect::WithdrawBot,
            Does::Requeue { which, flagged } => Effect::Requeue { seq: one(which)?, at: self.now, flagged },
            Does::Finish { which } => Effect::Finish { seq: one(which)? },
            Does::Shelve { which } => Effect::Shelve { seq: one(which)? },
        })
    }

    async fn start(&mut self, which: usize, by: Incarnation) -> Result<(), TestCaseError> {
        let Some(seq) = self.queued.get(which % self.queued.len().max(1)).copied() else { return Ok(()) };
        let id = switchboard::domain::ids::DeliveryId { conversation: self.contact.conversation, seq };
        match (self.store.start_sending(by, vec![id]).await, self.outbox.start(seq, by)) {
            (Ok(mark), Some(said)) => prop_assert_eq!(mark, vec![said]),
            (Err(StoreError::Fenced), None) => {}
            (answer, said) => prop_assert!(false, "{:?} and not {:?}", answer, said),
        }
        Ok(())
    }

    async fn compare(&self) -> Result<(), TestCaseError> {
        let unsent = self.store.queued(self.contact.account.clone(), 0, 1_000).await.expect("read");
        let mut unsent: Vec<_> =
            unsent.iter().map(|row| (row.seq, row.by.is_bot(), row.at, row.attempt, row.flagged)).collect();
        unsent.sort_unstable();
        let said =
            self.outbox.unsent().into_iter().map(|(seq, row)| (seq, row.by_bot, row.at, row.attempt, row.flagged));
        prop_assert_eq!(unsent, said.collect::<Vec<_>>());
        let me = node(0);
        let strays = self.store.strays(self.now + std::time::Duration::from_secs(5), me, 100_000).await.expect("read");
        let ours = strays.iter().filter(|stray| stray.contact == self.contact);
        let mut strays: Vec<(Seq, StrayState)> = ours.map(|stray| (stray.seq, stray.state)).collect();
        strays.sort_by_key(|(seq, _)| *seq);
        prop_assert_eq!(strays, self.outbox.strays(me));
        Ok(())
    }
}

fn they_agree(place: &impl Place, shared: bool) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let store = runtime.block_on(place.open());
    let cases = AtomicU64::new(0);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) };
    proptest!(config, |(history in proptest::collection::vec(act(), 1..40))| {
        let account = AccountId::new(&format!("page-{}", cases.fetch_add(1, Ordering::Relaxed)));
        let mut both = Both {
            store: &store,
            contact: Contact::of(&account, "contact-7"),
            head: None,
            tokens: Vec::new(),
            keys: [None; KEYS],
            outbox: Outbox { shared, ..Outbox::default() },
            queued: Vec::new(),
            now: NOW,
        };
        for act in &history {
            runtime.block_on(both.step(act))?;
        }
    });
}

#[test]
fn sqlite_does_what_is_said_of_stores() {
    they_agree(&DataDir::fresh(), false);
}

#[test]
fn postgres_does_what_is_said_of_stores() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let place = runtime.block_on(Schema::fresh());
    they_agree(&place, true);
}
