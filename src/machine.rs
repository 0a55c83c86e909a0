//! What we ask the operating system about itself. Linux first; elsewhere the answer may be none.

use std::path::Path;

/// A file system we know something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    Tmpfs,
    Ramfs,
    Nfs,
    Smb,
    Other,
}

impl FileSystem {
    pub fn is_in_memory(self) -> bool {
        matches!(self, FileSystem::Tmpfs | FileSystem::Ramfs)
    }

    /// Locks over a network are promises nobody keeps.
    pub fn is_on_a_network(self) -> bool {
        matches!(self, FileSystem::Nfs | FileSystem::Smb)
    }
}

/// The file system that holds `path`, or will once it is made.
#[cfg(target_os = "linux")]
pub fn file_system(path: &Path) -> Option<FileSystem> {
    let stat = rustix::fs::statfs(nearest(path)?).ok()?;
    Some(match stat.f_type as u64 & 0xffff_ffff {
        0x0102_1994 => FileSystem::Tmpfs,
        0x8584_58f6 => FileSystem::Ramfs,
        0x6969 => FileSystem::Nfs,
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => FileSystem::Smb,
        _ => FileSystem::Other,
    })
}

#[cfg(not(target_os = "linux"))]
pub fn file_system(_: &Path) -> Option<FileSystem> {
    None
}

/// Bytes that this user may still write beside `path`.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(nearest(path)?).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// As many threads as each kind of work gets. What is handed from thread to thread costs more than a thread that shares
/// its core with one of another kind.
pub fn half_the_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).div_ceil(2)
}

/// How many files and sockets this process may have open. None: no limit.
pub fn open_files_max() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// Asks for as many open files and sockets as the system lets this process have.
pub fn raise_open_files() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let wanted = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, wanted);
}

/// A write beyond a file-size limit shall be an error, like any full disk, and not the death of the process.
#[allow(unsafe_code, reason = "the standard library cannot ignore a signal; SIG_IGN runs no code of ours")]
pub fn survive_file_size_limits() {
    // SAFETY: SIG_IGN is a valid disposition for SIGXFSZ, and nothing else in this process handles it.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// The path itself, or the directory above it that exists.
fn nearest(path: &Path) -> Option<&Path> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let exists = path.ancestors().find(|path| path.exists());
    exists.or_else(|| path.is_relative().then_some(Path::new(".")))
}

/// What this machine calls itself.
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
