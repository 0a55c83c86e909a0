//! What a conversation tells the caller of its node: after a commit, which call to make or to cut off; after loading,
//! which it found open.

use super::caller::{Ended, Found, Make};
use super::switchboard::Switchboard;
use crate::domain::call::{Ask, OpenCall};
use crate::domain::conversation::Conversation as Core;
use crate::domain::ids::Seq;
use crate::domain::presence::Sign;
use crate::domain::time::Timestamp;
use crate::ports::channel::Courtesy;
use crate::ports::outside::{Call, CallId, Known, What};
use crate::ports::store::Contact;

/// The call that is open, and its attempt.
pub type Open = Option<(Seq, u32)>;

pub fn open(core: &Core) -> Open {
    core.state.call.as_ref().map(|call| (call.id, call.attempt))
}

/// An append is committed that found `before` open.
pub fn follow(switchboard: &Switchboard, contact: &Contact, core: &Core, before: Open, now: Timestamp) {
    let Some(caller) = switchboard.caller().filter(|_| before != open(core)) else { return };
    let conversation = contact.conversation;
    let is_open = |call: Seq| core.state.call.as_ref().is_some_and(|open| open.id == call);
    if let Some((call, _)) = before.filter(|(call, _)| !is_open(*call)) {
        caller.do_send(Ended { conversation, call });
    }
    if let Some(made) = core.state.call.as_ref().and_then(|call| outgoing(core, contact, call, now)) {
        caller.do_send(Make(made));
        // Its answer takes a while, unlike any other of the bot's.
        switchboard.parts().bus.show(conversation, Sign::of_bot());
        switchboard.show(contact, Courtesy::Types);
    }
}

/// A conversation was loaded: whoever made its open call may be gone.
pub fn found(switchboard: &Switchboard, contact: &Contact, core: &Core) {
    if let (Some(caller), Some(open)) = (switchboard.caller(), &core.state.call) {
        caller.do_send(Found { contact: contact.clone(), call: open.id });
    }
}

/// None: its bot does not answer from outside any more, and the call comes to its time-out.
fn outgoing(core: &Core, contact: &Contact, call: &OpenCall, now: Timestamp) -> Option<Call> {
    let what = match &call.ask {
        Ask::Http(request) => What::Http(request.clone()),
        Ask::Bot => What::Bot {
            outside: core.bot.outside.clone()?,
            about: call.about.clone(),
            contact: Known {
                name: core.state.name.clone(),
                channel: core.account.channel,
                attributes: core.state.attributes.clone(),
            },
        },
    };
    let id = CallId { conversation: contact.conversation, call: call.id };
    let timeout = call.due.since(now);
    Some(Call { id, contact: contact.clone(), turn: call.turn, attempt: call.attempt, timeout, what })
}
