//! Fetches pictures, and files to be saved, whose links a provider, or a contact, has chosen.
//!
//! Whoever chose the link must not make us talk to our own machine or its neighbours, and must not learn who looks: every
//! address, also of a redirect, goes through the guard of calls, and nothing of the agent's goes along, no cookie, no address,
//! no name of the page. Where an account's media need its credentials, they go to the place they are for and nowhere else: a
//! redirect that leads away from it is followed without them. What comes back counts as a picture by its first bytes, whatever it says it is, and is bounded; a file is passed on while it comes, up to its own bound.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, LOCATION, RANGE,
};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use super::bots::guard::{Guard, Refused, body};
use super::channels::files::ending;
use crate::domain::ids::AccountId;
use crate::ports::pictures::{NotShown, Opened, Picture, Pictures};
use crate::ports::stretch::{Part, Stretch};

const REDIRECTS_MAX: usize = 3;
/// For the whole of it, redirects and all.
const PATIENCE: Duration = Duration::from_secs(15);
/// Fetched at a time, each whole in memory until it is passed on. Who finds no place waits as long as the agent would.
const AT_ONCE_MAX: usize = 8;
/// A keeper that sends nothing for so long has gone.
const SILENT_MAX: Duration = Duration::from_secs(30);
/// Right after a message, its media may not be there yet.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const TYPE_BYTES_MAX: usize = 100;
const ACCEPTED: &str = "image/webp,image/png,image/jpeg,image/gif";

pub struct Fetcher(Arc<Inner>);

/// What opens an account's media, and where.
pub struct Key {
    below: Url,
    authorization: HeaderValue,
}

pub type Keys = BTreeMap<AccountId, Key>;

impl Key {
    /// `below` ends with a slash. None: nothing of the kind can be said in a header.
    pub fn basic(below: &str, user: &str, password: &str) -> Option<Self> {
        let mut authorization =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))).ok()?;
        authorization.set_sensitive(true);
        Some(Self { below: Url::parse(below).ok()?, authorization })
    }

    /// Only for the very place: same scheme, host and port, and below its path.
    fn opens(&self, url: &Url) -> bool {
        url.origin() == self.below.origin() && url.path().starts_with(self.below.path())
    }
}

struct Inner {
    guard: Guard,
    keys: Keys,
    bytes_max: usize,
    file_bytes_max: usize,
    room: Semaphore,
}

impl Fetcher {
    /// `trusted_hosts` may be private and speak without TLS. A picture has so many bytes at most, a file that is saved so many.
    pub fn new(
        trusted_hosts: &[String],
        (bytes_max, file_bytes_max): (usize, usize),
        keys: Keys,
    ) -> reqwest::Result<Self> {
        let (guard, room) = (Guard::new(trusted_hosts)?, Semaphore::new(AT_ONCE_MAX));
        Ok(Self(Arc::new(Inner { guard, keys, bytes_max, file_bytes_max, room })))
    }
}

impl Pictures for Fetcher {
    fn fetch(&self, url: &str, of: &AccountId) -> BoxFuture<'static, Result<Picture, NotShown>> {
        let (inner, url, of) = (self.0.clone(), url.to_owned(), of.clone());
        async move {
            let fetched = async {
                let _place = inner.room.acquire().await.map_err(|_| NotShown::Busy)?;
                let (_, answer) = inner.follow(&url, inner.keys.get(&of), (ACCEPTED, None)).await?;
                inner.picture(answer).await
            };
            timeout(PATIENCE, fetched).await.unwrap_or_else(|_| Err(late()))
        }
        .boxed()
    }

    fn open(
        &self,
        url: &str,
        of: &AccountId,
        stretch: Option<Stretch>,
    ) -> BoxFuture<'static, Result<Opened, NotShown>> {
        let (inner, url, of) = (self.0.clone(), url.to_owned(), of.clone());
        async move {
            let opened = async {
                let _place = inner.room.acquire().await.map_err(|_| NotShown::Busy)?;
                let (from, answer) = inner.follow(&url, inner.keys.get(&of), ("*/*", stretch)).await?;
                inner.opened(&from, answer)
            };
            timeout(PATIENCE, opened).await.unwrap_or_else(|_| Err(late()))
        }
        .boxed()
    }
}

fn late() -> NotShown {
    NotShown::Unreachable(format!("it took longer than {} seconds", PATIENCE.as_secs()))
}

