use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const CHAT: &str = "5512345678";

fn told(update: &Value) -> Read {
    read_bytes(update.to_string().as_bytes())
}

fn read_bytes(body: &[u8]) -> Read {
    read(body, &Ours { base: "https://chat.example.org", account: &AccountId::new("tg-1") })
}

fn private_chat() -> Value {
    json!({"id": 5_512_345_678_u64, "type": "private", "first_name": "Ana"})
}

fn ana() -> Value {
    json!({"id": 5_512_345_678_u64, "is_bot": false, "first_name": "Ana", "username": "ana_k", "language_code": "pt-br"})
}

/// A message of Ana's with these fields beside the usual.
fn message(more: Value) -> Value {
    let mut message = json!({"message_id": 412, "date": 1_785_312_000, "from": ana(), "chat": private_chat()});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"update_id": 733_912_001, "message": message})
}

fn asks(update: &Value) -> Vec<(Option<String>, Command)> {
    match told(update) {
        Ok(Told::Done { chat, asks, .. }) => {
            assert_eq!(chat, CHAT);
            asks
        }
        other => panic!("{other:?}"),
    }
}

fn heard(update: &Value) -> Heard {
    match asks(update).pop() {
        Some((_, Command::Hear { heard, .. })) => heard,
        other => panic!("{other:?}"),
    }
}

fn tap(data: &str, keyboard: Value) -> Value {
    json!({"update_id": 733_912_002, "callback_query": {"id": "4382bfdwdsb323b2d9", "chat_instance": "-3458220987123",
        "from": ana(), "data": data,
        "message": {"message_id": 413, "date": 1_785_312_003, "chat": private_chat(), "text": "What next?",
            "reply_markup": {"inline_keyboard": keyboard}}}})
}

#[test]
fn a_text_is_heard_with_its_name_and_time() {
    let (key, command) = asks(&message(json!({"text": "Do you have this in blue?"}))).remove(0);
    assert_eq!(key.as_deref(), Some("in:733912001:412"));
    let expected = Command::Hear {
        heard: Heard::text("Do you have this in blue?"),
        provider_id: Some("412".into()),
        provider_at: Some(Timestamp(1_785_312_000_000)),
        name: Some("Ana".into()),
    };
    assert_eq!(command, expected);
}

#[test]
fn who_starts_the_bot_is_welcome_and_what_the_link_carried_is_a_referral() {
    let start = asks(&message(json!({"text": "/start order_8841"})));
    assert_eq!(start.len(), 2);
    assert!(matches!(start[0].1, Command::TellProvider { word: ProviderWord::Unblock, .. }));
    for (text, heard_as) in [
        ("/start order_8841", Heard { referral: Some("order_8841".into()), ..Heard::default() }),
        ("/start@harbor_bot  x-1", Heard { referral: Some("x-1".into()), ..Heard::default() }),
        ("/start", Heard::tap("/start", "/start")),
        ("/start@harbor_bot", Heard::tap("/start", "/start")),
        ("/start the engine", Heard::text("/start the engine")),
        ("/started", Heard::text("/started")),
        ("please /start", Heard::text("please /start")),
    ] {
        assert_eq!(heard(&message(json!({"text": text}))), heard_as, "{text}");
    }
    let long = format!("/start {}", "x".repeat(65));
    assert_eq!(heard(&message(json!({"text": long}))), Heard::text(long));
}

