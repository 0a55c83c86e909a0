//! What a console reads of a conversation, as frames.

use bytestring::ByteString;

use crate::domain::ids::Seq;
use crate::ports::about::About;
use crate::ports::bus::Published;
use crate::ports::store::LoggedEvent;
use crate::wire::console::Tell;
use crate::wire::event::{AboutView, AnswerView, EventView};
use crate::wire::view;

pub fn event_view(logged: &LoggedEvent) -> EventView {
    view::event(logged.seq, logged.at, &logged.event)
}

/// A contact's name is told as the attribute that templates know it by.
pub fn about_view(about: About) -> AboutView {
    let About { seq, name, mut attributes, notes, pages } = about;
    if let Some(name) = name {
        attributes.entry("name".to_owned()).or_insert(name);
    }
    let attributes = attributes.into_iter().filter(|(_, value)| !value.is_empty());
    AboutView {
        seq,
        attributes: attributes.map(|(name, value)| AnswerView { name, value }).collect(),
        notes: notes.iter().map(event_view).collect(),
        pages: pages.iter().map(event_view).collect(),
    }
}

pub fn views(published: &Published, from: Seq) -> Vec<EventView> {
    published.events_from(from).map(|(seq, event)| view::event(seq, published.at, event)).collect()
}

pub fn events_frame(published: &Published, events: Vec<EventView>, generation: &str) -> Tell {
    Tell::Events {
        conversation: published.conversation().to_string(),
        generation: generation.to_owned(),
        events,
        floor: view::floor(&published.summary),
    }
}

/// The whole stretch as a frame: encoded once, whoever watches.
pub fn console_frame(published: &Published, generation: &str) -> ByteString {
    published.console_frame.get_or_encode(|| {
        let events = views(published, published.first);
        // These shapes have string keys and plain values only, which always encode.
        serde_json::to_string(&events_frame(published, events, generation)).unwrap_or_default()
    })
}
