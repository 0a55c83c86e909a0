mod of_aside;
mod of_assigning;
mod of_channels;
mod of_summary;

use proptest::prelude::*;
use uuid::Uuid;

use super::any::{any_author, any_event, any_line, any_state, any_summary};
use super::*;
use crate::domain::account::Channel;
use crate::domain::alert::{Alert, Fate, Open, Recipient};
use crate::domain::aside::{Before, Status};
use crate::domain::call::{Ask, Backlog, Ending, Method, OpenCall, Request};
use crate::domain::changes::{Change, Named, Names};
use crate::domain::echoes::{OwnPart, OwnWords};
use crate::domain::event::*;
use crate::domain::ids::{AccountId, AgentId, BotId, BotVersion, ConversationId};
use crate::domain::label::Label;
use crate::domain::message::*;
use crate::domain::priority::Priority;
use crate::domain::session::Session;
use crate::domain::state::*;
use crate::domain::summary::*;
use crate::domain::template::Filled;
use crate::domain::time::Timestamp;
use crate::domain::unread::Written;
use crate::domain::window::{Author, Window};
use of_channels::{
    consent_samples, instagram_samples, left_samples, question_samples, size_and_urgency_samples, telegram_samples,
    template_samples,
};
use of_summary::sample_summary;

/// Values as version 1 stores them, one a line. Lines are added, never changed: they lie on disks.
const PINNED: &str = include_str!("v1.jsonl");

#[test]
fn what_is_stored_keeps_its_shape() {
    let written = samples().into_iter().map(|bytes| String::from_utf8(bytes).expect("text")).collect::<Vec<_>>();
    assert_eq!(written.join("\n"), PINNED.trim_end());
}

#[test]
fn what_a_database_looks_for_is_how_it_begins() {
    let found = |begins: &str| PINNED.lines().filter(|line| line.starts_with(begins)).count();
    assert_eq!([found(NOTE_BEGINS), found(PAGE_BEGINS)], [1, 1]);
}

#[test]
fn a_value_of_another_version_is_refused_by_its_version() {
    let refusal = read_event(br#"{"v":2,"is":{"contact_teleported":{"to":"Mars"}}}"#).expect_err("is refused");
    assert!(
        refusal.to_string().starts_with("an event: it has version 2, and this program reads version 1"),
        "{refusal}"
    );
}

#[test]
fn damage_is_an_error() {
    for damaged in ["", "{", r#"{"v":1}"#, r#"{"v":1,"is":{"contact_sa"#, r#"{"v":1,"is":{"no_such_event":{}}}"#] {
        read_event(damaged.as_bytes()).expect_err("cannot be read");
    }
}

#[test]
fn a_list_with_a_channel_younger_than_its_reader_is_read_all_the_same() {
    let stored = String::from_utf8(write_summary(&Summary { channel: Channel::Instagram, ..sample_summary() }));
    let stored = stored.expect("text");
    assert!(stored.contains(r#""channel":"messenger","younger":"instagram""#), "{stored}");
    assert_eq!(read_summary(stored.as_bytes()).expect("reads").channel, Channel::Instagram);
    let later = stored.replace("instagram", "carrier_pigeon");
    assert_eq!(read_summary(later.as_bytes()).expect("reads").channel, Channel::Messenger);
}

proptest! {
    #[test]
    fn every_event_reads_back_what_was_written(event in any_event()) {
        prop_assert_eq!(read_event(&write_event(&event)).expect("reads"), event);
    }

    #[test]
    fn every_state_reads_back_what_was_written(state in any_state()) {
        prop_assert_eq!(read_state(&write_state(&state)).expect("reads"), state);
    }

    #[test]
    fn every_summary_reads_back_what_was_written(summary in any_summary()) {
        prop_assert_eq!(read_summary(&write_summary(&summary)).expect("reads"), summary);
    }

    #[test]
    fn every_line_reads_back_what_was_written(line in any_line(), by in any_author()) {
        let written = write_queued(&line, &by);
        prop_assert_eq!(read_queued(&written, by.is_bot()).expect("reads"), (line, by));
    }
}

fn samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<_> = sample_events().iter().map(write_event).collect();
    samples.push(write_state(&State::default()));
    samples.push(write_state(&sample_state()));
    samples.push(write_summary(&sample_summary()));
    samples.push(write_queued(&sample_line(), &Author::Bot { awaited: true }));
    samples.extend(later_samples());
    samples.extend(call_samples());
    samples.extend(label_samples());
    samples.extend(consent_samples());
    samples.extend(change_samples());
    samples.extend(window_samples());
    samples.extend(telegram_samples());
    samples.extend(instagram_samples());
    samples.extend(template_samples());
    samples.extend(left_samples());
    samples.extend(of_assigning::samples());
    samples.extend(question_samples());
    samples.extend(of_aside::samples());
    samples.extend(of_summary::samples());
    samples.extend(size_and_urgency_samples());
    samples
}

fn ada() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(7)), name: "Ada".to_owned() }
}

