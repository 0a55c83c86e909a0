//! What an agent's screen has shown of what the contact wrote, and what is to be unread again.
//!
//! No event comes of it: a mark beside the log moves, and the lists hear of that.

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use crate::actors::inbox::Marked;
use crate::actors::switchboard::Switchboard;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::unread::Mark;
use crate::ports::store::StoreError;
use crate::wire::console::Tell;

/// Events that are looked at at a time for what the contact wrote, and how often at most: who marks a line further back
/// than that is told so.
const EVENTS: usize = 200;
const LOOKS_MAX: usize = 10;

/// What is to be unread.
#[derive(Debug, Clone, Copy)]
pub enum Unread {
    None,
    From(Seq),
    Last(u32),
}

impl Unread {
    pub fn new(from: Option<Seq>, count: Option<u32>) -> Self {
        match (from, count) {
            (Some(from), _) => Unread::From(from),
            (None, count) => Unread::Last(count.unwrap_or(1)),
        }
    }
}

/// Why a mark stays where it is.
enum Stays {
    NoSuchConversation,
    /// There is nothing of the contact there, or too much after it.
    NothingThere,
    Store(StoreError),
}

impl From<StoreError> for Stays {
    fn from(error: StoreError) -> Self {
        Stays::Store(error)
    }
}

impl AgentSession {
    /// Nobody waits for it to be done, and a look too many is no harm.
    pub(super) fn seen(&mut self, reference: u64, conversation: &str, seq: Seq, ctx: &mut ws::WebsocketContext<Self>) {
        self.tell(&Tell::Ok { reference }, ctx);
        let Ok(conversation) = conversation.parse() else { return };
        let (switchboard, inbox) = (self.switchboard.clone(), self.inbox.clone());
        let seen = async move {
            if let Ok(mark) = up_to(&switchboard, conversation, seq).await
                && let Ok(true) = switchboard.parts().store.see(conversation, mark, false).await
            {
                inbox.do_send(Marked { conversation, mark });
            }
        };
        ctx.spawn(seen.into_actor(self));
    }

    pub(super) fn mark(
        &mut self,
        reference: u64,
        conversation: &str,
        cid: String,
        unread: Unread,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let Ok(conversation) = conversation.parse() else { return self.no_such_conversation(reference, ctx) };
        let (switchboard, inbox) = (self.switchboard.clone(), self.inbox.clone());
        let marked = async move {
            let (mark, seq) = wanted(&switchboard, conversation, unread).await?;
            if switchboard.parts().store.see(conversation, mark, true).await? {
                inbox.do_send(Marked { conversation, mark });
            }
            Ok(seq)
        };
        ctx.spawn(marked.into_actor(self).map(move |marked, this, ctx| match marked {
            Ok(seq) => this.tell(&Tell::Done { reference, cid, seq }, ctx),
            Err(Stays::NoSuchConversation) => this.no_such_conversation(reference, ctx),
            Err(Stays::NothingThere) => {
                let (code, text) = ("nothing_to_read".into(), "there is nothing of the contact to read".into());
                this.tell(&Tell::Refused { reference, code, text, said: Vec::new() }, ctx);
            }
            Err(Stays::Store(error)) => this.error(Some(reference), "unavailable", &error.to_string(), ctx),
        }));
    }
}

/// The mark that leaves so much unread, and where the log ends.
async fn wanted(switchboard: &Switchboard, conversation: ConversationId, unread: Unread) -> Result<(Mark, Seq), Stays> {
    let last = switchboard.parts().store.read_before(conversation, None, 1).await?;
    let summary = last.ok_or(Stays::NoSuchConversation)?.summary;
    let mark = match unread {
        Unread::None => Mark { seq: summary.seq, count: summary.written.count },
        Unread::Last(0) => return Err(Stays::NothingThere),
        Unread::Last(count) => summary.written.all_but(count).ok_or(Stays::NothingThere)?,
        Unread::From(from) if from == 0 || from > summary.written.seq => return Err(Stays::NothingThere),
        Unread::From(from) => up_to(switchboard, conversation, from - 1).await?,
    };
    Ok((mark, summary.seq))
}

/// The mark of who has seen everything up to `seq`.
async fn up_to(switchboard: &Switchboard, conversation: ConversationId, seq: Seq) -> Result<Mark, Stays> {
    let store = &switchboard.parts().store;
    let (mut events, mut after) = (Vec::new(), seq);
    for _ in 0..LOOKS_MAX {
        let reading = store.read_after(conversation, after, EVENTS).await?.ok_or(Stays::NoSuchConversation)?;
        let last = reading.events.last().map_or(reading.summary.seq, |event| event.seq);
        events.extend(reading.events.into_iter().map(|logged| logged.event));
        if last >= reading.summary.seq {
            return Ok(reading.summary.written.up_to(seq.min(reading.summary.seq), &events));
        }
        after = last;
    }
    Err(Stays::NothingThere)
}
