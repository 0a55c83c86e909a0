//! Who waits for a human, for programs.

use actix::prelude::*;

use super::{Inbox, Section, section_of};
use crate::domain::event::Reason;
use crate::wire::api::{HandOffRow, HandOffs};

/// Which conversations wait, of one reason or of all.
#[derive(Message)]
#[rtype(result = "HandOffs")]
pub struct LookAtWaiting {
    pub reason: Option<Reason>,
    pub limit: usize,
}

impl Handler<LookAtWaiting> for Inbox {
    type Result = MessageResult<LookAtWaiting>;

    fn handle(&mut self, look: LookAtWaiting, _: &mut Context<Self>) -> Self::Result {
        let order = self.order(look.reason);
        let waiting = order.into_iter().flat_map(|order| section_of(order, Section::Waiting)).take(look.limit);
        let row = |id| {
            let summary = &self.rows.get(&id)?.summary;
            let (reason, words) = summary.wanted.clone()?;
            Some(HandOffRow {
                conversation: id.to_string(),
                name: summary.name.clone(),
                reason: reason.as_str().to_owned(),
                words,
                since: summary.since.0,
                account: summary.account.to_string(),
                bot: summary.bot.to_string(),
            })
        };
        MessageResult(HandOffs { reasons: self.reasons(), waiting: waiting.filter_map(row).collect() })
    }
}
