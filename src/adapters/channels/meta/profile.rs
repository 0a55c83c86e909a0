//! What people call themselves on Messenger and Instagram, where Meta lets us ask.
//!
//! Absent on purpose: pictures, whose links end after days, and languages, which take a permission of their own.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Uri};
use serde::Deserialize;

use super::Network;
use super::send::{BadSettings, Settings, below};
use crate::adapters::channels::http::{Client, Download};
use crate::adapters::channels::lenient::{Word, text};
use crate::ports::channel::Profiles;

const ANSWER_BYTES_MAX: usize = 16 * 1024;
const NAME_CHARACTERS_MAX: usize = 200;

/// The names of one line's contacts.
pub struct MetaProfiles {
    client: Client,
    settings: Settings,
    authorization: HeaderValue,
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
        let authorization =
            HeaderValue::try_from(format!("Bearer {}", settings.token)).map_err(|_| BadSettings::Token)?;
        below(&settings, &[])?;
        Ok(Self { client, settings, authorization })
    }

    fn address(&self, person: &str) -> Option<Uri> {
        let fields = match self.settings.network {
            Network::Messenger => "first_name,last_name",
            Network::Instagram => "name,username",
        };
        let mut url = below(&self.settings, &[person]).ok()?;
        url.query_pairs_mut().append_pair("fields", fields);
        url.as_str().parse().ok()
    }
}

impl Profiles for MetaProfiles {
    fn name(&self, of: &str) -> BoxFuture<'static, Option<String>> {
        let Some(address) = self.address(of) else { return std::future::ready(None).boxed() };
        let (client, authorization) = (self.client.clone(), self.authorization.clone());
        async move {
            let answer = client.get(address, Some(authorization)).await.ok().filter(|answer| answer.status == 200)?;
            name(&whole(answer).await?)
        }
        .boxed()
    }
}

/// None if it breaks off, or says more than a profile.
async fn whole(mut answer: Download) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return None;
        }
    }
    Some(body)
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
