//! Taking in what the log has and the index lacks.

use std::collections::HashMap;

use tokio_postgres::Row;
use uuid::Uuid;

use super::super::columns::{Text, count, int, uint};
use super::super::connect::{self, Sql};
use super::super::seen;
use super::spans;
use crate::adapters::taking_in::{Attributes, Taken, moves, take};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::domain::unread::Mark;
use crate::ports::store::{LoggedEvent, StoreError};
use crate::wire::stored;

/// Events taken in at a time; a longer conversation is gone on with later.
const EVENTS_MAX: u64 = 2_000;
/// Conversations looked at at a time.
const SWEEP: usize = 500;

const SEATS: &str = "INSERT INTO listed (conversation) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING";
/// Whoever takes something in of a conversation holds its row; several are taken in the order of their ids.
pub const LOCK: &str = "SELECT conversation, seq, facets, times, attributes, who FROM listed
    WHERE conversation = ANY($1) ORDER BY conversation FOR NO KEY UPDATE";
pub const HEADS: &str = "SELECT id, last_seq, summary, seen.seq, heard
    FROM conversation LEFT JOIN seen ON seen.conversation = id WHERE id = ANY($1) AND summary IS NOT NULL";
pub const EVENTS: &str = "SELECT conversation, seq, at, body
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS w (c, after, last)
    JOIN event ON conversation = c AND seq > after AND seq <= last ORDER BY conversation, seq";
const SAY: &str = "INSERT INTO said (conversation, seq, at, words)
    SELECT c, s, a, array_to_tsvector(string_to_array(w, ' '))
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) AS t (c, s, a, w) ON CONFLICT DO NOTHING";
pub const LEAVE: &str = "DELETE FROM facet USING unnest($1::bigint[], $2::bigint[], $3::uuid[]) AS w (f, a, c)
    WHERE facet = f AND at = a AND conversation = c";
const STAND: &str = "INSERT INTO facet (facet, at, conversation)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[]) ON CONFLICT DO NOTHING";
const LISTED: &str = "UPDATE listed SET seq = $2, facets = $3, times = $4, attributes = $5, who = $6
    WHERE conversation = $1";
const WHO: &str = "INSERT INTO who (conversation, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))
    ON CONFLICT (conversation) DO UPDATE SET words = excluded.words";
const OFFER: &str =
    "INSERT INTO choice (kind, value) SELECT * FROM unnest($1::smallint[], $2::text[]) ON CONFLICT DO NOTHING";
const NEWEST: &str = "UPDATE newest_said SET at = $1 WHERE at < $1";
const BEGIN_SWEEP: &str = "SELECT swept FROM indexing FOR UPDATE SKIP LOCKED";
pub const LOOK: &str = "SELECT id, last_seq, seq FROM conversation LEFT JOIN listed ON conversation = id
    WHERE id > $1 AND summary IS NOT NULL ORDER BY id LIMIT $2";
const SWEPT: &str = "UPDATE indexing SET swept = $1, complete = complete OR $2";

/// How far a portion of the round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    ToTheEnd,
    Further,
}

/// A conversation as the index knew it.
struct Before {
    seq: Seq,
    places: Vec<(i64, i64)>,
    attributes: Attributes,
    who: String,
}

/// What is to be taken in of it.
struct Lacking {
    before: Before,
    summary: Summary,
    /// How far what the contact wrote was seen.
    mark: Option<Mark>,
    up_to: Seq,
}

/// Takes these in; returns those that have more than can be taken in at once.
pub async fn fill(sql: &Sql, conversations: &[ConversationId]) -> Result<Vec<ConversationId>, StoreError> {
    sql.batch_execute("BEGIN").await?;
    let left = fill_here(sql, conversations).await?;
    sql.batch_execute("COMMIT").await?;
    Ok(left)
}

/// Goes on with the round by one portion, unless another node is at it.
pub async fn sweep(sql: &Sql) -> Result<Swept, StoreError> {
    sql.batch_execute("BEGIN").await?;
    let swept = sweep_here(sql).await?;
    sql.batch_execute("COMMIT").await?;
    Ok(swept)
}

