//! Taking in what the log has and the index lacks.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use super::super::columns::{address, count, int, uint, uuid};
use super::super::{committed, events, lists, log, seen};
use super::places::{self, Places};
use super::vocabulary::Vocabulary;
use crate::adapters::taking_in::{Attributes, Taken, TakenWords, standing, take};
use crate::domain::filter::ATTRIBUTES_MAX;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::summary::Summary;
use crate::domain::unread::Mark;
use crate::ports::finding::CHOICES_MAX;
use crate::ports::store::{LoggedEvent, StoreError};

/// Events taken in at a time; a longer conversation is gone on with later.
const EVENTS_MAX: usize = 2_000;
/// The same when every conversation is looked at: in larger portions the index comes to fewer pieces, and is there sooner.
const SWEPT_MAX: usize = 10_000;
/// Conversations looked at at a time.
const SWEEP: usize = 1_000;
/// What was said so recently comes after everything that was taken in before, even if clocks disagree a little, or more
/// was said than there were milliseconds.
const RECENT_MS: i64 = 6 * 60 * 60 * 1000;

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The index knows of more than the log has.
    #[error("it is of a newer log than this one, perhaps because a backup was restored; it is built anew")]
    Astray,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Trouble::Store(error.into())
    }
}

type Result<T> = std::result::Result<T, Trouble>;

pub struct Filler {
    index: Connection,
    log: Connection,
    complete: bool,
    last_id: i64,
    choices: HashSet<(i64, String)>,
    vocabulary: Vocabulary,
}

/// A conversation as the log has it.
struct Head {
    number: i64,
    last_seq: Seq,
    summary: Summary,
    /// How far what the contact wrote was seen.
    mark: Option<Mark>,
}

/// What the index knew of it.
#[derive(Default)]
struct Before {
    seq: Seq,
    places: Places,
    attributes: Attributes,
    who: String,
}

impl Before {
    /// Nothing has happened since. That something was seen is no event, and moves a conversation all the same.
    fn says_the_same_as(&self, head: &Head) -> bool {
        self.seq == head.last_seq && self.places == places::of(&standing(&head.summary, &self.attributes, head.mark))
    }
}

impl Filler {
    pub fn new(index: Connection, log: Connection) -> rusqlite::Result<Self> {
        let question = "SELECT complete AND closed_at IS ?1 FROM progress";
        let complete: Option<bool> = index.query_row(question, [int(committed(&log)?)], |row| row.get(0))?;
        let last_id = index.query_row("SELECT coalesce(max(id), 0) FROM said", (), |row| row.get(0))?;
        let choices = index
            .prepare("SELECT kind, value FROM choice")?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let (complete, vocabulary) = (complete == Some(true), Vocabulary::default());
        let filler = Self { index, log, complete, last_id, choices, vocabulary };
        filler.index.execute("UPDATE progress SET closed_at = NULL", ())?;
        if !filler.complete {
            // What is there already is passed over quickly.
            filler.index.execute("UPDATE progress SET swept = 0, complete = 0 WHERE complete", ())?;
        }
        Ok(filler)
    }

