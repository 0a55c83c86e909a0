//! A good history passes, and each promise has one that breaks it.

use serde_json::{Value, json};

use super::*;
use crate::clients::{CommandKind, CommandMade, Event, Outcome, Posted, Reader, Said, Step};

/// A contact asks, the bot answers, an agent takes over, gives back and notes; a visitor writes.
fn good() -> Evidence {
    let mut evidence = Evidence { store: stored(&harbour(), &visit()), ..Evidence::default() };
    let mut client = ClientLog::default();
    client.posted.insert(
        "m_1".into(),
        Posted { contact: "7".into(), text: "hours #1".into(), posts: 3, acks: 2, posted_at: 1, acked_at: Some(1) },
    );
    client.said.insert(
        "w_1".into(),
        Said { reader: "visitor".into(), text: "hello #2".into(), sent: 2, acked: Some(1), ..Said::default() },
    );
    client.commands.insert("c_1".into(), command(CommandKind::Reply, "Ana here #3", Outcome::Done(5)));
    client.commands.insert("c_2".into(), command(CommandKind::GiveBack, "", Outcome::Done(6)));
    client.commands.insert("c_3".into(), command(CommandKind::TakeOver, "", Outcome::Refused("already_taken".into())));
    client.commands.insert("c_4".into(), command(CommandKind::Note, "never asked #4", Outcome::Unanswered));
    client.received.push(Reader { reader: "console".into(), conversation: Some("c".into()), steps: steps() });
    client.received.push(Reader {
        reader: "visitor".into(),
        conversation: None,
        steps: vec![Step::Fresh, Step::Events { upto: 2, events: visitor_events() }],
    });
    evidence.clients.push(client);
    evidence.arrivals = vec![arrival(1, 1200, "out_2", "Nine to five"), arrival(2, 2200, "out_5", "Ana here #3")];
    evidence
}

fn harbour() -> Vec<Value> {
    vec![
        json!({"seq": 1, "at": 1000, "kind": "contact_said", "text": "hours #1", "dedupe": "in:m_1"}),
        json!({"seq": 2, "at": 1000, "kind": "bot_said", "text": "Nine to five", "why": "keyword", "dedupe": "in:m_1", "delivery": "out_2"}),
        json!({"seq": 3, "at": 1300, "kind": "delivery", "of": [2], "state": "sent"}),
        json!({"seq": 4, "at": 2000, "kind": "taken_over", "dedupe": "cmd:c_1"}),
        json!({"seq": 5, "at": 2000, "kind": "agent_said", "text": "Ana here #3", "dedupe": "cmd:c_1", "delivery": "out_5"}),
        json!({"seq": 6, "at": 2300, "kind": "given_back", "dedupe": "cmd:c_2"}),
        json!({"seq": 7, "at": 2400, "kind": "delivery", "of": [5], "state": "sent"}),
    ]
}

fn visit() -> Vec<Value> {
    vec![
        json!({"seq": 1, "at": 1000, "kind": "contact_said", "text": "hello #2", "dedupe": "in:w_1"}),
        json!({"seq": 2, "at": 1000, "kind": "bot_said", "text": "Welcome", "why": "first contact"}),
    ]
}

fn stored(harbour: &[Value], visit: &[Value]) -> Vec<StoredConversation> {
    let one = json!({"conversation": "c", "account": "page-1", "external_key": "7", "events": harbour, "unknown": 1});
    let two = json!({"conversation": "w", "account": "web-1", "external_key": "v", "events": visit});
    parse_dump(&format!("{one}\n\n{two}\n")).unwrap()
}

fn command(kind: CommandKind, text: &str, outcome: Outcome) -> CommandMade {
    CommandMade { conversation: "c".into(), kind, text: text.into(), asked: 2, outcome, answered_at: None }
}

fn shown(seq: u64) -> Event {
    stored(&harbour(), &visit())[0].events[seq as usize - 1].event.clone()
}

fn steps() -> Vec<Step> {
    vec![
        Step::Fresh,
        Step::Reset { upto: 3, events: vec![shown(2), shown(3)] },
        Step::Events { upto: 5, events: vec![shown(4), shown(5)] },
        Step::Events { upto: 7, events: vec![shown(6), shown(7)] },
    ]
}

