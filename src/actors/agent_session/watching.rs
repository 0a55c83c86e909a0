//! Watching a conversation: what is read of the store, and what is heard, one after the other.

use std::sync::Arc;

use actix::prelude::*;
use actix_web_actors::ws;

use super::frames::{about_view, console_frame, event_view, events_frame, views};
use super::heard::listener;
use super::presence::Shown;
use super::{AgentSession, WATCHED_MAX, Watched};
use crate::actors::catch_up::{READ_AGAIN_AFTER, catch_up};
use crate::actors::feed::{Feed, Step};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::presence::Doing;
use crate::ports::about::About;
use crate::ports::bus::{Published, Subscription};
use crate::ports::channel::Courtesy;
use crate::ports::store::{Reading, Store, StoreError};
use crate::wire::console::Tell;
use crate::wire::event::Position;
use crate::wire::view;

impl AgentSession {
    pub(super) fn watch(
        &mut self,
        reference: u64,
        conversation: ConversationId,
        after: Option<Position>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        self.watched.remove(&conversation);
        if self.watched.len() >= WATCHED_MAX {
            return self.error(Some(reference), "too_many", "at most 64 conversations can be watched at a time", ctx);
        }
        self.tell(&Tell::Ok { reference }, ctx);
        let subscription = self.subscribe(conversation, ctx);
        let shown = Shown::new(self.switchboard.parts().clock.now());
        let watched = Watched { feed: Feed::default(), reading: 0, shown, _subscription: subscription };
        self.watched.insert(conversation, watched);
        self.show(conversation, Doing::Came);
        self.show_contact(conversation, Courtesy::Seen, ctx);
        let generation = self.switchboard.parts().store.generation();
        let known = after.filter(|after| after.generation == generation).map(|after| after.seq);
        self.read(reference, conversation, known, ctx);
    }

    fn subscribe(&self, conversation: ConversationId, ctx: &mut ws::WebsocketContext<Self>) -> Subscription {
        let generation = self.switchboard.parts().store.generation().to_owned();
        let listener = listener(conversation, self.session, ctx.address(), self.line.budget.clone(), generation);
        self.switchboard.parts().bus.subscribe(conversation, listener)
    }

    /// Reads what comes after `known`, or the newest part if the console knows nothing that continues.
    fn read(
        &mut self,
        reference: u64,
        conversation: ConversationId,
        known: Option<Seq>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let Some(number) = self.begin_reading(conversation) else { return };
        let store = self.switchboard.parts().store.clone();
        let reading = read_whole(store, conversation, known);
        ctx.spawn(reading.into_actor(self).map(move |read, this, ctx| {
            if !this.still_reads(conversation, number) {
                return;
            }
            match read {
                Ok((Some(reading), about)) => {
                    let nothing_new = reference == 0 && about.is_none() && reading.events.is_empty();
                    return this.have_read(conversation, reading, about, nothing_new, ctx);
                }
                Ok((None, _)) => this.no_such_conversation(reference, ctx),
                // Nobody waits for this answer, but somebody watches.
                Err(_) if reference == 0 => {
                    ctx.run_later(READ_AGAIN_AFTER, move |this, ctx| {
                        if this.still_reads(conversation, number) {
                            this.read(0, conversation, known, ctx);
                        }
                    });
                    return;
                }
                Err(error) => this.error(Some(reference), "unavailable", &error.to_string(), ctx),
            }
            this.watched.remove(&conversation);
        }));
    }

    /// Asks where the log ends, together with all others who do.
    fn look(&mut self, conversation: ConversationId, known: Seq, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(number) = self.begin_reading(conversation) else { return };
        let end = self.switchboard.parts().ends.of(conversation, known);
        ctx.spawn(end.into_actor(self).map(move |end, this, ctx| {
            let Some(watched) = this.watched.get_mut(&conversation).filter(|watched| watched.reading == number) else {
                return;
            };
            match end {
                Ok(end) => {
                    let steps = watched.feed.have_looked(known, end);
                    steps.into_iter().for_each(|step| this.step(conversation, step, ctx));
                }
                Err(_) => {
                    ctx.run_later(READ_AGAIN_AFTER, move |this, ctx| {
                        if this.still_reads(conversation, number) {
                            this.look(conversation, known, ctx);
                        }
                    });
                }
            }
        }));
    }

    /// The number of a reading that counts from now on, instead of any before.
    fn begin_reading(&mut self, conversation: ConversationId) -> Option<u64> {
        self.readings += 1;
        self.watched.get_mut(&conversation)?.reading = self.readings;
        Some(self.readings)
    }

    fn still_reads(&self, conversation: ConversationId, number: u64) -> bool {
        self.watched.get(&conversation).is_some_and(|watched| watched.reading == number)
    }

    fn have_read(
        &mut self,
        conversation: ConversationId,
        reading: Reading,
        about: Option<About>,
        nothing_new: bool,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let last = reading.summary.seq;
        let generation = self.switchboard.parts().store.generation().to_owned();
        let events = reading.events.iter().map(event_view).collect();
        let floor = view::floor(&reading.summary);
        let name = conversation.to_string();
        let tell = match about.map(about_view) {
            Some(about) => Tell::Reset { conversation: name, generation, events, floor, more: reading.more, about },
            None => Tell::Events { conversation: name, generation, events, floor },
        };
        if !nothing_new {
            self.tell(&tell, ctx);
        }
        let Some(watched) = self.watched.get_mut(&conversation) else { return };
        for step in watched.feed.have_read(last) {
            self.step(conversation, step, ctx);
        }
    }

    /// Something may have been missed.
    pub(super) fn recheck(&mut self, conversation: ConversationId, ctx: &mut ws::WebsocketContext<Self>) {
        self.show_that_it_came(conversation);
        let step = self.watched.get_mut(&conversation).and_then(|watched| watched.feed.doubt());
        step.into_iter().for_each(|step| self.step(conversation, step, ctx));
    }

    pub(super) fn offer(&mut self, published: &Arc<Published>, ctx: &mut ws::WebsocketContext<Self>) {
        let conversation = published.conversation();
        let Some(watched) = self.watched.get_mut(&conversation) else { return };
        let step = watched.feed.offer(published);
        if matches!(step, Some(Step::Read { .. })) {
            metrics::counter!("switchboard_feed_holes_total").increment(1);
        }
        step.into_iter().for_each(|step| self.step(conversation, step, ctx));
    }

    fn step(&mut self, conversation: ConversationId, step: Step, ctx: &mut ws::WebsocketContext<Self>) {
        match step {
            Step::Show { published, from } if from == published.first => {
                let frame = console_frame(&published, self.switchboard.parts().store.generation());
                self.line.budget.take(frame.len());
                self.line.write(frame, ctx);
            }
            Step::Show { published, from } => {
                let events = views(&published, from);
                let generation = self.switchboard.parts().store.generation();
                self.tell(&events_frame(&published, events, generation), ctx);
            }
            Step::Read { after } => self.read(0, conversation, Some(after), ctx),
            Step::Look { known } => self.look(conversation, known, ctx),
        }
    }
}

/// What comes after `known`. Whoever starts afresh is also told what only the part that they do not get says of the contact:
/// read last, so that nothing lies between it and what follows.
async fn read_whole(
    store: Arc<dyn Store>,
    conversation: ConversationId,
    known: Option<Seq>,
) -> Result<(Option<Reading>, Option<About>), StoreError> {
    let (reading, reset) = catch_up(store.clone(), conversation, known).await?;
    let about = if reset && reading.is_some() { Some(store.about(conversation).await?) } else { None };
    Ok((reading, about))
}
