//! A website visitor's widget at work: another reader of the conversation, with a smaller view.
//!
//! A conversation begins with the first real interaction; page views before it wait here.

mod about;
mod attach;
mod reading;

use std::collections::VecDeque;
use std::sync::Arc;

use actix::prelude::*;
use actix_web_actors::ws;
use uuid::Uuid;

use self::about::About;
use super::feed::Feed;
use super::notices::Notice;
use super::socket::{Incoming, Line, PING_EVERY};
use super::switchboard::{Answered, Done, NotDone, Switchboard};
use crate::dice;
use crate::domain::account::Account;
use crate::domain::command::Command;
use crate::domain::conversation::TEXT_CHARS_MAX;
use crate::domain::look::Look;
use crate::domain::message::Heard as Words;
use crate::domain::presence::{Doing, Pace, Sign, Who};
use crate::ports::bus::Subscription;
use crate::ports::channel::Visitors;
use crate::ports::store::Contact;
use crate::wire::close;
use crate::wire::event::Position;
use crate::wire::letters::mend_letters;
use crate::wire::view;
use crate::wire::webchat::{VisitorHears, VisitorSays};

/// Page views kept before the first interaction.
const PAGES_MAX: usize = 20;
const URL_CHARS_MAX: usize = 2_000;
const TITLE_CHARS_MAX: usize = 300;
/// Asks under way of one socket; a visitor who types faster than this is a program.
const ASKS_MAX: usize = 32;
pub struct VisitorSession {
    switchboard: Switchboard,
    account: Arc<Account>,
    /// The visitor's conversation; none until `hello`.
    visitor: Option<Visitor>,
    visitors: Arc<dyn Visitors>,
    /// With the largest file.
    look: (Arc<Look>, u64),
    line: Line,
    asks: usize,
    screen: Uuid,
    notices: Option<u64>,
    /// How many readings were begun.
    readings: u64,
}

struct Visitor {
    contact: Contact,
    feed: Feed,
    _subscription: Subscription,
    pages: VecDeque<(String, String)>,
    /// The conversation has begun: page views go straight to it.
    begun: bool,
    /// The widget was told where it stands; from then on only news are sent.
    told: bool,
    typed: Pace,
    about: About,
}

impl VisitorSession {
    pub fn new(
        switchboard: Switchboard,
        account: Arc<Account>,
        visitors: Arc<dyn Visitors>,
        look: (Arc<Look>, u64),
    ) -> Self {
        let line = Line::new(switchboard.parts().limits.outbox_bytes_max);
        Self {
            switchboard,
            account,
            visitor: None,
            visitors,
            look,
            line,
            asks: 0,
            screen: dice::new_id(),
            notices: None,
            readings: 0,
        }
    }

    fn tell(&mut self, hears: &VisitorHears, ctx: &mut ws::WebsocketContext<Self>) {
        if let Ok(frame) = serde_json::to_string(hears) {
            self.line.say(frame, ctx);
        }
    }

    fn error(&mut self, id: Option<String>, code: &str, text: &str, again: bool, ctx: &mut ws::WebsocketContext<Self>) {
        self.tell(&VisitorHears::Error { id, code: code.into(), text: text.into(), again }, ctx);
    }

    fn said(&mut self, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        let mended = mend_letters(text);
        match serde_json::from_str::<VisitorSays>(mended.as_deref().unwrap_or(text)) {
            Ok(VisitorSays::Hello { token, after, identity, language }) => {
                self.hello(token, after, identity, language.as_deref(), ctx);
            }
            Ok(VisitorSays::Ping) => self.tell(&VisitorHears::Pong, ctx),
            Ok(says) if self.visitor.is_some() => self.act(says, ctx),
            Ok(_) => self.error(None, "hello_first", "the first frame must be hello", false, ctx),
            Err(error) => {
                self.error(None, "unreadable", &format!("this frame is not understood: {error}"), false, ctx);
                self.line.unreadable(ctx);
            }
        }
    }

    // --- Hello ---

