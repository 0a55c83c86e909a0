//! Letters to agents, with a real mail server that is kind, strict, slow, or hangs up.

use std::collections::BTreeSet;
use std::process::Command as Program;

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::alert::Fate;
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::ids::AgentId;
use switchboard::domain::message::Heard;
use switchboard::node::Node;
use switchboard::ports::people::{Person, Role};

use crate::support::installation::{Installation, Plan, contact, conversation, open_storage, told_over_each_store};
use crate::support::mail::MailServer;
use crate::support::node::{ask, eventually, log};
use crate::support::nodes::Nodes;

told_over_each_store! { |plan| super::writes_letters(plan) =>
    a_letter_tells_an_agent_all_they_need
    who_has_the_role_when_the_letter_is_sent_gets_it
    a_server_that_hangs_up_after_the_letter_gets_it_once_more_and_never_a_third_time
}

const PSID: &str = "7392015648120394";

/// Whoever writes “letter …” makes one, and whoever writes “boss” makes one to supervisors.
fn writes_letters(plan: &mut Plan) {
    let letter = |to: &str| {
        json!({"email_alert": {"to": to, "reply_to": "{{email}}", "subject": "News of {{name|somebody}}: {{insure}}",
            "body": "They say: {{insure}}"}})
    };
    let dialogue = |id: &str, to: &str| json!({"id": id, "widgets": [letter(to), {"text": "Done."}, {"end": true}]});
    let trigger = |word: &str| json!({"keywords": [word], "go": word});
    let triggers = plan.bot["triggers"].as_array_mut().expect("triggers");
    triggers.extend([trigger("letter"), trigger("boss")]);
    let dialogues = plan.bot["dialogues"].as_array_mut().expect("dialogues");
    dialogues.extend([dialogue("letter", "agents"), dialogue("boss", "supervisors")]);
}

async fn installation() -> Installation {
    Installation::with(writes_letters).await
}

async fn says(node: &Node, text: &str, name: Option<&str>) {
    let name = name.map(str::to_owned);
    let hear = Command::Hear { heard: Heard::text(text), provider_id: None, provider_at: None, name };
    ask(node, &contact(PSID), hear).await;
}

/// What became of the letters so far, in order.
async fn fates(node: &Node) -> Vec<Fate> {
    let fate = |event| match event {
        Event::AlertTried { fate, .. } => Some(fate),
        _ => None,
    };
    log(node, &contact(PSID)).await.into_iter().filter_map(|logged| fate(logged.event)).collect()
}

async fn fate(node: &Node, wanted: impl Fn(&Fate) -> bool) -> Fate {
    eventually("the letter's fate is told", async || fates(node).await.into_iter().find(&wanted)).await
}

fn is_sent(fate: &Fate) -> bool {
    matches!(fate, Fate::Sent { .. })
}

fn header<'l>(letter: &'l Value, name: &str) -> &'l str {
    letter["headers"][name].as_str().unwrap_or_default()
}

async fn a_letter_tells_an_agent_all_they_need(installation: Installation) {
    let server = MailServer::start("starttls", Some("harbor:correct horse"));
    installation.configure(&(server.settings() + "user = \"harbor\"\npassword = \"correct horse\"\n"));
    let node = installation.start().await;
    says(&node, "quote", Some("Zoë")).await;
    says(&node, "a boat", None).await;
    says(&node, "zoe@example.org", None).await;
    let letter = server.got(1).await.remove(0);
    assert_eq!(letter["recipients"], json!(["ana@example.org", "ben@example.org"]));
    assert_eq!(
        (&letter["tls"], &letter["authenticated"], &letter["from"]),
        (&json!(true), &json!(true), &json!("alerts@harbor.example"))
    );
    assert!(header(&letter, "subject").starts_with("A quote for a boat: Zoë [#"), "{letter}");
    assert_eq!(header(&letter, "reply-to"), "zoe@example.org");
    assert_eq!(header(&letter, "from"), "Harbor <alerts@harbor.example>");
    assert_eq!(header(&letter, "auto-submitted"), "auto-generated");
    assert_eq!(letter["defects"], json!([]));
    assert_eq!(letter["types"], json!(["multipart/alternative", "text/plain", "text/html"]));
    let link = format!("http://{}/c/{}", installation.address(), conversation(PSID));
    for part in ["text", "html"] {
        let words = letter[part].as_str().expect("a part");
        for wanted in ["Zoë", "messenger", "Please write to zoe@example.org", "Which e-mail address", "a boat", &link]
        {
            assert!(words.contains(wanted), "{wanted} is not in the {part} part:\n{words}");
        }
    }
    let Fate::Sent { words } = fate(&node, is_sent).await else { panic!("it was sent") };
    assert_eq!(words, "250 2.0.0 kept as 1");
    says(&node, "letter", None).await;
    let second = server.got(2).await.remove(1);
    assert_eq!(header(&second, "references"), header(&letter, "references"), "one thread");
    assert_ne!(header(&second, "message-id"), header(&letter, "message-id"));
    node.stop().await;
    assert_eq!(server.letters().len(), 2);
}

