//! An agent's console at work: what it watches, and what it asks.
//!
//! Subscribes first, reads the store second, merges (`feed`): so every event of a watched conversation arrives once
//! and in order, wherever the conversation lives.

mod answers;
mod attach;
mod colleagues;
mod commands;
mod frames;
mod heard;
mod pass;
mod presence;
mod seen;
mod watching;

use std::collections::HashMap;

use actix::prelude::*;
use actix_web_actors::ws;
use uuid::Uuid;

use self::commands::{command, right};
use self::presence::Shown;
use self::seen::Unread;
use super::feed::Feed;
use super::inbox::{Inbox, UnwatchLists, WatchLists};
use super::notices::Notice;
use super::socket::{Frame, Incoming, Line, PING_EVERY};
use super::switchboard::{COMMAND_KEY, Switchboard};
use crate::dice;
use crate::domain::command::Command;
use crate::domain::event::{Agent, Reason};
use crate::domain::ids::ConversationId;
use crate::domain::presence::{Doing, VIEWS_AGAIN_AFTER};
use crate::domain::time::Timestamp;
use crate::ports::bus::Subscription;
use crate::ports::people::{Pass, Person};
use crate::ports::store::{Contact, StoreError};
use crate::wire::close;
use crate::wire::console::{Ask, Asked, Me, Tell};
use crate::wire::letters::mend_letters;

/// Conversations one console watches at a time.
const WATCHED_MAX: usize = 64;

pub struct AgentSession {
    switchboard: Switchboard,
    inbox: Addr<Inbox>,
    person: Person,
    pass: Pass,
    line: Line,
    watched: HashMap<ConversationId, Watched>,
    lists: Option<u64>,
    notices: Option<u64>,
    /// How many readings were begun.
    readings: u64,
    /// What others tell this console by.
    session: Uuid,
    /// Where it hears that its pass may not stand any more.
    door: Option<Subscription>,
    /// When it was last noted that somebody is here.
    noted: Option<Timestamp>,
}

struct Watched {
    feed: Feed,
    /// The reading that counts; the answer of an older one is ignored.
    reading: u64,
    shown: Shown,
    _subscription: Subscription,
}

impl AgentSession {
    pub fn new(switchboard: Switchboard, inbox: Addr<Inbox>, person: Person, pass: Pass) -> Self {
        let line = Line::new(switchboard.parts().limits.outbox_bytes_max);
        Self {
            switchboard,
            inbox,
            person,
            pass,
            line,
            watched: HashMap::new(),
            lists: None,
            notices: None,
            readings: 0,
            session: dice::new_id(),
            door: None,
            noted: None,
        }
    }

    fn tell(&mut self, tell: &Tell, ctx: &mut ws::WebsocketContext<Self>) {
        if let Ok(frame) = serde_json::to_string(tell) {
            self.line.say(frame, ctx);
        }
    }

    fn error(&mut self, reference: Option<u64>, code: &str, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        self.tell(&Tell::Error { reference, code: code.into(), text: text.into() }, ctx);
    }

    fn ask(&mut self, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        let mended = mend_letters(text);
        match serde_json::from_str::<Asked>(mended.as_deref().unwrap_or(text)) {
            Ok(Asked { reference, ask }) => self.handle_ask(reference, ask, ctx),
            Err(error) => {
                // The ref may still be readable, so that the console knows which ask it was.
                let reference =
                    serde_json::from_str::<serde_json::Value>(text).ok().and_then(|ask| ask["ref"].as_u64());
                self.error(reference, "unreadable", &format!("this frame is not understood: {error}"), ctx);
                if reference.is_none() {
                    self.line.unreadable(ctx);
                }
            }
        }
    }

    fn handle_ask(&mut self, reference: u64, ask: Ask, ctx: &mut ws::WebsocketContext<Self>) {
        if !self.person.role.may(right(&ask)) {
            return self.error(Some(reference), "forbidden", "your role may not do this", ctx);
        }
        match ask {
            Ask::Ping => {
                let now = self.switchboard.parts().clock.now().0;
                self.tell(&Tell::Pong { reference, now }, ctx);
            }
            Ask::Inbox { window, reason } => match reason.as_deref().map(Reason::parse) {
                Some(None) => self.error(Some(reference), "bad_reason", "there is no such reason", ctx),
                reason => {
                    self.tell(&Tell::Ok { reference }, ctx);
                    self.watch_lists(window, reason.flatten(), ctx);
                }
            },
            Ask::Watch { conversation, after } => match conversation.parse() {
                Ok(conversation) => self.watch(reference, conversation, after, ctx),
                Err(_) => self.no_such_conversation(reference, ctx),
            },
            Ask::Unwatch { conversation } => {
                if let Some(conversation) = conversation.parse().ok().filter(|id| self.watched.contains_key(id)) {
                    self.show(conversation, Doing::Left);
                    self.watched.remove(&conversation);
                }
                self.tell(&Tell::Ok { reference }, ctx);
            }
            Ask::Typing { conversation } => {
                conversation.parse().into_iter().for_each(|conversation| self.typing(conversation, ctx));
                self.tell(&Tell::Ok { reference }, ctx);
            }
            Ask::Note { conversation, cid, text } if text.contains('@') => {
                self.note_to(reference, (conversation, cid), text, ctx);
            }
            Ask::HandOver { .. } | Ask::HandOverToTeam { .. } | Ask::Assign { .. } => {
                self.ask_for_colleagues(reference, ask, ctx);
            }
            Ask::Reply { attachment: Some(file), conversation, cid, text, seen, anyway } => {
                self.reply_with(reference, attach::Reply { conversation, cid, text, file, seen, anyway }, ctx);
            }
            Ask::Seen { conversation, seq } => self.seen(reference, &conversation, seq, ctx),
            Ask::MarkRead { conversation, cid } => self.mark(reference, &conversation, cid, Unread::None, ctx),
            Ask::MarkUnread { conversation, cid, from, count } => {
                self.mark(reference, &conversation, cid, Unread::new(from, count), ctx);
            }
            asked => match command(self.agent(), asked) {
                Some((conversation, cid, command)) => self.send(reference, conversation, cid, command, ctx),
                None => self.error(Some(reference), "bad_id", "conversation and cid must be UUIDs", ctx),
            },
        }
    }

