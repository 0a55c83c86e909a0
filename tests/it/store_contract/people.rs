use switchboard::domain::ids::AgentId;
use switchboard::ports::people::{People, Person, Role, Saved};
use switchboard::ports::sessions::{DEVICE_CHARS_MAX, Ending, SESSIONS_SHOWN_MAX, Session};
use uuid::Uuid;

use super::props::{NOW, Place, later};

fn person(number: u128, email: &str) -> Person {
    Person {
        id: AgentId(Uuid::from_u128(number)),
        name: "Ada".to_owned(),
        email: email.to_owned(),
        role: Role::Supervisor,
        password_hash: None,
    }
}

pub async fn emails_are_unique(place: &impl Place) {
    let store = place.open().await;
    assert_eq!(store.save_person(person(1, "ada@example.org")).await.expect("saves"), Saved::Done);
    assert_eq!(store.save_person(person(2, "ada@example.org")).await.expect("answers"), Saved::EmailTaken);
    assert_eq!(store.save_person(person(2, "bob@example.org")).await.expect("saves"), Saved::Done);
    assert_eq!(store.save_person(person(2, "ada@example.org")).await.expect("answers"), Saved::EmailTaken);
    assert_eq!(store.count_people().await.expect("reads"), 2);
    let bob = store.person_by_email("bob@example.org".to_owned()).await.expect("reads");
    assert_eq!(bob, Some(person(2, "bob@example.org")));
}

pub async fn a_person_is_found_by_email_and_can_change(place: &impl Place) {
    let store = place.open().await;
    let ada = person(1, "ada@example.org");
    store.save_person(ada.clone()).await.expect("saves");
    let changed = Person {
        name: "Ada L.".to_owned(),
        email: "ada@example.com".to_owned(),
        role: Role::Admin,
        password_hash: Some("$argon2id$…".to_owned()),
        ..ada
    };
    store.save_person(changed.clone()).await.expect("saves");
    assert_eq!(store.person_by_email("ada@example.com".to_owned()).await.expect("reads"), Some(changed));
    assert_eq!(store.person_by_email("ada@example.org".to_owned()).await.expect("reads"), None);
}

pub async fn sessions_end(place: &impl Place) {
    let store = place.open().await;
    let ada = person(1, "ada@example.org");
    store.save_person(ada.clone()).await.expect("saves");
    for token in [[1; 32], [2; 32]] {
        store.open_session(Session::new(token, "", NOW), ada.id, later(1_000)).await.expect("opens");
    }
    assert_eq!(store.session([1; 32], later(999)).await.expect("reads"), Some(ada.clone()));
    assert_eq!(store.session([1; 32], later(1_000)).await.expect("reads"), None, "its time is over");
    store.close_session([1; 32]).await.expect("closes");
    assert_eq!(store.session([1; 32], NOW).await.expect("reads"), None, "it was closed");
    assert_eq!(store.session([2; 32], NOW).await.expect("reads"), Some(ada));
    assert_eq!(store.session([3; 32], NOW).await.expect("reads"), None, "there never was one");
}

pub async fn invitations_are_good_once(place: &impl Place) {
    let store = place.open().await;
    let ada = person(1, "ada@example.org");
    store.save_person(ada.clone()).await.expect("saves");
    store.add_invitation([1; 32], ada.id, later(1_000)).await.expect("adds");
    assert_eq!(store.invitation([1; 32], later(1_000)).await.expect("reads"), None, "too late");
    for _ in 0..2 {
        assert_eq!(
            store.invitation([1; 32], NOW).await.expect("reads"),
            Some(ada.clone()),
            "looking does not use it up"
        );
    }
    let ready = Person { password_hash: Some("hash".to_owned()), ..ada };
    let accept = |at| store.accept_invitation([1; 32], ready.clone(), at);
    assert!(!accept(later(1_000)).await.expect("answers"), "too late");
    assert!(accept(NOW).await.expect("answers"));
    assert!(!accept(NOW).await.expect("answers"), "it was good once");
    assert_eq!(store.person_by_email("ada@example.org".to_owned()).await.expect("reads"), Some(ready.clone()));
}

pub async fn an_invitation_is_for_one_person(place: &impl Place) {
    let store = place.open().await;
    let (ada, bob) = (person(1, "ada@example.org"), person(2, "bob@example.org"));
    store.save_person(ada.clone()).await.expect("saves");
    store.add_invitation([1; 32], ada.id, later(1_000)).await.expect("adds");
    assert!(!store.accept_invitation([1; 32], bob, NOW).await.expect("answers"));
    assert_eq!(store.count_people().await.expect("reads"), 1);
    assert_eq!(store.invitation([1; 32], NOW).await.expect("reads"), Some(ada));
}