async fn sweep_here(sql: &Sql) -> Result<Swept, StoreError> {
    let [begin, look, swept] = connect::prepared(sql, [BEGIN_SWEEP, LOOK, SWEPT]).await?;
    let Some(row) = sql.query_opt(&begin, &[]).await? else { return Ok(Swept::Further) };
    let after: Uuid = row.try_get(0)?;
    let looked_at = sql.query(&look, &[&after, &count(SWEEP)]).await?;
    let mut lacking = Vec::new();
    for row in &looked_at {
        if row.try_get::<_, i64>(1)? != row.try_get::<_, Option<i64>>(2)?.unwrap_or(0) {
            lacking.push(ConversationId(row.try_get(0)?));
        }
    }
    if !fill_here(sql, &lacking).await?.is_empty() {
        return Ok(Swept::Further);
    }
    let last: Uuid = looked_at.last().map_or(Ok(Uuid::nil()), |row| row.try_get(0))?;
    let at_the_end = looked_at.is_empty();
    sql.execute(&swept, &[&last, &at_the_end]).await?;
    Ok(if at_the_end { Swept::ToTheEnd } else { Swept::Further })
}

async fn fill_here(sql: &Sql, conversations: &[ConversationId]) -> Result<Vec<ConversationId>, StoreError> {
    let mut ids: Vec<Uuid> = conversations.iter().map(|conversation| conversation.0).collect();
    ids.sort_unstable();
    let (lacking, left) = lacking(sql, &ids).await?;
    let mut events = events(sql, &lacking).await?;
    let mut news = News::default();
    for (id, Lacking { before, summary, mark, up_to }) in &lacking {
        let taken = take(before.attributes.clone(), &events.remove(id).unwrap_or_default(), summary, *mark);
        news.add(*id, before, summary, *up_to, taken);
    }
    news.write(sql).await?;
    Ok(left)
}

/// What these lack, under their locks; and those for which there is no room this time.
async fn lacking(sql: &Sql, ids: &[Uuid]) -> Result<(Vec<(Uuid, Lacking)>, Vec<ConversationId>), StoreError> {
    let [seats, lock, heads] = connect::prepared(sql, [SEATS, LOCK, HEADS]).await?;
    sql.execute(&seats, &[&ids]).await?;
    let mut known = HashMap::new();
    for row in sql.query(&lock, &[&ids]).await? {
        known.insert(row.try_get::<_, Uuid>(0)?, before(&row)?);
    }
    let (mut room, mut lacking, mut left) = (EVENTS_MAX, Vec::new(), Vec::new());
    for row in sql.query(&heads, &[&ids]).await? {
        let id: Uuid = row.try_get(0)?;
        let (last, Some(before)) = (uint(&row, 1)?, known.remove(&id)) else { continue };
        let summary = stored::read_summary(row.try_get::<_, Text>(2)?.0)?;
        let marked = row.try_get::<_, Option<i64>>(3)?.is_some();
        let mark = marked.then(|| seen::mark(&row, 3)).transpose()?;
        let up_to = last.min(before.seq + room);
        if up_to < last {
            left.push(ConversationId(id));
        }
        room -= up_to.saturating_sub(before.seq).min(room);
        lacking.push((id, Lacking { before, summary, mark, up_to }));
    }
    Ok((lacking, left))
}

fn before(row: &Row) -> Result<Before, StoreError> {
    let (facets, times): (Vec<i64>, Vec<i64>) = (row.try_get(2)?, row.try_get(3)?);
    let attributes: &str = row.try_get(4)?;
    Ok(Before {
        seq: uint(row, 1)?,
        places: facets.into_iter().zip(times).collect(),
        attributes: serde_json::from_str(attributes).unwrap_or_default(),
        who: row.try_get(5)?,
    })
}

