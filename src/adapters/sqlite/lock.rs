//! One process per database: a lock file beside it, held as long as the store is open.
//!
//! The operating system gives the lock up when the process ends, however it ends; the pid inside is only for people.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::OpenError;

pub const FILE_NAME: &str = "switchboard.lock";

/// Ends when dropped.
pub struct Lock {
    _file: File,
}

impl Lock {
    pub fn take(dir: &Path) -> Result<Lock, OpenError> {
        let path = dir.join(FILE_NAME);
        let unusable = |why| OpenError::Directory { path: dir.to_owned(), why };
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse { path: dir.to_owned(), pid: pid_in(&mut file) });
            }
            Err(TryLockError::Error(why)) => return Err(unusable(why)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(unusable)?;
        Ok(Lock { _file: file })
    }
}

fn pid_in(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(20).read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}
