//! Props of the tests.

pub mod bot;
pub mod outbox;
pub mod story;