fn visitor_events() -> Vec<Event> {
    let event = |value: Value| serde_json::from_value(value).unwrap();
    vec![
        event(json!({"seq": 1, "kind": "i_said", "text": "hello #2"})),
        event(json!({"seq": 2, "kind": "bot_said", "text": "Welcome"})),
    ]
}

fn arrival(number: u64, at: u64, metadata: &str, text: &str) -> Arrival {
    Arrival {
        number,
        at,
        page: "1".into(),
        recipient: "7".into(),
        text: Some(text.into()),
        metadata: Some(metadata.into()),
        quick_replies: Vec::new(),
        sender_action: None,
        message_id: Some(format!("m_out_{number}")),
        accepted: true,
        outcome: "answered".into(),
        raw: String::new(),
    }
}

/// The good history with its first conversation changed.
fn with_log(change: impl FnOnce(&mut Vec<Value>)) -> Evidence {
    let mut harbour = harbour();
    change(&mut harbour);
    Evidence { store: stored(&harbour, &visit()), ..good() }
}

fn with(change: impl FnOnce(&mut Evidence)) -> Evidence {
    let mut evidence = good();
    change(&mut evidence);
    evidence
}

#[track_caller]
fn breaks(promise: &str, evidence: &Evidence) {
    let verdict = check(evidence);
    assert!(verdict.breaks(promise), "{promise} was not found broken:\n{verdict}");
}

#[test]
fn a_good_history_passes() {
    let verdict = check(&good());
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!((verdict.conversations, verdict.events, verdict.acknowledged, verdict.accepted), (2, 9, (1, 1, 2), 2));
}

#[test]
fn a_good_history_passes_when_a_key_stands_only_on_the_last_event_of_its_command() {
    let evidence = with_log(|log| {
        log[0]["dedupe"] = Value::Null;
        log[3]["dedupe"] = Value::Null;
    });
    let verdict = check(&evidence);
    assert!(verdict.is_clean(), "{verdict}");
}

#[test]
fn p1_a_hole_and_a_double_are_found() {
    breaks("P1", &with_log(|log| drop(log.remove(2))));
    breaks("P1", &with_log(|log| log[2]["seq"] = json!(2)));
}

#[test]
fn p2_a_bot_that_speaks_without_the_floor_is_found() {
    let bot = json!({"seq": 5, "at": 2000, "kind": "bot_said", "text": "Me too", "why": "keyword"});
    breaks("P2", &with_log(|log| log[4] = bot.clone()));
    let waiting = |why: &str| {
        let bot = json!({"seq": 5, "at": 2000, "kind": "bot_said", "text": "Still here?", "why": why});
        with_log(|log| (log[3], log[4]) = (json!({"seq": 4, "at": 2000, "kind": "hand_off"}), bot))
    };
    breaks("P2", &waiting("keyword"));
    assert!(!check(&waiting("ladder step 1")).breaks("P2"));
}

#[test]
fn p2_a_cancelled_message_that_arrives_is_found() {
    breaks("P2", &with_log(|log| log[2]["state"] = json!("cancelled")));
}

#[test]
fn p2_a_bot_message_long_after_the_take_over_is_found() {
    breaks("P2", &with(|evidence| evidence.arrivals[0].at = 3500));
}

#[test]
fn p3_a_lost_message_is_found() {
    breaks(
        "P3",
        &with_log(|log| {
            log[0] = json!({"seq": 1, "at": 1000, "kind": "page_viewed"});
            log[1]["dedupe"] = Value::Null;
        }),
    );
    breaks("P3", &with_log(|log| log[0]["text"] = json!("something else")));
    let lost = |evidence: &mut Evidence| evidence.store[1].events[0].dedupe = None;
    breaks("P3", &with(lost));
}

#[test]
fn p3_a_message_that_was_not_acknowledged_may_be_lost() {
    let mut evidence = with(|evidence| evidence.store[1].events[0].dedupe = None);
    if let Some(said) = evidence.clients[0].said.get_mut("w_1") {
        said.acked = None;
    }
    assert!(!check(&evidence).breaks("P3"));
}

