//! P8: what a reader received is the log, each event once, in order; or it was told to start afresh.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Court, StoredConversation};
use crate::clients::{ClientLog, Event, Reader, Step};

pub(super) fn check(court: &mut Court<'_>) {
    let evidence = court.evidence;
    for client in &evidence.clients {
        for reader in &client.received {
            match &reader.conversation {
                Some(id) => match evidence.store.iter().find(|stored| stored.conversation == *id) {
                    Some(stored) => screen(court, reader, stored),
                    None => court.find(
                        "P8",
                        id,
                        None,
                        format!("{} was shown a conversation that is not in the store", reader.reader),
                    ),
                },
                None => {
                    if let Some(stored) = conversation_of(court, client, &reader.reader) {
                        widget(court, reader, stored);
                    }
                }
            }
        }
    }
}

/// How many events readers received.
pub(super) fn count(clients: &[ClientLog]) -> usize {
    let steps = clients.iter().flat_map(|client| &client.received).flat_map(|reader| &reader.steps);
    steps.map(|step| events_of(step).len()).sum()
}

fn events_of(step: &Step) -> &[Event] {
    match step {
        Step::Events { events, .. } | Step::Reset { events, .. } => events,
        Step::Fresh => &[],
    }
}

/// A widget's conversation is where its messages are.
fn conversation_of<'e>(court: &Court<'e>, client: &ClientLog, reader: &str) -> Option<&'e StoredConversation> {
    let mine = client.said.iter().filter(|(_, said)| said.reader == reader);
    let place = mine.flat_map(|(id, _)| court.places(&format!("in:{id}"))).next()?;
    Some(court.conversation_at(place))
}

/// A console sees every event.
fn screen(court: &mut Court<'_>, reader: &Reader, stored: &StoredConversation) {
    let mut last: Option<u64> = None;
    for step in &reader.steps {
        let expected = match (step, last) {
            (Step::Fresh, _) => None,
            (Step::Events { .. }, Some(last)) => Some(last + 1),
            (Step::Events { .. }, None) => Some(1),
            (Step::Reset { events, .. }, _) => events.first().map(|event| event.seq),
        };
        let mut next = expected.unwrap_or(1);
        for event in events_of(step) {
            if event.seq != next {
                let sentence = format!("{} was shown {} where {next} belongs", reader.reader, event.seq);
                return court.find("P8", &stored.conversation, event.seq, sentence);
            }
            if !is_in_the_log(event, stored) {
                let sentence = format!(
                    "{} was shown {} {:?}, which the log tells otherwise",
                    reader.reader, event.kind, event.fields
                );
                court.find("P8", &stored.conversation, event.seq, sentence);
            }
            next += 1;
        }
        last = match step {
            Step::Fresh => None,
            Step::Events { events, .. } | Step::Reset { events, .. } if events.is_empty() => last,
            _ => Some(next - 1),
        };
    }
    let end = stored.events.last().map(|stored| stored.event.seq);
    if court.evidence.rules.caught_up && last != end && !reader.steps.is_empty() {
        let sentence = format!("{} stands at {last:?} at the end, the log at {end:?}", reader.reader);
        court.find("P8", &stored.conversation, end, sentence);
    }
}

fn is_in_the_log(shown: &Event, stored: &StoredConversation) -> bool {
    let Some(logged) = stored.events.get(shown.seq as usize - 1).filter(|logged| logged.event.seq == shown.seq) else {
        return false;
    };
    let differs = |(name, value): (&String, &Value)| logged.event.fields.get(name).is_some_and(|known| known != value);
    logged.event.kind == shown.kind && logged.event.at == shown.at && !shown.fields.iter().any(differs)
}

/// A widget sees what was said, under the visitor's names for it.
fn widget(court: &mut Court<'_>, reader: &Reader, stored: &StoredConversation) {
    // What has been shown without a gap: after `from`, up to `upto`.
    let (mut from, mut upto, mut shown) = (0, 0, Vec::new());
    for step in &reader.steps {
        match step {
            Step::Fresh => (from, upto, shown) = (0, 0, Vec::new()),
            Step::Events { upto: end, events } => {
                if let Some(event) = events.iter().find(|event| event.seq <= upto || event.seq > *end) {
                    let sentence = format!("{} was shown {} in a frame from {upto} to {end}", reader.reader, event.seq);
                    return court.find("P8", &stored.conversation, event.seq, sentence);
                }
                shown.extend(events);
                upto = *end;
            }
            Step::Reset { upto: end, events } => {
                from = events.first().map_or(*end, |event| event.seq - 1);
                shown = events.iter().collect();
                upto = *end;
            }
        }
    }
    if let Some(pair) = shown.windows(2).find(|pair| pair[1].seq < pair[0].seq) {
        let sentence = format!("{} was shown {} before {}", reader.reader, pair[0].seq, pair[1].seq);
        return court.find("P8", &stored.conversation, pair[1].seq, sentence);
    }
    if court.evidence.rules.caught_up {
        upto = upto.max(stored.events.last().map_or(0, |stored| stored.event.seq));
    }
    let mut by_seq: BTreeMap<u64, Vec<&Event>> = BTreeMap::new();
    for event in shown {
        by_seq.entry(event.seq).or_default().push(event);
    }
    for logged in &stored.events {
        let Some(kind) = for_visitors(&logged.event.kind) else { continue };
        let seq = logged.event.seq;
        let there = by_seq.get(&seq).into_iter().flatten();
        let same = there.filter(|event| event.kind == kind && event.text() == logged.event.text()).count();
        if seq > from && seq <= upto && same != 1 {
            let sentence = format!("{} was shown “{}” {same} times", reader.reader, logged.event.text());
            court.find("P8", &stored.conversation, seq, sentence);
        }
    }
}

/// What a visitor's widget calls the events that say something.
fn for_visitors(kind: &str) -> Option<&'static str> {
    match kind {
        "contact_said" => Some("i_said"),
        "bot_said" => Some("bot_said"),
        "agent_said" | "outside_said" => Some("person_said"),
        _ => None,
    }
}
