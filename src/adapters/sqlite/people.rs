//! The agents, their sessions and their invitations.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::SqliteStore;
use super::columns::{count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::people::{People, Person, Role, Saved, TokenHash};
use crate::ports::sessions::{Ending, SESSIONS_SHOWN_MAX, Session};
use crate::ports::store::{Answer, StoreError};

impl People for SqliteStore {
    fn count_people(&self) -> Answer<u64> {
        Box::pin(self.readers().run(|sql| Ok(sql.query_row("SELECT count(*) FROM person", (), |row| uint(row, 0))?)))
    }

    fn save_person(&self, person: Person) -> Answer<Saved> {
        Box::pin(self.commit(move |desk| save(desk, &person)))
    }

    fn people(&self) -> Answer<Vec<Person>> {
        Box::pin(self.readers().run(|sql| {
            let question = "SELECT id, name, email, role, password_hash FROM person ORDER BY name, id";
            let found = sql.prepare_cached(question)?.query_map((), person_in)?.collect::<Result<Vec<_>>>()?;
            found.into_iter().filter_map(|found| one_person(Ok(found)).transpose()).collect()
        }))
    }

    fn person_by_email(&self, email: String) -> Answer<Option<Person>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT id, name, email, role, password_hash FROM person WHERE email = ?1";
            one_person(sql.prepare_cached(question)?.query_row([email], person_in))
        }))
    }

    fn with_role(&self, role: Role, limit: usize) -> Answer<Vec<Person>> {
        Box::pin(self.readers().run(move |sql| {
            let question =
                "SELECT id, name, email, role, password_hash FROM person WHERE role = ?1 ORDER BY name, id LIMIT ?2";
            let mut statement = sql.prepare_cached(question)?;
            let found = statement.query_map((role.as_str(), count(limit)), person_in)?;
            Ok(found.map(|found| found.map(|(person, _)| Person { role, ..person })).collect::<Result<_>>()?)
        }))
    }

    fn open_session(&self, session: Session, agent: AgentId, until: Timestamp) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            let sql = "INSERT INTO session (token, agent, until, device, opened_at, seen_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let Session { token, device, opened_at, seen_at } = &session;
            let row = (token, agent.0.as_bytes(), int(until.0), device, int(opened_at.0), int(seen_at.0));
            desk.sql.prepare_cached(sql)?.execute(row).map(|_| ())
        }))
    }

    fn session(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        Box::pin(self.readers().run(move |sql| holder(sql, "session", token, now)))
    }

    fn close_session(&self, token: TokenHash) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            desk.sql.prepare_cached("DELETE FROM session WHERE token = ?1")?.execute([token]).map(|_| ())
        }))
    }

    fn session_seen(&self, token: TokenHash, at: Timestamp) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            let sql = "UPDATE session SET seen_at = ?2 WHERE token = ?1 AND seen_at < ?2";
            desk.sql.prepare_cached(sql)?.execute((token, int(at.0))).map(|_| ())
        }))
    }

    fn sessions(&self, agent: AgentId, now: Timestamp) -> Answer<Vec<Session>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT token, device, opened_at, seen_at FROM session WHERE agent = ?1 AND until > ?2
                ORDER BY seen_at DESC, opened_at DESC, token LIMIT ?3";
            let mut statement = sql.prepare_cached(question)?;
            let found = statement.query_map((agent.0.as_bytes(), int(now.0), count(SESSIONS_SHOWN_MAX)), session_in)?;
            Ok(found.collect::<Result<_>>()?)
        }))
    }

    fn end_sessions(&self, agent: AgentId, which: Ending) -> Answer<u64> {
        Box::pin(self.commit(move |desk| {
            let (but, one) = match which {
                Ending::All => (None, None),
                Ending::Others(token) => (Some(token), None),
                Ending::One(token) => (None, Some(token)),
            };
            let sql =
                "DELETE FROM session WHERE agent = ?1 AND (?2 IS NULL OR token <> ?2) AND (?3 IS NULL OR token = ?3)";
            desk.sql.prepare_cached(sql)?.execute((agent.0.as_bytes(), but, one)).map(|ended| ended as u64)
        }))
    }

    fn add_invitation(&self, token: TokenHash, agent: AgentId, until: Timestamp) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            let sql = "INSERT OR REPLACE INTO invitation VALUES (?1, ?2, ?3)";
            desk.sql.prepare_cached(sql)?.execute((token, agent.0.as_bytes(), int(until.0))).map(|_| ())
        }))
    }

    fn invitation(&self, token: TokenHash, now: Timestamp) -> Answer<Option<Person>> {
        Box::pin(self.readers().run(move |sql| holder(sql, "invitation", token, now)))
    }

    fn accept_invitation(&self, token: TokenHash, person: Person, now: Timestamp) -> Answer<bool> {
        Box::pin(self.commit(move |desk| accept(desk, token, &person, now)))
    }

    fn revoke_invitations(&self, agent: AgentId) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            let sql = "DELETE FROM invitation WHERE agent = ?1";
            desk.sql.prepare_cached(sql)?.execute([agent.0.as_bytes()]).map(|_| ())
        }))
    }
}

