//! Every byte shape we own: what consoles, widgets, the store and other nodes read and write.
//!
//! Core types are not serializable; the types here are promises to strangers and to older versions of
//! ourselves, and convert by hand. `wire` knows `domain`, never the reverse.

#[cfg(test)]
mod abilities;
pub mod addresses;
pub mod api;
pub mod bot;
pub mod close;
pub mod console;
pub mod event;
pub mod finding;
pub mod letters;
pub mod outside;
pub mod peer;
pub mod stored;
#[cfg(test)]
mod typescript;
pub mod view;
pub mod webchat;