    fn no_such_conversation(&mut self, reference: u64, ctx: &mut ws::WebsocketContext<Self>) {
        self.error(Some(reference), "no_such_conversation", "there is no such conversation", ctx);
    }

    // --- Commands ---

    fn agent(&self) -> Agent {
        Agent { id: self.person.id, name: self.person.name.clone() }
    }

    fn send(
        &mut self,
        reference: u64,
        conversation: ConversationId,
        cid: String,
        command: Command,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        self.may_type_anew(conversation);
        let (switchboard, known) = (self.switchboard.clone(), self.known_contact(conversation));
        let key = Some(format!("{COMMAND_KEY}{cid}"));
        let sent = async move {
            let Some(contact) = find_contact(&switchboard, known, conversation).await? else {
                return Ok(None);
            };
            Ok(Some(switchboard.ask(contact, command, key).await))
        };
        ctx.spawn(sent.into_actor(self).map(move |sent: Result<_, StoreError>, this, ctx| match sent {
            Ok(Some(answer)) => this.answered(reference, conversation, cid, answer, ctx),
            Ok(None) => this.no_such_conversation(reference, ctx),
            Err(error) => this.error(Some(reference), "unavailable", &error.to_string(), ctx),
        }));
    }

    // --- Watching the lists ---

    fn watch_lists(&mut self, window: u32, reason: Option<Reason>, ctx: &mut ws::WebsocketContext<Self>) {
        let watch = WatchLists {
            watcher: self.lists,
            agent: self.person.id,
            window,
            reason,
            address: ctx.address(),
            budget: self.line.budget.clone(),
        };
        ctx.spawn(self.inbox.send(watch).into_actor(self).map(|number, this, _| this.lists = number.ok()));
    }
}

async fn find_contact(
    switchboard: &Switchboard,
    known: Option<Contact>,
    conversation: ConversationId,
) -> Result<Option<Contact>, StoreError> {
    match known {
        Some(contact) => Ok(Some(contact)),
        None => switchboard.parts().store.contact(conversation).await,
    }
}

impl Actor for AgentSession {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(64);
        let now = self.switchboard.parts().clock.now().0;
        let Person { id, name, email, role, .. } = self.person.clone();
        let me = Me { id: id.to_string(), name, email, role: role.as_str().into() };
        self.tell(&Tell::Hello { version: env!("CARGO_PKG_VERSION").into(), now, me }, ctx);
        self.notices = Some(self.switchboard.parts().notices.listen(ctx.address().recipient()));
        self.listen_at_door(ctx);
        ctx.run_interval(PING_EVERY, |this, ctx| {
            this.line.beat(ctx);
            this.check_pass(ctx);
        });
        ctx.run_interval(VIEWS_AGAIN_AFTER, |this, _| this.show_all(Doing::Views));
        metrics::gauge!("switchboard_sockets_open", "kind" => "agent").increment(1.0);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.show_all(Doing::Left);
        if let Some(number) = self.notices {
            self.switchboard.parts().notices.leave(number);
        }
        if let Some(number) = self.lists {
            self.inbox.do_send(UnwatchLists(number));
        }
        metrics::gauge!("switchboard_sockets_open", "kind" => "agent").decrement(1.0);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for AgentSession {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        if let Incoming::Text(text) = self.line.receive(message, ctx) {
            self.ask(&text, ctx);
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

impl Handler<Frame> for AgentSession {
    type Result = ();

    fn handle(&mut self, Frame(frame): Frame, ctx: &mut Self::Context) {
        self.line.write(frame, ctx);
    }
}

impl Handler<Notice> for AgentSession {
    type Result = ();

    fn handle(&mut self, notice: Notice, ctx: &mut Self::Context) {
        match notice.to_tell() {
            Some(tell) => self.tell(&tell, ctx),
            None => self.line.close(close::RESTARTING, ctx),
        }
    }
}
