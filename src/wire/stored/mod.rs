//! What the store keeps: events, folds, list rows and lines, as compact JSON under a version.
//!
//! Every value is `{"v":1,"is":…}`. The types here borrow when they are written and when they are read, so one shape
//! serves both ways; they convert by hand. A shape that has been stored stays readable for ever: new fields get a
//! default, and a new meaning gets a new version. `v1.jsonl` pins what version 1 looks like.

mod alert;
#[cfg(test)]
mod any;
mod aside;
mod bot;
pub(in crate::wire) mod calls;
pub(in crate::wire) mod changes;
mod event;
pub(in crate::wire) mod parts;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod wanted;
pub(in crate::wire) mod why;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::finding::FilterView;
use crate::domain;
use crate::domain::window::Author;

/// The version this program writes, and the only one it reads.
const VERSION: u32 = 1;

/// What was stored cannot be understood: a newer version's data, or damage.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unreadable {
    what: &'static str,
    why: serde_json::Error,
}

pub fn write_event(event: &domain::event::Event) -> Vec<u8> {
    write(event::Event::from(event))
}

pub fn read_event(bytes: &[u8]) -> Result<domain::event::Event, Unreadable> {
    read::<event::Event>("an event", bytes).map(Into::into)
}

pub fn write_state(state: &domain::state::State) -> Vec<u8> {
    write(state::State::from(state))
}

pub fn read_state(bytes: &[u8]) -> Result<domain::state::State, Unreadable> {
    read::<state::State>("a snapshot", bytes).map(Into::into)
}

pub fn write_summary(summary: &domain::summary::Summary) -> Vec<u8> {
    write(summary::Summary::from(summary))
}

pub fn read_summary(bytes: &[u8]) -> Result<domain::summary::Summary, Unreadable> {
    read::<summary::Summary>("a summary", bytes).map(Into::into)
}

pub fn write_filter(filter: &domain::filter::Filter, order: domain::filter::Order) -> Vec<u8> {
    write(FilterView::from((filter, order)))
}

pub fn read_filter(bytes: &[u8]) -> Result<(domain::filter::Filter, domain::filter::Order), Unreadable> {
    let wrong = |why| Unreadable { what: "a filter", why: serde_json::Error::custom(why) };
    read::<FilterView>("a filter", bytes)?.read().map_err(wrong)
}

/// A message in the queue: its words, and what its author may claim. Whether that is the bot stands beside it.
pub fn write_queued(line: &domain::message::Line, by: &Author) -> Vec<u8> {
    write(parts::Line::queued(line, by))
}

pub fn read_queued(bytes: &[u8], by_bot: bool) -> Result<(domain::message::Line, Author), Unreadable> {
    read::<parts::Line>("a message", bytes).map(|line| line.read_queued(by_bot))
}

/// How a stored note begins, and a page that was looked at, so that a database finds them.
pub const NOTE_BEGINS: &str = r#"{"v":1,"is":{"note_added":"#;
pub const PAGE_BEGINS: &str = r#"{"v":1,"is":{"page_viewed":"#;

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    v: Version,
    is: T,
}

fn write<T: Serialize>(is: T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    serde_json::to_writer(&mut bytes, &Stored { v: Version, is })
        .expect("memory takes every byte, and every key is text");
    bytes
}

fn read<'a, T: Deserialize<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice::<Stored<T>>(bytes).map(|stored| stored.is).map_err(|why| Unreadable { what, why })
}

/// Stands first in every value, so that a newer one is refused by its version before anything else is looked at.
struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u32(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            VERSION => Ok(Version),
            other => Err(D::Error::custom(format!("it has version {other}, and this program reads version {VERSION}"))),
        }
    }
}
