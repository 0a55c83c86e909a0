use serde_json::{Value as Json, json};

use super::*;
use crate::domain::changes::Change as Changed;
use crate::domain::command::Command;
use crate::domain::event::Receipt;
use crate::domain::ids::{ConversationId, DeliveryId};
use crate::domain::message::Heard;
use crate::domain::time::Timestamp;

const NUMBER: &str = "106540352242922";
const BASE: &str = "https://a.example";
const USER: &str = "US.13491208655302741918";

fn account() -> AccountId {
    AccountId::new("wa-1")
}

fn read_bytes(body: &[u8]) -> Received {
    let account = account();
    read(&Bytes::copy_from_slice(body), &Ours { base: BASE, numbers: vec![(NUMBER, &account)] })
}

fn read_value(mut value: Json) -> Received {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({"display_phone_number": "15550783881", "phone_number_id": NUMBER});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]});
    read_bytes(body.to_string().as_bytes())
}

fn message(content: Json) -> Json {
    let mut message = json!({"from": "16505551234", "from_user_id": USER, "id": "wamid.A", "timestamp": "1787204895"});
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    message
}

fn said(content: Json) -> Received {
    let person = json!({"profile": {"name": "Ana"}, "wa_id": "16505551234", "user_id": USER});
    read_value(json!({"contacts": [person], "messages": [message(content)]}))
}

fn heard(content: Json) -> Heard {
    match said(content).asks.pop().expect("it is heard").command {
        Command::Hear { heard, .. } => heard,
        other => panic!("{other:?}"),
    }
}

fn reasons(received: &Received) -> Vec<&'static str> {
    received.unread.iter().map(|unread| unread.reason).collect()
}

#[test]
fn words_come_with_their_moment_their_key_and_a_name() {
    let mut received = said(json!({"type": "text", "text": {"body": "Olá"}}));
    let ask = received.asks.pop().unwrap();
    assert_eq!(ask.contact, Contact::of(&account(), USER));
    assert_eq!(ask.key.as_deref(), Some("in:wamid.A"));
    let (provider_id, provider_at) = (Some("wamid.A".into()), Some(Timestamp(1_787_204_895_000)));
    let expected = Command::Hear { heard: Heard::text("Olá"), provider_id, provider_at, name: Some("Ana".into()) };
    assert_eq!(ask.command, expected);
    assert!(received.asks.is_empty() && received.unread.is_empty());
    // Their number is worth knowing, where it is not what they are known by.
    assert_eq!(received.known, [(Contact::of(&account(), USER), "phone", "+16505551234".to_owned())]);
    let hi = json!({"from": "16505551234", "id": "m", "type": "text", "text": {"body": "Hi"}});
    assert!(read_value(json!({"messages": [hi]})).known.is_empty());
}

#[test]
fn a_contact_is_who_they_are_with_a_number_or_without() {
    let keys = |value: Json| -> Vec<String> {
        read_value(value).asks.into_iter().map(|ask| ask.contact.external_key).collect()
    };
    let hi = |from: Json| {
        let mut message = json!({"id": "wamid.A", "timestamp": "1787204895", "type": "text", "text": {"body": "Hi"}});
        message.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        message
    };
    // Only an id; only a number; a number whose id stands beside it; numbers as numbers; nulls.
    assert_eq!(keys(json!({"messages": [hi(json!({"from_user_id": USER}))]})), [USER]);
    assert_eq!(keys(json!({"messages": [hi(json!({"from": "", "from_user_id": USER}))], "contacts": []})), [USER]);
    assert_eq!(keys(json!({"messages": [hi(json!({"from": "16505551234"}))], "contacts": null})), ["16505551234"]);
    assert_eq!(
        keys(json!({"messages": [hi(json!({"from": 16505551234_u64, "from_user_id": null}))]})),
        ["16505551234"]
    );
    let people =
        json!([{"wa_id": "1", "user_id": "US.1"}, {"wa_id": "16505551234", "user_id": USER}, 7, {"wa_id": []}]);
    assert_eq!(keys(json!({"messages": [hi(json!({"from": "16505551234"}))], "contacts": people})), [USER]);
    let nobody = read_value(json!({"messages": [hi(json!({}))], "contacts": [{"wa_id": "1"}]}));
    assert_eq!((nobody.asks.len(), reasons(&nobody)), (0, vec!["no person"]));
}

