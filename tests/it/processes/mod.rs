//! Several processes over one PostgreSQL and one Redis: what a customer, an agent and a provider see of it.

mod pauses;

use std::time::Duration;

use futures_util::future::join_all;
use loadtest::clients::{ConsoleClient, ConsoleFrame, Event, Poster, diary};
use loadtest::provider::Arrival;

use crate::support::installation::{Installation, Kept, Plan, SOON, conversation, page};
use crate::support::node::eventually;
use crate::support::process::Process;
use loadtest::servers::redis::RedisServer;

/// A member that is gone is missed after so long; then somebody else answers.
const MISSED_AFTER: Duration = Duration::from_secs(10);
const CONTACTS: u32 = 20;
const OPEN: &str = "We are open Monday";

struct Cluster {
    installation: Installation,
    redis: RedisServer,
}

impl Cluster {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let installation = Installation::with(|plan| {
            plan.kept = Kept::InPostgres;
            change(plan);
        });
        Self { installation: installation.await, redis: RedisServer::start() }
    }

    async fn start(&self, name: &str) -> Process {
        let mut command = self.installation.program();
        command.arg("--config").arg(self.installation.configuration_file()).args(["--listen", "127.0.0.1:0"]);
        command.env("SWITCHBOARD_REDIS", self.redis.url()).env("SWITCHBOARD_NODE_NAME", name);
        Process::start(command, ([127, 0, 0, 1], 0).into()).await
    }

    /// What a contact got of the bot's answer about the opening hours.
    async fn told_when_open(&self, contact: &str, times: usize) {
        let arrived = async || {
            let got: Vec<Arrival> = self.installation.delivered(contact, times).await;
            let told =
                got.iter().filter(|arrival| arrival.text.as_deref().is_some_and(|text| text.starts_with(OPEN))).count();
            (told >= times).then_some(told)
        };
        let told = eventually("the bot answers", arrived).await;
        assert_eq!(told, times, "{contact}");
    }
}

fn poster(process: &Process) -> Poster {
    Poster::new(process.address, page(), diary())
}

fn contacts() -> impl Iterator<Item = String> {
    (0..CONTACTS).map(|number| format!("7{number:03}"))
}

#[actix_web::test]
async fn a_customer_on_one_process_meets_an_agent_on_another() {
    let cluster = Cluster::new().await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    let mut customer = poster(&one);
    assert_eq!(customer.text("7", "hours").await.1, Some(200));
    cluster.told_when_open("7", 1).await;

    let mut ana = ConsoleClient::new(other.address, cluster.installation.ana.cookie.clone(), diary());
    ana.connect().await.expect("a console");
    ana.watch(&conversation("7")).await.expect("asks");
    ana.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.expect("sees the conversation");
    assert_eq!(customer.text("7", "I had an accident").await.1, Some(200));
    let accident = |event: &Event| event.kind == "contact_said" && event.str("text") == "I had an accident";
    ana.until_event(&conversation("7"), SOON, accident).await.expect("sees it live");

    let cid = ana.reply(&conversation("7"), "This is Ana", true).await.expect("asks");
    ana.answer_to(&cid, SOON).await.expect("takes over");
    // The same customer, by whichever process: the bot is silent.
    assert_eq!(customer.text("7", "hours").await.1, Some(200));
    assert_eq!(poster(&other).text("7", "hours").await.1, Some(200));
    eventually("Ana's words arrive", async || {
        let got = cluster.installation.delivered("7", 3).await;
        got.iter().any(|arrival| arrival.text.as_deref() == Some("This is Ana")).then_some(())
    })
    .await;
    assert!(cluster.installation.provider.wait_quiet(Duration::from_secs(1), SOON).await);
    cluster.told_when_open("7", 1).await;
    one.end().await;
    other.end().await;
}

