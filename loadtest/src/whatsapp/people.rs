//! What people do in their apps, posted as webhooks until they are taken.

use serde_json::{Value, json};

use super::{Call, DAY_MS, PATH, Person, Shared, WhatsApp};
use crate::messenger::SIGNATURE;
use crate::{clock, dice, http};

/// Of how many messages it is known who wrote them.
const HEARD_MAX: usize = 100;

impl WhatsApp {
    /// A person as the fake knows them: by number, by the business's own id for them, or by both.
    pub fn meet(&self, number: Option<&str>, user: Option<&str>) {
        let (number, user) = (number.map(str::to_owned), user.map(str::to_owned));
        self.shared.state().people.push(Person { number, user, ..Person::default() });
    }

    /// A person writes; the id of the message. Who was never met has a number, and no other name.
    pub fn say(&self, person: &str, text: &str) -> String {
        self.send(person, &json!({"type": "text", "text": {"body": text}}))
    }

    /// A message with this content.
    pub fn send(&self, person: &str, content: &Value) -> String {
        self.shared.say(person, content)
    }

    /// A finger on the button, or the row, with this id.
    pub fn tap(&self, person: &str, menu: &Call, id: &str) -> String {
        self.shared.tap(person, menu, id)
    }

    /// Any webhook about a person, in the field it comes in, signed.
    pub fn tell(&self, person: &str, field: &str, value: Value) {
        let known = self.shared.person(person);
        self.shared.tell(&known, field, value);
    }

    /// The value of a webhook with these messages, without sending it.
    pub fn value(&self, person: &str, messages: &[Value]) -> Value {
        json!({"contacts": [card(&self.shared.person(person))], "messages": messages})
    }

    /// So many milliseconds have passed since they wrote.
    pub fn silence(&self, person: &str, millis: u64) {
        self.shared.with(person, |person| {
            person.heard_at = person.heard_at.map(|at| at.saturating_sub(millis));
        });
    }

    /// The day is over in which they may be written to.
    pub fn silence_for_a_day(&self, person: &str) {
        self.silence(person, DAY_MS + 60_000);
    }

    /// Messages to them are taken, and come to nothing.
    pub fn lose(&self, person: &str, lost: bool) {
        self.shared.with(person, |person| person.unreachable = lost);
    }
}

impl Person {
    fn is(&self, name: &str) -> bool {
        self.number.as_deref() == Some(name) || self.user.as_deref() == Some(name)
    }
}

impl Shared {
    fn person(&self, name: &str) -> Person {
        self.with(name, |person| person.clone())
    }

    fn with<T>(&self, name: &str, act: impl FnOnce(&mut Person) -> T) -> T {
        let mut state = self.state();
        let place = state.people.iter().position(|person| person.is(name)).unwrap_or_else(|| {
            state.people.push(Person { number: Some(name.to_owned()), ..Person::default() });
            state.people.len() - 1
        });
        act(&mut state.people[place])
    }

    pub(super) fn say(&self, name: &str, content: &Value) -> String {
        let id = format!("wamid.{}", dice::new_id());
        let person = self.with(name, |person| {
            person.heard_at = Some(clock::millis());
            if person.heard.len() >= HEARD_MAX {
                person.heard.remove(0);
            }
            person.heard.push(id.clone());
            person.clone()
        });
        let mut message = json!({"id": id, "timestamp": (clock::millis() / 1000).to_string()});
        if let Some(number) = &person.number {
            message["from"] = json!(number);
        }
        if let Some(user) = &person.user {
            message["from_user_id"] = json!(user);
        }
        if let (Some(message), Some(content)) = (message.as_object_mut(), content.as_object()) {
            message.extend(content.clone());
        }
        self.tell(&person, "messages", json!({"contacts": [card(&person)], "messages": [message]}));
        id
    }

    pub(super) fn tap(&self, name: &str, menu: &Call, id: &str) -> String {
        let title = menu.buttons().into_iter().find(|(_, its)| its == id).map(|(title, _)| title).unwrap_or_default();
        let kind = if menu.body["interactive"]["type"] == "list" { "list_reply" } else { "button_reply" };
        let context = json!({"from": self.settings.phone_number_id, "id": menu.message_id});
        let interactive = json!({"type": kind, kind: {"id": id, "title": title}});
        self.say(name, &json!({"type": "interactive", "interactive": interactive, "context": context}))
    }

    /// As Meta writes it: letters outside ASCII are escaped, and the very bytes are signed.
    pub(super) fn tell(&self, person: &Person, field: &str, mut value: Value) {
        let Some(product) = self.state().webhook else { return };
        value["messaging_product"] = json!("whatsapp");
        value["metadata"] =
            json!({"display_phone_number": "15550783881", "phone_number_id": self.settings.phone_number_id});
        let body = json!({"object": "whatsapp_business_account",
            "entry": [{"id": "102290129340398", "changes": [{"field": field, "value": value}]}]});
        let body = escaped(&body.to_string());
        let signature = self.page.sign(body.as_bytes());
        let headers = [("content-type", "application/json"), (SIGNATURE, signature.as_str())];
        let request = http::request("POST", product, PATH, &headers, body.as_bytes());
        let name = person.user.as_deref().or(person.number.as_deref()).unwrap_or_default();
        self.desk.push(name, product, request);
    }
}

fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::with_capacity(json.len()), |mut escaped, letter| {
        match letter.is_ascii() {
            true => escaped.push(letter),
            false => {
                letter.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")))
            }
        }
        escaped
    })
}

fn card(person: &Person) -> Value {
    let mut card = json!({"profile": {"name": "Ana Lima"}});
    if let Some(number) = &person.number {
        card["wa_id"] = json!(number);
    }
    if let Some(user) = &person.user {
        card["user_id"] = json!(user);
    }
    card
}
