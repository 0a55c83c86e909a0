//! Who answers the ports.

pub mod alerts;
pub mod bots;
pub mod channels;
pub mod copy;
pub mod local;
pub mod pictures;
pub mod postgres;
pub mod redis;
pub mod sqlite;
mod taking_in;

use crate::ports::store::StoreError;
use crate::wire::stored::Unreadable;

impl From<Unreadable> for StoreError {
    fn from(unreadable: Unreadable) -> Self {
        StoreError::Unreadable(unreadable.to_string())
    }
}
