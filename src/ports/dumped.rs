//! Everything that was ever said, as a store hands it out for a look from outside: conversation by conversation.

use super::store::{Contact, LoggedEvent};
use crate::domain::account::Channel;

#[derive(Debug, Clone)]
pub struct DumpedConversation {
    pub contact: Contact,
    /// None: the account is not known any more, or its channel is a newer version's.
    pub channel: Option<Channel>,
    pub events: Vec<DumpedEvent>,
}

#[derive(Debug, Clone)]
pub struct DumpedEvent {
    pub logged: LoggedEvent,
    /// The key of the command whose last event this is, if it had one.
    pub key: Option<String>,
}
