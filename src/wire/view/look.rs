//! How a web chat looks, for the browser that shows it.

use crate::domain::colour::Shade;
use crate::domain::look::{Accent, Look, Side, Texts, Theme};
use crate::wire::webchat;

/// For somebody who reads this language.
pub fn look(look: &Look, language: Option<&str>, file_bytes_max: u64) -> webchat::Look {
    let theme = match look.theme {
        Theme::Auto => None,
        Theme::Light => Some("light".to_owned()),
        Theme::Dark => Some("dark".to_owned()),
    };
    webchat::Look {
        file_bytes_max,
        accent: look.accent.map(accent),
        theme,
        at_start: look.side == Side::Start,
        side_px: look.side_px,
        bottom_px: look.bottom_px,
        texts: texts(look.texts_in(language)),
    }
}

fn accent(accent: Accent) -> webchat::AccentView {
    let shade = |Shade { fill, ink }| webchat::ShadeView { fill: fill.to_string(), ink: ink.to_string() };
    webchat::AccentView { light: shade(accent.light), dark: shade(accent.dark) }
}

fn texts(texts: Texts) -> webchat::OwnTexts {
    let Texts { title, launcher, greeting, assistant, write, coming } = texts;
    webchat::OwnTexts { title, launcher, greeting, assistant, write, coming }
}
