use super::*;
use crate::domain::account::Channel;
use crate::domain::aside::Status;
use crate::domain::assigning::Assignee;
use crate::domain::bot::answers::Shape;
use crate::domain::call::{self, Answer as BotAnswer};
use crate::domain::changes::Change;
use crate::domain::command::{Command, Extension, Outcome, ProviderWord, Refusal};
use crate::domain::event::{Agent, Event, Reason, Receipt, Speaker};
use crate::domain::ids::{AgentId, BotId, ConversationId, TeamId};
use crate::domain::message::{Attachment, AttachmentKind, Heard, Line};
use crate::domain::next::Does;
use crate::domain::priority::Priority;
use crate::domain::summary::{ModeSummary, Summary};
use crate::domain::team::Team;
use crate::domain::unread::Written;
use crate::domain::window::Author;

const PINNED: &str = include_str!("v1.jsonl");

fn team() -> Team {
    Team { id: TeamId(Uuid::from_u128(8)), name: "Sales".into() }
}

fn agent() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(7)), name: "Ana".into() }
}

/// Every command there is; a new one belongs here, and a line of it in `v1.jsonl`.
fn commands() -> Vec<Command> {
    let (kind, url) = (AttachmentKind::Image, "https://x.example/1".to_owned());
    let picture = Attachment { kind, url, name: "1".into(), bytes: None };
    let heard =
        Heard { text: "hi \"there\"".into(), tap: Some("yes".into()), attachments: vec![picture], referral: None };
    let at = Timestamp(5);
    let reason = || "busy".to_owned();
    let set = vec![("a".to_owned(), "b".to_owned())];
    let answer = BotAnswer { lines: vec![], set, hand_off: Some((Reason::Asked, "a human".into())), end: true };
    vec![
        Command::Hear { heard, provider_id: Some("m1".into()), provider_at: Some(at), name: Some("Bo".into()) },
        Command::Open,
        Command::ViewPage { url: "https://x.example".into(), title: "X".into() },
        Command::Echo { of: Some(3), provider_id: "m2".into(), text: "hello".into() },
        Command::Acknowledge { receipt: Receipt::Read, provider_ids: vec!["m2".into()], watermark: Some(at) },
        Command::Seen { seq: 9 },
        Command::TellProvider { word: ProviderWord::Stop, text: "STOP".into(), provider_id: Some("SM1".into()) },
        Command::TellProvider { word: ProviderWord::Start, text: "start".into(), provider_id: None },
        Command::TellProvider { word: ProviderWord::Yes, text: "yes".into(), provider_id: None },
        Command::TellProvider { word: ProviderWord::Help, text: "HELP".into(), provider_id: None },
        Command::TellProvider { word: ProviderWord::Block, text: String::new(), provider_id: None },
        Command::TellProvider { word: ProviderWord::Unblock, text: String::new(), provider_id: None },
        Command::Name { name: "Zoë Marsh".into() },
        Command::OwnEcho { provider_id: "m2".into(), text: "hello".into() },
        Command::Overhear { heard: Heard::text("hi"), provider_id: Some("m1".into()), provider_at: Some(at) },
        Command::ThreadMoved { ours: true, by: None },
        Command::Learn { name: "phone".into(), value: "+16505551234".into() },
        Command::Describe { attributes: vec![("plan".into(), "gold".into())] },
        Command::Bounce { of: Some(4), provider_id: "SM1".into(), reason: reason(), opted_out: true },
        Command::Outcome { of: 4, outcome: Outcome::OptedOut { reason: reason() } },
        Command::Reply { agent: agent(), text: "yes".into(), attachment: None, seen: 9, anyway: true },
        Command::SendTemplate {
            agent: agent(),
            name: "follow_up".into(),
            language: "en_US".into(),
            values: vec!["Zoë".into()],
            seen: 9,
            anyway: true,
        },
        Command::TakeOver { agent: agent() },
        Command::GiveBack { agent: agent(), answer: None },
        Command::HandOver { agent: agent(), to: agent(), note: "mind".into() },
        Command::Extend { agent: agent(), by: Extension::Minutes(15) },
        Command::Extend { agent: agent(), by: Extension::TomorrowIn("Europe/Berlin".into()) },
        Command::Extend { agent: agent(), by: Extension::UntilResumed },
        Command::Note { agent: agent(), text: "mind".into() },
        Command::Label { agent: agent(), label: "VIP".into(), on: true },
        Command::Resend { agent: agent(), of: 4 },
        Command::Leave { agent: Some(agent()), of: 4 },
        Command::BotAnswer { turn: 2, call: Some(7), answer: BotAnswer { end: false, ..BotAnswer::text("late") } },
        Command::Called { call: 7, turn: 2, outcome: call::Outcome::Values(vec![("a".into(), "b".into())]) },
        Command::Called { call: 7, turn: 2, outcome: call::Outcome::Bot(answer) },
        Command::Called { call: 7, turn: 2, outcome: call::Outcome::Failed("slow".into()) },
        Command::CallAgain { call: 7 },
        Command::DeadlinePassed,
        Command::Outcome { of: 4, outcome: Outcome::Sent { provider_id: "m4".into() } },
        Command::Outcome { of: 4, outcome: Outcome::NotSent { at, reason: reason() } },
        Command::Outcome { of: 4, outcome: Outcome::Refused { reason: reason() } },
        Command::Outcome { of: 4, outcome: Outcome::Unknown { again_at: at, reason: reason() } },
        Command::Withdraw { of: vec![4, 5] },
        Command::AlertOutcome { of: 4, attempt: 2, outcome: Outcome::Sent { provider_id: "250 OK".into() } },
        Command::Park { why: "failed".into() },
        Command::Assign { agent: agent(), to: None },
        Command::Assign { agent: agent(), to: Some(Assignee::Agent(agent())) },
        Command::Assign { agent: agent(), to: Some(Assignee::Team(team())) },
        Command::HandOverToTeam { agent: agent(), to: team(), note: "mind".into() },
        Command::Claim { agent: agent() },
        Command::NoteTo { agent: agent(), text: "@Ana".into(), mentioned: vec![agent()], letter: true },
        Command::Close { agent: agent() },
        Command::Snooze { agent: agent(), until: at },
        Command::Reopen { agent: agent(), undo: true },
        Command::Prioritise { agent: agent(), priority: Priority::Urgent },
        Command::Block { agent: agent(), on: true },
        Command::Change {
            provider_id: "m1".into(),
            change: Change::Edited { text: "hi there".into(), number: 1 },
            provider_at: Some(at),
        },
        Command::Change { provider_id: "m1".into(), change: Change::Deleted, provider_at: None },
        Command::Change {
            provider_id: "m4".into(),
            change: Change::Reacted { with: Some("❤️".into()) },
            provider_at: Some(at),
        },
        Command::GiveBack { agent: agent(), answer: Some(false) },
        Command::NoteTo { agent: agent(), text: "@Ana".into(), mentioned: vec![agent()], letter: false },
        Command::SetAttribute { agent: agent(), name: "city".into(), value: "Porto".into() },
    ]
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::BotHasTheFloor,
        Refusal::AlreadyTaken("Ben".into()),
        Refusal::NoPause,
        Refusal::NoEndToMove,
        Refusal::Superseded { since: vec![4, 5] },
        Refusal::Empty,
        Refusal::TooLong { limit: 10_000 },
        Refusal::BadMinutes,
        Refusal::UnknownZone("Mars".into()),
        Refusal::BadLabel,
        Refusal::TooManyLabels,
        Refusal::TooManyAttributes,
        Refusal::NotResendable(4),
        Refusal::OptedOut("STOP".into()),
        Refusal::NothingDue,
        Refusal::NothingNew,
        Refusal::RefusedBefore,
        Refusal::WindowClosed,
        Refusal::NoSuchTemplate,
        Refusal::BadValues { takes: 2 },
        Refusal::IsClosed,
        Refusal::BadTime,
        Refusal::TooLate,
        Refusal::IsBlocked,
        Refusal::BadAttribute,
        Refusal::NotOfKind(Shape::Date),
    ]
}