#[test]
fn what_is_attached_is_a_link_through_us() {
    let update = message(json!({
        "caption": "Look", "photo": [{"file_id": "small"}, {"file_id": "large-1_A"}],
        "animation": {"file_id": "moves"}, "document": {"file_id": "moves", "file_name": "cat.gif"},
    }));
    let heard = heard(&update);
    assert_eq!(heard.text, "Look");
    let found: Vec<_> = heard.attachments.iter().map(|it| (it.kind.as_str(), it.url.as_str())).collect();
    let base = "https://chat.example.org/api/v1/files/tg-1";
    let (photo, moves) = (format!("{base}/large-1_A"), format!("{base}/moves"));
    assert_eq!(found, [("image", photo.as_str()), ("video", moves.as_str())]);
    for (what, kind) in [
        ("voice", "audio"),
        ("audio", "audio"),
        ("video", "video"),
        ("video_note", "video"),
        ("sticker", "image"),
        ("document", "file"),
    ] {
        let attachment = super::tests::heard(&message(json!({what: {"file_id": "f", "file_name": "n"}}))).attachments;
        assert_eq!((attachment[0].kind.as_str(), attachment[0].name.as_str()), (kind, "n"), "{what}");
    }
    // How long it is, however that is said.
    for (said, bytes) in
        [(json!(48_213), Some(48_213)), (json!("48213"), Some(48_213)), (json!(-1), None), (Value::Null, None)]
    {
        let voice = super::tests::heard(&message(json!({"voice": {"file_id": "f", "file_size": said}})));
        assert_eq!(voice.attachments[0].bytes, bytes);
    }
    // A name that would lead elsewhere is no link.
    let odd = super::tests::heard(&message(json!({"voice": {"file_id": "../../bot"}})));
    assert_eq!(odd.attachments[0].url, "");
}

#[test]
fn places_and_cards_are_attachments_and_the_senders_own_number_is_what_they_say() {
    let place = heard(&message(json!({"location": {"latitude": 53.5, "longitude": -9.25}})));
    let url = "https://www.openstreetmap.org/?mlat=53.5&mlon=-9.25#map=16/53.5/-9.25";
    assert_eq!((place.attachments[0].url.as_str(), place.attachments[0].name.as_str()), (url, "53.5, -9.25"));
    let point = json!({"latitude": 1, "longitude": 2});
    let venue =
        heard(&message(json!({"location": point, "venue": {"location": point, "title": "Pier 7", "address": "Quay"}})));
    let names: Vec<_> = venue.attachments.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Pier 7, Quay"]);
    let card = |user: u64| json!({"contact": {"phone_number": "491701234567", "first_name": "Ana", "user_id": user}});
    let own = heard(&message(card(5_512_345_678)));
    assert_eq!((own.text.as_str(), own.attachments[0].name.as_str()), ("+491701234567", "Ana, +491701234567"));
    assert_eq!(heard(&message(card(7))).text, "");
}

#[test]
fn a_tap_is_the_choice_with_its_label_once_for_each_button() {
    let keyboard =
        json!([[{"text": "Talk to a human", "callback_data": "handoff"}], [{"text": "Help", "url": "https://x"}]]);
    let update = tap("handoff", keyboard);
    let (key, _) = asks(&update).remove(0);
    assert_eq!(key.as_deref(), Some("tap:413:handoff"));
    assert_eq!(heard(&update), Heard::tap("handoff", "Talk to a human"));
    let Ok(Told::Done { courtesy, .. }) = told(&update) else { panic!() };
    let tapped = Courtesy::Tapped { tap: "4382bfdwdsb323b2d9".into(), message: Some("413".into()) };
    assert_eq!(courtesy, Some(tapped));
    // Of an old message only a stub is left.
    let stub = json!({"update_id": 1, "callback_query": {"id": "4", "from": ana(), "data": "handoff",
        "message": {"message_id": 413, "date": 0, "chat": private_chat()}}});
    assert_eq!(heard(&stub), Heard::tap("handoff", "handoff"));
}

#[test]
fn a_button_whose_id_did_not_fit_says_its_label() {
    let keyboard = json!([[{"text": "One", "callback_data": "#0"}], [{"text": "Two", "callback_data": "#1"}]]);
    assert_eq!(heard(&tap("#1", keyboard)), Heard::text("Two"));
    assert_eq!(told(&tap("#1", json!([]))), Err("tap on a button that nobody knows any more"));
}

