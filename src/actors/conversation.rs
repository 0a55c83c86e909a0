//! A conversation at work. For each command: take the time, decide, append, then apply and publish.
//!
//! The rules are `domain::conversation`'s. This actor owns the log's end: it writes under its token, one append at a
//! time, and handles the next command when the append has answered. Any error of the store ends it; the next use
//! loads it again, so no state survives that the log does not hold.

mod loading;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use actix::prelude::*;
use tokio::time::Instant;

use self::loading::{Active, NotActive, fetch, load};
use super::calls;
use super::sender::{Enqueue, Settle};
use super::shard::{Life, Timers};
use super::switchboard::{Answered, COMMAND_KEY, Done, NotDone, Reply, Switchboard};
use crate::domain::account::Account;
use crate::domain::bot::Bot;
use crate::domain::command::{Command, Refusal};
#[cfg(feature = "failpoints")]
use crate::domain::conversation::Conversation as Core;
use crate::domain::effects::effects;
use crate::domain::event::Event;
use crate::domain::ids::Seq;
#[cfg(feature = "failpoints")]
use crate::domain::state::Mode;
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::ports::bus::{Encoded, Published};
use crate::ports::directory::ActorName;
use crate::ports::store::{Append, Appended, Contact, Effect, Queued, Refuse, StoreError};

/// A fold is cached every so many events.
const SNAPSHOT_EVERY: Seq = 128;

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
}

fn answer(reply: Option<Reply>, answer: Answered) {
    if let Some(reply) = reply {
        reply.answer(answer);
    }
}

/// Nobody has used the conversation for a while.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave;

