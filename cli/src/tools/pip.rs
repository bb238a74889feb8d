//! Python's package installer, which a bare machine has Python for but not always itself.
//!
//! In this order: pip as it is; the copy that Python carries to install it with; the copy in the distribution's package
//! for that purpose, downloaded and unpacked without installing anything. Which index it asks is the machine's setting.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use super::command::{run, run_well};
use super::debian::Apt;
use super::requirements::Requirement;
use crate::say::Say;

/// Prints the path of every pip wheel that Python or the distribution carries.
const CARRIED_WHEELS: &str = "
import glob, os
places = ['/usr/share/python-wheels']
try:
    import ensurepip
    places.insert(0, os.path.join(os.path.dirname(ensurepip.__file__), '_bundled'))
except ImportError:
    pass
for place in places:
    for wheel in sorted(glob.glob(os.path.join(place, 'pip-*.whl'))):
        print(wheel)
";

/// Installs the packages into `target`, checked by hash, without their dependencies.
pub async fn install(wanted: &[Requirement], target: &Path, say: Say) -> Result<()> {
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let pip = find(scratch.path(), say).await?;
    let file = scratch.path().join("requirements.txt");
    let text: Vec<&str> = wanted.iter().map(|requirement| requirement.text.as_str()).collect();
    std::fs::write(&file, text.join("\n")).context("cannot write the list of packages")?;

    let mut command = pip.command();
    command.args(["install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    command.args(["--require-hashes", "--no-deps", "--only-binary=:all:"]);
    command.arg("--requirement").arg(&file).arg("--target").arg(target);
    // A person's own habits for pip that cannot be combined with a target directory.
    command
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .env("PIP_ROOT_USER_ACTION", "ignore");
    run_well(command, Duration::from_secs(900)).await?;
    Ok(())
}

/// How to call pip.
#[derive(Debug)]
struct Pip {
    /// A module's or a wheel's arguments for `python3`.
    arguments: Vec<OsString>,
}

impl Pip {
    fn command(&self) -> Command {
        let mut command = python();
        command.args(&self.arguments);
        command
    }

    fn in_wheel(wheel: &Path) -> Self {
        // Python runs a zip file, and pip's own folder inside it, like a script.
        Self { arguments: vec![wheel.join("pip").into()] }
    }

    async fn works(&self) -> bool {
        let mut command = self.command();
        command.arg("--version");
        run(command, Duration::from_secs(60)).await.is_ok_and(|output| output.status.success())
    }
}

async fn find(scratch: &Path, say: Say) -> Result<Pip> {
    let mut version = python();
    version.arg("--version");
    run(version, Duration::from_secs(60))
        .await
        .context("python3 is needed once to fetch tools: install it and try again")?;

    let installed = Pip { arguments: vec!["-m".into(), "pip".into()] };
    if installed.works().await {
        return Ok(installed);
    }
    let mut carried = python();
    carried.arg("-c").arg(CARRIED_WHEELS);
    let listed = run(carried, Duration::from_secs(60)).await?;
    for wheel in String::from_utf8_lossy(&listed.stdout).lines() {
        let pip = Pip::in_wheel(Path::new(wheel));
        if pip.works().await {
            return Ok(pip);
        }
    }
    say.line("this Python has no pip, so a copy is taken from the distribution's package");
    let unpacked = from_distribution(scratch).await.context(
        "Python's pip is needed once to fetch tools, and could not be had from the distribution: \
         install it (on Debian: apt-get install python3-pip) and try again",
    )?;
    let pip = Pip::in_wheel(&unpacked);
    if pip.works().await {
        Ok(pip)
    } else {
        bail!("the distribution's pip does not run with this python3")
    }
}

/// Debian's `python3-pip-whl`, which needs no other package.
async fn from_distribution(scratch: &Path) -> Result<PathBuf> {
    let unpacked = scratch.join("unpacked");
    Apt::new(scratch.join("apt")).await?.unpack("python3-pip-whl", &unpacked).await?;
    only_file(&unpacked.join("usr/share/python-wheels"), "whl")
        .context("the package has no wheel in it")
}

fn only_file(dir: &Path, extension: &str) -> Option<PathBuf> {
    let files = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    let mut found: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|found| found == extension)).collect();
    found.sort();
    found.into_iter().next()
}

fn python() -> Command {
    Command::new("python3")
}
