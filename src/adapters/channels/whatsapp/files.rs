//! What contacts attach: asked for by its id, and passed on while it comes. Meta's own links take the token, and are good
//! for five minutes only.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use url::Url;

use super::settings::{BadSettings, Graph, Settings};
use crate::adapters::channels::files::{broken, ending, file_of};
use crate::adapters::channels::http::{Client, Download};
use crate::adapters::channels::lenient::Word;
use crate::ports::channel::{File, Files, NotFetched};
use crate::ports::stretch::Stretch;

/// The largest that WhatsApp takes from anybody: a document.
const FILE_BYTES_MAX: usize = 100 << 20;
const ANSWER_BYTES_MAX: usize = 16 * 1024;

#[derive(Debug)]
pub struct WhatsAppFiles(Graph);

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow, default)]
    url: Option<Word<'a>>,
    #[serde(borrow, default)]
    mime_type: Option<Word<'a>>,
}

impl WhatsAppFiles {
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        Graph::new(client, &settings.access()).map(Self)
    }
}

impl Files for WhatsAppFiles {
    fn fetch(&self, file: &str, stretch: Option<Stretch>) -> BoxFuture<'static, Result<File, NotFetched>> {
        let (graph, file) = (self.0.clone(), file.to_owned());
        async move {
            let address = graph.address(&[&file], &[]).map_err(broken)?;
            let answer = there(graph.get(address, None).await.map_err(broken)?)?;
            let answer = answer.whole(ANSWER_BYTES_MAX).await.map_err(broken)?.ok_or(NotFetched::Gone)?;
            let Found { url, mime_type } = serde_json::from_slice(&answer).map_err(|_| NotFetched::Gone)?;
            let url = url.and_then(|Word(url)| Url::parse(&url).ok()).filter(|url| graph.is_at_home(url));
            let address = url.and_then(|url| url.as_str().parse().ok()).ok_or(NotFetched::Gone)?;
            let download = there(graph.get(address, stretch).await.map_err(broken)?)?;
            let path = format!("{file}.{}", ending(mime_type.as_ref().map_or("", |kind| &kind.0)));
            file_of(path, download, FILE_BYTES_MAX)
        }
        .boxed()
    }
}

/// Graph says 400 of a file that is not there.
fn there(download: Download) -> Result<Download, NotFetched> {
    match download.status {
        200 | 206 => Ok(download),
        400 | 404 | 410 => Err(NotFetched::Gone),
        status => Err(NotFetched::Unreachable(format!("it answered with HTTP {status}"))),
    }
}
