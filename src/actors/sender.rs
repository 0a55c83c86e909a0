//! The way out of one channel account: one actor for the whole cluster.
//!
//! Messages of one conversation go out strictly one after another, conversations take turns, people go before bots,
//! and the account's limit is kept. A message is durably `sending` before its bytes leave, and what became of it is
//! told to its conversation, whose log decides what happens next. Which message may still go is decided by the store:
//! one that a take over has withdrawn cannot be started.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::sender_queue::Lines;
use super::switchboard::{NotDone, Switchboard};
use crate::dice;
use crate::domain::command::{Command, Outcome};
use crate::domain::ids::{AccountId, ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::channel::{Outgoing, Outlet, SendResult};
use crate::ports::store::{Contact, Queued, StoreError};

/// Messages being sent at the same time.
const IN_FLIGHT_MAX: usize = 256;
/// Messages marked as being sent in one write.
const BATCH_MAX: usize = 64;
/// After so many tries that certainly did not go out, a message has failed.
const ATTEMPTS_MAX: u32 = 12;
const BACKOFF_MAX: Duration = Duration::from_secs(300);
/// How long an account whose credentials were refused waits before it tries again.
const REFUSED_WAIT: Duration = Duration::from_secs(300);
/// How often the store is asked for messages whose conversation died before it could hand them over.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const RETRY_STORE_AFTER: Duration = Duration::from_secs(1);

pub struct Sender {
    switchboard: Switchboard,
    account: AccountId,
    outlet: Arc<dyn Outlet>,
    /// Where bytes are sent: never on an actor's thread.
    io: tokio::runtime::Handle,
    limiter: DefaultDirectRateLimiter,
    /// The most calls the limiter gives at once.
    burst: u32,
    lines: Lines,
    in_flight: usize,
    /// The provider asked for silence until then.
    blocked_until: Timestamp,
    /// The store holds messages that memory does not.
    behind: bool,
    /// While the store is read: what was enqueued meanwhile, so that it cannot overtake.
    reading: Option<Vec<Queued>>,
    wake: Option<SpawnHandle>,
    resting: bool,
}

/// A message was committed and waits to go out.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enqueue(pub Queued);

/// What the log says about a message that was tried: it goes again, or is done with.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Settle {
    pub contact: Contact,
    pub seq: Seq,
    pub again: Option<(Timestamp, bool)>,
}

/// Start nothing more, for the node is going down; gives how many messages are still on their way.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Rest;