fn sample_line() -> Line {
    let choice = Choice { id: "c1".to_owned(), label: "“Yes”\n".to_owned() };
    Line { text: "Shall I?".to_owned(), choices: vec![choice], attachment: None, wanted: None }
}

fn sample_events() -> Vec<Event> {
    let text = |text: &str| text.to_owned();
    let until = Some(Timestamp(1_800_000_000_000));
    let step = Step { dialogue: text("quote"), widget: 2, part: 0 };
    let photo = Attachment {
        kind: AttachmentKind::Image,
        url: text("https://a.example/1"),
        name: text("roof.jpg"),
        bytes: None,
    };
    let heard = Heard { text: text("look"), tap: Some(text("c1")), referral: None, attachments: vec![photo] };
    vec![
        Event::ContactSaid { heard: Heard::text("hi"), provider_id: None, provider_at: None },
        Event::ContactSaid { heard, provider_id: Some(text("m_1")), provider_at: until },
        Event::ContactNamed { name: text("Zoë") },
        Event::PageViewed { url: text("/prices"), title: text("Prices") },
        Event::AttributeSet { name: text("zip"), value: text("80331"), by: None, from: Origin::default() },
        Event::BotSaid {
            line: Line::text("Hello"),
            why: Why::FirstContact,
            from: Origin::default(),
            then: Place::Idle,
            turn: 0,
        },
        Event::BotSaid {
            line: sample_line(),
            why: Why::Keyword(text("hours")),
            from: Origin::default(),
            then: Place::Asking(step.clone()),
            turn: 3,
        },
        Event::BotMoved { from: Origin::default(), then: Place::OfferedHuman },
        Event::AgentSaid { agent: ada(), text: text("Hi, Ada here."), attachment: None, turn: 4, template: None },
        Event::OutsideSaid { text: text("from the Page"), provider_id: text("m_2") },
        Event::NoteAdded { agent: ada(), text: text("likes blue") },
        Event::HandedOff {
            reason: Reason::HotLead,
            words: text("call me"),
            then: Place::Interrupted(step),
            from: Origin::default(),
            closed: false,
            next: None,
        },
        Event::TakenOver { by: Speaker::Agent(ada()), until, given_by: None },
        Event::TakenOver { by: Speaker::Outside, until: None, given_by: None },
        Event::TakenOver { by: Speaker::Agent(ada()), until, given_by: Some(ada()) },
        Event::PauseMoved { by: Speaker::System, until: None, why: PauseMove::Kept },
        Event::PauseEnding { until: Timestamp(5) },
        Event::GivenBack { by: Some(ada()), why: GiveBack::ByAgent, then: Place::Idle },
        Event::GivenBack { by: None, why: GiveBack::PauseEnded, then: Place::Idle },
        Event::Sent { of: 2, provider_id: text("m_3") },
        Event::Received { of: vec![2, 3], receipt: Receipt::Read },
        Event::Retrying { of: 2, at: Timestamp(9), reason: text("busy") },
        Event::Uncertain { of: 2, again_at: None, reason: text("timeout") },
        Event::Failed { of: 2, reason: text("blocked") },
        Event::Withdrawn { of: vec![2] },
        Event::SendingAgain { of: 2, by: ada() },
        Event::Suppressed { text: text("too late"), turn: 1 },
        Event::Alerted { text: text("nobody is on duty") },
    ]
}

