//! What the stories are told with.

use loadtest::clients::{Event, WebchatClient};
use serde_json::Value;
use switchboard::domain::ids::{BotId, BotVersion};
use switchboard::ports::bots::{Bots, Deed, Publish, Publishing};
use switchboard::ports::clock::{Clock, SystemClock};

use crate::support::installation::{Installation, SOON};

pub const INSURE: &str = "With pleasure. What would you like to insure: a home, a car or a boat?";
pub const EMAIL: &str = "Thank you. Which e-mail address may we send the quote to?";
pub const DONE: &str = "Thank you, that is all we need. Your quote will be in your inbox within one working day.";
pub const NEW_INSURE: &str = "Which boat would you like to insure?";

pub fn harbor() -> BotId {
    BotId::new("harbor")
}

/// The sample bot, with another first question of its quote.
pub fn another(question: &str) -> String {
    include_str!("../../../bots/harbor.json").replace(INSURE, question)
}

/// The document in the installation's file.
pub fn write_file(installation: &Installation, document: &str) {
    std::fs::write(installation.dir.path().join("bots/harbor.json"), document).expect("a bot");
}

/// Which version answers.
pub async fn answering(bots: &dyn Bots) -> u32 {
    let published = bots.published().await.expect("reads");
    published.iter().find(|found| found.version.bot == harbor()).map_or(0, |found| found.version.number)
}

/// Publishes as somebody does who knows what answers now.
pub async fn publish(bots: &dyn Bots, document: &str) -> BotVersion {
    let deed = Deed { by: "Ana".to_owned(), at: SystemClock.now(), note: String::new() };
    let what = Publish::Document(document.to_owned());
    match bots.publish(harbor(), answering(bots).await, what, deed, None).await.expect("answers") {
        Publishing::Done(version) => version,
        refused => panic!("{refused:?}"),
    }
}

/// Says it, and hears this of the bot.
pub async fn asks(visitor: &mut WebchatClient, words: &str, answer: &str) {
    visitor.say(words).await.expect("said");
    let heard = visitor.until_event(SOON, |event| event.kind == "bot_said" && text(event) == answer).await;
    heard.unwrap_or_else(|error| panic!("“{words}” was not answered by “{answer}”: {error:#}"));
}

pub fn text(event: &Event) -> &str {
    event.fields.get("text").and_then(Value::as_str).unwrap_or_default()
}
