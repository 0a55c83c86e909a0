//! Props of the tests.

pub mod api;
pub mod bot;
pub mod certificates;
pub mod cut;
pub mod installation;
pub mod mail;
pub mod node;
pub mod nodes;
pub mod other;
pub mod outbox;
pub mod postgres;
pub mod process;
pub mod story;
pub mod wire;