#[test]
fn edits_reactions_and_the_switch_are_told() {
    let mut edit = message(json!({"text": "in red?", "edit_date": 1_785_312_060}));
    let edited = edit.as_object_mut().unwrap().remove("message").unwrap();
    let update = json!({"update_id": 9, "edited_message": edited});
    let change = Change::Edited { text: "in red?".into(), number: 1_785_312_060 };
    let at = Some(Timestamp(1_785_312_060_000));
    let (key, command) = asks(&update).remove(0);
    assert_eq!(key.as_deref(), Some("edit:9:412"));
    assert_eq!(command, Command::Change { provider_id: "412".into(), change, provider_at: at });

    let reaction = |new: Value| {
        json!({"update_id": 10, "message_reaction": {"chat": private_chat(), "message_id": 413, "user": ana(),
            "date": 1_785_312_061, "old_reaction": [], "new_reaction": new}})
    };
    let with = |new: Value| match asks(&reaction(new)).remove(0).1 {
        Command::Change { change: Change::Reacted { with }, .. } => with,
        other => panic!("{other:?}"),
    };
    assert_eq!(with(json!([{"type": "emoji", "emoji": "👍"}])).as_deref(), Some("👍"));
    assert_eq!(with(json!([{"type": "custom_emoji", "custom_emoji_id": "5"}])).as_deref(), Some("custom_emoji"));
    assert_eq!(with(json!([])), None);

    for (status, word) in [("kicked", ProviderWord::Block), ("member", ProviderWord::Unblock)] {
        let update = json!({"update_id": 11, "my_chat_member": {"date": 1, "chat": private_chat(), "from": ana(),
            "old_chat_member": {"status": "member"}, "new_chat_member": {"status": status}}});
        let (key, command) = asks(&update).remove(0);
        assert_eq!((key.as_deref(), command), (Some("switch:11"), switch(word)));
    }
}

#[test]
fn groups_and_bots_are_passed_over() {
    for kind in ["group", "supergroup", "channel", "", "PRIVATE"] {
        let chat = json!({"id": -100_123, "type": kind});
        let update = message(json!({"chat": chat, "text": "Hi all"}));
        assert_eq!(told(&update), Ok(Told::PassedOver("in a group")), "{kind}");
    }
    let bot = json!({"id": 7, "is_bot": true, "first_name": "B"});
    assert_eq!(told(&message(json!({"from": bot, "text": "Beep"}))), Ok(Told::PassedOver("by a bot")));
}

