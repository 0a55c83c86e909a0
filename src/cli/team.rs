//! Teams, by their names and their members' e-mail addresses.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use switchboard::config::Config;
use switchboard::dice;
use switchboard::wire::api::{NewTeam, TeamRow};

use super::remote::{At, Desk};
use super::runtime;

#[derive(Debug, Subcommand)]
pub enum Team {
    /// Every team, and who is in it.
    List,
    /// Make a team. Its members are those given.
    Add {
        #[arg(long)]
        name: String,
        /// The e-mail address of somebody who is in it; may be given again and again.
        #[arg(long, value_name = "E-MAIL")]
        member: Vec<String>,
    },
    /// Give a team another name.
    Rename {
        #[arg(long)]
        name: String,
        #[arg(long, value_name = "NAME")]
        to: String,
    },
    /// Say who is in a team: those given, and nobody else.
    Fill {
        #[arg(long)]
        name: String,
        #[arg(long, value_name = "E-MAIL")]
        member: Vec<String>,
    },
    /// Remove a team. Its members stay.
    Remove { name: String },
}

pub fn run(act: &Team, at: &At, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let desk = at.desk(&runtime, config).await?;
        match act {
            Team::List => desk.teams().await?.teams.iter().for_each(|team| println!("{}", line(team))),
            Team::Add { name, member } => {
                let new = NewTeam { name: name.clone(), members: ids(&desk, member).await? };
                desk.save_team(&dice::new_id().to_string(), new).await?;
                println!("{name} is a team.");
            }
            Team::Rename { name, to } => {
                let TeamRow { id, members, .. } = team(&desk, name).await?;
                let members = members.into_iter().map(|member| member.id).collect();
                desk.save_team(&id, NewTeam { name: to.clone(), members }).await?;
                println!("{name} is called {to} now.");
            }
            Team::Fill { name, member } => {
                let TeamRow { id, name, .. } = team(&desk, name).await?;
                desk.save_team(&id, NewTeam { name: name.clone(), members: ids(&desk, member).await? }).await?;
                println!("{name} has {} members.", member.len());
            }
            Team::Remove { name } => {
                desk.delete_team(&team(&desk, name).await?.id).await?;
                println!("{name} is no team any more.");
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn line(team: &TeamRow) -> String {
    let members: Vec<&str> = team.members.iter().map(|member| member.name.as_str()).collect();
    format!("{:<20}  {}", team.name, members.join(", "))
}

async fn team(desk: &Desk, name: &str) -> anyhow::Result<TeamRow> {
    let same = |team: &TeamRow| team.name.to_lowercase() == name.trim().to_lowercase();
    desk.teams().await?.teams.into_iter().find(same).ok_or_else(|| anyhow!("there is no team called {name}"))
}

async fn ids(desk: &Desk, emails: &[String]) -> anyhow::Result<Vec<String>> {
    if emails.is_empty() {
        return Ok(Vec::new());
    }
    let people = desk.people().await?.people;
    let mut ids = Vec::new();
    for email in emails {
        match people.iter().find(|person| person.email.eq_ignore_ascii_case(email.trim())) {
            Some(person) => ids.push(person.id.clone()),
            None => bail!("there is nobody with the e-mail address {email}"),
        }
    }
    Ok(ids)
}
