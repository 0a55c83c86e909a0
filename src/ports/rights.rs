//! The role table: who may do what. Every HTTP route and every console command names the right it needs.

use super::people::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See conversations, and act in them.
    Converse,
    /// Say whose a conversation is.
    Assign,
    /// Say that several conversations are with one person, and take it back.
    MergeContacts,
    /// Send again whatever an account could not send, or leave it.
    RetryAll,
    /// Say that a contact is not listened to.
    Block,
    /// Keep views that everybody sees.
    ShareViews,
    /// See bots, their versions and their drafts.
    SeeBots,
    /// Save drafts.
    WriteBots,
    /// Say which version answers.
    PublishBots,
    SeePeople,
    /// Add people, and give them new links.
    ManagePeople,
    /// Make teams, say who is in them, and remove them.
    ManageTeams,
    /// Make and revoke programs' tokens.
    ManageTokens,
    /// Read what administrators did.
    SeeAudit,
}

pub const ROLES: [Role; 3] = [Role::Agent, Role::Supervisor, Role::Admin];

impl Right {
    /// Agent, supervisor, admin: whether each may.
    const fn row(self) -> [bool; 3] {
        match self {
            Right::Converse => [true, true, true],
            Right::Assign => [true, true, true],
            Right::MergeContacts => [true, true, true],
            Right::RetryAll => [false, true, true],
            Right::Block => [false, true, true],
            Right::ShareViews => [false, true, true],
            Right::SeeBots => [false, true, true],
            Right::WriteBots => [false, true, true],
            Right::PublishBots => [false, false, true],
            Right::SeePeople => [false, true, true],
            Right::ManagePeople => [false, false, true],
            Right::ManageTeams => [false, false, true],
            Right::ManageTokens => [false, false, true],
            Right::SeeAudit => [false, false, true],
        }
    }
}

impl Role {
    pub fn may(self, right: Right) -> bool {
        ROLES.iter().zip(right.row()).any(|(role, may)| *role == self && may)
    }
}

/// The lesser of two: who gives a role away cannot give more than they have.
impl Role {
    pub fn is_at_most(self, other: Role) -> bool {
        let rank = |role| ROLES.iter().position(|known| *known == role);
        rank(self) <= rank(other)
    }
}