fn sample_state() -> State {
    let sent = DeliveryState::Sent { provider_id: "m_1".to_owned() };
    State {
        own_words: OwnWords::default(),
        seq: 9,
        turn: 2,
        mode: Mode::Human {
            by: Speaker::Agent(ada()),
            until: Some(Timestamp(8)),
            warn_at: Some(Timestamp(7)),
            wanted: Some((Reason::Asked, "a person".to_owned())),
        },
        since: Timestamp(4),
        place: Place::OfferedHuman,
        pinned: None,
        unmatched: 1,
        tries: 0,
        session: Session::default(),
        later: None,
        greeted: true,
        name: Some("Zoë".to_owned()),
        attributes: [("zip".to_owned(), "80331".to_owned())].into(),
        labels: Default::default(),
        assigned: Default::default(),
        opted_out: None,
        unanswered: Some(Unanswered { count: 2, seq: 9, heard: Heard::tap("c1", "Yes"), called: false }),
        last: Some(LastWords { text: "Yes".to_owned(), by: Voice::Contact, at: Timestamp(6) }),
        heard_at: None,
        said: [Said { seq: 2, agent: None }, Said { seq: 5, agent: Some(ada().id) }].into(),
        shown: 2,
        void_below: 2,
        deliveries: [
            (2, Delivery { turn: 0, by_bot: true, said_at: Timestamp(2), state: sent }),
            (
                5,
                Delivery {
                    turn: 2,
                    by_bot: false,
                    said_at: Timestamp(5),
                    state: DeliveryState::Uncertain { again: true },
                },
            ),
        ]
        .into(),
        names: Names::default(),
        alerts: Default::default(),
        trouble: true,
        call: None,
        backlog: Backlog::default(),
        calls: 0,
        priority: Priority::None,
        blocked: false,
        written: Written::default(),
        status: Status::Open,
        before: None,
    }
}

