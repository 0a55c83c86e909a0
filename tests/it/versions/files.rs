//! Bot files and published versions: which of them counts at a start.

use switchboard::node::Node;
use switchboard::ports::clock::SystemClock;

use super::props::{NEW_INSURE, another, answering, harbor, publish, write_file};
use crate::support::installation::Installation;

/// Starts, looks, and stops: which version answers.
async fn version_after_a_start(installation: &Installation) -> u32 {
    let node = installation.start().await;
    let number = answering(&**node.bots()).await;
    node.stop().await;
    number
}

#[actix_web::test]
async fn a_file_is_version_one_and_a_changed_file_the_next() {
    let installation = Installation::new().await;
    assert_eq!(version_after_a_start(&installation).await, 1);
    assert_eq!(version_after_a_start(&installation).await, 1, "nothing has changed");
    write_file(&installation, &another(NEW_INSURE));
    assert_eq!(version_after_a_start(&installation).await, 2);
    let node = installation.start().await;
    let versions = node.bots().versions(harbor(), None, 10).await.expect("reads");
    assert!(versions[0].by.starts_with("file ") && versions[0].by.ends_with("harbor.json"), "{}", versions[0].by);
    node.stop().await;
}

#[actix_web::test]
async fn a_restart_never_undoes_what_somebody_published() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    publish(&**node.bots(), &another("By Ana?")).await;
    node.stop().await;
    assert_eq!(version_after_a_start(&installation).await, 2, "the file is as it was");
    write_file(&installation, &another(NEW_INSURE));
    assert_eq!(version_after_a_start(&installation).await, 2, "the file has changed, but Ana published since");
    let node = installation.start().await;
    publish(&**node.bots(), &another(NEW_INSURE)).await;
    node.stop().await;
    assert_eq!(version_after_a_start(&installation).await, 3, "both are the same");
    write_file(&installation, &another("A home?"));
    assert_eq!(version_after_a_start(&installation).await, 4, "and the file counts again");
}

#[actix_web::test]
async fn a_file_with_errors_leaves_a_published_bot_as_it_is() {
    let installation = Installation::new().await;
    assert_eq!(version_after_a_start(&installation).await, 1);
    write_file(&installation, "{");
    assert_eq!(version_after_a_start(&installation).await, 1);
}

#[actix_web::test]
async fn a_bot_that_nobody_has_published_and_whose_file_has_errors_refuses_the_start() {
    let installation = Installation::with(|plan| plan.bot["settings"]["no_answer_limit"] = (-1).into()).await;
    let Err(refusal) = Node::start_with(installation.config(), std::sync::Arc::new(SystemClock)).await else {
        panic!("it starts");
    };
    assert!(refusal.to_string().contains("harbor.json:1: settings.no_answer_limit: "), "{refusal}");
}

#[actix_web::test]
async fn an_account_whose_bot_nobody_has_written_refuses_the_start() {
    let installation = Installation::new().await;
    std::fs::remove_dir_all(installation.dir.path().join("bots")).expect("removed");
    let Err(refusal) = Node::start_with(installation.config(), std::sync::Arc::new(SystemClock)).await else {
        panic!("it starts");
    };
    assert!(refusal.to_string().contains("switchboard bot publish"), "{refusal}");
}
