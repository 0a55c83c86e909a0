//! How far what contacts wrote was seen.

use std::collections::HashMap;

use tokio_postgres::Row;
use uuid::Uuid;

use super::columns::{int, uint};
use super::connect::Sql;
use crate::domain::ids::ConversationId;
use crate::domain::unread::Mark;
use crate::ports::store::StoreError;

const SEE: &str = "INSERT INTO seen (conversation, seq, heard) SELECT id, $2, $3 FROM conversation WHERE id = $1
    ON CONFLICT (conversation) DO UPDATE SET seq = excluded.seq, heard = excluded.heard
    WHERE excluded.seq > seen.seq OR ($4 AND (excluded.seq, excluded.heard) <> (seen.seq, seen.heard))";
const MARKS: &str = "SELECT conversation, seq, heard FROM seen WHERE conversation = ANY($1)";

pub async fn see(sql: &Sql, conversation: ConversationId, mark: Mark, exactly: bool) -> Result<bool, StoreError> {
    let (seq, heard) = (int(mark.seq), i64::from(mark.count));
    Ok(sql.execute(SEE, &[&conversation.0, &seq, &heard, &exactly]).await? == 1)
}

pub async fn marks(sql: &Sql, conversations: &[ConversationId]) -> Result<HashMap<ConversationId, Mark>, StoreError> {
    let ids: Vec<Uuid> = conversations.iter().map(|conversation| conversation.0).collect();
    let rows = sql.query(MARKS, &[&ids]).await?;
    rows.iter().map(|row| Ok((ConversationId(row.try_get(0)?), mark(row, 1)?))).collect()
}

/// In two columns: up to which seq, and how many.
pub fn mark(row: &Row, first: usize) -> Result<Mark, StoreError> {
    Ok(Mark { seq: uint(row, first)?, count: u32::try_from(uint(row, first + 1)?).unwrap_or(u32::MAX) })
}