impl Sender {
    pub fn new(
        switchboard: Switchboard,
        account: AccountId,
        outlet: Arc<dyn Outlet>,
        io: tokio::runtime::Handle,
    ) -> Self {
        let (quota, burst) = quota(outlet.sends_per_second());
        let lines = Lines::new(switchboard.parts().limits.sender_queue_max);
        let limiter = RateLimiter::direct(quota);
        // Another process may have sent up to the limit a moment ago: begin with nothing to spend.
        let _ = limiter.check_n(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
        Self {
            switchboard,
            account,
            outlet,
            io,
            limiter,
            burst,
            lines,
            in_flight: 0,
            blocked_until: Timestamp::default(),
            behind: true,
            reading: None,
            wake: None,
            resting: false,
        }
    }

    fn now(&self) -> Timestamp {
        self.switchboard.parts().clock.now()
    }

    /// Sends what may be sent now, and wakes up for the rest.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.resting {
            return;
        }
        if self.behind && self.lines.has_room_for_half() {
            self.read_more(ctx);
        }
        let now = self.now();
        if self.blocked_until > now {
            return self.wake_in(self.blocked_until.since(now), ctx);
        }
        let mut batch = Vec::new();
        while self.in_flight + batch.len() < IN_FLIGHT_MAX && batch.len() < BATCH_MAX {
            let Some(calls) = self.lines.peek(now).map(|next| self.outlet.calls(&next.line)) else { break };
            if let Some(wait) = self.wait_for(calls) {
                self.wake_in(wait, ctx);
                break;
            }
            batch.extend(self.lines.take(now));
        }
        if batch.is_empty() {
            return self.wake_for_next(now, ctx);
        }
        self.in_flight += batch.len();
        let more = batch.len() == BATCH_MAX;
        self.start(batch, ctx);
        if more {
            self.pump(ctx);
        }
    }

    /// Takes `calls` from the account's limit, or says how long to wait for them.
    fn wait_for(&self, calls: u32) -> Option<Duration> {
        let calls = NonZeroU32::new(calls.min(self.burst)).unwrap_or(NonZeroU32::MIN);
        match self.limiter.check_n(calls) {
            Ok(Ok(())) | Err(_) => None,
            Ok(Err(until)) => Some(until.wait_time_from(DefaultClock::default().now())),
        }
    }

    fn wake_for_next(&mut self, now: Timestamp, ctx: &mut Context<Self>) {
        if let Some(at) = self.lines.next_at().filter(|at| *at > now) {
            self.wake_in(at.since(now), ctx);
        }
    }

    fn wake_in(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        if let Some(wake) = self.wake.take() {
            ctx.cancel_future(wake);
        }
        self.wake = Some(ctx.run_later(wait.max(Duration::from_millis(1)), |this, ctx| {
            this.wake = None;
            this.pump(ctx);
        }));
    }

    // --- One batch: mark, send, tell ---

    fn start(&mut self, batch: Vec<Queued>, ctx: &mut Context<Self>) {
        let parts = self.switchboard.parts();
        let started = parts.store.start_sending(parts.incarnation, batch.iter().map(Queued::id).collect());
        ctx.spawn(started.into_actor(self).map(|started, this, ctx| this.started_sending(batch, started, ctx)));
    }

    fn started_sending(&mut self, batch: Vec<Queued>, started: Result<Vec<bool>, StoreError>, ctx: &mut Context<Self>) {
        match started {
            Ok(may) => {
                for (queued, may) in batch.into_iter().zip(may) {
                    if may { self.send(queued, ctx) } else { self.leave_out(queued) }
                }
            }
            Err(error) => self.start_later(batch, &error, ctx),
        }
        self.pump(ctx);
    }

    /// A human took over in the meantime, or somebody else sends it.
    fn leave_out(&mut self, queued: Queued) {
        self.in_flight -= 1;
        self.lines.done(queued.contact.conversation, queued.seq);
    }

    fn start_later(&mut self, batch: Vec<Queued>, error: &StoreError, _: &mut Context<Self>) {
        tracing::warn!(account = %self.account, %error, "cannot mark messages as being sent; trying again");
        if let StoreError::Unavailable(words) = error {
            self.switchboard.parts().notices.storage(Some(words.clone()));
        }
        let at = self.now() + RETRY_STORE_AFTER;
        self.blocked_until = self.blocked_until.max(at);
        for queued in batch {
            self.in_flight -= 1;
            self.lines.again(queued.contact.conversation, queued.seq, at, queued.flagged);
        }
    }

    fn send(&mut self, queued: Queued, ctx: &mut Context<Self>) {
        let outgoing = Outgoing {
            id: queued.id(),
            to: queued.contact.external_key.clone(),
            line: queued.line.clone(),
            by_human: !queued.by_bot,
        };
        let sending = self.io.spawn(self.outlet.send(outgoing));
        let result = async move {
            sending.await.unwrap_or_else(|_| SendResult::Unknown { reason: "the send was interrupted".into() })
        };
        ctx.spawn(result.into_actor(self).map(|result, this, ctx| this.sent(queued, result, ctx)));
    }

    fn sent(&mut self, queued: Queued, result: SendResult, ctx: &mut Context<Self>) {
        fail::fail_point!("sender-answered", |_| std::process::abort());
        metrics::counter!("switchboard_sends_total", "outcome" => name_of(&result)).increment(1);
        let outcome = self.judge(&queued, result);
        self.tell(queued, outcome, ctx);
    }

    /// What the provider's answer means for this message, and for the account.
    fn judge(&mut self, queued: &Queued, result: SendResult) -> Outcome {
        let now = self.now();
        match result {
            SendResult::Sent { provider_id } => Outcome::Sent { provider_id },
            SendResult::Permanent { reason } => Outcome::Refused { reason },
            SendResult::Unknown { reason } => {
                Outcome::Unknown { again_at: now + self.switchboard.parts().limits.reconcile, reason }
            }
            SendResult::NotSent { after, account_wide, reason } => {
                let wait = after.unwrap_or_else(|| backoff(queued.attempt));
                if account_wide {
                    self.blocked_until = self.blocked_until.max(now + wait);
                } else if queued.attempt + 1 >= ATTEMPTS_MAX {
                    return Outcome::Refused { reason: format!("{reason} (gave up after {ATTEMPTS_MAX} tries)") };
                }
                Outcome::NotSent { at: now + wait, reason }
            }
            SendResult::AccountRefused { reason } => {
                tracing::error!(account = %self.account, %reason, "the provider refuses this account; check its token");
                self.blocked_until = self.blocked_until.max(now + REFUSED_WAIT);
                Outcome::NotSent { at: now + REFUSED_WAIT, reason }
            }
        }
    }

    /// The conversation must hear of it, however long that takes: until then its line stands still.
    fn tell(&mut self, queued: Queued, outcome: Outcome, ctx: &mut Context<Self>) {
        let command = Command::Outcome { of: queued.seq, outcome: outcome.clone() };
        let told = self.switchboard.ask(queued.contact.clone(), command, None);
        ctx.spawn(told.into_actor(self).map(move |told, this, ctx| match told {
            Ok(_) => this.told(ctx),
            Err(NotDone::Unavailable(_)) => {
                ctx.run_later(RETRY_STORE_AFTER, |this, ctx| this.tell(queued, outcome, ctx));
            }
            Err(NotDone::Refused(_) | NotDone::UnknownAccount) => {
                this.lines.done(queued.contact.conversation, queued.seq);
                this.told(ctx);
            }
        }));
    }

    fn told(&mut self, ctx: &mut Context<Self>) {
        self.in_flight -= 1;
        self.pump(ctx);
    }

    // --- What the store holds beyond memory ---

    fn read_more(&mut self, ctx: &mut Context<Self>) {
        if self.reading.is_some() {
            return;
        }
        self.reading = Some(Vec::new());
        let limit = self.switchboard.parts().limits.sender_queue_max;
        let queued = self.switchboard.parts().store.queued(self.account.clone(), 0, limit);
        ctx.spawn(queued.into_actor(self).map(move |queued, this, ctx| {
            let meanwhile = this.reading.take().unwrap_or_default();
            match queued {
                Ok(queued) => {
                    this.behind = queued.len() >= limit;
                    queued.into_iter().for_each(|queued| this.lines.add(queued));
                    meanwhile.into_iter().for_each(|queued| this.enqueue(queued));
                    this.pump(ctx);
                }
                Err(_) => this.wake_in(RETRY_STORE_AFTER, ctx),
            }
        }));
    }

    /// While the store holds earlier messages than memory, later ones wait there with them.
    fn enqueue(&mut self, queued: Queued) {
        match &mut self.reading {
            Some(meanwhile) if meanwhile.len() < self.switchboard.parts().limits.sender_queue_max => {
                meanwhile.push(queued);
            }
            None if !self.behind && self.lines.add_if_room(queued) => {}
            _ => self.behind = true,
        }
    }

    fn settle(&mut self, conversation: ConversationId, seq: Seq, again: Option<(Timestamp, bool)>) {
        match again {
            None => self.lines.done(conversation, seq),
            Some((at, flagged)) if self.lines.again(conversation, seq, at, flagged) => {}
            // Not in memory: an agent sends a failed message again, or it was left behind by another process.
            Some(_) => self.behind = true,
        }
    }
}

