//! Sends by the Bot API. One message of ours is one call, unless its text is too long for one or something goes with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::DATA_BYTES_MAX;
use super::answer::interpret;
use super::call::{BadSettings, Caller, Settings};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::{buttons, outcome, split};
use crate::domain::abilities::Abilities;
use crate::domain::account::Channel;
use crate::domain::message::{Attachment, AttachmentKind, Choice, Line};
use crate::ports::channel::{Courtesy, Outgoing, Outlet, SendResult};

/// Told so often in a row to slow down, by whichever chats: it is meant for the whole bot.
const BUSY_IS_ALL: u32 = 2;

fn abilities() -> &'static Abilities {
    Channel::Telegram.abilities()
}

/// The way to the contacts of one bot.
#[derive(Debug)]
pub struct TelegramOutlet {
    bot: Arc<Bot>,
    sends_per_second: u32,
}

#[derive(Debug)]
struct Bot {
    caller: Caller,
    /// How often in a row we were told to slow down.
    busy: AtomicU32,
}

/// One call: the method, and what it takes beside the chat.
#[derive(Debug, PartialEq)]
struct Part {
    method: &'static str,
    body: Value,
}

impl TelegramOutlet {
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        let bot = Bot { caller: Caller::new(client, settings)?, busy: AtomicU32::new(0) };
        Ok(Self { bot: Arc::new(bot), sends_per_second: settings.sends_per_second })
    }
}

impl Outlet for TelegramOutlet {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult> {
        let bot = self.bot.clone();
        async move {
            let Some(chat) = number(&message.to) else {
                return SendResult::Permanent { reason: "the contact has no chat with the bot".into() };
            };
            let parts = parts(chat, &message.line);
            outcome::in_order(parts, |part| bot.clone().post(part).boxed()).await
        }
        .boxed()
    }

    fn calls(&self, line: &Line) -> u32 {
        split::calls(line, abilities().text)
    }

    fn sends_per_second(&self) -> u32 {
        self.sends_per_second
    }

    fn show(&self, to: &str, courtesy: Courtesy) -> Option<BoxFuture<'static, ()>> {
        // Telegram has nothing that a bot could show of having read.
        let chat = number(to).filter(|_| courtesy != Courtesy::Seen)?;
        let bot = self.bot.clone();
        Some(async move { bot.show(chat, courtesy).await }.boxed())
    }
}

/// Telegram wants its numbers as numbers.
fn number(id: &str) -> Option<i64> {
    id.parse().ok()
}

impl Bot {
    async fn post(self: Arc<Self>, Part { method, body }: Part) -> SendResult {
        let result = match self.caller.post(method, &body).await {
            Ok(answer) => interpret(answer.status, &answer.body),
            Err(why) => outcome::unanswered("Telegram", why),
        };
        outcome::without_secret(self.for_all_if_repeated(result), &self.caller.token)
    }

    fn for_all_if_repeated(&self, result: SendResult) -> SendResult {
        match result {
            SendResult::NotSent { after: Some(after), reason, .. } => {
                let account_wide = self.busy.fetch_add(1, Ordering::Relaxed) + 1 >= BUSY_IS_ALL;
                SendResult::NotSent { after: Some(after), account_wide, reason }
            }
            SendResult::Sent { .. } => {
                self.busy.store(0, Ordering::Relaxed);
                result
            }
            other => other,
        }
    }

    async fn show(&self, chat: i64, courtesy: Courtesy) {
        match courtesy {
            Courtesy::Seen | Courtesy::Read { .. } => {}
            Courtesy::Types => self.try_once("sendChatAction", json!({"chat_id": chat, "action": "typing"})).await,
            Courtesy::Tapped { tap, message } => {
                self.try_once("answerCallbackQuery", json!({"callback_query_id": tap})).await;
                if let Some(message) = message.as_deref().and_then(number) {
                    // Without its buttons.
                    let body = json!({"chat_id": chat, "message_id": message});
                    self.try_once("editMessageReplyMarkup", body).await;
                }
            }
        }
    }

