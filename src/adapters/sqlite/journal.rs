//! The journal: what was done since the database was last committed, in one short file that is only ever appended to.
//!
//! A commit of the database costs several pages for every message, scattered all over the file. So the writing thread
//! keeps its transaction open while it is busy, and makes each batch durable by noting it here: a few hundred bytes per
//! message, one write, one flush. When it has a quiet moment, when somebody wants to read, or when the journal is long,
//! it commits once for all; a page that many messages touched is then written once. After a crash, what the database
//! lacks is done again from here.
//!
//! The file holds frames: how long the notes are (u32), the frame's number (u64), a hash over number and notes (u64),
//! then the notes; all numbers little-endian. Numbers only grow, and each commit takes one too and writes it into the
//! database. So the first frame counts only if its number follows the last commit's, and the file never has to be
//! emptied: after a commit, the next frame is written over the first.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64_with_seed;

pub const FILE_NAME: &str = "switchboard.journal";

/// A journal this long is due to be carried over into the database: the longer, the more messages share the writing of a
/// page, and the longer a start may take after a crash.
const LONG: u64 = 32 << 20;
const HEAD: usize = 4 + 8 + 8;

pub struct Journal {
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// The number of the next frame, or of the next commit.
    next: u64,
}

/// The journal and the database do not belong together.
#[derive(Debug, thiserror::Error)]
#[error("its first note has number {found}, but the database was last committed with number {committed}")]
pub struct Astray {
    found: u64,
    committed: u64,
}

impl Journal {
    /// The journal of a database whose last commit had the number `committed`, with all that the database lacks.
    pub fn open(dir: &Path, committed: u64) -> io::Result<Result<Journal, Astray>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join(FILE_NAME))?;
        // A file that nobody can find after a power cut keeps nothing.
        File::open(dir)?.sync_all()?;
        let found = scan(&std::fs::read(dir.join(FILE_NAME))?, committed);
        Ok(found.map(|(end, next)| Journal { file, end, next }))
    }

    /// Whether the journal holds anything that the database lacks. Only looks.
    pub fn is_needed(dir: &Path, committed: u64) -> io::Result<Result<bool, Astray>> {
        let bytes = match std::fs::read(dir.join(FILE_NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        Ok(scan(&bytes, committed).map(|(end, _)| end > 0))
    }

    /// Whether there is nothing that the database lacks.
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }

    pub fn is_long(&self) -> bool {
        self.end >= LONG
    }

    /// Makes the notes durable. After an error they count as not written.
    pub fn append(&mut self, notes: &[u8]) -> io::Result<()> {
        let Ok(length) = u32::try_from(notes.len()) else { return Err(io::ErrorKind::FileTooLarge.into()) };
        let mut frame = Vec::with_capacity(HEAD + notes.len());
        frame.extend(length.to_le_bytes());
        frame.extend(self.next.to_le_bytes());
        frame.extend(hash(self.next, notes).to_le_bytes());
        frame.extend(notes);
        self.file.write_all_at(&frame, self.end)?;
        self.file.sync_data()?;
        self.end += frame.len() as u64;
        self.next += 1;
        Ok(())
    }

    /// The number to write into the database with the next commit.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The database was committed with the number `next`: nothing is missing there any more.
    pub fn committed(&mut self) {
        self.end = 0;
        self.next += 1;
    }

    /// All notes since the last commit, oldest first, a frame each.
    pub fn read(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut bytes = vec![0; usize::try_from(self.end).map_err(|_| io::ErrorKind::FileTooLarge)?];
        self.file.read_exact_at(&mut bytes, 0)?;
        let mut frames = Vec::new();
        let mut rest = &bytes[..];
        while let Some((frame, after)) = Frame::cut(rest) {
            frames.push(frame.notes.to_vec());
            rest = after;
        }
        if rest.is_empty() { Ok(frames) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

/// Where the frames that count end, and the number of the next.
fn scan(bytes: &[u8], committed: u64) -> Result<(u64, u64), Astray> {
    let (mut end, mut next, mut rest) = (0, committed + 1, bytes);
    while let Some((frame, after)) = Frame::cut(rest) {
        if frame.number > next && end == 0 {
            return Err(Astray { found: frame.number, committed });
        }
        if frame.number != next {
            break;
        }
        end += (rest.len() - after.len()) as u64;
        next += 1;
        rest = after;
    }
    Ok((end, next))
}

struct Frame<'b> {
    number: u64,
    notes: &'b [u8],
}

impl<'b> Frame<'b> {
    /// The frame at the beginning, and what comes after it; none if it is not whole.
    fn cut(bytes: &'b [u8]) -> Option<(Frame<'b>, &'b [u8])> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let length = u32::from_le_bytes(head[..4].try_into().ok()?);
        let number = u64::from_le_bytes(head[4..12].try_into().ok()?);
        let stated = u64::from_le_bytes(head[12..].try_into().ok()?);
        let (notes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        (length > 0 && hash(number, notes) == stated).then_some((Frame { number, notes }, rest))
    }
}

fn hash(number: u64, notes: &[u8]) -> u64 {
    xxh3_64_with_seed(notes, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path, committed: u64) -> Journal {
        Journal::open(dir, committed).expect("opens").expect("fits")
    }

    fn notes(journal: &Journal) -> Vec<String> {
        journal.read().expect("reads").into_iter().map(|notes| String::from_utf8(notes).expect("text")).collect()
    }

    fn with(dir: &Path, words: &[&str]) -> Journal {
        let mut journal = open(dir, 0);
        words.iter().for_each(|word| journal.append(word.as_bytes()).expect("appends"));
        journal
    }

    #[test]
    fn what_was_appended_is_there_again() {
        let dir = tempfile::tempdir().expect("a directory");
        drop(with(dir.path(), &["one", "two"]));
        let mut journal = open(dir.path(), 0);
        assert_eq!(notes(&journal), ["one", "two"]);
        journal.append(b"three").expect("appends");
        assert_eq!(notes(&open(dir.path(), 0)), ["one", "two", "three"]);
    }

    #[test]
    fn after_a_commit_what_came_before_is_gone() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = with(dir.path(), &["one", "two"]);
        let committed = journal.next();
        journal.committed();
        assert!(open(dir.path(), committed).is_empty(), "old frames are still in the file, and do not count");
        journal.append(b"new").expect("appends");
        assert_eq!(notes(&open(dir.path(), committed)), ["new"], "“two” follows in the file, and does not count");
    }

    /// Wherever the power fails while a frame is being written, those before it are kept and it is not.
    #[test]
    fn a_torn_frame_does_not_count() {
        let dir = tempfile::tempdir().expect("a directory");
        drop(with(dir.path(), &["one", "two"]));
        let whole = std::fs::read(dir.path().join(FILE_NAME)).expect("reads");
        for length in whole.len() / 2..whole.len() {
            std::fs::write(dir.path().join(FILE_NAME), &whole[..length]).expect("writes");
            assert_eq!(notes(&open(dir.path(), 0)), ["one"], "cut at {length}");
            let mut flipped = whole.clone();
            flipped[length] ^= 1;
            std::fs::write(dir.path().join(FILE_NAME), &flipped).expect("writes");
            assert_eq!(notes(&open(dir.path(), 0)), ["one"], "flipped at {length}");
        }
    }

    #[test]
    fn a_journal_of_other_data_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = with(dir.path(), &["one"]);
        journal.committed();
        journal.append(b"two").expect("appends");
        let refusal = Journal::open(dir.path(), 1).expect("opens").err().expect("does not fit").to_string();
        assert_eq!(refusal, "its first note has number 3, but the database was last committed with number 1");
    }
}