/// A tenth of the limit may go at once, the rest is spread out, so that no second sees more than the limit.
fn quota(per_second: u32) -> (Quota, u32) {
    let burst = (per_second / 10).max(1);
    let steady = NonZeroU32::new(per_second.saturating_sub(burst)).unwrap_or(NonZeroU32::MIN);
    (Quota::per_second(steady).allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN)), burst)
}

fn name_of(result: &SendResult) -> &'static str {
    match result {
        SendResult::Sent { .. } => "sent",
        SendResult::NotSent { .. } => "not_sent",
        SendResult::Permanent { .. } => "permanent",
        SendResult::AccountRefused { .. } => "account_refused",
        SendResult::Unknown { .. } => "unknown",
    }
}

/// Full jitter between one second and five minutes.
fn backoff(attempt: u32) -> Duration {
    let most = Duration::from_secs(1 << attempt.min(9)).min(BACKOFF_MAX);
    Duration::from_millis(500) + dice::up_to(most)
}

impl Actor for Sender {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(1024);
        self.pump(ctx);
        ctx.run_interval(LOOK_EVERY, |this, ctx| {
            this.behind = true;
            this.pump(ctx);
        });
    }
}

impl Handler<Enqueue> for Sender {
    type Result = ();

    fn handle(&mut self, Enqueue(queued): Enqueue, ctx: &mut Context<Self>) {
        self.enqueue(queued);
        self.pump(ctx);
    }
}

impl Handler<Settle> for Sender {
    type Result = ();

    fn handle(&mut self, settle: Settle, ctx: &mut Context<Self>) {
        self.settle(settle.contact.conversation, settle.seq, settle.again);
        self.pump(ctx);
    }
}

impl Handler<Rest> for Sender {
    type Result = usize;

    fn handle(&mut self, _: Rest, _: &mut Context<Self>) -> usize {
        self.resting = true;
        self.in_flight
    }
}
