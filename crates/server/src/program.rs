//! The program: its command line, its own log, its threads.
//!
//! It lies in the library and not in `main.rs`, because the compiler makes the
//! machine code of an async function where it is first awaited by something that
//! is not async: here once, and not again for the executable.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use crate::cli::{self, Cli, Command, LogFormat};
use clap::Parser as _;

/// Runs `shuyu` with the words of its command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // A story is read on the same terminal: refusals are part of it already.
    let quiet = if matches!(cli.command, Command::Demo(_)) { "warn" } else { "warn,shuyu=info,shuyu_server=info" };
    start_log(cli.log_format, quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("shuyu: the threads cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shuyu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Our own log goes to standard error; `RUST_LOG` says how much of it.
fn start_log(format: LogFormat, otherwise: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(otherwise));
    let is_terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
