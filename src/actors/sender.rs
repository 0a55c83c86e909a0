//! The way out of one channel account: one actor for the whole cluster.
//!
//! Messages of one conversation go out strictly one after another, conversations take turns, people go before bots and a
//! bot's answers before what it says on its own, and the limits of the account and of each contact are kept. A message is
//! durably `sending` before its bytes leave, and what became of it is told to its conversation, whose log decides what
//! happens next. Which message may still go is decided by the store: one that a take over has withdrawn cannot be started.
//!
//! Every node has this actor; one of them is on duty, as the directory says, and the others stand by and pass on what
//! they hear. Who comes on duty begins with nothing to spend and with what the store holds.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::time::Instant;

use super::sender_backlog::Backlog;
use super::sender_duty::{Duty, Post};
use super::sender_limit::{Gate, Limit, backoff, leave_in_time};
pub use super::sender_messages::{Enqueue, PassedOn, Rest, Settle};
use super::sender_pace::Paces;
use super::sender_trip::{self, Report, Sent, Told, Try};
use super::sender_trouble::Trouble;
use super::sender_verdict::verdict;
use super::switchboard::{NotDone, Switchboard};
use crate::domain::command::Outcome;
use crate::domain::ids::{AccountId, DeliveryId, Seq};
use crate::domain::time::Timestamp;
use crate::domain::window::Author;
use crate::ports::channel::{By, Outgoing, Outlet, Pace, SendResult};
use crate::ports::store::{Contact, Mark, Queued, StoreError};

/// Messages being sent at the same time, from their mark to the provider's answer.
const IN_FLIGHT_MAX: usize = 256;
/// Messages whose conversations are being told what became of them.
const TELLING_MAX: usize = 1024;
/// Messages marked as being sent in one write.
const BATCH_MAX: usize = 64;
/// How often the store is asked for messages whose conversation died before it could hand them over.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const RETRY_STORE_AFTER: Duration = Duration::from_secs(1);
/// How often the directory is asked who is on duty.
const ASK_FOR_DUTY_EVERY: Duration = Duration::from_secs(1);

pub struct Sender {
    pub(super) switchboard: Switchboard,
    account: AccountId,
    outlet: Arc<dyn Outlet>,
    /// Where bytes are sent: never on an actor's thread.
    io: tokio::runtime::Handle,
    limit: Limit,
    gate: Arc<Gate>,
    paces: Paces,
    backlog: Backlog,
    in_flight: usize,
    telling: usize,
    /// The provider asked for silence until then.
    blocked_until: Timestamp,
    wake: Option<SpawnHandle>,
    pub(super) duty: Duty,
    pub(super) trouble: Trouble,
    resting: bool,
    /// Once everything that waits in the mailbox is heard, there will be a look at what may go.
    pump_comes: bool,
}

impl Sender {
    pub fn new(
        switchboard: Switchboard,
        account: AccountId,
        (outlet, pace): (Arc<dyn Outlet>, Option<Pace>),
        io: tokio::runtime::Handle,
    ) -> Self {
        let limit = Limit::spent(outlet.sends_per_second());
        let gate = Arc::new(Gate::new(outlet.sends_per_second()));
        let paces = Paces::new(pace);
        let backlog = Backlog::new(switchboard.parts().limits.sender_queue_max);
        let duty = Duty::new(switchboard.parts().clone(), account.clone());
        let trouble = Trouble::new(switchboard.clone(), account.clone());
        Self {
            switchboard,
            account,
            outlet,
            io,
            limit,
            gate,
            paces,
            backlog,
            in_flight: 0,
            telling: 0,
            blocked_until: Timestamp::default(),
            wake: None,
            duty,
            trouble,
            resting: false,
            pump_comes: false,
        }
    }

    fn now(&self) -> Timestamp {
        self.switchboard.parts().clock.now()
    }

