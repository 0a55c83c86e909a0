//! However WhatsApp dresses a message or a status, and whatever it adds to it, what we know of it comes through.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::adapters::channels::strange::{additions, id, with};
use crate::domain::command::Command;
use crate::domain::event::Receipt;
use crate::domain::message::{AttachmentKind, Heard};
use crate::domain::time::Timestamp;

const NUMBER: &str = "106540352242922";
const BASE: &str = "https://chat.example.org";

fn whole(value: &Json) -> Received {
    let account = AccountId::new("wa");
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": 1, "changes": [{"field": "messages", "value": value}]}]});
    let ours = Ours { base: BASE, numbers: vec![(NUMBER, &account)] };
    let received = read(&Bytes::from(body.to_string()), &ours);
    assert!(received.unread.is_empty() && received.strangers.is_empty(), "{body}: {received:?}");
    received
}

fn only(value: &Json) -> Inbound {
    let mut received = whole(value);
    assert_eq!(received.asks.len(), 1, "{received:?}");
    received.asks.remove(0)
}

fn value(more: serde_json::Map<String, Json>) -> Json {
    with(json!({"metadata": {"phone_number_id": NUMBER}}), more)
}

fn heard(command: Command) -> (Heard, Option<String>, Option<Timestamp>, Option<String>) {
    match command {
        Command::Hear { heard, provider_id, provider_at, name } => (heard, provider_id, provider_at, name),
        other => panic!("not heard: {other:?}"),
    }
}

/// What is written beside a message, and what of it is heard: its words, its tap, and its files.
fn content() -> impl Strategy<Value = (Json, Heard)> {
    let words = || "[^\0\\s][^\0]{0,79}";
    let text = words().prop_map(|text| (json!({"type": "text", "text": {"body": text}}), Heard::text(text)));
    let tap = (words(), "[a-z:]{1,60}", 0..3).prop_map(|(label, data, way)| {
        let tapped = json!({"id": data, "title": label, "description": null});
        let told = match way {
            0 => json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": tapped}}),
            1 => json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": tapped}}),
            _ => json!({"type": "button", "button": {"payload": data, "text": label}}),
        };
        (told, Heard::tap(data, label))
    });
    let kinds = [
        ("image", AttachmentKind::Image),
        ("sticker", AttachmentKind::Image),
        ("video", AttachmentKind::Video),
        ("audio", AttachmentKind::Audio),
        ("document", AttachmentKind::File),
    ];
    let file = (prop::sample::select(kinds.to_vec()), 1_u64..1 << 53, any::<bool>(), "[^\0]{0,60}", "[a-z .]{0,30}");
    let file = file.prop_map(|((name, kind), number, is_number, caption, filename)| {
        let id = if is_number { json!(number) } else { json!(number.to_string()) };
        let media = json!({"id": id, "mime_type": "x/y", "sha256": "b7M=", "caption": caption, "filename": filename});
        let url = format!("{BASE}/api/v1/files/wa/{number}");
        let attachments = vec![crate::domain::message::Attachment { kind, url, name: filename, bytes: None }];
        (json!({"type": name, name: media}), Heard { attachments, ..Heard::text(caption) })
    });
    prop_oneof![text, tap, file]
}

proptest! {
    #[test]
    fn no_known_field_of_a_message_is_lost(
        (number, phone) in id(),
        (user_id, user) in id(),
        hides in 0..3,
        (wamid, message_id) in id(),
        (told, expected) in content(),
        ad in prop::option::of("[0-9]{1,20}"),
        called in "[A-Za-z]{1,20}",
        at in 1_785_312_004_u64..1_885_312_004,
        more in prop::collection::vec(additions(), 4),
    ) {
        let [outer, inner, beside, reply] = &more[..] else { unreachable!() };
        // A number alone, Meta's id alone, or both.
        let (number, user_id) = (json!((hides != 1).then_some(number)), json!((hides != 2).then_some(user_id)));
        let moment = if at % 2 == 0 { json!(at) } else { json!(at.to_string()) };
        let mut message = with(told, inner.clone());
        for (name, value) in [("from", &number), ("from_user_id", &user_id), ("id", &wamid), ("timestamp", &moment)] {
            message[name] = value.clone();
        }
        message["context"] = json!(reply);
        message["referral"] = json!(ad.as_ref().map(|ad| json!({"source_id": ad, "source_type": "ad"})));
        let person = json!({"wa_id": number, "user_id": user_id, "profile": {"name": called}});
        let mut value = value(outer.clone());
        value["messages"] = json!([message]);
        value["contacts"] = json!([with(person, beside.clone())]);
        let mut received = whole(&value);

        let known: Vec<String> = received.known.iter().map(|(_, _, value)| value.clone()).collect();
        let wanted = (hides == 0 && phone != user).then(|| format!("+{phone}"));
        prop_assert_eq!(known, wanted.into_iter().collect::<Vec<_>>());
        let ask = received.asks.pop().expect("it is heard");
        prop_assert_eq!(&ask.contact.external_key, if hides == 2 { &phone } else { &user });
        prop_assert_eq!(ask.key, Some(format!("in:{message_id}")));
        let (heard, provider_id, provider_at, name) = heard(ask.command);
        prop_assert_eq!(heard, Heard { referral: ad, ..expected });
        prop_assert_eq!((provider_id, provider_at), (Some(message_id), Some(Timestamp(at * 1000))));
        prop_assert_eq!(name, Some(called));
    }

    #[test]
    fn no_known_field_of_a_status_is_lost(
        (wamid, message_id) in id(),
        (user_id, user) in id(),
        stands_beside in any::<bool>(),
        status in prop::sample::select(vec![("delivered", Receipt::Delivered), ("read", Receipt::Read), ("played", Receipt::Read)]),
        outer in additions(),
        inner in additions(),
    ) {
        let (status, receipt) = status;
        let mut one = with(json!({"id": wamid, "status": status, "timestamp": "1787204999"}), inner);
        let mut value = value(outer);
        if stands_beside {
            value["contacts"] = json!([{"user_id": user_id}]);
        } else {
            one["recipient_user_id"] = user_id;
        }
        value["statuses"] = json!([one]);
        let ask = only(&value);
        prop_assert_eq!(ask.contact.external_key, user);
        prop_assert_eq!(ask.command, Command::Acknowledge { receipt, provider_ids: vec![message_id], watermark: None });
    }
}
