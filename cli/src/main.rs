//! The executable `newborn`; everything is in the library.

use std::process::ExitCode;

use clap::Parser as _;
use cli::commands::CommandLine;

// One thread: the kernel ties the lives of the processes we start to the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cli::install_crypto();
    let line = CommandLine::parse();
    let wants_json = line.wants_json();
    match line.run().await {
        Ok(ending) => ending.into(),
        Err(error) => cli::failure::report(&error, wants_json),
    }
}
