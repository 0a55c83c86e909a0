//! Letters to people, from the log to the mail server.
//!
//! Each node has one, and they share the work: whoever takes an alert from the store has it until its time is over,
//! and no other node sends it meanwhile. What becomes of a try is told to the conversation, which writes it down and
//! lets the alert go, or go again. A letter whose node died in the middle may have been sent: it goes once more, under
//! the same message id, and says so. Which people have a role is found out when the letter is sent.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;

use super::alerter_letter::{Found, Staff, find};
use super::backoff::full_jitter;
use super::sender::Rest;
use super::sender_limit::Limit;
use super::switchboard::{NotDone, Switchboard};
use crate::domain::alert::RECIPIENTS_MAX;
use crate::domain::command::{Command, Outcome};
use crate::domain::time::Timestamp;
use crate::ports::alert::{Letter, Mailer, Posted};
use crate::ports::people::People;
use crate::ports::store::TakenAlert;

/// Letters on their way at once: few, so that a mail server does not take us for somebody else.
const IN_FLIGHT_MAX: usize = 4;
const LOOK_EVERY: Duration = Duration::from_secs(1);
const RETRY_STORE_AFTER: Duration = Duration::from_secs(1);
/// A letter that nobody took for so long is old news: it is shown as failed.
const GIVE_UP_AFTER: Duration = Duration::from_secs(6 * 60 * 60);
const BACKOFF_FIRST: Duration = Duration::from_secs(10);
const BACKOFF_MAX: Duration = Duration::from_secs(60 * 60);
const LOST: &str = "the process ended while this was being sent";

/// What an installation decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the console is, for links.
    pub base_url: String,
    /// How long one try may take.
    pub timeout: Duration,
    pub letters_per_minute: u32,
}

pub struct Alerter {
    switchboard: Switchboard,
    people: Arc<dyn People>,
    mailer: Arc<dyn Mailer>,
    io: tokio::runtime::Handle,
    settings: Settings,
    limit: Limit,
    /// Letters that may be sent and have not been taken yet.
    permits: usize,
    in_flight: usize,
    looking: bool,
    resting: bool,
}

/// What is known of a letter beside what stands in it.
struct Queued {
    at: Timestamp,
    left_out: usize,
}

/// An alert was committed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct LookForAlerts;

impl Alerter {
    pub fn new(
        switchboard: Switchboard,
        people: Arc<dyn People>,
        mailer: Arc<dyn Mailer>,
        io: tokio::runtime::Handle,
        settings: Settings,
    ) -> Self {
        let limit = Limit::per_minute(settings.letters_per_minute);
        Self {
            switchboard,
            people,
            mailer,
            io,
            settings,
            limit,
            permits: 0,
            in_flight: 0,
            looking: false,
            resting: false,
        }
    }

    fn now(&self) -> Timestamp {
        self.switchboard.parts().clock.now()
    }

    /// A try begins within one time-out and ends within another: what is taken again is no longer being sent here.
    fn lease(&self) -> Duration {
        self.settings.timeout * 2 + Duration::from_secs(3)
    }

    /// Takes as many alerts as may be sent now.
    fn look(&mut self, ctx: &mut Context<Self>) {
        if self.resting || self.looking {
            return;
        }
        while self.permits + self.in_flight < IN_FLIGHT_MAX && self.limit.wait_for(1).is_none() {
            self.permits += 1;
        }
        if self.permits == 0 {
            return;
        }
        self.looking = true;
        let now = self.now();
        let taken = self.switchboard.parts().store.take_alerts(now, now + self.lease(), self.permits);
        ctx.spawn(taken.into_actor(self).map(move |taken, this, ctx| {
            this.looking = false;
            match taken {
                Ok(taken) => this.begin(taken, now, ctx),
                Err(error) => tracing::warn!(%error, "could not look for e-mail alerts"),
            }
        }));
    }

    fn begin(&mut self, taken: Vec<TakenAlert>, asked_at: Timestamp, ctx: &mut Context<Self>) {
        let more = !taken.is_empty() && taken.len() == self.permits;
        let begin_by = asked_at + self.settings.timeout;
        for alert in taken {
            self.permits = self.permits.saturating_sub(1);
            self.in_flight += 1;
            if alert.lost {
                let again_at = self.now();
                self.tell(alert, Outcome::Unknown { again_at, reason: LOST.into() }, ctx);
            } else {
                self.prepare(alert, begin_by, ctx);
            }
        }
        if more {
            self.look(ctx);
        }
    }

