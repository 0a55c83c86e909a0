//! Where an agent's consoles, on whichever node, hear that one of their sessions may have ended.
//!
//! The bus knows conversations: what concerns an agent is shown where a conversation of their id would be. Only that
//! somebody knocks is said; whether a session still stands, the store knows. A knock that is lost is made up for: a
//! console asks with every ping, too.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::presence::{Doing, Sign, Who};
use crate::ports::bus::{Bus, Subscription};

fn door(agent: AgentId) -> ConversationId {
    ConversationId(agent.0)
}

/// Has every console of this agent look whether its session still stands.
pub fn knock(bus: &dyn Bus, agent: AgentId) {
    bus.show(door(agent), Sign { from: Uuid::nil(), who: Who::Contact, does: Doing::Left });
}

/// From now on `look` is called at every knock, and when one may have been missed.
pub fn listen(bus: &dyn Bus, agent: AgentId, look: impl Fn() + Send + Sync + 'static) -> Subscription {
    bus.subscribe(door(agent), Arc::new(move |_| look()))
}
