//! One person behind several conversations: a light link beside them. Each conversation and its log stay as they are.
//!
//! A merge notes what was before, so that it can be undone exactly: the newest first.

use uuid::Uuid;

use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

/// So many conversations one person may have.
pub const LINKED_MAX: usize = 50;
/// Merges of one person that are told of; the newest.
pub const MERGES_SHOWN_MAX: usize = 20;

/// Which conversations a merge found under which contact; none: alone.
pub type Before = Vec<(Uuid, Option<Uuid>)>;

/// The people behind two conversations are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Chosen by whoever asks: the same once more has no second effect.
    pub id: Uuid,
    pub one: ConversationId,
    pub other: ConversationId,
    pub by: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    Done,
    /// They are one already.
    Same,
    /// Together they would have more than [`LINKED_MAX`].
    TooMany,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmerged {
    Done,
    /// There is none of this id, or it has been undone.
    None,
    /// A newer merge of the same person has to be undone first: this one, the newest.
    NotNewest(PastMerge),
}

/// What somebody merged, and who took it back, if somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastMerge {
    pub id: Uuid,
    pub at: Timestamp,
    pub by: String,
    pub conversations: Vec<ConversationId>,
    pub undone: Option<(Timestamp, String)>,
}

/// What follows from a merge: everybody of both is under `contact` from then on.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub contact: Uuid,
    pub before: Before,
}

impl Plan {
    /// `one` and `other`: the conversations of both people and their contact, if there is one. `fresh`: for a new one.
    pub fn of(one: (Option<Uuid>, Vec<Uuid>), other: (Option<Uuid>, Vec<Uuid>), fresh: Uuid) -> Result<Plan, Merged> {
        if (one.0.is_some() && one.0 == other.0) || one.1 == other.1 {
            return Err(Merged::Same);
        }
        if one.1.len() + other.1.len() > LINKED_MAX {
            return Err(Merged::TooMany);
        }
        let contact = one.0.or(other.0).unwrap_or(fresh);
        let under = |(contact, all): (Option<Uuid>, Vec<Uuid>)| all.into_iter().map(move |each| (each, contact));
        Ok(Plan { contact, before: under(one).chain(under(other)).collect() })
    }
}

pub trait Contacts: Send + Sync + 'static {
    /// The conversations with the same person, this one among them.
    fn linked(&self, conversation: ConversationId) -> Answer<Vec<ConversationId>>;
    fn merge(&self, merge: Merge) -> Answer<Merged>;
    fn unmerge(&self, id: Uuid, by: String, at: Timestamp) -> Answer<Unmerged>;
    /// What was merged to the person of this conversation, the newest first.
    fn merges(&self, conversation: ConversationId) -> Answer<Vec<PastMerge>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn two_who_stood_alone_get_a_contact_and_who_has_one_keeps_it() {
        let alone = |number| (None, vec![id(number)]);
        let two = Plan::of(alone(1), alone(2), id(9)).expect("a plan");
        assert_eq!(two, Plan { contact: id(9), before: vec![(id(1), None), (id(2), None)] });
        let three = Plan::of(alone(3), (Some(id(9)), vec![id(1), id(2)]), id(8)).expect("a plan");
        assert_eq!(three.contact, id(9));
        assert_eq!(Plan::of(alone(1), alone(1), id(9)), Err(Merged::Same));
        let many = |from: u128| (Some(id(from)), (0..26).map(|more| id(from + more)).collect());
        assert_eq!(Plan::of(many(100), many(200), id(9)), Err(Merged::TooMany));
    }
}
