//! The agents, their sessions and their invitations.

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::PostgresStore;
use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::people::{People, Person, Role, Saved, TokenHash};
use crate::ports::sessions::{Ending, SESSIONS_SHOWN_MAX, Session};
use crate::ports::store::{Answer, StoreError};

const SAVE: &str = "INSERT INTO person (id, name, email, role, password_hash) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, role = excluded.role,
        password_hash = excluded.password_hash";
const WITH_ROLE: &str =
    "SELECT id, name, email, role, password_hash FROM person WHERE role = $1 ORDER BY name, id LIMIT $2";
const BY_EMAIL: &str = "SELECT id, name, email, role, password_hash FROM person WHERE lower(email) = lower($1)";
const OPEN_SESSION: &str = "INSERT INTO session (token, agent, until, device, opened_at, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SEEN: &str = "UPDATE session SET seen_at = $2 WHERE token = $1 AND seen_at < $2";
const SESSIONS: &str = "SELECT token, device, opened_at, seen_at FROM session WHERE agent = $1 AND until > $2
    ORDER BY seen_at DESC, opened_at DESC, token LIMIT $3";
const END_SESSIONS: &str = "DELETE FROM session WHERE agent = $1 AND ($2::bytea IS NULL OR token <> $2)
    AND ($3::bytea IS NULL OR token = $3)";
const ADD_INVITATION: &str = "INSERT INTO invitation (token, agent, until) VALUES ($1, $2, $3)
    ON CONFLICT (token) DO UPDATE SET agent = excluded.agent, until = excluded.until";
const BY_SESSION: &str = "SELECT id, name, email, role, password_hash FROM session JOIN person ON id = agent
    WHERE token = $1 AND until > $2";
const BY_INVITATION: &str = "SELECT id, name, email, role, password_hash FROM invitation JOIN person ON id = agent
    WHERE token = $1 AND until > $2";
/// Gone with this statement's commit, so that of two who use it at once only one gets in.
const USE_UP: &str = "DELETE FROM invitation WHERE token = $1 AND agent = $2 AND until > $3";

impl People for PostgresStore {
    fn count_people(&self) -> Answer<u64> {
        self.ask(move |sql| {
            Box::pin(async move { Ok(uint(&sql.query_one("SELECT count(*) FROM person", &[]).await?, 0)?) })
        })
    }

    fn save_person(&self, person: Person) -> Answer<Saved> {
        self.ask(move |sql| Box::pin(async move { save(sql, &person).await }))
    }

    fn people(&self) -> Answer<Vec<Person>> {
        self.ask(|sql| {
            Box::pin(async move {
                let question = "SELECT id, name, email, role, password_hash FROM person ORDER BY name, id";
                sql.query(question, &[]).await?.iter().map(person).collect()
            })
        })
    }