#[actix_web::test]
async fn whoever_does_not_fit_into_a_letter_is_counted_where_the_letter_is_shown() {
    let (installation, server) = (installation().await, MailServer::plain());
    installation.configure(&server.settings());
    let storage = open_storage(&installation.config()).await;
    for number in 0..22 {
        let (id, name) = (AgentId(dice::new_id()), format!("S{number}"));
        let (email, role) = (format!("s{number}@example.org"), Role::Supervisor);
        let person = Person { id, name, email, role, password_hash: None };
        storage.people.save_person(person).await.expect("saved");
    }
    drop(storage);
    let node = installation.start().await;
    says(&node, "boss", None).await;
    assert_eq!(server.got(1).await[0]["recipients"].as_array().map(Vec::len), Some(20));
    let Fate::Sent { words } = fate(&node, is_sent).await else { panic!("it was sent") };
    assert!(words.ends_with("(not to 2 more recipients: a letter goes to 20; take a mailing list)"), "{words}");
    node.stop().await;
}

#[actix_web::test]
async fn tls_from_the_first_byte_is_spoken_and_so_is_none() {
    for security in ["tls", "plain"] {
        let (installation, server) = (installation().await, MailServer::start(security, None));
        installation.configure(&server.settings());
        let node = installation.start().await;
        says(&node, "letter", None).await;
        assert_eq!(server.got(1).await[0]["tls"], json!(security == "tls"));
        fate(&node, is_sent).await;
        node.stop().await;
    }
}

#[actix_web::test]
async fn a_server_whose_certificate_nobody_vouches_for_gets_no_letter_and_no_password() {
    let (installation, server) = (installation().await, MailServer::start("starttls", Some("harbor:secret")));
    let other = MailServer::start("tls", None);
    let ours = |line: &&str| !line.starts_with("ca_file");
    let trusting_another = other.settings().lines().find(|line| line.starts_with("ca_file")).expect("one").to_owned();
    let lines = server.settings().lines().filter(ours).collect::<Vec<_>>().join("\n");
    installation.configure(&format!("{lines}\n{trusting_another}\nuser = \"harbor\"\npassword = \"secret\"\n"));
    let node = installation.start().await;
    says(&node, "letter", None).await;
    let told = fate(&node, |_| true).await;
    assert!(matches!(&told, Fate::Again { reason, .. } if reason.contains("certificate")), "{told:?}");
    node.stop().await;
    assert_eq!(server.letters(), Vec::<Value>::new());
}

/// Whatever a stranger calls themselves, there is no header more, no recipient more and no markup.
#[actix_web::test]
async fn hostile_names_stay_words() {
    let (installation, server) = (installation().await, MailServer::plain());
    installation.configure(&server.settings());
    let node = installation.start().await;
    says(&node, "letter", Some("Zoë")).await;
    let plain = server.got(1).await.remove(0);
    let names = [
        "Zoë\r\nBcc: victim@example.org",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "a\nX-Evil: 1\n\n<b>body</b>",
        "=?utf-8?q?Bcc=3A_victim=40example=2Eorg?=",
        "\u{202e}gro.elpmaxe@mitciv\u{2028}Bcc: v@example.org",
    ];
    for (number, name) in names.into_iter().enumerate() {
        says(&node, "quote", Some(name)).await;
        says(&node, name, None).await;
        says(&node, "zoe@example.org", None).await;
        says(&node, "letter", None).await;
        let letters = server.got(3 + 2 * number).await;
        for letter in &letters[letters.len() - 2..] {
            assert_eq!(letter["recipients"], plain["recipients"], "{name:?}");
            let expected = plain["names"].as_array().expect("names").len();
            let found: Vec<&Value> =
                letter["names"].as_array().expect("names").iter().filter(|name| **name != json!("Reply-To")).collect();
            assert_eq!(found.len(), expected, "{name:?}: {found:?}");
            assert_eq!(letter["defects"], json!([]), "{name:?}");
            let html = letter["html"].as_str().expect("a page").to_lowercase();
            assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>body"), "{html}");
            assert!(!header(letter, "subject").contains(['\r', '\n', '\u{202e}', '\u{2028}']), "{letter}");
        }
    }
    node.stop().await;
}

