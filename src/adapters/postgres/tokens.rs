//! Programs' tokens.

use tokio_postgres::Row;

use super::PostgresStore;
use super::columns::{int, uint};
use super::connect;
use crate::domain::time::Timestamp;
use crate::ports::people::{Role, TokenHash};
use crate::ports::store::{Answer, StoreError};
use crate::ports::tokens::{ApiToken, Tokens};

const ADD: &str = "INSERT INTO api_token (hash, name, role, author, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO NOTHING";
const ONE: &str = "SELECT name, role, author, at, used_at FROM api_token WHERE hash = $1";
const ALL: &str = "SELECT name, role, author, at, used_at FROM api_token ORDER BY name";

impl Tokens for PostgresStore {
    fn add_token(&self, hash: TokenHash, token: ApiToken) -> Answer<bool> {
        self.ask(move |sql| {
            Box::pin(async move {
                let (role, at) = (token.role.as_str(), int(token.made_at.0));
                let made = sql.execute(ADD, &[&&hash[..], &token.name, &role, &token.made_by, &at]).await?;
                Ok(made == 1)
            })
        })
    }

    fn token(&self, hash: TokenHash) -> Answer<Option<ApiToken>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [one] = connect::prepared(sql, [ONE]).await?;
                sql.query_opt(&one, &[&&hash[..]]).await?.map(|row| token(&row)).transpose()
            })
        })
    }

    fn tokens(&self) -> Answer<Vec<ApiToken>> {
        self.ask(|sql| Box::pin(async move { sql.query(ALL, &[]).await?.iter().map(token).collect() }))
    }

    fn revoke_token(&self, name: String) -> Answer<bool> {
        self.ask(move |sql| {
            Box::pin(async move { Ok(sql.execute("DELETE FROM api_token WHERE name = $1", &[&name]).await? == 1) })
        })
    }

    fn token_used(&self, hash: TokenHash, at: Timestamp) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute("UPDATE api_token SET used_at = $2 WHERE hash = $1", &[&&hash[..], &int(at.0)]).await?;
                Ok(())
            })
        })
    }
}

fn token(row: &Row) -> Result<ApiToken, StoreError> {
    let role: &str = row.try_get(1)?;
    let unknown = || StoreError::Unreadable(format!("a token has the unknown role “{role}”"));
    let used: Option<i64> = row.try_get(4)?;
    Ok(ApiToken {
        name: row.try_get(0)?,
        role: Role::parse(role).ok_or_else(unknown)?,
        made_by: row.try_get(2)?,
        made_at: Timestamp(uint(row, 3)?),
        used_at: used.and_then(|at| u64::try_from(at).ok()).map(Timestamp),
    })
}