fn asked(command: Command) -> Asked {
    Asked { account: AccountId::new("page"), external_key: "7".into(), command, key: Some("in:m1".into()) }
}

fn letters() -> Vec<Letter> {
    let me = Incarnation(Uuid::from_u128(1));
    let (account, external_key) = (AccountId::new("page"), "7".to_owned());
    let mut letters: Vec<Letter> = commands()
        .into_iter()
        .map(|command| Letter::Ask { id: 1, from: me, asked: write_asked(&asked(command)) })
        .collect();
    let answers = refusals().into_iter().map(Answer::Refused).chain([
        Answer::Done { last: 12 },
        Answer::Unavailable("full".into()),
        Answer::UnknownAccount,
        Answer::NotHere,
    ]);
    letters.extend(answers.map(|answer| Letter::Answer { id: 1, answer }));
    letters.push(Letter::Look { account: account.clone(), message: None });
    letters.push(Letter::Settle { account: account.clone(), external_key: external_key.clone(), seq: 3, again: None });
    letters.push(Letter::Settle { account, external_key, seq: 3, again: Some((Timestamp(5), true)) });
    letters.push(Letter::Probe { number: 3 });
    let later = [Command::ThreadMoved { ours: false, by: Some(agent()) }, Command::Leave { agent: None, of: 4 }];
    letters.extend(later.map(|command| Letter::Ask { id: 1, from: me, asked: write_asked(&asked(command)) }));
    let people = Author::Person { late_from: Some(Timestamp(8)), template: None };
    let waiting = [(Author::Bot { awaited: true }, None), (Author::Bot { awaited: false }, Some(3)), (people, Some(4))];
    letters.extend(waiting.map(|(by, behind)| {
        let (line, at) = (Line::text("We are open."), Timestamp(7));
        let message = Box::new(Waiting { external_key: "7".into(), seq: 5, behind, at, line, by });
        Letter::Look { account: AccountId::new("page"), message: Some(message) }
    }));
    letters
}

