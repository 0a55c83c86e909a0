//! That a provider refuses an account: every agent should know, on every node, until something goes out again.
//!
//! Who is on duty finds it out, and tells the store; who stands by hears it there. What was told and could not be kept is
//! told again with the next look.

use actix::prelude::*;

use super::sender::Sender;
use super::switchboard::Switchboard;
use crate::domain::ids::AccountId;
use crate::ports::channel::SendResult;

pub struct Trouble {
    switchboard: Switchboard,
    account: AccountId,
    /// The provider's reason.
    current: Option<String>,
    /// What the store has, as far as we know.
    kept: Option<Option<String>>,
}

impl Trouble {
    pub fn new(switchboard: Switchboard, account: AccountId) -> Self {
        Self { switchboard, account, current: None, kept: None }
    }

    /// Whether the answer to a message was news about the account.
    fn judge(&mut self, result: &SendResult) -> bool {
        match result {
            SendResult::AccountRefused { reason } if self.current.as_ref() != Some(reason) => {
                tracing::error!(account = %self.account, %reason, "the provider refuses this account; check its token");
                self.set(Some(reason.clone()));
                true
            }
            SendResult::Sent { .. } if self.current.is_some() => {
                tracing::info!(account = %self.account, "the provider takes this account's messages again");
                self.set(None);
                true
            }
            _ => false,
        }
    }

    fn set(&mut self, trouble: Option<String>) {
        let parts = self.switchboard.parts();
        let name = parts.accounts.get(&self.account).map_or(self.account.as_str(), |account| account.name.as_str());
        parts.notices.account(&self.account, name, trouble.as_deref());
        self.current = trouble;
    }

    fn heard(&mut self, found: Option<String>, on_duty: bool) {
        // What was found out meanwhile is newer than what the store says.
        if !on_duty || (self.kept.is_none() && self.current.is_none()) {
            self.set(found.clone());
        }
        self.kept = on_duty.then_some(found);
    }
}

impl Sender {
    pub(super) fn judge_account(&mut self, result: &SendResult, ctx: &mut Context<Self>) {
        if self.trouble.judge(result) {
            self.keep_trouble(ctx);
        }
    }

    /// Tells the store, or hears what others told it.
    pub(super) fn keep_trouble(&self, ctx: &mut Context<Self>) {
        let (store, account) = (&self.switchboard.parts().store, self.trouble.account.clone());
        let current = self.trouble.current.clone();
        match &self.trouble.kept {
            Some(kept) if self.duty.is_ours() && *kept == current => {}
            Some(_) if self.duty.is_ours() => {
                let told = store.tell_trouble(account, current.clone());
                ctx.spawn(told.into_actor(self).map(move |told, this, _| {
                    if told.is_ok() {
                        this.trouble.kept = Some(current);
                    }
                }));
            }
            _ => {
                let found = store.trouble(account);
                ctx.spawn(found.into_actor(self).map(|found, this, _| {
                    if let Ok(found) = found {
                        this.trouble.heard(found, this.duty.is_ours());
                    }
                }));
            }
        }
    }
}
