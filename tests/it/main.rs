//! The promises of the house, as tests. Each line below is a chapter.

/// The rules of a conversation, each told as a story.
mod rules;
/// Props: bots, desks, clocks, outboxes.
mod support;
