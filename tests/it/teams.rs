//! Teams: made by administrators, seen by everybody.

use std::process::Command;

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::ports::people::Role;

use crate::support::api::ask;
use crate::support::installation::{Installation, SignedIn, open_storage, sign_in, told_over_each_store};

told_over_each_store! { |_| {} =>
    an_admin_makes_fills_renames_and_removes_a_team_that_all_see
}

async fn an_admin_makes_fills_renames_and_removes_a_team_that_all_see(installation: Installation) {
    let storage = open_storage(&installation.config()).await;
    let vera = sign_in(&*storage.people, "Vera", Role::Admin).await;
    drop(storage);
    let (ana, ben) = (&installation.ana, &installation.ben);
    let node = installation.start().await;
    let ask = async |who: &SignedIn, method: &str, path: &str, body: &Value| {
        ask(&installation, who, method, path, body).await
    };
    let teams = async |who: &SignedIn| ask(who, "GET", "/teams", &Value::Null).await.1["teams"].clone();
    let path = format!("/teams/{}", dice::new_id());
    let (anas, bens) = (ana.agent.id.to_string(), ben.agent.id.to_string());

    let team = json!({"name": "  Night \u{202e} shift ", "members": [bens, anas, bens]});
    assert_eq!(ask(ben, "PUT", &path, &team).await.0, 403);
    assert_eq!(ask(&vera, "PUT", &path, &team).await.0, 204);
    let seen = teams(ben).await;
    assert_eq!((&seen[0]["name"], seen.as_array().map(Vec::len)), (&json!("Night shift"), Some(1)));
    let names = |team: &Value| {
        team["members"].as_array().expect("members").iter().map(|m| m["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&seen[0]), [json!("Ana"), json!("Ben")]);

    let other = format!("/teams/{}", dice::new_id());
    let (status, problem) = ask(&vera, "PUT", &other, &json!({"name": "NIGHT SHIFT"})).await;
    assert!(status == 409 && problem["detail"].as_str().is_some_and(|why| why.contains("called so")), "{problem}");
    let stranger = dice::new_id().to_string();
    for wrong in [json!({"name": " "}), json!({"name": "x".repeat(41)}), json!({"name": "x", "members": [stranger]})] {
        assert_eq!(ask(&vera, "PUT", &other, &wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(ask(&vera, "PUT", &other, &json!({"name": "x", "members": vec![&anas; 201]})).await.0, 422);
    assert_eq!(ask(&vera, "PUT", "/teams/night", &team).await.0, 404);

    assert_eq!(ask(&vera, "PUT", &path, &json!({"name": "Days", "members": [anas]})).await.0, 204);
    assert_eq!(names(&teams(ana).await[0]), [json!("Ana")]);
    assert_eq!(ask(ana, "DELETE", &path, &Value::Null).await.0, 403);
    assert_eq!(ask(&vera, "DELETE", &path, &Value::Null).await.0, 204);
    assert_eq!(ask(&vera, "DELETE", &path, &Value::Null).await.0, 404);
    assert_eq!(teams(ben).await, json!([]));

    let (_, audit) = ask(&vera, "GET", "/audit", &Value::Null).await;
    let what: Vec<&Value> = audit["entries"].as_array().expect("entries").iter().map(|entry| &entry["what"]).collect();
    assert_eq!(what[..3], [&json!("team.removed"), &json!("team.saved"), &json!("team.saved")]);
    node.stop().await;
}

#[actix_web::test]
async fn the_command_line_makes_and_fills_teams() {
    let installation = Installation::new().await;
    let email = open_storage(&installation.config()).await.people.people().await.expect("people")[0].email.clone();
    let team = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.arg("--config").arg(installation.configuration_file()).arg("--data-dir").arg(installation.data_dir());
        let output = command.arg("team").args(words).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    assert!(team(&["add", "--name", "Sales", "--member", &email]).0);
    assert!(team(&["rename", "--name", "sales", "--to", "After-sales"]).0);
    let (fine, listed) = team(&["list"]);
    assert!(fine && listed.contains("After-sales") && listed.contains("Ana"), "{listed}");
    let (fine, why) = team(&["fill", "--name", "After-sales", "--member", "nobody@example.org"]);
    assert!(!fine && why.contains("nobody@example.org"), "{why}");
    assert!(team(&["fill", "--name", "After-sales"]).0);
    assert!(!team(&["list"]).1.contains("Ana"));
    assert!(team(&["remove", "After-sales"]).0);
    assert_eq!(team(&["list"]).1, "");
}