    fn prepare(&mut self, alert: TakenAlert, begin_by: Timestamp, ctx: &mut Context<Self>) {
        let (parts, people) = (self.switchboard.parts().clone(), self.people.clone());
        let (taken, base_url) = (alert.clone(), self.settings.base_url.clone());
        let found = async move { find(&*parts.store, Staff(&*people, &*parts.teams), &taken, &base_url).await };
        ctx.spawn(found.into_actor(self).map(move |found, this, ctx| match found {
            // It would still be under way when others may take it for lost.
            Ok(Found::Letter { .. }) if this.now() > begin_by => {
                let (at, reason) = (this.now(), "the database was too slow".to_owned());
                this.tell(alert, Outcome::NotSent { at, reason }, ctx);
            }
            Ok(Found::Letter { letter, queued_at, left_out }) => {
                this.post(alert, *letter, Queued { at: queued_at, left_out }, ctx);
            }
            Ok(Found::Nobody(reason)) => this.tell(alert, Outcome::Refused { reason }, ctx),
            Err(error) => {
                let at = this.now() + RETRY_STORE_AFTER;
                this.tell(alert, Outcome::NotSent { at, reason: error.to_string() }, ctx);
            }
        }));
    }

    fn post(&mut self, alert: TakenAlert, letter: Letter, queued: Queued, ctx: &mut Context<Self>) {
        fail::fail_point!("letter-begins", |_| std::process::abort());
        let posting = self.io.spawn(self.mailer.post(letter));
        let posted = async move {
            posting.await.unwrap_or_else(|_| Posted::Unknown { reason: "the send was interrupted".into() })
        };
        ctx.spawn(posted.into_actor(self).map(move |posted, this, ctx| {
            metrics::counter!("switchboard_alerts_total", "outcome" => posted.name()).increment(1);
            let outcome = this.judge(&alert, posted, &queued);
            this.tell(alert, outcome, ctx);
        }));
    }

    fn judge(&self, alert: &TakenAlert, posted: Posted, queued: &Queued) -> Outcome {
        let at = self.now() + full_jitter(alert.attempt, BACKOFF_FIRST, BACKOFF_MAX);
        let too_old = at.since(queued.at) > GIVE_UP_AFTER;
        match posted {
            Posted::Sent { words } => Outcome::Sent { provider_id: words + &left_out(queued.left_out) },
            Posted::Refused { reason } => Outcome::Refused { reason },
            Posted::NotSent { reason } if too_old => {
                Outcome::Refused { reason: format!("{reason} (gave up after {} tries)", alert.attempt) }
            }
            Posted::NotSent { reason } => Outcome::NotSent { at, reason },
            Posted::Unknown { reason } => Outcome::Unknown { again_at: at, reason },
        }
    }

    /// The conversation must hear of it, however long that takes.
    fn tell(&mut self, alert: TakenAlert, outcome: Outcome, ctx: &mut Context<Self>) {
        let command = Command::AlertOutcome { of: alert.seq, attempt: alert.attempt, outcome: outcome.clone() };
        let told = self.switchboard.ask(alert.contact.clone(), command, None);
        ctx.spawn(told.into_actor(self).map(move |told, this, ctx| match told {
            Err(NotDone::Unavailable(_)) if !this.resting => {
                ctx.run_later(RETRY_STORE_AFTER, |this, ctx| this.tell(alert, outcome, ctx));
            }
            _ => {
                this.in_flight -= 1;
                this.look(ctx);
            }
        }));
    }
}

/// What people are told of recipients who did not get it.
fn left_out(number: usize) -> String {
    let people = if number == 1 { "1 more recipient" } else { &format!("{number} more recipients") };
    match number {
        0 => String::new(),
        _ => format!(" (not to {people}: a letter goes to {RECIPIENTS_MAX}; take a mailing list)"),
    }
}

impl Actor for Alerter {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.look(ctx);
        ctx.run_interval(LOOK_EVERY, |this, ctx| this.look(ctx));
    }
}

impl Handler<LookForAlerts> for Alerter {
    type Result = ();

    fn handle(&mut self, _: LookForAlerts, ctx: &mut Context<Self>) {
        self.look(ctx);
    }
}

impl Handler<Rest> for Alerter {
    type Result = usize;

    fn handle(&mut self, _: Rest, _: &mut Context<Self>) -> usize {
        self.resting = true;
        self.in_flight
    }
}
