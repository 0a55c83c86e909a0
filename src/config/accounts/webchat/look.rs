//! Colours and words of a web chat.

use std::collections::BTreeMap;

use crate::config::table::Table;
use crate::domain::colour::Colour;
use crate::domain::look::{Accent, LANGUAGES, Look, Side, Texts, Theme};

const EDGE_PX_MAX: u64 = 200;
const LINE_CHARS_MAX: usize = 60;
const LAUNCHER_CHARS_MAX: usize = 30;
const GREETING_CHARS_MAX: usize = 500;

pub fn read(table: &mut Table<'_>) -> Look {
    let accent = table.optional("accent", accent);
    let theme = table.optional("theme", theme).unwrap_or_default();
    let side = table.optional("position", side).unwrap_or_default();
    let (side_px, bottom_px) = (edge(table, "side_px"), edge(table, "bottom_px"));
    let mut words = table.table("texts");
    let by_language = by_language(&mut words);
    let texts = texts(&mut words);
    words.finish();
    Look { accent, theme, side, side_px, bottom_px, texts, by_language }
}

fn by_language(words: &mut Table<'_>) -> BTreeMap<String, Texts> {
    let mut languages = BTreeMap::new();
    for language in LANGUAGES {
        if words.has(language) {
            let mut own = words.table(language);
            languages.insert(language.to_owned(), texts(&mut own));
            own.finish();
        }
    }
    languages
}

fn texts(table: &mut Table<'_>) -> Texts {
    Texts {
        title: table.optional("title", |text| words(text, LINE_CHARS_MAX)),
        launcher: table.optional("launcher", |text| words(text, LAUNCHER_CHARS_MAX)),
        greeting: table.optional("greeting", |text| words(text, GREETING_CHARS_MAX)),
        assistant: table.optional("assistant", |text| words(text, LINE_CHARS_MAX)),
        write: table.optional("write", |text| words(text, LINE_CHARS_MAX)),
        coming: table.optional("coming", |text| words(text, LINE_CHARS_MAX)),
    }
}

fn edge(table: &mut Table<'_>, key: &'static str) -> Option<u32> {
    table.has(key).then(|| table.number(key, 0..=EDGE_PX_MAX) as u32)
}

fn accent(text: &str) -> Result<Accent, String> {
    let colour = Colour::parse(text.trim());
    colour.map(Accent::of).ok_or_else(|| "write a colour as \"#1a2b3c\"".to_owned())
}

fn theme(text: &str) -> Result<Theme, String> {
    match text {
        "auto" => Ok(Theme::Auto),
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        _ => Err("this is \"auto\", \"light\" or \"dark\"".to_owned()),
    }
}

fn side(text: &str) -> Result<Side, String> {
    match text {
        "end" => Ok(Side::End),
        "start" => Ok(Side::Start),
        _ => Err("this is \"end\" (right; left where writing goes to the left) or \"start\"".to_owned()),
    }
}

fn words(text: &str, chars_max: usize) -> Result<String, String> {
    let text = text.trim();
    let fine = (1..=chars_max).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n');
    fine.then(|| text.to_owned()).ok_or_else(|| format!("write 1 to {chars_max} characters, or leave the key out"))
}
