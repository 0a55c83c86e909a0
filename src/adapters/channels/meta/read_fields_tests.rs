//! However Meta dresses an event, and whatever it adds to it, what we know of it comes through.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::adapters::channels::strange::{additions, id, with};

const PAGE: &str = "102938475610293";

fn only(event: &Value) -> Inbound {
    let body = json!({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [event]}]}).to_string();
    let mut batch = read(body.as_bytes()).expect("a webhook");
    assert_eq!((batch.inbound.len(), &batch.unknown[..]), (1, &[][..]), "{body}");
    batch.inbound.remove(0)
}

proptest! {
    #[test]
    fn no_known_field_of_a_message_is_lost(
        (psid, who) in id(),
        (mid, name) in id(),
        text in prop::option::of("[^\0]{1,80}"),
        payload in prop::option::of("[^\0]{1,80}"),
        word in prop::option::of("[A-Za-z0-9_=-]{1,40}"),
        pictures in prop::collection::btree_set("https://[a-z]{1,9}\\.example/[a-z0-9]{1,9}", 0..6),
        at in prop_oneof![1_785_312_004_871_u64..1_885_312_004_871, 1_785_312_004_u64..1_885_312_004],
        more in prop::collection::vec(additions(), 4),
    ) {
        let [outer, inner, attached, reply] = &more[..] else { unreachable!() };
        let mut message = with(json!({"mid": mid}), inner.clone());
        if let Some(text) = &text {
            message["text"] = json!(text);
        }
        if let Some(payload) = &payload {
            message["quick_reply"] = with(json!({"payload": payload}), reply.clone());
        }
        if let Some(word) = &word {
            message["referral"] = json!({"ref": word, "source": "SHORTLINK"});
        }
        let picture = |url: &String| with(json!({"type": "image", "payload": {"url": url}}), attached.clone());
        message["attachments"] = pictures.iter().map(picture).collect();
        let moment = if at % 2 == 0 { json!(at) } else { json!(at.to_string()) };
        let event = json!({"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": moment, "message": message});
        let inbound = only(&with(event, outer.clone()));

        prop_assert_eq!((&inbound.line_id[..], inbound.person_id), (PAGE, who));
        prop_assert_eq!(inbound.key, Some(format!("in:{name}")));
        let Command::Hear { heard, provider_id, provider_at, .. } = inbound.command else { panic!("not heard") };
        prop_assert_eq!(provider_id, Some(name));
        prop_assert_eq!(provider_at, Some(Timestamp(if at < 100_000_000_000 { at * 1000 } else { at })));
        prop_assert_eq!((heard.text, heard.tap, heard.referral), (text.unwrap_or_default(), payload, word));
        let urls: Vec<String> = heard.attachments.into_iter().map(|attached| attached.url).collect();
        prop_assert_eq!(urls, pictures.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn no_known_field_of_a_receipt_is_lost(
        mids in prop::collection::vec(id(), 1..6),
        watermark in prop::option::of(1_785_312_004_871_u64..1_885_312_004_871),
        outer in additions(),
    ) {
        let (sent, names): (Vec<Value>, Vec<String>) = mids.into_iter().unzip();
        let delivery = json!({"mids": sent, "watermark": watermark});
        let event = json!({"sender": {"id": "7"}, "recipient": {"id": PAGE}, "delivery": delivery});
        let command = only(&with(event, outer)).command;
        let watermark = watermark.map(Timestamp);
        prop_assert_eq!(command, Command::Acknowledge { receipt: Receipt::Delivered, provider_ids: names, watermark });
    }
}
