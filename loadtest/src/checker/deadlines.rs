//! P9: a pause ends by itself once, not early, not much too late, and not at all when it was moved or ended before.

use super::{Court, StoredConversation};

pub(super) fn check(court: &mut Court<'_>) {
    let evidence = court.evidence;
    let events = evidence.store.iter().flat_map(|conversation| &conversation.events);
    let last = events.map(|stored| stored.event.at).max().unwrap_or_default();
    for conversation in &evidence.store {
        pauses(court, conversation, last);
    }
}

/// The bot's silence, as the log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    None,
    /// Until somebody gives back.
    Open,
    Until(u64),
}

fn pauses(court: &mut Court<'_>, conversation: &StoredConversation, last: u64) {
    let mut pause = Pause::None;
    for stored in &conversation.events {
        let until = stored.event.fields.get("until").and_then(serde_json::Value::as_u64);
        match stored.kind() {
            "taken_over" => pause = until.map_or(Pause::Open, Pause::Until),
            "pause_moved" => pause = until.map_or(Pause::Open, Pause::Until),
            "pause_ending" if pause != until.map_or(Pause::Open, Pause::Until) => {
                let sentence = format!("the end of a pause was announced for {until:?}, but it is {pause:?}");
                court.find("P9", &conversation.conversation, stored.event.seq, sentence);
            }
            "given_back" => {
                if stored.event.str("why") == "pause_ended" {
                    ended(court, conversation, stored.event.seq, stored.event.at, pause);
                }
                pause = Pause::None;
            }
            _ => {}
        }
    }
    let rules = &court.evidence.rules;
    if let Pause::Until(until) = pause
        && rules.settled
        && until + rules.deadline_late_ms < last
    {
        let sentence = format!("a pause that was to end at {until} still stood {} ms later", last - until);
        court.find("P9", &conversation.conversation, None, sentence);
    }
}

fn ended(court: &mut Court<'_>, conversation: &StoredConversation, seq: u64, at: u64, pause: Pause) {
    let late_max = court.evidence.rules.deadline_late_ms;
    let sentence = match pause {
        Pause::Until(until) if at < until => format!("a pause ended {} ms early", until - at),
        Pause::Until(until) if at - until > late_max => format!("a pause ended {} ms late", at - until),
        Pause::Until(_) => return,
        Pause::Open => "a pause ended by itself that had no end".to_owned(),
        Pause::None => "a pause ended that had ended before".to_owned(),
    };
    court.find("P9", &conversation.conversation, seq, sentence);
}

/// How many pauses ended by themselves.
pub(super) fn count(store: &[StoredConversation]) -> usize {
    let events = store.iter().flat_map(|conversation| &conversation.events);
    events.filter(|stored| stored.kind() == "given_back" && stored.event.str("why") == "pause_ended").count()
}
