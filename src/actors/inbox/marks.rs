//! How far what contacts wrote was seen, as the lists know it: of the rows that are on somebody's screen.
//!
//! A mark that moves on this node is heard of at once; those that others moved are found when the lists are read again.

use std::collections::HashSet;

use actix::prelude::*;

use super::Inbox;
use crate::domain::ids::ConversationId;
use crate::domain::unread::Mark;

/// Marks that are remembered; beyond, all are asked for anew.
const MARKS_MAX: usize = 20_000;

/// A screen has shown what a contact wrote, or somebody wants it to be unread again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Marked {
    pub conversation: ConversationId,
    pub mark: Mark,
}

impl Inbox {
    /// None: it is not known yet.
    pub(super) fn unread(&self, id: ConversationId) -> Option<u32> {
        let mark = self.marks.get(&id)?;
        Some(self.rows.get(&id)?.summary.written.unread(*mark))
    }

    /// Asks how far what is on a screen was seen: what is not known, or (`anew`) all of it.
    pub(super) fn ask_for_marks(&mut self, anew: bool, ctx: &mut Context<Self>) {
        if self.asking_for_marks {
            return;
        }
        if self.marks.len() > MARKS_MAX {
            self.marks.clear();
        }
        let shown: HashSet<ConversationId> =
            self.watchers.values().flat_map(|watcher| watcher.shown.keys().copied()).collect();
        let asked: Vec<_> = shown.into_iter().filter(|id| anew || !self.marks.contains_key(id)).collect();
        if asked.is_empty() {
            return;
        }
        self.asking_for_marks = true;
        self.heard_of.clear();
        let marks = self.parts.store.marks(asked.clone());
        ctx.spawn(marks.into_actor(self).map(move |marks, this, _| {
            this.asking_for_marks = false;
            let Ok(marks) = marks else { return };
            // What was heard of meanwhile is newer.
            for id in asked.into_iter().filter(|id| !this.heard_of.contains(id)) {
                this.marks.insert(id, marks.get(&id).copied());
            }
            this.tell_all();
        }));
    }
}

impl Handler<Marked> for Inbox {
    type Result = ();

    fn handle(&mut self, Marked { conversation, mark }: Marked, _: &mut Context<Self>) {
        if let Some(known) = self.marks.get_mut(&conversation) {
            *known = Some(mark);
            self.heard_of.insert(conversation);
            self.tell_all();
        }
    }
}