    /// What is heard at one moment goes into one batch: one mark, one answer to wait for.
    fn pump_soon(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.pump_comes, true) {
            ctx.notify(Pump);
        }
    }

    /// Sends what may be sent now, and wakes up for the rest.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.resting || !self.duty.is_ours() {
            return;
        }
        if self.backlog.begin_reading() {
            self.read(ctx);
        }
        let now = self.now();
        if self.blocked_until > now {
            return self.wake_in(self.blocked_until.since(now), ctx);
        }
        let mut batch = Vec::new();
        let room = if self.telling < TELLING_MAX { IN_FLIGHT_MAX.saturating_sub(self.in_flight) } else { 0 };
        while batch.len() < room.min(BATCH_MAX) {
            let Some(next) = self.backlog.peek(now) else { break };
            let (contact, calls) = (next.contact.conversation, self.outlet.calls(&next.line));
            if let Some(wait) = self.paces.wait_for(contact, calls, now) {
                self.backlog.postpone(now + wait);
                continue;
            }
            if let Some(wait) = self.limit.wait_for(calls) {
                self.wake_in(wait, ctx);
                break;
            }
            self.paces.goes(contact, calls, now);
            batch.extend(self.backlog.take(now));
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

    fn wake_for_next(&mut self, now: Timestamp, ctx: &mut Context<Self>) {
        if let Some(at) = self.backlog.next_at().filter(|at| *at > now) {
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
        let (parts, granted) = (self.switchboard.parts(), Instant::now());
        let started = parts.store.start_sending(parts.incarnation, batch.iter().map(Queued::id).collect());
        ctx.spawn(started.into_actor(self).map(move |marks, this, ctx| match sender_trip::marked(marks) {
            Ok(marks) => this.started_sending(batch, granted, marks, ctx),
            Err(error) => this.start_later(batch, &error, ctx),
        }));
    }

    fn started_sending(&mut self, batch: Vec<Queued>, granted: Instant, marks: Vec<Mark>, ctx: &mut Context<Self>) {
        if let Some(pause) = sender_trip::pause_before_bytes() {
            ctx.run_later(pause, move |this, ctx| this.send_started(batch, granted, marks, ctx));
            return;
        }
        self.send_started(batch, granted, marks, ctx);
    }

    fn send_started(&mut self, batch: Vec<Queued>, granted: Instant, marks: Vec<Mark>, ctx: &mut Context<Self>) {
        for (queued, mark) in batch.into_iter().zip(marks) {
            match mark {
                Mark::Set { attempt: number } => self.send(Try { queued, number }, granted, ctx),
                Mark::Stands { attempt: number } => self.take_back(Try { queued, number }, ctx),
                Mark::No => self.leave_out(queued),
            }
        }
        self.pump(ctx);
    }

    /// Nothing has left since it was marked, and whether it still may, its conversation must say: a human may have taken
    /// over in the meantime.
    fn take_back(&mut self, tried: Try, ctx: &mut Context<Self>) {
        let reason = "the database did not answer in time when this was about to be sent".to_owned();
        self.landed(tried, Outcome::NotSent { at: self.now(), reason }, ctx);
    }

    /// A human took over in the meantime, or somebody else sends it.
    fn leave_out(&mut self, queued: Queued) {
        self.in_flight -= 1;
        self.backlog.done(queued.id());
    }

    fn start_later(&mut self, batch: Vec<Queued>, error: &StoreError, ctx: &mut Context<Self>) {
        tracing::warn!(account = %self.account, %error, "cannot mark messages as being sent; trying again");
        let at = self.now() + RETRY_STORE_AFTER;
        match error {
            // The marks may stand all the same: then the next try will hear so.
            StoreError::Unavailable(words) => self.switchboard.parts().notices.storage(Some(words.clone())),
            // Another node is on duty: the directory will say which.
            StoreError::Fenced => {
                metrics::counter!("switchboard_fenced_total", "what" => "send").increment(1);
                self.in_flight -= batch.len();
                self.duty.set(Post::Unknown);
                return self.come_off_duty();
            }
            _ => {}
        }
        self.blocked_until = self.blocked_until.max(at);
        for queued in batch {
            self.in_flight -= 1;
            self.backlog.start_unheard(&queued, at);
        }
        self.pump(ctx);
    }

    fn send(&mut self, tried: Try, granted: Instant, ctx: &mut Context<Self>) {
        let queued = &tried.queued;
        let line = match sender_trip::reachable(queued.line.clone(), self.switchboard.parts().public_url.as_deref()) {
            Ok(line) => line,
            Err(refused) => return sender_trip::send(tried, ready(refused), &self.io, ctx.address()),
        };
        let (by, template) = match &queued.by {
            Author::Bot { .. } => (By::Bot, None),
            Author::Person { late_from, template } => {
                let late = late_from.is_some_and(|from| from <= self.now());
                (By::Person { late }, template.clone())
            }
        };
        let outgoing = Outgoing {
            id: queued.id(),
            to: queued.contact.external_key.clone(),
            line,
            by,
            template,
            attempt: queued.attempt,
        };
        let calls = self.outlet.calls(&queued.line);
        let sending = leave_in_time(granted, (self.gate.clone(), calls), self.outlet.send(outgoing));
        sender_trip::send(tried, sending, &self.io, ctx.address());
    }

    fn judge(&mut self, queued: &Queued, result: SendResult) -> Outcome {
        let reconcile = self.switchboard.parts().limits.reconcile;
        let verdict = verdict(result, queued.attempt, self.now(), reconcile, backoff);
        self.blocked_until = self.blocked_until.max(verdict.blocked_until.unwrap_or_default());
        verdict.outcome
    }

    /// It is under way no more.
    fn landed(&mut self, tried: Try, outcome: Outcome, ctx: &mut Context<Self>) {
        self.in_flight -= 1;
        self.telling += 1;
        self.tell(Report { tried, outcome }, ctx);
    }

    /// The conversation must hear of it, however long that takes: until then its line stands still.
    fn tell(&self, report: Report, ctx: &mut Context<Self>) {
        sender_trip::tell(report, &self.switchboard, ctx.address());
    }

    // --- On duty, or standing by ---

    /// Asks the directory who sends for this account, again and again.
    fn ask_for_duty(&mut self, ctx: &mut Context<Self>) {
        if self.resting {
            return;
        }
        let asked = self.duty.ask();
        ctx.spawn(asked.into_actor(self).map(|answer, this, ctx| {
            if this.resting {
                return;
            }
            let was_ours = this.duty.is_ours();
            this.duty.set(answer);
            match (was_ours, this.duty.is_ours()) {
                (false, true) => this.come_on_duty(ctx),
                (true, false) => this.come_off_duty(),
                _ => {}
            }
            ctx.run_later(ASK_FOR_DUTY_EVERY, |this, ctx| this.ask_for_duty(ctx));
        }));
    }

    /// Another node may have sent up to the limit a moment ago: begin with nothing to spend.
    fn come_on_duty(&mut self, ctx: &mut Context<Self>) {
        self.limit = Limit::spent(self.outlet.sends_per_second());
        self.backlog.fall_behind();
        self.keep_trouble(ctx);
        self.pump(ctx);
    }

    /// What is on its way is still told; nothing more starts.
    fn come_off_duty(&mut self) {
        self.backlog.come_off_duty();
    }

    // --- What the store holds beyond memory ---

    fn read(&mut self, ctx: &mut Context<Self>) {
        let limit = self.backlog.reading_max();
        let queued = self.switchboard.parts().store.queued(self.account.clone(), 0, limit);
        ctx.spawn(queued.into_actor(self).map(move |queued, this, ctx| match queued {
            Ok(queued) if this.duty.is_ours() => {
                this.backlog.have_read(queued, limit);
                this.pump(ctx);
            }
            Ok(_) => this.backlog.reading_failed(),
            Err(_) => {
                this.backlog.reading_failed();
                this.wake_in(RETRY_STORE_AFTER, ctx);
            }
        }));
    }

    pub(super) fn enqueue(&mut self, queued: Queued, behind: Option<Seq>, ctx: &mut Context<Self>) {
        // Before what is being read it need not wait, nor for what comes after.
        if self.backlog.begin_reading() {
            self.read(ctx);
        }
        self.backlog.enqueue(queued, behind);
        self.pump_soon(ctx);
    }

    pub(super) fn settle(
        &mut self,
        contact: &Contact,
        seq: Seq,
        again: Option<(Timestamp, bool)>,
        ctx: &mut Context<Self>,
    ) {
        self.backlog.settle(DeliveryId { conversation: contact.conversation, seq }, again);
        self.pump_soon(ctx);
    }

    /// The store holds what memory does not.
    pub(super) fn look(&mut self, ctx: &mut Context<Self>) {
        self.backlog.fall_behind();
        self.pump(ctx);
    }
}

impl Actor for Sender {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(1024);
        self.ask_for_duty(ctx);
        ctx.run_interval(LOOK_EVERY, |this, ctx| {
            this.look(ctx);
            this.keep_trouble(ctx);
        });
    }
}