    fn person_by_email(&self, email: String) -> Answer<Option<Person>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [by_email] = connect::prepared(sql, [BY_EMAIL]).await?;
                sql.query_opt(&by_email, &[&email]).await?.map(|row| person(&row)).transpose()
            })
        })
    }

    fn with_role(&self, role: Role, limit: usize) -> Answer<Vec<Person>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [with_role] = connect::prepared(sql, [WITH_ROLE]).await?;
                sql.query(&with_role, &[&role.as_str(), &count(limit)]).await?.iter().map(person).collect()
            })
        })
    }

    fn open_session(&self, session: Session, agent: AgentId, until: Timestamp) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                let Session { token, device, opened_at, seen_at } = &session;
                let (until, opened_at, seen_at) = (int(until.0), int(opened_at.0), int(seen_at.0));
                sql.execute(OPEN_SESSION, &[&&token[..], &agent.0, &until, device, &opened_at, &seen_at]).await?;
                Ok(())
            })
        })
    }

    fn session(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        self.ask(move |sql| Box::pin(async move { holder(sql, BY_SESSION, token, now).await }))
    }

    fn close_session(&self, token: TokenHash) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute("DELETE FROM session WHERE token = $1", &[&&token[..]]).await?;
                Ok(())
            })
        })
    }

    fn session_seen(&self, token: TokenHash, at: Timestamp) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [seen] = connect::prepared(sql, [SEEN]).await?;
                sql.execute(&seen, &[&&token[..], &int(at.0)]).await?;
                Ok(())
            })
        })
    }

    fn sessions(&self, agent: AgentId, now: Timestamp) -> Answer<Vec<Session>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let found = sql.query(SESSIONS, &[&agent.0, &int(now.0), &count(SESSIONS_SHOWN_MAX)]).await?;
                found.iter().map(session).collect()
            })
        })
    }

    fn end_sessions(&self, agent: AgentId, which: Ending) -> Answer<u64> {
        self.ask(move |sql| {
            Box::pin(async move {
                let (but, one) = match &which {
                    Ending::All => (None, None),
                    Ending::Others(token) => (Some(&token[..]), None),
                    Ending::One(token) => (None, Some(&token[..])),
                };
                Ok(sql.execute(END_SESSIONS, &[&agent.0, &but, &one]).await?)
            })
        })
    }

    fn add_invitation(&self, token: TokenHash, agent: AgentId, until: Timestamp) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(ADD_INVITATION, &[&&token[..], &agent.0, &int(until.0)]).await?;
                Ok(())
            })
        })
    }

    fn invitation(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        self.ask(move |sql| Box::pin(async move { holder(sql, BY_INVITATION, token, now).await }))
    }

    fn accept_invitation(&self, token: TokenHash, person: Person, now: Timestamp) -> Answer<bool> {
        self.ask(move |sql| Box::pin(async move { accept(sql, token, &person, now).await }))
    }

    fn revoke_invitations(&self, agent: AgentId) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute("DELETE FROM invitation WHERE agent = $1", &[&agent.0]).await?;
                Ok(())
            })
        })
    }
}

async fn save(sql: &Sql, person: &Person) -> Result<Saved, StoreError> {
    let [save] = connect::prepared(sql, [SAVE]).await?;
    let saved = sql
        .execute(&save, &[&person.id.0, &person.name, &person.email, &person.role.as_str(), &person.password_hash])
        .await;
    match saved {
        Ok(_) => Ok(Saved::Done),
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(Saved::EmailTaken),
        Err(error) => Err(error.into()),
    }
}

/// In four columns: token, device, opened_at, seen_at.
fn session(row: &Row) -> Result<Session, StoreError> {
    let token = TokenHash::try_from(row.try_get::<_, &[u8]>(0)?);
    let token = token.map_err(|_| StoreError::Unreadable("a session's token has another length".to_owned()))?;
    let (opened_at, seen_at) = (Timestamp(uint(row, 2)?), Timestamp(uint(row, 3)?));
    Ok(Session { token, device: row.try_get(1)?, opened_at, seen_at })
}

/// Whose session or invitation it is, if it has not ended.
async fn holder(sql: &Sql, text: &str, token: TokenHash, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let [holder] = connect::prepared(sql, [text]).await?;
    sql.query_opt(&holder, &[&&token[..], &int(now.0)]).await?.map(|row| person(&row)).transpose()
}

async fn accept(sql: &Sql, token: TokenHash, person: &Person, now: Timestamp) -> Result<bool, StoreError> {
    sql.batch_execute("BEGIN").await?;
    let used = sql.execute(USE_UP, &[&&token[..], &person.id.0, &int(now.0)]).await?;
    let good = used == 1 && save(sql, person).await? == Saved::Done;
    if good {
        sql.execute("DELETE FROM session WHERE agent = $1", &[&person.id.0]).await?;
    }
    sql.batch_execute(if good { "COMMIT" } else { "ROLLBACK" }).await?;
    Ok(good)
}

fn person(row: &Row) -> Result<Person, StoreError> {
    let role: &str = row.try_get(3)?;
    let unknown = || StoreError::Unreadable(format!("a person has the unknown role “{role}”"));
    Ok(Person {
        id: AgentId(row.try_get(0)?),
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        role: Role::parse(role).ok_or_else(unknown)?,
        password_hash: row.try_get(4)?,
    })
}
