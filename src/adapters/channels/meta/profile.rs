//! What people call themselves on Messenger, where Meta lets us ask.
//!
//! Absent on purpose: pictures, whose links end after days, and languages, which take a permission of their own.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Uri};
use serde::Deserialize;

use super::send::{BadSettings, Settings, below};
use crate::adapters::channels::http::{Client, Download};
use crate::adapters::channels::lenient::{Word, text};
use crate::ports::channel::Profiles;

const ANSWER_BYTES_MAX: usize = 16 * 1024;
const NAME_CHARACTERS_MAX: usize = 200;

/// The names of one Page's contacts.
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
}

impl MetaProfiles {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        let authorization =
            HeaderValue::try_from(format!("Bearer {}", settings.token)).map_err(|_| BadSettings::Token)?;
        below(&settings, &[])?;
        Ok(Self { client, settings, authorization })
    }

    fn address(&self, psid: &str) -> Option<Uri> {
        let mut url = below(&self.settings, &[psid]).ok()?;
        url.query_pairs_mut().append_pair("fields", "first_name,last_name");
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
    let Profile { first_name, last_name } = serde_json::from_slice(body).ok()?;
    let words = [text(first_name), text(last_name)];
    let words = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Some(words.chars().take(NAME_CHARACTERS_MAX).collect()).filter(|name: &String| !name.is_empty())
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
