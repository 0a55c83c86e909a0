//! What goes wrong, in words for an operator. No password is ever part of them: PostgreSQL does not repeat it.

use std::error::Error as _;
use std::io;

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::ports::store::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.code() {
            Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Unreadable(words(&error)),
            _ => StoreError::Unavailable(words(&error)),
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
            PoolError::Timeout(_) => no_answer(),
            PoolError::Closed | PoolError::NoRuntimeSpecified => closed(),
            PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::PostCreateHook(HookError::Message(words)) => StoreError::Unavailable(words.into_owned()),
        }
    }
}

const NO_TLS: &str = "PostgreSQL does not speak TLS; turn it on there (ssl = on), or, if the network between is yours alone, \
    add sslmode=disable to `database`";

/// Nothing came back in time; what was asked may have been done.
pub fn no_answer() -> StoreError {
    StoreError::Unavailable("PostgreSQL does not answer".to_owned())
}

/// The process is going down.
pub fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

/// Why a transaction for several jobs failed.
pub struct Failure {
    pub error: StoreError,
    /// It was rolled back, and lies in what one of them asked: the others may do better without it.
    pub of_one_job: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { of_one_job: is_of_one_job(&error), error: error.into() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error, of_one_job: false }
    }
}

/// Whether the trouble lies in what was asked and not with the server: asking for the rest without it may help.
fn is_of_one_job(error: &Error) -> bool {
    let class = error.code().map(|code| &code.code()[..2]);
    // Data it cannot take, broken rules, deadlocks, and a row that somebody else keeps locked.
    matches!(class, Some("22" | "23" | "40" | "54")) || error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

pub fn words(error: &Error) -> String {
    let Some(said) = error.as_db_error() else { return without_server(error) };
    match *said.code() {
        SqlState::DISK_FULL => "PostgreSQL's disk is full".to_owned(),
        SqlState::TOO_MANY_CONNECTIONS => {
            "PostgreSQL has no connection left; raise its max_connections, or run fewer nodes".to_owned()
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            "PostgreSQL takes no writes: it is a standby, or set to read only".to_owned()
        }
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            "PostgreSQL is restarting".to_owned()
        }
        SqlState::INVALID_PASSWORD => "PostgreSQL refuses the password; mend the one in `database`".to_owned(),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            format!("PostgreSQL does not let this user in ({}); look at its pg_hba.conf", said.message())
        }
        SqlState::INVALID_CATALOG_NAME => format!("PostgreSQL: {}; create it first", said.message()),
        SqlState::INSUFFICIENT_PRIVILEGE => {
            format!("PostgreSQL: {}; make this user the owner of the database", said.message())
        }
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => {
            format!("somebody else keeps PostgreSQL's rows locked ({})", said.message())
        }
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => "this process stood still in the middle of a write".to_owned(),
        _ => format!("PostgreSQL: {} ({})", said.message(), said.code().code()),
    }
}

fn without_server(error: &Error) -> String {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<io::Error>() {
            return unreachable(cause);
        }
        source = cause.source();
    }
    if error.is_closed() {
        return "the connection to PostgreSQL was lost".to_owned();
    }
    match error.source() {
        Some(cause) if cause.to_string().contains("does not support TLS") => NO_TLS.to_owned(),
        Some(cause) => format!("PostgreSQL: {error}: {cause}"),
        None => format!("PostgreSQL: {error}"),
    }
}

fn unreachable(cause: &io::Error) -> String {
    let said = cause.to_string();
    match cause.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            "the connection to PostgreSQL was lost".to_owned()
        }
        io::ErrorKind::PermissionDenied if said.contains("read-write") || said.contains("writes") => {
            "PostgreSQL takes no writes: it is a standby, or set to read only".to_owned()
        }
        io::ErrorKind::InvalidData if said.contains("certificate") => format!(
            "PostgreSQL's certificate is not trusted ({said}); name its authority's file with sslrootcert=FILE in `database`"
        ),
        _ => format!("PostgreSQL cannot be reached: {said}"),
    }
}
