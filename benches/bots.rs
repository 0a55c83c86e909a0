//! How long a bot takes over one message: `cargo bench --bench bots`.
//!
//! Ten thousand keywords over a message of two thousand characters, in which some are found and some are mistyped; and
//! all that a small bot decides about a short message.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use switchboard::bots::load_file;
use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::bot::fold::Said;
use switchboard::domain::bot::matching::Matcher;
use switchboard::domain::bot::triggers::{Action, Keyword, Kind, On, Trigger};
use switchboard::domain::command::Command;
use switchboard::domain::conversation::Conversation;
use switchboard::domain::ids::{AccountId, ConversationId};
use switchboard::domain::message::Heard;
use switchboard::domain::state::State;
use switchboard::domain::time::Timestamp;
use tokio::time::Instant;

const KEYWORDS: usize = 10_000;
const MESSAGE_CHARS: usize = 2_000;
const LIMIT: Duration = Duration::from_millis(1);

fn main() {
    for (name, typos) in [("as written", false), ("with typos forgiven", true)] {
        let matcher = Matcher::new(&triggers(typos));
        for (script, message) in [("ascii", message("word")), ("accents", message("wörd"))] {
            let took = measure(2_000, || {
                black_box(matcher.find(&Said::new(black_box(&message))).best());
            });
            println!("{KEYWORDS} keywords, {MESSAGE_CHARS} characters, {script}, {name}: {took:?}");
            assert!(took < LIMIT, "longer than {LIMIT:?}");
        }
    }
    for text in ["hours", "good evening", "I had an accident", "what is the meaning of all this?"] {
        let conversation = harbor();
        let took = measure(20_000, || {
            let heard = Heard::text(black_box(text));
            let hear = Command::Hear { heard, provider_id: None, provider_at: None, name: None };
            black_box(conversation.decide(Timestamp(1_772_618_400_000), hear)).expect("an answer");
        });
        println!("the insurer hears “{text}”: {took:?}");
    }
}

fn triggers(typos: bool) -> Vec<Trigger> {
    let keyword =
        |number: usize| Keyword { word: format!("keyword{number} of{}", number % 7), kind: Kind::Word, typos };
    let action = Action::Go("somewhere".into());
    let trigger =
        |first: usize| Trigger::new("t", On::Keywords((first..first + 10).map(keyword).collect()), action.clone());
    (0..KEYWORDS).step_by(10).map(trigger).collect()
}

/// Words, among them keywords and nearly keywords.
fn message(word: &str) -> String {
    let words = (0..).map(|number| match number % 9 {
        3 => format!("keyword{} of{} ", number * 37 % KEYWORDS, number * 37 % KEYWORDS % 7),
        6 => format!("keyw0rd{} ", number * 91 % KEYWORDS),
        _ => format!("{word}{number} "),
    });
    let mut message = String::new();
    for word in words {
        message.push_str(&word);
        if message.chars().count() >= MESSAGE_CHARS {
            return message.chars().take(MESSAGE_CHARS).collect();
        }
    }
    message
}

fn harbor() -> Conversation {
    let bot = load_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("bots/harbor.json")).expect("the sample");
    let id = AccountId::new("page");
    let account = Account {
        id: id.clone(),
        channel: Channel::Messenger,
        name: "Page".into(),
        bot: bot.id.clone(),
        templates: Vec::new(),
        uncertain: WhenUncertain::Resend,
    };
    Conversation::new(ConversationId::of(&id, "7"), Arc::new(account), Arc::new(bot), State::default())
}

/// What one of many rounds takes: the median of ten stretches.
fn measure(rounds: u32, mut act: impl FnMut()) -> Duration {
    let mut stretches: Vec<Duration> = (0..10)
        .map(|_| {
            let start = Instant::now();
            (0..rounds / 10).for_each(|_| act());
            start.elapsed() / (rounds / 10)
        })
        .collect();
    stretches.sort();
    stretches[stretches.len() / 2]
}
