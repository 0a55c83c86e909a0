//! What contacts attach: asked for by its name, and passed on while it comes. Telegram's own links show the token, and are
//! good for an hour only.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use super::answer::Refused;
use super::call::{BadSettings, Caller, Settings};
use crate::adapters::channels::files::{broken, file_of};
use crate::adapters::channels::http::Client;
use crate::ports::channel::{File, Files, NotFetched};
use crate::ports::stretch::Stretch;

/// Telegram hands out nothing larger.
const FILE_BYTES_MAX: usize = 20 << 20;

#[derive(Debug)]
pub struct TelegramFiles(Caller);

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    file_path: Option<String>,
}

impl TelegramFiles {
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        Caller::new(client, settings).map(Self)
    }
}

impl Files for TelegramFiles {
    fn fetch(&self, file: &str, stretch: Option<Stretch>) -> BoxFuture<'static, Result<File, NotFetched>> {
        let (caller, file) = (self.0.clone(), file.to_owned());
        async move {
            let found = caller.ask::<Found>("getFile", &json!({"file_id": file})).await.map_err(why)?;
            let path = found.file_path.filter(|path| is_plain(path)).ok_or(NotFetched::Gone)?;
            let address = caller.address(&["file"], path.split('/')).map_err(broken)?;
            let download = caller.client.get(address, None, stretch).await.map_err(broken)?;
            match download.status {
                200 | 206 => file_of(path, download, FILE_BYTES_MAX),
                404 => Err(NotFetched::Gone),
                status => Err(NotFetched::Unreachable(format!("it answered with HTTP {status}"))),
            }
        }
        .boxed()
    }
}

fn why(refused: Refused) -> NotFetched {
    match refused.code {
        400 if refused.words.contains("too big") => NotFetched::TooLarge,
        400 | 404 => NotFetched::Gone,
        _ => NotFetched::Unreachable(refused.words),
    }
}

/// Nothing that leads elsewhere.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
