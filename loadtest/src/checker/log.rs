//! P1: the log has no hole. P2: one voice, as far as the log shows it.

use super::{Court, StoredConversation};

pub(super) fn check(court: &mut Court<'_>) {
    let evidence = court.evidence;
    for conversation in &evidence.store {
        whole(court, conversation);
        one_voice(court, conversation);
    }
    once_each(court);
}

fn whole(court: &mut Court<'_>, conversation: &StoredConversation) {
    for (index, stored) in conversation.events.iter().enumerate() {
        let expected = index as u64 + 1;
        if stored.event.seq != expected {
            let sentence = format!("the log goes on with seq {} where {expected} belongs", stored.event.seq);
            return court.find("P1", &conversation.conversation, stored.event.seq, sentence);
        }
    }
}

fn one_voice(court: &mut Court<'_>, conversation: &StoredConversation) {
    let mut mode = Mode::Bot;
    for stored in &conversation.events {
        if stored.kind() == "bot_said" {
            let why = stored.event.str("why");
            let ladder = court.evidence.rules.ladder_whys.iter().any(|allowed| why.contains(allowed.as_str()));
            if !(mode == Mode::Bot || mode == Mode::Waiting && ladder) {
                let sentence = format!("the bot said “{}” ({why}) in mode {mode:?}", stored.event.text());
                court.find("P2", &conversation.conversation, stored.event.seq, sentence);
            }
        }
        mode = mode.after(stored.kind());
    }
}

/// One key, one command: its events are neighbours of one moment in one conversation.
fn once_each(court: &mut Court<'_>) {
    let doubled: Vec<_> = court
        .keys
        .iter()
        .filter(|(_, places)| !are_one_command(court, places))
        .map(|(key, places)| (*key, places.clone()))
        .collect();
    for (key, places) in doubled {
        let (first, last) = (places[0], places[places.len() - 1]);
        let promise = if key.starts_with("cmd:") { "P5" } else { "P4" };
        let other = court.conversation_at(last).conversation.clone();
        let sentence =
            format!("{key} was accepted more than once, again in {other} at {}", court.event_at(last).event.seq);
        let (conversation, seq) = (court.conversation_at(first).conversation.clone(), court.event_at(first).event.seq);
        court.find(promise, &conversation, seq, sentence);
    }
}

fn are_one_command(court: &Court<'_>, places: &[super::Place]) -> bool {
    places.windows(2).all(|pair| {
        let together = pair[0].conversation == pair[1].conversation && pair[0].event + 1 == pair[1].event;
        together && court.event_at(pair[0]).event.at == court.event_at(pair[1]).event.at
    })
}

/// Who may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Bot,
    Waiting,
    Human,
}

impl Mode {
    fn after(self, kind: &str) -> Self {
        match (kind, self) {
            ("hand_off", Mode::Bot) => Mode::Waiting,
            ("taken_over", _) => Mode::Human,
            ("given_back", _) => Mode::Bot,
            _ => self,
        }
    }
}
