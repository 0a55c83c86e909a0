//! What nobody of us has seen, how urgent agents judge it, and whom nobody listens to: over real sockets.

use serde_json::{Value, json};
use switchboard::ports::people::Role;

use crate::aside::{ask, caller, console, get, lists_until};
use crate::support::installation::{Installation, conversation, open_storage, sign_in, told_over_each_store};
use crate::support::node::eventually;

told_over_each_store! { |_| {} =>
    what_one_agent_has_seen_is_unread_to_nobody_also_over_a_restart
    what_is_marked_unread_is_so_for_all_until_somebody_looks
    the_most_urgent_of_those_who_wait_comes_first
    a_blocked_contact_is_in_no_list_and_only_supervisors_block
}

/// Whether the row of this conversation says so.
fn unread_in(lists: &Value, id: &str, count: u64) -> bool {
    let rows = lists["rows"].as_array().into_iter().flatten();
    rows.filter(|row| row["conversation"] == json!(id)).any(|row| row["unread"] == json!(count))
}

fn last(lists: &Value, id: &str) -> u64 {
    let rows = lists["rows"].as_array().into_iter().flatten();
    rows.filter(|row| row["conversation"] == json!(id)).filter_map(|row| row["seq"].as_u64()).max().expect("a seq")
}

async fn what_one_agent_has_seen_is_unread_to_nobody_also_over_a_restart(installation: Installation) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let (mut visitor, id) = caller(&installation, &mut ana).await;
    visitor.say("Hello?").await.expect("said");
    let lists = lists_until(&mut ana, "both lines are unread", |lists| unread_in(lists, &id, 2)).await;
    let seq = last(&lists, &id);
    eventually("it is found among the unread", async || {
        let listed = get(&installation, "/conversations?unread=true").await;
        (listed["rows"][0]["conversation"] == json!(id)).then_some(())
    })
    .await;

    let mut ben = console(&installation, &installation.ben).await;
    ben.say(json!({"type": "seen", "ref": 3, "conversation": id, "seq": seq})).await;
    lists_until(&mut ana, "nothing is unread", |lists| unread_in(lists, &id, 0)).await;
    eventually("it is unread no more", async || {
        (get(&installation, "/conversations?unread=true").await["rows"] == json!([])).then_some(())
    })
    .await;
    let events = get(&installation, &format!("/conversations/{id}/events?limit=100")).await;
    let last_event = events["events"].as_array().and_then(|events| events.last()).expect("events")["seq"].clone();
    assert_eq!(last_event, json!(seq), "a look is no event");
    node.stop().await;

    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    lists_until(&mut ana, "it stays seen", |lists| unread_in(lists, &id, 0)).await;
    visitor.connect().await.expect("a widget");
    visitor.say("Still there?").await.expect("said");
    lists_until(&mut ana, "what is new is unread", |lists| unread_in(lists, &id, 1)).await;
    node.stop().await;
}

/// Killed before the index of the lists has taken it in.
#[actix_web::test]
async fn what_was_seen_right_before_a_crash_is_not_found_among_the_unread_afterwards() {
    let installation = Installation::new().await;
    let process = installation.process().await;
    installation.poster().text("7", "hours").await;
    installation.delivered("7", 1).await;
    let id = conversation("7");
    let unread = async |rows: usize| {
        eventually("so many are unread", async || {
            let listed = get(&installation, "/conversations?unread=true").await;
            let there = listed["rows"].as_array().map(Vec::len) == Some(rows);
            (there && listed["complete"] == json!(true)).then_some(())
        })
        .await;
    };
    unread(1).await;
    let mut ana = console(&installation, &installation.ana).await;
    let events = get(&installation, &format!("/conversations/{id}/events?limit=100")).await;
    let last = events["events"].as_array().and_then(|events| events.last()).expect("events")["seq"].clone();
    ana.say(json!({"type": "seen", "ref": 3, "conversation": id, "seq": last})).await;
    lists_until(&mut ana, "nothing is unread", |lists| unread_in(lists, &id, 0)).await;
    drop(process);

    let process = installation.process().await;
    unread(0).await;
    process.end().await;
}

