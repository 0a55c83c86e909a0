//! The promises of the house, as tests. Each line below is a chapter.

/// Names with several addresses, and IPv6.
mod addresses;
/// Letters to agents.
mod alerts;
/// Conversations that are closed, and those that are snoozed.
mod aside;
/// Whose a conversation is.
mod assigning;
/// What nobody should send to a webhook, and somebody will.
mod bad_input;
/// Documents of bots, and the samples.
mod bots;
/// What any bus must keep.
mod bus_contract;
/// One person on several channels.
mod contacts;
/// Pauses end when they should, once.
mod deadlines;
/// A process that dies in the worst moment.
#[cfg(feature = "failpoints")]
mod deaths;
/// Messages on their way out, with a provider that is slow, strict, or breaks off.
mod deliveries;
/// What stands in `deploy/` fits the program.
mod deploy;
/// What any directory must keep.
mod directory_contract;
/// What people see when machines, networks and databases fail.
mod faults;
/// Search, filtered lists, saved views, and any day of a conversation.
mod finding;
/// The core against an independent model, over long random histories.
mod histories;
/// The source itself: arrows point one way, files stay enterable.
mod house;
/// Instagram, from the app to the reply and back.
mod instagram;
/// `kill -9` at any moment.
mod kill;
/// A visitor, an agent and the bot between them, over real sockets.
mod main_story;
/// Notes that name colleagues.
mod mentions;
/// Messenger, with a provider that behaves.
mod messenger;
/// What Meta refuses, as agents read it.
mod meta_refuses;
/// The protocol of several nodes, explored.
mod models;
/// From SQLite to PostgreSQL.
mod moving;
/// Several nodes are one switchboard.
mod nodes;
/// Calls to others' systems, and outside bots.
mod outside_bots;
/// A conversation that panics harms nobody else.
#[cfg(feature = "failpoints")]
mod panics;
/// Whatever comes to a webhook is read without harm.
mod parsers;
/// Pictures that contacts sent.
mod pictures;
/// Which of the messages that wait goes first.
mod priorities;
/// Several processes, as a customer, an agent and a provider see them.
mod processes;
/// Why humans are wanted.
mod reasons;
/// Who may do what.
mod rights;
/// The rules of a conversation, each told as a story.
mod rules;
/// One story on every channel, with a provider that misbehaves in every way there is.
mod scenarios;
/// Where people are signed in, and the end of it.
mod sessions;
/// A database that nodes share.
mod shared_database;
/// Conversations leave the memory, and nobody notices.
mod sleep;
/// Short messages, from a phone to the reply and back.
mod sms;
/// The websockets' manners.
mod sockets;
/// Long texts, in parts.
mod splitting;
/// A disk that takes no more.
mod storage_trouble;
/// What any store must keep.
mod store_contract;
/// Props: bots, desks, clocks, outboxes.
mod support;
/// Groups of agents.
mod teams;
/// Telegram, from the app to the reply and back.
mod telegram;
/// What nobody has seen, what is urgent, and whom nobody listens to.
mod unread;
/// Files that are attached.
mod uploads;
/// Versions of bots: published, rolled back, finished by who is in the middle of them.
mod versions;
/// How providers are reached: over TLS, through proxies.
mod ways_out;
/// WhatsApp, from the app to the reply and back.
mod whatsapp;
