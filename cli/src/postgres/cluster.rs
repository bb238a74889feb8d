//! Making a cluster, and the databases in it, before its server starts.
//!
//! The set-up speaks to `postgres --single`, which needs neither a port nor a client program.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, chown};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::binaries::Binaries;
use super::place::Home;
use crate::files;
use crate::up::child::{FileMask, run_as, tie_to_us};

/// The role that owns the cluster.
pub const ADMINISTRATOR: &str = "postgres";

/// A database of the same name as the one role that may use it.
#[derive(Debug, Clone)]
pub struct Database {
    /// Lower-case letters only: it is written into SQL as it is.
    pub name: &'static str,
    /// Hexadecimal digits only, for the same reason.
    pub password: String,
}

/// Makes the cluster unless it is there. A half-made one from an interrupted start is thrown away.
pub async fn make(binaries: &Binaries, home: &Home, password: &str) -> Result<()> {
    if home.data().is_dir() {
        return Ok(());
    }
    let part = home.path().join("data.part");
    files::remove_whatever_is_at(&part)?;
    let secret = home.path().join("password");
    files::write_private(&secret, password.as_bytes())?;
    if let Some(account) = home.account() {
        chown(&secret, Some(account.uid), Some(account.gid))
            .context("cannot hand over the password file")?;
    }
    // Character rules of Unicode, if the machine has them under the usual name.
    let mut output = initdb(binaries, home, &part, &secret, "C.UTF-8").await?;
    if !output.status.success() {
        files::remove_whatever_is_at(&part)?;
        output = initdb(binaries, home, &part, &secret, "C").await?;
    }
    files::remove_whatever_is_at(&secret)?;
    if !output.status.success() {
        bail!("PostgreSQL's initdb could not make {}: {}", part.display(), last_line(&output));
    }
    std::fs::rename(&part, home.data())
        .with_context(|| format!("cannot rename {} to its final name", part.display()))
}

async fn initdb(
    binaries: &Binaries,
    home: &Home,
    data: &Path,
    secret: &Path,
    locale: &str,
) -> Result<Output> {
    let mut command = bare(binaries, home, "initdb");
    command.arg("-D").arg(data).args(["-U", ADMINISTRATOR, "-A", "scram-sha-256", "-E", "UTF8"]);
    command.arg("--locale").arg(locale).arg("--pwfile").arg(secret);
    run(command, "").await
}

/// Waits until no server uses the cluster any more. Ours of the last run ends with it; one that stays is ended.
pub async fn wait_until_unused(home: &Home) -> Result<()> {
    let limit = Instant::now() + Duration::from_secs(25);
    let mut asked = false;
    while let Some(pid) = running_server(home) {
        let left = limit.saturating_duration_since(Instant::now());
        if left.is_zero() {
            bail!(
                "a PostgreSQL server (process {pid}) still uses {}: stop it first",
                home.path().display()
            );
        }
        if !asked && left < Duration::from_secs(12) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            asked = true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The process that the cluster's pid file names, if it is a server of this cluster.
///
/// A file left by a server that is dead is PostgreSQL's to judge: it also looks for orphans in shared memory. But a number
/// that another program has got since would stop it for ever, so then the file is removed here.
fn running_server(home: &Home) -> Option<i32> {
    let path = home.data().join("postmaster.pid");
    let text = std::fs::read_to_string(&path).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    if command.is_empty() {
        return None; // only waits to be buried
    }
    let data = home.data();
    let is_ours =
        command.split(|byte| *byte == 0).any(|arg| arg == data.as_os_str().as_encoded_bytes());
    if !is_ours {
        let _ = std::fs::remove_file(&path);
    }
    is_ours.then_some(pid)
}

/// Makes roles and databases that are missing and sets the passwords. Fine to repeat; the server must not be running.
pub async fn set_up(binaries: &Binaries, home: &Home, databases: &[Database]) -> Result<()> {
    let mut command = bare(binaries, home, "postgres");
    command.args(["--single", "-j", "-D"]).arg(home.data());
    command.args(["-c", "log_min_error_statement=panic", ADMINISTRATOR]);
    let output = run(command, &sql(databases)).await?;
    // In this mode an error does not end the process, so success is asked for and read back.
    if !String::from_utf8_lossy(&output.stdout).contains("state = \"complete\"") {
        bail!(
            "PostgreSQL could not set up {}; if it is damaged, begin anew with `newborn wipe`: {}",
            home.path().display(),
            last_line(&output)
        );
    }
    Ok(())
}

/// Statements for `postgres --single -j`: each ends with a semicolon and an empty line.
fn sql(databases: &[Database]) -> String {
    let mut statements = vec![format!(
        "revoke connect, temporary on database {ADMINISTRATOR}, template1 from public"
    )];
    for Database { name, password } in databases {
        statements.push(format!(
            "do $$ begin if not exists (select from pg_roles where rolname = '{name}') \
             then create role {name}; end if; end $$"
        ));
        statements.push(format!(
            "alter role {name} login nosuperuser nocreatedb nocreaterole password '{password}'"
        ));
        // There is no "if not exists" for a database: the second time this is an error, and the next one goes on.
        statements.push(format!("create database {name} owner {name}"));
        statements.push(format!("revoke connect, temporary on database {name} from public"));
    }
    let names: Vec<_> = databases.iter().map(|database| format!("'{}'", database.name)).collect();
    statements.push(format!(
        "select 'complete'::text as state from pg_database d join pg_roles r on r.oid = d.datdba and r.rolname = d.datname \
         where datname in ({}) having count(*) = {}",
        names.join(", "),
        databases.len(),
    ));
    statements.iter().map(|statement| format!("{statement};\n\n")).collect()
}

/// A program of PostgreSQL, as the user who owns the cluster and with nothing of our environment.
fn bare(binaries: &Binaries, home: &Home, program: &str) -> Command {
    let mut command = Command::new(binaries.program(program));
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    if let Some(account) = home.account() {
        run_as(&mut command, account);
    }
    tie_to_us(&mut command, Signal::SIGKILL, FileMask::Private);
    command
}

async fn run(mut command: Command, input: &str) -> Result<Output> {
    let name = Path::new(command.as_std().get_program()).display().to_string();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let mut stdin = child.stdin.take().expect("stdin was asked for");
    let work = async {
        // A program that ends early closes its input; its own words say why.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await
    };
    tokio::time::timeout(Duration::from_secs(120), work)
        .await
        .with_context(|| format!("{name} took more than two minutes"))?
        .with_context(|| format!("cannot run {name}"))
}

fn last_line(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text);
    let said = text.lines().rev().find(|line| !line.trim().is_empty());
    said.map_or_else(|| output.status.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_ends_as_single_user_mode_wants_it() {
        let databases =
            ["province", "federal"].map(|name| Database { name, password: "00ff".to_owned() });
        let text = sql(&databases);
        assert_eq!(text.matches(";\n\n").count(), 1 + 2 * 4 + 1);
        assert!(text.contains("create database federal owner federal;"));
        assert!(text.ends_with("having count(*) = 2;\n\n"));
    }
}
