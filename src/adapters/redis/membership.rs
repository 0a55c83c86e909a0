//! Being alive, as Redis sees it: our lease, everybody else's, and who is dead for certain.
//!
//! A node that was declared dead never comes back under the same name: it takes a new incarnation. What it owns in the
//! store it keeps until somebody takes it, for the store decides who may write.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use redis::RedisResult;
use tokio::sync::watch;
use tokio::time::Instant;

use super::keys::{CLUSTERS, Keys};
use super::members::{About, Judged, Members};
use super::namesake::Namesake;
use super::pool::{Pool, Script};
use crate::dice;
use crate::domain::ids::Incarnation;

static NODE: Script = Script::new(include_str!("scripts/node.lua"));
static MEMBERS: Script = Script::new(include_str!("scripts/members.lua"));

/// How long a node lives without a sign.
pub const LEASE: Duration = Duration::from_secs(8);
const BEAT_EVERY: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Redis that did not answer is asked again after so long: whoever just woke up wants to know where it stands.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// A second that takes so much longer was none: this process stood still.
const STOOD_STILL: Duration = Duration::from_secs(3);
/// Without a good beat for so long, a node is in doubt about itself and claims nothing more.
const DOUBT_AFTER: Duration = Duration::from_secs(6);
/// A node that hears nothing of the store for so long says so: others place nothing with it.
const ILL_AFTER: Duration = Duration::from_secs(4);
/// One that hears nothing for so long, while another is well, gives up what it has.
const ILL_MAX: Duration = Duration::from_secs(10);
/// How long the dead are remembered.
const REMEMBER_MS: &str = "3600000";

pub struct Membership {
    pool: Pool,
    keys: Keys,
    name: String,
    me: watch::Sender<Incarnation>,
    state: Mutex<State>,
}

struct State {
    /// When the last good beat was sent.
    beaten: Option<Instant>,
    draining: bool,
    /// Our incarnation has never been heard of: whatever could not be told of it so far can still be.
    unheard: bool,
    /// When the store last did; none: that was never told.
    well_at: Option<Instant>,
    members: Members,
    namesake: Namesake,
}

impl Membership {
    pub fn new(pool: Pool, keys: Keys, name: String) -> Self {
        let state = State {
            beaten: None,
            draining: false,
            unheard: true,
            well_at: None,
            members: Members::default(),
            namesake: Namesake::default(),
        };
        Self { pool, keys, name, me: watch::Sender::new(Incarnation(dice::new_id())), state: Mutex::new(state) }
    }

    pub fn me(&self) -> Incarnation {
        *self.me.borrow()
    }

    /// Hears of every new incarnation of this node.
    pub fn changes(&self) -> watch::Receiver<Incarnation> {
        self.me.subscribe()
    }

    /// Hears when the Redis that we write to has become a replica.
    pub fn demotions(&self) -> watch::Receiver<u64> {
        self.pool.demotions()
    }

    /// Whether our lease certainly stands.
    pub fn is_sure(&self) -> bool {
        self.state().beaten.is_some_and(|at| at.elapsed() < DOUBT_AFTER)
    }

    /// Whether Redis has given no sign for so long that nobody should be asked by it.
    pub fn is_in_doubt(&self) -> bool {
        self.state().beaten.is_some_and(|at| at.elapsed() >= DOUBT_AFTER)
    }

    pub fn is_draining(&self) -> bool {
        self.state().draining
    }

    pub fn drain(&self) {
        self.state().draining = true;
    }

    pub fn is_well(&self) {
        self.state().well_at = Some(Instant::now());
    }

    fn is_ill_for(&self, time: Duration) -> bool {
        self.state().well_at.is_some_and(|at| at.elapsed() >= time)
    }

    /// Whether others do better with what we have.
    fn is_useless(&self) -> bool {
        self.is_ill_for(ILL_MAX) && self.another().is_some()
    }

    /// Somebody was not where we thought: the next judgement begins with a fresh look.
    pub fn look_again(&self) {
        self.state().members.all.clear();
    }

    /// As far as the last look tells; a stranger counts as dead.
    pub fn is_alive(&self, node: Incarnation) -> bool {
        self.state().members.judge(node) == Some(Judged::Alive)
    }

    /// Another node that takes actors.
    pub fn another(&self) -> Option<Incarnation> {
        let up = self.state().members.others_that_take(self.me());
        let place = dice::up_to(Duration::from_secs(up.len() as u64)).as_secs() as usize;
        up.get(place.min(up.len().saturating_sub(1))).copied()
    }

