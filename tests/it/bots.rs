//! Documents of bots: every rule finds its defect, and the samples do what is written beside them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use switchboard::wire::bot::check::RULES;
use switchboard::wire::bot::examine;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn switchboard(words: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_switchboard")).args(words).stdin(Stdio::null()).output();
    program.expect("the program runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_rule_finds_its_defect_and_nothing_in_the_good_twin() {
    for rule in RULES {
        let read = |kind: &str| fs::read_to_string(folder(&format!("tests/bots/{rule}.{kind}.json")));
        let bad = examine(&read("bad").unwrap_or_else(|error| panic!("{rule}: {error}")));
        assert!(bad.iter().any(|found| found.rule == *rule), "{rule} is not found: {bad:#?}");
        assert!(bad.iter().all(|found| found.line > 0 && !found.fix.is_empty()), "{rule}: {bad:#?}");
        let good = examine(&read("good").unwrap_or_else(|error| panic!("{rule}: {error}")));
        let good: Vec<_> = good.iter().filter(|found| found.rule == *rule).collect();
        assert!(good.is_empty(), "{rule} is found in the good twin: {good:#?}");
    }
}

#[test]
fn every_finding_has_a_rule_that_is_known_and_every_defect_file_a_rule() {
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(folder("tests/bots")).expect("the defects") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        seen.insert(name.split('.').next().expect("a rule").to_owned());
        for found in examine(&fs::read_to_string(&path).expect("a file")) {
            assert!(RULES.contains(&found.rule), "{name}: {}", found.rule);
        }
    }
    assert_eq!(seen, RULES.iter().map(|rule| rule.to_string()).collect());
}

#[test]
fn errors_fail_a_check_and_warnings_do_not() {
    let check = |name: &str| switchboard(&["bot", "check", folder(name).to_str().expect("text")]);
    let failed = check("tests/bots/no-human.bad.json");
    assert!(!failed.status.success());
    assert!(printed(&failed).contains("no-human.bad.json:"), "{}", printed(&failed));
    let warned = check("tests/bots/dead-end.bad.json");
    assert!(warned.status.success());
    assert!(
        printed(&warned).contains(": warning: dialogues[1].widgets[1]: the dialogue just stops here"),
        "{}",
        printed(&warned)
    );
}

#[test]
fn the_samples_are_without_fault_and_do_what_is_written_beside_them() {
    for sample in ["bots/harbor.json", "bots/shop.json", "bots/mood.json"] {
        let path = folder(sample);
        let path = path.to_str().expect("text");
        assert_eq!(printed(&switchboard(&["bot", "check", path])), "", "{sample}");
        let tested = switchboard(&["bot", "test", path]);
        assert!(tested.status.success(), "{}", printed(&tested));
    }
}

#[test]
fn a_conversation_that_goes_another_way_is_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let bot = directory.path().join("harbor.json");
    fs::copy(folder("bots/harbor.json"), &bot).expect("copied");
    fs::write(directory.path().join("harbor.chat"), "> hours\n< We never open.\n").expect("written");
    let tested = switchboard(&["bot", "test", bot.to_str().expect("text")]);
    assert!(!tested.status.success());
    let shown = printed(&tested);
    assert!(shown.contains("written < We never open.") && shown.contains("now     < We are open Monday"), "{shown}");
}

/// What is asked and answered outside is part of a written conversation.
#[test]
fn a_written_conversation_plays_the_part_of_whoever_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let bot = folder.path().join("order.json");
    let document = r#"{"schema": 1, "name": "Shop",
      "attributes": {"order": {"type": "text"}, "status": {"type": "text"}},
      "triggers": [{"first_contact": true, "go": "order"}, {"keywords": ["human"], "hand_off": "asked"}],
      "dialogues": [
        {"id": "order", "widgets": [{"ask": {"text": "Which order?", "attribute": "order"}},
          {"http_call": {"url": "https://shop.example/orders/{{order}}", "answer": {"status": "/status"}, "failed": "sorry"}},
          {"text": "It is {{status}}."}, {"go": "order"}]},
        {"id": "sorry", "widgets": [{"text": "Not now."}, {"end": true}]}]}"#;
    fs::write(&bot, document).expect("written");
    let chat = "> hello\n< Which order?\n> 7\n! order = 7\n! asks GET https://shop.example/orders/7\n\
                /answer {\"status\": \"on its way\"}\n! status = on its way\n< It is on its way.\n< Which order?\n\
                > 8\n! order = 8\n! asks GET https://shop.example/orders/8\n/fail it answered 500\n\
                ! the call has failed: it answered 500\n< Not now.\n/answer {}\n! nobody is being asked anything\n";
    fs::write(folder.path().join("order.chat"), chat).expect("written");
    let tested = switchboard(&["bot", "test", bot.to_str().expect("text")]);
    assert!(tested.status.success(), "{}", printed(&tested));
}

#[test]
fn the_page_for_authors_has_a_bot_without_fault_and_a_conversation_that_goes_so() {
    let page = fs::read_to_string(folder("docs/bots.md")).expect("the page");
    let example = |fence: &str| {
        let rest = page.split(&format!("```{fence}\n")).nth(1).expect("an example");
        rest.split("```").next().expect("an end").to_owned()
    };
    let directory = tempfile::tempdir().expect("a directory");
    let bot = directory.path().join("pizza.json");
    fs::write(&bot, example("json")).expect("written");
    fs::write(directory.path().join("pizza.chat"), example("chat")).expect("written");
    let path = bot.to_str().expect("text");
    assert_eq!(printed(&switchboard(&["bot", "check", path])), "");
    let tested = switchboard(&["bot", "test", path]);
    assert!(tested.status.success(), "{}", printed(&tested));
}
