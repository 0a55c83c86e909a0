//! P3 and P4: what was acknowledged is in the log, once. P5: commands have their effect, once.

use std::collections::BTreeMap;

use super::{Court, Place};
use crate::clients::{ClientLog, CommandKind, CommandMade, Outcome};

/// A message of a contact, and whether we acknowledged it.
struct Heard<'a> {
    key: String,
    /// The page-scoped id; none for a widget, which is known by its keys.
    contact: Option<&'a str>,
    text: &'a str,
    acked: bool,
    times: u32,
    what: &'static str,
}

pub(super) fn check(court: &mut Court<'_>) {
    let evidence = court.evidence;
    for client in &evidence.clients {
        let heard: Vec<Heard<'_>> = heard_of(client).collect();
        for message in &heard {
            is_kept(court, message);
        }
        said_once(court, &heard);
        for (cid, command) in &client.commands {
            has_one_effect(court, cid, command);
        }
    }
}

fn heard_of(client: &ClientLog) -> impl Iterator<Item = Heard<'_>> {
    let posted = client.posted.iter().map(|(mid, posted)| Heard {
        key: format!("in:{mid}"),
        contact: Some(&posted.contact),
        text: &posted.text,
        acked: posted.acks > 0,
        times: posted.posts,
        what: "webhook",
    });
    let said = client.said.iter().map(|(id, said)| Heard {
        key: format!("in:{id}"),
        contact: None,
        text: &said.text,
        acked: said.acked.is_some(),
        times: said.sent,
        what: "web chat message",
    });
    posted.chain(said)
}

fn is_kept(court: &mut Court<'_>, message: &Heard<'_>) {
    let Some(place) = court.places(&message.key).first().copied() else {
        if message.acked {
            let sentence =
                format!("the acknowledged {} {} “{}” is not in the log", message.what, message.key, message.text);
            court.find("P3", message.contact.unwrap_or("?"), None, sentence);
        }
        return;
    };
    let conversation = court.conversation_at(place);
    if message.contact.is_some_and(|contact| contact != conversation.external_key) {
        let sentence = format!(
            "{} of {} is in the conversation of {}",
            message.key,
            message.contact.unwrap_or("?"),
            conversation.external_key
        );
        court.find("P4", &conversation.conversation, court.event_at(place).event.seq, sentence);
    }
    if court.count(&conversation.conversation, "contact_said", message.text) == 0 {
        let sentence = format!("{} is known, but nowhere does the contact say “{}”", message.key, message.text);
        court.find("P3", &conversation.conversation, court.event_at(place).event.seq, sentence);
    }
}

/// However often messages were posted, each is in the log at most once: counted by its words.
fn said_once(court: &mut Court<'_>, heard: &[Heard<'_>]) {
    let mut wanted: BTreeMap<(usize, &str), (usize, u32)> = BTreeMap::new();
    for message in heard {
        if let Some(place) = court.places(&message.key).first() {
            let entry = wanted.entry((place.conversation, message.text)).or_default();
            *entry = (entry.0 + 1, entry.1 + message.times);
        }
    }
    for ((conversation, text), (messages, times)) in wanted {
        let conversation = &court.evidence.store[conversation];
        let said = court.count(&conversation.conversation, "contact_said", text);
        if said > messages {
            let sentence =
                format!("“{text}” was {messages} message(s), sent {times} times, but is in the log {said} times");
            court.find("P4", &conversation.conversation, None, sentence);
        }
    }
}

fn has_one_effect(court: &mut Court<'_>, cid: &str, command: &CommandMade) {
    let places = court.places(&format!("cmd:{cid}"));
    let spoken = match command.kind {
        CommandKind::Reply => Some("agent_said"),
        CommandKind::Note => Some("note"),
        _ => None,
    };
    let times = spoken.map(|kind| court.count(&command.conversation, kind, &command.text));
    let name = format!("{:?} {cid}", command.kind);
    let (promise, conversation) = ("P5", command.conversation.as_str());
    if let Some(place) = places.iter().find(|place| court.conversation_at(**place).conversation != conversation) {
        let elsewhere = court.conversation_at(*place).conversation.clone();
        court.find(promise, conversation, None, format!("{name} had its effect in {elsewhere}"));
    }
    if times.is_some_and(|times| times > 1) {
        court.find(
            promise,
            conversation,
            None,
            format!("{name} “{}” is in the log {} times", command.text, times.unwrap_or(0)),
        );
    }
    match &command.outcome {
        Outcome::Unanswered => {}
        Outcome::Refused(code) => {
            if !places.is_empty() || times.is_some_and(|times| times > 0) {
                court.find(promise, conversation, None, format!("{name} was refused ({code}) and yet had an effect"));
            }
        }
        Outcome::Done(seq) => done(court, &name, command, *seq, &places, times),
    }
}

fn done(court: &mut Court<'_>, name: &str, command: &CommandMade, seq: u64, places: &[Place], times: Option<usize>) {
    let conversation = command.conversation.as_str();
    if places.is_empty() || times == Some(0) {
        return court.find(
            "P5",
            conversation,
            seq,
            format!("{name} “{}” was acknowledged and had no effect", command.text),
        );
    }
    let last = places.iter().map(|place| court.event_at(*place).event.seq).max().unwrap_or(0);
    if last > seq {
        court.find("P5", conversation, seq, format!("{name} was acknowledged with {seq}, but reaches to {last}"));
    }
}