    fn hello(
        &mut self,
        token: Option<String>,
        after: Option<Position>,
        identity: Option<String>,
        language: Option<&str>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let now = self.switchboard.parts().clock.now();
        let known = token.and_then(|token| Some((self.visitors.check(&self.account.id, &token)?, token)));
        let identified = identity.map(|signed| self.visitors.identify(&self.account.id, &signed, now)).transpose();
        let identity = identified.unwrap_or_else(|why| {
            self.error(None, "bad_identity", &why.to_string(), false, ctx);
            None
        });
        let (key, token) = match &identity {
            Some(identity) => self.visitors.token(&self.account.id, identity.visitor),
            None => known.clone().unwrap_or_else(|| self.visitors.issue(&self.account.id)),
        };
        // Where somebody else was in their conversation says nothing about this one.
        let after = after.filter(|_| known.as_ref().is_some_and(|(known, _)| *known == key));
        let about = identity.map(About::identified).unwrap_or_default();
        let (contact, now) = (Contact::of(&self.account.id, &key), now.0);
        let (look, file_bytes_max) = &self.look;
        let (name, look) = (self.account.name.clone(), Box::new(view::look::look(look, language, *file_bytes_max)));
        self.tell(&VisitorHears::Welcome { token, name, now, look }, ctx);
        let subscription = self.subscribe(&contact, ctx);
        self.visitor = Some(Visitor {
            contact,
            feed: Feed::default(),
            _subscription: subscription,
            pages: VecDeque::new(),
            begun: false,
            told: false,
            typed: Pace::default(),
            about,
        });
        let generation = self.switchboard.parts().store.generation();
        let known = after.filter(|after| after.generation == generation).map(|after| after.seq);
        self.read(known, ctx);
    }

    // --- What the visitor does ---

    fn act(&mut self, says: VisitorSays, ctx: &mut ws::WebsocketContext<Self>) {
        match says {
            VisitorSays::Say { id, text, attachments } => self.say(id, Words::text(text), &attachments, ctx),
            VisitorSays::Tap { id, option, label } => self.say(id, Words::tap(option, label), &[], ctx),
            VisitorSays::Open => self.begin_and(Command::Open, None, None, ctx),
            VisitorSays::Seen { seq } => self.begin_and(Command::Seen { seq }, None, None, ctx),
            VisitorSays::Page { url, title } => self.page(cut(url, URL_CHARS_MAX), cut(title, TITLE_CHARS_MAX), ctx),
            VisitorSays::SetAttributes { values } => self.set_attributes(values.into_iter().collect(), ctx),
            VisitorSays::Typing => self.typing(),
            VisitorSays::Hello { .. } | VisitorSays::Ping => {}
        }
    }

    fn say(&mut self, id: String, heard: Words, files: &[String], ctx: &mut ws::WebsocketContext<Self>) {
        if uuid::Uuid::parse_str(&id).is_err() {
            return self.error(Some(id), "bad_id", "id must be a UUID", false, ctx);
        }
        if heard.text.chars().count() > TEXT_CHARS_MAX {
            return self.error(Some(id), "too_long", "a message can have 10,000 characters", false, ctx);
        }
        if heard.tap.is_none() && files.is_empty() && heard.text.chars().all(|c| c.is_whitespace() || c == '\u{200b}') {
            return self.error(Some(id), "empty", "the message is empty", false, ctx);
        }
        if let Some(visitor) = &mut self.visitor {
            visitor.typed = Pace::default();
        }
        if files.is_empty() { self.hear(id, heard, ctx) } else { self.attach(id, heard, files, ctx) }
    }

    fn hear(&mut self, id: String, heard: Words, ctx: &mut ws::WebsocketContext<Self>) {
        let key = Some(format!("in:{id}"));
        let hear = Command::Hear { heard, provider_id: Some(id.clone()), provider_at: None, name: None };
        self.begin_and(hear, key, Some(id), ctx);
    }

    fn page(&mut self, url: String, title: String, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = &mut self.visitor else { return };
        if visitor.begun {
            return self.begin_and(Command::ViewPage { url, title }, None, None, ctx);
        }
        visitor.pages.push_back((url, title));
        if visitor.pages.len() > PAGES_MAX {
            visitor.pages.pop_front();
        }
    }

