//! Switchboard: a self-hosted, real-time conversation switchboard.
//!
//! Customers write on Messenger, Instagram, Telegram, by SMS or on a website's chat, a bot answers, and people take over
//! from a live console.
//!
//! The house in one paragraph: what a conversation is and what follows from what stands in [`domain`], which is pure.
//! Around it, [`actors`] give it time and company: a conversation writes its own log, a sender gets messages out, a
//! session shows what happened. They meet the outside only through [`ports`], which [`adapters`] answer: SQLite, PostgreSQL, the
//! bus and the directory of one process or, through Redis, of several, Messenger. [`wire`] has every byte shape that is ours,
//! [`edge`] opens the doors, and [`node`] joins all of it, the only place that knows them all.
//!
//! A message's way: `edge::webhooks` checks and reads it, `actors::switchboard` finds its conversation,
//! `domain::conversation` decides, the store commits, and only then is it answered, shown and sent on.

pub mod actors;
pub mod adapters;
pub mod bots;
pub mod config;
pub mod dice;
pub mod doctor;
pub mod domain;
pub mod edge;
pub mod machine;
pub mod node;
pub mod ports;
pub mod wire;
