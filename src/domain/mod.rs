//! THE CORE: what a conversation is and what follows from what.
//!
//! Pure: no socket, no clock, no dice, no byte shapes. Time and ids arrive with the command, so that any run can be
//! replayed from its events. Writing events down is the work of `actors::conversation`, sending messages of
//! `actors::sender`.

pub mod abilities;
pub mod account;
pub mod alert;
pub mod aside;
pub mod assigning;
mod awaited;
mod blocking;
pub mod bot;
pub mod call;
mod calls;
pub mod canned;
pub mod changes;
pub mod colour;
pub mod command;
mod consent;
pub mod conversation;
mod delivery;
pub mod described;
pub mod echoes;
pub mod effects;
mod elsewhere;
pub mod event;
pub mod filter;
mod handing;
pub mod hours;
pub mod ids;
pub mod label;
pub mod look;
pub mod mention;
pub mod message;
pub mod next;
mod pinned;
pub mod presence;
pub mod priority;
mod receipts;
pub mod search;
pub mod segments;
mod sending;
pub mod session;
mod speaking;
pub mod split;
pub mod state;
pub mod summary;
pub mod team;
pub mod template;
pub mod time;
mod tracked;
pub mod unread;
pub mod upload;
mod waiting;
mod why;
pub mod window;
