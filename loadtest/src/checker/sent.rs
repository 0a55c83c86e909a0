//! P6: the provider gets each message at most once and in order. And the other half of P2: nothing of an older turn
//! goes out after a take over, nothing cancelled goes out at all.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::Value;

use super::{Court, Place, StoredConversation, StoredEvent};
use crate::provider::Arrival;

/// What the provider accepted, by metadata.
type Accepted<'a> = BTreeMap<String, Vec<&'a Arrival>>;

/// The states in which nothing more happens to a message by itself.
const FINAL: [&str; 6] = ["sent", "delivered", "read", "failed", "cancelled", "unknown"];

pub(super) fn check(court: &mut Court<'_>) {
    let messages = messages_of(&court.evidence.store);
    let mut accepted = Accepted::new();
    let mut by_recipient: BTreeMap<(&str, &str), Vec<(&Arrival, Place)>> = BTreeMap::new();
    for arrival in court.evidence.arrivals.iter().filter(|arrival| arrival.accepted && arrival.sender_action.is_none())
    {
        let Some(metadata) = arrival.metadata.as_deref() else {
            court.find("P6", &arrival.recipient, None, format!("arrival {} carries no metadata", arrival.number));
            continue;
        };
        accepted.entry(metadata.to_owned()).or_default().push(arrival);
        match messages.get(metadata).or_else(|| messages.get(whole_of(metadata))) {
            Some(place) => by_recipient.entry((&arrival.page, &arrival.recipient)).or_default().push((arrival, *place)),
            None => court.find(
                "P6",
                &arrival.recipient,
                None,
                format!("the provider got {metadata}, which the store does not know"),
            ),
        }
    }
    for (metadata, arrivals) in &accepted {
        at_most_once(court, metadata, arrivals, &messages);
    }
    for arrivals in by_recipient.values() {
        in_order(court, arrivals);
    }
    let evidence = court.evidence;
    for conversation in &evidence.store {
        outcomes(court, conversation, &accepted);
    }
}

fn messages_of(store: &[StoredConversation]) -> BTreeMap<&str, Place> {
    let mut messages = BTreeMap::new();
    for (conversation, stored) in store.iter().enumerate() {
        for (event, stored) in stored.events.iter().enumerate() {
            messages.extend(stored.delivery_ids().into_iter().map(|id| (id, Place { conversation, event })));
        }
    }
    messages
}

/// The id of the whole text of which this is a part: `<id>:<n>`.
fn whole_of(metadata: &str) -> &str {
    metadata.rsplit_once(':').map_or(metadata, |(whole, _)| whole)
}

fn at_most_once(court: &mut Court<'_>, metadata: &str, arrivals: &[&Arrival], messages: &BTreeMap<&str, Place>) {
    let place = messages.get(metadata).or_else(|| messages.get(whole_of(metadata)));
    let flagged = place.is_some_and(|place| court.event_at(*place).resent);
    if arrivals.len() > 1 && !flagged {
        let seq = place.map(|place| court.event_at(*place).event.seq);
        let conversation =
            place.map_or(arrivals[0].recipient.as_str(), |place| court.conversation_at(*place).conversation.as_str());
        let sentence = format!(
            "the contact got {metadata} “{}” {} times",
            arrivals[0].text.as_deref().unwrap_or(""),
            arrivals.len()
        );
        court.find("P6", conversation, seq, sentence);
    }
}

fn in_order(court: &mut Court<'_>, arrivals: &[(&Arrival, Place)]) {
    let firsts = arrivals.iter().filter(|(_, place)| !court.event_at(*place).resent);
    let seqs: Vec<(u64, Place)> = firsts.map(|(_, place)| (court.event_at(*place).event.seq, *place)).collect();
    for pair in seqs.windows(2) {
        if pair[1].0 < pair[0].0 {
            let conversation = &court.conversation_at(pair[1].1).conversation;
            court.find("P6", conversation, pair[1].0, format!("it reached the provider after {}", pair[0].0));
        }
    }
    for (arrival, place) in arrivals {
        let conversation = court.conversation_at(*place);
        if !conversation.external_key.is_empty() && conversation.external_key != arrival.recipient {
            let sentence = format!("it went to {} instead of {}", arrival.recipient, conversation.external_key);
            court.find("P6", &conversation.conversation, court.event_at(*place).event.seq, sentence);
        }
    }
}

/// What the log says became of each message, against what the provider saw.
fn outcomes(court: &mut Court<'_>, conversation: &StoredConversation, accepted: &Accepted<'_>) {
    let states = states_of(conversation);
    let rules = court.evidence.rules.clone();
    for stored in &conversation.events {
        let ids = stored.delivery_ids();
        if ids.is_empty() {
            continue;
        }
        let (seq, name) = (stored.event.seq, conversation.conversation.as_str());
        let arrivals: Vec<&&Arrival> = ids.iter().flat_map(|id| arrivals_of(accepted, id)).collect();
        let state = states.get(&seq).copied().unwrap_or("queued");
        if rules.settled && !FINAL.contains(&state) {
            court.find(
                "P6",
                name,
                seq,
                format!("“{}” is still {state} after everything came to rest", stored.event.text()),
            );
        }
        if state == "cancelled" && !arrivals.is_empty() {
            court.find("P2", name, seq, format!("“{}” was cancelled, but the contact got it", stored.event.text()));
        }
        if rules.arrivals_complete && matches!(state, "sent" | "delivered" | "read") && arrivals.is_empty() {
            court.find(
                "P6",
                name,
                seq,
                format!("“{}” is marked {state}, but the provider never got it", stored.event.text()),
            );
        }
        silent_after_take_over(court, conversation, stored, &arrivals, rules.in_flight_ms);
    }
}

/// The arrivals under an id and under the ids of its parts.
fn arrivals_of<'b, 'a>(accepted: &'b Accepted<'a>, id: &str) -> Vec<&'b &'a Arrival> {
    let first_part = format!("{id}:");
    let from = (Bound::Included(first_part.as_str()), Bound::Unbounded);
    let parts = accepted.range::<str, _>(from).take_while(|(metadata, _)| metadata.starts_with(&first_part));
    let parts = parts.flat_map(|(_, arrivals)| arrivals);
    accepted.get(id).into_iter().flatten().chain(parts).collect()
}

fn silent_after_take_over(
    court: &mut Court<'_>,
    conversation: &StoredConversation,
    stored: &StoredEvent,
    arrivals: &[&&Arrival],
    in_flight_ms: u64,
) {
    if stored.kind() != "bot_said" || stored.resent {
        return;
    }
    let later =
        conversation.events.iter().find(|later| later.event.seq > stored.event.seq && later.kind() == "taken_over");
    let Some(taken_over) = later else { return };
    if let Some(late) = arrivals.iter().find(|arrival| arrival.at > taken_over.event.at + in_flight_ms) {
        let after = late.at - taken_over.event.at;
        let sentence = format!(
            "the bot's “{}” went out {after} ms after the take over at {}",
            stored.event.text(),
            taken_over.event.seq
        );
        court.find("P2", &conversation.conversation, stored.event.seq, sentence);
    }
}

/// The last state the log tells of each message.
fn states_of(conversation: &StoredConversation) -> BTreeMap<u64, &str> {
    let mut states = BTreeMap::new();
    for told in conversation.events.iter().filter(|stored| stored.kind() == "delivery") {
        let of = told.event.fields.get("of").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
        states.extend(of.map(|seq| (seq, told.event.str("state"))));
    }
    states
}
