//! Where administrators' wishes are done, whether they come over HTTP or, while no server runs, from the command line.

use std::sync::Arc;

use crate::config::Outside;
use crate::dice;
use crate::edge::error::Problem;
use crate::edge::invitation::{self, AddError, New};
use crate::ports::bots::{Bots, Deed};
use crate::ports::clock::Clock;
use crate::ports::people::{People, Person, Role};
use crate::ports::teams::Teams;
use crate::ports::tokens::{ApiToken, Tokens};
use crate::wire::api;

const NAME_BYTES_MAX: usize = 40;
const AUDIT_MAX: usize = 1_000;
/// What a token begins with, so that people and scanners of secrets see what it is.
const TOKEN_PREFIX: &str = "swb_";

pub struct Office {
    pub people: Arc<dyn People>,
    pub teams: Arc<dyn Teams>,
    pub tokens: Arc<dyn Tokens>,
    pub bots: Arc<dyn Bots>,
    pub clock: Arc<dyn Clock>,
    /// What bots may call.
    pub outside: Outside,
    /// The address of this installation, without a slash at the end.
    pub base: String,
}

impl Office {
    pub(super) fn deed(&self, by: &str, note: &str) -> Deed {
        Deed { by: by.to_owned(), at: self.clock.now(), note: note.to_owned() }
    }

    pub(super) async fn note(&self, by: &str, what: &'static str, subject: &str) -> Result<(), Problem> {
        Ok(self.bots.note(what, subject.to_owned(), self.deed(by, "")).await?)
    }

    // --- People ---

    pub async fn list_people(&self) -> Result<api::People, Problem> {
        let people = self.people.people().await?.into_iter().map(|person| api::PersonRow {
            id: person.id.to_string(),
            name: person.name,
            email: person.email,
            role: person.role.as_str().to_owned(),
            ready: person.password_hash.is_some(),
        });
        Ok(api::People { people: people.collect() })
    }

    pub async fn list_colleagues(&self) -> Result<api::Colleagues, Problem> {
        let people = self.people.people().await?.into_iter().filter(Person::answers);
        let colleagues = people.map(|person| api::Colleague { id: person.id.to_string(), name: person.name });
        Ok(api::Colleagues { colleagues: colleagues.collect() })
    }

    pub async fn add_person(&self, by: &str, new: api::NewPerson) -> Result<api::Invited, Problem> {
        let role = role(&new.role)?;
        let email = new.email.trim().to_lowercase();
        let new = New { name: new.name, email: new.email, role, password: new.password };
        let token = invitation::add(&*self.people, &*self.clock, new).await?;
        self.note(by, "person.added", &format!("{email} as {}", role.as_str())).await?;
        Ok(api::Invited { email, link: token.map(|token| invitation::link(&self.base, &token)) })
    }

    pub async fn renew_link(&self, by: &str, email: &str) -> Result<api::Invited, Problem> {
        let token = invitation::renew(&*self.people, &*self.clock, email).await?;
        self.note(by, "person.linked", email).await?;
        Ok(api::Invited { email: email.to_owned(), link: Some(invitation::link(&self.base, &token)) })
    }

    // --- Tokens ---

    pub async fn list_tokens(&self) -> Result<api::Tokens, Problem> {
        let tokens = self.tokens.tokens().await?.into_iter().map(|token| api::TokenRow {
            name: token.name,
            role: token.role.as_str().to_owned(),
            made_by: token.made_by,
            made_at: token.made_at.0,
            used_at: token.used_at.map(|at| at.0),
        });
        Ok(api::Tokens { tokens: tokens.collect() })
    }

    pub async fn add_token(&self, by: &str, new: api::NewToken) -> Result<api::TokenMade, Problem> {
        let (name, role) = (clean_id(&new.name, "A token")?, role(&new.role)?);
        let (random, _) = dice::token();
        let token = format!("{TOKEN_PREFIX}{random}");
        let (made_by, made_at) = (by.to_owned(), self.clock.now());
        let made = ApiToken { name: name.clone(), role, made_by, made_at, used_at: None };
        if !self.tokens.add_token(dice::hash_token(&token), made).await? {
            return Err(Problem::conflict(format!(
                "There is a token {name} already. Revoke it, or take another name."
            )));
        }
        self.note(by, "token.added", &format!("{name} as {}", role.as_str())).await?;
        Ok(api::TokenMade { name, token })
    }

    pub async fn revoke_token(&self, by: &str, name: &str) -> Result<(), Problem> {
        if !self.tokens.revoke_token(name.to_owned()).await? {
            return Err(Problem::not_found(format!("There is no token {name}.")));
        }
        self.note(by, "token.revoked", name).await
    }

    // --- What was done ---

    pub async fn audit(&self, before: Option<u64>, limit: usize) -> Result<api::Audit, Problem> {
        let entries = self.bots.audit(before, limit.clamp(1, AUDIT_MAX)).await?.into_iter();
        let entries = entries.map(|entry| api::AuditRow {
            number: entry.number,
            at: entry.at.0,
            by: entry.by,
            what: entry.what,
            subject: entry.subject,
            note: entry.note,
        });
        Ok(api::Audit { entries: entries.collect() })
    }
}

fn role(text: &str) -> Result<Role, Problem> {
    Role::parse(text).ok_or_else(|| Problem::invalid("The roles are agent, supervisor and admin."))
}

/// A short name that people and addresses can carry.
pub(super) fn clean_id(name: &str, whose: &str) -> Result<String, Problem> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.chars().all(fits) {
        return Ok(name.to_owned());
    }
    let rule = format!("{whose} has a name of 1 to {NAME_BYTES_MAX} lower-case letters, digits and hyphens.");
    Err(Problem::invalid(rule))
}

impl From<AddError> for Problem {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Invalid(what) => Problem::invalid(what),
            AddError::Store(error) => error.into(),
        }
    }
}
