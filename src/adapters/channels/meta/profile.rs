//! What people call themselves on Messenger and Instagram, what they look like and which language they read, where Meta
//! lets us ask. The links to pictures end after days: they are asked for when somebody looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::Network;
use super::graph::{Graph, Refused};
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::lenient::{Word, text};
use crate::ports::channel::{Portrait, Portraits, Profile, Profiles};

const NAME_CHARACTERS_MAX: usize = 200;
const LINK_CHARACTERS_MAX: usize = 2_000;

/// What one line's contacts let us know.
#[derive(Clone)]
pub struct MetaProfiles {
    graph: Graph,
    /// Languages take a permission of their own; whoever lacks it is not asked again.
    tells_language: Arc<AtomicBool>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    first_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    last_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    name: Option<Word<'a>>,
    #[serde(borrow, default)]
    username: Option<Word<'a>>,
    #[serde(borrow, default)]
    profile_pic: Option<Word<'a>>,
    #[serde(borrow, default)]
    locale: Option<Word<'a>>,
}

impl MetaProfiles {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        let tells_language = Arc::new(AtomicBool::new(settings.network == Network::Messenger));
        Ok(Self { graph: Graph::new(client, settings)?, tells_language })
    }

    async fn ask(&self, person: &str, fields: &str) -> Result<Vec<u8>, Refused> {
        self.graph.get(&[person], &[("fields", fields)]).await
    }

    async fn language(&self, person: &str) -> Option<String> {
        if !self.tells_language.load(Ordering::Relaxed) {
            return None;
        }
        match self.ask(person, "locale").await {
            Ok(body) => language(&body),
            Err(refused) => {
                // Without a code it was not Graph that refused.
                self.tells_language.fetch_and(refused.code == 0, Ordering::Relaxed);
                None
            }
        }
    }
}

impl Profiles for MetaProfiles {
    fn profile(&self, of: &str) -> BoxFuture<'static, Profile> {
        let (this, person) = (self.clone(), of.to_owned());
        let fields = match self.graph.settings().network {
            Network::Messenger => "first_name,last_name",
            Network::Instagram => "name,username",
        };
        async move {
            let name = this.ask(&person, fields).await.ok().and_then(|body| name(&body));
            // Whoever does not tell the one tells nothing.
            let language = if name.is_some() { this.language(&person).await } else { None };
            Profile { name, language }
        }
        .boxed()
    }
}

impl Portraits for MetaProfiles {
    fn portrait(&self, of: &str) -> BoxFuture<'static, Option<Portrait>> {
        let (this, person) = (self.clone(), of.to_owned());
        async move { link(&this.ask(&person, "profile_pic").await.ok()?).map(Portrait::At) }.boxed()
    }
}

fn name(body: &[u8]) -> Option<String> {
    let Fields { first_name, last_name, name, username, .. } = serde_json::from_slice(body).ok()?;
    let names = [vec![first_name, last_name], vec![name], vec![username]].map(|words| {
        let words: Vec<String> = words.into_iter().map(text).collect();
        words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let name = names.into_iter().find(|name| !name.is_empty())?;
    Some(name.chars().take(NAME_CHARACTERS_MAX).collect())
}

fn link(body: &[u8]) -> Option<String> {
    let fields: Fields<'_> = serde_json::from_slice(body).ok()?;
    let link = text(fields.profile_pic);
    (!link.is_empty() && link.len() <= LINK_CHARACTERS_MAX).then_some(link)
}

/// `de_DE` is German.
fn language(body: &[u8]) -> Option<String> {
    let fields: Fields<'_> = serde_json::from_slice(body).ok()?;
    let locale = text(fields.locale);
    let language = locale.split(['_', '-']).next()?.to_ascii_lowercase();
    let plain = (2..=3).contains(&language.len()) && language.bytes().all(|letter| letter.is_ascii_lowercase());
    plain.then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_there_is_of_it() {
        for (body, expected) in [
            (r#"{"first_name":"Zoë","last_name":"Marsh","id":"7"}"#, Some("Zoë Marsh")),
            (r#"{"first_name":" Zoë ","id":"7"}"#, Some("Zoë")),
            (r#"{"last_name":"\ud83d\ude00"}"#, Some("😀")),
            (r#"{"name":"Zoë Marsh","username":"zoe.m","id":"7"}"#, Some("Zoë Marsh")),
            (r#"{"name":" ","username":"zoe.m","id":"7"}"#, Some("zoe.m")),
            (r#"{"id":"7"}"#, None),
            (r#"{"first_name":""}"#, None),
            ("[]", None),
            ("", None),
            ("<html>", None),
        ] {
            assert_eq!(name(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_language_is_the_first_of_a_locale() {
        for (body, expected) in [
            (r#"{"locale":"de_DE","id":"7"}"#, Some("de")),
            (r#"{"locale":"pt-BR"}"#, Some("pt")),
            (r#"{"locale":"x"}"#, None),
            (r#"{"locale":"12_DE"}"#, None),
            (r#"{"id":"7"}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(language(body.as_bytes()).as_deref(), expected, "{body}");
        }
        assert_eq!(link(br#"{"profile_pic":"https://a.example/1"}"#).as_deref(), Some("https://a.example/1"));
        assert_eq!(link(br#"{"profile_pic":""}"#), None);
    }
}
