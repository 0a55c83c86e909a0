//! What only the tables tell: who owns what, and under which epoch each event was written.

use anyhow::Result;
use tokio_postgres::Client;

/// Events that were written under an epoch after a later one had begun.
const FALLING: &str = "SELECT conversation::text, seq FROM (SELECT conversation, seq, epoch,
        lag(epoch) OVER (PARTITION BY conversation ORDER BY seq) AS before FROM event) AS epochs
    WHERE before > epoch LIMIT 20";
/// Messages that are still on their way.
const UNSENT: &str =
    "SELECT o.conversation::text, o.seq, o.state, o.at, o.next_try_at, o.sending_inc::text, a.sender_inc::text
    FROM outbox o LEFT JOIN account a ON a.id = o.account ORDER BY number LIMIT 20";
const UNSENT_SINCE: &str = "SELECT count(*) FROM outbox JOIN event ON event.conversation = outbox.conversation
    AND event.seq = outbox.seq WHERE event.at < $1";
/// Of these contacts' conversations, those with a message on its way or an event since then.
const STIRRING: &str = "SELECT count(*) FROM conversation WHERE external_key = ANY($1)
    AND (EXISTS (SELECT FROM outbox WHERE outbox.conversation = id)
        OR EXISTS (SELECT FROM event WHERE event.conversation = id AND event.at >= $2))";
const ACTIVITY: &str = "SELECT coalesce(sum(owner_epoch), 0)::bigint, coalesce(sum((SELECT count(*) FROM event
        WHERE event.conversation = conversation.id)), 0)::bigint
    FROM conversation WHERE external_key = ANY($1)";
const IDS: &str = "SELECT id::text FROM conversation WHERE external_key = ANY($1) ORDER BY external_key";
const SENDER: &str = "SELECT sender_inc::text FROM account WHERE id = $1";
const OWNER: &str = "SELECT owner_inc::text FROM conversation WHERE external_key = $1";
const BEING_SENT: &str = "SELECT count(*) FROM outbox JOIN conversation ON id = conversation
    WHERE state = 2 AND external_key = $1";
const EPOCHS: &str = "SELECT coalesce(sum(owner_epoch), 0)::bigint FROM conversation";
const BACKENDS: &str = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend') AS ended";

/// A sentence for each event that a relieved owner wrote.
pub async fn written_by_the_relieved(sql: &Client) -> Result<Vec<String>> {
    let rows = sql.query(FALLING, &[]).await?;
    let sentence = |row: &tokio_postgres::Row| {
        let (conversation, seq): (String, i64) = (row.get(0), row.get(1));
        format!("seq {seq} of {conversation} was written under an epoch that had ended")
    };
    Ok(rows.iter().map(sentence).collect())
}

/// A sentence for each message that is still on its way.
pub async fn unsent(sql: &Client) -> Result<Vec<String>> {
    let rows = sql.query(UNSENT, &[]).await?;
    let sentence = |row: &tokio_postgres::Row| {
        let (conversation, seq, state): (String, i64, i16) = (row.get(0), row.get(1), row.get(2));
        let (at, next): (i64, i64) = (row.get(3), row.get(4));
        let (by, sender): (Option<String>, Option<String>) = (row.get(5), row.get(6));
        format!(
            "seq {seq} of {conversation} is left in state {state}, for {at} or {next}, with {by:?}; {sender:?} sends"
        )
    };
    Ok(rows.iter().map(sentence).collect())
}

/// How many messages of before then are still on their way.
pub async fn unsent_since(sql: &Client, then: u64) -> Result<i64> {
    Ok(sql.query_one(UNSENT_SINCE, &[&i64::try_from(then)?]).await?.get(0))
}

/// How many of these contacts' conversations have a message on its way, or have heard of something since then.
pub async fn stirring_since(sql: &Client, contacts: &[String], then: u64) -> Result<i64> {
    Ok(sql.query_one(STIRRING, &[&contacts, &i64::try_from(then)?]).await?.get(0))
}

/// How often these contacts' conversations were activated, and how many events they have.
pub async fn activity(sql: &Client, contacts: &[String]) -> Result<Activity> {
    let row = sql.query_one(ACTIVITY, &[&contacts]).await?;
    Ok(Activity { activations: row.get(0), events: row.get(1) })
}

/// What was done to some conversations so far.
#[derive(Debug, Clone, Copy)]
pub struct Activity {
    pub activations: i64,
    pub events: i64,
}

/// The incarnation of the node that a contact's conversation lives with.
pub async fn owner(sql: &Client, contact: &str) -> Result<String> {
    Ok(sql.query_one(OWNER, &[&contact]).await?.get(0))
}

/// The incarnations that these contacts' conversations live with, in their order.
pub async fn owners(sql: &Client, contacts: &[String]) -> Result<Vec<String>> {
    let mut owners = Vec::new();
    for contact in contacts {
        owners.push(owner(sql, contact).await?);
    }
    Ok(owners)
}

/// The incarnation that sends for an account.
pub async fn sender(sql: &Client, account: &str) -> Result<Option<String>> {
    Ok(sql.query_one(SENDER, &[&account]).await?.get(0))
}

/// The ids of these contacts' conversations, by contact.
pub async fn conversations(sql: &Client, contacts: &[String]) -> Result<Vec<String>> {
    Ok(sql.query(IDS, &[&contacts]).await?.iter().map(|row| row.get(0)).collect())
}

/// How often conversations were activated, all together.
pub async fn activations(sql: &Client) -> Result<i64> {
    Ok(sql.query_one(EPOCHS, &[]).await?.get(0))
}

/// Messages to a contact that are marked as being sent.
pub async fn being_sent_to(sql: &Client, contact: &str) -> Result<i64> {
    Ok(sql.query_one(BEING_SENT, &[&contact]).await?.get(0))
}

/// Ends every connection but this one, in the middle of whatever it does; how many there were.
pub async fn end_all_connections(sql: &Client) -> Result<i64> {
    Ok(sql.query_one(BACKENDS, &[]).await?.get(0))
}
