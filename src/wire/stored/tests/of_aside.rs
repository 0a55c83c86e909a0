//! What agents laid aside, and what they wrote down.

use super::*;

pub(super) fn samples() -> Vec<Vec<u8>> {
    [aside_samples(), mark_samples(), known_samples()].concat()
}

fn aside_samples() -> Vec<Vec<u8>> {
    let until = Timestamp(1_800_000_000_000);
    let events = [
        Event::Closed { by: ada(), floor: None },
        Event::Closed { by: ada(), floor: Some(Speaker::Outside) },
        Event::Snoozed { by: ada(), until },
        Event::Reopened { by: None, why: Return::TimeCame },
        Event::Reopened { by: Some(ada()), why: Return::Undone },
    ];
    let before = Before {
        by: ada().id,
        seq: 7,
        mode: Mode::Human { by: Speaker::Agent(ada()), until: Some(until), warn_at: None, wanted: None },
        since: Timestamp(4),
        place: Place::OfferedHuman,
        pinned: BotVersion::parse("help@3"),
        unmatched: 1,
        tries: 2,
        unanswered: Some(Unanswered { count: 1, seq: 6, heard: Heard::text("hello?"), called: true }),
        later: Some(("t1".to_owned(), Later { dialogue: "quote".to_owned(), at: None })),
        snoozed: Some(until),
        priority: Priority::None,
    };
    let closed = Status::Closed { at: Timestamp(9) };
    let session = Session { number: 1, over: true, ..Session::default() };
    let snoozed = Status::Snoozed { until };
    let states = [
        State { status: closed, before: Some(Box::new(before)), session, ..State::default() },
        State { status: snoozed, ..State::default() },
    ];
    let summaries = [closed, snoozed].map(|status| Summary { status, ..sample_summary() });
    let events = events.iter().map(write_event);
    events.chain(states.iter().map(write_state)).chain(summaries.iter().map(write_summary)).collect()
}

fn known_samples() -> Vec<Vec<u8>> {
    let (name, value) = ("city".to_owned(), "Porto".to_owned());
    vec![write_event(&Event::AttributeSet { name, value, by: Some(ada()), from: Origin::default() })]
}

fn mark_samples() -> Vec<Vec<u8>> {
    let events = [Event::Prioritised { by: ada(), priority: Priority::Urgent }, Event::Blocked { by: ada(), on: true }];
    let written = Written { count: 3, seq: 8 };
    let state = State { priority: Priority::Low, blocked: true, written, ..State::default() };
    let summary = Summary { priority: Priority::High, blocked: true, written, ..sample_summary() };
    events.iter().map(write_event).chain([write_state(&state), write_summary(&summary)]).collect()
}
