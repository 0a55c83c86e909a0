//! What a console reads of a conversation, as frames.

use bytestring::ByteString;

use crate::domain::ids::Seq;
use crate::ports::bus::Published;
use crate::ports::store::LoggedEvent;
use crate::wire::console::Tell;
use crate::wire::event::EventView;
use crate::wire::view;

pub fn event_view(logged: &LoggedEvent) -> EventView {
    view::event(logged.seq, logged.at, &logged.event)
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
