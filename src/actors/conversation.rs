//! A conversation at work. For each command: take the time, decide, append, then apply and publish.
//!
//! The rules are `domain::conversation`'s. This actor owns the log's end: it writes under its token, one append at a
//! time, and handles the next command when the append has answered. Any error of the store ends it; the next use
//! loads it again, so no state survives that the log does not hold.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use actix::prelude::*;
use tokio::time::Instant;

use super::sender::{Enqueue, Settle};
use super::shard::{Life, Timers};
use super::switchboard::{Answered, Done, NotDone, Reply, Switchboard};
use crate::domain::account::Account;
use crate::domain::bot::Bot;
use crate::domain::command::{Command, Refusal};
use crate::domain::conversation::Conversation as Core;
use crate::domain::effects::effects;
use crate::domain::event::Event;
use crate::domain::ids::Seq;
#[cfg(feature = "failpoints")]
use crate::domain::state::Mode;
use crate::domain::state::State;
use crate::domain::time::Timestamp;
use crate::ports::bus::{Encoded, Published};
use crate::ports::directory::{ActorName, Claim};
use crate::ports::store::{Activated, Append, Appended, Contact, Effect, LoggedEvent, Queued, StoreError, Token};

/// A fold is cached every so many events.
const SNAPSHOT_EVERY: Seq = 64;

pub struct Conversation {
    switchboard: Switchboard,
    contact: Contact,
    account: Arc<Account>,
    bot: Arc<Bot>,
    timers: Rc<Timers>,
    life: Rc<Life>,
    /// The core and the right to write it, once loaded.
    active: Option<Active>,
    queue: VecDeque<Envelope>,
    /// A load or an append is under way.
    waiting: bool,
}

struct Active {
    core: Core,
    token: Token,
}

/// A command as it waits.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Envelope {
    pub command: Command,
    pub key: Option<String>,
    pub reply: Option<Reply>,
}

impl Envelope {
    fn own(command: Command) -> Self {
        Self { command, key: None, reply: None }
    }

    fn answer(self, answer: Answered) {
        if let Some(reply) = self.reply {
            reply.answer(answer);
        }
    }
}

/// Nobody has used the conversation for a while.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave;

/// What an append was for, kept until it answers.
struct Written {
    envelope: Envelope,
    after: Core,
    at: Timestamp,
    events: Vec<Event>,
    effects: Vec<Effect>,
}

impl Conversation {
    pub fn new(
        switchboard: Switchboard,
        contact: Contact,
        account: Arc<Account>,
        bot: Arc<Bot>,
        timers: Rc<Timers>,
        life: Rc<Life>,
        park: bool,
    ) -> Self {
        let why = "This conversation failed three times within a minute and was left to people.".to_owned();
        let queue = park.then(|| Envelope::own(Command::Park { why })).into_iter().collect();
        Self { switchboard, contact, account, bot, timers, life, active: None, queue, waiting: false }
    }

    fn go_on(&mut self, ctx: &mut Context<Self>) {
        while !self.waiting {
            if self.active.is_none() {
                return self.load(ctx);
            }
            match self.queue.pop_front() {
                Some(envelope) => self.handle_one(envelope, ctx),
                None => return self.life.busy.set(false),
            }
        }
    }

    // --- Loading ---

    fn load(&mut self, ctx: &mut Context<Self>) {
        self.waiting = true;
        let (switchboard, contact) = (self.switchboard.clone(), self.contact.clone());
        let activated = async move { activate(&switchboard, contact).await };
        ctx.spawn(activated.into_actor(self).map(|activated, this, ctx| this.loaded(activated, ctx)));
    }

    fn loaded(&mut self, activated: Result<Activated, StoreError>, ctx: &mut Context<Self>) {
        self.waiting = false;
        match activated {
            Ok(activated) => {
                self.active = Some(self.rebuild(activated));
                self.set_timer();
                self.publish_position();
                self.go_on(ctx);
            }
            Err(error) => self.give_up(error, ctx),
        }
    }

    /// The fold of what the store gave.
    fn rebuild(&self, activated: Activated) -> Active {
        let state = activated.snapshot.unwrap_or_else(State::default);
        let mut core = Core::new(self.contact.conversation, self.account.clone(), self.bot.clone(), state);
        for logged in &activated.events {
            core.apply(&logged.event, logged.at);
        }
        Active { core, token: activated.token }
    }

    // --- One command ---

