//! What every websocket session needs: a bounded outbox, a heartbeat, limits, and a reasoned goodbye.
//!
//! The transport is actix-web-actors, whose actor is the response body: when a client stops reading, the actor is no
//! longer polled and would neither notice nor stop, while its mailbox grows. The cure is a byte budget that producers
//! take from before they send: over it nothing more is queued, and the session closes as lagged once it is polled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::*;
use actix_web_actors::ws;
use bytestring::ByteString;

use crate::wire::close::{self, CloseCode};

pub const PING_EVERY: Duration = Duration::from_secs(15);
/// Unanswered pings before the other side counts as gone.
const PINGS_MISSED_MAX: u32 = 2;
/// Unreadable frames before a socket is closed.
const UNREADABLE_MAX: u32 = 3;

/// Bytes on their way to one socket.
#[derive(Debug)]
pub struct Budget {
    used: AtomicUsize,
    max: usize,
    lagged: AtomicBool,
}

impl Budget {
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { used: AtomicUsize::new(0), max, lagged: AtomicBool::new(false) })
    }

    /// Takes room for a frame. False: the socket lags; send nothing more. What counts is what waits already: a frame
    /// that is larger than the bound by itself, such as a conversation of long messages, still goes to who reads.
    pub fn take(&self, bytes: usize) -> bool {
        if self.lagged.load(Ordering::Relaxed) {
            return false;
        }
        let waiting = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = waiting <= self.max;
        if !fits {
            self.lagged.store(true, Ordering::Relaxed);
            metrics::counter!("switchboard_sockets_lagged_total").increment(1);
        }
        fits
    }

    /// Whether there is room for what can as well be left out.
    pub fn has_room(&self) -> bool {
        self.used.load(Ordering::Relaxed) <= self.max / 2
    }

    pub fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes.min(self.used.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    pub fn has_lagged(&self) -> bool {
        self.lagged.load(Ordering::Relaxed)
    }
}

/// A frame whose bytes were taken from the session's budget.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Frame(pub ByteString);

/// A socket that is opened only to be told why it may not stay: browsers hide the status of a refused upgrade.
pub struct TurnedAway(pub CloseCode);

impl Actor for TurnedAway {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        Line::new(0).close(self.0, ctx);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for TurnedAway {
    fn handle(&mut self, _: Result<ws::Message, ws::ProtocolError>, _: &mut Self::Context) {}
}

/// The half of a session that is the same for agents and visitors.
pub struct Line {
    pub budget: Arc<Budget>,
    pings_missed: u32,
    unreadable: u32,
    closing: bool,
}

/// What came in, once the transport's part is dealt with.
pub enum Incoming {
    Text(ByteString),
    Nothing,
}

impl Line {
    pub fn new(outbox_bytes_max: usize) -> Self {
        Self { budget: Budget::new(outbox_bytes_max), pings_missed: 0, unreadable: 0, closing: false }
    }

    /// Pings, unless the socket has lagged or the other side has been silent for too long: then it is closed.
    pub fn beat<A: Actor<Context = ws::WebsocketContext<A>>>(&mut self, ctx: &mut ws::WebsocketContext<A>) {
        if self.budget.has_lagged() {
            return self.close(close::LAGGED, ctx);
        }
        if self.pings_missed >= PINGS_MISSED_MAX {
            return self.close(close::SILENT, ctx);
        }
        self.pings_missed += 1;
        ctx.ping(b"");
    }

    /// Writes a frame that was paid for, or says goodbye if the socket has lagged.
    pub fn write<A: Actor<Context = ws::WebsocketContext<A>>>(
        &mut self,
        frame: ByteString,
        ctx: &mut ws::WebsocketContext<A>,
    ) {
        self.budget.give_back(frame.len());
        if self.budget.has_lagged() {
            return self.close(close::LAGGED, ctx);
        }
        if !self.closing {
            ctx.text(frame);
        }
    }

    /// Writes a frame of the session's own making, within the same budget.
    pub fn say<A: Actor<Context = ws::WebsocketContext<A>>>(
        &mut self,
        frame: String,
        ctx: &mut ws::WebsocketContext<A>,
    ) {
        self.budget.take(frame.len());
        self.write(frame.into(), ctx);
    }

    pub fn close<A: Actor<Context = ws::WebsocketContext<A>>>(
        &mut self,
        CloseCode(code, why): CloseCode,
        ctx: &mut ws::WebsocketContext<A>,
    ) {
        if !std::mem::replace(&mut self.closing, true) {
            ctx.close(Some(ws::CloseReason { code: code.into(), description: Some(why.into()) }));
            // Whatever was still to be said is moot. The close frame leaves before the actor does.
            ctx.stop();
        }
    }

    /// An unreadable frame; the third closes the socket.
    pub fn unreadable<A: Actor<Context = ws::WebsocketContext<A>>>(&mut self, ctx: &mut ws::WebsocketContext<A>) {
        self.unreadable += 1;
        if self.unreadable >= UNREADABLE_MAX {
            self.close(close::UNREADABLE, ctx);
        }
    }

    pub fn receive<A: Actor<Context = ws::WebsocketContext<A>>>(
        &mut self,
        message: Result<ws::Message, ws::ProtocolError>,
        ctx: &mut ws::WebsocketContext<A>,
    ) -> Incoming {
        match message {
            Ok(ws::Message::Text(text)) => return Incoming::Text(text),
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Pong(_)) => self.pings_missed = 0,
            Ok(ws::Message::Binary(_) | ws::Message::Continuation(_)) => self.close(close::UNSUPPORTED, ctx),
            Ok(ws::Message::Close(_)) => {
                self.closing = true;
                ctx.close(None);
                ctx.stop();
            }
            Ok(ws::Message::Nop) => {}
            Err(ws::ProtocolError::Overflow) => self.close(close::TOO_LARGE, ctx),
            Err(_) => self.close(close::UNREADABLE, ctx),
        }
        Incoming::Nothing
    }
}
