//! THE SHELL: things with a pace of their own.
//!
//! A conversation, a channel account's outgoing queue, calls to others' systems, an agent's or a visitor's socket, the
//! lists, the sweeper.
//! They hold no rules: those are in `domain`. They meet the outside only through `ports`.

pub mod acquaintance;
pub mod activation;
pub mod agent_session;
pub mod alerter;
mod alerter_letter;
mod backoff;
pub mod bots;
pub mod caller;
mod calls;
pub mod catch_up;
pub mod conversation;
pub mod custody;
pub mod doors;
pub mod ends;
pub mod entrances;
pub mod feed;
pub mod inbox;
pub mod manners;
pub mod notices;
pub mod sender;
pub mod sender_backlog;
pub mod sender_duty;
mod sender_limit;
mod sender_messages;
mod sender_pace;
mod sender_queue;
mod sender_trip;
mod sender_trouble;
pub mod sender_verdict;
pub mod shard;
pub mod socket;
pub mod staff;
pub mod sweeper;
pub mod switchboard;
pub mod visitor_session;
