//! The agents and how they prove who they are: what the edge asks of a database.
//!
//! Secrets never arrive here in the clear: passwords come as argon2 hashes, session and sign-in tokens as SHA-256.

use std::sync::Arc;

use super::clock::Clock;
use super::rights::Right;
use super::sessions::{Ending, Session};
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Role::Agent, Role::Supervisor, Role::Admin].into_iter().find(|role| role.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: AgentId,
    pub name: String,
    /// Lower case.
    pub email: String,
    pub role: Role,
    /// None until the person has chosen one.
    pub password_hash: Option<String>,
}

impl Person {
    /// They have come at least once, and may act in conversations.
    pub fn answers(&self) -> bool {
        self.password_hash.is_some() && self.role.may(Right::Converse)
    }
}

/// The SHA-256 of a random token.
pub type TokenHash = [u8; 32];

/// Why a person was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    Done,
    /// Another person has this address.
    EmailTaken,
}

/// A session that somebody signed in with: it may end while what it opened goes on.
#[derive(Clone)]
pub struct Pass {
    pub people: Arc<dyn People>,
    pub clock: Arc<dyn Clock>,
    pub token: TokenHash,
}

impl Pass {
    /// Whether it still stands. A store that cannot answer ends nobody's session.
    pub fn stands(&self) -> impl Future<Output = bool> + use<> {
        let session = self.people.session(self.token, self.clock.now());
        async move { !matches!(session.await, Ok(None)) }
    }

    /// Notes that it is in use. A store that cannot write hears of it next time.
    pub fn seen(&self) -> impl Future<Output = ()> + use<> {
        let seen = self.people.session_seen(self.token, self.clock.now());
        async move {
            let _ = seen.await;
        }
    }
}

pub trait People: Send + Sync + 'static {
    fn count_people(&self) -> Answer<u64>;
    /// Adds the person, or changes the one with this id.
    fn save_person(&self, person: Person) -> Answer<Saved>;
    /// The people with this role, by name, at most `limit`.
    fn with_role(&self, role: Role, limit: usize) -> Answer<Vec<Person>>;
    /// By name.
    fn people(&self) -> Answer<Vec<Person>>;
    fn person_by_email(&self, email: String) -> Answer<Option<Person>>;
    fn open_session(&self, session: Session, agent: AgentId, until: Timestamp) -> Answer<()>;
    /// Whose session this is, if it has not ended.
    fn session(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>>;
    fn close_session(&self, token: TokenHash) -> Answer<()>;
    /// Somebody was there under this session.
    fn session_seen(&self, token: TokenHash, at: Timestamp) -> Answer<()>;
    /// Where this person is signed in, the one seen last first, at most `sessions::SESSIONS_SHOWN_MAX`.
    fn sessions(&self, agent: AgentId, now: Timestamp) -> Answer<Vec<Session>>;
    /// Ends these sessions of the person, nobody else's; how many there were.
    fn end_sessions(&self, agent: AgentId, which: Ending) -> Answer<u64>;
    /// A one-time link by which this person signs in and chooses a password.
    fn add_invitation(&self, token: TokenHash, agent: AgentId, until: Timestamp) -> Answer<()>;
    /// Whose invitation it is, if it is good; it stays good.
    fn invitation(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>>;
    /// Uses the invitation up, saves the person and ends all their sessions, in one step; false: it was not good any more.
    fn accept_invitation(&self, token: TokenHash, person: Person, now: Timestamp) -> Answer<bool>;
    /// Ends this person's open invitations: a newer one replaces them.
    fn revoke_invitations(&self, agent: AgentId) -> Answer<()>;
}
