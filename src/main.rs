//! The program: sees that the ground is firm, then does what the command line asks.

use std::process::ExitCode;

use clap::Parser;
use switchboard::{dice, machine};

mod cli;

/// Everything here is a few short-lived kilobytes that one thread makes and another drops, which glibc's allocator is
/// slow at: a quarter of a message's CPU time was spent in it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