    fn typing(&mut self) {
        let (now, from) = (self.switchboard.parts().clock.now(), self.screen);
        let Some(visitor) = self.visitor.as_mut().filter(|visitor| visitor.begun) else { return };
        if visitor.typed.allows(now) {
            let sign = Sign { from, who: Who::Contact, does: Doing::Types };
            self.switchboard.parts().bus.show(visitor.contact.conversation, sign);
        }
    }

    fn somebody_writes(&mut self, sign: Sign, ctx: &mut ws::WebsocketContext<Self>) {
        let lasts = sign.lasts().as_millis() as u64;
        let person = match sign.who {
            Who::Agent(agent) => Some(agent.name),
            Who::Contact | Who::Bot => None,
        };
        self.tell(&VisitorHears::Typing { person, lasts }, ctx);
    }

    /// Asks the conversation, which begins with this if it has not; pages seen before come first.
    fn begin_and(
        &mut self,
        command: Command,
        key: Option<String>,
        id: Option<String>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let Some(visitor) = &mut self.visitor else { return };
        if self.asks >= ASKS_MAX {
            return self.error(id, "too_fast", "too many messages at once; wait for their answers", true, ctx);
        }
        let contact = visitor.contact.clone();
        if !matches!(command, Command::Seen { .. }) {
            let begins = !std::mem::replace(&mut visitor.begun, true);
            self.tell_pages(ctx);
            if begins {
                self.tell_about(ctx);
            }
        } else if !visitor.begun {
            return;
        }
        self.asks += 1;
        let asked = self.switchboard.ask(contact, command, key);
        ctx.spawn(asked.into_actor(self).map(|answer, this, ctx| {
            this.asks -= 1;
            this.answered(id, answer, ctx);
        }));
    }

    /// Pages that were seen before there was a conversation.
    fn tell_pages(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = self.visitor.as_mut().filter(|visitor| visitor.begun) else { return };
        let (contact, pages) = (visitor.contact.clone(), std::mem::take(&mut visitor.pages));
        for (url, title) in pages {
            let viewed = self.switchboard.ask(contact.clone(), Command::ViewPage { url, title }, None);
            ctx.spawn(viewed.into_actor(self).map(|_, _, _| ()));
        }
    }

    fn answered(&mut self, id: Option<String>, answer: Answered, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(id) = id else { return };
        match answer {
            Ok(Done { last }) => self.tell(&VisitorHears::Ack { id, seq: last }, ctx),
            Err(error @ NotDone::Unavailable(_)) => {
                self.error(Some(id), "unavailable", &error.to_string(), true, ctx);
            }
            Err(error) => {
                self.error(Some(id.clone()), "refused", &error.to_string(), false, ctx);
                let Some(visitor) = &self.visitor else { return };
                let owner = visitor.contact.conversation.0;
                let released = self.switchboard.parts().uploads.release_uploads(owner, id);
                ctx.spawn(released.into_actor(self).map(|_, _, _| ()));
            }
        }
    }
}

fn cut(text: String, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

impl Actor for VisitorSession {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(64);
        self.notices = Some(self.switchboard.parts().notices.listen(ctx.address().recipient()));
        ctx.run_interval(PING_EVERY, |this, ctx| this.line.beat(ctx));
        metrics::gauge!("switchboard_sockets_open", "kind" => "visitor").increment(1.0);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if let Some(number) = self.notices {
            self.switchboard.parts().notices.leave(number);
        }
        metrics::gauge!("switchboard_sockets_open", "kind" => "visitor").decrement(1.0);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for VisitorSession {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        if let Incoming::Text(text) = self.line.receive(message, ctx) {
            self.said(&text, ctx);
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

impl Handler<Notice> for VisitorSession {
    type Result = ();

    fn handle(&mut self, notice: Notice, ctx: &mut Self::Context) {
        if notice == Notice::Restarting {
            self.line.close(close::RESTARTING, ctx);
        }
    }
}