pub async fn newer_invitations_can_end_older_ones(place: &impl Place) {
    let store = place.open().await;
    let (ada, bob) = (person(1, "ada@example.org"), person(2, "bob@example.org"));
    for (token, person) in [([1; 32], &ada), ([2; 32], &bob)] {
        store.save_person(person.clone()).await.expect("saves");
        store.add_invitation(token, person.id, later(1_000)).await.expect("adds");
    }
    store.revoke_invitations(ada.id).await.expect("revokes");
    assert_eq!(store.invitation([1; 32], NOW).await.expect("reads"), None);
    assert_eq!(store.invitation([2; 32], NOW).await.expect("reads"), Some(bob));
}

pub async fn a_new_password_ends_the_sessions_of_the_old_one(place: &impl Place) {
    let store = place.open().await;
    let (ada, bob) = (person(1, "ada@example.org"), person(2, "bob@example.org"));
    for (token, person) in [([1; 32], &ada), ([2; 32], &bob)] {
        store.save_person(person.clone()).await.expect("saves");
        store.open_session(Session::new(token, "", NOW), person.id, later(1_000)).await.expect("opens");
    }
    store.add_invitation([3; 32], ada.id, later(1_000)).await.expect("adds");
    let ready = Person { password_hash: Some("hash".to_owned()), ..ada };
    assert!(store.accept_invitation([3; 32], ready, NOW).await.expect("answers"));
    assert_eq!(store.session([1; 32], NOW).await.expect("reads"), None);
    assert_eq!(store.session([2; 32], NOW).await.expect("reads"), Some(bob), "others stay signed in");
}

pub async fn everybody_is_listed_by_name(place: &impl Place) {
    let store = place.open().await;
    let bob = Person { name: "Bob".to_owned(), ..person(1, "bob@example.org") };
    let ada = person(2, "ada@example.org");
    for person in [&bob, &ada] {
        store.save_person(person.clone()).await.expect("saves");
    }
    assert_eq!(store.people().await.expect("reads"), [ada, bob]);
}

pub async fn somebody_sees_where_they_are_signed_in_and_ends_it(place: &impl Place) {
    let store = place.open().await;
    let (ada, bob) = (person(1, "ada@example.org"), person(2, "bob@example.org"));
    for person in [&ada, &bob] {
        store.save_person(person.clone()).await.expect("saves");
    }
    for (token, device, of) in [(1, "Firefox", &ada), (2, "Chrome\0", &ada), (3, "Safari", &ada), (4, "Edge", &bob)] {
        store.open_session(Session::new([token; 32], device, NOW), of.id, later(1_000)).await.expect("opens");
    }
    store.open_session(Session::new([5; 32], "long over", NOW), ada.id, later(10)).await.expect("opens");
    store.session_seen([2; 32], later(20)).await.expect("notes");
    store.session_seen([2; 32], later(10)).await.expect("answers");
    store.session_seen([9; 32], later(20)).await.expect("of none, nothing is noted");
    let seen = |agent| {
        let sessions = store.sessions(agent, later(10));
        async {
            sessions
                .await
                .expect("reads")
                .into_iter()
                .map(|one| (one.token[0], one.device, one.seen_at))
                .collect::<Vec<_>>()
        }
    };
    let own = |token, device: &str, at| (token, device.to_owned(), later(at));
    assert_eq!(
        seen(ada.id).await,
        [own(2, "Chrome", 20), own(1, "Firefox", 0), own(3, "Safari", 0)],
        "seen last first"
    );
    assert_eq!(store.end_sessions(ada.id, Ending::One([4; 32])).await.expect("answers"), 0, "it is another's");
    assert_eq!(store.end_sessions(ada.id, Ending::One([1; 32])).await.expect("ends"), 1);
    assert_eq!(seen(ada.id).await, [own(2, "Chrome", 20), own(3, "Safari", 0)]);
    assert_eq!(
        store.end_sessions(ada.id, Ending::Others([3; 32])).await.expect("ends"),
        2,
        "and the one that was over"
    );
    assert_eq!(store.session([2; 32], NOW).await.expect("reads"), None);
    assert_eq!(store.session([3; 32], NOW).await.expect("reads"), Some(ada.clone()));
    assert_eq!(store.end_sessions(ada.id, Ending::All).await.expect("ends"), 1);
    assert_eq!(seen(ada.id).await, []);
    assert_eq!(seen(bob.id).await, [own(4, "Edge", 0)], "others stay signed in");

    let wordy = Session::new([0; 32], &"x".repeat(10_000), NOW);
    assert_eq!(wordy.device.len(), DEVICE_CHARS_MAX);
    for number in 0..=SESSIONS_SHOWN_MAX as u8 {
        let token = std::array::from_fn(|place| if place == 0 { number } else { 7 });
        let session = Session::new(token, "many", later(u64::from(number)));
        store.open_session(session, ada.id, later(1_000)).await.expect("opens");
    }
    let many = seen(ada.id).await;
    assert_eq!((many.len(), many[0].0, many[99].0), (SESSIONS_SHOWN_MAX, 100, 1));
}
