//! What goes wrong, in words for an operator.

use rusqlite::{Error, ErrorCode};

use crate::ports::store::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let words = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
            Some(ErrorCode::ReadOnly) => "the data directory is read-only".to_owned(),
            Some(ErrorCode::CannotOpen) => "the database file cannot be opened".to_owned(),
            Some(ErrorCode::PermissionDenied) => "the database file may not be written".to_owned(),
            Some(ErrorCode::SystemIoFailure) => format!("the disk reports an error ({error})"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another program keeps the database locked".to_owned()
            }
            Some(ErrorCode::OperationInterrupted) => return StoreError::Busy,
            Some(ErrorCode::OutOfMemory) => "memory is exhausted".to_owned(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                return StoreError::Unreadable(format!("the database file is damaged ({error})"));
            }
            _ => error.to_string(),
        };
        StoreError::Unavailable(words)
    }
}

/// Whether the trouble is with the disk and not with one job, so that trying jobs one by one would help nobody.
pub fn is_everybodys(error: &Error) -> bool {
    use ErrorCode::*;
    matches!(
        error.sqlite_error_code(),
        Some(DiskFull | ReadOnly | CannotOpen | PermissionDenied | SystemIoFailure | DatabaseBusy | DatabaseLocked)
    )
}

/// The thread gave no answer: it panicked over this job.
pub fn no_answer() -> StoreError {
    StoreError::Unavailable("an internal error; the log has more".to_owned())
}

/// What came of a job that was accepted, or was not.
pub fn told<T>(answer: Option<Result<T, StoreError>>, accepted: bool) -> Result<T, StoreError> {
    answer.unwrap_or_else(|| Err(if accepted { no_answer() } else { StoreError::Busy }))
}
