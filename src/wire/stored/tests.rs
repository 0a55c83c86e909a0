use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::account::Channel;
use crate::domain::event::*;
use crate::domain::ids::{AccountId, AgentId, BotId, ConversationId};
use crate::domain::message::*;
use crate::domain::state::*;
use crate::domain::summary::*;
use crate::domain::time::Timestamp;

/// Values as version 1 stores them, one a line. Lines are added, never changed: they lie on disks.
const PINNED: &str = include_str!("v1.jsonl");

#[test]
fn what_is_stored_keeps_its_shape() {
    let written = samples().into_iter().map(|bytes| String::from_utf8(bytes).expect("text")).collect::<Vec<_>>();
    assert_eq!(written.join("\n"), PINNED.trim_end());
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
    fn every_line_reads_back_what_was_written(line in any_line()) {
        prop_assert_eq!(read_line(&write_line(&line)).expect("reads"), line);
    }
}

fn samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<_> = sample_events().iter().map(write_event).collect();
    samples.push(write_state(&State::default()));
    samples.push(write_state(&sample_state()));
    samples.push(write_summary(&sample_summary()));
    samples.push(write_line(&sample_line()));
    samples
}

fn ada() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(7)), name: "Ada".to_owned() }
}

fn sample_line() -> Line {
    let choice = Choice { id: "c1".to_owned(), label: "“Yes”\n".to_owned() };
    Line { text: "Shall I?".to_owned(), choices: vec![choice] }
}

fn sample_events() -> Vec<Event> {
    let text = |text: &str| text.to_owned();
    let until = Some(Timestamp(1_800_000_000_000));
    let step = Step { dialogue: text("quote"), widget: 2 };
    let photo = Attachment { kind: AttachmentKind::Image, url: text("https://a.example/1"), name: text("roof.jpg") };
    let heard = Heard { text: text("look"), tap: Some(text("c1")), attachments: vec![photo] };
    vec![
        Event::ContactSaid { heard: Heard::text("hi"), provider_id: None, provider_at: None },
        Event::ContactSaid { heard, provider_id: Some(text("m_1")), provider_at: until },
        Event::ContactNamed { name: text("Zoë") },
        Event::PageViewed { url: text("/prices"), title: text("Prices") },
        Event::AttributeSet { name: text("zip"), value: text("80331") },
        Event::BotSaid { line: Line::text("Hello"), why: Why::FirstContact, then: Place::Idle, turn: 0 },
        Event::BotSaid {
            line: sample_line(),
            why: Why::Keyword(text("hours")),
            then: Place::Asking(step.clone()),
            turn: 3,
        },
        Event::BotMoved { then: Place::OfferedHuman },
        Event::AgentSaid { agent: ada(), text: text("Hi, Ada here."), turn: 4 },
        Event::OutsideSaid { text: text("from the Page"), provider_id: text("m_2") },
        Event::NoteAdded { agent: ada(), text: text("likes blue") },
        Event::HandedOff { reason: Reason::HotLead, words: text("call me"), then: Place::Interrupted(step) },
        Event::TakenOver { by: Speaker::Agent(ada()), until },
        Event::TakenOver { by: Speaker::Outside, until: None },
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
        unmatched: 1,
        greeted: true,
        name: Some("Zoë".to_owned()),
        attributes: [("zip".to_owned(), "80331".to_owned())].into(),
        unanswered: Some(Unanswered { count: 2, seq: 9, heard: Heard::tap("c1", "Yes"), called: false }),
        last: Some(LastWords { text: "Yes".to_owned(), by: Voice::Contact, at: Timestamp(6) }),
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
        trouble: true,
    }
}

fn sample_summary() -> Summary {
    Summary {
        conversation: ConversationId(Uuid::from_u128(8)),
        account: AccountId::new("page"),
        channel: Channel::Messenger,
        bot: BotId::new("help"),
        name: "Zoë".to_owned(),
        seq: 9,
        turn: 2,
        mode: ModeSummary::Human { by: Speaker::Outside, until: Some(Timestamp(8)) },
        since: Timestamp(4),
        wanted: Some((Reason::Urgent, "accident".to_owned())),
        next: "answers as if new".to_owned(),
        unanswered: 2,
        last: Some(LastWords { text: "help".to_owned(), by: Voice::Contact, at: Timestamp(6) }),
        trouble: false,
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~]{0,12}", "\\PC{0,12}", Just("\"\\\n\u{0}\u{1f600}".to_owned())]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

