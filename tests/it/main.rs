//! The promises of the house, as tests. Each line below is a chapter.

/// Messages on their way out, with a provider that is slow, strict, or breaks off.
mod deliveries;
/// The core against an independent model, over long random histories.
mod histories;
/// The source itself: arrows point one way, files stay enterable.
mod house;
/// A visitor, an agent and the bot between them, over real sockets.
mod main_story;
/// Messenger, with a provider that behaves.
mod messenger;
/// The rules of a conversation, each told as a story.
mod rules;
/// The websockets' manners.
mod sockets;
/// What any store must keep.
mod store_contract;
/// Props: bots, desks, clocks, outboxes.
mod support;
