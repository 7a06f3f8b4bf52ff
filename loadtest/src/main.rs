//! Parses the command line, and calls [`podium_loadtest::cli::run`].

use std::process::ExitCode;

use clap::Parser;
use podium_loadtest::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
