//! The wire in TypeScript, for the web side: `static/shared/wire.ts` is written from the Rust types.
//!
//! The file is checked in, so that the web side builds without Rust; the test fails when it is stale and
//! rewrites it when asked to. Times and numbers are `number`: they all fit in 53 bits.

use std::{fs, path::Path};

use ts_rs::{Config, TS};

use super::{api, console, event, finding, webchat};

const FILE: &str = "static/shared/wire.ts";

#[test]
fn the_web_side_knows_the_wire_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let fresh = rendered();
    if std::env::var_os("UPDATE_WIRE").is_some() {
        fs::write(&path, &fresh).expect("static/shared can be written");
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == fresh, "{FILE} is stale. Rewrite it: UPDATE_WIRE=1 cargo test --lib wire::typescript");
}

fn rendered() -> String {
    let config = Config::new().with_large_int("number");
    let mut file = String::from(
        "// What the server and its screens say to each other. Written from src/wire/*.rs; do not edit:\n\
         //   UPDATE_WIRE=1 cargo test --lib wire::typescript\n",
    );
    macro_rules! render {
        ($($type:ty),* $(,)?) => { $( render::<$type>(&config, &mut file); )* };
    }
    render!(
        event::Position,
        event::EventView,
        event::AboutView,
        event::What,
        event::AttachmentView,
        event::OptionView,
        event::AnswerView,
        event::Who,
        event::NextView,
        event::Floor,
        console::Asked,
        console::Ask,
        console::Extension,
        console::PriorityIs,
        console::Tell,
        console::Me,
        console::Row,
        console::Counts,
        console::ReasonCounts,
        api::CannedRow,
        api::Colleague,
        api::TeamRow,
        api::PersonRow,
        api::SessionRow,
        api::MentionRow,
        api::PersonView,
        api::MergeRow,
        api::Declared,
        api::Candidate,
        api::TemplateRow,
        api::MessageDraft,
        api::Uploaded,
        api::AppRow,
        api::Deliveries,
        api::DeliveryRow,
        api::Retried,
        api::LeftBe,
        finding::FilterView,
        finding::AttributeIs,
        finding::ListPage,
        finding::SearchResults,
        finding::HitView,
        finding::Piece,
        finding::ListChoices,
        finding::AccountChoice,
        finding::ViewRow,
        webchat::VisitorSays,
        webchat::AttributeValue,
        webchat::VisitorPoll,
        webchat::VisitorPolled,
        webchat::VisitorClosed,
        webchat::VisitorHears,
        webchat::Look,
        webchat::AccentView,
        webchat::ShadeView,
        webchat::OwnTexts,
        webchat::VisitorEvent,
        webchat::VisitorWhat,
        webchat::FieldView,
        webchat::FieldKind,
        webchat::VisitorFloor,
    );
    file
}

fn render<T: TS>(config: &Config, file: &mut String) {
    file.push('\n');
    file.push_str(&T::docs().unwrap_or_default());
    file.push_str("export ");
    file.push_str(&T::decl(config));
    file.push('\n');
}
