//! Bots at the desk of who writes them: what is wrong with one, talking to one, and conversations that must go as written.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use switchboard::bots;
use switchboard::config::Config;
use switchboard::wire::bot::Level;

mod chat;
mod desk;
mod published;

use desk::Desk;

use super::remote::At;
use super::runtime;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is wrong with bot files, by file and line. Warnings are no errors.
    Check {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Talk to a bot, with a clock that can be pushed. `/help` says how.
    Chat { file: PathBuf },
    /// Run the conversations beside a bot (FILE without its ending, then *.chat) and show where they go another way.
    Test {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write the conversations as they go now.
        #[arg(long)]
        update: bool,
    },
    #[command(flatten)]
    Published(published::Command),
}

pub fn run(command: &Command, at: &At, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    Ok(match command {
        Command::Check { files } => check(files),
        Command::Chat { file } => talk(file)?,
        Command::Test { files, update } => {
            let mut fine = true;
            for file in files {
                fine &= test(file, *update)?;
            }
            code(fine)
        }
        Command::Published(command) => {
            let runtime = runtime()?;
            code(runtime.block_on(async { published::run(command, &at.desk(&runtime, config).await?).await })?)
        }
    })
}

fn code(fine: bool) -> ExitCode {
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(files: &[PathBuf]) -> ExitCode {
    let problems: Vec<_> = files.iter().flat_map(|file| bots::examine_file(file)).collect();
    let mut out = std::io::stdout().lock();
    for problem in &problems {
        let _ = writeln!(out, "{problem}");
    }
    code(problems.iter().all(|problem| problem.error.level == Level::Warning))
}

/// A desk with the bot of a file; what is wrong with the file is printed.
fn desk(file: &Path) -> Option<Desk> {
    match bots::load_file(file) {
        Ok(bot) => Some(Desk::new(Arc::new(bot))),
        Err(problems) => {
            problems.iter().for_each(|problem| println!("{problem}"));
            None
        }
    }
}

fn talk(file: &Path) -> anyhow::Result<ExitCode> {
    let Some(mut desk) = desk(file) else { return Ok(ExitCode::FAILURE) };
    let mut out = std::io::stdout().lock();
    writeln!(out, "You are a contact of {}. /help says what else you can do, /quit ends.", desk.bot_name())?;
    write!(out, "> ")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.trim() {
            "/quit" => break,
            "/help" => writeln!(out, "{}", desk::HELP)?,
            "/state" => writeln!(out, "{}", desk.state())?,
            "" => {}
            words => match desk.act(words) {
                Ok(told) => told.iter().try_for_each(|told| writeln!(out, "{}", told.explained()))?,
                Err(problem) => writeln!(out, "! {problem}")?,
            },
        }
        write!(out, "> ")?;
        out.flush()?;
    }
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

fn test(file: &Path, update: bool) -> anyhow::Result<bool> {
    let chats = chat::beside(file)?;
    if chats.is_empty() {
        let wanted = file.with_extension("chat");
        println!("{}: there are no conversations to test; write {}", file.display(), wanted.display());
        return Ok(false);
    }
    let mut fine = true;
    for path in chats {
        let Some(mut desk) = desk(file) else { return Ok(false) };
        let text = std::fs::read_to_string(&path)?;
        let now = chat::replay(&text, &mut desk);
        if update {
            std::fs::write(&path, &now)?;
        } else if let Some(diff) = chat::difference(&text, &now) {
            println!("{}: this conversation goes another way now\n{diff}", path.display());
            fine = false;
            continue;
        }
        println!("{}: ok", path.display());
    }
    Ok(fine)
}