fn save(desk: &Desk<'_>, person: &Person) -> Result<Saved> {
    let id = person.id.0.as_bytes();
    let sql = "SELECT EXISTS (SELECT 1 FROM person WHERE email = ?1 AND id <> ?2)";
    if desk.sql.prepare_cached(sql)?.query_row((&person.email, id), |row| row.get(0))? {
        return Ok(Saved::EmailTaken);
    }
    let sql = "INSERT INTO person (id, name, email, role, password_hash) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, role = excluded.role,
            password_hash = excluded.password_hash";
    let row = (id, &person.name, &person.email, person.role.as_str(), &person.password_hash);
    desk.sql.prepare_cached(sql)?.execute(row)?;
    Ok(Saved::Done)
}

/// In four columns: token, device, opened_at, seen_at.
fn session_in(row: &Row<'_>) -> Result<Session> {
    let (opened_at, seen_at) = (Timestamp(uint(row, 2)?), Timestamp(uint(row, 3)?));
    Ok(Session { token: row.get(0)?, device: row.get(1)?, opened_at, seen_at })
}

/// Whose session or invitation it is, if it has not ended.
fn holder(sql: &Connection, table: &str, token: TokenHash, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let question = format!(
        "SELECT id, name, email, role, password_hash FROM {table} JOIN person ON id = agent WHERE token = ?1 AND until > ?2"
    );
    one_person(sql.prepare_cached(&question)?.query_row((token, int(now.0)), person_in))
}

fn accept(desk: &Desk<'_>, token: TokenHash, person: &Person, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM invitation WHERE token = ?1 AND agent = ?2 AND until > ?3)";
    let good: bool =
        desk.sql.prepare_cached(sql)?.query_row((token, person.id.0.as_bytes(), int(now.0)), |row| row.get(0))?;
    if !good || save(desk, person)? == Saved::EmailTaken {
        return Ok(false);
    }
    desk.sql.prepare_cached("DELETE FROM invitation WHERE token = ?1")?.execute([token])?;
    desk.sql.prepare_cached("DELETE FROM session WHERE agent = ?1")?.execute([person.id.0.as_bytes()])?;
    Ok(true)
}

/// A person's columns, the role still as text.
fn person_in(row: &Row<'_>) -> Result<(Person, String)> {
    let person = Person {
        id: AgentId(uuid(row, 0)?),
        name: row.get(1)?,
        email: row.get(2)?,
        role: Role::Agent,
        password_hash: row.get(4)?,
    };
    Ok((person, row.get(3)?))
}

fn one_person(found: Result<(Person, String)>) -> Result<Option<Person>, StoreError> {
    let Some((person, role)) = found.optional()? else { return Ok(None) };
    let known = Role::parse(&role);
    let role = known.ok_or_else(|| StoreError::Unreadable(format!("a person has the unknown role “{role}”")))?;
    Ok(Some(Person { role, ..person }))
}
