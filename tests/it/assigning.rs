//! Whose a conversation is: assigned, claimed and handed over, over real sockets.

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::event::Event;
use switchboard::ports::people::Role;

use crate::support::api::ask;
use crate::support::installation::{
    Installation, SignedIn, contact, conversation, everybody_has_come, open_storage, sign_in, told_over_each_store,
};
use crate::support::mail::MailServer;
use crate::support::node::{eventually, log};
use crate::support::wire::Wire;

told_over_each_store! { |_| {} =>
    the_first_of_a_team_gets_it_and_the_second_is_told_by_whom
    what_is_assigned_is_listed_with_its_agent_and_its_team
}

const PSID: &str = "7";

/// Ana and Ben are in it.
async fn team(installation: &Installation, vera: &SignedIn) -> String {
    let (id, members) = (dice::new_id().to_string(), [&installation.ana, &installation.ben]);
    let members: Vec<String> = members.iter().map(|one| one.agent.id.to_string()).collect();
    let team = json!({"name": "Sales", "members": members});
    assert_eq!(ask(installation, vera, "PUT", &format!("/teams/{id}"), &team).await.0, 204);
    id
}

async fn vera(installation: &Installation) -> SignedIn {
    let storage = open_storage(&installation.config()).await;
    let vera = sign_in(&*storage.people, "Vera", Role::Admin).await;
    everybody_has_come(&*storage.people).await;
    vera
}

fn command(kind: &str, more: Value) -> String {
    let mut command =
        json!({"type": kind, "ref": 1, "cid": dice::new_id().to_string(), "conversation": conversation(PSID)});
    command.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    command.to_string()
}

async fn lists(console: &mut Wire) -> Value {
    console.say(json!({"type": "inbox", "ref": 9, "window": 50}).to_string()).await;
    console.next_of("inbox").await
}

async fn the_first_of_a_team_gets_it_and_the_second_is_told_by_whom(installation: Installation) {
    let server = MailServer::plain();
    installation.configure(&server.settings());
    let vera = vera(&installation).await;
    let node = installation.start().await;
    let team = team(&installation, &vera).await;
    installation.poster().text(PSID, "hours").await;
    let mut veras = installation.raw_console(&vera).await;
    veras.say(command("hand_over_to_team", json!({"team": team, "note": "A big order."}))).await;
    veras.next_of("done").await;
    let letter = server.got(1).await.remove(0);
    assert_eq!(letter["recipients"], json!(["ana@example.org", "ben@example.org"]), "{letter}");
    assert!(letter["text"].as_str().is_some_and(|text| text.contains("Vera has assigned")), "{letter}");

    let (mut anas, mut bens) =
        (installation.raw_console(&installation.ana).await, installation.raw_console(&installation.ben).await);
    for console in [&mut anas, &mut bens] {
        console.say(command("claim", json!({}))).await;
    }
    let claimed = async |console: &mut Wire| loop {
        let crate::support::wire::Came::Frame(frame) = console.next().await else { panic!("the console is open") };
        if frame["ref"] == 1 {
            return frame;
        }
    };
    let answers = [claimed(&mut anas).await, claimed(&mut bens).await];
    let done = answers.iter().filter(|answer| answer["type"] == "done").count();
    assert_eq!(done, 1, "{answers:?}");
    let refused = answers.iter().find(|answer| answer["type"] == "refused").expect("one is refused");
    assert_eq!(refused["code"], "already_taken");
    let winner = if answers[0]["type"] == "done" { "Ana" } else { "Ben" };
    assert!(refused["text"].as_str().is_some_and(|text| text.contains(winner)), "{refused}");
    let taken = |logged: &&_| matches!(logged, Event::TakenOver { .. });
    let log: Vec<Event> = log(&node, &contact(PSID)).await.into_iter().map(|logged| logged.event).collect();
    assert_eq!(log.iter().filter(taken).count(), 1, "{log:#?}");
    node.stop().await;
}

async fn what_is_assigned_is_listed_with_its_agent_and_its_team(installation: Installation) {
    let vera = vera(&installation).await;
    let node = installation.start().await;
    let team = team(&installation, &vera).await;
    installation.poster().text(PSID, "hours").await;
    let (ana, ben) = (installation.ana.agent.id.to_string(), installation.ben.agent.id.to_string());
    let place = format!("/conversations/{}/assignment", conversation(PSID));
    let assign = async |to: Value| ask(&installation, &installation.ana, "PUT", &place, &to).await;
    assert_eq!(assign(json!({"team": team})).await.0, 200);
    assert_eq!(assign(json!({"agent": ben})).await.0, 200);
    assert_eq!(assign(json!({"agent": ben})).await.0, 409, "nothing changes by that");
    assert_eq!(assign(json!({"agent": dice::new_id().to_string()})).await.0, 422);
    assert_eq!(assign(json!({"team": "sales"})).await.0, 422);

    // The bot has the floor, and it is Ben's.
    let (mut anas, mut bens) =
        (installation.raw_console(&installation.ana).await, installation.raw_console(&installation.ben).await);
    let counts = |lists: &Value| (lists["counts"]["mine"].clone(), lists["counts"]["others"].clone());
    eventually("it is with Ben", async || (counts(&lists(&mut bens).await) == (json!(1), json!(0))).then_some(()))
        .await;
    let seen = lists(&mut anas).await;
    assert_eq!(counts(&seen), (json!(0), json!(1)), "who sees the row sees it counted: {seen}");
    let floor = &seen["rows"][0]["floor"];
    let whose = (&floor["mode"], &floor["assignee"]["name"], &floor["team"]["name"], &floor["assigned"]);
    assert_eq!(whose, (&json!("bot"), &json!("Ben"), &json!("Sales"), &json!(true)));

    let listed = async |query: String| {
        let path = format!("/conversations?{query}");
        let (status, page) = ask(&installation, &installation.ana, "GET", &path, &Value::Null).await;
        assert_eq!(status, 200, "{page}");
        page["rows"].as_array().map(Vec::len)
    };
    eventually("the index has it", async || {
        (listed(format!("team={team}&assignee={ben}")).await == Some(1)).then_some(())
    })
    .await;
    assert_eq!(listed(format!("assignee={ana}")).await, Some(0));

    assert_eq!(assign(json!({})).await.0, 200);
    eventually("it is nobody's", async || (listed(format!("team={team}")).await == Some(0)).then_some(())).await;
    eventually("it is the bot's again", async || (lists(&mut anas).await["counts"]["bot"] == json!(1)).then_some(()))
        .await;
    node.stop().await;
}
