//! Pictures that somebody else keeps, fetched for people who must not be sent there.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::domain::ids::AccountId;

/// A whole picture, of a kind that cannot hold a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub content_type: &'static str,
    pub bytes: Bytes,
}

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    #[error("the picture is not there, or not any more")]
    Gone,
    /// Its address, or one that it leads to, is not for us to call.
    #[error("the picture lies where we do not look: {0}")]
    Forbidden(String),
    #[error("what lies there is no picture that can be shown")]
    NoPicture,
    #[error("the picture is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the picture cannot be fetched: {0}")]
    Unreachable(String),
    #[error("too many pictures are being fetched")]
    Busy,
}

pub trait Pictures: Send + Sync + 'static {
    /// `of`: the account it came by, whose media may need credentials.
    fn fetch(&self, url: &str, of: &AccountId) -> BoxFuture<'static, Result<Picture, NotShown>>;
}
