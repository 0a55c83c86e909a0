use proptest::prelude::*;

use super::*;
use crate::adapters::channels::meta::Network;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId};
use crate::domain::message::{Attachment, AttachmentKind};

const PAGE: &str = "102938475610293";
pub(super) const PERSON: &str = "7392015648120394";

/// A body with one event from the person to the Page; `rest` goes beside sender and recipient.
pub(super) fn from_person(rest: &str) -> String {
    one(&format!(r#"{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{PAGE}"}},{rest}}}"#))
}

pub(super) fn from_page(rest: &str) -> String {
    one(&format!(r#"{{"sender":{{"id":"{PAGE}"}},"recipient":{{"id":"{PERSON}"}},{rest}}}"#))
}

fn one(event: &str) -> String {
    format!(r#"{{"object":"page","entry":[{{"id":"{PAGE}","time":1785312004871,"messaging":[{event}]}}]}}"#)
}

fn all(body: &str) -> Batch {
    read(body.as_bytes()).unwrap()
}

pub(super) fn only(body: &str) -> Inbound {
    let mut batch = all(body);
    assert_eq!((batch.inbound.len(), &batch.unknown[..]), (1, &[][..]), "{body}");
    let inbound = batch.inbound.remove(0);
    assert_eq!((&*inbound.line_id, &*inbound.person_id), (PAGE, PERSON));
    inbound
}

pub(super) fn heard(body: &str) -> Heard {
    match only(body).command {
        Command::Hear { heard, .. } => heard,
        other => panic!("{other:?}"),
    }
}

fn reason(body: &str) -> &'static str {
    let batch = all(body);
    assert_eq!((batch.inbound.len(), batch.unknown.len()), (0, 1), "{batch:?}");
    batch.unknown[0].reason
}

fn link(kind: AttachmentKind, url: &str) -> Attachment {
    Attachment { kind, url: url.into(), name: String::new(), bytes: None }
}

#[test]
fn a_text_is_heard_with_its_name_and_time() {
    let inbound = only(&from_person(
        r#""timestamp":1785312004523,"message":{"mid":"m_AbC1dEf2GhI3","text":"Do you have this in blue?"}"#,
    ));
    assert_eq!(inbound.key.as_deref(), Some("in:m_AbC1dEf2GhI3"));
    assert_eq!(inbound.origin, None);
    let expected = Command::Hear {
        heard: Heard::text("Do you have this in blue?"),
        provider_id: Some("m_AbC1dEf2GhI3".into()),
        provider_at: Some(Timestamp(1_785_312_004_523)),
        name: None,
    };
    assert_eq!(inbound.command, expected);
}

#[test]
fn a_quick_reply_is_a_tap_on_its_payload() {
    let body = from_person(
        r#""timestamp":1785312010001,"message":{"mid":"m_q1","text":"Talk to a person","quick_reply":{"payload":"HANDOFF"}}"#,
    );
    assert_eq!(heard(&body), Heard::tap("HANDOFF", "Talk to a person"));
}

#[test]
fn a_postback_is_a_tap_too() {
    let body = from_person(
        r#""timestamp":1785312030000,"postback":{"mid":"m_p1","title":"Get started","payload":"GET_STARTED","referral":{"ref":"spring-sale","source":"SHORTLINK","type":"OPEN_THREAD"}}"#,
    );
    let referral = Some("spring-sale".to_owned());
    assert_eq!(heard(&body), Heard { referral, ..Heard::tap("GET_STARTED", "Get started") });
    assert_eq!(only(&body).key.as_deref(), Some("in:m_p1"));
}

#[test]
fn a_postback_without_mid_is_known_by_its_bytes() {
    let key = |rest: &str| only(&from_person(rest)).key;
    let old = r#""timestamp":1785312030000,"postback":{"title":"Yes","payload":"YES"}"#;
    assert!(key(old).is_some_and(|key| key.starts_with("in:#")));
    assert_eq!(key(old), key(old));
    assert_ne!(key(old), key(&old.replace("0000,", "0001,")));
    assert_eq!(key(r#""postback":{"title":"Yes","payload":"YES"}"#), None, "nothing tells two taps apart");
}

#[test]
fn a_postback_without_payload_belongs_to_another_app() {
    assert_eq!(
        reason(&from_person(r#""timestamp":1,"postback":{"mid":"m_p1","title":"Buy"}"#)),
        "postback without payload"
    );
}

#[test]
fn a_reply_is_read_without_what_it_replies_to() {
    let body = from_person(
        r#""message":{"mid":"m_r2","text":"this one","reply_to":{"mid":"m_AbC1dEf2GhI3","is_self_reply":false}}"#,
    );
    assert_eq!(heard(&body), Heard::text("this one"));
}

#[test]
fn attachments_come_with_kind_and_link() {
    let body = from_person(
        r#""message":{"mid":"m_a1","attachments":[
        {"type":"image","payload":{"url":"https:\/\/scontent.example\/img.jpg?sig=1"}},
        {"type":"sticker","payload":{"url":"https://scontent.example/s.png","sticker_id":369239263222822}},
        {"type":"image","payload":{"url":"https://scontent.example/s.png","sticker_id":369239263222822}},
        {"type":"audio","payload":{"url":"https://a.example/a.mp4"}},
        {"type":"video","payload":{"url":"https://a.example/v.mp4"}},
        {"type":"file","payload":{"url":"https://a.example/f.pdf"}},
        {"type":"fallback","title":"A page","url":"https://a.example/page"},
        {"type":"fallback","title":"No link","payload":null},
        {"type":"hologram","payload":{"url":"javascript:alert(1)"}},
        {"type":"image","payload":"?"}]}"#,
    );
    let other = |name: &str, url: &str| Attachment { name: name.into(), ..link(AttachmentKind::Other, url) };
    let expected = vec![
        link(AttachmentKind::Image, "https://scontent.example/img.jpg?sig=1"),
        link(AttachmentKind::Image, "https://scontent.example/s.png"),
        link(AttachmentKind::Audio, "https://a.example/a.mp4"),
        link(AttachmentKind::Video, "https://a.example/v.mp4"),
        link(AttachmentKind::File, "https://a.example/f.pdf"),
        other("A page", "https://a.example/page"),
        other("No link", ""),
        other("hologram", ""),
        link(AttachmentKind::Other, ""),
    ];
    assert_eq!(heard(&body), Heard { attachments: expected, ..Heard::default() });
}

#[test]
fn nearly_empty_messages_are_heard_and_empty_ones_are_not() {
    assert_eq!(heard(&from_person(r#""message":{"mid":"m","text":""}"#)), Heard::default());
    assert_eq!(heard(&from_person(r#""message":{"mid":"m","attachments":[]}"#)), Heard::default());
    assert_eq!(heard(&from_person(r#""message":{"mid":"m","attachments":{"type":"file"}}"#)).attachments.len(), 1);
    assert_eq!(heard(&from_person(r#""message":{"mid":"m","is_unsupported":true}"#)).attachments.len(), 1);
    assert_eq!(reason(&from_person(r#""message":{"mid":"m"}"#)), "message without content");
}

#[test]
fn an_echo_tells_who_sent_it() {
    let id = DeliveryId { conversation: ConversationId::of(&AccountId::new("page"), PERSON), seq: 12 };
    let body = |metadata: &str| {
        from_page(&format!(
            r#""timestamp":1785312070000,"message":{{"is_echo":true,"app_id":1517776481860111,"metadata":"{metadata}","mid":"m_out78","text":"Yes, in blue too."}}"#
        ))
    };
    let foreign = only(&body("out_01J9ZQ4T1V"));
    assert_eq!(foreign.key.as_deref(), Some("in:m_out78"));
    assert_eq!(foreign.origin, Some(Origin { mark: None, app_id: Some("1517776481860111".into()) }));
    assert_eq!(
        foreign.command,
        Command::Echo { of: None, provider_id: "m_out78".into(), text: "Yes, in blue too.".into() }
    );
    let ours = only(&body(&id.to_string()));
    let Some(Command::Echo { of, .. }) = ours.settle(id.conversation, None, Network::Messenger) else { panic!() };
    assert_eq!(of, Some(12));
    let part = only(&body(&format!("{id}:2")));
    assert_eq!(part.origin.unwrap().mark, Some(Mark { id, early_part: Some(2) }));
}

#[test]
fn what_the_page_says_is_an_echo_even_unmarked() {
    let inbound = only(&from_page(
        r#""message":{"mid":"m_out79","attachments":[{"type":"image","payload":{"url":"https://a.example/i.png"}}]}"#,
    ));
    assert_eq!(
        inbound.command,
        Command::Echo { of: None, provider_id: "m_out79".into(), text: "[image] https://a.example/i.png".into() }
    );
    assert_eq!(reason(&from_page(r#""postback":{"mid":"m","payload":"X"}"#)), "from the page");
    assert_eq!(reason(&from_page(r#""message":{"is_echo":true,"text":"no mid"}"#)), "echo without mid");
}

#[test]
fn an_echo_is_never_longer_than_a_message() {
    let picture = |number| {
        let url = format!("https://cdn.example/{number}/{}", "x".repeat(2_000));
        format!(r#"{{"type":"image","payload":{{"url":"{url}"}}}}"#)
    };
    let pictures: Vec<String> = (0..50).map(picture).collect();
    let message = format!(r#""message":{{"is_echo":true,"mid":"m","attachments":[{}]}}"#, pictures.join(","));
    let Command::Echo { text, .. } = only(&from_page(&message)).command else { panic!("no echo") };
    assert_eq!(text.chars().count(), 20_000);
}

#[test]
fn receipts_acknowledge_by_name_or_by_time() {
    let receipt = |rest: &str| {
        let inbound = only(&from_person(rest));
        assert_eq!(inbound.key, None);
        inbound.command
    };
    let acknowledged = |receipt, ids: &[&str], watermark: Option<u64>| Command::Acknowledge {
        receipt,
        provider_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        watermark: watermark.map(Timestamp),
    };
    let (delivered, read) = (Receipt::Delivered, Receipt::Read);
    let time = Some(1_785_312_049_000);
    assert_eq!(
        receipt(r#""delivery":{"mids":["m_out77"],"watermark":1785312049000}"#),
        acknowledged(delivered, &["m_out77"], time)
    );
    assert_eq!(receipt(r#""delivery":{"watermark":"1785312049000"}"#), acknowledged(delivered, &[], time));
    assert_eq!(receipt(r#""delivery":{"mids":["a","b"]}"#), acknowledged(delivered, &["a", "b"], None));
    assert_eq!(receipt(r#""timestamp":1785312060463,"read":{"watermark":1785312049}"#), acknowledged(read, &[], time));
    assert_eq!(receipt(r#""read":{"mid":"aWdf"}"#), acknowledged(read, &["aWdf"], None));
    assert_eq!(reason(&from_person(r#""read":{"watermark":0}"#)), "receipt of nothing");
}

#[test]
fn a_link_by_which_the_contact_comes_back_is_heard_without_words() {
    let body = from_person(
        r#""timestamp":1785312030000,"referral":{"ref":"pricing-page","source":"SHORTLINK","type":"OPEN_THREAD"}"#,
    );
    assert_eq!(heard(&body), Heard { referral: Some("pricing-page".to_owned()), ..Heard::default() });
    let key = only(&body).key.expect("a key, or a second copy would be a second visit");
    assert_eq!(only(&body).key, Some(key));
}

#[test]
fn edits_deletions_and_reactions_are_read_with_keys_of_their_own() {
    let at = Some(Timestamp(1_785_312_020_000));
    use crate::domain::changes::Change;
    let with = |with: &str| Change::Reacted { with: Some(with.to_owned()) };
    let edited = || Change::Edited { text: "red?".to_owned(), number: 1 };
    let mut keys = std::collections::BTreeSet::new();
    for (rest, mid, change) in [
        (r#""message":{"mid":"m","is_deleted":true}"#, "m", Change::Deleted),
        (r#""message_edit":{"mid":"m","text":"red?","num_edit":"1"}"#, "m", edited()),
        (
            r#""message_edit":{"mid":"m","text":"blue?","num_edit":2}"#,
            "m",
            Change::Edited { text: "blue?".to_owned(), number: 2 },
        ),
        (
            r#""reaction":{"reaction":"love","emoji":"\u2764\uFE0F","action":"react","mid":"m_77"}"#,
            "m_77",
            with("\u{2764}\u{fe0f}"),
        ),
        (r#""reaction":{"reaction":"wow","action":"react","mid":77}"#, "77", with("wow")),
        (r#""reaction":{"action":"unreact","mid":"m_77"}"#, "m_77", Change::Reacted { with: None }),
    ] {
        let inbound = only(&from_person(&format!(r#""timestamp":1785312020000,{rest}"#)));
        assert!(keys.insert(inbound.key.expect("a copy must be known as one")), "{rest}");
        assert_eq!(inbound.command, Command::Change { provider_id: mid.to_owned(), change, provider_at: at });
    }
}

#[test]
fn what_we_have_no_use_for_is_kept_as_it_came() {
    for (rest, expected) in [
        (r#""message_edit":{"mid":"m","num_edit":0}"#, "message_edit"),
        (r#""message_edit":{"mid":"m","text":"red?","num_edit":"0"}"#, "message_edit"),
        (r#""message_edit":{"text":"red?","num_edit":1}"#, "message_edit"),
        (r#""reaction":{"reaction":"love","action":"ponder","mid":"m_out77"}"#, "reaction"),
        (r#""reaction":{"action":"react","mid":"m_out77"}"#, "reaction"),
        (r#""reaction":{"action":"react","reaction":"love"}"#, "reaction"),
        (r#""message":{"is_deleted":true}"#, "deletion"),
        (r#""referral":{"source":"ADS","type":"OPEN_THREAD","ad_id":"7"}"#, "referral"),
        (r#""optin":{"type":"notification_messages","payload":"p"}"#, "optin"),
        (r#""request_thread_control":{"requested_owner_app_id":987654321}"#, "request_thread_control"),
        (r#""policy-enforcement":{"action":"block"}"#, "policy-enforcement"),
        (r#""telepathy":{}"#, "of an unknown kind"),
        (r#""message":{"text":{"no":"text"}}"#, "not readable"),
    ] {
        let body = from_person(rest);
        assert_eq!(reason(&body), expected);
        let raw = all(&body).unknown.remove(0).raw;
        assert!(raw.starts_with('{') && raw.contains(rest) && raw.ends_with('}'), "{raw}");
    }
    assert_eq!(
        reason(&one(&format!(
            r#"{{"recipient":{{"id":"{PAGE}"}},"timestamp":1,"app_roles":{{"1":["primary_receiver"]}}}}"#
        ))),
        "app_roles"
    );
    assert_eq!(
        reason(&one(r#"{"sender":{"user_ref":"u"},"recipient":{"id":"1"},"message":{"mid":"m","text":"x"}}"#)),
        "no person"
    );
    assert_eq!(reason(&one(r#"{"message":{"mid":"m","text":"x"}}"#)), "no person");
}

#[test]
fn changes_and_bare_values_are_read_where_they_hold_a_message() {
    let value = format!(
        r#"{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{PAGE}"}},"timestamp":"1527459824","postback":{{"mid":"m_p","title":"T","payload":"P"}}}}"#
    );
    let bare = format!(r#"{{"field":"messaging_postbacks","value":{value}}}"#);
    assert_eq!(heard(&bare), Heard::tap("P", "T"));
    let changed = format!(r#"{{"object":"page","entry":[{{"id":"{PAGE}","changes":[{bare}]}}]}}"#);
    assert_eq!(heard(&changed), Heard::tap("P", "T"));
    let Command::Hear { provider_at, .. } = only(&bare).command else { panic!() };
    assert_eq!(provider_at, Some(Timestamp(1_527_459_824_000)));
    let feed = format!(
        r#"{{"entry":[{{"id":"{PAGE}","changes":[{{"field":"feed","value":{{"item":"comment"}}}},{{"field":"x"}},7]}}]}}"#
    );
    assert_eq!(all(&feed).unknown.len(), 3);
}

#[test]
fn ids_and_times_may_be_numbers_or_text() {
    let body = format!(
        r#"{{"entry":[{{"id":{PAGE},"messaging":[{{"sender":{{"id":{PERSON}}},"recipient":{{"id":{PAGE}}},"timestamp":"1785312004523","message":{{"mid":12,"text":"x"}}}}]}}]}}"#
    );
    let inbound = only(&body);
    let Command::Hear { provider_id, provider_at, .. } = inbound.command else { panic!() };
    assert_eq!((provider_id.as_deref(), provider_at), (Some("12"), Some(Timestamp(1_785_312_004_523))));
    let odd_time = only(&from_person(r#""timestamp":"soon","message":{"mid":"m","text":"x"}"#));
    assert!(matches!(odd_time.command, Command::Hear { provider_at: None, .. }));
}

#[test]
fn escapes_and_broken_surrogates_become_text() {
    let text = |escaped: &str| heard(&from_person(&format!(r#""message":{{"mid":"m","text":"{escaped}"}}"#))).text;
    assert_eq!(text(r"\u00e4\u00f6 \ud83d\ude00 https:\/\/example.org\/a"), "äö 😀 https://example.org/a");
    assert_eq!(text(r"a\ud83db"), "a\u{fffd}b");
    assert_eq!(text(r"\ude00\ud83d\ud83d\ude00"), "\u{fffd}\u{fffd}😀");
    assert_eq!(text(r"\\ud83d \\\ud83d"), "\\ud83d \\\u{fffd}");
    assert_eq!(text(r"nul\u0000"), "nul\u{fffd}");
    assert_eq!(text(r"ä\ud83d"), "ä\u{fffd}");
}

#[test]
fn a_poisoned_event_does_no_harm_to_its_neighbours() {
    let good =
        format!(r#"{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{PAGE}"}},"message":{{"mid":"m","text":"x"}}}}"#);
    let body = format!(
        r#"{{"entry":[{{"id":"{PAGE}","messaging":[{good},7,null,{{"sender":"x"}},{good}]}},5,{{"id":[],"messaging":[{good}]}},{{"id":"\ud83d","messaging":[]}},{{"id":"{PAGE}","messaging":[{good}]}}]}}"#
    );
    let batch = all(&body);
    assert_eq!((batch.inbound.len(), batch.unknown.len()), (3, 5), "{:?}", batch.unknown);
}

#[test]
fn a_body_that_is_no_webhook_is_not_understood() {
    for body in ["", "nonsense", "{", "7", "{}", "null", r#"{"entry":7}"#, r#"{"object":"page"}"#] {
        assert!(read(body.as_bytes()).is_err(), "{body}");
    }
    assert_eq!(all(r#"{"object":"page","entry":[]}"#), Batch::default());
    let mut bytes = from_person(r#""message":{"mid":"m","text":"X"}"#).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'X').unwrap();
    bytes[at] = 0xff;
    assert_eq!(heard(&String::from_utf8_lossy(&bytes)).text, "\u{fffd}");
    assert_eq!(read(&bytes).unwrap().inbound.len(), 1);
}

#[test]
fn there_are_limits() {
    let long = "ä".repeat(25_000);
    assert_eq!(heard(&from_person(&format!(r#""message":{{"mid":"m","text":"{long}"}}"#))).text, "ä".repeat(20_000));
    assert_eq!(
        reason(&from_person(&format!(r#""message":{{"mid":"{}","text":"x"}}"#, "m".repeat(513)))),
        "id too long"
    );
    let good = format!(r#"{{"sender":{{"id":"{PERSON}"}},"message":{{"mid":"m","text":"x"}}}}"#);
    let body = one(&vec![good; 1002].join(","));
    let batch = all(&body);
    assert_eq!(batch.inbound.len(), 1000);
    assert_eq!(batch.unknown, [Unknown { reason: "too many events", raw: body }]);
    let deep = format!(r#"{{"entry":[{{"id":"1","messaging":[{}{}]}}]}}"#, "[".repeat(5000), "]".repeat(5000));
    let _ = read(deep.as_bytes());
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(Value::from(PAGE)),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let names = "(id|sender|recipient|message|mid|text|attachments|payload|type|url|postback|delivery|mids|read|watermark|timestamp|is_echo|metadata|quick_reply|x)";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names, inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_is_lost_or_makes_us_panic(events in prop::collection::vec(json(), 0..6)) {
        let body = serde_json::json!({ "object": "page", "entry": [{ "id": PAGE, "messaging": events }] }).to_string();
        let batch = read(body.as_bytes()).unwrap();
        prop_assert_eq!(batch.inbound.len() + batch.unknown.len(), events.len());
    }

    #[test]
    fn no_body_makes_us_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), value in json()) {
        let _ = read(&bytes);
        let _ = read(value.to_string().as_bytes());
        let _ = read(serde_json::json!({ "entry": value }).to_string().as_bytes());
    }

    #[test]
    fn a_damaged_body_makes_nobody_panic(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
        let mut body = from_person(r#""timestamp":1785312010001,"message":{"mid":"m_q1","text":"\ud83d\ude00 \\ \ud83d","quick_reply":{"payload":"HANDOFF"},"attachments":[{"type":"image"}]}"#).into_bytes();
        let length = body.len();
        body[at % length] = byte;
        let _ = read(&body);
        let _ = read(&body[..cut % length]);
    }

    #[test]
    fn mending_leaves_valid_json_alone(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(mend_surrogates(&json), None);
    }
}