/// An event that cannot be read is passed over: nobody can be shown it either.
async fn events(sql: &Sql, lacking: &[(Uuid, Lacking)]) -> Result<HashMap<Uuid, Vec<LoggedEvent>>, StoreError> {
    let [events] = connect::prepared(sql, [EVENTS]).await?;
    let (mut of, mut after, mut last) = (vec![], vec![], vec![]);
    for (id, one) in lacking {
        of.push(*id);
        after.push(int(one.before.seq));
        last.push(int(one.up_to));
    }
    let mut found: HashMap<Uuid, Vec<LoggedEvent>> = HashMap::new();
    for row in sql.query(&events, &[&of, &after, &last]).await? {
        let (seq, at) = (uint(&row, 1)?, Timestamp(uint(&row, 2)?));
        if let Ok(event) = stored::read_event(row.try_get::<_, Text>(3)?.0) {
            found.entry(row.try_get(0)?).or_default().push(LoggedEvent { seq, at, event });
        }
    }
    Ok(found)
}

/// A row of `listed`: what was taken in of a conversation.
struct Listed {
    id: Uuid,
    up_to: i64,
    facets: Vec<i64>,
    times: Vec<i64>,
    attributes: String,
    who: String,
}

/// What is to be written, most of it as one array per column.
#[derive(Default)]
struct News {
    said: (Vec<Uuid>, Vec<i64>, Vec<i64>, Vec<String>),
    gone: (Vec<i64>, Vec<i64>, Vec<Uuid>),
    come: (Vec<i64>, Vec<i64>, Vec<Uuid>),
    listed: Vec<Listed>,
    who: Vec<(Uuid, String)>,
    offered: std::collections::BTreeSet<(i16, String)>,
    newest: i64,
}

impl News {
    fn add(&mut self, id: Uuid, before: &Before, summary: &Summary, up_to: Seq, taken: Taken) {
        for words in taken.said {
            let at = int(words.at);
            self.newest = self.newest.max(at);
            self.said.0.push(id);
            self.said.1.push(int(words.seq));
            self.said.2.push(at);
            self.said.3.push(words.words.into_iter().chain(spans::of(at)).collect::<Vec<_>>().join(" "));
        }
        let now: Vec<(i64, i64)> = taken.standings.iter().map(|place| (place.facet.0, int(place.at))).collect();
        let (gone, come) = moves(&before.places, &now);
        for (columns, places) in [(&mut self.gone, gone), (&mut self.come, come)] {
            for (facet, at) in places {
                columns.0.push(facet);
                columns.1.push(at);
                columns.2.push(id);
            }
        }
        let who = taken.who.join(" ");
        if who != before.who {
            self.who.push((id, who.clone()));
        }
        self.offered.extend(summary.labels.iter().map(|label| (0, label.to_string())));
        // Not every text can be kept: no NUL can.
        let names = taken.attributes.keys().filter(|name| !name.contains('\0'));
        self.offered.extend(names.map(|name| (1, name.clone())));
        let attributes = serde_json::to_string(&taken.attributes).unwrap_or_default();
        let (facets, times) = now.into_iter().unzip();
        self.listed.push(Listed { id, up_to: int(up_to), facets, times, attributes, who });
    }

    async fn write(self, sql: &Sql) -> Result<(), StoreError> {
        let [say, leave, stand, listed] = connect::prepared(sql, [SAY, LEAVE, STAND, LISTED]).await?;
        let [who, offer, newest] = connect::prepared(sql, [WHO, OFFER, NEWEST]).await?;
        let Self { said, gone, come, .. } = &self;
        sql.execute(&say, &[&said.0, &said.1, &said.2, &said.3]).await?;
        sql.execute(&leave, &[&gone.0, &gone.1, &gone.2]).await?;
        sql.execute(&stand, &[&come.0, &come.1, &come.2]).await?;
        for Listed { id, up_to, facets, times, attributes, who } in &self.listed {
            sql.execute(&listed, &[id, up_to, facets, times, attributes, who]).await?;
        }
        for (id, words) in &self.who {
            sql.execute(&who, &[id, words]).await?;
        }
        let (kinds, values): (Vec<i16>, Vec<String>) = self.offered.into_iter().unzip();
        sql.execute(&offer, &[&kinds, &values]).await?;
        sql.execute(&newest, &[&self.newest]).await?;
        Ok(())
    }
}