/// What was added to version 1 since: lines that follow those of the beginning.
fn later_samples() -> Vec<Vec<u8>> {
    let text = |text: &str| text.to_owned();
    let step = Step { dialogue: text("quote"), widget: 2, part: 1 };
    let from = Origin { bot: None, trigger: Some(text("get a quote")), widget: Some(step.clone()) };
    let next = Some(Timestamp(1_800_000_000_000));
    let photo =
        Attachment { kind: AttachmentKind::Image, url: text("https://a.example/1"), name: text("boat"), bytes: None };
    let line = Line { attachment: Some(photo), ..Line::text("Look") };
    let heard = Heard { referral: Some(text("summer")), ..Heard::text("hi") };
    let said =
        |why| Event::BotSaid { line: Line::text("…"), why, from: Origin::default(), then: Place::Idle, turn: 1 };
    let later = Later { dialogue: text("offer"), at: next };
    let whys = [
        Why::PageVisit(text("/prices")),
        Why::Referral(text("summer")),
        Why::Button(text("GET_STARTED")),
        Why::Hours,
        Why::NotUnderstood,
        Why::Cancelled,
        Why::StillCalling,
        Why::AskingHowToReach,
        Why::Reached,
    ];
    let mut events = vec![
        Event::ContactSaid { heard, provider_id: None, provider_at: None },
        Event::AttributeSet { name: text("zip"), value: text("80331"), by: None, from: from.clone() },
        Event::FormCompleted { form: text("quote"), answers: vec![(text("zip"), text("80331"))], from: from.clone() },
        Event::Scored { points: 5, hot: true, from: from.clone() },
        Event::Scored { points: -1, hot: false, from: Origin::default() },
        Event::Pulled { trigger: text("prices seen"), later: Some(later.clone()) },
        Event::Pulled { trigger: text("prices seen"), later: None },
        Event::BotSaid {
            line,
            why: Why::FirstContact,
            from: from.clone(),
            then: Place::Delayed { step, until: Timestamp(7) },
            turn: 0,
        },
        Event::HandedOff { reason: Reason::Asked, words: text("a human"), then: Place::Idle, from, closed: true, next },
        Event::Climbed { rungs: 1, text: text("Nobody came."), next },
    ];
    events.extend(whys.map(said));
    let session = Session {
        number: 2,
        active_at: Timestamp(5),
        wrote: true,
        score: 5,
        hot: true,
        pulled: vec![text("prices seen")],
        pages: vec![(text("/prices"), 2)],
        alerts: 0,
        over: false,
    };
    let (words, reach) = (text("a human"), Reach::AskedAgain);
    let mode = Mode::Waiting { reason: Reason::Asked, words, rungs: 1, next, closed: true, reach };
    let state = State { mode, session, tries: 2, later: Some((text("prices seen"), later)), ..State::default() };
    let mut samples: Vec<_> = events.iter().map(write_event).collect();
    samples.push(write_state(&state));
    samples.push(write_summary(&Summary { hot: true, rungs: 2, ..sample_summary() }));
    samples.extend(alert_samples());
    samples.extend(version_samples());
    samples
}

fn alert_samples() -> Vec<Vec<u8>> {
    let text = |text: &str| text.to_owned();
    let address = |text: &str| Recipient::Address(text.to_owned());
    let from = Origin { bot: None, trigger: Some(text("quote")), widget: Some(Step::start("quote")) };
    let whole = Alert {
        to: vec![Recipient::Agents, address("sales@harbor.example")],
        cc: vec![Recipient::Supervisors, Recipient::Admins],
        reply_to: Some(text("zoe@example.org")),
        subject: text("A quote for Zoë"),
        body: text("A boat.\n"),
        because: text("the form “quote” is complete"),
    };
    let bare = Alert { cc: Vec::new(), reply_to: None, ..whole.clone() };
    let reason = || text("451 greylisted");
    let fates = [
        Fate::Sent { words: text("250 OK") },
        Fate::Again { at: Timestamp(9), reason: reason() },
        Fate::Unsure { again_at: Some(Timestamp(9)), reason: reason() },
        Fate::Unsure { again_at: None, reason: reason() },
        Fate::Failed { reason: reason() },
    ];
    let queued = |alert, from| Event::AlertQueued { alert: Box::new(alert), from };
    let mut events = vec![queued(whole, from), queued(bare, Origin::default())];
    events.extend(fates.map(|fate| Event::AlertTried { of: 4, attempt: 2, fate }));
    let alerts = [(4, Open { attempt: 2, unsure: true }), (7, Open::default())].into();
    let session = Session { number: 1, alerts: 3, ..Session::default() };
    let mut samples: Vec<_> = events.iter().map(write_event).collect();
    samples.push(write_state(&State { alerts, session, ..State::default() }));
    samples
}

fn version_samples() -> Vec<Vec<u8>> {
    let version = Some(BotVersion { bot: BotId::new("harbor"), number: 3 });
    let from = Origin { bot: version.clone(), ..Origin::default() };
    let moved = write_event(&Event::BotMoved { from, then: Place::Idle });
    vec![moved, write_state(&State { pinned: version, ..State::default() })]
}

