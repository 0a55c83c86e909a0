//! A list row, and what the bot does next.

use std::fs;
use std::path::Path;

use super::*;
use crate::domain::next::Does;

pub(super) fn sample_summary() -> Summary {
    Summary {
        conversation: ConversationId(Uuid::from_u128(8)),
        account: AccountId::new("page"),
        channel: Channel::Messenger,
        bot: BotId::new("help"),
        name: "Zoë".to_owned(),
        seq: 9,
        turn: 2,
        mode: ModeSummary::Human { by: Speaker::Outside, until: Some(Timestamp(8)) },
        since: Timestamp(4),
        wanted: Some((Reason::Urgent, "accident".to_owned())),
        next: Does::InWords.of("answers as if new"),
        unanswered: 2,
        called: false,
        last: Some(LastWords { text: "help".to_owned(), by: Voice::Contact, at: Timestamp(6) }),
        trouble: false,
        hot: false,
        rungs: 0,
        labels: Vec::new(),
        window: None,
        assigned: Default::default(),
        status: Status::Open,
        priority: Priority::None,
        blocked: false,
        opted_out: false,
        written: Written::default(),
    }
}

pub(super) fn samples() -> Vec<Vec<u8>> {
    let nexts = [Does::AsksAgain.of("At what hour: 9:00?"), Does::AwaitsMessage.of("")];
    let nexts = nexts.map(|next| Summary { next, ..sample_summary() });
    nexts.iter().chain([&Summary { opted_out: true, ..sample_summary() }]).map(write_summary).collect()
}

#[test]
fn what_the_bot_does_next_has_words_in_every_language_of_the_console() {
    let languages = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/console/src/language");
    for language in ["ar", "de", "en", "es", "fr", "ja", "pt"] {
        let words = fs::read_to_string(languages.join(format!("{language}.ts"))).expect("a language");
        for does in Does::ALL {
            assert!(words.contains(&format!("\n  next_{}: ", does.as_str())), "{language} has no words for {does:?}");
        }
    }
}