#[test]
fn names_belong_to_their_own_messages_and_may_be_user_names() {
    let hi = |from: &str, id: &str| json!({"from": from, "id": id, "timestamp": "1787204895", "type": "text", "text": {"body": "Hi"}});
    let people =
        json!([{"wa_id": "2", "profile": {"name": " Ben\u{202e} "}}, {"wa_id": "1", "profile": {"username": "ana"}}]);
    let received = read_value(json!({"contacts": people, "messages": [hi("1", "a"), hi("2", "b")]}));
    let names = received.asks.into_iter().map(|ask| match ask.command {
        Command::Hear { name, .. } => name.unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(names.collect::<Vec<_>>(), ["ana", "Ben"]);
}

#[test]
fn a_tap_is_its_id() {
    let reply = |kind: &str, id: &str| json!({"type": "interactive", "interactive": {"type": kind, kind: {"id": id, "title": "A human"}}});
    assert_eq!(heard(reply("button_reply", "HANDOFF")), Heard::tap("HANDOFF", "A human"));
    assert_eq!(heard(reply("list_reply", "HANDOFF")), Heard::tap("HANDOFF", "A human"));
    // Its id did not fit: what it says counts.
    assert_eq!(heard(reply("button_reply", "#3")), Heard::text("A human"));
    let template = json!({"type": "button", "button": {"payload": "YES", "text": "Yes, go on"}});
    assert_eq!(heard(template), Heard::tap("YES", "Yes, go on"));
    assert_eq!(heard(json!({"type": "button", "button": {"text": "Yes"}})), Heard::text("Yes"));
    let form = json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}}});
    assert_eq!(heard(form), Heard::text("Sent"));
    for odd in [
        json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {}}}),
        json!({"type": "interactive", "interactive": {"type": "new_reply", "new_reply": {}}}),
        json!({"type": "button", "button": {}}),
        json!({"type": "button", "button": {"payload": "#3"}}),
    ] {
        let received = said(odd.clone());
        assert_eq!((received.asks.len(), received.unread.len()), (0, 1), "{odd}");
    }
}

#[test]
fn what_is_attached_is_reached_through_us() {
    let picture =
        heard(json!({"type": "image", "image": {"id": "712345", "mime_type": "image/jpeg", "caption": "My roof"}}));
    let url = format!("{BASE}/api/v1/files/wa-1/712345");
    assert_eq!(picture.text, "My roof");
    let (kind, name) = (crate::domain::message::AttachmentKind::Image, String::new());
    assert_eq!(picture.attachments, [crate::domain::message::Attachment { kind, url: url.clone(), name, bytes: None }]);
    for (kind, shown) in [("sticker", "image"), ("video", "video"), ("audio", "audio"), ("document", "file")] {
        let there = heard(json!({"type": kind, kind: {"id": 712345, "filename": "a.pdf", "voice": true}}));
        let it = &there.attachments[0];
        assert_eq!((it.kind.as_str(), &it.url, &*it.name), (shown, &url, "a.pdf"));
    }
    // An id that would lead elsewhere leads nowhere.
    let odd = heard(json!({"type": "image", "image": {"id": "../../metrics"}}));
    assert_eq!(odd.attachments[0].url, "");
    let place = heard(
        json!({"type": "location", "location": {"latitude": 53.5, "longitude": 9.9, "name": "Harbor", "address": "Quay 1"}}),
    );
    assert_eq!(place.attachments[0].name, "Harbor, Quay 1");
    let cards = json!([{"name": {"formatted_name": "Ben Roe"}, "phones": [{"phone": "+1 650", "wa_id": "1650"}]}, {"phones": null}]);
    let cards = heard(json!({"type": "contacts", "contacts": cards}));
    let names: Vec<&str> = cards.attachments.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Ben Roe, +1 650", ""]);
}

#[test]
fn changes_name_what_they_change() {
    let change = |content: Json| {
        let ask = said(content).asks.pop().expect("it is understood");
        match ask.command {
            Command::Change { provider_id, change, provider_at: Some(_) } => (ask.key.unwrap(), provider_id, change),
            other => panic!("{other:?}"),
        }
    };
    let edit = json!({"type": "edit", "edit": {"original_message_id": "wamid.O", "message": {"type": "text", "text": {"body": "Yes, you?"}}}});
    let number = 1_787_204_895;
    let expected = ("change:wamid.A".into(), "wamid.O".into(), Changed::Edited { text: "Yes, you?".into(), number });
    assert_eq!(change(edit), expected);
    let caption = json!({"type": "edit", "edit": {"original_message_id": "wamid.O", "message": {"type": "image", "image": {"id": "1", "caption": "Roof"}}}});
    assert_eq!(change(caption).2, Changed::Edited { text: "Roof".into(), number });
    assert_eq!(change(json!({"type": "revoke", "revoke": {"original_message_id": "wamid.O"}})).2, Changed::Deleted);
    let react =
        |emoji: Json| change(json!({"type": "reaction", "reaction": {"message_id": "wamid.O", "emoji": emoji}})).2;
    assert_eq!(react(json!("👍")), Changed::Reacted { with: Some("👍".into()) });
    assert_eq!(react(json!("")), Changed::Reacted { with: None });
    assert_eq!(react(json!(null)), Changed::Reacted { with: None });
}

