//! Simulated chats, fake providers and a checker of Switchboard's promises.
//!
//! An independent witness: nothing here knows the product's code, only what it says to the world. What it assumes
//! about the program stands in [`product`].
//!
//! - [`messenger`] writes signed webhooks, [`provider`] is the fake Send API that gets the replies, [`http`] carries both.
//! - [`drive`] makes load and measures; [`ceiling`] is what to compare with; [`compare`] does it.
//! - [`clients`] speak the protocols and remember what they were promised; [`checker`] holds it against the store;
//!   [`drill`] kills the server meanwhile. [`memory`] weighs it.
//! - [`server`] and [`process`] start, kill and weigh a server.

pub mod ceiling;
pub mod checker;
pub mod clients;
pub mod clock;
pub mod compare;
pub mod dice;
pub mod drill;
pub mod drive;
pub mod http;
pub mod memory;
pub mod messenger;
pub mod process;
pub mod product;
pub mod provider;
pub mod server;
