//! The channels: for each, how to check what comes in, how to read it, and how to send.
//!
//! Checking and reading are pure; only the outlets open sockets. When to send, and what to do about a failure, is the
//! business of the sender.

pub mod buttons;
pub mod files;
pub mod graph;
pub mod http;
pub mod identity;
pub mod lenient;
pub mod mark;
pub mod meta;
pub mod meta_signature;
pub mod numbered;
pub mod outcome;
pub mod places;
#[cfg(test)]
mod strange;
pub mod telegram;
pub mod twilio;
pub mod webchat;
pub mod whatsapp;

pub use crate::domain::split;
