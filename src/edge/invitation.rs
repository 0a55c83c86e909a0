//! How a person gets in for the first time: an administrator adds them, with a password or with a one-time link.

use std::time::Duration;

use super::passwords::{self, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::dice;
use crate::domain::ids::AgentId;
use crate::ports::clock::Clock;
use crate::ports::people::{People, Person, Role, Saved};
use crate::ports::store::StoreError;

/// How long a link is good.
pub const LINK_LASTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const NAME_CHARS_MAX: usize = 80;
const EMAIL_BYTES_MAX: usize = 254;

/// Why a person was not added; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person as an administrator describes them.
#[derive(Debug, Clone)]
pub struct New {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password: Option<String>,
}

/// Adds a person. Without a password, gives the token of a link by which they choose one; if they are there already and have
/// none, they get a new link and the old one ends.
pub async fn add(people: &dyn People, clock: &dyn Clock, new: New) -> Result<Option<String>, AddError> {
    let name = clean_name(&new.name).map_err(AddError::Invalid)?;
    let email = clean_email(&new.email).map_err(AddError::Invalid)?;
    let password_hash = new.password.as_deref().map(hash).transpose()?;
    let known = people.person_by_email(email.clone()).await?;
    if known.as_ref().is_some_and(|person| person.password_hash.is_some()) {
        return Err(AddError::Invalid(taken(&email)));
    }
    let id = known.map_or_else(|| AgentId(dice::new_id()), |person| person.id);
    let person = Person { id, name, email: email.clone(), role: new.role, password_hash };
    if people.save_person(person).await? == Saved::EmailTaken {
        return Err(AddError::Invalid(taken(&email)));
    }
    match new.password {
        Some(_) => people.revoke_invitations(id).await.map(|()| None).map_err(AddError::from),
        None => invite(people, clock, id).await.map(Some),
    }
}

/// The token of a new link for somebody who is known, for instance because they forgot their password. What they have stays
/// good until they use it; an older link ends.
pub async fn renew(people: &dyn People, clock: &dyn Clock, email: &str) -> Result<String, AddError> {
    let email = clean_email(email).map_err(AddError::Invalid)?;
    let nobody = || AddError::Invalid(format!("There is nobody with the e-mail address {email}."));
    let person = people.person_by_email(email.clone()).await?.ok_or_else(nobody)?;
    invite(people, clock, person.id).await
}

async fn invite(people: &dyn People, clock: &dyn Clock, id: AgentId) -> Result<String, AddError> {
    let (token, kept) = dice::token();
    people.revoke_invitations(id).await?;
    people.add_invitation(kept, id, clock.now() + LINK_LASTS).await?;
    Ok(token)
}

/// The link a token makes. `base` is the address of this installation, without a slash at the end.
pub fn link(base: &str, token: &str) -> String {
    format!("{base}/welcome?token={token}")
}

pub fn taken(email: &str) -> String {
    format!("There is already a person with the e-mail address {email}.")
}

/// The name without spaces around it, or what is wrong with it.
pub fn clean_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let fine = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fine.then(|| name.to_owned()).ok_or_else(|| format!("A name has 1 to {NAME_CHARS_MAX} characters."))
}

/// The address in lower case, or what is wrong with it.
pub fn clean_email(email: &str) -> Result<String, String> {
    let email = email.trim().to_lowercase();
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>' | ',' | ';' | '"');
    let sane = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && domain.split('.').all(|part| !part.is_empty())
            && !domain.contains('@')
    });
    let fine = sane && email.len() <= EMAIL_BYTES_MAX && !email.chars().any(odd);
    if fine { Ok(email) } else { Err("This is not an e-mail address; write one like ana@example.org.".to_owned()) }
}

/// Says what is wrong with a new password, if anything.
pub fn check_password(password: &str) -> Result<(), String> {
    match password.chars().count() {
        length if length < PASSWORD_CHARS_MIN => {
            Err(format!("The password needs at least {PASSWORD_CHARS_MIN} characters."))
        }
        length if length > PASSWORD_CHARS_MAX => {
            Err(format!("The password may have {PASSWORD_CHARS_MAX} characters at most."))
        }
        _ => Ok(()),
    }
}

fn hash(password: &str) -> Result<String, AddError> {
    check_password(password).map_err(AddError::Invalid)?;
    passwords::hash(password)
        .ok_or_else(|| AddError::Invalid("This machine has no memory to hash a password.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_kept_in_lower_case_if_it_is_one() {
        assert_eq!(clean_email(" Ana@Example.ORG "), Ok("ana@example.org".to_owned()));
        for odd in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@localhost",
            "ana@.org",
            "a b@example.org",
            "a@b@c.org",
            "<a@b.org>",
        ] {
            assert!(clean_email(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_name_and_a_password_have_bounds() {
        assert!(clean_name(" ").is_err() && clean_name(&"x".repeat(81)).is_err());
        assert_eq!(clean_name(" Ana "), Ok("Ana".to_owned()));
        assert!(check_password("123456789").is_err() && check_password("1234567890").is_ok());
        assert!(check_password(&"x".repeat(1001)).is_err());
    }
}
