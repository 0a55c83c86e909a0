//! What holds when Redis, or the way to it, does not.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, pending};
use switchboard::domain::ids::ConversationId;
use switchboard::ports::bus::{Answered, Asked, Bus, Done, Host, NotAnswered, Note};
use tokio::time::Instant;

use super::props::{Answering, Ear, address_of, anybody, ask_until_there, asked, published, two};
use crate::directory_contract::props::{Joined, Several};
use crate::support::node::{eventually, within};
use loadtest::proxy::{Proxy, Way};

/// Hears and never answers.
struct Stopped;

impl Host for Stopped {
    fn asked(&self, _: Asked) -> BoxFuture<'static, Option<Answered>> {
        pending().boxed()
    }

    fn noted(&self, _: Note) {}
}

pub async fn a_node_that_is_stopped_is_silent_and_not_waited_for_longer_than_two_seconds(place: &mut Several) {
    let (one, other, address) = two(place).await;
    other.bus.serve(Arc::new(Stopped));
    let since = Instant::now();
    let silent = async || (one.bus.ask(address, asked("hello")).await == Err(NotAnswered::Silent)).then_some(());
    eventually("it is silent", silent).await;
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

/// Some looks at what is heard, and some seconds for a busy machine.
const HEALED_WITHIN: Duration = Duration::from_secs(20);

/// A conversation of `one` that `other` watches reaches it again, and it was told to look in between.
async fn goes_on(one: &Joined, ear: &Ear, conversation: ConversationId, first: u64) {
    let heard = async || {
        one.bus.publish(published(conversation, first, &["again"]));
        tokio::time::sleep(Duration::from_millis(50)).await;
        ear.stretches().contains(&(first, 1)).then_some(())
    };
    within(HEALED_WITHIN, "it hears again", heard).await;
}

pub async fn a_restart_of_redis_makes_everybody_look_and_go_on(place: &mut Several) {
    let (one, other, _) = two(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    goes_on(&one, &ear, conversation, 1).await;
    place.server().kill();
    // While there is no Redis, listeners look at the store by themselves, and nobody waits for other nodes.
    let doubts = ear.doubts();
    ear.until_doubts(doubts + 2).await;
    let down = async || {
        let answer = one.bus.ask(switchboard::domain::ids::Incarnation(uuid::Uuid::nil()), asked("x")).await;
        (answer == Err(NotAnswered::Down)).then_some(())
    };
    eventually("asks fail at once", down).await;
    place.server().start_again();
    goes_on(&one, &ear, conversation, 2).await;
    other.bus.serve(Answering::done(5));
    let address = address_of(&other, &one).await;
    ask_until_there(&one.bus, address).await.unwrap();
}

/// The server ends the subscriptions of a slot that it gives away: of a conversation, of the lists, of letters to a node.
pub async fn what_moved_to_another_server_is_heard_there(place: &mut Several) {
    let (one, other) = (place.join().await, place.join().await);
    other.bus.serve(Answering::done(5));
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    goes_on(&one, &ear, conversation, 1).await;
    // A conversation, the lists, and the letters of both nodes.
    let all = async || Some(place.cluster().shard_channels()).filter(|channels| channels.len() >= 4);
    let channels: Vec<String> = eventually("everything is subscribed to", all).await;
    for channel in &channels {
        let (owner, slot) = place.cluster().place_of(channel);
        place.cluster().move_slot(slot, (owner + 1) % 3);
    }
    goes_on(&one, &ear, conversation, 2).await;
    let address = address_of(&other, &one).await;
    ask_until_there(&one.bus, address).await.unwrap();
}

/// One of three servers dies, not the one with the registry. What has its channel on another is heard as ever, and asks are
/// answered, wherever the letters of the two nodes were to go.
pub async fn a_lost_part_of_a_cluster_is_missed_by_nobody_else(place: &mut Several) {
    const ROUNDS: u64 = 30;
    let (one, other, address) = two(place).await;
    other.bus.serve(Answering::done(5));
    ask_until_there(&one.bus, address).await.unwrap();
    let all: Vec<_> = (0..20).map(|_| (anybody(), Ear::default())).collect();
    let _subscriptions: Vec<_> = all.iter().map(|(id, ear)| other.bus.subscribe(*id, ear.listener())).collect();
    for (_, ear) in &all {
        ear.until_doubts(1).await;
    }
    let victim = (place.cluster().place_of("{nodes}").0 + 1) % 3;
    let lost_channels: Vec<String> = place.cluster().shard_channels_of(victim);
    let is_lost = |id: &ConversationId| lost_channels.iter().any(|channel| channel.ends_with(&id.to_string()));
    let (lost, others): (Vec<_>, Vec<_>) = all.iter().partition(|(id, _)| is_lost(id));
    assert!(!lost.is_empty() && !others.is_empty(), "twenty are on one server");
    place.cluster_mut().kill(victim);
    // Whoever listens there looks at the store, again and again.
    let doubts = lost[0].1.doubts();
    lost[0].1.until_doubts(doubts + 3).await;
    ask_until_there(&one.bus, address).await.unwrap();
    let mut answered = 0;
    for round in 1..=ROUNDS {
        others.iter().for_each(|(id, _)| one.bus.publish(published(*id, round, &["x"])));
        answered += u64::from(one.bus.ask(address, asked("hello")).await.is_ok());
    }
    // A machine that does much else may delay one or the other beyond its time.
    assert!(answered + 5 >= ROUNDS, "{answered} asks of {ROUNDS} were answered");
    for (_, ear) in &others {
        eventually("what was said is heard", async || (ear.stretches().len() as u64 + 5 >= ROUNDS).then_some(())).await;
    }
    place.cluster_mut().start_again(victim);
    goes_on(&one, &lost[0].1, lost[0].0, 1).await;
}

/// Two nodes, the second behind a proxy.
async fn behind_a_proxy(place: &mut Several) -> (Joined, Joined, Proxy) {
    let proxy = Proxy::to(place.server().address());
    let one = place.join().await;
    let other = place.join_by("behind", format!("redis://{}", proxy.address)).await;
    (one, other, proxy)
}

pub async fn a_connection_that_breaks_is_opened_anew(place: &mut Several) {
    let (one, other, proxy) = behind_a_proxy(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    goes_on(&one, &ear, conversation, 1).await;
    proxy.set(Way::Cut);
    let doubts = ear.doubts();
    ear.until_doubts(doubts + 1).await;
    proxy.set(Way::Open);
    goes_on(&one, &ear, conversation, 2).await;
}

pub async fn a_connection_that_swallows_everything_is_given_up(place: &mut Several) {
    let (one, other, proxy) = behind_a_proxy(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    goes_on(&one, &ear, conversation, 1).await;
    proxy.set(Way::Swallows);
    let since = Instant::now();
    let down = |bus: &Arc<dyn Bus>| bus.ask(switchboard::domain::ids::Incarnation(uuid::Uuid::nil()), asked("x"));
    let noticed = async || (down(&other.bus).await == Err(NotAnswered::Down)).then_some(());
    eventually("it is noticed", noticed).await;
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    // A new connection is swallowed, too, and waited for. Listeners look every second all the same.
    let (doubts, since) = (ear.doubts(), Instant::now());
    ear.until_doubts(doubts + 5).await;
    assert!(since.elapsed() < Duration::from_secs(9), "five looks took {:?}", since.elapsed());
    proxy.set(Way::Open);
    goes_on(&one, &ear, conversation, 2).await;
}

/// Once a command that names many channels was taken for done with the first of its confirmations. The others answered what
/// was published next, which made no sense, so the connection was given up, and the next began in the same way.
pub async fn thousands_who_are_heard_again_are_confirmed_one_by_one(place: &mut Several) {
    const LISTENERS: usize = 5_000;
    let (one, other, proxy) = behind_a_proxy(place).await;
    one.bus.serve(Answering::done(12));
    let address = address_of(&one, &other).await;
    ask_until_there(&other.bus, address).await.unwrap();
    let ear = Ear::default();
    let listeners: Vec<_> = (0..LISTENERS).map(|_| other.bus.subscribe(anybody(), ear.listener())).collect();
    ear.until_doubts(LISTENERS).await;
    // Something is always under way to others.
    let speaking = {
        let (bus, conversation) = (other.bus.clone(), anybody());
        tokio::spawn(async move {
            for first in 1.. {
                bus.publish(published(conversation, first, &["x"]));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    let before = commands(place, "ssubscribe");
    proxy.set(Way::Cut);
    let down = async || (other.bus.ask(address, asked("x")).await == Err(NotAnswered::Down)).then_some(());
    eventually("it is missed", down).await;
    proxy.set(Way::Open);
    ask_until_there(&other.bus, address).await.unwrap();
    for _ in 0..50 {
        assert_eq!(other.bus.ask(address, asked("x")).await, Ok(Ok(Done { last: 12 })));
    }
    speaking.abort();
    let (heard, again) = (heard_channels(place), commands(place, "ssubscribe") - before);
    assert!(heard >= LISTENERS, "{heard} are heard");
    // Once through all of them is twenty commands.
    assert!(again < 40, "it took {again} commands to hear all again");
    drop(listeners);
}

/// How often clients have used a command.
fn commands(place: &mut Several, name: &str) -> u64 {
    let stats = place.server().info("commandstats");
    let calls = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls=")));
    calls.and_then(|calls| calls.split(',').next()?.parse().ok()).unwrap_or(0)
}

fn heard_channels(place: &mut Several) -> usize {
    let mut channels = redis::cmd("PUBSUB");
    channels.arg("SHARDCHANNELS").arg("sb:*:e:*");
    channels.query::<Vec<String>>(&mut place.server().connect()).unwrap().len()
}
