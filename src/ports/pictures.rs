//! Pictures and files that somebody else keeps, fetched for people who must not be sent there.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::stretch::{Part, Stretch};
use crate::domain::ids::AccountId;

/// A whole picture, of a kind that cannot hold a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub content_type: &'static str,
    pub bytes: Bytes,
}

/// A file of whatever kind, as it comes: longer than its keeper may make it, it breaks off.
pub struct Opened {
    /// As its keeper calls it, by the last part of its address.
    pub name: String,
    pub content_type: String,
    /// Of the whole; none: its keeper does not say.
    pub length: Option<u64>,
    /// What `bytes` are; none: the whole.
    pub part: Option<Part>,
    pub bytes: BoxStream<'static, std::io::Result<Bytes>>,
}

/// Why a picture, or a file, is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    #[error("it is not there, or not any more")]
    Gone,
    /// Its address, or one that it leads to, is not for us to call.
    #[error("it lies where we do not look: {0}")]
    Forbidden(String),
    #[error("what lies there is no picture that can be shown")]
    NoPicture,
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    #[error("it cannot be fetched: {0}")]
    Unreachable(String),
    #[error("too many pictures are being fetched")]
    Busy,
}

pub trait Pictures: Send + Sync + 'static {
    /// `of`: the account it came by, whose media may need credentials.
    fn fetch(&self, url: &str, of: &AccountId) -> BoxFuture<'static, Result<Picture, NotShown>>;
    /// As `fetch`, whatever lies there: for saving and for playing, never for showing. A keeper that hands out no stretches
    /// gives the whole.
    fn open(&self, url: &str, of: &AccountId, stretch: Option<Stretch>)
    -> BoxFuture<'static, Result<Opened, NotShown>>;
}
