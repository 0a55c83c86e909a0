use std::time::Duration;

use bytes::Bytes;
use switchboard::domain::upload::UploadKey;
use switchboard::ports::uploads::{Allowance, Begun, COUNTED_FOR, UNSENT_LASTS, Upload, Uploads};
use uuid::Uuid;

use super::props::{NOW, Place};

const ENOUGH: Allowance = Allowance { owner_files: 10, owner_bytes: 1_000, account_bytes: 1_500 };

fn key(number: u128) -> UploadKey {
    UploadKey(Uuid::from_u128(number))
}

fn owner(number: u128) -> Uuid {
    Uuid::from_u128(1_000 + number)
}

fn upload(number: u128, of: u128) -> Upload {
    let name = "Dach 'neu' \u{1f3e0}.png".to_owned();
    Upload { key: key(number), owner: owner(of), account: "shop".to_owned(), name, bytes: 6, at: NOW }
}

/// Takes a file of two parts in.
async fn taken(store: &impl Uploads, upload: Upload) {
    let key = upload.key;
    assert_eq!(store.begin_upload(upload, ENOUGH).await.expect("begins"), Begun::Yes);
    for (number, bytes) in [(0, &b"\0\xff\x01"[..]), (1, b"two")] {
        store.add_part(key, number, Bytes::from_static(bytes)).await.expect("adds");
    }
    store.finish_upload(key).await.expect("finishes");
}

pub async fn an_upload_is_shown_once_it_was_sent_and_after_reopening(place: &impl Place) {
    let store = place.open().await;
    taken(&*store, upload(1, 1)).await;
    assert_eq!(store.upload(key(1)).await.expect("reads"), None, "it was not sent");
    let kept = store.keep_uploads(vec![key(1)], owner(1), "m".into()).await.expect("keeps");
    assert_eq!(kept, Some(vec![upload(1, 1)]));
    drop(store);
    let store = place.open().await;
    assert_eq!(store.upload(key(1)).await.expect("reads"), Some(upload(1, 1)));
    assert_eq!(store.part(key(1), 0).await.expect("reads").as_deref(), Some(&b"\0\xff\x01"[..]));
    assert_eq!(store.part(key(1), 1).await.expect("reads").as_deref(), Some(&b"two"[..]));
    assert_eq!(store.part(key(1), 2).await.expect("reads"), None);
}

pub async fn an_upload_is_its_owners_and_goes_with_one_message(place: &impl Place) {
    let store = place.open().await;
    taken(&*store, upload(2, 1)).await;
    taken(&*store, upload(1, 1)).await;
    let keep = |keys: Vec<UploadKey>, of, message: &str| store.keep_uploads(keys, owner(of), message.to_owned());
    assert_eq!(keep(vec![key(1)], 2, "theirs").await.expect("asks"), None, "somebody else's");
    assert_eq!(keep(vec![key(1), key(9)], 1, "m").await.expect("asks"), None, "one is not there");
    let both = keep(vec![key(2), key(1)], 1, "m").await.expect("keeps").expect("both are there");
    assert_eq!(both.iter().map(|upload| upload.key).collect::<Vec<_>>(), [key(2), key(1)], "in the order asked for");
    assert!(keep(vec![key(2), key(1)], 1, "m").await.expect("keeps").is_some(), "the same message again");
    assert_eq!(keep(vec![key(1)], 1, "another").await.expect("asks"), None);
    store.release_uploads(owner(1), "m".into()).await.expect("releases");
    assert!(keep(vec![key(1)], 1, "another").await.expect("keeps").is_some());
}

pub async fn an_upload_that_broke_off_cannot_be_sent_and_still_counts(place: &impl Place) {
    let store = place.open().await;
    let small = Allowance { owner_files: 1, ..ENOUGH };
    assert_eq!(store.begin_upload(upload(1, 1), small).await.expect("begins"), Begun::Yes);
    store.add_part(key(1), 0, Bytes::from_static(b"one")).await.expect("adds");
    assert_eq!(store.keep_uploads(vec![key(1)], owner(1), "m".into()).await.expect("asks"), None);
    store.break_off(key(1)).await.expect("breaks off");
    assert_eq!(store.part(key(1), 0).await.expect("reads"), None);
    assert_eq!(store.begin_upload(upload(2, 1), small).await.expect("asks"), Begun::OwnerIsOver);
}

pub async fn uploads_are_counted_for_an_hour_by_owner_and_by_account(place: &impl Place) {
    let store = place.open().await;
    let of = |number, of, bytes| Upload { bytes, ..upload(number, of) };
    let begin = |upload| store.begin_upload(upload, ENOUGH);
    assert_eq!(begin(of(1, 1, 900)).await.expect("begins"), Begun::Yes);
    assert_eq!(begin(of(2, 1, 101)).await.expect("asks"), Begun::OwnerIsOver);
    assert_eq!(begin(of(3, 2, 601)).await.expect("asks"), Begun::AccountIsOver);
    let elsewhere = Upload { account: String::new(), ..of(3, 2, 601) };
    assert_eq!(begin(elsewhere).await.expect("begins"), Begun::Yes);
    let later = Upload { at: NOW + COUNTED_FOR + Duration::from_millis(1), ..of(4, 1, 900) };
    assert_eq!(begin(later).await.expect("begins"), Begun::Yes);
}

pub async fn what_was_never_sent_goes_after_an_hour(place: &impl Place) {
    let store = place.open().await;
    for number in 1..=3 {
        taken(&*store, upload(number, 1)).await;
    }
    assert!(store.keep_uploads(vec![key(2)], owner(1), "m".into()).await.expect("keeps").is_some());
    let early = NOW + UNSENT_LASTS - Duration::from_millis(1);
    assert_eq!(store.expire_uploads(early, 10).await.expect("expires"), 0);
    let late = NOW + UNSENT_LASTS;
    assert_eq!(store.expire_uploads(late, 1).await.expect("expires"), 1, "no more than asked for");
    assert_eq!(store.expire_uploads(late, 10).await.expect("expires"), 1);
    assert_eq!(store.expire_uploads(late, 10).await.expect("expires"), 0);
    for (number, there) in [(1, false), (2, true), (3, false)] {
        assert_eq!(store.part(key(number), 0).await.expect("reads").is_some(), there, "{number}");
    }
}
