//! What people call themselves on Messenger and Instagram, where Meta lets us ask.
//!
//! Absent on purpose: pictures, whose links end after days, and languages, which take a permission of their own.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::Network;
use super::graph::Graph;
use super::send::{BadSettings, Settings};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::lenient::{Word, text};
use crate::ports::channel::Profiles;

const NAME_CHARACTERS_MAX: usize = 200;

/// The names of one line's contacts.
pub struct MetaProfiles {
    graph: Graph,
}

#[derive(Deserialize)]
struct Profile<'a> {
    #[serde(borrow, default)]
    first_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    last_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    name: Option<Word<'a>>,
    #[serde(borrow, default)]
    username: Option<Word<'a>>,
}

impl MetaProfiles {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { graph: Graph::new(client, settings)? })
    }
}

impl Profiles for MetaProfiles {
    fn name(&self, of: &str) -> BoxFuture<'static, Option<String>> {
        let (graph, person) = (self.graph.clone(), of.to_owned());
        let fields = match graph.settings().network {
            Network::Messenger => "first_name,last_name",
            Network::Instagram => "name,username",
        };
        async move { name(&graph.get(&[&person], &[("fields", fields)]).await.ok()?) }.boxed()
    }
}

fn name(body: &[u8]) -> Option<String> {
    let Profile { first_name, last_name, name, username } = serde_json::from_slice(body).ok()?;
    let names = [vec![first_name, last_name], vec![name], vec![username]].map(|words| {
        let words: Vec<String> = words.into_iter().map(text).collect();
        words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let name = names.into_iter().find(|name| !name.is_empty())?;
    Some(name.chars().take(NAME_CHARACTERS_MAX).collect())
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
}
