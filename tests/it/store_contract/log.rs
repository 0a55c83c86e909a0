use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::event::{Agent, Event, Origin};
use switchboard::domain::ids::{AgentId, ConversationId};
use switchboard::domain::state::State;
use switchboard::ports::about::{About, NOTES_MAX, PAGES_MAX};
use switchboard::ports::store::{Append, Appended, LoggedEvent, Refuse, Store, StoreError};
use uuid::Uuid;

use super::props::{NOW, Owner, Place, bot_said, contact, heard, incarnation, log_of, queue, summary};

pub async fn an_append_under_an_old_epoch_changes_nothing(place: &impl Place) {
    let store = place.open().await;
    let mut old = Owner::of(&store, "7", incarnation(1)).await;
    old.say("one").await;
    let mut new = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!(new.loaded.token.epoch, old.loaded.token.epoch + 1);

    let append =
        Append { effects: vec![queue(2, true)].into(), deadline: Some(NOW), ..old.next(vec![heard("zombie")]) };
    assert!(matches!(old.append(append).await, Err(StoreError::Fenced)));

    assert_eq!(log_of(&*store, &old.contact).await, [heard("one")]);
    assert_eq!(store.queued(old.contact.account.clone(), 0, 10).await.expect("reads"), []);
    assert_eq!(store.due(NOW, 10).await.expect("reads"), []);
    new.say("two").await;
}

pub async fn an_append_after_the_wrong_seq_changes_nothing(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    owner.say("one").await;
    for wrong in [0, 2, 9] {
        let append = Append { after: wrong, ..owner.next(vec![heard("misplaced")]) };
        assert!(matches!(store.append(append).await, Err(StoreError::Fenced)));
    }
    assert_eq!(log_of(&*store, &owner.contact).await, [heard("one")]);
    owner.say("two").await;
}

pub async fn an_append_to_an_unknown_conversation_is_fenced(place: &impl Place) {
    let store = place.open().await;
    let known = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append { contact: contact("8"), ..known.next(vec![heard("hello?")]) };
    assert!(matches!(store.append(append).await, Err(StoreError::Fenced)));
    assert_eq!(store.contact(contact("8").conversation).await.expect("reads"), None);
}

pub async fn the_same_key_twice_is_one_event(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let mut other = Owner::of(&store, "8", incarnation(1)).await;
    let keyed = |append: Append| Append { key: Some("in:m1".to_owned()), ..append };

    let first = keyed(owner.next(vec![heard("one"), bot_said("hello")]));
    assert_eq!(owner.append(first.clone()).await.expect("appends"), Appended::Done { withdrawn: vec![] });
    assert_eq!(store.append(first).await.expect("answers"), Appended::Duplicate { last: 2 });
    let again = keyed(owner.next(vec![heard("one")]));
    assert_eq!(store.append(again).await.expect("answers"), Appended::Duplicate { last: 2 });
    let elsewhere = keyed(other.next(vec![heard("one")]));
    assert_eq!(other.append(elsewhere).await.expect("appends"), Appended::Done { withdrawn: vec![] });

    assert_eq!(log_of(&*store, &owner.contact).await, [heard("one"), bot_said("hello")]);
}

pub async fn the_same_key_under_an_old_epoch_is_still_a_duplicate(place: &impl Place) {
    let store = place.open().await;
    let mut old = Owner::of(&store, "7", incarnation(1)).await;
    let first = Append { key: Some("cmd:1".to_owned()), ..old.next(vec![heard("one")]) };
    old.append(first.clone()).await.expect("appends");
    Owner::of(&store, "7", incarnation(2)).await;
    assert_eq!(store.append(first).await.expect("answers"), Appended::Duplicate { last: 1 });
}

pub async fn a_key_of_a_fenced_append_is_free_again(place: &impl Place) {
    let store = place.open().await;
    let mut old = Owner::of(&store, "7", incarnation(1)).await;
    let mut new = Owner::of(&store, "7", incarnation(2)).await;
    let keyed = |append: Append| Append { key: Some("in:m1".to_owned()), ..append };
    assert!(matches!(old.append(keyed(old.next(vec![heard("one")]))).await, Err(StoreError::Fenced)));
    let append = keyed(new.next(vec![heard("one")]));
    assert_eq!(new.append(append).await.expect("appends"), Appended::Done { withdrawn: vec![] });
}

