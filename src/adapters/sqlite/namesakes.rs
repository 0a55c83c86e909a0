//! Contacts whom a channel began to name otherwise.

use rusqlite::{Connection, OptionalExtension, Result};

use super::desk::Desk;
use super::log;
use crate::domain::ids::AccountId;
use crate::ports::store::{Contact, StoreError};

/// None: who they are has to be written down first, under the name beside theirs.
pub fn find(sql: &Connection, contact: &Contact, also: Option<&Contact>) -> Result<Option<Contact>, StoreError> {
    let question = "SELECT account, external_key FROM namesake WHERE conversation = ?1";
    let known = sql.prepare_cached(question)?.query_row([contact.conversation.0.as_bytes()], |row| {
        Ok(Contact::of(&AccountId::new(row.get_ref(0)?.as_str()?), row.get_ref(1)?.as_str()?))
    });
    if let Some(known) = known.optional()? {
        return Ok(Some(known));
    }
    let has_one = |contact: &Contact| log::contact(sql, contact.conversation).map(|found| found.is_some());
    let Some(also) = also else { return Ok(Some(contact.clone())) };
    let is_new = !has_one(contact)? && has_one(also)?;
    Ok((!is_new).then(|| contact.clone()))
}

/// Whoever was first was right.
pub fn note(desk: &mut Desk<'_>, contact: &Contact, also: &Contact) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO namesake (conversation, account, external_key) VALUES (?1, ?2, ?3)";
    let row = (contact.conversation.0.as_bytes(), also.account.as_str(), &also.external_key);
    desk.prepared(sql)?.execute(row).map(|_| ())
}