/// What an append was for, kept until it answers.
struct Written {
    key: Option<String>,
    reply: Option<Reply>,
    first: Seq,
    at: Timestamp,
    events: Arc<[Event]>,
    effects: Arc<[Effect]>,
    summary: Arc<Summary>,
    /// The call that was open before.
    call: calls::Open,
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
            if self.queue.is_empty() {
                return self.life.busy.set(false);
            }
            if self.is_on_its_version(ctx) {
                self.handle_next(ctx);
            }
        }
    }

    fn handle_next(&mut self, ctx: &mut Context<Self>) {
        if let Some(envelope) = self.queue.pop_front() {
            self.handle_one(envelope, ctx);
        }
    }

    // --- Loading ---

    fn load(&mut self, ctx: &mut Context<Self>) {
        self.waiting = true;
        let loaded = load(self.switchboard.clone(), self.contact.clone(), self.account.clone(), self.bot.clone());
        ctx.spawn(loaded.into_actor(self).map(|loaded, this, ctx| this.loaded(loaded, ctx)));
    }

    fn loaded(&mut self, loaded: Result<Active, NotActive>, ctx: &mut Context<Self>) {
        self.waiting = false;
        match loaded {
            Ok(active) => {
                self.active = Some(active);
                self.set_timer();
                self.find_call();
                self.publish_position();
                self.go_on(ctx);
            }
            Err(NotActive::LivesAt(node)) => {
                self.queue.drain(..).filter_map(|envelope| envelope.reply).for_each(|reply| reply.lives_at(node));
                ctx.stop();
            }
            Err(NotActive::Store(error)) => self.give_up(error, None, ctx),
        }
    }

    /// Sees to it that the core has the version of the bot that it must be on. False: that is being fetched.
    fn is_on_its_version(&mut self, ctx: &mut Context<Self>) -> bool {
        let parts = self.switchboard.parts();
        let Some(active) = &mut self.active else { return true };
        let wanted = active.core.state.version_at(parts.clock.now());
        let missing = match wanted {
            Some(version) if active.core.bot.is(version) => return true,
            Some(version) => version.clone(),
            None => {
                if let Some(newest) = parts.bots.newest(&self.account.bot) {
                    active.core.bot = newest;
                }
                return true;
            }
        };
        if let Some(bot) = parts.bots.at_hand(&missing) {
            active.core.bot = bot;
            return true;
        }
        self.waiting = true;
        let (switchboard, newest) = (self.switchboard.clone(), active.core.bot.clone());
        let fetched = async move { fetch(&switchboard, &missing, newest).await };
        ctx.spawn(fetched.into_actor(self).map(|fetched, this, ctx| {
            this.waiting = false;
            match fetched {
                Ok(bot) => {
                    this.active.iter_mut().for_each(|active| active.core.bot = bot.clone());
                    this.handle_next(ctx);
                    this.go_on(ctx);
                }
                Err(error) => this.give_up(error, None, ctx),
            }
        }));
        false
    }

    // --- One command ---

    fn handle_one(&mut self, envelope: Envelope, ctx: &mut Context<Self>) {
        let Some(active) = &self.active else { return };
        let Envelope { command, key, reply } = envelope;
        if let Some(last) = key.as_ref().and_then(|key| active.accepted(key)) {
            return answer(reply, Ok(Done { last }));
        }
        let now = self.switchboard.parts().clock.now();
        #[cfg(feature = "failpoints")]
        panic_if_aimed(&active.core, &command);
        let slight = command.is_slight();
        match active.core.decide(now, command) {
            Ok(events) => self.append(events, key, reply, now, ctx),
            Err(refusal) if slight => answer(reply, Err(refusal.into())),
            Err(refusal) => self.refuse(refusal, key, reply, ctx),
        }
    }

    /// The core moves ahead of the log while the append is under way. Nobody sees it before the commit, and unless the
    /// append writes exactly this, what is in memory is thrown away.
    fn append(
        &mut self,
        events: Vec<Event>,
        key: Option<String>,
        reply: Option<Reply>,
        at: Timestamp,
        ctx: &mut Context<Self>,
    ) {
        let Some(Active { core, token, said, .. }) = &mut self.active else { return };
        let (after, call) = (core.state.seq, calls::open(core));
        let effects: Arc<[Effect]> = effects(core, after + 1, &events, at).into();
        events.iter().for_each(|event| core.apply(event, at));
        let (events, mut summary): (Arc<[Event]>, _) = (events.into(), core.summary());
        let same_summary = said.as_ref().is_some_and(|said| summary.repeats(said));
        let summary = Arc::new(summary);
        *said = Some(summary.clone());
        let append = Append {
            contact: self.contact.clone(),
            token: *token,
            after,
            key: key.clone(),
            at,
            events: events.clone(),
            effects: effects.clone(),
            deadline: core.next_look(),
            summary: summary.clone(),
            same_summary,
            snapshot: (after / SNAPSHOT_EVERY != core.state.seq / SNAPSHOT_EVERY).then(|| core.state.clone()),
        };
        let appended = self.switchboard.parts().store.append(append);
        let written = Written { key, reply, first: after + 1, at, events, effects, summary, call };
        self.waiting = true;
        ctx.spawn(appended.into_actor(self).map(|appended, this, ctx| this.appended(appended, written, ctx)));
    }

    fn appended(&mut self, appended: Result<Appended, StoreError>, written: Written, ctx: &mut Context<Self>) {
        self.waiting = false;
        match appended {
            Ok(Appended::Done { withdrawn }) => {
                fail::fail_point!("conversation-committed", |_| std::process::abort());
                self.committed(written, withdrawn);
            }
            Ok(Appended::Duplicate { last }) => {
                self.active = None;
                answer(written.reply, Ok(Done { last }));
            }
            Ok(Appended::Closed) => {
                self.active = None;
                answer(written.reply, Err(Refusal::RefusedBefore.into()));
            }
            Err(error) => return self.give_up(error, written.reply, ctx),
        }
        self.go_on(ctx);
    }

    fn committed(&mut self, written: Written, withdrawn: Vec<Seq>) {
        let Written { key, reply, first, at, events, effects, summary, call } = written;
        let last = summary.seq;
        if let (Some(active), Some(key)) = (&mut self.active, key) {
            active.remember(key, last);
        }
        if !withdrawn.is_empty() {
            self.queue.push_front(Envelope::own(Command::Withdraw { of: withdrawn }));
        }
        count_hand_offs(&events);
        self.switchboard.keep(&self.contact, &events, at);
        self.set_timer();
        answer(reply, Ok(Done { last }));
        self.publish(Published { first, at, events, summary, console_frame: Encoded::default() });
        self.tell_sender(&effects, at);
        if effects.iter().any(|effect| matches!(effect, Effect::Alert { .. })) {
            self.switchboard.look_for_alerts();
        }
        if let Some(active) = &self.active {
            calls::follow(&self.switchboard, &self.contact, &active.core, call, at);
        }
    }

    /// What is refused in earnest is held against the store: by then another owner may have written what this one does not
    /// know, a command may have been accepted before, with its answer lost on the way, and what is refused to an agent is
    /// refused for good (`switchboard::COMMAND_KEY`).
    fn refuse(&mut self, refusal: Refusal, key: Option<String>, reply: Option<Reply>, ctx: &mut Context<Self>) {
        let Some(Active { core, token, .. }) = &self.active else { return };
        // What a channel repeats is refused for the same reason as the first time.
        let key = key.filter(|key| key.starts_with(COMMAND_KEY));
        let refuse = Refuse { conversation: self.contact.conversation, token: *token, after: core.state.seq, key };
        let refused = self.switchboard.parts().store.refuse(refuse);
        self.waiting = true;
        ctx.spawn(refused.into_actor(self).map(|accepted, this, ctx| {
            this.waiting = false;
            match accepted {
                Ok(Some(last)) => answer(reply, Ok(Done { last })),
                Ok(None) => answer(reply, Err(refusal.into())),
                Err(error @ StoreError::Fenced) => return this.give_up(error, reply, ctx),
                Err(error) => answer(reply, Err(NotDone::Unavailable(error.to_string()))),
            }
            this.go_on(ctx);
        }));
    }

    // --- After the commit ---

    /// Whoever watches may have missed what an earlier owner committed and did not publish: says where the log ends.
    fn publish_position(&self) {
        let Some(active) = self.active.as_ref().filter(|active| active.core.state.seq > 0) else { return };
        let summary = Arc::new(active.core.summary());
        let (first, at) = (summary.seq + 1, summary.since);
        self.publish(Published { first, at, events: Arc::new([]), summary, console_frame: Encoded::default() });
    }

    fn publish(&self, published: Published) {
        self.switchboard.parts().bus.publish(Arc::new(published));
    }

    fn tell_sender(&self, effects: &[Effect], now: Timestamp) {
        let Some(sender) = self.switchboard.sender(&self.contact.account) else { return };
        for effect in effects {
            match *effect {
                Effect::Queue { seq, ref line, ref by } => {
                    let (contact, line, by) = (self.contact.clone(), line.clone(), by.clone());
                    let queued = Queued { number: 0, contact, seq, line, by, at: now, attempt: 0, flagged: false };
                    let behind = self.active.as_ref().and_then(|active| active.core.state.unsent_before(seq));
                    sender.do_send(Enqueue { queued, behind });
                }
                Effect::Requeue { seq, at, flagged } => {
                    sender.do_send(Settle { contact: self.contact.clone(), seq, again: Some((at, flagged)) });
                }
                Effect::Finish { seq } | Effect::Shelve { seq } => {
                    sender.do_send(Settle { contact: self.contact.clone(), seq, again: None });
                }
                Effect::WithdrawBot | Effect::Alert { .. } | Effect::AlertAgain { .. } | Effect::AlertOver { .. } => {}
                Effect::Mention { .. } => {}
            }
        }
    }

    fn find_call(&self) {
        if let Some(active) = &self.active {
            calls::found(&self.switchboard, &self.contact, &active.core);
        }
    }

    fn set_timer(&self) {
        let deadline = self.active.as_ref().and_then(|active| active.core.next_deadline());
        self.timers.set(self.contact.conversation, deadline, self.switchboard.parts().clock.now());
    }

    /// Whatever is in memory may be wrong now: forget it. Who asks again finds what the store holds.
    fn give_up(&mut self, error: StoreError, reply: Option<Reply>, ctx: &mut Context<Self>) {
        tracing::warn!(conversation = %self.contact.conversation, %error, "dropped from memory");
        match &error {
            StoreError::Unavailable(words) => self.switchboard.parts().notices.storage(Some(words.clone())),
            StoreError::Fenced => metrics::counter!("switchboard_fenced_total", "what" => "append").increment(1),
            _ => {}
        }
        let waiting = self.queue.drain(..).filter_map(|envelope| envelope.reply);
        for reply in reply.into_iter().chain(waiting) {
            match error {
                // The caller asks once more and finds the new owner.
                StoreError::Fenced => reply.fenced(),
                _ => reply.answer(Err(NotDone::Unavailable(error.to_string()))),
            }
        }
        ctx.stop();
    }
}

fn count_hand_offs(events: &[Event]) {
    for event in events {
        if let Event::HandedOff { reason, .. } = event {
            metrics::counter!("switchboard_hand_offs_total", "reason" => reason.as_str()).increment(1);
        }
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
            let released = parts.directory.release(name, token.epoch);
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
            return answer(envelope.reply, Err(NotDone::Unavailable(full.into())));
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
