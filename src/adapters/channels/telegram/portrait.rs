//! What contacts look like: the newest of the pictures that they show to this bot.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use super::call::{BadSettings, Caller, Settings};
use crate::adapters::channels::http::Client;
use crate::ports::channel::{Portrait, Portraits};

/// Large enough for what shows it; Telegram has each in several sizes, the smallest first.
const WIDTH_MIN: u32 = 160;

#[derive(Debug)]
pub struct TelegramPortraits(Caller);

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    photos: Vec<Vec<Size>>,
}

#[derive(Deserialize)]
struct Size {
    file_id: String,
    #[serde(default)]
    width: u32,
}

impl TelegramPortraits {
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        Caller::new(client, settings).map(Self)
    }
}

impl Portraits for TelegramPortraits {
    /// A private chat has the number of the person in it.
    fn portrait(&self, of: &str) -> BoxFuture<'static, Option<Portrait>> {
        let (caller, person) = (self.0.clone(), of.parse::<i64>());
        async move {
            let body = json!({"user_id": person.ok()?, "limit": 1});
            let found = caller.ask::<Found>("getUserProfilePhotos", &body).await.ok()?;
            chosen(found).map(Portrait::File)
        }
        .boxed()
    }
}

fn chosen(found: Found) -> Option<String> {
    let sizes = found.photos.into_iter().next()?;
    let enough = sizes.iter().position(|size| size.width >= WIDTH_MIN).unwrap_or(sizes.len().checked_sub(1)?);
    sizes.into_iter().nth(enough).map(|size| size.file_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(widths: &[u32]) -> Option<String> {
        let sizes = widths.iter().map(|width| Size { file_id: format!("f{width}"), width: *width }).collect();
        chosen(Found { photos: vec![sizes] })
    }

    #[test]
    fn the_smallest_that_is_large_enough_is_taken() {
        assert_eq!(of(&[80, 160, 640]).as_deref(), Some("f160"));
        assert_eq!(of(&[80, 100]).as_deref(), Some("f100"));
        assert_eq!(of(&[]), None);
        assert_eq!(chosen(Found { photos: Vec::new() }), None);
    }
}
