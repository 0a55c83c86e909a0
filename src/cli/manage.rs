//! People and programs: adding them, and taking programs' rights away.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Subcommand;
use switchboard::config::Config;
use switchboard::domain::time::Timestamp;
use switchboard::ports::people::Role;
use switchboard::wire::api;

use super::remote::At;
use super::{password, runtime};

#[derive(Debug, Subcommand)]
pub enum Agent {
    /// Add a person. Without a password, prints a one-time link by which they choose one.
    Add {
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        /// agent, supervisor or admin
        #[arg(long, default_value = "agent", value_parser = role)]
        role: Role,
        /// Take the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// End every session of somebody, wherever they are signed in.
    SignOut {
        #[arg(long)]
        email: String,
        /// For somebody who has left: their password is good no more, and only a new link lets them in.
        #[arg(long)]
        lock: bool,
    },
    /// Print a new one-time link for somebody who forgot their password.
    Link {
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token and print it, once. Programs send it as `Authorization: Bearer …`.
    Add {
        /// 1 to 40 lower-case letters, digits and hyphens.
        #[arg(long)]
        name: String,
        /// agent, supervisor or admin
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// Every token, and when it was last used.
    List,
    /// Take a token's rights away, at once.
    Revoke { name: String },
}

pub fn agent(act: &Agent, at: &At, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    let runtime = runtime()?;
    let invited = runtime.block_on(async {
        match act {
            Agent::SignOut { email, lock } => {
                let ended = at.desk(&runtime, config).await?.sign_out(email, *lock).await?.ended;
                let sessions = if ended == 1 { "session has" } else { "sessions have" };
                println!("{email}: {ended} {sessions} ended.");
                Ok(None)
            }
            Agent::Add { name, email, role, password_stdin } => {
                let password = password_stdin.then(password).transpose()?;
                let (name, email, role) = (name.clone(), email.clone(), role.as_str().to_owned());
                let desk = at.desk(&runtime, config).await?;
                desk.add_person(api::NewPerson { name, email, role, password }).await.map(Some)
            }
            Agent::Link { email } => at.desk(&runtime, config).await?.renew_link(email.clone()).await.map(Some),
        }
    })?;
    let Some(invited) = invited else { return Ok(ExitCode::SUCCESS) };
    match invited.link {
        None => println!("{} can sign in now.", invited.email),
        Some(link) => println!("Send this link to {}. It works once, within a week:\n{link}", invited.email),
    }
    Ok(ExitCode::SUCCESS)
}

pub fn token(act: &Token, at: &At, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let desk = at.desk(&runtime, config).await?;
        match act {
            Token::Add { name, role } => {
                let new = api::NewToken { name: name.clone(), role: role.as_str().to_owned() };
                println!("{}", desk.add_token(new).await?.token);
            }
            Token::List => desk.tokens().await?.tokens.iter().for_each(|token| println!("{}", line(token))),
            Token::Revoke { name } => {
                desk.revoke_token(name).await?;
                println!("{name} opens nothing any more.");
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn line(token: &api::TokenRow) -> String {
    let written = |at| Timestamp(at).written();
    let used = token.used_at.map_or("never used".to_owned(), |at| format!("last used {}", written(at)));
    format!("{:<20}  {:<10}  {used}; made {} by {}", token.name, token.role, written(token.made_at), token.made_by)
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| anyhow!("the roles are agent, supervisor and admin").to_string())
}
