//! The command line: beside a running server, and on the data while none runs.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::props::{NEW_INSURE, another};
use crate::support::installation::{Installation, told_over_each_store};

told_over_each_store! { |_| {} =>
    versions_are_published_listed_compared_and_rolled_back_beside_a_running_server
    bots_are_published_while_no_server_runs
    a_process_that_dies_while_it_publishes_has_published_nothing
}

impl Installation {
    fn command_line(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("--config").arg(self.configuration_file()).arg("--data-dir").arg(self.data_dir());
        command.args(words).stdin(Stdio::null()).env_remove("SWITCHBOARD_SERVER").env_remove("SWITCHBOARD_TOKEN");
        command
    }

    async fn here(&self, words: &[&str]) -> Output {
        run(self.command_line(words)).await
    }

    async fn there(&self, token: &str, words: &[&str]) -> Output {
        let mut command = self.command_line(words);
        command.env("SWITCHBOARD_SERVER", format!("http://{}/", self.address())).env("SWITCHBOARD_TOKEN", token);
        run(command).await
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("it runs")
}

#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

async fn versions_are_published_listed_compared_and_rolled_back_beside_a_running_server(installation: Installation) {
    let made = printed(&installation.here(&["token", "add", "--name", "deploy", "--role", "admin"]).await);
    let token = made.trim();
    let server = installation.process().await;
    let file = installation.file("harbor.json", &another(NEW_INSURE));
    let file = file.to_str().expect("text");
    let there = async |words: &[&str]| installation.there(token, words).await;
    let diff = there(&["bot", "diff", "harbor", file]).await;
    assert!(
        !diff.status.success() && said(&diff).contains(&format!("+        \"text\": \"{NEW_INSURE}\""))
            || said(&diff).contains(NEW_INSURE),
        "{}",
        said(&diff)
    );
    assert!(printed(&there(&["bot", "publish", file, "--note", "boats only"]).await).contains("harbor@2 answers."));
    let late = there(&["bot", "publish", file, "--seen", "1"]).await;
    assert!(
        !late.status.success() && said(&late).contains("token deploy has published version 2 at 20"),
        "{}",
        said(&late)
    );
    assert!(printed(&there(&["bot", "rollback", "harbor", "1"]).await).contains("harbor@1 answers."));
    let list = printed(&there(&["bot", "versions", "harbor"]).await);
    assert!(list.contains("boats only") && list.lines().any(|line| line.contains("1  answers")), "{list}");
    assert_eq!(printed(&there(&["bot", "export", "harbor", "--version", "2"]).await), another(NEW_INSURE));
    let wrong = installation.file("wrong.json", "{\"schema\": 1,\n\"nam\": 2}");
    let refused = there(&["bot", "publish", "--bot", "harbor", wrong.to_str().expect("text")]).await;
    assert!(!refused.status.success() && said(&refused).contains("2: nam: unknown field `nam`"), "{}", said(&refused));
    let words = ["agent", "add", "--name", "Cleo", "--email", "cleo@example.org"];
    assert!(printed(&there(&words).await).contains("/welcome?token="), "added beside the running server");
    let tokens = printed(&there(&["token", "list"]).await);
    assert!(tokens.contains("deploy") && tokens.contains("last used 20"), "{tokens}");
    assert!(!there(&["bot", "versions", "nobody"]).await.status.success());
    let stranger = installation.there("swb_guessed", &["bot", "versions", "harbor"]).await;
    assert!(said(&stranger).contains("This token opens nothing"), "{}", said(&stranger));
    server.end().await;
}

async fn bots_are_published_while_no_server_runs(installation: Installation) {
    let file = installation.file("harbor.json", &another(NEW_INSURE));
    let file = file.to_str().expect("text");
    assert!(printed(&installation.here(&["bot", "publish", file]).await).contains("harbor@1 answers."));
    assert!(
        printed(&installation.here(&["bot", "import", file]).await).contains("The draft of harbor is at revision 1.")
    );
    assert_eq!(printed(&installation.here(&["bot", "export", "harbor", "--draft"]).await), another(NEW_INSURE));
    let list = printed(&installation.here(&["bot", "versions", "harbor"]).await);
    assert!(list.contains("the command line") && list.contains("draft, revision 1"), "{list}");
}

async fn a_process_that_dies_while_it_publishes_has_published_nothing(installation: Installation) {
    if !cfg!(feature = "failpoints") {
        return;
    }
    let file = installation.file("harbor.json", &another(NEW_INSURE));
    let file = file.to_str().expect("text");
    assert!(printed(&installation.here(&["bot", "publish", "bots/harbor.json"]).await).contains("harbor@1"));
    let mut dying = installation.command_line(&["bot", "publish", file]);
    dying.env("FAILPOINTS", "bots-before-commit=return");
    assert!(!run(dying).await.status.success());
    let list = printed(&installation.here(&["bot", "versions", "harbor"]).await);
    assert_eq!(list.lines().count(), 1, "{list}");
    assert!(printed(&installation.here(&["bot", "publish", file]).await).contains("harbor@2 answers."));
}