#[test]
fn p4_a_message_accepted_twice_is_found() {
    let again = |key: Value| json!({"seq": 8, "at": 9000, "kind": "contact_said", "text": "hours #1", "dedupe": key});
    breaks("P4", &with_log(|log| log.push(again(json!("in:m_1")))));
    breaks("P4", &with_log(|log| log.push(again(Value::Null))));
}

#[test]
fn p4_a_message_in_a_strangers_conversation_is_found() {
    breaks("P4", &with(|evidence| evidence.store[0].external_key = "8".into()));
}

#[test]
fn p5_a_command_without_its_effect_is_found() {
    breaks(
        "P5",
        &with_log(|log| {
            log[3]["dedupe"] = Value::Null;
            log[4] = json!({"seq": 5, "at": 2000, "kind": "page_viewed"});
        }),
    );
    breaks("P5", &with_log(|log| log[5]["dedupe"] = Value::Null));
}

#[test]
fn p5_a_command_with_two_effects_is_found() {
    breaks("P5", &with_log(|log| log.push(json!({"seq": 8, "at": 9000, "kind": "agent_said", "text": "Ana here #3"}))));
    breaks("P5", &with_log(|log| log.push(json!({"seq": 8, "at": 9000, "kind": "given_back", "dedupe": "cmd:c_2"}))));
}

#[test]
fn p5_a_refused_command_with_an_effect_is_found() {
    breaks("P5", &with_log(|log| log.push(json!({"seq": 8, "at": 9000, "kind": "taken_over", "dedupe": "cmd:c_3"}))));
}

#[test]
fn p5_an_unanswered_command_may_have_one_effect_but_not_two() {
    let note =
        |seq: u64| json!({"seq": seq, "at": 9000 + seq, "kind": "note", "text": "never asked #4", "dedupe": "cmd:c_4"});
    assert!(!check(&with_log(|log| log.push(note(8)))).breaks("P5"));
    breaks("P5", &with_log(|log| log.extend([note(8), note(9)])));
}

#[test]
fn p6_a_message_that_arrives_twice_is_found_unless_flagged() {
    let doubled = with(|evidence| evidence.arrivals.push(arrival(3, 2500, "out_5", "Ana here #3")));
    breaks("P6", &doubled);
    let mut flagged = doubled;
    flagged.store[0].events[4].resent = true;
    assert!(!check(&flagged).breaks("P6"));
}

#[test]
fn p6_a_wrong_order_is_found() {
    breaks("P6", &with(|evidence| evidence.arrivals.swap(0, 1)));
}

#[test]
fn p6_a_message_nobody_wrote_is_found() {
    breaks("P6", &with(|evidence| evidence.arrivals.push(arrival(3, 2500, "out_9", "?"))));
}

#[test]
fn p6_a_message_marked_sent_that_never_arrived_is_found() {
    breaks("P6", &with(|evidence| drop(evidence.arrivals.pop())));
}

#[test]
fn p6_a_message_left_behind_is_found() {
    breaks("P6", &with_log(|log| drop(log.pop())));
}

#[test]
fn p6_parts_of_a_long_text_belong_to_it() {
    let evidence = with(|evidence| {
        evidence.arrivals[1].metadata = Some("out_5:0".into());
        evidence.arrivals.push(arrival(3, 2300, "out_5:1", "the rest"));
    });
    let verdict = check(&evidence);
    assert!(verdict.is_clean(), "{verdict}");
}

/// So many messages arrive, so many milliseconds apart, and a limit of ten a second is known.
fn hurried(count: u64, apart_ms: u64) -> Evidence {
    let arrivals = (0..count).map(|number| arrival(number, 1000 + number * apart_ms, "out", "hours")).collect();
    let rules = Rules { sends_per_second: Some(10), ..Rules::default() };
    Evidence { arrivals, rules, ..Evidence::default() }
}

#[test]
fn p7_two_that_send_for_one_account_are_found() {
    assert!(!check(&hurried(600, 100)).breaks("P7"));
    breaks("P7", &hurried(100, 50));
    // What was held up on its way arrives at once, and is no more than was sent.
    assert!(!check(&hurried(30, 0)).breaks("P7"));
    breaks("P7", &hurried(40, 0));
}

