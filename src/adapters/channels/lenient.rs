//! What providers' JSON has in common: an id may be a number, a moment a string, a surrogate may have lost its other half,
//! and nothing is as short as it should be.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::domain::time::Timestamp;
pub use crate::wire::letters::mend_surrogates;

pub const TEXT_CHARACTERS_MAX: usize = 20_000;
pub const ID_BYTES_MAX: usize = 512;
const URL_BYTES_MAX: usize = 8192;
pub const NAME_CHARACTERS_MAX: usize = 200;

/// A string, or a whole number in its place.
pub struct Word<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string or a whole number")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }
}

/// A time in milliseconds, or in seconds if it would be in the year 1973 otherwise; a number or a string. None if it
/// says nothing.
#[derive(Clone, Copy)]
pub struct Moment(pub Option<Timestamp>);

const SECONDS_BELOW: u64 = 100_000_000_000;

impl Moment {
    fn of(number: u64) -> Self {
        Self(match number {
            0 => None,
            seconds if seconds < SECONDS_BELOW => Some(Timestamp(seconds * 1000)),
            milliseconds => Some(Timestamp(milliseconds)),
        })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a time")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Moment, E> {
        Ok(Moment::of(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Moment, E> {
        Ok(Moment::of(number.try_into().unwrap_or(0)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Moment, E> {
        Ok(Moment::of(number as u64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        Ok(Moment::of(text.trim().parse().unwrap_or(0)))
    }
}

/// Only what a console may safely offer to open.
pub fn is_link(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= URL_BYTES_MAX
}

pub fn id(word: Option<Word>) -> Result<Option<String>, &'static str> {
    match word {
        Some(Word(id)) if id.len() > ID_BYTES_MAX => Err("id too long"),
        Some(Word(id)) if !id.is_empty() => Ok(Some(without_nul(id).into_owned())),
        _ => Ok(None),
    }
}

pub fn text(word: Option<Word>) -> String {
    word.map(|Word(text)| without_nul(cut(text, TEXT_CHARACTERS_MAX)).into_owned()).unwrap_or_default()
}

/// As people call themselves, without letters that turn the line around. None if nothing is left.
pub fn person<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let turns = |letter: &char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let words: Vec<&str> = words.into_iter().map(str::trim).filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    let name: String = name.chars().filter(|letter| !turns(letter)).take(NAME_CHARACTERS_MAX).collect();
    Some(without_nul(name.into()).into_owned()).filter(|name| !name.trim().is_empty())
}

/// What something attached is called.
pub fn label(name: &str) -> String {
    without_nul(cut(name.into(), NAME_CHARACTERS_MAX)).into_owned()
}

pub fn cut(text: Cow<str>, characters: usize) -> Cow<str> {
    if text.len() <= characters {
        return text;
    }
    match text.char_indices().nth(characters) {
        Some((end, _)) => Cow::Owned(text[..end].to_owned()),
        None => text,
    }
}

/// Databases take offence at U+0000.
pub fn without_nul(text: Cow<str>) -> Cow<str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { text }
}
