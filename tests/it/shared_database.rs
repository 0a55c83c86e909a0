//! The program over a PostgreSQL database: what it says when it cannot start, what `doctor` finds, and what several
//! processes share.

use std::net::SocketAddr;
use std::process::Output;

use switchboard::config::Database;
use switchboard::domain::event::Event;
use url::Url;

use crate::support::cut::{Proxy, Then};
use crate::support::installation::{Installation, Kept, SOON, contact, open_storage};
use crate::support::node::{eventually, log};
use crate::support::postgres::GUARDED;

const PSID: &str = "7392015648120394";

async fn installation() -> Installation {
    Installation::with(|plan| plan.kept = Kept::InPostgres).await
}

async fn ask(installation: &Installation, database: &str, words: &[&str]) -> Output {
    let mut command = installation.program();
    command.arg("--config").arg(installation.configuration_file()).args(["--listen", "127.0.0.1:0"]).args(words);
    command.env("SWITCHBOARD_DATABASE", database);
    tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("it runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[actix_web::test]
async fn a_start_with_a_wrong_password_says_whose_it_is_and_not_what_it_is() {
    let installation = installation().await;
    let url = installation.database.clone().expect("an address");
    let wrong = url.replace("postgres@", &format!("{GUARDED}:hunter2@"));
    let output = ask(&installation, &wrong, &["serve"]).await;
    let said = said(&output);
    assert!(!output.status.success() && said.contains("PostgreSQL refuses the password"), "{said}");
    assert!(said.contains("the database 127.0.0.1:") && !said.contains("hunter2"), "{said}");
}

#[actix_web::test]
async fn the_doctor_looks_at_the_database_beside_a_running_node() {
    let installation = installation().await;
    let url = installation.database.clone().expect("an address");
    let process = installation.process().await;
    let output = ask(&installation, &url, &["doctor"]).await;
    let fine = said(&output);
    assert!(output.status.success(), "{fine}");
    let format = format!("The database has format {};", switchboard::adapters::postgres::FORMAT);
    assert!(fine.contains("can be used; PostgreSQL 1") && fine.contains(&format), "{fine}");
    let lax = url.replace("options=", "options=-csynchronous_commit%3Doff%20");
    let warned = said(&ask(&installation, &lax, &["doctor"]).await);
    assert!(warned.contains("warn  PostgreSQL's default is synchronous_commit = off"), "{warned}");
    let output = ask(&installation, "postgres://postgres@127.0.0.1:1/chat", &["doctor"]).await;
    assert!(!output.status.success() && said(&output).contains("PostgreSQL cannot be reached"), "{}", said(&output));
    process.end().await;
}

/// Visitors who come back are known on every node: the key that signs their tokens is in the database.
#[actix_web::test]
async fn nodes_of_one_database_know_each_others_visitors() {
    let installation = installation().await;
    assert!(matches!(installation.config().database, Database::Postgres(_)));
    let key = open_storage(&installation.config()).await.visitor_key;
    assert_eq!(open_storage(&installation.config()).await.visitor_key, key);
    assert!(!installation.data_dir().exists(), "nothing is left on the node's own disk");
}

/// With SQLite this needs the server to be stopped.
#[actix_web::test]
async fn people_can_be_added_while_a_node_runs() {
    let installation = installation().await;
    let process = installation.process().await;
    let url = installation.database.clone().expect("an address");
    let output = ask(&installation, &url, &["agent", "add", "--name", "Cem", "--email", "cem@example.org"]).await;
    assert!(output.status.success() && said(&output).contains("/welcome?token="), "{}", said(&output));
    let people = open_storage(&installation.config()).await.people;
    assert_eq!(people.count_people().await.expect("counts"), 3);
    assert!(tokio::time::timeout(SOON, process.is_ready()).await.expect("answers"));
    process.end().await;
}

/// The network breaks in the middle of a commit: the process does not know whether the message is written. The channel
/// repeats it, and it is one message with one answer, whichever it was.
#[actix_web::test]
async fn a_message_whose_commit_is_cut_off_is_one_message_with_one_answer() {
    for then in [Then::CutAfter, Then::CutBefore] {
        let mut installation = installation().await;
        let proxy = put_a_proxy_before_the_database(&mut installation).await;
        let node = installation.start().await;
        let mut poster = installation.poster();
        proxy.next(then);
        let (mid, status) = poster.text(PSID, "hours").await;
        proxy.heard().await;
        assert_ne!(status, Some(200), "{then:?}: nobody knows");
        let again = async || poster.post_text(PSID, &mid, "hours").await.filter(|status| *status == 200);
        eventually("the repeated message is accepted", again).await;
        assert_eq!(installation.delivered(PSID, 1).await.len(), 1);
        let heard = |logged: &&_| matches!(logged, Event::ContactSaid { .. });
        let log = log(&node, &contact(PSID)).await;
        assert_eq!(log.iter().map(|logged| &logged.event).filter(heard).count(), 1, "{then:?}: {log:#?}");
        node.stop().await;
        assert_eq!(installation.provider.texts_for(PSID).len(), 1, "{then:?}");
    }
}

/// It listens for commits.
async fn put_a_proxy_before_the_database(installation: &mut Installation) -> Proxy {
    let direct = installation.database.take().expect("an address");
    let port = Url::parse(&direct).ok().and_then(|url| url.port()).expect("a port");
    let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], port)), "COMMIT", "INSERT INTO event").await;
    installation.database = Some(direct.replace(&format!(":{port}/"), &format!(":{}/", proxy.port)));
    proxy
}