impl Inner {
    /// What answers in the end, and from where.
    async fn follow(
        &self,
        url: &str,
        key: Option<&Key>,
        (accepted, stretch): (&'static str, Option<Stretch>),
    ) -> Result<(Url, reqwest::Response), NotShown> {
        let mut url = Url::parse(url).map_err(|_| NotShown::Gone)?;
        let mut may_be_late = key.is_some_and(|key| key.opens(&url));
        let mut hops = 0;
        while hops <= REDIRECTS_MAX {
            let client = self.guard.client_for(&url).map_err(NotShown::Forbidden)?;
            let mut request = client.get(url.clone()).header(ACCEPT, accepted).header(ACCEPT_ENCODING, "identity");
            if let Some(key) = key.filter(|key| key.opens(&url)) {
                request = request.header(AUTHORIZATION, key.authorization.clone());
            }
            if let Some(stretch) = stretch {
                request = request.header(RANGE, stretch.in_words());
            }
            let answer = request.send().await.map_err(broken)?;
            match answer.status() {
                StatusCode::OK => return Ok((url, answer)),
                StatusCode::PARTIAL_CONTENT if stretch.is_some() => return Ok((url, answer)),
                status if status.is_redirection() => url = next(&url, &answer)?,
                StatusCode::NOT_FOUND if std::mem::take(&mut may_be_late) => {
                    tokio::time::sleep(AGAIN_AFTER).await;
                    continue;
                }
                StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => return Err(NotShown::Gone),
                status => return Err(NotShown::Unreachable(format!("it answered with HTTP {}", status.as_u16()))),
            }
            hops += 1;
        }
        Err(NotShown::Unreachable("it leads from one address to the next".to_owned()))
    }

    fn opened(&self, from: &Url, answer: reqwest::Response) -> Result<Opened, NotShown> {
        let said = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !matches!(said(CONTENT_ENCODING), "" | "identity") {
            return Err(NotShown::Unreachable("it is packed".to_owned()));
        }
        let is_part = answer.status() == StatusCode::PARTIAL_CONTENT;
        let part = Part::parse(said(CONTENT_RANGE)).filter(|_| is_part);
        if is_part && part.is_none() {
            return Err(NotShown::Unreachable("it gave a part, and did not say which".to_owned()));
        }
        let content_type = essence(said(CONTENT_TYPE));
        let length = part.map_or_else(|| answer.content_length(), |part| part.of);
        if length.is_some_and(|length| length > self.file_bytes_max as u64) {
            return Err(NotShown::TooLarge(self.file_bytes_max));
        }
        let name = called(from, &content_type);
        Ok(Opened { name, content_type, length, part, bytes: bounded(answer, self.file_bytes_max) })
    }

    async fn picture(&self, answer: reqwest::Response) -> Result<Picture, NotShown> {
        let too_large = || NotShown::TooLarge(self.bytes_max);
        if answer.content_length().is_some_and(|length| length > self.bytes_max as u64) {
            return Err(too_large());
        }
        let bytes =
            body(answer, self.bytes_max).await.map_err(|why| match why.starts_with("its answer is longer") {
                true => too_large(),
                false => NotShown::Unreachable(why),
            })?;
        let content_type = kind(&bytes).ok_or(NotShown::NoPicture)?;
        Ok(Picture { content_type, bytes })
    }
}

/// A type that is one, without what is said beside it.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.+_/".contains(&byte);
    let fine = essence.len() <= TYPE_BYTES_MAX && essence.bytes().all(plain) && essence.split('/').count() == 2;
    if fine { essence } else { "application/octet-stream".to_owned() }
}

/// The last part of its address, with an ending that fits if it has none.
fn called(from: &Url, content_type: &str) -> String {
    let last = from.path_segments().and_then(|mut parts| parts.next_back()).filter(|last| !last.is_empty());
    let name = percent_encoding::percent_decode_str(last.unwrap_or("file")).decode_utf8_lossy().into_owned();
    if name.contains('.') { name } else { format!("{name}.{}", ending(content_type)) }
}