async fn who_has_the_role_when_the_letter_is_sent_gets_it(installation: Installation) {
    let server = MailServer::plain();
    installation.configure(&server.settings());
    let node = installation.start().await;
    says(&node, "boss", None).await;
    let told = fate(&node, |_| true).await;
    assert!(matches!(&told, Fate::Failed { reason } if reason.contains("among the supervisors")), "{told:?}");
    node.stop().await;
    for (name, role) in [("Cleo", Role::Admin), ("Dan", Role::Supervisor)] {
        let storage = open_storage(&installation.config()).await;
        let email = format!("{}@example.org", name.to_lowercase());
        let person =
            Person { id: AgentId(dice::new_id()), name: name.into(), email: email.clone(), role, password_hash: None };
        storage.people.save_person(person).await.expect("saved");
        drop(storage);
        let node = installation.start().await;
        let before = server.letters().len();
        says(&node, "boss", None).await;
        assert_eq!(server.got(before + 1).await[before]["recipients"], json!([email]));
        node.stop().await;
    }
}

#[actix_web::test]
async fn a_greylisting_server_gets_the_letter_later() {
    let (installation, server) = (installation().await, MailServer::plain());
    installation.configure(&server.settings());
    server.does("greylist:2");
    let node = installation.start().await;
    says(&node, "letter", None).await;
    fate(&node, is_sent).await;
    let told = fates(&node).await;
    let [Fate::Again { reason, .. }, Fate::Sent { .. }] = &told[..] else { panic!("{told:?}") };
    assert!(reason.contains("451") && reason.contains("greylisted, come back later"), "{reason}");
    assert_eq!(server.letters().len(), 1);
    node.stop().await;
}

#[actix_web::test]
async fn a_refusal_is_told_in_the_servers_words_and_is_final() {
    for (mode, words) in [("refuse", "550"), ("reject", "554")] {
        let (installation, server) = (installation().await, MailServer::plain());
        installation.configure(&server.settings());
        server.does(mode);
        let node = installation.start().await;
        says(&node, "letter", None).await;
        let told = fate(&node, |_| true).await;
        assert!(matches!(&told, Fate::Failed { reason } if reason.contains(words)), "{told:?}");
        node.stop().await;
        assert_eq!(server.letters(), Vec::<Value>::new());
    }
}

#[actix_web::test]
async fn a_wrong_address_keeps_the_letter_from_nobody_else() {
    let (installation, server) = (installation().await, MailServer::plain());
    installation.configure(&server.settings());
    server.does("refuse:ana@example.org");
    let node = installation.start().await;
    says(&node, "letter", None).await;
    let told = fate(&node, |_| true).await;
    assert!(matches!(&told, Fate::Sent { words } if words.contains("but not to ana@example.org")), "{told:?}");
    assert_eq!(server.letters()[0]["recipients"], json!(["ben@example.org"]));
    node.stop().await;
}

#[actix_web::test]
async fn a_wrong_password_is_told_and_the_letter_waits() {
    let (installation, server) = (installation().await, MailServer::start("starttls", Some("harbor:right")));
    installation.configure(&(server.settings() + "user = \"harbor\"\npassword = \"wr0ng\"\n"));
    let node = installation.start().await;
    says(&node, "letter", None).await;
    let told = fate(&node, |_| true).await;
    let Fate::Again { reason, .. } = &told else { panic!("{told:?}") };
    assert!(reason.contains("signing in as harbor") && reason.contains("535") && !reason.contains("wr0ng"), "{reason}");
    node.stop().await;
}

async fn a_server_that_hangs_up_after_the_letter_gets_it_once_more_and_never_a_third_time(installation: Installation) {
    let server = MailServer::plain();
    installation.configure(&server.settings());
    server.does("silent");
    let node = installation.start().await;
    says(&node, "letter", None).await;
    fate(&node, |fate| matches!(fate, Fate::Unsure { again_at: None, .. })).await;
    let told = fates(&node).await;
    assert!(matches!(&told[..], [Fate::Unsure { again_at: Some(_), .. }, Fate::Unsure { .. }]), "{told:?}");
    node.stop().await;
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(header(&letters[0], "message-id"), header(&letters[1], "message-id"));
    let warns =
        |letter: &Value| letter["text"].as_str().is_some_and(|text| text.contains("may have reached you before"));
    assert_eq!((warns(&letters[0]), warns(&letters[1])), (false, true));
}