    /// A tap that is too old to be answered, buttons that are gone already: nothing follows.
    async fn try_once(&self, method: &'static str, body: Value) {
        if let Err(refused) = self.caller.ask::<Value>(method, &body).await {
            tracing::debug!(method, code = refused.code, words = refused.words, "telegram refused a courtesy");
        }
    }
}

fn parts(chat: i64, line: &Line) -> Vec<Part> {
    let text = |text: String| Part { method: "sendMessage", body: json!({"chat_id": chat, "text": text}) };
    let mut parts: Vec<Part> = split::split(&line.text, abilities().text).into_iter().map(text).collect();
    parts.extend(line.attachment.as_ref().map(|attachment| attached(chat, attachment)));
    let rows = keyboard(&line.choices);
    if let Some(last) = parts.last_mut().filter(|_| !rows.is_empty()) {
        last.body["reply_markup"] = json!({"inline_keyboard": rows});
    }
    parts
}

fn attached(chat: i64, attachment: &Attachment) -> Part {
    let (method, field) = match attachment.kind {
        AttachmentKind::Image => ("sendPhoto", "photo"),
        AttachmentKind::Audio => ("sendAudio", "audio"),
        AttachmentKind::Video => ("sendVideo", "video"),
        AttachmentKind::File | AttachmentKind::Other => ("sendDocument", "document"),
    };
    Part { method, body: json!({"chat_id": chat, field: attachment.url}) }
}

/// A row for each choice, so that labels can be read on a phone.
fn keyboard(choices: &[Choice]) -> Vec<Value> {
    let menu = abilities().menu;
    if choices.len() > menu.options_max {
        tracing::warn!(choices = choices.len(), shown = menu.options_max, "telegram does not show all choices");
    }
    // A choice without words would make Telegram refuse the whole message.
    let shown = choices.iter().enumerate().filter(|(_, choice)| !choice.label.trim().is_empty());
    let button = |(place, choice): (usize, &Choice)| {
        let label = split::shorten(choice.label.trim(), menu.label_max);
        json!([{"text": label, "callback_data": buttons::data(place, &choice.id, DATA_BYTES_MAX)}])
    };
    shown.take(menu.options_max).map(button).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(ids: &[&str]) -> Vec<Choice> {
        let choice = |(number, id): (usize, &&str)| Choice { id: (*id).to_owned(), label: format!("Label {number}") };
        ids.iter().enumerate().map(choice).collect()
    }

    #[test]
    fn the_buttons_go_with_the_last_part() {
        let attachment = Attachment {
            kind: AttachmentKind::Image,
            url: "https://a.example/1".into(),
            name: "x".into(),
            bytes: None,
        };
        let line =
            Line { text: "a ".repeat(4000), choices: choices(&["one"]), attachment: Some(attachment), wanted: None };
        let parts = parts(7, &line);
        let methods: Vec<_> = parts.iter().map(|part| part.method).collect();
        assert_eq!(methods, ["sendMessage", "sendMessage", "sendPhoto"]);
        assert!(parts[..2].iter().all(|part| part.body.get("reply_markup").is_none()));
        let keyboard = &parts[2].body["reply_markup"]["inline_keyboard"];
        assert_eq!(*keyboard, json!([[{"text": "Label 0", "callback_data": "one"}]]));
        assert_eq!(parts[2].body["photo"], "https://a.example/1");
    }

    #[test]
    fn told_twice_to_slow_down_the_whole_bot_does() {
        let settings = Settings { token: "1:a".into(), api_base: "http://127.0.0.1:1".into(), sends_per_second: 30 };
        let client = Client::new(std::time::Duration::from_secs(1)).unwrap();
        let bot = TelegramOutlet::new(client, &settings).unwrap().bot;
        let busy = || SendResult::NotSent {
            after: Some(std::time::Duration::from_secs(3)),
            account_wide: false,
            reason: String::new(),
        };
        let wide = |result| matches!(bot.for_all_if_repeated(result), SendResult::NotSent { account_wide: true, .. });
        assert_eq!((wide(busy()), wide(busy()), wide(busy())), (false, true, true));
        assert!(!wide(SendResult::Sent { provider_id: "1".into() }));
        assert!(!wide(busy()));
    }
}
