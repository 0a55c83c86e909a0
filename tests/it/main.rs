//! The promises of the house, as tests. Each line below is a chapter.

/// The core against an independent model, over long random histories.
mod histories;
/// The source itself: arrows point one way, files stay enterable.
mod house;
/// The rules of a conversation, each told as a story.
mod rules;
/// Props: bots, desks, clocks, outboxes.
mod support;
