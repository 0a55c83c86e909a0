use proptest::prelude::*;

use super::*;

const SID: &str = "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OURS: Ours<'_> = Ours { account_sid: "AC1", number: Some("+14155550199") };

fn form(pairs: &[(&str, &str)]) -> Fields<'static> {
    pairs.iter().map(|(name, value)| ((*name).to_owned().into(), (*value).to_owned().into())).collect()
}

/// A text message with these fields beside the usual.
fn message(more: &[(&str, &str)]) -> Result<Told, Unread> {
    let usual = [("MessageSid", SID), ("AccountSid", "AC1"), ("From", "+14155550100"), ("To", "+14155550199")];
    // What is said twice counts as it was said first.
    let pairs: Vec<(&str, &str)> = more.iter().chain(&usual).copied().collect();
    read(&form(&pairs), &OURS)
}

fn heard(more: &[(&str, &str)]) -> Heard {
    match message(more) {
        Ok(Told::Said { command: Command::Hear { heard, .. }, .. }) => heard,
        other => panic!("{other:?}"),
    }
}

fn status(more: &[(&str, &str)]) -> Result<Status, Unread> {
    message(more).map(|told| match told {
        Told::Status { status, .. } => status,
        Told::Said { .. } => panic!("a message"),
    })
}

#[test]
fn a_text_is_heard_with_its_sender_and_its_key() {
    let Ok(Told::Said { from, key, command }) = message(&[("Body", " Hi + bye "), ("NumMedia", "0")]) else {
        panic!("nothing said")
    };
    assert_eq!((from.as_str(), key), ("+14155550100", format!("in:{SID}")));
    let heard = Heard::text(" Hi + bye ");
    assert_eq!(command, Command::Hear { heard, provider_id: Some(SID.into()), provider_at: None, name: None });
}

#[test]
fn media_are_attachments_however_many_are_announced() {
    let heard = heard(&[
        ("Body", ""),
        ("NumMedia", "1"),
        ("MediaUrl0", "https://api.twilio.com/0"),
        ("MediaContentType0", "image/jpeg"),
        ("MediaUrl1", "https://api.twilio.com/1"),
        ("MediaContentType1", "audio/amr"),
        ("MediaUrl2", "javascript:alert(1)"),
        ("MediaUrl4", "https://api.twilio.com/4"),
    ]);
    let found: Vec<_> = heard.attachments.iter().map(|it| (it.kind.as_str(), it.url.as_str())).collect();
    assert_eq!(found, [("image", "https://api.twilio.com/0"), ("audio", "https://api.twilio.com/1"), ("file", "")]);
}

#[test]
fn words_that_twilio_acts_on_are_told_as_such() {
    use ProviderWord::{Help, Start, Stop, Yes};
    let word = |more: &[(&str, &str)]| match message(more) {
        Ok(Told::Said { command: Command::TellProvider { word, .. }, .. }) => Some(word),
        _ => None,
    };
    for (text, meant) in [
        ("STOP", Some(Stop)),
        (" stop\n", Some(Stop)),
        ("Unsubscribe", Some(Stop)),
        ("stop it", None),
        ("start", Some(Start)),
        ("Yes", Some(Yes)),
        ("help", Some(Help)),
        ("help me", None),
    ] {
        assert_eq!(word(&[("Body", text)]), meant, "{text}");
    }
    assert_eq!(word(&[("Body", "ARRET"), ("OptOutType", "STOP")]), Some(Stop));
    assert_eq!(word(&[("Body", "STOP"), ("MediaUrl0", "https://a.example/0")]), None);
}

