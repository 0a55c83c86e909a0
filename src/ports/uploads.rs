//! Files that visitors and agents attach, with their bytes in parts of bounded size: what is asked of a database.
//!
//! They are kept where the log is: then whatever keeps the log (a disk, a backup, a copy, a replica, another node) has the
//! files that it speaks of, and there is no second place that could be lost, or lag behind. An upload belongs to who made
//! it. Until it is sent it may be dropped at any time after [`UNSENT_LASTS`]; one that was sent stays as long as the log.

use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use crate::domain::time::Timestamp;
use crate::domain::upload::UploadKey;
use crate::ports::store::Answer;

/// Bytes of a part; the last one of a file may have fewer.
pub const PART_BYTES: usize = 256 * 1024;
/// How long an upload waits to be sent.
pub const UNSENT_LASTS: Duration = Duration::from_secs(60 * 60);
/// What a begun upload counts towards, looking back so far.
pub const COUNTED_FOR: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub key: UploadKey,
    /// The conversation of the visitor who made it, or the id of the agent.
    pub owner: Uuid,
    /// The channel account it came by; empty: from the console.
    pub account: String,
    pub name: String,
    pub bytes: u64,
    /// When it began.
    pub at: Timestamp,
}

/// How much may be uploaded within [`COUNTED_FOR`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub owner_files: usize,
    pub owner_bytes: u64,
    pub account_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    Yes,
    /// Its owner has uploaded too much of late.
    OwnerIsOver,
    /// Everybody of its account together has.
    AccountIsOver,
}

pub trait Uploads: Send + Sync + 'static {
    /// Notes what is going to come. Its size counts from now on, whatever comes of it.
    fn begin_upload(&self, upload: Upload, allowance: Allowance) -> Answer<Begun>;

    /// Numbers go up from 0.
    fn add_part(&self, key: UploadKey, number: u32, bytes: Bytes) -> Answer<()>;

    /// All parts are there.
    fn finish_upload(&self, key: UploadKey) -> Answer<()>;

    /// It was broken off: its bytes are gone, and it still counts.
    fn break_off(&self, key: UploadKey) -> Answer<()>;

    /// From now on these finished uploads of `owner` belong to the message that is being sent under this key, in the order
    /// asked for. None, and nothing is changed, if one is not there, or belongs to another message.
    fn keep_uploads(&self, keys: Vec<UploadKey>, owner: Uuid, message: String) -> Answer<Option<Vec<Upload>>>;

    /// The message is refused for good: its uploads may be sent with another, or go.
    fn release_uploads(&self, owner: Uuid, message: String) -> Answer<()>;

    /// One that was sent.
    fn upload(&self, key: UploadKey) -> Answer<Option<Upload>>;

    /// None: there is no such part (any more).
    fn part(&self, key: UploadKey, number: u32) -> Answer<Option<Bytes>>;

    /// Takes out uploads that were never sent, at most `limit`; how many.
    fn expire_uploads(&self, now: Timestamp, limit: usize) -> Answer<usize>;
}