/// What came with calls to others' systems.
fn call_samples() -> Vec<Vec<u8>> {
    let text = |text: &str| text.to_owned();
    let step = Step { dialogue: text("order"), widget: 1, part: 0 };
    let request = Request {
        method: Method::Post,
        url: text("https://shop.example/orders"),
        send: vec![(text("order"), text("7"))],
        bearer: Some(text("shop")),
        sign: Some(text("us")),
        wanted: vec![(text("status"), text("/status"))],
    };
    let then = Place::Calling(step);
    let opened = |ask: Ask, then: Place| {
        let (due, from) = (Timestamp(9), Origin::default());
        Event::CallOpened { ask, due, from, then, turn: 2 }
    };
    let events = [
        opened(Ask::Http(request.clone()), then.clone()),
        opened(Ask::Bot, Place::Idle),
        Event::CallRepeated { call: 7, attempt: 2 },
        Event::CallEnded { call: 7, how: Ending::Answered },
        Event::CallEnded { call: 7, how: Ending::Failed(text("no answer within 5 seconds")) },
        Event::CallEnded { call: 7, how: Ending::Cancelled },
    ];
    let backlog = Backlog { heard: vec![(6, Heard::text("hello?"))], left_out: 3 };
    let (opened_at, due) = (Timestamp(4), Timestamp(9));
    let about = backlog.clone();
    let call = OpenCall { id: 7, turn: 2, opened_at, due, attempt: 2, ask: Ask::Http(request), about };
    let state = State { call: Some(call), backlog, calls: 1, place: then, ..State::default() };
    events.iter().map(write_event).chain([write_state(&state)]).collect()
}

/// What came with labels, and with links without words.
fn label_samples() -> Vec<Vec<u8>> {
    let label = Label::known("vip");
    let from = Origin { bot: None, trigger: None, widget: Some(Step::start("quote")) };
    let came = Heard { referral: Some("pricing-page".to_owned()), ..Heard::default() };
    let events = [
        Event::ContactSaid { heard: came, provider_id: None, provider_at: Some(Timestamp(9)) },
        Event::Labelled { label: label.clone(), on: true, by: Some(ada()), from: Origin::default() },
        Event::Labelled { label: label.clone(), on: false, by: None, from },
    ];
    let state = State { labels: [label.clone()].into(), ..State::default() };
    let cut_off = State { place: Place::CutOff(Step::start("order")), ..State::default() };
    let summary = Summary { labels: vec![label], ..sample_summary() };
    events
        .iter()
        .map(write_event)
        .chain([write_state(&state), write_state(&cut_off), write_summary(&summary)])
        .collect()
}

fn window_samples() -> Vec<Vec<u8>> {
    let window = Window { open_until: Timestamp(7), people_until: Timestamp(9) };
    vec![
        write_state(&State { heard_at: Some(Timestamp(6)), ..State::default() }),
        write_summary(&Summary { window: Some(window), ..sample_summary() }),
        write_queued(&sample_line(), &Author::Person { late_from: Some(Timestamp(7)), template: None }),
    ]
}

fn change_samples() -> Vec<Vec<u8>> {
    let provider_id = || "m_1".to_owned();
    let at = Some(Timestamp(9));
    let edited = Change::Edited { text: "in red?".to_owned(), number: 2 };
    let liked = Change::Reacted { with: Some("❤️".to_owned()) };
    let events = [
        Event::ContactChanged { of: Some(2), provider_id: provider_id(), change: edited, provider_at: at },
        Event::ContactChanged { of: None, provider_id: provider_id(), change: Change::Deleted, provider_at: None },
        Event::ContactChanged { of: Some(3), provider_id: provider_id(), change: liked, provider_at: at },
        Event::ContactChanged {
            of: Some(3),
            provider_id: provider_id(),
            change: Change::Reacted { with: None },
            provider_at: at,
        },
    ];
    let names = [
        Named { seq: Some(2), mark: 0x9876_5432, edits: 2, gone: false, words: 0 },
        Named { seq: None, mark: 7, edits: 0, gone: true, words: 0 },
    ];
    let state = State { names: Names(names.into()), ..State::default() };
    events.iter().map(write_event).chain([write_state(&state)]).collect()
}