pub async fn what_is_refused_under_a_key_is_refused_for_good_and_what_was_accepted_is_said(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append { key: Some("cmd:1".to_owned()), ..owner.next(vec![heard("one"), heard("two")]) };
    owner.append(append).await.expect("appends");
    assert_eq!(store.refuse(owner.refuse(Some("cmd:1"))).await.expect("answers"), Some(2));
    for _ in 0..2 {
        assert_eq!(store.refuse(owner.refuse(Some("cmd:2"))).await.expect("answers"), None);
    }
    drop((owner, store));

    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(2)).await;
    let late = Append { key: Some("cmd:2".to_owned()), ..owner.next(vec![heard("three")]) };
    assert_eq!(store.append(late).await.expect("answers"), Appended::Closed);
    let again = Append { key: Some("cmd:1".to_owned()), ..owner.next(vec![heard("three")]) };
    assert_eq!(store.append(again).await.expect("answers"), Appended::Duplicate { last: 2 });
    let other = Append { key: Some("cmd:3".to_owned()), ..owner.next(vec![heard("three")]) };
    assert_eq!(owner.append(other).await.expect("appends"), Appended::Done { withdrawn: vec![] });
    assert_eq!(log_of(&*store, &contact("7")).await, [heard("one"), heard("two"), heard("three")]);
}

pub async fn who_was_relieved_or_does_not_know_the_end_refuses_nothing(place: &impl Place) {
    let store = place.open().await;
    let stranger =
        Refuse { conversation: contact("8").conversation, ..Owner::of(&store, "7", incarnation(1)).await.refuse(None) };
    assert!(matches!(store.refuse(stranger).await, Err(StoreError::Fenced)));
    let relieved = Owner::of(&store, "7", incarnation(1)).await;
    let mut owner = Owner::of(&store, "7", incarnation(2)).await;
    let behind = owner.refuse(None);
    let keyed = Append { key: Some("cmd:1".to_owned()), ..owner.next(vec![heard("one")]) };
    owner.append(keyed).await.expect("appends");
    for key in [None, Some("cmd:2")] {
        let behind = Refuse { key: key.map(str::to_owned), ..behind.clone() };
        for refuse in [behind, relieved.refuse(key)] {
            assert!(matches!(store.refuse(refuse).await, Err(StoreError::Fenced)));
        }
    }
    assert_eq!(store.refuse(relieved.refuse(Some("cmd:1"))).await.expect("answers"), Some(1), "that is known to all");
    assert_eq!(store.refuse(owner.refuse(None)).await.expect("answers"), None);
    let free = Append { key: Some("cmd:2".to_owned()), ..owner.next(vec![heard("two")]) };
    assert_eq!(owner.append(free).await.expect("appends"), Appended::Done { withdrawn: vec![] });
}

pub async fn what_was_acknowledged_is_there_after_reopening(place: &impl Place) {
    let generation = {
        let store = place.open().await;
        let mut owner = Owner::of(&store, "7", incarnation(1)).await;
        let append = Append {
            key: Some("in:m1".to_owned()),
            effects: vec![queue(2, true)].into(),
            deadline: Some(NOW),
            ..owner.next(vec![heard("one"), bot_said("hello")])
        };
        owner.append(append).await.expect("appends");
        store.generation().to_owned()
    };
    let store = place.open().await;
    assert_eq!(store.generation(), generation);
    assert_eq!(log_of(&*store, &contact("7")).await, [heard("one"), bot_said("hello")]);
    assert_eq!(store.queued(contact("7").account, 0, 10).await.expect("reads").len(), 1);
    assert_eq!(store.due(NOW, 10).await.expect("reads"), [contact("7")]);
    assert_eq!(store.contact(contact("7").conversation).await.expect("reads"), Some(contact("7")));
    let owner = Owner::of(&store, "7", incarnation(2)).await;
    assert_eq!(owner.loaded.token.epoch, 2);
    assert_eq!(store.refuse(owner.refuse(Some("in:m1"))).await.expect("answers"), Some(2));
}

pub async fn an_activation_gets_the_snapshot_and_the_events_after_it(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!((owner.loaded.last_seq, owner.loaded.events.len()), (0, 0));
    owner.say("one").await;
    let all = Owner::of(&store, "7", incarnation(1)).await.loaded;
    assert_eq!((all.snapshot, all.events.len()), (None, 1));

    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let mut state = State::default();
    for event in [heard("one"), heard("two")] {
        state.apply(&event, NOW, true);
    }
    let append = Append { snapshot: Some(state.clone()), ..owner.next(vec![heard("two")]) };
    owner.append(append).await.expect("appends");
    owner.say("three").await;
    let rest = Owner::of(&store, "7", incarnation(2)).await.loaded;
    assert_eq!((rest.last_seq, rest.snapshot), (3, Some(state)));
    assert_eq!(rest.events.iter().map(|event| (event.seq, event.at)).collect::<Vec<_>>(), [(3, NOW)]);
    assert_eq!(rest.events[0].event, heard("three"));
}