#[test]
fn what_says_nothing_to_us_is_kept_raw() {
    for (body, why) in [
        ("", NOT_READABLE),
        ("null", NOT_READABLE),
        ("[]", "no update id"),
        ("{}", "no update id"),
        ("\u{0}", NOT_READABLE),
        (r#"{"update_id":1}"#, "of an unknown kind"),
        (r#"{"update_id":1,"poll":{"id":"7"}}"#, "of an unknown kind"),
        (r#"{"update_id":1,"message":{"message_id":1}}"#, "no chat"),
        (r#"{"update_id":1,"message":{"message_id":1,"chat":{"type":"private"}}}"#, "no chat"),
        (r#"{"update_id":1,"message":{"chat":{"id":5,"type":"private"},"text":"x"}}"#, "no message id"),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"new_chat_title":"x"}}"#,
            "message without content",
        ),
        (r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":7.5}}"#, NOT_READABLE),
        (
            r#"{"update_id":1,"callback_query":{"id":"4","inline_message_id":"x","data":"y"}}"#,
            "tap without its message",
        ),
    ] {
        assert_eq!(read_bytes(body.as_bytes()), Err(why), "{body}");
    }
    assert_eq!(told(&tap("", json!([]))), Err("tap without data"));
}

#[test]
fn ids_may_be_words_and_damaged_letters_do_no_harm() {
    let body = br#"{"update_id":"7","message":{"message_id":"8","date":"1785312000","chat":{"id":"5512345678","type":"private"},"text":"a\ud800b\u0000c"}}"#;
    let Ok(Told::Done { chat, asks, .. }) = read_bytes(body) else { panic!() };
    assert_eq!((chat.as_str(), asks[0].0.as_deref()), (CHAT, Some("in:7:8")));
    assert!(matches!(&asks[0].1, Command::Hear { heard, .. } if heard.text == "a\u{fffd}b\u{fffd}c"));
    let turned = json!({"id": 5, "first_name": "\u{202e}Ana\u{2066}", "last_name": " Silva "});
    let Command::Hear { name, .. } = asks_of(&message(json!({"from": turned, "text": "x"}))) else { panic!() };
    assert_eq!(name.as_deref(), Some("Ana Silva"));
    assert_eq!(heard(&message(json!({"text": "é".repeat(30_000)}))).text.chars().count(), 20_000);
}

fn asks_of(update: &Value) -> Command {
    asks(update).remove(0).1
}

/// Any JSON, and often with names that mean something here.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z/ #]{0,8}".prop_map(Value::from),
        Just(json!("private")),
        Just(private_chat()),
    ];
    let names = prop::sample::select(vec![
        "update_id",
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "message_reaction",
        "chat",
        "id",
        "type",
        "from",
        "text",
        "photo",
        "document",
        "file_id",
        "file_size",
        "location",
        "venue",
        "contact",
        "message_id",
        "date",
        "edit_date",
        "data",
        "reply_markup",
        "inline_keyboard",
        "new_chat_member",
        "status",
        "new_reaction",
        "emoji",
    ]);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        let names = names.clone().prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..8).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_bytes(&body);
    }

    #[test]
    fn no_json_makes_it_panic(update in any_json()) {
        let _ = told(&update);
    }

    #[test]
    fn no_known_field_is_lost(
        text in option_of("[^\0/]{1,80}"),
        files in prop::collection::btree_map(
            prop::sample::select(vec!["sticker", "video", "video_note", "voice", "audio", "document"]), "[A-Za-z0-9_-]{1,40}", 0..6),
        first in "[a-zA-Z]{1,12}",
        update in 1_u64..1 << 52,
        chat in 1_u64..1 << 52,
        unknown in prop::collection::btree_map("[a-z]{3,9}_x", any_json(), 0..4),
    ) {
        let mut sent = json!({"message_id": 9, "date": 1_785_312_000, "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "first_name": first}});
        let fields = sent.as_object_mut().unwrap();
        fields.extend(unknown);
        fields.extend(text.clone().map(|text| (if files.is_empty() { "text" } else { "caption" }.to_owned(), json!(text))));
        fields.extend(files.iter().map(|(what, id)| ((*what).to_owned(), json!({"file_id": id}))));
        match told(&json!({"update_id": update, "message": sent})) {
            Ok(Told::Done { chat: of, asks, .. }) => {
                prop_assert_eq!(of, chat.to_string());
                prop_assert_eq!(asks[0].0.clone(), Some(format!("in:{update}:9")));
                let Command::Hear { heard, name, .. } = &asks[0].1 else { panic!() };
                prop_assert_eq!(&heard.text, &text.unwrap_or_default());
                prop_assert_eq!(name.as_deref(), Some(first.as_str()));
                let mut there: Vec<_> = heard.attachments.iter().map(|it| it.url.rsplit('/').next().unwrap().to_owned()).collect();
                let mut wanted: Vec<_> = files.into_values().collect();
                there.sort();
                wanted.sort();
                prop_assert_eq!(there, wanted);
            }
            other => prop_assert!(files.is_empty() && text.is_none_or(|text| text.trim().is_empty()), "{:?}", other),
        }
    }
}

fn option_of(words: &'static str) -> impl Strategy<Value = Option<String>> {
    prop::option::of(words)
}
