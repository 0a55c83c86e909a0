//! The command line: what can be asked of the program, and the commands that are not `serve`.

use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use switchboard::adapters::sqlite::OpenError;
use switchboard::config::{Config, Sources, load};
use switchboard::doctor::{self, Level};
use switchboard::node;
use switchboard::ports::clock::SystemClock;

mod bot;
mod copy;
mod dump;
mod logging;
mod manage;
mod remote;
mod team;

use manage::{Agent, Token};
use remote::At;

/// Bots answer, people take over: a self-hosted, real-time conversation switchboard.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Without a command: serve.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Flags {
    /// Settings that differ from the defaults; switchboard.toml in the source explains them all.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the database lives.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data_dir: Option<String>,
    /// The address and port to listen on; port 0 takes any.
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Adds a sample web chat and its bot: needs nothing else.
    #[arg(long, global = true)]
    demo: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until told to stop.
    Serve,
    /// Say what is wrong with this installation, and how to mend it.
    Doctor {
        /// Also send a letter to this address, through the mail server in the configuration.
        #[arg(long, value_name = "ADDRESS")]
        mail_to: Option<String>,
    },
    /// Ask the server at `listen` whether it is ready; fails if it is not. For whoever watches over a node.
    Health,
    /// The people who answer.
    Agent {
        #[command(subcommand)]
        act: Agent,
        #[command(flatten)]
        at: At,
    },
    /// Groups of the people who answer.
    Team {
        #[command(subcommand)]
        act: team::Team,
        #[command(flatten)]
        at: At,
    },
    /// The tokens by which programs prove who they are.
    Token {
        #[command(subcommand)]
        act: Token,
        #[command(flatten)]
        at: At,
    },
    /// Bots: files at hand, and what is published.
    Bot {
        #[command(subcommand)]
        act: bot::Command,
        #[command(flatten)]
        at: At,
    },
    /// Write every conversation to standard output, a line of JSON each, with the letters and calls in it. What is not
    /// said in conversations is had elsewhere: bots by `bot export`, what administrators did by `/api/v1/audit`.
    Dump,
    /// Move a whole installation from SQLite to PostgreSQL. Stop the server first. May be stopped at any moment, and goes
    /// on where it was.
    Copy {
        /// The data directory to copy from; the configuration's data_dir if left out.
        #[arg(long, value_name = "sqlite://DIRECTORY")]
        from: Option<String>,
        /// An empty database to copy to; the configuration's `database` if left out, which keeps a password off the command
        /// line.
        #[arg(long, value_name = "postgres://…")]
        to: Option<String>,
    },
}

pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let sources = cli.flags.sources();
    let read = || load(&sources).map_err(anyhow::Error::from);
    match &cli.command {
        Some(Command::Bot { act, at }) => return bot::run(act, at, read),
        Some(Command::Agent { act, at }) => return manage::agent(act, at, read),
        Some(Command::Team { act, at }) => return team::run(act, at, read),
        Some(Command::Token { act, at }) => return manage::token(act, at, read),
        _ => {}
    }
    let config = load(&sources)?;
    match cli.command {
        None | Some(Command::Serve) => serve(config),
        Some(Command::Doctor { mail_to }) => Ok(examine(&config, mail_to.as_deref())),
        Some(Command::Agent { .. } | Command::Team { .. } | Command::Token { .. } | Command::Bot { .. }) => {
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Health) => Ok(health(&config)),
        Some(Command::Copy { from, to }) => {
            copy::copy(&config, &runtime()?, from, to)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Dump) => {
            dump::dump(&config, &runtime()?, BufWriter::new(std::io::stdout().lock()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Flags {
    fn sources(&self) -> Sources {
        let environment =
            std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
        Sources {
            file: self.config.clone(),
            environment: environment.collect(),
            data_dir: self.data_dir.clone(),
            listen: self.listen.clone(),
            demo: self.demo,
        }
    }
}

fn serve(config: Config) -> anyhow::Result<ExitCode> {
    logging::start(&config.log, config.log_format)?;
    switchboard::machine::raise_open_files();
    for warning in switchboard::config::warnings(&config) {
        tracing::warn!("{warning}");
    }
    node::run(config)?;
    Ok(ExitCode::SUCCESS)
}

fn examine(config: &Config, mail_to: Option<&str>) -> ExitCode {
    let mut findings = doctor::doctor(config, &SystemClock);
    findings.extend(mail_to.map(|address| doctor::send_letter(config, address, &SystemClock)));
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        let _ = writeln!(out, "{finding}");
    }
    let of = |level| findings.iter().filter(|finding| finding.level == level).count();
    let _ = writeln!(out, "\n{} bad, {} to look at, {} fine.", of(Level::Bad), of(Level::Warn), of(Level::Ok));
    if of(Level::Bad) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn health(config: &Config) -> ExitCode {
    let listen = config.listen;
    match doctor::ask_ready(listen) {
        Some(200) => return ExitCode::SUCCESS,
        Some(status) => eprintln!("the server at {listen} is not ready: it answers {status}"),
        None => eprintln!("no server answers at {listen}"),
    }
    ExitCode::FAILURE
}

fn stop_it_first(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(OpenError::InUse { .. }) => anyhow!("{error}; stop it, do this, and start it again"),
        _ => error,
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}

/// The first line of standard input.
fn password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().lock().take(4096).read_to_string(&mut text).context("the password cannot be read")?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => bail!("standard input has no password; write it there, or leave --password-stdin out to get a link"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_or_after_the_command() {
        for words in [["switchboard", "--data-dir", "d", "dump"], ["switchboard", "dump", "--data-dir", "d"]] {
            let cli = Cli::try_parse_from(words).expect("good words");
            assert_eq!(cli.flags.data_dir.as_deref(), Some("d"));
        }
        let serve = Cli::try_parse_from(["switchboard", "--demo", "--listen", "127.0.0.1:0"]).expect("good words");
        assert!(serve.flags.demo && serve.command.is_none());
    }

    #[test]
    fn an_unknown_role_is_refused() {
        let words = ["switchboard", "agent", "add", "--name", "A", "--email", "a@b.c", "--role", "king"];
        let error = Cli::try_parse_from(words).expect_err("no kings").to_string();
        assert!(error.contains("the roles are agent, supervisor and admin"), "{error}");
    }
}
