//! Two at once.

use futures_util::future::{join, join_all};
use switchboard::domain::ids::DeliveryId;
use switchboard::ports::store::{Append, Appended, Effect, Mark, Store, StoreError};

use super::props::{NOW, Owner, Place, contact, heard, incarnation, later, log_of, queue};

const ROUNDS: u128 = 25;

/// Either the append was first, and the activation has read it; or the activation was, and the append is fenced.
pub async fn an_append_and_an_activation_at_once_have_an_order(place: &impl Place) {
    let store = place.open().await;
    for round in 0..ROUNDS {
        let key = round.to_string();
        let zombie = Owner::of(&store, &key, incarnation(1)).await;
        let append = Append { key: Some("in:m".to_owned()), ..zombie.next(vec![heard("hi")]) };
        let (appended, new) = if round % 2 == 0 {
            join(store.append(append), store.activate(contact(&key), incarnation(2))).await
        } else {
            let (new, appended) = join(store.activate(contact(&key), incarnation(2)), store.append(append)).await;
            (appended, new)
        };
        let new = new.expect("activates");
        match appended {
            Ok(Appended::Done { .. }) => assert_eq!((new.last_seq, new.events.len()), (1, 1)),
            Err(StoreError::Fenced) => {
                assert_eq!(new.last_seq, 0);
                assert_eq!(log_of(&*store, &contact(&key)).await, []);
            }
            other => panic!("{other:?}"),
        }
    }
}

pub async fn the_same_key_twice_at_once_is_one_event(place: &impl Place) {
    let store = place.open().await;
    for round in 0..ROUNDS {
        let owner = Owner::of(&store, &round.to_string(), incarnation(1)).await;
        let append = Append { key: Some("in:m".to_owned()), ..owner.next(vec![heard("hi")]) };
        let answers = join_all((0..4).map(|_| store.append(append.clone()))).await;
        let answers: Vec<Appended> = answers.into_iter().map(|answer| answer.expect("answers")).collect();
        let written = answers.iter().filter(|answer| matches!(answer, Appended::Done { .. })).count();
        assert_eq!(written, 1, "{answers:?}");
        assert!(answers.iter().all(|answer| matches!(answer, Appended::Done { .. } | Appended::Duplicate { last: 1 })));
        assert_eq!(log_of(&*store, &owner.contact).await, [heard("hi")]);
    }
}

/// Either it was accepted, and whoever refuses it hears so; or it was refused, and nothing is written.
pub async fn an_append_and_a_refusal_under_one_key_at_once_have_an_order(place: &impl Place) {
    let store = place.open().await;
    for round in 0..ROUNDS {
        let owner = Owner::of(&store, &round.to_string(), incarnation(1)).await;
        let append = Append { key: Some("cmd:1".to_owned()), ..owner.next(vec![heard("hi")]) };
        let refused = store.refuse(owner.refuse(Some("cmd:1")));
        let (appended, refused) = join(store.append(append), refused).await;
        match (appended.expect("answers"), refused) {
            (Appended::Done { .. }, Ok(Some(1)) | Err(StoreError::Fenced)) => {
                assert_eq!(log_of(&*store, &owner.contact).await, [heard("hi")]);
            }
            (Appended::Closed, Ok(None)) => assert_eq!(log_of(&*store, &owner.contact).await, []),
            other => panic!("{other:?}"),
        }
    }
}

pub async fn appends_after_the_same_seq_at_once_leave_one(place: &impl Place) {
    let store = place.open().await;
    for round in 0..ROUNDS {
        let owner = Owner::of(&store, &round.to_string(), incarnation(1)).await;
        let words = ["a", "b", "c"];
        let answers = join_all(words.iter().map(|word| store.append(owner.next(vec![heard(word)])))).await;
        let done: Vec<_> = words.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).collect();
        assert_eq!(done.len(), 1, "{answers:?}");
        assert_eq!(log_of(&*store, &owner.contact).await, [heard(done[0].0)]);
    }
}

