//! A PostgreSQL server of our own: found on the machine or fetched, made once, set up without any client program.

pub mod binaries;
pub mod cluster;
pub mod ping;
pub mod place;

use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::up::child::{Environment, Program};
use binaries::Binaries;
use place::Home;

/// Whether what was committed survives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As a register needs it.
    Full,
    /// For tests that throw the data away afterwards.
    None,
}

/// The server process of a cluster.
pub fn server(
    binaries: &Binaries,
    home: &Home,
    port: u16,
    durability: Durability,
    log: PathBuf,
) -> Program {
    let mut args = vec!["-D".into(), home.data().into(), "-p".into(), port.to_string().into()];
    for setting in settings(durability) {
        args.extend(["-c".into(), setting.into()]);
    }
    Program {
        name: "postgres",
        path: binaries.program("postgres"),
        args,
        // Its messages in English and without the caller's locale, which need not exist on this machine.
        env: vec![("LC_ALL", "C".to_owned())],
        environment: Environment::Bare,
        account: home.account(),
        log,
        // An immediate shutdown, as after a crash: quick, and the journal makes it good at the next start.
        dies_with_us_by: Signal::SIGQUIT,
        ending: vec![
            (Signal::SIGINT, Duration::from_secs(6)),
            (Signal::SIGQUIT, Duration::from_secs(2)),
        ],
    }
}

fn settings(durability: Durability) -> Vec<&'static str> {
    let mut settings = vec![
        "listen_addresses=127.0.0.1",
        // The path of a socket may have 107 bytes; a data directory may have more. TCP serves everybody.
        "unix_socket_directories=",
        "max_connections=200",
        "shared_buffers=128MB",
        // Error details quote column values, which are people's. They stay out of the log.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_checkpoints=off",
        "logging_collector=off",
    ];
    if durability == Durability::None {
        settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
    }
    settings
}
