//! The program: sees that the ground is firm, then does what the command line asks.

use std::process::ExitCode;

use clap::Parser;
use switchboard::{dice, machine};

mod cli;

fn main() -> ExitCode {
    machine::survive_file_size_limits();
    #[cfg(feature = "failpoints")]
    let _failpoints = fail::FailScenario::setup();
    let cli = cli::Cli::parse();
    if !dice::ready() {
        eprintln!("switchboard: the operating system has no random numbers; without them nothing here is secret");
        return ExitCode::FAILURE;
    }
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("switchboard: {error:#}");
            ExitCode::FAILURE
        }
    }
}
