//! Who is busy in a drill: contacts on Messenger, visitors of a website, agents.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{Phase, Stage};
use crate::clients::{ConsoleClient, ConsoleFrame, Poster, VisitorFrame, WebchatClient};
use crate::{dice, product};

/// Contacts per posting task.
const CONTACTS: u64 = 5;
/// A client waits for so many answers before it makes more.
const UNANSWERED_MAX: usize = 4;

/// Five contacts write; every message is posted until it is acknowledged, and now and then again afterwards.
pub(super) async fn contacts(stage: Stage, mut random: StdRng, index: usize) {
    let mut poster = Poster::new(stage.door(&mut random), product::page(), stage.diary.clone());
    let mut second = Poster::new(stage.door(&mut random), product::page(), stage.diary.clone());
    let mut acknowledged: Vec<(String, String, String)> = Vec::new();
    let mut pending = 0;
    while stage.phase() == Phase::Working {
        let contact = (8_000_000_000_000_000 + index as u64 * CONTACTS + random.random_range(0..CONTACTS)).to_string();
        if random.random_bool(0.005) {
            let echo =
                poster.page().echo_of_a_person(&contact, &format!("m_{}", dice::new_id()), "From the Page inbox");
            let _ = poster.post(&[echo]).await;
        }
        if stage.doors.len() > 1 && random.random_bool(0.2) {
            poster.move_to(stage.door(&mut random));
        }
        let mid = format!("m_{}", dice::new_id());
        let text = words(&mut random);
        stage.repend(&mut pending, 1);
        if random.random_bool(0.05) {
            // The same message twice at once, as two nodes of Meta's might.
            tokio::join!(poster.post_text(&contact, &mid, &text), second.post_text(&contact, &mid, &text));
        }
        while poster.post_text(&contact, &mid, &text).await != Some(200) && stage.phase() != Phase::Over {
            tokio::time::sleep(Duration::from_millis(random.random_range(20..100))).await;
            poster.move_to(stage.door(&mut random));
        }
        stage.repend(&mut pending, 0);
        acknowledged.push((contact, mid, text));
        if random.random_bool(0.05)
            && let Some((contact, mid, text)) = acknowledged.choose(&mut random)
        {
            poster.post_text(contact, mid, text).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(1..40))).await;
    }
}

/// A visitor writes, loses the connection, comes back.
pub(super) async fn visitor(stage: Stage, mut random: StdRng) {
    let mut widget = WebchatClient::new(stage.door(&mut random), product::WEBCHAT_ACCOUNT, stage.diary.clone());
    let mut pending = 0;
    let mut opened = false;
    while stage.phase() != Phase::Over {
        if !widget.is_connected() && widget.connect().await.is_err() {
            widget.cut();
            widget.move_to(stage.door(&mut random));
            tokio::time::sleep(Duration::from_millis(random.random_range(20..100))).await;
            continue;
        }
        if stage.phase() == Phase::Working {
            if !opened {
                opened = widget.open().await.is_ok();
            } else if widget.unacked() < UNANSWERED_MAX {
                let _ = widget.say(&words(&mut random)).await;
            }
            if random.random_bool(0.01) {
                widget.cut();
            }
        }
        stage.repend(&mut pending, widget.unacked());
        // What the server cannot do now is sent again after coming back.
        if matches!(
            widget.next(Duration::from_millis(random.random_range(5..60))).await,
            Ok(Some(VisitorFrame::Error { again: true, .. }))
        ) {
            widget.cut();
        }
        stage.repend(&mut pending, widget.unacked());
    }
}

/// An agent watches conversations and takes part.
pub(super) async fn agent(stage: Stage, mut random: StdRng, cookie: String) {
    let mut console = ConsoleClient::new(stage.door(&mut random), cookie, stage.diary.clone());
    let mut watched: Vec<String> = Vec::new();
    let mut pending = 0;
    while stage.phase() != Phase::Over {
        if !console.is_connected() && !connect(&mut console).await {
            console.move_to(stage.door(&mut random));
            tokio::time::sleep(Duration::from_millis(random.random_range(20..100))).await;
            continue;
        }
        if stage.phase() == Phase::Working {
            let fresh =
                console.rows.keys().find(|row| watched.len() < stage.watched_max && !watched.contains(row)).cloned();
            if let Some(conversation) = fresh
                && console.watch(&conversation).await.is_ok()
            {
                watched.push(conversation);
            } else if console.unanswered() < UNANSWERED_MAX
                && let Some(conversation) = watched.choose(&mut random).cloned()
            {
                act(&mut console, &conversation, &mut random).await;
            }
            if random.random_bool(0.01) {
                console.cut();
            }
        }
        stage.repend(&mut pending, console.unanswered());
        read(&mut console, Duration::from_millis(random.random_range(5..40))).await;
        stage.repend(&mut pending, console.unanswered());
    }
}

async fn connect(console: &mut ConsoleClient) -> bool {
    // Coming back, the console asks for its inbox by itself.
    let first = console.rows.is_empty();
    let connected = console.connect().await.is_ok() && (!first || console.inbox(100).await.is_ok());
    if !connected {
        console.cut();
    }
    connected
}

/// Does one thing a person might do, without waiting for the answer.
async fn act(console: &mut ConsoleClient, conversation: &str, random: &mut StdRng) {
    let tag = dice::new_tag();
    let anyway = random.random_bool(0.5);
    let _ = match random.random_range(0..100) {
        0..35 => console.reply(conversation, &format!("Ana here #{tag}"), anyway).await,
        35..50 => console.take_over(conversation).await,
        50..80 => console.give_back(conversation).await,
        80..90 => console.extend_minutes(conversation, 15).await,
        _ => console.note(conversation, &format!("Note to self #{tag}")).await,
    };
}

/// Reads for a while; when the server is in trouble, the agent comes back and asks again.
async fn read(console: &mut ConsoleClient, time: Duration) {
    let until = crate::clock::instant() + time;
    loop {
        let left = until.saturating_duration_since(crate::clock::instant());
        match console.next(left).await {
            Ok(Some(ConsoleFrame::Error { .. })) => return console.cut(),
            Ok(Some(_)) if !left.is_zero() => {}
            _ => return,
        }
    }
}

/// Something to say; all but the way back to the bot has been said by nobody before.
fn words(random: &mut StdRng) -> String {
    let words = match random.random_range(0..100) {
        0..85 => product::ONE_REPLY,
        85..90 => product::URGENT,
        90..95 => return product::BACK.to_owned(),
        _ => "something nobody understands",
    };
    format!("{words} #{}", dice::new_tag())
}
