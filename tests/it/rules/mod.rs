//! The rules of a conversation, by the numbers they have in the design.

/// 14: e-mail alerts.
mod alerts;
/// What is closed, and what is snoozed.
mod aside;
/// Whose a conversation is.
mod assigning;
/// Contacts whom nobody listens to.
mod blocking;
/// 4 and 11: calls to others' systems, and outside bots.
mod calls;
/// What contacts change about what was said.
mod changes;
/// Contacts who want no messages.
mod consent;
/// What dialogues and triggers do; 13: hot leads.
mod dialogues;
/// 8 and 15: our own messages, shown to us without our mark.
mod echoes;
/// 8: conversations that another program at the provider has.
mod elsewhere;
/// What a contact may throw at it.
mod floods;
/// 1, 2 and 3: who has the floor, and for how long.
mod floor;
/// 10 and 11: how a person comes to be wanted, and what the contact can do while waiting.
mod hand_off;
/// 7: whatever interrupts the bot, at whatever widget.
mod interruptions;
/// What people and bots sort contacts by.
mod labels;
/// 9: whoever waits is told the truth in the end.
mod ladder;
/// By which links contacts come.
mod links;
/// 8: people who answer in other tools.
mod outside;
/// How urgent conversations are.
mod priority;
/// 15: echoes of ours and receipts.
mod receipts;
/// 6 and 7: what happens when the bot gets the floor back.
mod resuming;
/// Our messages on their way: tries, takeovers in between, sending again.
mod sending;
/// 4 and 5: what the bot does not do while a human has the floor.
mod silence;
/// 16: replies written before somebody else spoke.
mod superseded;
/// What goes out before what.
mod urgency;
/// On which version of its bot a conversation is.
mod versions;
/// How long after the contact last wrote we may.
mod windows;
/// What agents write down: of the contact, and for each other.
mod written_down;