fn any_heard() -> impl Strategy<Value = Heard> {
    let kinds = [
        AttachmentKind::Image,
        AttachmentKind::Audio,
        AttachmentKind::Video,
        AttachmentKind::File,
        AttachmentKind::Other,
    ];
    let attachment = (proptest::sample::select(kinds.to_vec()), any_text(), any_text())
        .prop_map(|(kind, url, name)| Attachment { kind, url, name });
    (any_text(), option::of(any_text()), vec(attachment, 0..3)).prop_map(|(text, tap, attachments)| Heard {
        text,
        tap,
        attachments,
    })
}

fn any_line() -> impl Strategy<Value = Line> {
    let choice = (any_text(), any_text()).prop_map(|(id, label)| Choice { id, label });
    (any_text(), vec(choice, 0..3)).prop_map(|(text, choices)| Line { text, choices })
}

fn any_agent() -> impl Strategy<Value = Agent> {
    (any::<u128>(), any_text()).prop_map(|(id, name)| Agent { id: AgentId(Uuid::from_u128(id)), name })
}

fn any_speaker() -> impl Strategy<Value = Speaker> {
    prop_oneof![any_agent().prop_map(Speaker::Agent), Just(Speaker::Outside), Just(Speaker::System)]
}

fn any_place() -> impl Strategy<Value = Place> {
    let step = || (any_text(), any::<usize>()).prop_map(|(dialogue, widget)| Step { dialogue, widget });
    prop_oneof![
        Just(Place::Idle),
        step().prop_map(Place::Asking),
        step().prop_map(Place::Interrupted),
        Just(Place::OfferedHuman),
    ]
}

fn any_why() -> impl Strategy<Value = Why> {
    prop_oneof![
        any_text().prop_map(Why::Keyword),
        any_text().prop_map(Why::Dialogue),
        Just(Why::FirstContact),
        Just(Why::NoAnswer),
        Just(Why::OfferedHuman),
        Just(Why::AskedAgain),
        Just(Why::CallingHuman),
        Just(Why::OutsideBot),
    ]
}

fn any_reason() -> impl Strategy<Value = Reason> {
    use Reason::*;
    proptest::sample::select(vec![Urgent, NoAnswer, Asked, HotLead, BotFailed, Agent])
}

fn any_wanted() -> impl Strategy<Value = Option<(Reason, String)>> {
    option::of((any_reason(), any_text()))
}

fn any_last() -> impl Strategy<Value = Option<LastWords>> {
    let voices = vec![Voice::Contact, Voice::Bot, Voice::Agent, Voice::Outside];
    let last = (any_text(), proptest::sample::select(voices), any_time());
    option::of(last.prop_map(|(text, by, at)| LastWords { text, by, at }))
}

