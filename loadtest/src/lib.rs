//! Simulated chats, fake providers and a checker of Switchboard's promises.
//!
//! An independent witness: nothing here knows the product's code, only what it says to the world. What it assumes
//! about the program stands in [`product`].
//!
//! - [`messenger`] writes signed webhooks, [`provider`] is the fake Send API that gets the replies, [`http`] carries both.
//! - [`twilio`] is the fake Twilio, with the phones behind it, [`telegram`] the fake Telegram with its people,
//!   [`whatsapp`] the fake WhatsApp with its own. [`fake`] is what all fakes are made of.
//! - [`drive`] makes load and measures; [`ceiling`] is what to compare with; [`compare`] does it.
//! - [`clients`] speak the protocols and remember what they were promised; [`checker`] holds it against the store;
//!   [`drill`] kills the server meanwhile. [`memory`] weighs it. [`flood`] lets one contact flood beside others. [`inbox`]
//!   fills a store with years, and asks what agents ask.
//! - [`server`] and [`process`] start, kill and weigh a server. [`servers`] are those that the product needs, [`proxy`] stands
//!   between any two. [`cluster`] puts several nodes together, hurts them in every way, and measures them.

pub mod ceiling;
pub mod checker;
pub mod clients;
pub mod clock;
pub mod cluster;
pub mod compare;
pub mod dice;
pub mod drill;
pub mod drive;
pub mod fake;
pub mod flood;
pub mod http;
pub mod inbox;
pub mod memory;
pub mod messenger;
pub mod process;
pub mod product;
pub mod provider;
pub mod proxy;
pub mod server;
pub mod servers;
pub mod telegram;
pub mod twilio;
pub mod whatsapp;