#[test]
fn an_ad_is_a_referral() {
    let referral =
        json!({"source_url": "https://fb.me/1", "source_type": "ad", "source_id": "120210000", "ctwa_clid": "x"});
    let there = heard(json!({"type": "text", "text": {"body": "Is it still there?"}, "referral": referral}));
    assert_eq!(there.referral.as_deref(), Some("120210000"));
}

#[test]
fn what_cannot_be_shown_is_kept_and_that_it_came_is_shown() {
    let received = said(json!({"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported"}]}));
    assert_eq!((received.asks.len(), reasons(&received)), (1, vec!["unsupported"]));
    for (kind, reason) in [
        ("order", "order"),
        ("system", "system"),
        ("request_welcome", "request_welcome"),
        ("hologram", "of an unknown kind"),
    ] {
        let received = said(json!({"type": kind, kind: {"body": "x"}}));
        assert_eq!((received.asks.len(), reasons(&received)), (0, vec![reason]));
    }
    let group = said(json!({"type": "text", "group_id": "g", "text": {"body": "Hi all"}}));
    assert_eq!((group.asks.len(), group.unread.len(), group.passed_over), (0, 0, Some("in a group")));
}

#[test]
fn what_the_phone_app_answers_is_a_person_elsewhere() {
    let echo = json!({"from": "15550783881", "to": "16505551234", "id": "wamid.E", "timestamp": "1787204899", "type": "text", "text": {"body": "I am on it"}});
    let people = json!([{"wa_id": "16505551234", "user_id": USER}]);
    let ask = read_value(json!({"message_echoes": [echo], "contacts": people})).asks.pop().unwrap();
    assert_eq!(ask.contact.external_key, USER);
    let (provider_id, text) = ("wamid.E".to_owned(), "I am on it".to_owned());
    assert_eq!(ask.command, Command::Echo { of: None, provider_id, text });
    let picture = json!({"to_user_id": USER, "id": "wamid.E", "type": "image", "image": {"id": "7"}});
    let words = |echo: Json| match read_value(json!({"message_echoes": [echo]})).asks.pop().unwrap().command {
        Command::Echo { text, .. } => text,
        other => panic!("{other:?}"),
    };
    assert!(words(picture).starts_with("[image] https://"));
    // However long, it is never longer than a message.
    let long = json!({"to_user_id": USER, "id": "wamid.E", "text": {"body": "x".repeat(20_000)}, "image": {"id": "7"}});
    assert_eq!(words(long).chars().count(), 20_000);
}

#[test]
fn a_status_says_what_became_of_which_message() {
    let conversation = ConversationId::of(&account(), USER);
    let mark = DeliveryId { conversation, seq: 12 };
    let status = |status: &str, data: Option<String>| {
        let one = json!({"id": "wamid.S", "status": status, "timestamp": "1787204999", "recipient_id": "16505551234",
            "conversation": {"id": "c"}, "pricing": {"billable": true}, "biz_opaque_callback_data": data,
            "errors": [{"code": 131047, "title": "Re-engagement message"}]});
        read_value(json!({"statuses": [one]}))
    };
    let ours = |seq: &str| Some(format!("{mark}{seq} {USER}"));
    let proof = Command::Echo { of: Some(12), provider_id: "wamid.S".into(), text: String::new() };
    let receipt = |receipt| Command::Acknowledge { receipt, provider_ids: vec!["wamid.S".into()], watermark: None };
    let commands = |received: Received| -> Vec<Command> {
        assert!(received.asks.iter().all(|ask| ask.contact.external_key == USER && ask.key.is_none()));
        received.asks.into_iter().map(|ask| ask.command).collect()
    };
    assert_eq!(commands(status("sent", ours(""))), std::slice::from_ref(&proof));
    assert_eq!(commands(status("delivered", ours(""))), [proof.clone(), receipt(Receipt::Delivered)]);
    assert_eq!(commands(status("read", ours(""))), [proof.clone(), receipt(Receipt::Read)]);
    assert_eq!(commands(status("played", ours(""))), [proof.clone(), receipt(Receipt::Read)]);
    let reason = "more than 24 hours since the contact last wrote: only a template is taken (code 131047)".to_owned();
    let lost = |of| Command::Bounce { of, provider_id: "wamid.S".into(), reason: reason.clone(), opted_out: false };
    assert_eq!(commands(status("failed", ours(""))), [proof, lost(Some(12))]);
    // The beginning of a long message proves nothing about its end.
    assert_eq!(commands(status("failed", ours(":1"))), [lost(Some(12))]);
    // Not ours, or no word from us: by what WhatsApp calls the contact.
    let foreign = status("delivered", Some("out_01J9".into()));
    assert_eq!(foreign.asks[0].contact.external_key, "16505551234");
    assert_eq!(foreign.asks.len(), 1);
    assert_eq!(reasons(&status("warning", ours(""))), ["of an unknown status"]);
    // A status that names nobody is about the one who stands beside it.
    let one = json!({"id": "wamid.S", "status": "read"});
    let received = read_value(json!({"statuses": [one], "contacts": [{"user_id": USER}]}));
    assert_eq!(received.asks[0].contact.external_key, USER);
}

