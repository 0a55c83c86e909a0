//! Programs' tokens.

use rusqlite::{OptionalExtension, Result, Row};

use super::SqliteStore;
use super::columns::{int, uint};
use super::writer::By;
use crate::domain::time::Timestamp;
use crate::ports::people::{Role, TokenHash};
use crate::ports::store::{Answer, StoreError};
use crate::ports::tokens::{ApiToken, Tokens};

const COLUMNS: &str = "SELECT name, role, author, at, used_at FROM api_token";

impl Tokens for SqliteStore {
    fn add_token(&self, hash: TokenHash, token: ApiToken) -> Answer<bool> {
        Box::pin(self.commit(move |desk| {
            let sql = "INSERT INTO api_token (hash, name, role, author, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (name) DO NOTHING";
            let row = (hash, &token.name, token.role.as_str(), &token.made_by, int(token.made_at.0));
            Ok(desk.sql.execute(sql, row)? == 1)
        }))
    }

    fn token(&self, hash: TokenHash) -> Answer<Option<ApiToken>> {
        Box::pin(self.readers().run(move |sql| {
            let found = sql.prepare_cached(&format!("{COLUMNS} WHERE hash = ?1"))?.query_row([hash], token_in);
            found.optional()?.map(readable).transpose()
        }))
    }

    fn tokens(&self) -> Answer<Vec<ApiToken>> {
        Box::pin(self.readers().run(|sql| {
            let mut question = sql.prepare_cached(&format!("{COLUMNS} ORDER BY name"))?;
            let found = question.query_map((), token_in)?.collect::<Result<Vec<_>>>()?;
            found.into_iter().map(readable).collect()
        }))
    }

    fn revoke_token(&self, name: String) -> Answer<bool> {
        Box::pin(self.commit(move |desk| Ok(desk.sql.execute("DELETE FROM api_token WHERE name = ?1", [&name])? == 1)))
    }

    fn token_used(&self, hash: TokenHash, at: Timestamp) -> Answer<()> {
        Box::pin(self.write(By::Nothing, move |desk| {
            let sql = "UPDATE api_token SET used_at = ?2 WHERE hash = ?1";
            desk.sql.execute(sql, (hash, int(at.0))).map(|_| ())
        }))
    }
}

/// A token's columns, the role as text.
fn token_in(row: &Row<'_>) -> Result<(ApiToken, String)> {
    let used: Option<i64> = row.get(4)?;
    let token = ApiToken {
        name: row.get(0)?,
        role: Role::Agent,
        made_by: row.get(2)?,
        made_at: Timestamp(uint(row, 3)?),
        used_at: used.and_then(|at| u64::try_from(at).ok()).map(Timestamp),
    };
    Ok((token, row.get(1)?))
}

fn readable((token, role): (ApiToken, String)) -> std::result::Result<ApiToken, StoreError> {
    let known = Role::parse(&role);
    let role = known.ok_or_else(|| StoreError::Unreadable(format!("a token has the unknown role “{role}”")))?;
    Ok(ApiToken { role, ..token })
}