pub async fn a_take_over_and_a_start_at_once_agree_on_who_was_first(place: &impl Place) {
    let store = place.open().await;
    for round in 0..ROUNDS {
        let mut owner = Owner::of(&store, &round.to_string(), incarnation(1)).await;
        owner.act((1..=3).map(|seq| queue(seq, true)).collect()).await;
        let conversation = owner.contact.conversation;
        let all = (1..=3).map(|seq| DeliveryId { conversation, seq }).collect();
        let take_over = Append { effects: vec![Effect::WithdrawBot].into(), ..owner.next(vec![heard("me")]) };
        let (appended, started) = join(store.append(take_over), store.start_sending(incarnation(1), all)).await;
        let Ok(Appended::Done { withdrawn }) = appended else { panic!("{appended:?}") };
        let started = started.expect("answers");
        for (seq, started) in (1..=3).zip(started) {
            assert_ne!(started != Mark::No, withdrawn.contains(&seq), "{seq} is either sent or withdrawn");
        }
    }
}

/// Each owner goes its own way, with messages out and ends of messages; whoever shares a transaction disturbs nobody.
pub async fn many_conversations_at_once_get_everything_once(place: &impl Place) {
    let store = place.open().await;
    let one = async |number: usize| {
        let mut owner = Owner::of(&store, &number.to_string(), incarnation(1)).await;
        for seq in 1..=10 {
            let effects = match seq {
                1 => vec![queue(1, true)],
                seq => vec![queue(seq, true), Effect::Finish { seq: seq - 1 }],
            };
            let append = Append {
                key: Some(format!("in:{seq}")),
                effects: effects.into(),
                deadline: (seq % 2 == 0).then_some(NOW),
                ..owner.next(vec![heard(&format!("{number}/{seq}"))])
            };
            let again = append.clone();
            let done = owner.append(append).await;
            assert!(matches!(done, Ok(Appended::Done { .. })), "{done:?}");
            assert_eq!(store.append(again).await.expect("answers"), Appended::Duplicate { last: seq });
        }
    };
    join_all((0..40).map(one)).await;
    for number in 0..40 {
        let log = log_of(&*store, &contact(&number.to_string())).await;
        assert!(log.iter().eq((1..=10).map(|seq| heard(&format!("{number}/{seq}"))).collect::<Vec<_>>().iter()));
    }
    let left = store.queued(contact("0").account, 0, 1000).await.expect("reads");
    assert!(left.len() == 40 && left.iter().all(|queued| queued.seq == 10));
    assert_eq!(store.due(NOW, 1000).await.expect("reads").len(), 40);
    assert_eq!(store.count().await.expect("reads")[..3], [40, 0, 0]);
}

pub async fn due_deadlines_asked_for_at_once_are_given_once(place: &impl Place) {
    let store = place.open().await;
    for key in 0..30 {
        let mut owner = Owner::of(&store, &key.to_string(), incarnation(1)).await;
        let append = Append { deadline: Some(later(key)), ..owner.next(vec![heard("hi")]) };
        owner.append(append).await.expect("appends");
    }
    let given = join_all((0..6).map(|_| store.due(later(100), 10))).await;
    let mut given: Vec<_> = given.into_iter().flat_map(|given| given.expect("reads")).collect();
    let count = given.len();
    given.sort_by_key(|contact| contact.conversation);
    given.dedup();
    assert_eq!((count, given.len() + store.due(later(100), 100).await.expect("reads").len()), (given.len(), 30));
}

pub async fn strays_asked_for_at_once_are_given_once(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    owner.act((1..=30).map(|seq| queue(seq, true)).collect()).await;
    let conversation = owner.contact.conversation;
    let all = (1..=30).map(|seq| DeliveryId { conversation, seq }).collect();
    let marks = store.start_sending(incarnation(1), all).await.expect("starts");
    assert_eq!(marks, [Mark::Set { attempt: 1 }; 30]);
    let given = join_all((0..6).map(|_| store.strays(NOW, incarnation(2), 10))).await;
    let mut given: Vec<_> = given.into_iter().flat_map(|given| given.expect("reads")).map(|stray| stray.seq).collect();
    let count = given.len();
    given.sort_unstable();
    given.dedup();
    let rest = store.strays(NOW, incarnation(2), 100).await.expect("reads").len();
    assert_eq!((count, given.len() + rest), (given.len(), 30));
}