#[test]
fn a_poisoned_message_does_no_harm_to_its_neighbours() {
    let good = message(json!({"type": "text", "text": {"body": "Hi"}}));
    let odd = json!([good, 7, null, {"from": {}}, {"id": "x"}, {"from": "1", "id": "y", "type": "location", "location": {"latitude": "north"}}, good]);
    let received = read_value(json!({"messages": odd, "statuses": [null, {"status": "read"}], "errors": null}));
    assert_eq!((received.asks.len(), received.unread.len()), (2, 7));
    let long = "x".repeat(600);
    let received = read_value(
        json!({"messages": [message(json!({"from_user_id": long, "type": "text", "text": {"body": "Hi"}}))]}),
    );
    assert_eq!(reasons(&received), ["id too long"]);
}

#[test]
fn odd_bodies_are_kept_as_they_came() {
    for body in ["", "null", "{}", "[]", "{\"entry\":7}", "{\"entry\":null}", "\u{0}", "{"] {
        assert_eq!(reasons(&read_bytes(body.as_bytes())), ["not_json"], "{body:?}");
    }
    for (body, reason) in [
        (json!({"entry": [7]}), "not readable"),
        (json!({"entry": [{"changes": [7]}]}), "not readable"),
        (json!({"entry": [{"changes": [{"field": "messages"}]}]}), "change"),
        (json!({"entry": [{"changes": [{"field": "messages", "value": {}}]}]}), "no phone number id"),
        (json!({"entry": [{"changes": [{"field": "account_update", "value": {"event": "X"}}]}]}), "account_update"),
        (json!({"entry": [{"changes": [{"field": "new_thing", "value": 7}]}]}), "not readable"),
    ] {
        assert_eq!(reasons(&read_bytes(body.to_string().as_bytes())), [reason], "{body}");
    }
    assert_eq!(reasons(&read_value(json!({"errors": [{"code": 130429}]}))), ["errors"]);
    assert_eq!(reasons(&read_value(json!({}))), ["change"]);
    let other = json!({"entry": [{"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": 7}}}]}]});
    assert_eq!(read_bytes(other.to_string().as_bytes()).strangers, ["7"]);
}

#[test]
fn halves_of_letters_and_nothings_are_mended() {
    let body = format!(
        r#"{{"entry":[{{"changes":[{{"value":{{"metadata":{{"phone_number_id":{NUMBER}}},"contacts":[{{"wa_id":"1","profile":{{"name":"A\ud83d"}}}}],"messages":[{{"from":"1","id":"m","type":"text","text":{{"body":"a\ud83d\u0000b"}}}}]}}}}]}}]}}"#
    );
    let mut received = read_bytes(body.as_bytes());
    match received.asks.pop().expect("it is heard").command {
        Command::Hear { heard, name, .. } => {
            assert_eq!((&*heard.text, name.as_deref()), ("a\u{fffd}\u{fffd}b", Some("A\u{fffd}")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_is_read_to_a_thousand() {
    let many: Vec<Json> = (0..1005)
        .map(|number| json!({"from": "1", "id": format!("m{number}"), "timestamp": "1787204895", "type": "text", "text": {"body": "Hi"}}))
        .collect();
    let received = read_value(json!({"messages": many}));
    assert_eq!((received.asks.len(), reasons(&received)), (1000, vec!["too many events"]));
}

proptest::proptest! {
    /// Whatever is signed, nothing panics, and nothing disappears without a trace.
    #[test]
    fn nothing_is_lost_without_a_trace(kind in "[a-z_]{0,12}", text in "\\PC{0,40}", number in 0u64..u64::MAX, nulls in 0usize..3) {
        let odd = match nulls {
            0 => json!({"type": kind, "text": {"body": text}, "id": number}),
            1 => json!({"type": null, kind.clone(): text, "id": "x", "timestamp": number}),
            _ => json!({"type": kind, "text": null, "id": text, "interactive": {"list_reply": {"id": number}}}),
        };
        let received = said(odd);
        proptest::prop_assert!(received.asks.len() + received.unread.len() >= 1);
    }
}
