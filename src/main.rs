//! The `meridian` program: see [`meridian::cli`].

use std::process::ExitCode;

use meridian::cli;

fn main() -> ExitCode {
    cli::bug::announce();
    let exit = cli::bug::caught(|| cli::run(std::env::args_os()));
    ExitCode::from(exit.unwrap_or(cli::Exit::Bug).code())
}
