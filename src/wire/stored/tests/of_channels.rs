//! What channels brought, each a little of its own.

use super::*;

pub(super) fn instagram_samples() -> Vec<Vec<u8>> {
    let part = |last| OwnPart { seq: 2, words: 0x1234_5678, last, at: Timestamp(5) };
    let state = State { own_words: OwnWords([part(false), part(true)].into()), ..State::default() };
    vec![write_state(&state), write_summary(&Summary { channel: Channel::Instagram, ..sample_summary() })]
}

pub(super) fn telegram_samples() -> Vec<Vec<u8>> {
    let named = Named { seq: Some(2), mark: 7, edits: 0, gone: false, words: 0x1234_5678 };
    let state = State { names: Names([named].into()), ..State::default() };
    vec![write_state(&state), write_summary(&Summary { channel: Channel::Telegram, ..sample_summary() })]
}

pub(super) fn left_samples() -> Vec<Vec<u8>> {
    let delivery = Delivery { turn: 0, by_bot: true, said_at: Timestamp(2), state: DeliveryState::Left };
    let state = State { deliveries: [(2, delivery)].into(), ..State::default() };
    vec![write_event(&Event::LeftBe { of: 2, by: Some(ada()) }), write_state(&state)]
}

pub(super) fn template_samples() -> Vec<Vec<u8>> {
    let template = || {
        let values = vec!["Zoë".to_owned()];
        Some(Filled { name: "follow_up".to_owned(), language: "en_US".to_owned(), values })
    };
    let (agent, text, turn) = (ada(), "Hello Zoë.".to_owned(), 4);
    let said = Event::AgentSaid { agent, text, attachment: None, turn, template: template() };
    let by = Author::Person { late_from: Some(Timestamp(7)), template: template() };
    let summary = Summary { channel: Channel::WhatsApp, ..sample_summary() };
    vec![write_event(&said), write_queued(&sample_line(), &by), write_summary(&summary)]
}

pub(super) fn consent_samples() -> Vec<Vec<u8>> {
    let reason = || "the contact has opted out by writing “STOP”".to_owned();
    let told = Event::ToldProvider { text: "STOP".to_owned(), provider_id: Some("SM1".to_owned()) };
    let events =
        [told, Event::OptedOut { reason: reason() }, Event::OptedIn, Event::Bounced { of: 2, reason: reason() }];
    let bounced = DeliveryState::Bounced { provider_id: "SM2".to_owned() };
    let delivery = Delivery { turn: 0, by_bot: true, said_at: Timestamp(2), state: bounced };
    let state = State { opted_out: Some(reason()), deliveries: [(2, delivery)].into(), ..State::default() };
    events.iter().map(write_event).chain([write_state(&state)]).collect()
}

pub(super) fn question_samples() -> Vec<Vec<u8>> {
    let text = |text: &str| text.to_owned();
    let asked = |kind, skip| {
        let wanted = Some(Box::new(Wanted { kind, attribute: "email".to_owned(), skip }));
        let (line, why) = (Line { wanted, ..Line::text("Which?") }, Why::AskedAgain);
        write_event(&Event::BotSaid { line, why, from: Origin::default(), then: Place::Idle, turn: 1 })
    };
    let yes_no = WantedKind::YesNo { yes: text("yes"), no: text("no") };
    let aged = write_event(&Event::LeftBe { of: 2, by: None });
    vec![asked(WantedKind::Email, Some(text("skip"))), asked(WantedKind::Date, None), asked(yes_no, None), aged]
}

pub(super) fn size_and_urgency_samples() -> Vec<Vec<u8>> {
    let (kind, url) = (AttachmentKind::Audio, "/uploads/00000000000000000000000000000007/tide.ogg".to_owned());
    let attachments = vec![Attachment { kind, url, name: "tide.ogg".to_owned(), bytes: Some(48_213) }];
    let heard = Heard { attachments, ..Heard::default() };
    let said = write_event(&Event::ContactSaid { heard, provider_id: None, provider_at: None });
    vec![said, write_queued(&sample_line(), &Author::Bot { awaited: false })]
}