#[actix_web::test]
async fn who_was_with_a_process_that_is_killed_is_answered_by_another() {
    let cluster = Cluster::new().await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    let mut first = poster(&one);
    for contact in contacts() {
        assert_eq!(first.text(&contact, "hours").await.1, Some(200));
    }
    for contact in contacts() {
        cluster.told_when_open(&contact, 1).await;
    }
    // What the provider's answers made of the messages is written by now, so none is uncertain.
    assert!(cluster.installation.provider.wait_quiet(Duration::from_secs(2), SOON).await);
    drop(one);

    let killed = tokio::time::Instant::now();
    join_all(contacts().map(async |contact| {
        let (mut again, mid) = (poster(&other), format!("m_again_{contact}"));
        // As a provider would: the same message until it is taken.
        eventually("it is taken", async || (again.post_text(&contact, &mid, "hours").await == Some(200)).then_some(()))
            .await;
    }))
    .await;
    let missed = killed.elapsed();
    assert!(missed < MISSED_AFTER, "{missed:?}");
    for contact in contacts() {
        cluster.told_when_open(&contact, 2).await;
    }
    other.end().await;
}

#[actix_web::test]
async fn a_process_that_is_asked_to_end_hands_over_what_it_has() {
    let cluster = Cluster::new().await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    let mut first = poster(&one);
    for contact in contacts() {
        assert_eq!(first.text(&contact, "hours").await.1, Some(200));
    }
    for contact in contacts() {
        cluster.told_when_open(&contact, 1).await;
    }
    let ending = one.end();
    let posting = join_all(contacts().map(async |contact| poster(&other).text(&contact, "hours").await.1));
    let ((), statuses) = tokio::join!(ending, posting);
    assert!(statuses.iter().all(|status| *status == Some(200)), "nobody has to ask twice: {statuses:?}");
    for contact in contacts() {
        cluster.told_when_open(&contact, 2).await;
    }
    other.end().await;
}

/// Redis only says where to go; without it and after it, nothing is lost and nobody answers twice.
#[actix_web::test]
async fn redis_may_die_and_forget_everything() {
    let mut cluster = Cluster::new().await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    for contact in contacts() {
        assert_eq!(poster(&one).text(&contact, "hours").await.1, Some(200));
    }
    cluster.redis.kill();
    join_all(contacts().map(async |contact| {
        let (mut again, mid) = (poster(&other), format!("m_without_{contact}"));
        eventually("it is taken without Redis", async || {
            (again.post_text(&contact, &mid, "hours").await == Some(200)).then_some(())
        })
        .await;
    }))
    .await;
    for contact in contacts() {
        cluster.told_when_open(&contact, 2).await;
    }
    cluster.redis.start_again();
    cluster.redis.flush_all();
    join_all(contacts().map(async |contact| {
        let (mut again, mid) = (poster(&one), format!("m_after_{contact}"));
        eventually("it is taken afterwards", async || {
            (again.post_text(&contact, &mid, "hours").await == Some(200)).then_some(())
        })
        .await;
    }))
    .await;
    for contact in contacts() {
        cluster.told_when_open(&contact, 3).await;
    }
    one.end().await;
    other.end().await;
}

/// Somebody copies a machine with its settings. Both nodes serve, both say what is wrong, and neither ends the other again and
/// again.
#[actix_web::test]
async fn two_processes_of_one_name_say_so_and_both_serve() {
    const LOST: &str = "switchboard_incarnations_lost_total";
    let cluster = Cluster::new().await;
    let one = cluster.start("twin").await;
    assert_eq!(poster(&one).text("7", "hours").await.1, Some(200));
    let other = cluster.start("twin").await;
    for process in [&one, &other] {
        eventually("it says that it is not alone with its name", async || {
            process.said().contains("another process runs under this node's name").then_some(())
        })
        .await;
    }
    // The first was taken for an earlier process of the second; the second was never taken for one.
    assert!(one.counts(&format!("{LOST} 1")).await && !other.counts(&format!("{LOST} 1")).await);
    for (number, process) in [&one, &other, &one].into_iter().enumerate() {
        assert_eq!(poster(process).text("7", "hours").await.1, Some(200));
        cluster.told_when_open("7", number + 2).await;
    }
    let mut doctor = cluster.installation.program();
    doctor.arg("--config").arg(cluster.installation.configuration_file()).arg("doctor");
    doctor.env("SWITCHBOARD_REDIS", cluster.redis.url());
    let output = tokio::task::spawn_blocking(move || doctor.output()).await.expect("joined").expect("it runs");
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(found.contains("Two nodes that run now are called \"twin\""), "{found}");

    other.end().await;
    eventually("the first has its name to itself", async || {
        one.said().contains("this node has its name to itself again").then_some(())
    })
    .await;
    one.end().await;
}
