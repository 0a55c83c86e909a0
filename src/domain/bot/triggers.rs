//! What starts a dialogue or calls a person.

use crate::domain::event::Reason;

#[derive(Debug, Clone)]
pub struct Trigger {
    /// A human word, shown wherever the bot says why.
    pub id: String,
    pub on: On,
    /// The highest wins; without one a trigger that calls a person has 1 and any other 0.
    pub priority: Option<i32>,
    /// Points towards a hot lead.
    pub score: i32,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    Keywords(Vec<Keyword>),
    /// The contact writes for the first time, and nothing else matched.
    FirstContact,
    /// The contact looks at a page, once per session, and not while the bot is doing something else.
    Page(PageVisit),
    /// A button that is not of our making was tapped, such as Messenger's `Get started`.
    Payload(String),
    /// The contact came by a link that carries this word.
    Referral(String),
    /// Nothing matched, and the limit is not reached yet.
    NoMatch,
    /// An attribute got another value; `is` names the only one that counts, folded.
    Changed {
        attribute: String,
        is: Option<String>,
    },
    /// The first message of a session comes while we are open, or while we are closed, and no keyword matched.
    Hours {
        open: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageVisit {
    /// The path of the page; `*` stands for any characters.
    pub path: String,
    pub after_seconds: u32,
    /// Only at this visit of the session, or a later one.
    pub visits: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    pub word: String,
    pub kind: Kind,
    /// One slip of the finger is forgiven in words of five letters and more.
    pub typos: bool,
}

/// Where a keyword must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Anywhere, as whole words.
    #[default]
    Word,
    /// Anywhere, inside longer words too.
    Phrase,
    /// It is all that was said.
    Exact,
    /// What was said begins with these words.
    StartsWith,
    /// A regular expression, in the text as it was written.
    Pattern,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Go(String),
    HandOff(Reason),
    /// It only counts points; an option of a menu goes on in its dialogue.
    Nothing,
}

impl Trigger {
    pub fn new(id: &str, on: On, action: Action) -> Self {
        Self { id: id.to_owned(), on, priority: None, score: 0, action }
    }

    pub fn keywords(&self) -> &[Keyword] {
        match &self.on {
            On::Keywords(keywords) => keywords,
            _ => &[],
        }
    }
}

impl PageVisit {
    /// Whether the path of a page fits.
    pub fn fits(&self, path: &str) -> bool {
        let Some((first, rest)) = self.path.split_once('*') else { return path == self.path };
        let Some(mut left) = path.strip_prefix(first) else { return false };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            let Some(at) = left.find(part) else { return false };
            left = &left[at + part.len()..];
        }
        left.ends_with(last)
    }
}

/// The path of an address: without its server, its query and its fragment.
pub fn path_of(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_pattern() {
        let fits =
            |pattern: &str, path: &str| PageVisit { path: pattern.into(), after_seconds: 0, visits: 1 }.fits(path);
        for (pattern, path) in [
            ("/prices", "/prices"),
            ("/shop/*", "/shop/red/shoes"),
            ("*/prices", "/en/prices"),
            ("/*/prices", "/en/prices"),
            ("/a*b*c", "/aXbYbc"),
            ("*", "/"),
            ("/shop*", "/shop"),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("/prices", "/prices/2"), ("/shop/*", "/shop"), ("*/prices", "/prices/old"), ("/a*b", "/abc")]
        {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn an_address_has_a_path() {
        assert_eq!(path_of("https://shop.example/a/b?c=/d#/e"), "/a/b");
        assert_eq!(path_of("https://shop.example"), "/");
        assert_eq!(path_of("/a?b"), "/a");
        assert_eq!(path_of("https://shop.example?x=/y"), "/");
    }
}