/// The body as it comes. Longer than so many bytes, or silent for too long, it breaks off.
fn bounded(answer: reqwest::Response, bytes_max: usize) -> BoxStream<'static, std::io::Result<Bytes>> {
    stream::unfold(Some((answer, bytes_max)), |left| async {
        let (mut answer, room) = left?;
        let chunk = timeout(SILENT_MAX, answer.chunk()).await.map_err(std::io::Error::other);
        match chunk.and_then(|chunk| chunk.map_err(|_| std::io::Error::other("the connection broke"))) {
            Ok(Some(bytes)) => match room.checked_sub(bytes.len()) {
                Some(room) => Some((Ok(bytes), Some((answer, room)))),
                None => Some((Err(std::io::Error::other("it is too large")), None)),
            },
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

fn next(from: &Url, answer: &reqwest::Response) -> Result<Url, NotShown> {
    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    location.and_then(|location| from.join(location).ok()).ok_or(NotShown::Gone)
}

/// No words of an error hold the address: it may carry a secret of the contact's.
fn broken(error: reqwest::Error) -> NotShown {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(now) = cause {
        if now.is::<Refused>() {
            return NotShown::Forbidden(Refused.to_string());
        }
        cause = now.source();
    }
    let words = if error.is_timeout() { "it did not answer in time" } else { "the connection failed" };
    NotShown::Unreachable(words.to_owned())
}

/// By its first bytes; none: it is no raster image that every browser shows.
fn kind(bytes: &Bytes) -> Option<&'static str> {
    match bytes.as_ref() {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_raster_images_are_pictures() {
        let kind = |bytes: &[u8]| super::kind(&Bytes::copy_from_slice(bytes));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0...."), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89a...."), Some("image/gif"));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<html>",
            b"RIFF\x10\0\0\0WAVE",
            b"GIF",
            b"%PDF-1.7",
        ] {
            assert_eq!(kind(other), None, "{other:?}");
        }
    }

    #[tokio::test]
    async fn nothing_private_is_called_whoever_says_so() {
        let fetcher = Fetcher::new(&[], (1000, 1000), Keys::new()).expect("a client");
        let of = AccountId::new("page");
        for url in [
            "http://127.0.0.1:1/x.png",
            "https://169.254.169.254/latest",
            "https://localhost/x.png",
            "http://cdn.example/x",
        ] {
            assert!(matches!(fetcher.fetch(url, &of).await, Err(NotShown::Forbidden(_))), "{url}");
        }
        for url in ["", "x.png", "javascript:alert(1)", "file:///etc/passwd", "data:image/png;base64,AAAA"] {
            assert!(matches!(fetcher.fetch(url, &of).await, Err(NotShown::Gone | NotShown::Forbidden(_))), "{url}");
        }
    }

    #[test]
    fn a_file_is_called_by_its_address_and_its_type() {
        let called = |url: &str, kind: &str| called(&Url::parse(url).expect("an address"), &essence(kind));
        assert_eq!(called("https://api.twilio.example/x/Media/ME1", "application/pdf"), "ME1.pdf");
        assert_eq!(
            called("https://cdn.example/a/menu%20of%20may.pdf?e=1", "text/html; charset=utf-8"),
            "menu of may.pdf"
        );
        assert_eq!(called("https://cdn.example/", ""), "file.bin");
        assert_eq!(called("https://cdn.example/x", "text/vcard; charset=utf-8"), "x.vcf");
        for odd in ["", "text", "a/b/c", "text/html\r\nx: y", &"x/".repeat(200)] {
            assert_eq!(essence(odd), "application/octet-stream", "{odd}");
        }
    }

    #[test]
    fn a_key_opens_the_place_it_is_for_and_no_other() {
        let key = Key::basic("https://api.twilio.example/2010-04-01/Accounts/AC1/", "AC1", "token").expect("a key");
        let opens = |url: &str| key.opens(&Url::parse(url).expect("an address"));
        assert!(opens("https://api.twilio.example/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"));
        assert!(opens("https://api.twilio.example:443/2010-04-01/Accounts/AC1/x"));
        for elsewhere in [
            "http://api.twilio.example/2010-04-01/Accounts/AC1/x",
            "https://api.twilio.example:8443/2010-04-01/Accounts/AC1/x",
            "https://api.twilio.example.evil.example/2010-04-01/Accounts/AC1/x",
            "https://api.twilio.example@evil.example/2010-04-01/Accounts/AC1/x",
            "https://evil.example/2010-04-01/Accounts/AC1/x",
            "https://api.twilio.example/2010-04-01/Accounts/AC10/x",
            "https://api.twilio.example/2010-04-01/Accounts/AC1/../AC2/x",
            "https://api.twilio.example/x?/2010-04-01/Accounts/AC1/",
        ] {
            assert!(!opens(elsewhere), "{elsewhere}");
        }
    }
}
