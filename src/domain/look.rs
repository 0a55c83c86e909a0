//! How a web chat looks on its website, and what it says of itself, where the account chooses.

use std::collections::BTreeMap;

use super::colour::{Colour, Shade, WHITE};

/// The languages the web chat speaks.
pub const LANGUAGES: [&str; 7] = ["en", "de", "es", "fr", "pt", "ar", "ja"];

/// What the panel is made of, where it is dark.
const DARK_PANEL: &str = "#1e2026";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// On white and on dark; none: our own.
    pub accent: Option<Accent>,
    pub theme: Theme,
    pub side: Side,
    /// From the edges of the window, in CSS pixels; none: the usual.
    pub side_px: Option<u32>,
    pub bottom_px: Option<u32>,
    /// In every language that has none of its own.
    pub texts: Texts,
    pub by_language: BTreeMap<String, Texts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    pub light: Shade,
    pub dark: Shade,
}

/// Light or dark by the visitor's own wish, or always the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

/// Where lines of the page's language end (right, in English), or where they start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    End,
    Start,
}

/// Words instead of ours; none: ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Above the chat, in place of the account's name.
    pub title: Option<String>,
    /// Beside the button that opens it.
    pub launcher: Option<String>,
    /// Above the first line.
    pub greeting: Option<String>,
    /// What the bot is called.
    pub assistant: Option<String>,
    /// In the empty field.
    pub write: Option<String>,
    /// That a person is on the way.
    pub coming: Option<String>,
}

impl Accent {
    pub fn of(chosen: Colour) -> Self {
        let dark = Colour::parse(DARK_PANEL).unwrap_or(WHITE);
        Self { light: chosen.on(WHITE), dark: chosen.on(dark) }
    }
}

impl Look {
    /// The words for somebody who reads this language.
    pub fn texts_in(&self, language: Option<&str>) -> Texts {
        let own = language.and_then(|language| self.by_language.get(language)).cloned().unwrap_or_default();
        let all = self.texts.clone();
        Texts {
            title: own.title.or(all.title),
            launcher: own.launcher.or(all.launcher),
            greeting: own.greeting.or(all.greeting),
            assistant: own.assistant.or(all.assistant),
            write: own.write.or(all.write),
            coming: own.coming.or(all.coming),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_words_of_its_own_has_those_of_all() {
        let text = |text: &str| Some(text.to_owned());
        let german = Texts { title: text("Fragen?"), ..Texts::default() };
        let texts = Texts { title: text("Questions?"), greeting: text("Hello."), ..Texts::default() };
        let look = Look { texts, by_language: [("de".to_owned(), german)].into(), ..Look::default() };
        let in_german = look.texts_in(Some("de"));
        assert_eq!((in_german.title, in_german.greeting), (text("Fragen?"), text("Hello.")));
        assert_eq!(look.texts_in(Some("fr")).title, text("Questions?"));
        assert_eq!(look.texts_in(None).title, text("Questions?"));
    }
}
