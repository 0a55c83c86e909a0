//! Pauses end when they should, once, whoever sleeps, dies or is busy meanwhile.
//!
//! A pause lasts a minute at least. These tests begin it by a clock that is behind, so that by the clock of the program
//! that is started on the same data it ends in a few seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use loadtest::clients::ConsoleFrame;
use serde_json::json;
use switchboard::dice;
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::ids::ConversationId;
use switchboard::domain::time::Timestamp;
use switchboard::node::Node;
use switchboard::ports::bus::News;
use switchboard::ports::clock::{Clock, SystemClock};

use crate::support::installation::{Installation, SOON, bot_setting, contact, conversation};
use crate::support::node::{SetClock, ask, eventually, log, metric};

const PSID: &str = "7";
pub const PAUSE: Duration = Duration::from_secs(60);
/// By how much a busy machine may be late beyond what is promised.
const BUSY_MS: u64 = 700;

/// Eight pauses, a little apart: the sweeper alone, once a second, would be half a second late with half of them.
#[actix_web::test]
async fn a_pause_of_an_awake_conversation_ends_within_a_tenth_of_a_second() {
    let installation = Installation::with(|plan| bot_setting(plan, "pause_minutes", 1)).await;
    let clock = SetClock::behind(PAUSE - Duration::from_secs(10));
    let node = installation.start_with(clock.clone()).await;
    let names: Vec<String> = (0..8).map(|number| format!("contact-{number}")).collect();
    let mut ends = Vec::new();
    for name in &names {
        ends.push(pause(&installation, &node, name).await);
        clock.forward(Duration::from_millis(130));
    }
    node.stop().await;

    let process = installation.process().await;
    let mut poster = installation.poster();
    for name in &names {
        assert_eq!(poster.text(name, "hours").await.1, Some(200));
    }
    assert!(SystemClock.now() < ends[0], "this machine is too slow for this test");
    let mut late = Vec::new();
    for (name, end) in names.iter().zip(ends) {
        let given_back = given_back(&installation, name).await;
        assert!(given_back >= end.0, "{name} was {} ms early", end.0 - given_back);
        late.push(given_back - end.0);
        installation.delivered(name, 1).await;
    }
    late.sort_unstable();
    assert!(late[4] <= 100 && late[7] <= 100 + BUSY_MS, "ms late: {late:?}");
    process.end().await;
}

#[actix_web::test]
async fn a_pause_of_a_sleeping_conversation_ends_within_two_seconds() {
    let (installation, until) = paused("passivate_after_s = 1", Duration::from_secs(12)).await;
    let process = installation.process().await;
    assert_eq!(installation.poster().text(PSID, "hours").await.1, Some(200));
    eventually("it falls asleep", async || (awake(&installation).await == 0.0).then_some(())).await;
    assert!(SystemClock.now() < until, "this machine is too slow for this test");
    let given_back = given_back(&installation, PSID).await;
    assert!((until.0..=until.0 + 2000 + BUSY_MS).contains(&given_back), "{} ms late", given_back - until.0);
    process.end().await;
}

#[actix_web::test]
async fn a_pause_that_ended_while_the_process_was_down_ends_right_after_the_start() {
    let (installation, until) = paused("", Duration::from_secs(0)).await;
    eventually("the pause is over", async || (SystemClock.now() > until).then_some(())).await;
    let process = installation.process().await;
    let ready = SystemClock.now().0;
    let given_back = given_back(&installation, PSID).await;
    assert!(given_back >= until.0 && given_back <= ready + 2000 + BUSY_MS);
    process.end().await;
}

/// Killed with the snooze running; its end passes with nobody there.
#[actix_web::test]
async fn a_snooze_that_ended_while_the_process_was_down_ends_right_after_the_start_and_once() {
    let installation = Installation::with(|plan| bot_setting(plan, "pause_minutes", 1)).await;
    let process = installation.process().await;
    assert_eq!(installation.poster().text(PSID, "hours").await.1, Some(200));
    installation.delivered(PSID, 1).await;
    let until = Timestamp(SystemClock.now().0 + 4_000);
    let mut console = installation.raw_console(&installation.ana).await;
    let cid = dice::new_id().to_string();
    let ask = json!({"type": "snooze", "ref": 1, "cid": cid, "conversation": conversation(PSID), "until": until.0});
    console.say(ask.to_string()).await;
    console.next_of("done").await;
    assert!(SystemClock.now() < until, "this machine is too slow for this test");
    // Without a goodbye.
    drop(process);

    eventually("the snooze is over", async || (SystemClock.now() > until).then_some(())).await;
    let process = installation.process().await;
    let ready = SystemClock.now().0;
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation(PSID)).await.unwrap();
    let back = |frame: &ConsoleFrame| !times_of("reopened", frame).is_empty();
    let frame = console.until(SOON, back).await.expect("it is back");
    let first = times_of("reopened", &frame);
    assert!(
        first.len() == 1 && first[0] >= until.0 && first[0] <= ready + 2000 + BUSY_MS,
        "{first:?}, {until:?}, {ready}"
    );
    // What was given to the sweeper comes up again after two seconds: past that, nothing follows.
    let again = console.until(Duration::from_secs(3), back).await;
    assert!(again.is_err(), "it ended twice: {again:?}");
    process.end().await;
}

