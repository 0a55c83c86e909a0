//! Who waits for an answer gets it, whatever else the bot has to say.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use loadtest::clients::Poster;
use switchboard::domain::command::Command;
use switchboard::domain::message::Heard;
use switchboard::ports::clock::{Clock, SystemClock};

use crate::support::installation::{Installation, bot_setting, contact};
use crate::support::node::{SetClock, ask, eventually};
use crate::support::nodes::Nodes;

const PAUSE: Duration = Duration::from_secs(60);
/// Pauses that end in the same moment: at the account's limit, it takes ten seconds to say what follows from them.
const PAUSES: usize = 50;
const PER_SECOND: u32 = 5;

/// The pauses begin by a clock that stands, a little less than a pause ago: by the program's, they end together soon after
/// its start, or before it.
async fn with_many_pauses(limits: &'static str) -> Installation {
    let installation = Installation::with(|plan| {
        plan.limits = limits;
        plan.sends_per_second = PER_SECOND;
        bot_setting(plan, "pause_minutes", 1);
    })
    .await;
    let then = SystemClock.now() - (PAUSE - Duration::from_secs(6));
    let node = installation.start_with(SetClock::standing_at(then)).await;
    let agent = &installation.ana.agent;
    let names: Vec<_> = (0..PAUSES).map(|number| format!("paused-{number}")).collect();
    iter(&names)
        .for_each_concurrent(16, async |name| {
            let heard = Heard::text("hours");
            ask(&node, &contact(name), Command::TakeOver { agent: agent.clone() }).await;
            let hear = Command::Hear { heard, provider_id: None, provider_at: None, name: None };
            ask(&node, &contact(name), hear).await;
        })
        .await;
    node.stop().await;
    installation
}

/// Some write now; whatever waits to go out, what they hear comes soon, and all the rest later.
async fn write_and_are_answered(installation: &Installation, mut poster: Poster, who: &[&str]) {
    let arrived = || installation.provider.counts().arrived;
    eventually("the first of them go out", async || (arrived() >= 3).then_some(())).await;
    for name in who {
        assert_eq!(poster.text(name, "hours").await.1, Some(200));
    }
    let gone = arrived();
    assert!(gone < PAUSES as u64 / 2, "this machine is too slow for this test: {gone} have gone");
    for name in who {
        let messages = if name.starts_with("paused") { 2 } else { 1 };
        let answer = installation.delivered(name, messages).await.pop().expect("an answer");
        // Theirs are five at most, and the sender may have had some in its hands.
        let most = gone + 5 + 2 * u64::from(PER_SECOND);
        assert!(answer.number <= most, "{name} was number {} although {gone} had gone", answer.number);
    }
    for number in 0..PAUSES {
        installation.delivered(&format!("paused-{number}"), 1).await;
    }
    assert_eq!(arrived(), (PAUSES + who.len()) as u64, "each once");
}

/// Dora's pause has ended, too: what is said to her because of that goes first, for she waits for what comes after it.
#[actix_web::test]
async fn however_many_pauses_end_in_the_same_second_who_writes_is_answered_first() {
    let installation = with_many_pauses("").await;
    let process = installation.process().await;
    let dora = format!("paused-{}", PAUSES - 1);
    write_and_are_answered(&installation, installation.poster(), &["ana", "bob", "carl", &dora]).await;
    process.end().await;
}

/// The sender remembers a few of them only; the others wait in the store.
#[actix_web::test]
async fn however_little_fits_into_memory_who_writes_is_answered_first() {
    let installation = with_many_pauses("sender_queue_max = 16").await;
    let process = installation.process().await;
    write_and_are_answered(&installation, installation.poster(), &["ana", "bob", "carl"]).await;
    process.end().await;
}

/// The node they write to has their conversations, and another one sends.
#[actix_web::test]
async fn whichever_node_they_write_to_who_writes_is_answered_first() {
    let nodes = Nodes::over(with_many_pauses("sender_queue_max = 16").await).await;
    let (sender, stands_by) = nodes.start_two().await;
    write_and_are_answered(&nodes.installation, stands_by.poster(), &["ana", "bob", "carl"]).await;
    stands_by.node.stop().await;
    sender.node.stop().await;
}