    fn handle_one(&mut self, envelope: Envelope, ctx: &mut Context<Self>) {
        let Some(active) = &self.active else { return };
        let now = self.switchboard.parts().clock.now();
        #[cfg(feature = "failpoints")]
        panic_if_aimed(&active.core, &envelope.command);
        match active.core.decide(now, envelope.command.clone()) {
            Ok(events) => self.append(envelope, events, now, ctx),
            Err(refusal) => self.refuse(envelope, refusal, ctx),
        }
    }

    fn append(&mut self, envelope: Envelope, events: Vec<Event>, now: Timestamp, ctx: &mut Context<Self>) {
        let Some(Active { core, token }) = &self.active else { return };
        let first = core.state.seq + 1;
        let mut after = core.clone();
        events.iter().for_each(|event| after.apply(event, now));
        let effects = effects(core, first, &events, now);
        let append = Append {
            contact: self.contact.clone(),
            token: *token,
            after: core.state.seq,
            key: envelope.key.clone(),
            at: now,
            events: events.clone(),
            effects: effects.clone(),
            deadline: after.next_deadline(),
            summary: after.summary(),
            snapshot: (core.state.seq / SNAPSHOT_EVERY != after.state.seq / SNAPSHOT_EVERY)
                .then(|| after.state.clone()),
        };
        let appended = self.switchboard.parts().store.append(append);
        let written = Written { envelope, after, at: now, events, effects };
        self.waiting = true;
        ctx.spawn(appended.into_actor(self).map(|appended, this, ctx| this.appended(appended, written, ctx)));
    }

    fn appended(&mut self, appended: Result<Appended, StoreError>, written: Written, ctx: &mut Context<Self>) {
        self.waiting = false;
        match appended {
            Ok(Appended::Done { withdrawn }) => {
                fail::fail_point!("conversation-committed", |_| std::process::abort());
                self.committed(written, withdrawn);
                self.go_on(ctx);
            }
            Ok(Appended::Duplicate { last }) => {
                written.envelope.answer(Ok(Done { last }));
                self.go_on(ctx);
            }
            Err(error) => {
                self.queue.push_front(written.envelope);
                self.give_up(error, ctx);
            }
        }
    }

    fn committed(&mut self, written: Written, withdrawn: Vec<Seq>) {
        let Written { envelope, after, at, events, effects } = written;
        let Some(active) = &mut self.active else { return };
        let first = active.core.state.seq + 1;
        let last = after.state.seq;
        active.core = after;
        if !withdrawn.is_empty() {
            self.queue.push_front(Envelope::own(Command::Withdraw { of: withdrawn }));
        }
        self.set_timer();
        envelope.answer(Ok(Done { last }));
        self.publish(first, at, events);
        self.tell_sender(effects, at);
    }

    /// A refusal of a command that had been accepted before is not one: its answer was lost on the way.
    fn refuse(&mut self, envelope: Envelope, refusal: Refusal, ctx: &mut Context<Self>) {
        let Some(key) = envelope.key.clone() else { return envelope.answer(Err(refusal.into())) };
        let found = self.switchboard.parts().store.find(self.contact.conversation, key);
        self.waiting = true;
        ctx.spawn(found.into_actor(self).map(|found, this, ctx| {
            this.waiting = false;
            match found {
                Ok(Some(last)) => envelope.answer(Ok(Done { last })),
                Ok(None) => envelope.answer(Err(refusal.into())),
                Err(error) => envelope.answer(Err(NotDone::Unavailable(error.to_string()))),
            }
            this.go_on(ctx);
        }));
    }

    // --- After the commit ---

    /// Whoever watches may have missed what an earlier owner committed and did not publish.
    fn publish_position(&self) {
        if self.active.as_ref().is_some_and(|active| active.core.state.seq > 0) {
            self.publish(0, Timestamp::default(), Vec::new());
        }
    }

    fn publish(&self, first: Seq, at: Timestamp, events: Vec<Event>) {
        let Some(active) = &self.active else { return };
        let numbered = events.into_iter().zip(first..);
        let events = numbered.map(|(event, seq)| LoggedEvent { seq, at, event }).collect();
        let published = Published {
            conversation: self.contact.conversation,
            events,
            summary: active.core.summary(),
            console_frame: Encoded::default(),
        };
        self.switchboard.parts().bus.publish(Arc::new(published));
    }

