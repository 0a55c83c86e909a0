//! The visitor's conversation: what is read of the store, and what is heard, one after the other.

use std::sync::Arc;

use actix::prelude::*;
use actix_web_actors::ws;

use super::VisitorSession;
use crate::actors::catch_up::{READ_AGAIN_AFTER, catch_up};
use crate::actors::feed::Step;
use crate::domain::ids::Seq;
use crate::domain::presence::{Doing, Sign, Who};
use crate::ports::bus::{News, Published, Subscription};
use crate::ports::store::{Contact, LoggedEvent, Reading};
use crate::wire::event::Position;
use crate::wire::view;
use crate::wire::webchat::{VisitorEvent, VisitorHears};

/// How many bytes of frames one published stretch is counted as before it is encoded for this visitor.
const STRETCH_BYTES: usize = 1_024;

#[derive(Message)]
#[rtype(result = "()")]
enum Heard {
    Published(Arc<Published>),
    /// Somebody else writes.
    Writes(Sign),
    /// Something may have been missed.
    Doubt,
}

impl VisitorSession {
    pub(super) fn subscribe(&self, contact: &Contact, ctx: &mut ws::WebsocketContext<Self>) -> Subscription {
        let (address, budget) = (ctx.address(), self.line.budget.clone());
        let listener = move |news: News<'_>| {
            if let News::Shown(sign) = news
                && (sign.does != Doing::Types || sign.who == Who::Contact || !budget.has_room())
            {
                return;
            }
            if budget.take(STRETCH_BYTES) {
                address.do_send(match news {
                    News::Published(published) => Heard::Published(published.clone()),
                    News::Shown(sign) => Heard::Writes(sign.clone()),
                    News::MaybeMissed => Heard::Doubt,
                });
            }
        };
        self.switchboard.parts().bus.subscribe(contact.conversation, Arc::new(listener))
    }

    pub(super) fn read(&mut self, known: Option<Seq>, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = &self.visitor else { return };
        let (store, conversation) = (self.switchboard.parts().store.clone(), visitor.contact.conversation);
        let number = self.begin_reading();
        let reading = catch_up(store, conversation, known);
        ctx.spawn(reading.into_actor(self).map(move |read, this, ctx| match read {
            _ if this.readings != number => {}
            Ok((reading, reset)) => this.have_read(reading, reset, ctx),
            Err(error) => {
                this.error(None, "unavailable", &error.to_string(), true, ctx);
                this.later(number, ctx, move |this, ctx| this.read(known, ctx));
            }
        }));
    }

    /// Asks where the log ends, together with all others who do.
    fn look_for_more(&mut self, known: Seq, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = &self.visitor else { return };
        let end = self.switchboard.parts().ends.of(visitor.contact.conversation, known);
        let number = self.begin_reading();
        ctx.spawn(end.into_actor(self).map(move |end, this, ctx| match (end, &mut this.visitor) {
            _ if this.readings != number => {}
            (Ok(end), Some(visitor)) => {
                let steps = visitor.feed.have_looked(known, end);
                steps.into_iter().for_each(|step| this.step(step, ctx));
            }
            (Ok(_), None) => {}
            (Err(error), _) => {
                this.error(None, "unavailable", &error.to_string(), true, ctx);
                this.later(number, ctx, move |this, ctx| this.look_for_more(known, ctx));
            }
        }));
    }

    /// The number of a reading that counts from now on, instead of any before.
    fn begin_reading(&mut self) -> u64 {
        self.readings += 1;
        self.readings
    }

    /// Once more in a moment, unless another reading was begun.
    fn later(
        &mut self,
        number: u64,
        ctx: &mut ws::WebsocketContext<Self>,
        again: impl FnOnce(&mut Self, &mut ws::WebsocketContext<Self>) + 'static,
    ) {
        ctx.run_later(READ_AGAIN_AFTER, move |this, ctx| {
            if this.readings == number {
                again(this, ctx);
            }
        });
    }

    fn have_read(&mut self, reading: Option<Reading>, reset: bool, ctx: &mut ws::WebsocketContext<Self>) {
        let last = reading.as_ref().map_or(0, |reading| reading.summary.seq);
        let told = self.visitor.as_mut().is_some_and(|visitor| std::mem::replace(&mut visitor.told, true));
        let news = |reading: &Reading| reset || !told || !reading.events.is_empty();
        if let Some(reading) = reading.filter(news) {
            let events = reading.events.iter().filter_map(visitor_event).collect();
            let (position, floor) = (self.position(last), view::visitor_floor(&reading.summary));
            let hears = if reset {
                VisitorHears::Reset { position, events, floor }
            } else {
                VisitorHears::Events { position, events, floor }
            };
            self.tell(&hears, ctx);
        }
        let Some(visitor) = &mut self.visitor else { return };
        visitor.begun |= last > 0;
        self.tell_pages(ctx);
        self.tell_about(ctx);
        let Some(visitor) = &mut self.visitor else { return };
        for step in visitor.feed.have_read(last) {
            self.step(step, ctx);
        }
    }

    /// Something may have been missed.
    fn recheck(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let step = self.visitor.as_mut().and_then(|visitor| visitor.feed.doubt());
        step.into_iter().for_each(|step| self.step(step, ctx));
    }

    fn position(&self, seq: Seq) -> Position {
        Position { generation: self.switchboard.parts().store.generation().to_owned(), seq }
    }

    fn offer(&mut self, published: &Arc<Published>, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = &mut self.visitor else { return };
        visitor.begun = true;
        let step = visitor.feed.offer(published);
        step.into_iter().for_each(|step| self.step(step, ctx));
    }

    fn step(&mut self, step: Step, ctx: &mut ws::WebsocketContext<Self>) {
        match step {
            Step::Show { published, from } => self.forward(&published, from, ctx),
            Step::Read { after } => self.read(Some(after), ctx),
            Step::Look { known } => self.look_for_more(known, ctx),
        }
    }

    fn forward(&mut self, published: &Published, from: Seq, ctx: &mut ws::WebsocketContext<Self>) {
        let shown = |(seq, event)| view::visitor_event(seq, published.at, event);
        let events = published.events_from(from).filter_map(shown).collect();
        let (position, floor) = (self.position(published.summary.seq), view::visitor_floor(&published.summary));
        self.tell(&VisitorHears::Events { position, events, floor }, ctx);
    }
}

fn visitor_event(logged: &LoggedEvent) -> Option<VisitorEvent> {
    view::visitor_event(logged.seq, logged.at, &logged.event)
}

impl Handler<Heard> for VisitorSession {
    type Result = ();

    fn handle(&mut self, heard: Heard, ctx: &mut Self::Context) {
        self.line.budget.give_back(STRETCH_BYTES);
        match heard {
            Heard::Published(published) => self.offer(&published, ctx),
            Heard::Writes(sign) => self.somebody_writes(sign, ctx),
            Heard::Doubt => self.recheck(ctx),
        }
    }
}
