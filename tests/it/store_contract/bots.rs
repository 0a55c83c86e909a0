use futures_util::future::join_all;
use switchboard::domain::ids::{BotId, BotVersion};
use switchboard::domain::time::Timestamp;
use switchboard::ports::bots::{Bots, Deed, Publish, Published, Publishing, Saving};

use super::props::{Place, later};

fn harbor() -> BotId {
    BotId::new("harbor")
}

fn version(number: u32) -> BotVersion {
    BotVersion { bot: harbor(), number }
}

fn deed(by: &str, at: Timestamp) -> Deed {
    Deed { by: by.to_owned(), at, note: "because".to_owned() }
}

async fn publish(store: &impl Bots, seen: u32, what: Publish) -> Publishing {
    store.publish(harbor(), seen, what, deed("Ana", later(5)), None).await.expect("answers")
}

async fn publish_text(store: &impl Bots, seen: u32, text: &str) -> Publishing {
    publish(store, seen, Publish::Document(text.to_owned())).await
}

async fn answering(store: &impl Bots) -> Option<u32> {
    let published = store.published().await.expect("reads");
    published.into_iter().find(|published| published.version.bot == harbor()).map(|found| found.version.number)
}

pub async fn a_published_document_is_a_version_that_answers(place: &impl Place) {
    let store = place.open().await;
    assert_eq!(answering(&*store).await, None);
    assert_eq!(publish_text(&*store, 0, "one \u{1f600}").await, Publishing::Done(version(1)));
    assert_eq!(publish_text(&*store, 1, "two").await, Publishing::Done(version(2)));
    assert_eq!(answering(&*store).await, Some(2));
    assert_eq!(store.document(version(1)).await.expect("reads").as_deref(), Some("one \u{1f600}"));
    assert_eq!(store.document(version(3)).await.expect("reads"), None);
    let versions = store.versions(harbor(), None, 10).await.expect("reads");
    assert_eq!(versions.iter().map(|version| version.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((versions[0].by.as_str(), versions[0].note.as_str(), versions[0].at), ("Ana", "because", later(5)));
    assert_eq!(store.versions(harbor(), Some(2), 10).await.expect("reads")[0].number, 1);
    let audit = store.audit(None, 10).await.expect("reads");
    let told: Vec<_> = audit.iter().map(|deed| (deed.what.as_str(), deed.subject.as_str())).collect();
    assert_eq!(told, [("bot.published", "harbor@2"), ("bot.published", "harbor@1")]);
    assert_eq!(store.audit(Some(audit[0].number), 10).await.expect("reads"), audit[1..]);
}

pub async fn of_two_who_publish_after_the_same_version_one_learns_who_was_first(place: &impl Place) {
    let store = place.open().await;
    publish_text(&*store, 0, "one").await;
    publish_text(&*store, 1, "two").await;
    let ben = store.publish(harbor(), 1, Publish::Document("three".to_owned()), deed("Ben", later(9)), None).await;
    let first = Published { version: version(2), by: "Ana".to_owned(), at: later(5) };
    assert_eq!(ben.expect("answers"), Publishing::Overtaken(first));
    assert_eq!(store.versions(harbor(), None, 10).await.expect("reads").len(), 2);
}

pub async fn rolling_back_is_publishing_an_older_version(place: &impl Place) {
    let store = place.open().await;
    publish_text(&*store, 0, "one").await;
    publish_text(&*store, 1, "two").await;
    assert_eq!(publish(&*store, 2, Publish::Version(1)).await, Publishing::Done(version(1)));
    assert_eq!(answering(&*store).await, Some(1));
    assert_eq!(publish_text(&*store, 1, "three").await, Publishing::Done(version(3)), "no number comes twice");
}

pub async fn what_is_refused_leaves_nothing_behind(place: &impl Place) {
    let store = place.open().await;
    assert_eq!(publish(&*store, 0, Publish::Version(1)).await, Publishing::Nothing);
    assert_eq!(publish(&*store, 0, Publish::Draft(1)).await, Publishing::Nothing);
    assert_eq!(publish_text(&*store, 4, "x").await, Publishing::Nothing, "there is no version 4");
    assert_eq!(store.published().await.expect("reads"), []);
    assert_eq!(store.audit(None, 10).await.expect("reads"), []);
}

pub async fn a_draft_becomes_a_version_and_is_gone(place: &impl Place) {
    let store = place.open().await;
    let save = |seen, text: &str| store.save_draft(harbor(), seen, text.to_owned(), deed("Ana", later(1)));
    assert_eq!(store.draft(harbor()).await.expect("reads"), None);
    assert_eq!(save(0, "a").await.expect("saves"), Saving::Done(1));
    assert_eq!(save(1, "b").await.expect("saves"), Saving::Done(2));
    assert_eq!(publish(&*store, 0, Publish::Draft(1)).await, Publishing::Nothing, "it has changed since");
    assert_eq!(publish(&*store, 0, Publish::Draft(2)).await, Publishing::Done(version(1)));
    assert_eq!(store.document(version(1)).await.expect("reads").as_deref(), Some("b"));
    assert_eq!(store.draft(harbor()).await.expect("reads"), None);
    assert_eq!(save(0, "c").await.expect("saves"), Saving::Done(3), "no revision comes twice");
}

pub async fn a_draft_that_somebody_else_saved_is_not_lost(place: &impl Place) {
    let store = place.open().await;
    let save = |seen, text: &str, by| store.save_draft(harbor(), seen, text.to_owned(), deed(by, later(1)));
    save(0, "a", "Ana").await.expect("saves");
    match save(0, "b", "Ben").await.expect("answers") {
        Saving::Overtaken(draft) => assert_eq!((draft.by.as_str(), draft.revision), ("Ana", 1)),
        done => panic!("{done:?}"),
    }
    assert_eq!(store.draft(harbor()).await.expect("reads").expect("a draft").document, "a");
}

pub async fn many_who_publish_at_once_leave_one(place: &impl Place) {
    let store = place.open().await;
    publish_text(&*store, 0, "one").await;
    let all = join_all((0..8).map(|number| {
        let what = Publish::Document(format!("by {number}"));
        store.publish(harbor(), 1, what, deed(&number.to_string(), later(9)), None)
    }));
    let all: Vec<_> = all.await.into_iter().map(|answer| answer.expect("answers")).collect();
    assert_eq!(all.iter().filter(|outcome| **outcome == Publishing::Done(version(2))).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|outcome| matches!(outcome, Publishing::Overtaken(_))).count(), 7, "{all:?}");
    assert_eq!(store.versions(harbor(), None, 10).await.expect("reads").len(), 2);
}

pub async fn a_file_is_remembered_with_its_bot(place: &impl Place) {
    let store = place.open().await;
    assert_eq!(store.file(harbor()).await.expect("reads"), None);
    let text = || Publish::Document("one".to_owned());
    store.publish(harbor(), 0, text(), deed("file", later(1)), Some([7; 32])).await.expect("publishes");
    assert_eq!(store.file(harbor()).await.expect("reads"), Some([7; 32]));
    publish_text(&*store, 1, "two").await;
    assert_eq!(store.file(harbor()).await.expect("reads"), Some([7; 32]), "what did not come from it forgets it not");
    store.set_file(harbor(), [8; 32]).await.expect("sets");
    assert_eq!(store.file(harbor()).await.expect("reads"), Some([8; 32]));
}

pub async fn versions_are_there_after_reopening(place: &impl Place) {
    let store = place.open().await;
    publish_text(&*store, 0, "one").await;
    drop(store);
    let store = place.open().await;
    assert_eq!(answering(&*store).await, Some(1));
    assert_eq!(store.document(version(1)).await.expect("reads").as_deref(), Some("one"));
}
