use super::*;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId};
use crate::ports::channel::By;

fn choices(labels: &[&str]) -> Vec<Choice> {
    let choice = |(number, label): (usize, &&str)| Choice { id: format!("id-{number}"), label: (*label).to_owned() };
    labels.iter().enumerate().map(choice).collect()
}

fn attachment(kind: AttachmentKind) -> Attachment {
    Attachment { kind, url: "https://a.example/1".into(), name: "offer.pdf".into(), bytes: None }
}

fn parts_of(line: &Line) -> Vec<Value> {
    parts(line, "Menu")
}

#[test]
fn up_to_three_choices_are_buttons() {
    let line = Line { choices: choices(&["A quote", " ", "A person"]), ..Line::text("What next?") };
    let expected = json!([{"type": "interactive", "interactive": {"type": "button", "body": {"text": "What next?"},
        "action": {"buttons": [
            {"type": "reply", "reply": {"id": "id-0", "title": "A quote"}},
            {"type": "reply", "reply": {"id": "id-2", "title": "A person"}}]}}}]);
    assert_eq!(json!(parts_of(&line)), expected);
}

#[test]
fn more_choices_are_a_list_and_many_are_numbered() {
    let long = "A label that is longer than twenty-four letters";
    let line = Line { choices: choices(&["One", "Two", "Three", long]), ..Line::text("Which?") };
    let list = &parts_of(&line)[0]["interactive"];
    assert_eq!((&list["type"], &list["action"]["button"]), (&json!("list"), &json!("Menu")));
    let rows = &list["action"]["sections"][0]["rows"];
    assert_eq!(rows[1], json!({"id": "id-1", "title": "Two"}));
    assert_eq!(rows[3], json!({"id": "id-3", "title": "A label that is longer…", "description": long}));
    let many: Vec<String> = (1..=11).map(|number| format!("Label {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let parts = parts_of(&Line { choices: choices(&many), ..Line::text("Which?") });
    let text = parts[0]["text"]["body"].as_str().unwrap();
    assert!(
        parts.len() == 1 && text.starts_with("Which?\n\n1. Label 1\n2.") && text.ends_with("\n11. Label 11"),
        "{text}"
    );
}

#[test]
fn buttons_that_read_alike_are_a_list_and_ids_that_are_alike_go_by_their_place() {
    let labels = ["The first of two long labels", "The first of two long choices"];
    let mut line = Line { choices: choices(&labels), ..Line::text("Which?") };
    line.choices.iter_mut().for_each(|choice| choice.id = "same".into());
    let list = &parts_of(&line)[0]["interactive"];
    assert_eq!(list["type"], "list");
    let ids: Vec<&Value> = (0..2).map(|row| &list["action"]["sections"][0]["rows"][row]["id"]).collect();
    assert_eq!(ids, ["#0", "#1"]);
}

#[test]
fn words_go_with_what_is_attached_where_they_can() {
    let with = |kind, text: &str| parts_of(&Line { attachment: Some(attachment(kind)), ..Line::text(text) });
    let link = "https://a.example/1";
    assert_eq!(
        with(AttachmentKind::Image, "Look"),
        [json!({"type": "image", "image": {"link": link, "caption": "Look"}})]
    );
    assert_eq!(
        with(AttachmentKind::File, "Your offer"),
        [json!({"type": "document", "document": {"link": link, "caption": "Your offer", "filename": "offer.pdf"}})]
    );
    assert_eq!(with(AttachmentKind::Image, ""), [json!({"type": "image", "image": {"link": link}})]);
    assert_eq!(
        with(AttachmentKind::Audio, "Listen"),
        [text("Listen".into()), json!({"type": "audio", "audio": {"link": link}})]
    );
    assert_eq!(with(AttachmentKind::Image, &"x ".repeat(600)).len(), 2);
    let line =
        Line { choices: choices(&["Yes"]), attachment: Some(attachment(AttachmentKind::Image)), ..Line::text("?") };
    let kinds: Vec<Value> = parts_of(&line).into_iter().map(|part| part["type"].clone()).collect();
    assert_eq!(kinds, ["image", "interactive"]);
}

#[test]
fn the_buttons_go_with_the_last_part_and_its_words_fit_above_them() {
    let line = Line { choices: choices(&["Yes", "No"]), ..Line::text("Some words. ".repeat(500)) };
    let parts = parts_of(&line);
    let (last, early) = parts.split_last().unwrap();
    assert!(early.iter().all(|part| part["type"] == "text"));
    let words = last["interactive"]["body"]["text"].as_str().unwrap();
    assert!((1..=SHORT.max).contains(&SHORT.unit.count(words)));
    // A menu without a word still has to have one.
    let wordless = parts_of(&Line { choices: choices(&["Yes"]), ..Line::default() });
    assert_eq!(wordless[0]["interactive"]["body"]["text"], "Menu");
    assert!(parts_of(&Line::default()).is_empty());
}

#[test]
fn a_template_goes_with_its_values() {
    let filled = |values: &[&str]| Filled {
        name: "follow_up".into(),
        language: "en_US".into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let plain = json!({"type": "template", "template": {"name": "follow_up", "language": {"code": "en_US"}}});
    assert_eq!(template(&filled(&[])), plain);
    let components = json!([{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}]);
    assert_eq!(template(&filled(&["Ana"]))["template"]["components"], components);
}

#[test]
fn a_contact_without_a_number_is_named_by_their_id() {
    let id = DeliveryId { conversation: ConversationId::of(&AccountId::new("wa"), "x"), seq: 12 };
    let mark = Mark { id, early_part: None };
    let to = |to: &str| {
        let message = Outgoing { id, to: to.into(), line: Line::text("Hi"), by: By::Bot, template: None, attempt: 0 };
        body(&message, text("Hi".into()), mark)
    };
    let by_number = to("16505551234");
    assert_eq!((&by_number["to"], by_number.get("recipient")), (&json!("16505551234"), None));
    let by_id = to("US.13491208655302741918");
    assert_eq!((&by_id["recipient"], by_id.get("to")), (&json!("US.13491208655302741918"), None));
    assert_eq!(by_id["biz_opaque_callback_data"], format!("{mark} US.13491208655302741918"));
}
