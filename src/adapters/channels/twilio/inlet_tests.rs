use bytes::Bytes;
use ring::hmac;

use super::*;
use crate::domain::ids::{ConversationId, DeliveryId};

const BASE: &str = "https://chat.example.org";
const PATH: &str = "/webhooks/twilio/harbor-sms";
const TEXT: &str = "MessageSid=SM1&AccountSid=AC1&From=%2B14155550100&To=%2B14155550199&Body=Hello";

fn inlet() -> TwilioInlet {
    TwilioInlet::new(
        BASE.into(),
        vec![Line {
            account: AccountId::new("harbor-sms"),
            account_sid: "AC1".into(),
            auth_token: "token".into(),
            shared_key: None,
            number: Some("+14155550199".into()),
        }],
    )
}

fn sign(text: &str) -> String {
    use base64::Engine;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"token");
    base64::engine::general_purpose::STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// A form as Twilio posts it to this address, with the signature it would have.
fn post(path: &str, query: &str, body: &str) -> Result<Received, NotTaken> {
    let mut fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
    fields.sort();
    let rest: String = fields.iter().flat_map(|(name, value)| [&**name, &**value]).collect();
    let question = if query.is_empty() { "" } else { "?" };
    ask(path, query, body, &sign(&format!("{BASE}{path}{question}{query}{rest}")), true)
}

fn ask(path: &str, query: &str, body: &str, signature: &str, is_post: bool) -> Result<Received, NotTaken> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let place = path.strip_prefix("/webhooks/twilio/").unwrap();
    inlet().receive(&Webhook { is_post, path, place, query, headers: &[(SIGNATURE, signature)], body: &body })
}

#[test]
fn a_message_is_heard_and_answered_with_nothing() {
    let received = post(PATH, "", TEXT).unwrap();
    assert_eq!(received.asks[0].key.as_deref(), Some("in:SM1"));
    assert_eq!(received.asks[0].contact.external_key, "+14155550100");
    assert_eq!(received.answer.content_type, "text/xml; charset=utf-8");
    assert!(received.answer.body.ends_with("<Response></Response>"));
}

#[test]
fn a_message_may_come_by_get() {
    let received = ask(PATH, TEXT, "", &sign(&format!("{BASE}{PATH}?{TEXT}")), false).unwrap();
    assert_eq!(received.asks.len(), 1);
}

#[test]
fn whoever_cannot_sign_is_not_heard() {
    for signature in ["", "AAAA", &sign("https://chat.example.org/webhooks/twilio/harbor-sms")] {
        assert_eq!(ask(PATH, "", TEXT, signature, true).unwrap_err(), NotTaken::NotSigned, "{signature}");
    }
    assert_eq!(post("/webhooks/twilio/another", "", TEXT).unwrap_err(), NotTaken::Nowhere);
    assert_eq!(post("/webhooks/twilio/harbor-sms/status/x", "", TEXT).unwrap_err(), NotTaken::Nowhere);
}

#[test]
fn what_is_no_form_is_kept_if_it_is_signed() {
    let body = Bytes::from_static(br#"{"MessageSid":"SM1"}"#);
    let hash = hex::encode(ring::digest::digest(&ring::digest::SHA256, &body));
    let query = format!("bodySHA256={hash}");
    let signature = sign(&format!("{BASE}{PATH}?{query}"));
    let headers = [(SIGNATURE, signature.as_str()), ("Content-Type", "application/json")];
    let webhook =
        Webhook { is_post: true, path: PATH, place: "harbor-sms", query: &query, headers: &headers, body: &body };
    assert_eq!(inlet().receive(&webhook).unwrap().unread[0].reason, "not a form");
    let other = Bytes::from_static(br#"{"MessageSid":"SM2"}"#);
    assert_eq!(inlet().receive(&Webhook { body: &other, ..webhook }).unwrap_err(), NotTaken::NotSigned);
}

fn status(status: &str, mark: &str) -> Vec<Command> {
    let body = format!("MessageSid=SM9&AccountSid=AC1&From=%2B14155550199&To=%2B14155550100&MessageStatus={status}");
    let received = post(&format!("{PATH}/status"), mark, &body).unwrap();
    received.asks.into_iter().map(|inbound| inbound.command).collect()
}

fn id(contact: &str) -> DeliveryId {
    DeliveryId { conversation: ConversationId::of(&AccountId::new("harbor-sms"), contact), seq: 12 }
}

#[test]
fn a_callback_proves_that_its_message_was_taken() {
    let echo = Command::Echo { of: Some(12), provider_id: "SM9".into(), text: String::new() };
    let mark = format!("delivery={}", id("+14155550100"));
    assert_eq!(status("sent", &mark), std::slice::from_ref(&echo));
    let delivered =
        Command::Acknowledge { receipt: Receipt::Delivered, provider_ids: vec!["SM9".into()], watermark: None };
    assert_eq!(status("delivered", &mark), [echo.clone(), delivered.clone()]);
    assert_eq!(status("delivered", ""), std::slice::from_ref(&delivered));
    assert!(matches!(&status("failed", &mark)[..], [first, Command::Bounce { of: Some(12), .. }] if *first == echo));
    // The beginning of a long message proves nothing about its end, and another contact's mark nothing at all.
    assert_eq!(status("sent", &format!("{mark}%3A1")), []);
    assert_eq!(status("delivered", &format!("delivery={}", id("+1999"))), [delivered]);
}
