//! Everything that was ever said, as JSON: a line for each conversation.
//!
//! Events look as they do to a console, with what only the store knows: the key of the command (`dedupe`), the name under
//! which a message goes to its provider (`delivery`), and whether it may have been sent twice (`resent`).

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use switchboard::adapters::{postgres, sqlite};
use switchboard::config::{Config, Database};
use switchboard::domain::account::Channel;
use switchboard::domain::event::Event;
use switchboard::domain::ids::{DeliveryId, Seq};
use switchboard::ports::dumped::{DumpedConversation, DumpedEvent};
use switchboard::wire::event::EventView;
use switchboard::wire::view;
use tokio::runtime::Runtime;

#[derive(Serialize)]
struct Conversation<'a> {
    conversation: String,
    account: &'a str,
    external_key: &'a str,
    events: Vec<Logged<'a>>,
}

#[derive(Serialize)]
struct Logged<'a> {
    #[serde(flatten)]
    event: EventView,
    #[serde(skip_serializing_if = "Option::is_none")]
    dedupe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resent: bool,
}

/// Writes the installation's database to `out`; it may be in use.
pub fn dump(config: &Config, runtime: &Runtime, mut out: impl Write) -> anyhow::Result<()> {
    let mut written = Ok(());
    let each = |conversation| {
        if written.is_ok() {
            written = write_line(&conversation, &mut out);
        }
    };
    match &config.database {
        Database::Embedded => sqlite::dump(&config.data_dir, each)?,
        Database::Postgres(url) => runtime.block_on(postgres::dump(&postgres::Address::parse(url.expose())?, each))?,
    }
    // A reader that has seen enough, such as `head`, is no failure.
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn write_line(dumped: &DumpedConversation, out: &mut impl Write) -> io::Result<()> {
    let contact = &dumped.contact;
    let tracked = dumped.channel.is_some_and(Channel::has_deliveries);
    let resent: BTreeSet<Seq> = dumped.events.iter().filter_map(|event| sent_again(&event.logged.event)).collect();
    let events = dumped.events.iter().map(|DumpedEvent { logged, key }| {
        let goes_out = tracked && matches!(logged.event, Event::BotSaid { .. } | Event::AgentSaid { .. });
        let id = DeliveryId { conversation: contact.conversation, seq: logged.seq };
        Logged {
            event: view::event(logged.seq, logged.at, &logged.event),
            dedupe: key.as_deref(),
            delivery: goes_out.then(|| id.to_string()),
            resent: resent.contains(&logged.seq),
        }
    });
    let line = Conversation {
        conversation: contact.conversation.to_string(),
        account: contact.account.as_str(),
        external_key: &contact.external_key,
        events: events.collect(),
    };
    serde_json::to_writer(&mut *out, &line).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The message that this event sends once more although an earlier try may have arrived.
fn sent_again(event: &Event) -> Option<Seq> {
    match event {
        Event::SendingAgain { of, .. } => Some(*of),
        Event::Uncertain { of, again_at: Some(_), .. } => Some(*of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use switchboard::domain::event::{Origin, Place, Why};
    use switchboard::domain::ids::AccountId;
    use switchboard::domain::message::Line;
    use switchboard::domain::time::Timestamp;
    use switchboard::ports::store::{Contact, LoggedEvent};

    use super::*;

    fn dumped(channel: Channel) -> Value {
        let said = Event::BotSaid {
            line: Line::text("hello"),
            why: Why::NoAnswer,
            from: Origin::default(),
            then: Place::Idle,
            turn: 0,
        };
        let again = Event::Uncertain { of: 1, again_at: Some(Timestamp(9)), reason: "no answer".into() };
        let logged = |seq, event| LoggedEvent { seq, at: Timestamp(seq), event };
        let events = vec![
            DumpedEvent { logged: logged(1, said), key: Some("in:m_1".into()) },
            DumpedEvent { logged: logged(2, again), key: None },
        ];
        let contact = Contact::of(&AccountId::new("page"), "7");
        let mut line = Vec::new();
        write_line(&DumpedConversation { contact, channel: Some(channel), events }, &mut line).expect("written");
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&line).expect("a line of JSON")
    }

    #[test]
    fn a_message_carries_its_key_its_name_outside_and_whether_it_went_twice() {
        let line = dumped(Channel::Messenger);
        let id = Contact::of(&AccountId::new("page"), "7").conversation;
        assert_eq!((&line["account"], &line["external_key"]), (&json!("page"), &json!("7")));
        let event = &line["events"][0];
        assert_eq!(
            (&event["seq"], &event["kind"], &event["dedupe"]),
            (&json!(1), &json!("bot_said"), &json!("in:m_1"))
        );
        assert_eq!(event["delivery"], DeliveryId { conversation: id, seq: 1 }.to_string());
        assert_eq!(event["resent"], json!(true));
        assert_eq!(line["events"][1]["delivery"], Value::Null);
    }

    #[test]
    fn a_message_of_a_web_chat_has_no_delivery() {
        assert_eq!(dumped(Channel::Webchat)["events"][0]["delivery"], Value::Null);
    }
}