fn any_event() -> impl Strategy<Value = Event> {
    let seqs = || vec(any::<u64>(), 0..4);
    let moves = proptest::sample::select(vec![PauseMove::Replied, PauseMove::Extended, PauseMove::Kept]);
    let backs = proptest::sample::select(vec![GiveBack::ByAgent, GiveBack::PauseEnded, GiveBack::ByContact]);
    let receipts = proptest::sample::select(vec![Receipt::Delivered, Receipt::Read]);
    let said = prop_oneof![
        (any_heard(), option::of(any_text()), option::of(any_time()))
            .prop_map(|(heard, provider_id, provider_at)| Event::ContactSaid { heard, provider_id, provider_at }),
        any_text().prop_map(|name| Event::ContactNamed { name }),
        (any_text(), any_text()).prop_map(|(url, title)| Event::PageViewed { url, title }),
        (any_text(), any_text()).prop_map(|(name, value)| Event::AttributeSet { name, value }),
        (any_line(), any_why(), any_place(), any::<u64>()).prop_map(|(line, why, then, turn)| Event::BotSaid {
            line,
            why,
            then,
            turn
        }),
        any_place().prop_map(|then| Event::BotMoved { then }),
        (any_agent(), any_text(), any::<u64>()).prop_map(|(agent, text, turn)| Event::AgentSaid { agent, text, turn }),
        (any_text(), any_text()).prop_map(|(text, provider_id)| Event::OutsideSaid { text, provider_id }),
        (any_agent(), any_text()).prop_map(|(agent, text)| Event::NoteAdded { agent, text }),
        (any_text(), any::<u64>()).prop_map(|(text, turn)| Event::Suppressed { text, turn }),
        any_text().prop_map(|text| Event::Alerted { text }),
    ];
    let moved = prop_oneof![
        (any_reason(), any_text(), any_place()).prop_map(|(reason, words, then)| Event::HandedOff {
            reason,
            words,
            then
        }),
        (any_speaker(), option::of(any_time())).prop_map(|(by, until)| Event::TakenOver { by, until }),
        (any_speaker(), option::of(any_time()), moves).prop_map(|(by, until, why)| Event::PauseMoved {
            by,
            until,
            why
        }),
        any_time().prop_map(|until| Event::PauseEnding { until }),
        (option::of(any_agent()), backs, any_place()).prop_map(|(by, why, then)| Event::GivenBack { by, why, then }),
    ];
    let delivered = prop_oneof![
        (any::<u64>(), any_text()).prop_map(|(of, provider_id)| Event::Sent { of, provider_id }),
        (seqs(), receipts).prop_map(|(of, receipt)| Event::Received { of, receipt }),
        (any::<u64>(), any_time(), any_text()).prop_map(|(of, at, reason)| Event::Retrying { of, at, reason }),
        (any::<u64>(), option::of(any_time()), any_text()).prop_map(|(of, again_at, reason)| Event::Uncertain {
            of,
            again_at,
            reason
        }),
        (any::<u64>(), any_text()).prop_map(|(of, reason)| Event::Failed { of, reason }),
        seqs().prop_map(|of| Event::Withdrawn { of }),
        (any::<u64>(), any_agent()).prop_map(|(of, by)| Event::SendingAgain { of, by }),
    ];
    prop_oneof![said, moved, delivered]
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Bot),
        (any_reason(), any_text()).prop_map(|(reason, words)| Mode::Waiting { reason, words }),
        (any_speaker(), option::of(any_time()), option::of(any_time()), any_wanted())
            .prop_map(|(by, until, warn_at, wanted)| Mode::Human { by, until, warn_at, wanted }),
    ]
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    let state = prop_oneof![
        Just(DeliveryState::Open),
        any::<bool>().prop_map(|again| DeliveryState::Uncertain { again }),
        Just(DeliveryState::Failed),
        any_text().prop_map(|provider_id| DeliveryState::Sent { provider_id }),
        any_text().prop_map(|provider_id| DeliveryState::Delivered { provider_id }),
    ];
    (any::<u64>(), any::<bool>(), any_time(), state).prop_map(|(turn, by_bot, said_at, state)| Delivery {
        turn,
        by_bot,
        said_at,
        state,
    })
}

fn any_state() -> impl Strategy<Value = State> {
    let unanswered = (any::<u32>(), any::<u64>(), any_heard(), any::<bool>())
        .prop_map(|(count, seq, heard, called)| Unanswered { count, seq, heard, called });
    let floor = (any::<u64>(), any::<u64>(), any_mode(), any_time(), any_place(), any::<u32>(), any::<bool>());
    let contact = (option::of(any_text()), btree_map(any_text(), any_text(), 0..4), option::of(unanswered), any_last());
    let said = (any::<u64>(), option::of(any::<u128>()))
        .prop_map(|(seq, agent)| Said { seq, agent: agent.map(|id| AgentId(Uuid::from_u128(id))) });
    let shown = (any::<u64>(), any::<u64>());
    let ours = (vec(said, 0..4), btree_map(any::<u64>(), any_delivery(), 0..4), any::<bool>(), shown);
    (floor, contact, ours).prop_map(|(floor, contact, ours)| {
        let (seq, turn, mode, since, place, unmatched, greeted) = floor;
        let (name, attributes, unanswered, last) = contact;
        let (said, deliveries, trouble, (shown, void_below)) = ours;
        let said = said.into();
        State {
            seq,
            turn,
            mode,
            since,
            place,
            unmatched,
            greeted,
            name,
            attributes,
            unanswered,
            last,
            said,
            shown,
            void_below,
            deliveries,
            trouble,
        }
    })
}

fn any_summary() -> impl Strategy<Value = Summary> {
    let mode = prop_oneof![
        Just(ModeSummary::Bot),
        Just(ModeSummary::Waiting),
        (any_speaker(), option::of(any_time())).prop_map(|(by, until)| ModeSummary::Human { by, until }),
    ];
    let names = (any::<u128>(), any_text(), any::<bool>(), any_text(), any_text(), any_text());
    let floor = (any::<u64>(), any::<u64>(), mode, any_time(), any_wanted());
    let words = (any::<u32>(), any_last(), any::<bool>());
    (names, floor, words).prop_map(|((id, account, web, bot, name, next), floor, (unanswered, last, trouble))| {
        let (seq, turn, mode, since, wanted) = floor;
        Summary {
            conversation: ConversationId(Uuid::from_u128(id)),
            account: AccountId::new(&account),
            channel: if web { Channel::Webchat } else { Channel::Messenger },
            bot: BotId::new(&bot),
            name,
            seq,
            turn,
            mode,
            since,
            wanted,
            next,
            unanswered,
            last,
            trouble,
        }
    })
}
