//! `newborn test-services`: a throw-away PostgreSQL for a test run, and where the pinned Temporal is.
//!
//! The command that is run finds in its environment
//! - `NEWBORN_TEST_DATABASE_URL`: the administrator's URL of the server; tests make their own databases there;
//! - `NEWBORN_TEMPORAL_BIN`: the path of the `temporal` program.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use nix::sys::signal::Signal;
use tokio::process::{Child, Command};

use crate::ending::Ending;
use crate::files;
use crate::postgres::binaries::Binaries;
use crate::postgres::cluster;
use crate::postgres::place::Home;
use crate::postgres::{self, Durability, ping};
use crate::say::Say;
use crate::up::Sources;
use crate::up::child::{FileMask, Program, tie_to_us};
use crate::up::secrets::secret;
use crate::up::signals::StopSignals;

/// What to run.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    sources: Sources,

    /// The command and its arguments
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Starts the services, runs the command, stops the services. Ends as the command did.
pub async fn run(options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let mut stop = StopSignals::listen()?;
    let tools = options.sources.tools()?;
    let temporal = tools.temporal(say).await?;

    let temp = tempfile::Builder::new()
        .prefix("newborn-test-")
        .tempdir()
        .context("cannot make a temporary directory")?;
    // The server may run as another user, who has to pass through here.
    files::open_to_all(temp.path()).context("cannot open the temporary directory")?;
    let home = Home::at(&temp.path().join("postgres"))?;
    let password = secret();
    let binaries = Binaries::find(options.sources.search(), &home, &tools, say).await?;
    cluster::make(&binaries, &home, &password).await?;
    let port = free_port()?;
    let log = temp.path().join("postgres.log");
    let server = postgres::server(&binaries, &home, port, Durability::None, log.clone());
    let mut running = server.spawn()?;
    wait_until_ready(&mut running, port, &log).await?;
    say.line(format_args!("{binaries} for the tests, on port {port}"));

    let url = format!(
        "postgres://{}:{password}@127.0.0.1:{port}/postgres?sslmode=disable",
        cluster::ADMINISTRATOR
    );
    let ended = run_command(&options.command, &url, &temporal, &mut stop).await;
    end(&server, &mut running).await;
    match ended?.code() {
        Some(0) => Ok(Ending::Done),
        // Passed on exactly, for whoever reads more than zero and not zero.
        Some(code) => {
            drop(temp);
            std::process::exit(code)
        }
        None => Ok(Ending::Refused),
    }
}

async fn run_command(
    words: &[OsString],
    url: &str,
    temporal: &Path,
    stop: &mut StopSignals,
) -> Result<ExitStatus> {
    let [program, arguments @ ..] = words else { bail!("name a command after --") };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("NEWBORN_TEST_DATABASE_URL", url)
        .env("NEWBORN_TEMPORAL_BIN", temporal);
    tie_to_us(&mut command, Signal::SIGTERM, FileMask::OthersMayRead);
    let mut child =
        command.spawn().with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
    loop {
        tokio::select! {
            ended = child.wait() => return ended.context("cannot wait for the command"),
            // It is in our process group, so a Ctrl-C has reached it too; a signal to us alone has not.
            () = stop.next() => pass_on(&child),
        }
    }
}

fn pass_on(child: &Child) {
    if let Some(pid) = child.id() {
        let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
        let _ = nix::sys::signal::kill(pid, Signal::SIGTERM);
    }
}

async fn wait_until_ready(server: &mut Child, port: u16, log: &Path) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let limit = Instant::now() + Duration::from_secs(60);
    while !ping::answers(address).await {
        let gone = server.try_wait().context("cannot look after the server")?;
        if gone.is_some() || Instant::now() >= limit {
            let how = gone.map_or_else(
                || "is not ready after 60 s".to_owned(),
                |status| format!("ended ({})", in_words(status)),
            );
            bail!(
                "PostgreSQL for the tests {how}; its log ends with\n{}",
                files::last_lines(log, 0, 6)
            );
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

fn in_words(status: ExitStatus) -> String {
    status.signal().map_or_else(|| status.to_string(), |signal| format!("signal {signal}"))
}

/// The data is thrown away, so there is nothing to put in order.
async fn end(server: &Program, running: &mut Child) {
    let at_once =
        Program { ending: vec![(Signal::SIGQUIT, Duration::from_secs(5))], ..server.clone() };
    at_once.end(running).await;
}

fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free on 127.0.0.1")?;
    Ok(listener.local_addr().context("a listener has an address")?.port())
}