    /// Whether every conversation has been looked at.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    pub fn sweep_again(&mut self) -> Result<()> {
        self.complete = false;
        self.index.execute("UPDATE progress SET swept = 0, complete = 0", ())?;
        Ok(())
    }

    /// Forgets everything.
    pub fn make_anew(&mut self) -> Result<()> {
        self.index.execute_batch(
            "BEGIN IMMEDIATE; DELETE FROM listed; DELETE FROM facet; DELETE FROM choice; DELETE FROM said; DELETE FROM word;
             INSERT INTO said_words (said_words) VALUES ('delete-all');
             INSERT INTO who_words (who_words) VALUES ('delete-all'); COMMIT",
        )?;
        self.choices.clear();
        self.vocabulary.forget();
        self.last_id = 0;
        self.sweep_again()
    }

    /// Everything is taken in, and nothing more will come.
    pub fn close(&mut self) -> Result<()> {
        if self.complete {
            self.index.execute("UPDATE progress SET closed_at = ?1", [int(committed(&self.log)?)])?;
        }
        Ok(())
    }

    /// Takes these in; returns those that have more than can be taken in at once.
    pub fn fill(&mut self, conversations: &[ConversationId]) -> Result<Vec<ConversationId>> {
        let mut heads = Vec::new();
        for conversation in conversations {
            heads.extend(self.head(*conversation)?);
        }
        self.in_one(|filler| filler.fill_heads(heads, EVENTS_MAX))
    }

    /// Looks at the next conversations, and takes in what is lacking of them.
    pub fn sweep(&mut self) -> Result<()> {
        let swept: i64 = self.index.query_row("SELECT swept FROM progress", (), |row| row.get(0))?;
        let looked_at = self.after(swept)?;
        let mut lacking = Vec::new();
        for (number, conversation) in &looked_at {
            if let Some(head) = self.head(*conversation)?
                && !self.before(*number)?.says_the_same_as(&head)
            {
                lacking.push(head);
            }
        }
        let last = looked_at.last().map(|(number, _)| *number);
        let left = self.in_one(|filler| {
            let left = filler.fill_heads(lacking, SWEPT_MAX)?;
            // With something left, the next look begins here again.
            if left.is_empty() {
                let sql = "UPDATE progress SET swept = coalesce(?1, swept), complete = ?1 IS NULL";
                filler.index.execute(sql, [last])?;
            }
            Ok(left)
        })?;
        self.complete = last.is_none() && left.is_empty();
        Ok(())
    }

    fn after(&self, swept: i64) -> Result<Vec<(i64, ConversationId)>> {
        let question = "SELECT number, id FROM conversation WHERE number > ?1 AND summary IS NOT NULL
            ORDER BY number LIMIT ?2";
        let mut statement = self.log.prepare_cached(question)?;
        let rows =
            statement.query_map([swept, count(SWEEP)], |row| Ok((row.get(0)?, ConversationId(uuid(row, 1)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All of it or, after an error, nothing.
    fn in_one<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.index.execute_batch("BEGIN IMMEDIATE")?;
        let done = work(self).and_then(|done| Ok(self.index.execute_batch("COMMIT").map(|()| done)?));
        if done.is_err() {
            self.vocabulary.forget();
            if !self.index.is_autocommit() {
                self.index.execute_batch("ROLLBACK")?;
            }
        }
        done
    }

    fn head(&self, conversation: ConversationId) -> Result<Option<Head>> {
        let question = "SELECT number, summary, last_seq, seen.seq, heard
            FROM conversation LEFT JOIN seen ON seen.conversation = number WHERE id = ?1 AND summary IS NOT NULL";
        let head = |row: &rusqlite::Row<'_>| {
            let marked = row.get::<_, Option<i64>>(3)?.is_some();
            let mark = marked.then(|| seen::mark(row, 3)).transpose()?;
            Ok((row.get(0)?, lists::summary(row, 1), mark))
        };
        let found = self.log.prepare_cached(question)?.query_row([conversation.0.as_bytes()], head).optional()?;
        let Some((number, summary, mark)) = found else { return Ok(None) };
        let summary = summary?;
        Ok(Some(Head { number, last_seq: summary.seq, summary, mark }))
    }

    fn before(&self, number: i64) -> Result<Before> {
        let question = "SELECT seq, places, attributes, who FROM listed WHERE number = ?1";
        let found = self.index.prepare_cached(question)?.query_row([number], |row| {
            let attributes: String = row.get(2)?;
            Ok(Before {
                seq: uint(row, 0)?,
                places: places::read(row.get_ref(1)?.as_blob()?),
                attributes: serde_json::from_str(&attributes).unwrap_or_default(),
                who: row.get(3)?,
            })
        });
        Ok(found.optional()?.unwrap_or_default())
    }

    fn fill_heads(&mut self, heads: Vec<Head>, mut room: usize) -> Result<Vec<ConversationId>> {
        let (mut left, mut said) = (Vec::new(), Vec::new());
        for head in heads {
            if room == 0 {
                left.push(head.summary.conversation);
                continue;
            }
            let before = self.before(head.number)?;
            if before.seq > head.last_seq {
                return Err(Trouble::Astray);
            }
            let (events, up_to) = self.events(head.number, before.seq, head.last_seq, room)?;
            room = room.saturating_sub(usize::try_from(up_to - before.seq).unwrap_or(usize::MAX));
            if up_to < head.last_seq {
                left.push(head.summary.conversation);
            }
            let taken = take(before.attributes.clone(), &events, &head.summary, head.mark);
            self.note(&head, up_to, &before, &taken)?;
            said.extend(taken.said.into_iter().map(|words| (head.number, words)));
        }
        self.say(said)?;
        Ok(left)
    }

    /// What follows the given seq, at most `limit`, and up to where. An event that cannot be read is passed over: nobody
    /// can be shown it either.
    fn events(&self, number: i64, after: Seq, last: Seq, limit: usize) -> Result<(Vec<LoggedEvent>, Seq)> {
        let raw = events::after(&self.log, number, after, last, limit)?;
        let up_to = raw.last().map_or(last, |event| event.seq);
        Ok((raw.iter().filter_map(|raw| log::decode(raw).ok()).collect(), up_to))
    }

    /// Where the conversation stands from now on, and who its contact is.
    fn note(&mut self, head: &Head, up_to: Seq, before: &Before, taken: &Taken) -> Result<()> {
        let who = taken.who.join(" ");
        let now = places::of(&taken.standings);
        places::change(&self.index, head.number, &before.places, &now)?;
        if who != before.who {
            self.vocabulary.take_in(&self.index, &taken.who)?;
            let sql = "INSERT OR REPLACE INTO who_words (rowid, words) VALUES (?1, ?2)";
            self.index.prepare_cached(sql)?.execute((head.number, &who))?;
        }
        let attributes = serde_json::to_string(&taken.attributes).unwrap_or_default();
        let sql = "INSERT OR REPLACE INTO listed (number, seq, places, attributes, who) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = (head.number, int(up_to), places::write(&now), attributes, who);
        self.index.prepare_cached(sql)?.execute(row)?;
        head.summary.labels.iter().try_for_each(|label| self.offer(0, label.as_str()))?;
        taken.attributes.keys().take(ATTRIBUTES_MAX).try_for_each(|name| self.offer(1, name))
    }

    /// Something that can be chosen from, if there is room.
    fn offer(&mut self, kind: i64, value: &str) -> Result<()> {
        let choice = (kind, value.to_owned());
        if self.choices.len() >= 2 * CHOICES_MAX || self.choices.contains(&choice) {
            return Ok(());
        }
        self.index
            .prepare_cached("INSERT OR IGNORE INTO choice (kind, value) VALUES (?1, ?2)")?
            .execute((kind, value))?;
        self.choices.insert(choice);
        Ok(())
    }

    /// The words of what was said, in the order of time, which is the one in which an index takes them fastest.
    fn say(&mut self, mut said: Vec<(i64, TakenWords)>) -> Result<()> {
        said.sort_by_key(|(number, words)| (words.at, *number, words.seq));
        let mut ids = Vec::with_capacity(said.len());
        for (number, words) in said {
            let id = self.id(int(words.at), address(number, words.seq))?;
            ids.push((id, words.words));
        }
        ids.sort_unstable_by_key(|(id, _)| *id);
        let mut statement = self.index.prepare_cached("INSERT INTO said_words (rowid, words) VALUES (?1, ?2)")?;
        for (id, words) in ids {
            self.vocabulary.take_in(&self.index, &words)?;
            statement.execute((id, words.join(" ")))?;
        }
        Ok(())
    }

    /// A free id, soon after `at`.
    fn id(&mut self, at: i64, address: i64) -> Result<i64> {
        let mut id = if at + RECENT_MS > self.last_id { at.max(self.last_id + 1) } else { at.max(1) };
        let mut statement = self.index.prepare_cached("INSERT OR IGNORE INTO said (id, address) VALUES (?1, ?2)")?;
        let mut step = 1;
        while statement.execute([id, address])? == 0 {
            id += step;
            step *= 2;
        }
        self.last_id = self.last_id.max(id);
        Ok(id)
    }
}