#[actix_web::test]
async fn a_pause_that_was_extended_does_not_end_early() {
    let (installation, until) = paused("", Duration::from_secs(8)).await;
    let process = installation.process().await;
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation(PSID)).await.unwrap();
    console.extend_minutes(&conversation(PSID), 15).await.unwrap();
    let moved = console.until_event(&conversation(PSID), SOON, |event| event.kind == "pause_moved").await.unwrap();
    assert!(moved.at < until.0, "this machine is too slow for this test");
    assert_eq!(moved.fields["until"].as_u64(), Some(until.0 + 15 * 60 * 1000));

    // Until the old end is past and the sweeper has looked twice.
    let past = Duration::from_millis(until.0.saturating_sub(SystemClock.now().0) + 3000);
    let early = console.until_event(&conversation(PSID), past, |event| event.kind == "given_back").await;
    assert!(early.is_err(), "the pause ended by its old end: {early:?}");
    process.end().await;
}

#[actix_web::test]
async fn ten_thousand_pauses_that_end_together_end_once_each() {
    const PAUSES: usize = 10_000;
    let installation = Installation::with(|plan| bot_setting(plan, "pause_minutes", 1)).await;
    let standing = SystemClock.now();
    let node = installation.start_with(SetClock::standing_at(standing)).await;
    let contacts: Arc<[_]> = (0..PAUSES).map(|number| contact(&format!("contact-{number}"))).collect();
    let agent = &installation.ana.agent;
    let begin = |contact| ask(&node, contact, Command::TakeOver { agent: agent.clone() });
    iter(contacts.iter()).for_each_concurrent(256, async |contact| _ = begin(contact).await).await;
    node.stop().await;

    // The clock of the second start is so far off that all pauses end 15 s from here.
    let lead = Duration::from_secs(15);
    let elapsed = Duration::from_millis(SystemClock.now().0 - standing.0);
    let clock = SetClock::behind(elapsed);
    clock.forward(PAUSE - lead);
    let node = installation.start_with(clock).await;
    let given: Arc<Mutex<HashMap<ConversationId, Vec<Timestamp>>>> = Arc::default();
    let counting = given.clone();
    let count = move |news: News<'_>| {
        let News::Published(published) = news else { return };
        let back = published.events.iter().filter(|event| matches!(event, Event::GivenBack { .. }));
        counting.lock().unwrap().entry(published.conversation()).or_default().extend(back.map(|_| published.at));
    };
    let _subscription = node.switchboard.parts().bus.subscribe_all(Arc::new(count));
    // Half of them are awake when it ends and have timers of their own; the sweeper finds all.
    let wake = |contact| ask(&node, contact, Command::ViewPage { url: String::new(), title: String::new() });
    iter(contacts.iter().step_by(2)).for_each_concurrent(256, async |contact| _ = wake(contact).await).await;

    let all_given = async || (node.store().count().await.unwrap()[..3] == [PAUSES as u64, 0, 0]).then_some(());
    tokio::time::timeout(Duration::from_secs(100), async {
        while all_given().await.is_none() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("all are given back");
    // What was given to the sweeper comes up again after two seconds: past that, nothing follows.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let given = std::mem::take(&mut *given.lock().unwrap());
    assert_eq!(given.len(), PAUSES);
    assert!(given.values().all(|times| times.len() == 1), "some ended more than once");
    assert!(given.values().flatten().all(|at| *at >= standing + PAUSE), "some ended early");
    node.stop().await;
}

/// An installation whose only conversation has a pause that ends so long from now; the end.
async fn paused(limits: &'static str, ends_in: Duration) -> (Installation, Timestamp) {
    let installation = Installation::with(|plan| {
        plan.limits = limits;
        bot_setting(plan, "pause_minutes", 1);
    })
    .await;
    let node = installation.start_with(SetClock::behind(PAUSE - ends_in)).await;
    let until = pause(&installation, &node, PSID).await;
    node.stop().await;
    (installation, until)
}

/// Ana takes over; when the pause ends.
pub async fn pause(installation: &Installation, node: &Node, name: &str) -> Timestamp {
    ask(node, &contact(name), Command::TakeOver { agent: installation.ana.agent.clone() }).await;
    let log = log(node, &contact(name)).await;
    match log.first().map(|logged| &logged.event) {
        Some(Event::TakenOver { until: Some(until), .. }) => *until,
        other => panic!("no pause: {other:?}"),
    }
}

/// When the bot got the floor back, by the program's clock.
async fn given_back(installation: &Installation, name: &str) -> u64 {
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation(name)).await.unwrap();
    let shown = |frame: &ConsoleFrame| given_back_in(frame).is_some();
    let frame = console.until(SOON, shown).await.expect("the bot gets the floor back");
    given_back_in(&frame).expect("it is there")
}

fn given_back_in(frame: &ConsoleFrame) -> Option<u64> {
    times_of("given_back", frame).first().copied()
}

/// When it happened, as often as this frame says so.
fn times_of(kind: &str, frame: &ConsoleFrame) -> Vec<u64> {
    match frame {
        ConsoleFrame::Events { events, .. } | ConsoleFrame::Reset { events, .. } => {
            events.iter().filter(|event| event.kind == kind).map(|event| event.at).collect()
        }
        _ => Vec::new(),
    }
}

async fn awake(installation: &Installation) -> f64 {
    metric(&installation.get("/metrics").await.text(), "switchboard_conversations_awake")
}
