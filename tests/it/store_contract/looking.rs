//! SQLite's writing thread keeps what it does in memory until somebody looks. Looking must change nothing.

use std::sync::Arc;

use proptest::prelude::*;
use switchboard::adapters::sqlite::SqliteStore;
use switchboard::domain::ids::{AccountId, DeliveryId, Seq};
use switchboard::domain::summary::ModeSummary;
use switchboard::ports::store::{Append, Appended, Counted, Effect, Group, Mark, Queued, Store, Stray};

use super::props::{Owner, Place, human, incarnation, later, list, queue, summary};
use super::sqlite::DataDir;

const KEYS: [&str; 3] = ["7", "8", "9"];

/// What an owner, or the sender, does next; a message is named by how many events ago it was written.
#[derive(Debug, Clone)]
enum Act {
    Queue { by_bot: bool },
    QueueAgain(Seq),
    Withdraw,
    Requeue(Seq, bool),
    Finish(Seq),
    Shelve(Seq),
    Start(Seq),
    TakeOver,
    Wake(Option<u64>),
    Activate,
}

fn act() -> impl Strategy<Value = Act> {
    let back = 0..4_u64;
    prop_oneof![
        4 => any::<bool>().prop_map(|by_bot| Act::Queue { by_bot }),
        1 => back.clone().prop_map(Act::QueueAgain),
        1 => Just(Act::Withdraw),
        2 => (back.clone(), any::<bool>()).prop_map(|(back, flagged)| Act::Requeue(back, flagged)),
        3 => back.clone().prop_map(Act::Finish),
        2 => back.clone().prop_map(Act::Shelve),
        4 => back.prop_map(Act::Start),
        1 => Just(Act::TakeOver),
        1 => proptest::option::of(1..3_u64).prop_map(Act::Wake),
        1 => Just(Act::Activate),
    ]
}

/// What whoever asked was told.
#[derive(Debug, PartialEq)]
enum Told {
    Withdrawn(Vec<Seq>),
    Started(Vec<Mark>),
    Activated(u64, Seq),
}

struct World {
    _dir: DataDir,
    store: Arc<SqliteStore>,
    owners: Vec<Owner>,
}

impl World {
    async fn new() -> Self {
        let dir = DataDir::fresh();
        let store = dir.open().await;
        let mut owners = Vec::new();
        for key in KEYS {
            owners.push(Owner::of(&store, key, incarnation(1)).await);
        }
        Self { _dir: dir, store, owners }
    }

    async fn act(&mut self, who: usize, act: &Act) -> Told {
        let owner = &mut self.owners[who];
        let ago = |back: Seq| owner.seq.saturating_sub(back).max(1);
        let effect = match *act {
            Act::Queue { by_bot } => Some(queue(owner.seq + 1, by_bot)),
            Act::QueueAgain(back) => Some(queue(ago(back), true)),
            Act::Withdraw => Some(Effect::WithdrawBot),
            Act::Requeue(back, flagged) => Some(Effect::Requeue { seq: ago(back), at: later(1), flagged }),
            Act::Finish(back) => Some(Effect::Finish { seq: ago(back) }),
            Act::Shelve(back) => Some(Effect::Shelve { seq: ago(back) }),
            Act::TakeOver | Act::Wake(_) => None,
            Act::Start(back) => {
                let delivery = DeliveryId { conversation: owner.contact.conversation, seq: ago(back) };
                let started = self.store.start_sending(incarnation(1), vec![delivery, delivery]).await;
                return Told::Started(started.expect("answers"));
            }
            Act::Activate => {
                *owner = Owner::of(&self.store, KEYS[who], incarnation(1)).await;
                return Told::Activated(owner.loaded.token.epoch, owner.seq);
            }
        };
        let next = owner.next(vec![super::props::heard("and")]);
        let mode = if matches!(act, Act::TakeOver) { human() } else { ModeSummary::Bot };
        let summary = switchboard::domain::summary::Summary { mode, ..summary(&owner.contact, owner.seq + 1) };
        let deadline = if let Act::Wake(at) = act { at.map(later) } else { None };
        let append = Append { effects: effect.into_iter().collect(), summary: summary.into(), deadline, ..next };
        match owner.append(append).await.expect("appends") {
            Appended::Done { withdrawn } => Told::Withdrawn(withdrawn),
            Appended::Duplicate { .. } | Appended::Closed => panic!("has no key"),
        }
    }

    /// All that can be seen.
    async fn look(&self) -> (Vec<Queued>, Vec<Stray>, Vec<Seq>, Counted, usize) {
        let queued = self.store.queued(AccountId::new("page"), 0, 1_000).await.expect("reads");
        let strays = self.store.strays(later(1), incarnation(2), 1_000).await.expect("reads");
        let due = self.store.due(later(10), 10).await.expect("reads").len();
        let mut seqs = Vec::new();
        for group in [Group::Bot, Group::Human] {
            let listed = list(&*self.store, group, 10).await;
            seqs.extend(listed.into_iter().map(|summary| summary.seq));
        }
        (queued, strays, seqs, self.store.count().await.expect("counts"), due)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn looking_changes_nothing(acts in proptest::collection::vec((0..KEYS.len(), act(), any::<bool>()), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (mut looked_at, mut left_alone) = (World::new().await, World::new().await);
            for (who, act, look) in &acts {
                let (one, other) = (looked_at.act(*who, act).await, left_alone.act(*who, act).await);
                prop_assert_eq!(one, other);
                if *look {
                    looked_at.store.queued(AccountId::new("page"), 0, 1).await.expect("reads");
                }
            }
            prop_assert_eq!(looked_at.look().await, left_alone.look().await);
            Ok(())
        })?;
    }
}