    /// Whether the owner of an entry lives. One that nobody knows is judged only by a look younger than the entry.
    pub async fn judge(&self, node: Incarnation) -> RedisResult<Judged> {
        if let Some(judged) = self.state().members.judge(node) {
            return Ok(judged);
        }
        self.look().await?;
        Ok(self.state().members.judge(node).unwrap_or(Judged::Dead))
    }

    /// Joins under the present incarnation, which nobody has heard of yet.
    pub async fn join(&self) -> RedisResult<()> {
        self.enter("join").await
    }

    async fn enter(&self, how: &str) -> RedisResult<()> {
        let at = Instant::now();
        let entered = self.node(how).await?;
        self.told(entered, at);
        self.look().await
    }

    /// Redis knows of us, alive or dead.
    fn told(&self, alive: bool, at: Instant) {
        let mut state = self.state();
        state.unheard = false;
        if alive {
            state.beaten = Some(at);
        }
    }

    /// Beats and looks, for ever.
    pub async fn live(&self) {
        tokio::join!(self.beat_and_look(), self.mind_the_clock());
    }

    async fn beat_and_look(&self) {
        let mut beaten = Instant::now();
        let mut pause = LOOK_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let lived = async {
                if beaten.elapsed() >= BEAT_EVERY {
                    self.beat().await?;
                    beaten = Instant::now();
                }
                self.look().await
            };
            pause = match lived.await {
                Ok(()) => LOOK_EVERY,
                Err(error) => {
                    tracing::debug!(%error, "Redis does not answer");
                    AGAIN_AFTER
                }
            };
            metrics::gauge!("switchboard_redis_sure").set(f64::from(u8::from(self.is_sure())));
        }
    }

    /// Whoever stood still did not hear the store either, which is no fault of the store.
    async fn mind_the_clock(&self) {
        loop {
            let since = Instant::now();
            tokio::time::sleep(LOOK_EVERY).await;
            if since.elapsed() > LOOK_EVERY + STOOD_STILL && self.state().well_at.is_some() {
                self.is_well();
            }
        }
    }

    async fn beat(&self) -> RedisResult<()> {
        if self.is_useless() {
            if self.state().beaten.take().is_none() {
                return Ok(());
            }
            tracing::warn!("the store cannot be written from here, and can from elsewhere: others take over");
            return self.leave().await;
        }
        let at = Instant::now();
        if self.node("beat").await? {
            self.told(true, at);
            return self.show_cluster().await;
        }
        // One new name is enough, however often it takes until it is heard of: Redis may be full.
        if !self.state().unheard {
            tracing::warn!("this node was declared dead; it goes on under a new name and keeps what nobody has taken");
            metrics::counter!("switchboard_incarnations_lost_total").increment(1);
            self.state().unheard = true;
            self.me.send_replace(Incarnation(dice::new_id()));
        }
        self.enter("come_back").await
    }

    pub async fn leave(&self) -> RedisResult<()> {
        self.node("leave").await.map(|_| ())
    }

    async fn node(&self, op: &str) -> RedisResult<bool> {
        let about = About {
            node: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            draining: self.is_draining(),
            ill: self.is_ill_for(ILL_AFTER),
        };
        let about = serde_json::to_string(&about).unwrap_or_default();
        let (me, lease) = (self.me().to_string(), LEASE.as_millis().to_string());
        let keys = [&*self.keys.members(), &*self.keys.about()];
        let (ok, _now): (u8, u64) = self.pool.run(&NODE, &keys, &[op, &me, &lease, &about, &self.name]).await?;
        Ok(ok == 1)
    }

    async fn look(&self) -> RedisResult<()> {
        let keys = [&*self.keys.members(), &*self.keys.about()];
        let told: Vec<String> = self.pool.run(&MEMBERS, &keys, &[REMEMBER_MS]).await?;
        let members = Members::read(told);
        metrics::gauge!("switchboard_nodes").set(members.living() as f64);
        let mut state = self.state();
        state.members = members;
        let State { members, namesake, .. } = &mut *state;
        namesake.mind(members, self.me(), &self.name);
        Ok(())
    }

    /// Leaves a trace for other installations that use this Redis by accident.
    async fn show_cluster(&self) -> RedisResult<()> {
        let now = self.state().members.now;
        self.pool.query(redis::cmd("ZADD").arg(CLUSTERS).arg(now).arg(&self.keys.cluster)).await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