impl Handler<Rest> for Sender {
    type Result = usize;

    fn handle(&mut self, _: Rest, _: &mut Context<Self>) -> usize {
        self.resting = true;
        let unfinished = self.in_flight + self.telling;
        if unfinished == 0 {
            self.duty.give_up();
        }
        unfinished
    }
}

impl Handler<Sent> for Sender {
    type Result = ();

    fn handle(&mut self, Sent { tried, result }: Sent, ctx: &mut Context<Self>) {
        fail::fail_point!("sender-answered", |_| std::process::abort());
        metrics::counter!("switchboard_sends_total", "outcome" => result.name()).increment(1);
        self.judge_account(&result, ctx);
        let outcome = self.judge(&tried.queued, result);
        self.landed(tried, outcome, ctx);
        if self.in_flight + 1 == IN_FLIGHT_MAX {
            self.pump_soon(ctx);
        }
    }
}

impl Handler<Told> for Sender {
    type Result = ();

    fn handle(&mut self, Told { report, told }: Told, ctx: &mut Context<Self>) {
        let queued = &report.tried.queued;
        match told {
            Ok(_) => self.backlog.told(queued.id(), queued.attempt),
            Err(NotDone::Unavailable(_)) => {
                ctx.run_later(RETRY_STORE_AFTER, |this, ctx| this.tell(report, ctx));
                return;
            }
            Err(NotDone::Refused(_) | NotDone::UnknownAccount) => self.backlog.done(queued.id()),
        }
        self.telling -= 1;
        self.pump_soon(ctx);
    }
}

/// Everything that waited in the mailbox has been heard.
#[derive(Message)]
#[rtype(result = "()")]
struct Pump;

impl Handler<Pump> for Sender {
    type Result = ();

    fn handle(&mut self, _: Pump, ctx: &mut Context<Self>) {
        self.pump_comes = false;
        self.pump(ctx);
    }
}
