//! Who has an actor: one hash per actor, changed by scripts only.
//!
//! An owner changes only through `claim`: of what nobody has, of a claim that was not confirmed in time, or of what
//! belongs to a node that is dead for certain.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use super::keys::Keys;
use super::members::Judged;
use super::membership::Membership;
use super::pool::{Pool, Script};
use crate::domain::ids::Incarnation;
use crate::ports::directory::{ActorName, Advice, Claim, Directory, DirectoryError};

static CLAIM: Script = Script::new(include_str!("scripts/claim.lua"));
static CONFIRM: Script = Script::new(include_str!("scripts/confirm.lua"));
static TOUCH: Script = Script::new(include_str!("scripts/touch.lua"));
static RELEASE: Script = Script::new(include_str!("scripts/release.lua"));

/// A claim that is not confirmed by then is free again.
const CLAIM_MS: &str = "5000";
/// An entry that nobody touches for a day goes; its actor is claimed anew.
const ENTRY_MS: &str = "86400000";
const CLAIM_TRIES_MAX: usize = 3;
/// Remembered places of actors elsewhere; with more, all are forgotten and asked for again.
const ELSEWHERE_MAX: usize = 100_000;
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct RedisDirectory(Arc<Inner>);

struct Inner {
    pool: Pool,
    keys: Keys,
    membership: Arc<Membership>,
    elsewhere: Mutex<HashMap<ActorName, Incarnation>>,
    io: Handle,
}

impl RedisDirectory {
    pub fn new(pool: Pool, keys: Keys, membership: Arc<Membership>, io: Handle) -> Self {
        Self(Arc::new(Inner { pool, keys, membership, elsewhere: Mutex::default(), io }))
    }

    /// Asks on the threads that do nothing but wait for others.
    fn advise<T, F>(&self, ask: F) -> Advice<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, DirectoryError>> + Send + 'static,
    {
        let asked = self.0.io.spawn(ask);
        async move { asked.await.unwrap_or_else(|_| Err(DirectoryError("this node is stopping".into()))) }.boxed()
    }
}

impl Directory for RedisDirectory {
    fn elsewhere(&self, name: &ActorName) -> Option<Incarnation> {
        let node = *self.0.places().get(name)?;
        self.0.membership.is_alive(node).then_some(node)
    }

    fn forget(&self, name: &ActorName) {
        if self.0.places().remove(name).is_some() {
            self.0.membership.look_again();
        }
    }

    fn claim(&self, name: ActorName) -> Advice<Claim> {
        let inner = self.0.clone();
        self.advise(async move { inner.claim(name).await })
    }

    fn confirm(&self, name: ActorName, epoch: u64) -> Advice<bool> {
        let inner = self.0.clone();
        self.advise(async move { inner.change(&CONFIRM, &name, &[&epoch.to_string(), ENTRY_MS]).await })
    }

    fn touch(&self, name: ActorName, epoch: u64) -> Advice<bool> {
        let inner = self.0.clone();
        self.advise(async move { inner.change(&TOUCH, &name, &[&epoch.to_string(), ENTRY_MS]).await })
    }

    fn release(&self, name: ActorName, epoch: u64) -> Advice<()> {
        let inner = self.0.clone();
        self.advise(async move { inner.change(&RELEASE, &name, &[&epoch.to_string()]).await.map(|_| ()) })
    }

    fn well(&self) {
        self.0.membership.is_well();
    }

    fn drain(&self) {
        self.0.membership.drain();
    }

    /// Every entry of ours has a dead owner from here on: whoever needs one takes it.
    fn leave(&self) -> BoxFuture<'static, ()> {
        let inner = self.0.clone();
        let left = self.0.io.spawn(async move { inner.membership.leave().await });
        async move {
            if !matches!(tokio::time::timeout(LEAVE_WITHIN, left).await, Ok(Ok(Ok(())))) {
                tracing::warn!("could not take leave of the other nodes; they notice within the lease");
            }
        }
        .boxed()
    }
}

impl Inner {
    async fn claim(&self, name: ActorName) -> Result<Claim, DirectoryError> {
        if !self.membership.is_sure() {
            return Err(DirectoryError("there was no sign of Redis for some seconds".into()));
        }
        if self.membership.is_draining()
            && let Some(node) = self.place_for(&name).await?
        {
            return Ok(self.remember(name, node));
        }
        let (me, key) = (self.membership.me().to_string(), self.keys.entry(&name));
        let mut dead = (String::new(), String::new());
        for _ in 0..CLAIM_TRIES_MAX {
            let args = [&*me, CLAIM_MS, ENTRY_MS, &*dead.0, &*dead.1];
            let answer: (u8, Option<String>, Option<String>) = self.claim_once(&key, &args).await?;
            let (0, Some(owner), epoch) = answer else {
                self.places().remove(&name);
                metrics::counter!("switchboard_claims_total").increment(1);
                return Ok(Claim::Ours);
            };
            let node = owner.parse().map_err(|_| DirectoryError(format!("the entry {key} is damaged")))?;
            match self.membership.judge(node).await.map_err(words)? {
                Judged::Alive => return Ok(self.remember(name, node)),
                Judged::Dead => dead = (owner, epoch.unwrap_or_default()),
            }
        }
        Err(DirectoryError("several nodes want this at once".into()))
    }

    async fn claim_once(
        &self,
        key: &str,
        args: &[&str],
    ) -> Result<(u8, Option<String>, Option<String>), DirectoryError> {
        let told: Vec<redis::Value> = self.pool.run(&CLAIM, &[key], args).await.map_err(words)?;
        let mut told = told.into_iter();
        let mut text = || told.next().and_then(|value| redis::from_redis_value::<String>(value).ok());
        let taken = text().is_some_and(|taken| taken == "1");
        Ok((u8::from(taken), text(), text()))
    }

    /// While we drain: the living owner, or another node that may become it. None: we are alone.
    async fn place_for(&self, name: &ActorName) -> Result<Option<Incarnation>, DirectoryError> {
        let mut command = redis::cmd("HGET");
        command.arg(self.keys.entry(name)).arg("own");
        let owner: Option<String> = self.pool.query(&command).await.map_err(words)?;
        let owner = owner.and_then(|owner| owner.parse().ok());
        let living = owner.filter(|owner| self.membership.is_alive(*owner) && *owner != self.membership.me());
        Ok(living.or_else(|| self.membership.another()))
    }

    fn remember(&self, name: ActorName, node: Incarnation) -> Claim {
        let mut places = self.places();
        if places.len() >= ELSEWHERE_MAX {
            places.clear();
        }
        places.insert(name, node);
        Claim::With(node)
    }

    async fn change(&self, script: &Script, name: &ActorName, args: &[&str]) -> Result<bool, DirectoryError> {
        let me = self.membership.me().to_string();
        let args: Vec<&str> = std::iter::once(&*me).chain(args.iter().copied()).collect();
        let done: u8 = self.pool.run(script, &[&self.keys.entry(name)], &args).await.map_err(words)?;
        Ok(done == 1)
    }

    fn places(&self) -> MutexGuard<'_, HashMap<ActorName, Incarnation>> {
        self.elsewhere.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn words(error: redis::RedisError) -> DirectoryError {
    DirectoryError(error.to_string())
}
