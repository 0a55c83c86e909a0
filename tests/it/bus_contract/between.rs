//! What holds between nodes.

use futures_util::future::join_all;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::ids::AccountId;
use switchboard::domain::message::Line;
use switchboard::domain::presence::Sign;
use switchboard::domain::time::Timestamp;
use switchboard::domain::window::Author;
use switchboard::ports::bus::{Done, NotAnswered, NotDone, Note};
use switchboard::ports::store::Queued;

use super::props::{A_MOMENT, Answering, Ear, anybody, ask_until_there, asked, contact, published, two};
use crate::directory_contract::props::Several;
use crate::support::node::eventually;

pub async fn what_one_node_publishes_another_hears_in_order(place: &mut Several) {
    let (one, other, _) = two(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    for first in 1..=200 {
        one.bus.publish(published(conversation, first, &["x"]));
        one.bus.publish(published(anybody(), first, &["other"]));
    }
    let all = async || (ear.stretches().len() == 200).then_some(());
    eventually("everything arrives", all).await;
    assert_eq!(ear.stretches(), (1..=200).map(|first| (first, 1)).collect::<Vec<_>>());
    let heard = &ear.all()[0];
    let sent = published(conversation, 1, &["x"]);
    assert_eq!((&heard.events, heard.at, &heard.summary), (&sent.events, sent.at, &sent.summary));
}

pub async fn a_sign_is_shown_on_other_nodes_and_not_twice_on_its_own(place: &mut Several) {
    let (one, other, _) = two(place).await;
    let (conversation, ears) = (anybody(), [Ear::default(), Ear::default()]);
    let _subscriptions =
        [one.bus.subscribe(conversation, ears[0].listener()), other.bus.subscribe(conversation, ears[1].listener())];
    ears[0].until_doubts(1).await;
    ears[1].until_doubts(1).await;
    let signs = [Sign { from: uuid::Uuid::from_u128(1), ..Sign::of_bot() }, Sign::of_bot()];
    one.bus.show(anybody(), Sign::of_bot());
    signs.iter().for_each(|sign| one.bus.show(conversation, sign.clone()));
    // What comes back to its own node has come by the time that this has arrived.
    one.bus.publish(published(conversation, 1, &["x"]));
    other.bus.publish(published(conversation, 2, &["y"]));
    for ear in &ears {
        ear.until_heard(2).await;
        assert_eq!(ear.signs(), signs);
    }
}

pub async fn what_is_long_is_told_by_its_position(place: &mut Several) {
    let (one, other, _) = two(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    one.bus.publish(published(conversation, 1, &[&"x".repeat(100_000)]));
    ear.until_heard(1).await;
    let heard = &ear.all()[0];
    assert_eq!((heard.first, heard.events.len(), heard.summary.seq), (2, 0, 1));
}

/// What was published before the subscription stood is in the store; without a word nobody would look.
pub async fn a_new_listener_is_told_to_look_at_the_store(place: &mut Several) {
    let (_one, other, _) = two(place).await;
    let (conversation, first, second) = (anybody(), Ear::default(), Ear::default());
    let _first = other.bus.subscribe(conversation, first.listener());
    first.until_doubts(1).await;
    let _second = other.bus.subscribe(anybody(), second.listener());
    second.until_doubts(1).await;
}

pub async fn lists_of_other_nodes_hear_the_newest_row(place: &mut Several) {
    let (one, other, _) = two(place).await;
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = other.bus.subscribe_all(ear.listener());
    let newest = async || {
        // Rows are gathered for a quarter of a second: of ten stretches one row is told.
        (1..=10).for_each(|first| one.bus.publish(published(conversation, first, &["x"])));
        tokio::time::sleep(A_MOMENT).await;
        ear.all().iter().any(|heard| heard.conversation() == conversation && heard.summary.seq == 10).then_some(())
    };
    eventually("the list hears", newest).await;
    assert!(ear.stretches().is_empty(), "rows are sent without events");
}

pub async fn a_command_is_answered_from_its_node(place: &mut Several) {
    let (one, other, address) = two(place).await;
    let host = Answering::done(12);
    other.bus.serve(host.clone());
    assert_eq!(ask_until_there(&one.bus, address).await, Ok(Done { last: 12 }));
    assert_eq!(host.asked.lock().unwrap().last(), Some(&asked("hello")));
}

/// Each subscription is confirmed by Redis on its own: none of that may be taken for the answer to something else.
pub async fn many_who_begin_to_listen_at_once_disturb_nobody(place: &mut Several) {
    let (one, other, address) = two(place).await;
    other.bus.serve(Answering::done(12));
    assert_eq!(ask_until_there(&one.bus, address).await, Ok(Done { last: 12 }));
    let (conversation, ear) = (anybody(), Ear::default());
    let _subscription = one.bus.subscribe(conversation, ear.listener());
    ear.until_doubts(1).await;
    let ears: Vec<Ear> = (0..500).map(|_| Ear::default()).collect();
    for some in ears.chunks(100) {
        let subscriptions: Vec<_> = some.iter().map(|ear| one.bus.subscribe(anybody(), ear.listener())).collect();
        let answers = join_all((0..20).map(|_| one.bus.ask(address, asked("hello")))).await;
        assert!(answers.iter().all(|answer| *answer == Ok(Ok(Done { last: 12 }))), "{answers:?}");
        for ear in some {
            ear.until_doubts(1).await;
        }
        drop(subscriptions);
    }
    // Had the connection been given up, every listener would have been told to look again.
    assert_eq!(ear.doubts(), 1);
    other.bus.publish(published(conversation, 1, &["x"]));
    ear.until_heard(1).await;
}

pub async fn refusals_come_back_as_they_are(place: &mut Several) {
    for not_done in [
        NotDone::Refused(Refusal::Superseded { since: vec![3, 4] }),
        NotDone::Unavailable("full".into()),
        NotDone::UnknownAccount,
    ] {
        let (one, other, address) = two(place).await;
        other.bus.serve(Answering::with(Some(Err(not_done.clone()))));
        assert_eq!(ask_until_there(&one.bus, address).await, Err(not_done));
    }
}

pub async fn a_conversation_that_lives_elsewhere_says_so(place: &mut Several) {
    let (one, other, address) = two(place).await;
    let host = Answering::with(None);
    other.bus.serve(host.clone());
    let asked_once = async || {
        // The way there may be a moment younger than the name.
        let answer = one.bus.ask(address, asked("hello")).await;
        assert!(matches!(answer, Err(NotAnswered::NotThere | NotAnswered::Down)), "{answer:?}");
        (!host.asked.lock().unwrap().is_empty()).then_some(())
    };
    eventually("the host is asked", asked_once).await;
}

pub async fn a_node_that_died_is_not_there(place: &mut Several) {
    let (one, other, address) = two(place).await;
    other.bus.serve(Answering::done(1));
    ask_until_there(&one.bus, address).await.unwrap();
    drop(other);
    let gone = async || (one.bus.ask(address, asked("hello")).await == Err(NotAnswered::NotThere)).then_some(());
    eventually("nobody listens there any more", gone).await;
}

pub async fn commands_of_one_caller_arrive_in_order(place: &mut Several) {
    let (one, other, address) = two(place).await;
    let host = Answering::done(1);
    other.bus.serve(host.clone());
    ask_until_there(&one.bus, address).await.unwrap();
    host.asked.lock().unwrap().clear();
    let texts: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let answers = texts.iter().map(|text| one.bus.ask(address, asked(text))).collect::<Vec<_>>();
    assert!(join_all(answers).await.iter().all(Result::is_ok));
    let url = |asked: &switchboard::ports::bus::Asked| match &asked.command {
        Command::ViewPage { url, .. } => url.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(host.asked.lock().unwrap().iter().map(url).collect::<Vec<_>>(), texts);
}

pub async fn hints_arrive(place: &mut Several) {
    let (one, other, address) = two(place).await;
    let host = Answering::done(1);
    other.bus.serve(host.clone());
    ask_until_there(&one.bus, address).await.unwrap();
    let (line, by, at) = (Line::text("We are open."), Author::Bot { awaited: true }, Timestamp(7));
    let queued = Queued { number: 0, contact: contact("7"), seq: 5, line, by, at, attempt: 0, flagged: false };
    let notes = [
        Note::Queue { queued: Box::new(queued), behind: Some(3) },
        Note::Look { account: AccountId::new("page") },
        Note::Settle { contact: contact("7"), seq: 3, again: Some((Timestamp(9), true)) },
        Note::Settle { contact: contact("7"), seq: 4, again: None },
    ];
    notes.iter().for_each(|note| one.bus.note(address, note.clone()));
    let all = async || (*host.noted.lock().unwrap() == notes).then_some(());
    eventually("all hints arrive", all).await;
}