#[test]
fn p7_the_most_within_a_window_is_counted() {
    assert_eq!(most_within(&hurried(600, 100).arrivals, 1000), 10);
    assert_eq!(most_within(&[], 1000), 0);
}

/// An agent takes over at 2000 until 62000, and then what is given.
fn paused(then: &[Value]) -> Evidence {
    let log: Vec<Value> = [
        json!({"seq": 1, "at": 1000, "kind": "contact_said", "text": "hours #1", "dedupe": "in:m_1"}),
        json!({"seq": 2, "at": 2000, "kind": "taken_over", "until": 62_000}),
    ]
    .into_iter()
    .chain(then.iter().cloned())
    .collect();
    Evidence { store: stored(&log, &visit()), ..Evidence::default() }
}

fn end_of_pause(seq: u64, at: u64) -> Value {
    json!({"seq": seq, "at": at, "kind": "given_back", "why": "pause_ended"})
}

#[test]
fn p9_a_pause_that_ends_in_time_passes() {
    for at in [62_000, 64_000] {
        let verdict = check(&paused(&[end_of_pause(3, at)]));
        assert!(!verdict.breaks("P9") && verdict.pauses_ended == 1, "{verdict}");
    }
    let moved = json!({"seq": 3, "at": 3000, "kind": "pause_moved", "until": 90_000});
    assert!(!check(&paused(&[moved, end_of_pause(4, 90_001)])).breaks("P9"));
}

#[test]
fn p9_a_pause_that_ends_early_late_twice_or_never_is_found() {
    breaks("P9", &paused(&[end_of_pause(3, 61_999)]));
    breaks("P9", &paused(&[end_of_pause(3, 70_000)]));
    breaks("P9", &paused(&[end_of_pause(3, 62_000), end_of_pause(4, 62_001)]));
    breaks("P9", &paused(&[json!({"seq": 3, "at": 80_000, "kind": "note", "text": "still here"})]));
}

#[test]
fn p9_a_pause_that_ends_although_it_was_moved_or_ended_is_found() {
    let moved = |until: Value| json!({"seq": 3, "at": 3000, "kind": "pause_moved", "until": until});
    breaks("P9", &paused(&[moved(json!(90_000)), end_of_pause(4, 62_000)]));
    breaks("P9", &paused(&[moved(Value::Null), end_of_pause(4, 62_000)]));
    let by_hand = json!({"seq": 3, "at": 3000, "kind": "given_back", "why": "agent"});
    breaks("P9", &paused(&[by_hand, end_of_pause(4, 62_000)]));
    let announced = json!({"seq": 4, "at": 4000, "kind": "pause_ending", "until": 62_000});
    breaks("P9", &paused(&[moved(json!(90_000)), announced]));
}

#[test]
fn p8_a_gap_a_double_and_a_lie_are_found() {
    let steps_with = |change: fn(&mut Vec<Step>)| with(|evidence| change(&mut evidence.clients[0].received[0].steps));
    breaks("P8", &steps_with(|steps| drop(steps.remove(2))));
    breaks("P8", &steps_with(|steps| steps.insert(2, steps[2].clone())));
    breaks(
        "P8",
        &steps_with(|steps| steps[2] = Step::Events { upto: 5, events: vec![shown(4), Event { at: 1, ..shown(5) }] }),
    );
    breaks("P8", &steps_with(|steps| drop(steps.remove(1))));
}

#[test]
fn p8_a_reader_that_stays_behind_is_found() {
    let mut evidence = with(|evidence| drop(evidence.clients[0].received[0].steps.pop()));
    assert!(!check(&evidence).breaks("P8"));
    evidence.rules.caught_up = true;
    breaks("P8", &evidence);
}

#[test]
fn p8_a_widget_that_missed_or_doubled_words_is_found() {
    let events_with = |change: fn(&mut Vec<Event>)| {
        let mut events = visitor_events();
        change(&mut events);
        with(|evidence| evidence.clients[0].received[1].steps[1] = Step::Events { upto: 2, events })
    };
    breaks("P8", &events_with(|events| drop(events.pop())));
    breaks("P8", &events_with(|events| events.push(events[1].clone())));
    breaks("P8", &events_with(|events| events.swap(0, 1)));
}
