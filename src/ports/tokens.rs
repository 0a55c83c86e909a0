//! Tokens by which programs prove who they are. Only their SHA-256 ever arrives here.

use super::people::{Role, TokenHash};
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What its maker calls it; no two have the same.
    pub name: String,
    /// What it may do.
    pub role: Role,
    pub made_by: String,
    pub made_at: Timestamp,
    /// Exact to the minute; none: never.
    pub used_at: Option<Timestamp>,
}

pub trait Tokens: Send + Sync + 'static {
    /// False: another token has this name.
    fn add_token(&self, hash: TokenHash, token: ApiToken) -> Answer<bool>;
    fn token(&self, hash: TokenHash) -> Answer<Option<ApiToken>>;
    /// By name.
    fn tokens(&self) -> Answer<Vec<ApiToken>>;
    /// It opens nothing any more; false: there is none of this name.
    fn revoke_token(&self, name: String) -> Answer<bool>;
    fn token_used(&self, hash: TokenHash, at: Timestamp) -> Answer<()>;
}