pub async fn reading_after_a_position_gives_the_rest_in_order(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for number in 1..=12 {
        owner.say(&number.to_string()).await;
    }
    let read = |after, limit| store.read_after(contact("7").conversation, after, limit);
    let rest = read(9, 100).await.expect("reads").expect("is there");
    assert_eq!(rest.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [10, 11, 12]);
    assert_eq!((rest.summary, rest.more), (summary(&contact("7"), 12), true));
    let some = read(0, 2).await.expect("reads").expect("is there");
    assert_eq!(some.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(!some.more, "there is nothing before the first");
    let none = read(12, 100).await.expect("reads").expect("is there");
    assert_eq!((none.events, none.summary.seq), (vec![], 12));
}

/// Screens that may have missed something ask so, hundreds at a time.
pub async fn of_many_logs_those_are_named_that_go_on_and_where_they_end(place: &impl Place) {
    let store = place.open().await;
    let mut known = Vec::new();
    let mut ends = HashMap::new();
    for number in 0..40 {
        let mut owner = Owner::of(&store, &number.to_string(), incarnation(1)).await;
        for _ in 0..number % 4 {
            owner.say("one more").await;
        }
        known.push((owner.contact.conversation, number / 4 % 4));
        if number % 4 > number / 4 % 4 {
            ends.insert(owner.contact.conversation, number % 4);
        }
    }
    known.extend((0..460).map(|number| (contact(&format!("nobody {number}")).conversation, 0)));
    assert_eq!(store.beyond(known).await.expect("reads"), ends);
    assert_eq!(store.beyond(Vec::new()).await.expect("reads"), HashMap::new());

    let mut owner = Owner::of(&store, "0", incarnation(2)).await;
    let known = vec![(owner.contact.conversation, 0)];
    assert_eq!(store.beyond(known.clone()).await.expect("reads"), HashMap::new(), "an owner alone says nothing");
    owner.say("the first").await;
    assert_eq!(store.beyond(known).await.expect("reads"), [(owner.contact.conversation, 1)].into());
}

pub async fn reading_before_a_position_gives_the_newest_before_it(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for number in 1..=6 {
        owner.say(&number.to_string()).await;
    }
    let read = |before, limit| store.read_before(contact("7").conversation, before, limit);
    for (before, limit, seqs, more) in [
        (None, 2, vec![5, 6], true),
        (Some(5), 3, vec![2, 3, 4], true),
        (Some(3), 9, vec![1, 2], false),
        (Some(1), 9, vec![], false),
    ] {
        let reading = read(before, limit).await.expect("reads").expect("is there");
        assert_eq!(reading.events.iter().map(|event| event.seq).collect::<Vec<_>>(), seqs);
        assert_eq!((reading.more, reading.summary.seq), (more, 6));
    }
}

pub async fn a_conversation_without_events_has_nothing_to_read(place: &impl Place) {
    let store = place.open().await;
    Owner::of(&store, "7", incarnation(1)).await;
    let nobody = ConversationId(Uuid::from_u128(1));
    for conversation in [contact("7").conversation, nobody] {
        assert!(store.read_after(conversation, 0, 9).await.expect("reads").is_none());
        assert!(store.read_before(conversation, None, 9).await.expect("reads").is_none());
    }
    assert_eq!(store.contact(contact("7").conversation).await.expect("reads"), Some(contact("7")));
    assert_eq!(store.contact(nobody).await.expect("reads"), None);
}

/// Six incarnations fight over a conversation: each activates it, appends until it is fenced, and activates it again.
/// Whatever was acknowledged is in the log, once, and the log has no hole.
pub async fn two_activations_leave_one_owner(place: &impl Place) {
    let store = place.open().await;
    let fighters = (1..=6).map(|number| tokio::spawn(fight(Arc::clone(&store), number)));
    let mut acknowledged = Vec::new();
    for fighter in fighters.collect::<Vec<_>>() {
        acknowledged.extend(fighter.await.expect("fights"));
    }
    let mut logged = log_of(&*store, &contact("7")).await;
    let text = |event: &Event| format!("{event:?}");
    logged.sort_by_key(text);
    acknowledged.sort_by_key(text);
    assert_eq!(logged, acknowledged);
    assert_eq!(logged.len(), 6 * EVENTS_EACH);
}

const EVENTS_EACH: usize = 20;

/// Appends its events, taking the conversation over whenever somebody else has; returns what was acknowledged.
async fn fight(store: Arc<impl Store>, number: u128) -> Vec<Event> {
    let mut acknowledged = Vec::new();
    while acknowledged.len() < EVENTS_EACH {
        let mut owner = Owner::of(&store, "7", incarnation(number)).await;
        while acknowledged.len() < EVENTS_EACH {
            let event = heard(&format!("{number}: {}", acknowledged.len()));
            if !one_of_two(&mut owner, &event).await {
                break;
            }
            acknowledged.push(event);
        }
        // Let the winner get on for a while, or nobody ever will.
        tokio::time::sleep(Duration::from_millis(3 * number as u64)).await;
    }
    acknowledged
}

/// Appends the same event twice at once, after the same seq: at most one may be written. Says whether one was.
async fn one_of_two(owner: &mut Owner, event: &Event) -> bool {
    let append = || owner.store.append(owner.next(vec![event.clone()]));
    let answers = tokio::join!(append(), append());
    let written = [&answers.0, &answers.1].into_iter().filter(|answer| answer.is_ok()).count();
    for answer in [answers.0, answers.1] {
        assert!(matches!(answer, Ok(Appended::Done { .. }) | Err(StoreError::Fenced)), "{answer:?}");
    }
    assert!(written < 2, "two events cannot have the same seq");
    owner.seq += written as u64;
    written == 1
}

fn attribute(name: &str, value: &str) -> Event {
    Event::AttributeSet { name: name.to_owned(), value: value.to_owned(), by: None, from: Origin::default() }
}

fn note(text: &str) -> Event {
    let agent = Agent { id: AgentId(Uuid::from_u128(7)), name: "Ana".to_owned() };
    Event::NoteAdded { agent, text: text.to_owned() }
}

fn page(title: &str) -> Event {
    Event::PageViewed { url: "/prices".to_owned(), title: title.to_owned() }
}

/// The attributes come from a snapshot and the events after it; notes and pages from as far back as there are some.
pub async fn what_is_known_of_a_contact_does_not_depend_on_what_is_read(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let here = owner.contact.conversation;
    assert_eq!(store.about(here).await.expect("reads"), About::default(), "nothing has happened yet");
    assert_eq!(store.about(ConversationId(Uuid::from_u128(1))).await.expect("reads"), About::default());

    let first = vec![attribute("city", "Porto"), attribute("plan", "small"), note("likes blue"), page("Prices")];
    let mut state = State::default();
    first.iter().for_each(|event| state.apply(event, NOW, false));
    let append = Append { snapshot: Some(state), ..owner.next(first.clone()) };
    owner.append(append).await.expect("appends");
    let named = Event::ContactNamed { name: "Maria".to_owned() };
    for events in [vec![heard("what a note_added says"); 300], vec![attribute("plan", "large"), named]] {
        let append = owner.next(events);
        owner.append(append).await.expect("appends");
    }
    let about = store.about(here).await.expect("reads");
    let known = [("city", "Porto"), ("plan", "large")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!((about.seq, about.name, about.attributes), (306, Some("Maria".to_owned()), known.into()));
    let seqs = |found: &[LoggedEvent]| found.iter().map(|logged| logged.seq).collect::<Vec<_>>();
    assert_eq!((seqs(&about.notes), seqs(&about.pages)), (vec![3], vec![4]));
    assert_eq!((&about.notes[0].event, &about.pages[0].event), (&first[2], &first[3]));

    // Of many, the newest, those first; of another conversation none.
    Owner::of(&store, "8", incarnation(1)).await.say("hi").await;
    let many = (0..100).flat_map(|number| [note(&number.to_string()), page(&number.to_string())]).collect();
    let append = owner.next(many);
    owner.append(append).await.expect("appends");
    let about = store.about(here).await.expect("reads");
    assert_eq!(seqs(&about.notes), (0..NOTES_MAX as u64).map(|back| 505 - 2 * back).collect::<Vec<_>>());
    assert_eq!(seqs(&about.pages), (0..PAGES_MAX as u64).map(|back| 506 - 2 * back).collect::<Vec<_>>());
    let other = store.about(contact("8").conversation).await.expect("reads");
    assert_eq!((other.seq, other.notes, other.pages), (1, vec![], vec![]));
}