#[test]
fn statuses_say_how_far_a_message_came() {
    assert_eq!(status(&[("MessageStatus", "sent")]), Ok(Status::Accepted));
    assert_eq!(status(&[("MessageStatus", "delivered")]), Ok(Status::Delivered));
    assert_eq!(status(&[("MessageStatus", "read")]), Ok(Status::Read));
    assert_eq!(status(&[("MessageStatus", "teleported")]), Err("of an unknown status"));
    let lost = |code| status(&[("MessageStatus", "undelivered"), ("ErrorCode", code)]);
    assert!(matches!(lost("30006"), Ok(Status::Lost { reason, opted_out: false }) if reason.contains("landline")));
    assert!(matches!(lost("21610"), Ok(Status::Lost { opted_out: true, .. })));
    assert!(matches!(lost("x"), Ok(Status::Lost { opted_out: false, .. })));
}

#[test]
fn what_is_not_for_us_is_kept_raw() {
    for (more, why) in [
        (&[("Body", "x"), ("AccountSid", "AC2")][..], "another account"),
        (&[("Body", "x"), ("From", "whatsapp:+14155550100")], "another channel"),
        (&[("Body", "x"), ("From", "+14155550199")], "from ourselves"),
        (&[("Body", "x"), ("From", "")], "no sender"),
        (&[("Body", " ")], "message without content"),
        (&[("MessageStatus", "sent"), ("To", "")], "no recipient"),
    ] {
        assert_eq!(message(more), Err(why), "{more:?}");
    }
    assert_eq!(read(&form(&[]), &OURS), Err("no message sid"));
    assert_eq!(read(&form(&[("MessageSid", &"x".repeat(513))]), &OURS), Err("no message sid"));
}

#[test]
fn odd_letters_do_no_harm() {
    assert_eq!(heard(&[("Body", "a\0b")]).text, "a\u{fffd}b");
    assert_eq!(heard(&[("Body", &"é".repeat(30_000))]).text.chars().count(), TEXT_CHARACTERS_MAX);
    let bytes = b"MessageSid=SM1&From=%2B1&Body=%ED%A0%80%FF&%=%&&=&Body";
    let fields: Fields = url::form_urlencoded::parse(bytes).collect();
    assert!(read(&fields, &OURS).is_ok());
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let fields: Fields = url::form_urlencoded::parse(&body).collect();
        let _ = read(&fields, &OURS);
    }

    #[test]
    fn no_known_field_is_lost(
        from in "\\+[1-9][0-9]{6,14}",
        text in "[^\0]{1,80}",
        media in prop::collection::vec(("https://[a-z]{1,9}\\.example/[a-z0-9]{0,9}", "(image|audio|video|text)/[a-z]{1,9}"), 0..10),
        unknown in prop::collection::vec(("[A-Z][a-z]{3,9}X", "[^\0]{0,20}"), 0..6),
        seed in any::<u64>(),
    ) {
        let mut pairs = vec![("MessageSid".to_owned(), SID.to_owned()), ("From".into(), from.clone()), ("Body".into(), text.clone())];
        for (number, (url, kind)) in media.iter().enumerate() {
            pairs.push((format!("MediaUrl{number}"), url.clone()));
            pairs.push((format!("MediaContentType{number}"), kind.clone()));
        }
        pairs.extend(unknown);
        let by = usize::try_from(seed % pairs.len() as u64).unwrap();
        pairs.rotate_left(by);
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let fields: Fields = url::form_urlencoded::parse(encoded.as_bytes()).collect();
        match read(&fields, &OURS) {
            Ok(Told::Said { from: who, key, command }) => {
                prop_assert_eq!(who, from);
                prop_assert_eq!(key, format!("in:{SID}"));
                match command {
                    Command::Hear { heard, .. } => {
                        prop_assert_eq!(heard.text, text);
                        let urls: Vec<_> = heard.attachments.iter().map(|it| it.url.clone()).collect();
                        prop_assert_eq!(urls, media.iter().map(|(url, _)| url.clone()).collect::<Vec<_>>());
                    }
                    Command::TellProvider { text: said, .. } => prop_assert_eq!(said, text),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            other => prop_assert!(text.trim().is_empty() && media.is_empty(), "{:?}", other),
        }
    }
}
