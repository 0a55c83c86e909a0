//! What people do in their apps, posted as updates until they are taken.

use serde_json::{Value, json};

use super::{Call, Shared, State, Telegram};
use crate::fake::local_parts;
use crate::{clock, dice, http};

impl Telegram {
    /// A person writes; the id of the message.
    pub fn say(&self, person: i64, text: &str) -> i64 {
        self.shared.say(person, &json!({"text": text}))
    }

    /// A message with these fields in place of a text.
    pub fn send(&self, person: i64, content: &Value) -> i64 {
        self.shared.say(person, content)
    }

    /// A finger on this button of a message, so many times.
    pub fn tap(&self, person: i64, message: &Call, data: &str, times: usize) {
        for _ in 0..times {
            self.shared.tap(person, message, data);
        }
    }

    /// A person changes what they wrote.
    pub fn edit(&self, person: i64, message_id: i64, text: &str) {
        let now = clock::millis() / 1000;
        let edited = json!({"message_id": message_id, "date": now, "edit_date": now, "from": user(person),
            "chat": chat(person), "text": text});
        self.shared.post(person, "edited_message", edited);
    }

    pub fn react(&self, person: i64, message_id: i64, emoji: &str) {
        let reaction = json!({"chat": chat(person), "message_id": message_id, "user": user(person),
            "date": clock::millis() / 1000, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": emoji}]});
        self.shared.post(person, "message_reaction", reaction);
    }

    /// "Stop bot", or the button that takes it back.
    pub fn block(&self, person: i64, blocked: bool) {
        {
            let mut state = self.shared.state();
            if blocked {
                state.blocked.insert(person)
            } else {
                state.blocked.remove(&person)
            };
        }
        let member = |status: &str| json!({"status": status, "user": {"id": 99, "is_bot": true, "first_name": "Bot"}});
        let (old, new) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
        let update = json!({"date": clock::millis() / 1000, "chat": chat(person), "from": user(person),
            "old_chat_member": member(old), "new_chat_member": member(new)});
        self.shared.post(person, "my_chat_member", update);
    }

    /// Any update, as it stands but for its number; that is given back.
    pub fn post(&self, person: i64, kind: &str, what: Value) -> u64 {
        self.shared.post(person, kind, what)
    }

    /// Another copy of an update.
    pub fn post_again(&self, person: i64, number: u64, kind: &str, what: &Value) {
        self.shared.bring(person, &json!({"update_id": number, kind: what}));
    }
}

impl Shared {
    pub(super) fn say(&self, person: i64, content: &Value) -> i64 {
        let message_id = self.state().next_message(person);
        let mut message = json!({"message_id": message_id, "date": clock::millis() / 1000, "from": user(person),
            "chat": chat(person)});
        if let (Some(message), Some(content)) = (message.as_object_mut(), content.as_object()) {
            message.extend(content.clone());
        }
        self.post(person, "message", message);
        message_id
    }

    pub(super) fn tap(&self, person: i64, message: &Call, data: &str) {
        let tap = dice::new_id();
        self.state().spinning.insert(tap.clone());
        let callback = json!({"id": tap, "chat_instance": "-3458220987123", "from": user(person), "data": data,
            "message": {"message_id": message.message_id, "date": message.at / 1000, "chat": chat(person),
                "text": message.text(), "reply_markup": message.body["reply_markup"]}});
        self.post(person, "callback_query", callback);
    }

    pub(super) fn post(&self, person: i64, kind: &str, what: Value) -> u64 {
        let number = {
            let mut state = self.state();
            state.updates += 1;
            733_912_000 + state.updates
        };
        self.bring(person, &json!({"update_id": number, kind: what}));
        number
    }

    /// Nothing is brought to who has entered no address, or does not want this kind.
    fn bring(&self, person: i64, update: &Value) {
        let Some(webhook) = self.state().webhook.clone() else { return };
        if !webhook.wanted.iter().any(|kind| update.get(kind).is_some()) {
            return;
        }
        let Ok((host, target)) = local_parts(&webhook.url) else { return };
        let headers =
            [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", webhook.secret.as_str())];
        let request = http::request("POST", host, target, &headers, update.to_string().as_bytes());
        self.desk.push(&person.to_string(), host, request);
    }
}

impl State {
    /// People's messages and the bot's are numbered together, chat by chat.
    pub(super) fn next_message(&mut self, person: i64) -> i64 {
        let last = self.messages.entry(person).or_insert(400);
        *last += 1;
        *last
    }
}

pub(super) fn user(person: i64) -> Value {
    json!({"id": person, "is_bot": false, "first_name": "Ana", "last_name": "Lima", "language_code": "pt-br"})
}

pub(super) fn chat(person: i64) -> Value {
    json!({"id": person, "type": "private", "first_name": "Ana"})
}
