use crate::wire::bot::read;

const GOOD: &str = r#"{"schema": 1, "name": "Harbor", "attributes": {"when": {"type": "text"}},
"triggers": [{"first_contact": true, "go": "welcome"},
 {"keywords": ["claim"], "hand_off": "urgent"}],
"dialogues": [{"id": "welcome", "widgets": [
 {"text": "Hello."},
 {"menu": {"text": "What is it?", "options": [
  {"label": "Hours", "go": "hours"},
  {"label": "A human", "hand_off": true}]}}]},
 {"id": "hours", "widgets": [{"ask": {"text": "When?", "attribute": "when"}}, {"end": true}]}]}"#;

/// `line path problem` of each problem after `from` became `to`.
fn problems(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    let found = read(&GOOD.replacen(from, to, 1)).expect_err("a problem");
    assert!(found.iter().all(|problem| !problem.fix.is_empty()));
    found.iter().map(|problem| format!("{} {} {}", problem.line, problem.path, problem.problem)).collect()
}

#[test]
fn a_good_document_has_no_problems() {
    assert!(read(GOOD).is_ok());
}

#[test]
fn the_sample_has_no_problems() {
    assert_eq!(read(include_str!("../../../../bots/harbor.json")).err(), None);
}

#[test]
fn each_problem_is_found_on_its_line() {
    let fourteen = vec![r#"{"label": "L0", "go": "hours"}"#; 14].join(",").replace("L0", "L");
    let cases = [
        (
            r#""go": "hours""#,
            r#""go": "ours""#,
            r#"7 dialogues[0].widgets[1].menu.options[0].go there is no dialogue "ours""#,
        ),
        (r#""go": "welcome""#, r#""go": "hello""#, r#"2 triggers[0].go there is no dialogue "hello""#),
        (r#""id": "hours""#, r#""id": "welcome""#, r#"9 dialogues[1].id another dialogue has the id "welcome""#),
        ("Hello.", " ", "5 dialogues[0].widgets[0].text the text is empty"),
        (
            "Hours",
            "Hours of all our places",
            "7 dialogues[0].widgets[1].menu.options[0].label the label has 23 characters, more than 20",
        ),
        (
            r#""label": "A human""#,
            r#""label": "hours""#,
            r#"8 dialogues[0].widgets[1].menu.options[1].label another option is called "hours""#,
        ),
        (
            r#"true}]}}]"#,
            r#"true, "go": "hours"}]}}]"#,
            "8 dialogues[0].widgets[1].menu.options[1] the option has both go and hand_off",
        ),
        (r#""claim""#, r#"" ""#, "3 triggers[1].keywords[0] the keyword is empty"),
        (r#""claim""#, r#""claim", "Claim""#, r#"3 triggers[1].keywords[1] the keyword "Claim" is used twice"#),
        (r#", "hand_off": "urgent""#, "", "3 triggers[1] the trigger does nothing"),
        (r#""first_contact": true"#, r#""keywords": ["hi"]"#, "2 triggers nothing greets a new contact"),
        (r#""keywords": ["claim"], "#, "", "3 triggers[1] the trigger has nothing to wait for"),
        (
            r#""attribute": "when""#,
            r#""attribute": "When?""#,
            r#"9 dialogues[1].widgets[0].ask.attribute the attribute "When?" is not declared"#,
        ),
        (
            r#"{"end": true}"#,
            r#"{"end": true}, {"text": "x"}"#,
            "9 dialogues[1].widgets[2] nobody gets here: the widget before it leaves the dialogue",
        ),
        (
            r#""name": "Harbor""#,
            r#""name": "Harbor", "settings": {"pause_minutes": 0}"#,
            "1 settings.pause_minutes a pause of 0 minutes is out of range",
        ),
        (
            r#""name": "Harbor""#,
            r#""name": "Harbor", "settings": {"pause_minutes": 10081}"#,
            "1 settings.pause_minutes a pause of 10081 minutes is out of range",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(problems(from, to).contains(&expected.to_owned()), "{expected}\n{:#?}", problems(from, to));
    }
    let many = problems(r#"{"label": "Hours", "go": "hours"}"#, &fourteen);
    assert!(
        many.contains(&"6 dialogues[0].widgets[1].menu.options 15 options are more than 13".to_owned()),
        "{many:#?}"
    );
}

#[test]
fn an_empty_menu_is_refused() {
    let options = &GOOD[GOOD.find("{\"label\": \"Hours").expect("a menu")..GOOD.find("]}}]},").expect("its end")];
    assert_eq!(problems(options, ""), ["6 dialogues[0].widgets[1].menu.options the menu is empty"]);
}

#[test]
fn dialogues_that_lead_in_a_circle_without_waiting_are_refused() {
    let circle = problems(r#"{"ask": {"text": "When?", "attribute": "when"}}, {"end": true}"#, r#"{"go": "hours"}"#);
    assert_eq!(circle, ["9 dialogues[1].widgets[0].go this goes in a circle without waiting for the contact"]);
}
