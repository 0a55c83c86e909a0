//! A process that dies in the worst moment, chosen: what it had written and not yet told, or told and not yet written.

use loadtest::checker::{Evidence, Rules, StoredConversation, StoredEvent, check};
use loadtest::clients::{Answered, ConsoleFrame, Diary, Poster, diary, read_diary};
use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::ids::Incarnation;
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::store::StrayState;

use crate::support::installation::{Installation, SOON, conversation, open_storage, page, told_over_each_store};
use crate::support::node::eventually;
use crate::support::process::Process;

mod soon_sent_again {
    use super::*;

    told_over_each_store! { |plan| plan.limits = "reconcile_s = 1" =>
        a_webhook_whose_process_dies_between_the_commit_and_the_answer_is_one_message
        a_command_whose_process_dies_between_the_commit_and_the_answer_has_one_effect
        a_message_whose_answer_was_lost_with_the_process_is_sent_again_flagged_without_an_echo
    }
}

mod patient {
    use super::*;

    told_over_each_store! { |plan| plan.limits = "reconcile_s = 60" =>
        a_message_whose_answer_was_lost_with_the_process_is_settled_by_its_echo
    }
}

const PSID: &str = "7392015648120394";

async fn a_webhook_whose_process_dies_between_the_commit_and_the_answer_is_one_message(installation: Installation) {
    let diary = diary();
    let mut process = dying(&installation, "conversation-committed=return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    let (mid, status) = poster.text(PSID, "hours").await;
    assert_eq!(status, None);
    process.ended().await;

    let process = installation.process().await;
    assert_eq!(poster.post_text(PSID, &mid, "hours").await, Some(200));
    installation.delivered(PSID, 1).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID).len(), 1);
}

async fn a_command_whose_process_dies_between_the_commit_and_the_answer_has_one_effect(installation: Installation) {
    let diary = diary();
    // The message with its answer, and the answer sent: the third commit is the command's.
    let mut process = dying(&installation, "conversation-committed=2*off->return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    let mut console = installation.console_with(&installation.ana, diary.clone()).await;
    assert_eq!(poster.text(PSID, "hours").await.1, Some(200));
    let here = conversation(PSID);
    console.watch(&here).await.unwrap();
    let sent = |frame: &ConsoleFrame| format!("{frame:?}").contains("\"sent\"");
    console.until(SOON, sent).await.unwrap();
    let cid = console.reply(&here, "Ana here.", true).await.unwrap();
    process.ended().await;

    let process = installation.process().await;
    console.connect().await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    installation.delivered(PSID, 2).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID)[1..], ["Ana here."]);
}

async fn a_message_whose_answer_was_lost_with_the_process_is_settled_by_its_echo(installation: Installation) {
    let diary = diary();
    let mut process = dying(&installation, "sender-answered=return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    poster.text(PSID, "hours").await;
    process.ended().await;
    assert!(was_marked(&installation).await, "it was written down before the bytes left");

    let process = installation.process().await;
    let sent = installation.delivered(PSID, 1).await.remove(0);
    let (mid, text) = (sent.message_id.expect("it was accepted"), sent.text.expect("words"));
    let echo = page().echo_of_ours(PSID, &mid, &text, &sent.metadata.expect("our mark"));
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    assert_eq!(poster.post(&[echo]).await.unwrap(), 200);
    poster.text_surely(PSID, "prices", SOON).await.unwrap();
    installation.delivered(PSID, 2).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID).len(), 2, "nothing arrived twice");
}

async fn a_message_whose_answer_was_lost_with_the_process_is_sent_again_flagged_without_an_echo(
    installation: Installation,
) {
    let diary = diary();
    let mut process = dying(&installation, "sender-answered=return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    poster.text(PSID, "hours").await;
    process.ended().await;

    let process = installation.process().await;
    let got = installation.delivered(PSID, 2).await;
    assert_eq!(got[0].metadata, got[1].metadata);
    keeps_its_promises(&installation, process, &diary).await;
}

/// A process that dies where the failpoint says.
async fn dying(installation: &Installation, failpoints: &str) -> Process {
    let mut command = installation.command();
    command.env("FAILPOINTS", failpoints);
    installation.process_of(command).await
}

/// Whether the store knows that its only message was being sent when the process died.
async fn was_marked(installation: &Installation) -> bool {
    let storage = open_storage(&installation.config()).await;
    let strays = storage.store.strays(SystemClock.now(), Incarnation(dice::new_id()), 10).await.expect("read");
    strays.iter().map(|stray| stray.state).eq([StrayState::Sending { attempt: 1 }])
}

/// Ends the process when nothing moves any more, and holds everything that was promised against what is stored.
async fn keeps_its_promises(installation: &Installation, process: Process, diary: &Diary) {
    let at_rest = async || installation.dump().await.iter().all(is_at_rest).then_some(());
    eventually("everything comes to rest", at_rest).await;
    process.end().await;
    let evidence = Evidence {
        store: installation.dump().await,
        clients: vec![read_diary(diary).clone()],
        arrivals: installation.provider.arrivals(),
        rules: Rules::default(),
    };
    let verdict = check(&evidence);
    assert!(verdict.is_clean(), "{verdict}");
}

/// Whether every message has come to an end.
fn is_at_rest(conversation: &StoredConversation) -> bool {
    let messages = conversation.events.iter().filter(|stored| !stored.delivery_ids().is_empty());
    let ended = |seq: u64| {
        let about = |stored: &&StoredEvent| {
            let of = stored.event.fields.get("of").and_then(Value::as_array);
            stored.kind() == "delivery" && of.is_some_and(|of| of.contains(&json!(seq)))
        };
        let last = conversation.events.iter().rfind(about).map(|stored| stored.event.str("state"));
        last.is_some_and(|state| !matches!(state, "queued" | "unknown"))
    };
    messages.map(|stored| stored.event.seq).all(ended)
}
