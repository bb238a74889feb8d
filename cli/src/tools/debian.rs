//! Debian's packages, downloaded and unpacked without installing anything: the machine's own package state is read and
//! left alone, so that it needs no privileges. Which mirror is asked is the machine's setting; apt checks the signatures.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::process::Command;

use super::command::run_well;

/// A download of many packages at once.
const LONGEST: Duration = Duration::from_secs(900);

/// What this machine has installed.
const INSTALLED: &str = "/var/lib/dpkg/status";

/// apt with a state of its own.
#[derive(Debug)]
pub struct Apt {
    dir: PathBuf,
}

impl Apt {
    /// Keeps its state in `dir`, and asks what there is.
    pub async fn new(dir: PathBuf) -> Result<Self> {
        for place in ["lists/partial", "cache/archives/partial", "state", "dpkg"] {
            std::fs::create_dir_all(dir.join(place)).context("cannot make a directory for apt")?;
        }
        // A copy: beside the original apt would lock, which only root may.
        std::fs::copy(INSTALLED, dir.join("dpkg/status"))
            .with_context(|| format!("cannot read {INSTALLED}"))?;
        let apt = Self { dir };
        run_well(apt.command(&["update"]), Duration::from_secs(300)).await?;
        Ok(apt)
    }

    /// Unpacks one package into `into`, and nothing of what it needs.
    pub async fn unpack(&self, package: &str, into: &Path) -> Result<()> {
        run_well(self.command(&["download", package]), LONGEST).await?;
        unpack_all_in(&self.dir, into).await
    }

    /// Unpacks a package into `into`, and of what it needs that which this machine lacks.
    pub async fn unpack_with_its_needs(&self, package: &str, into: &Path) -> Result<()> {
        let words = ["--download-only", "--no-install-recommends", "--yes", "install", package];
        run_well(self.command(&words), LONGEST).await?;
        unpack_all_in(&self.dir.join("cache/archives"), into).await
    }

    fn command(&self, words: &[&str]) -> Command {
        let at = |what: &str, place: &str| format!("{what}={}", self.dir.join(place).display());
        let options = [
            at("Dir::State", "state"),
            at("Dir::State::Lists", "lists"),
            at("Dir::State::status", "dpkg/status"),
            at("Dir::Cache", "cache"),
            "APT::Sandbox::User=".to_owned(),
            "Acquire::Retries=3".to_owned(),
            "Acquire::http::Timeout=30".to_owned(),
            "Acquire::https::Timeout=30".to_owned(),
        ];
        let mut command = Command::new("apt-get");
        command.arg("--quiet").current_dir(&self.dir);
        for option in options {
            command.arg("-o").arg(option);
        }
        command.args(words);
        command
    }
}

async fn unpack_all_in(dir: &Path, into: &Path) -> Result<()> {
    let files = std::fs::read_dir(dir).context("apt kept no packages")?.flatten();
    let is_package = |file: &PathBuf| file.extension().is_some_and(|it| it == "deb");
    for file in files.map(|it| it.path()).filter(is_package) {
        let mut command = Command::new("dpkg-deb");
        command.arg("--extract").arg(&file).arg(into);
        run_well(command, Duration::from_secs(120)).await?;
    }
    Ok(())
}