async fn what_is_marked_unread_is_so_for_all_until_somebody_looks(installation: Installation) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let (mut visitor, id) = caller(&installation, &mut ana).await;
    for text in ["one", "two", "three"] {
        visitor.say(text).await.expect("said");
    }
    let lists = lists_until(&mut ana, "all is unread", |lists| unread_in(lists, &id, 4)).await;
    let seq = last(&lists, &id);
    let mut ben = console(&installation, &installation.ben).await;
    assert_eq!(ask(&mut ben, json!({"type": "mark_read", "conversation": id})).await["type"], json!("done"));
    lists_until(&mut ana, "all is read", |lists| unread_in(lists, &id, 0)).await;

    let from = json!({"type": "mark_unread", "conversation": id, "from": seq - 1});
    assert_eq!(ask(&mut ben, from).await["type"], json!("done"));
    lists_until(&mut ana, "from that line on", |lists| unread_in(lists, &id, 2)).await;
    ask(&mut ben, json!({"type": "mark_unread", "conversation": id, "count": 3})).await;
    lists_until(&mut ana, "so many", |lists| unread_in(lists, &id, 3)).await;
    ask(&mut ben, json!({"type": "mark_unread", "conversation": id})).await;
    lists_until(&mut ana, "the last", |lists| unread_in(lists, &id, 1)).await;
    let none = ask(&mut ben, json!({"type": "mark_unread", "conversation": id, "count": 99})).await;
    assert_eq!(none["code"], json!("nothing_to_read"), "{none}");
    ana.say(json!({"type": "seen", "ref": 3, "conversation": id, "seq": seq})).await;
    lists_until(&mut ben, "somebody looked", |lists| unread_in(lists, &id, 0)).await;
    node.stop().await;
}

async fn the_most_urgent_of_those_who_wait_comes_first(installation: Installation) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let (_first, earlier) = caller(&installation, &mut ana).await;
    let mut second = installation.visitor().await;
    second.say("I had an accident").await.expect("said");
    let later = eventually("both wait, the first before the second", async || {
        let waiting = get(&installation, "/hand-offs").await;
        let ids = waiting["waiting"].as_array().expect("rows").iter().map(|row| row["conversation"].as_str());
        let ids: Option<Vec<&str>> = ids.collect();
        ids.and_then(|ids| match ids[..] {
            [one, other] if one == earlier => Some(other.to_owned()),
            _ => None,
        })
    })
    .await;
    let urgent = ask(&mut ana, json!({"type": "prioritise", "conversation": later, "priority": "urgent"})).await;
    assert_eq!(urgent["type"], json!("done"), "{urgent}");
    let odd = ask(&mut ana, json!({"type": "prioritise", "conversation": later, "priority": "odd"})).await;
    assert_eq!(odd["code"], json!("unreadable"), "{odd}");
    eventually("the urgent one stands first", async || {
        let waiting = get(&installation, "/hand-offs").await;
        let ids: Vec<&Value> =
            waiting["waiting"].as_array().expect("rows").iter().map(|row| &row["conversation"]).collect();
        (ids == [&json!(later), &json!(earlier)]).then_some(())
    })
    .await;
    eventually("it is found by its priority", async || {
        let listed = get(&installation, "/conversations?priority=urgent&order=priority").await;
        let rows = listed["rows"].as_array().expect("rows");
        (rows.len() == 1 && rows[0]["floor"]["priority"] == json!("urgent")).then_some(())
    })
    .await;
    node.stop().await;
}

async fn a_blocked_contact_is_in_no_list_and_only_supervisors_block(installation: Installation) {
    let storage = open_storage(&installation.config()).await;
    let vera = sign_in(&*storage.people, "Vera", Role::Supervisor).await;
    drop(storage);
    let node = installation.start().await;
    let mut ben = console(&installation, &installation.ben).await;
    let (mut visitor, id) = caller(&installation, &mut ben).await;
    let block = json!({"type": "block", "conversation": id, "on": true});
    assert_eq!(ask(&mut ben, block.clone()).await["code"], json!("forbidden"));
    let mut supervisor = console(&installation, &vera).await;
    assert_eq!(ask(&mut supervisor, block).await["type"], json!("done"));
    lists_until(&mut ben, "it is gone", |lists| lists["gone"].as_array() == Some(&vec![json!(id)])).await;
    visitor.say("I had another accident").await.expect("said");
    eventually("it is found among the blocked, with what was written", async || {
        let listed = get(&installation, "/conversations?status=blocked").await;
        (listed["rows"][0]["last_text"] == json!("I had another accident")).then_some(())
    })
    .await;
    assert_eq!(get(&installation, "/hand-offs").await["waiting"], json!([]));

    let unblock = json!({"type": "block", "conversation": id, "on": false});
    assert_eq!(ask(&mut supervisor, unblock).await["type"], json!("done"));
    eventually("taken back at once, all is as it was", async || {
        let waiting = get(&installation, "/hand-offs").await;
        (waiting["waiting"][0]["conversation"] == json!(id)).then_some(())
    })
    .await;
    visitor.say("Anybody there?").await.expect("said");
    lists_until(&mut ben, "what is written is shown", |lists| unread_in(lists, &id, 3)).await;
    node.stop().await;
}
