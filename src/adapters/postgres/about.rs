//! What is known of a contact, whatever part of the log is read.

use super::columns::{Text, count, int, uint};
use super::connect::{self, Sql};
use super::log;
use crate::domain::ids::ConversationId;
use crate::ports::about::{About, LOOKED_AT_MAX, NOTES_MAX, PAGES_MAX};
use crate::ports::store::{LoggedEvent, StoreError};
use crate::wire::stored;

const HEAD: &str = "SELECT last_seq, snapshot.seq, body FROM conversation
    LEFT JOIN snapshot ON snapshot.conversation = id WHERE id = $1";
/// The newest events whose stored text begins so.
const NEWEST: &str = "SELECT seq, at, body FROM event WHERE conversation = $1 AND seq > $2 AND starts_with(body, $3)
    ORDER BY seq DESC LIMIT $4";

pub async fn read(sql: &Sql, conversation: ConversationId) -> Result<About, StoreError> {
    let [head, newest] = connect::prepared(sql, [HEAD, NEWEST]).await?;
    let Some(head) = sql.query_opt(&head, &[&conversation.0]).await? else { return Ok(About::default()) };
    let from = int(uint(&head, 0)?.saturating_sub(LOOKED_AT_MAX));
    // One that cannot be read is as good as none.
    let kept = match head.try_get::<_, Option<Text>>(2)? {
        Some(Text(body)) => stored::read_state(body).ok().map(|state| Ok::<_, StoreError>((uint(&head, 1)?, state))),
        None => None,
    };
    let (after, snapshot) = kept.transpose()?.map_or((0, None), |(seq, state)| (seq, Some(state)));
    let events = log::read_after(sql, conversation, after, usize::MAX).await?.map(|reading| reading.events);
    let mut aside: [Vec<LoggedEvent>; 2] = Default::default();
    let kinds = [(stored::NOTE_BEGINS, NOTES_MAX), (stored::PAGE_BEGINS, PAGES_MAX)];
    for (found, (begins, limit)) in aside.iter_mut().zip(kinds) {
        let rows = sql.query(&newest, &[&conversation.0, &from, &begins, &count(limit)]).await?;
        *found = rows.iter().map(|row| log::event(row, 0)).collect::<Result<_, _>>()?;
    }
    Ok(About::of(snapshot, &events.unwrap_or_default(), aside))
}
