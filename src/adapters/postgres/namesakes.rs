//! Contacts whom a channel began to name otherwise.

use tokio_postgres::Row;

use super::connect::{self, Sql};
use super::log;
use crate::domain::ids::AccountId;
use crate::ports::store::{Contact, StoreError};

pub const KNOWN: &str = "SELECT account, external_key FROM namesake WHERE conversation = $1";
/// Whoever was first was right.
pub const NOTE: &str = "INSERT INTO namesake (conversation, account, external_key) VALUES ($1, $2, $3)
    ON CONFLICT (conversation) DO NOTHING";

pub async fn find(sql: &Sql, contact: Contact, also: Option<Contact>) -> Result<Contact, StoreError> {
    let [known] = connect::prepared(sql, [KNOWN]).await?;
    if let Some(row) = sql.query_opt(&known, &[&contact.conversation.0]).await? {
        return read(&row);
    }
    let Some(also) = also else { return Ok(contact) };
    let has_one =
        async |contact: &Contact| Ok::<_, StoreError>(log::contact(sql, contact.conversation).await?.is_some());
    if has_one(&contact).await? || !has_one(&also).await? {
        return Ok(contact);
    }
    let [note] = connect::prepared(sql, [NOTE]).await?;
    sql.execute(&note, &[&contact.conversation.0, &also.account.as_str(), &also.external_key]).await?;
    Ok(also)
}

fn read(row: &Row) -> Result<Contact, StoreError> {
    let (account, key): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Contact::of(&AccountId::new(account), key))
}