/// Every node looks for letters, and each letter is one node's.
#[actix_web::test]
async fn of_several_nodes_one_sends_a_letter() {
    let (installation, server) = (installation().await, MailServer::plain());
    installation.configure(&server.settings());
    let nodes = Nodes::over(installation).await;
    let members = [nodes.start().await, nodes.start().await, nodes.start().await];
    for number in 0..12 {
        let hear = Command::Hear { heard: Heard::text("letter"), provider_id: None, provider_at: None, name: None };
        ask(&members[number % 3].node, &contact(&number.to_string()), hear).await;
    }
    server.got(12).await;
    for member in members {
        member.node.stop().await;
    }
    let letters = server.letters();
    let different: BTreeSet<&str> = letters.iter().map(|letter| header(letter, "message-id")).collect();
    assert_eq!((letters.len(), different.len()), (12, 12));
}

#[actix_web::test]
async fn without_a_mail_server_the_conversation_says_so() {
    let installation = installation().await;
    let node = installation.start().await;
    says(&node, "letter", None).await;
    let told = fate(&node, |_| true).await;
    assert!(
        matches!(&told, Fate::Failed { reason } if reason.contains("no mail server is configured: set")),
        "{told:?}"
    );
    node.stop().await;
}

#[cfg(feature = "failpoints")]
mod deaths {
    use super::*;

    told_over_each_store! { |plan| super::super::writes_letters(plan) =>
        a_letter_whose_process_dies_after_the_commit_is_sent_once
        a_letter_whose_process_dies_before_it_leaves_is_sent_and_says_that_it_may_be_the_second
        a_letter_whose_answer_was_lost_with_the_process_is_sent_once_more_under_the_same_id
    }

    async fn letters_after_a_death_at(installation: &Installation, failpoint: &str, count: usize) -> Vec<Value> {
        let server = MailServer::plain();
        installation.configure(&server.settings());
        let mut command = installation.command();
        command.env("FAILPOINTS", format!("{failpoint}=return"));
        let mut process = installation.process_of(command).await;
        installation.poster().text(PSID, "letter").await;
        process.ended().await;
        let process = installation.process().await;
        server.got(count).await;
        let tried = async || {
            let dump = format!("{:?}", installation.dump().await);
            dump.contains("alert_state").then_some(dump)
        };
        if installation.database.is_some() {
            eventually("what became of it is told", tried).await;
        }
        process.end().await;
        assert_eq!(server.letters().len(), count);
        server.letters()
    }

    fn warns(letter: &Value) -> bool {
        letter["text"].as_str().is_some_and(|text| text.contains("may have reached you before"))
    }

    async fn a_letter_whose_process_dies_after_the_commit_is_sent_once(installation: Installation) {
        let letters = letters_after_a_death_at(&installation, "conversation-committed", 1).await;
        assert!(!warns(&letters[0]));
    }

    async fn a_letter_whose_process_dies_before_it_leaves_is_sent_and_says_that_it_may_be_the_second(
        installation: Installation,
    ) {
        let letters = letters_after_a_death_at(&installation, "letter-begins", 1).await;
        assert!(warns(&letters[0]));
    }

    async fn a_letter_whose_answer_was_lost_with_the_process_is_sent_once_more_under_the_same_id(
        installation: Installation,
    ) {
        let letters = letters_after_a_death_at(&installation, "letter-answered", 2).await;
        assert_eq!((warns(&letters[0]), warns(&letters[1])), (false, true));
        assert_eq!(header(&letters[0], "message-id"), header(&letters[1], "message-id"));
    }
}

#[actix_web::test]
async fn the_doctor_tries_the_mail_server_and_sends_a_letter() {
    let (installation, server) = (installation().await, MailServer::start("tls", Some("harbor:right")));
    let doctor = |more: &str, arguments: &[&str]| {
        let file = installation.dir.path().join("doctor.toml");
        std::fs::write(&file, server.settings() + more).expect("written");
        let mut program = Program::new(env!("CARGO_BIN_EXE_switchboard"));
        program.arg("doctor").arg("--config").arg(file).arg("--data-dir").arg(installation.data_dir());
        let output = program.args(arguments).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let wrong = doctor("user = \"harbor\"\npassword = \"wr0ng\"\n", &[]);
    assert!(wrong.contains("does not let us in") && wrong.contains("535") && !wrong.contains("wr0ng"), "{wrong}");
    let right = "user = \"harbor\"\npassword = \"right\"\n";
    let good = doctor(right, &["--mail-to", "ops@example.org"]);
    assert!(good.contains("lets us in.") && good.contains("took a letter to ops@example.org: 250"), "{good}");
    assert_eq!(server.letters()[0]["recipients"], json!(["ops@example.org"]));
    let unknown = doctor("", &["--mail-to", "ops@example.org"]);
    assert!(unknown.contains("530"), "{unknown}");
}