    fn tell_sender(&self, effects: Vec<Effect>, now: Timestamp) {
        let Some(sender) = self.switchboard.sender(&self.contact.account) else { return };
        for effect in effects {
            match effect {
                Effect::Queue { seq, line, by_bot } => sender.do_send(Enqueue(Queued {
                    number: 0,
                    contact: self.contact.clone(),
                    seq,
                    line,
                    by_bot,
                    at: now,
                    attempt: 0,
                    flagged: false,
                })),
                Effect::Requeue { seq, at, flagged } => {
                    sender.do_send(Settle { contact: self.contact.clone(), seq, again: Some((at, flagged)) });
                }
                Effect::Finish { seq } | Effect::Shelve { seq } => {
                    sender.do_send(Settle { contact: self.contact.clone(), seq, again: None });
                }
                Effect::WithdrawBot => {}
            }
        }
    }

    fn set_timer(&self) {
        let deadline = self.active.as_ref().and_then(|active| active.core.next_deadline());
        self.timers.set(self.contact.conversation, deadline, self.switchboard.parts().clock.now());
    }

    /// Whatever is in memory may be wrong now: forget it. Who asks again finds what the store holds.
    fn give_up(&mut self, error: StoreError, ctx: &mut Context<Self>) {
        tracing::warn!(conversation = %self.contact.conversation, %error, "dropped from memory");
        if let StoreError::Unavailable(words) = &error {
            self.switchboard.parts().notices.storage(Some(words.clone()));
        }
        for envelope in self.queue.drain(..) {
            match error {
                // Unanswered: the caller asks once more and finds the new owner.
                StoreError::Fenced => drop(envelope),
                _ => envelope.answer(Err(NotDone::Unavailable(error.to_string()))),
            }
        }
        ctx.stop();
    }
}

async fn activate(switchboard: &Switchboard, contact: Contact) -> Result<Activated, StoreError> {
    let parts = switchboard.parts();
    let name = ActorName::Conversation(contact.conversation);
    let elsewhere = |error: String| StoreError::Unavailable(error);
    match parts.directory.claim(name.clone(), parts.incarnation).await.map_err(|error| elsewhere(error.to_string()))? {
        Claim::Ours => {}
        Claim::With(node) => return Err(elsewhere(format!("the conversation lives with node {node}"))),
    }
    let activated = parts.store.activate(contact, parts.incarnation).await?;
    match parts.directory.confirm(name, parts.incarnation, activated.token.epoch).await {
        Ok(true) => Ok(activated),
        Ok(false) => Err(StoreError::Fenced),
        Err(error) => Err(elsewhere(error.to_string())),
    }
}

/// Where tests make the bot of one conversation panic: `return(word)` aims at messages that contain the word.
#[cfg(feature = "failpoints")]
fn panic_if_aimed(core: &Core, command: &Command) {
    fail::fail_point!("conversation-decides", |word| {
        let aimed = |text: &str| word.as_deref().is_some_and(|word| text.contains(word));
        let bot_answers = matches!(core.state.mode, Mode::Bot);
        if matches!(command, Command::Hear { heard, .. } if bot_answers && aimed(&heard.text)) {
            panic!("the failpoint conversation-decides says so");
        }
    });
}

impl Actor for Conversation {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(64);
        self.life.busy.set(true);
        self.go_on(ctx);
    }

    fn stopped(&mut self, _: &mut Context<Self>) {
        if let Some(active) = &self.active {
            let (parts, token) = (self.switchboard.parts(), active.token);
            let name = ActorName::Conversation(self.contact.conversation);
            let released = parts.directory.release(name, token.incarnation, token.epoch);
            actix::spawn(async move {
                let _ = released.await;
            });
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.life.panicked.set(true);
            // Come back at once: the store may hold more than was published.
            self.timers.set(self.contact.conversation, Some(Timestamp::default()), Timestamp::default());
        }
    }
}

impl Handler<Envelope> for Conversation {
    type Result = ();

    fn handle(&mut self, envelope: Envelope, ctx: &mut Context<Self>) {
        self.life.last_used.set(Instant::now());
        if self.queue.len() >= self.switchboard.parts().limits.conversation_queue_max {
            let full = "too many commands are waiting for this conversation; try again in a moment";
            return envelope.answer(Err(NotDone::Unavailable(full.into())));
        }
        self.queue.push_back(envelope);
        self.go_on(ctx);
    }
}

impl Handler<Leave> for Conversation {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}