fn summary(seq: Seq) -> Summary {
    Summary {
        conversation: ConversationId(Uuid::from_u128(2)),
        account: AccountId::new("page"),
        channel: Channel::Messenger,
        bot: BotId::new("harbor"),
        name: "Bo".into(),
        seq,
        turn: 1,
        mode: ModeSummary::Human { by: Speaker::Agent(agent()), until: Some(Timestamp(9)) },
        since: Timestamp(4),
        wanted: None,
        next: Does::InWords.of(""),
        unanswered: 0,
        called: false,
        last: None,
        trouble: false,
        hot: false,
        rungs: 0,
        window: None,
        labels: Vec::new(),
        assigned: Default::default(),
        status: Status::Open,
        priority: Priority::None,
        blocked: false,
        opted_out: false,
        written: Written::default(),
    }
}

fn said(text: &str) -> Event {
    Event::AgentSaid { agent: agent(), text: text.into(), attachment: None, turn: 1, template: None }
}

#[test]
fn every_letter_reads_back() {
    for letter in letters() {
        let shown = format!("{letter:?}");
        let read = read_letter(&write_letter(letter)).expect("it reads");
        assert_eq!(format!("{read:?}"), shown);
        if let Letter::Ask { asked, .. } = &read {
            let again = write_asked(&read_asked(asked).expect("it reads"));
            assert_eq!(*asked, again);
        }
    }
    for (command, letter) in commands().into_iter().zip(letters()) {
        let Letter::Ask { asked: text, .. } = letter else { panic!("asks come first") };
        assert_eq!(read_asked(&text).expect("it reads"), asked(command));
    }
}

/// What the first version wrote stays readable, byte for byte: nodes of two versions talk during a rolling restart.
#[test]
fn what_the_version_before_wrote_is_read() {
    let mut lines = PINNED.lines();
    for letter in letters() {
        let written = text(write_letter(letter));
        let pinned = lines.next().unwrap_or_else(|| panic!("v1.jsonl lacks this line:\n{written}"));
        let (old, new) = (read_letter(pinned.as_bytes()), read_letter(written.as_bytes()));
        assert_eq!(old.expect("an old letter is read"), new.expect("a new letter is read"), "{pinned}");
    }
    let stretch = write_stretch("g1", (3, Timestamp(8)), &[said("one"), said("two")], &summary(4), 1_000);
    let pinned = lines.next().unwrap_or_else(|| panic!("v1.jsonl lacks this line:\n{}", text(stretch.clone())));
    assert_eq!(read_stretch(pinned.as_bytes()).expect("read"), read_stretch(&stretch).expect("read"));
    assert_eq!(lines.next(), None);
}

#[test]
fn a_stretch_reads_back_and_a_long_one_only_says_where_the_log_ends() {
    let events = [said("one"), said("two")];
    let whole = read_stretch(&write_stretch("g1", (3, Timestamp(8)), &events, &summary(4), 1_000)).expect("read");
    assert_eq!((whole.first, whole.events.len(), whole.summary), (3, 2, summary(4)));
    let long = [said(&"x".repeat(1_000))];
    let bare = read_stretch(&write_stretch("g1", (4, Timestamp(8)), &long, &summary(4), 1_000)).expect("read");
    assert_eq!((bare.first, bare.events.len(), bare.summary.seq), (5, 0, 4));
}

#[test]
fn a_field_of_a_newer_node_is_ignored_and_a_newer_version_is_refused() {
    let with_more = r#"{"v":1,"is":{"probe":{"number":3,"mood":"good"}},"extra":1}"#;
    assert_eq!(read_letter(with_more.as_bytes()).expect("read"), Letter::Probe { number: 3 });
    let newer = r#"{"v":2,"is":{"probe":{"number":3}}}"#;
    assert!(matches!(read_letter(newer.as_bytes()), Err(NotRead::Version(2))));
}

#[test]
fn a_command_nobody_knows_here_still_says_who_asks() {
    let strange = r#"{"v":1,"is":{"ask":{"id":4,"from":"00000000-0000-0000-0000-000000000001","asked":{"account":"a","contact":"7","command":{"sing":{}}}}}}"#;
    let Letter::Ask { id: 4, asked, .. } = read_letter(strange.as_bytes()).expect("read") else { panic!("an ask") };
    assert!(read_asked(&asked).is_err());
}

#[test]
fn a_letter_of_an_older_node_may_lack_what_can_be_missing() {
    let bare = r#"{"v":1,"is":{"ask":{"id":4,"from":"00000000-0000-0000-0000-000000000001","asked":{"account":"page","contact":"7","command":{"hear":{"heard":{"text":"hi"}}}}}}}"#;
    let Letter::Ask { asked, .. } = read_letter(bare.as_bytes()).expect("read") else { panic!("an ask") };
    let heard = crate::domain::message::Heard::text("hi");
    let command = Command::Hear { heard, provider_id: None, provider_at: None, name: None };
    assert_eq!(read_asked(&asked).expect("read"), Asked { key: None, ..self::asked(command) });
    let done = r#"{"v":1,"is":{"settle":{"account":"page","contact":"7","seq":3}}}"#;
    assert!(matches!(read_letter(done.as_bytes()), Ok(Letter::Settle { seq: 3, again: None, .. })));
}

#[test]
fn a_message_that_cannot_be_read_is_still_one_that_waits() {
    let newer = r#"{"v":1,"is":{"look":{"account":"page","message":{"contact":"7","seq":5,"at":7,"by_bot":true,"line":{"v":99,"is":{}}}}}}"#;
    let look = Letter::Look { account: AccountId::new("page"), message: None };
    assert_eq!(read_letter(newer.as_bytes()).expect("read"), look);
}

/// Wherever a newer node may add a field, it is passed over.
#[test]
fn what_a_newer_node_adds_is_passed_over() {
    let mut read = 0;
    for line in include_str!("v1.jsonl").lines() {
        let Ok(letter) = read_letter(line.as_bytes()) else { continue };
        let mut newer: serde_json::Value = serde_json::from_str(line).expect("JSON");
        add_everywhere(&mut newer);
        let newer = read_letter(newer.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {newer}"));
        match (letter, newer) {
            (Letter::Ask { asked, .. }, Letter::Ask { asked: newer, .. }) => {
                assert_eq!(read_asked(&newer).expect("read"), read_asked(&asked).expect("read"), "{line}");
            }
            (letter, newer) => assert_eq!(newer, letter, "{line}"),
        }
        read += 1;
    }
    assert_eq!(read, letters().len());
}

/// What has one key only may be a choice between shapes, which has no fields.
fn add_everywhere(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.values_mut().for_each(add_everywhere);
            if fields.len() > 1 {
                fields.insert("tomorrow".into(), serde_json::json!({ "mood": ["good"] }));
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(add_everywhere),
        _ => {}
    }
}
