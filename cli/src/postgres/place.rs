//! Where the databases live, and as whom their server runs.
//!
//! PostgreSQL refuses to run as root. As root we give it the user `postgres`, or else "nobody", and a home that this user
//! can reach: in the data directory if every directory above it lets others pass, else beside the system's temporary
//! files. The choice is written down, so that the next start finds the same data.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use nix::unistd::{Gid, Uid, User, chown};
use sha2::{Digest as _, Sha256};

use crate::data_dir::Layout;
use crate::files;
use crate::up::child::Account;

/// "Nobody", by number: not every machine has a name for it.
const NOBODY: u32 = 65_534;

/// A directory that belongs to the server's user.
#[derive(Debug, Clone)]
pub struct Home {
    path: PathBuf,
    account: Option<Account>,
}

impl Home {
    /// A home at exactly `path`, made if need be, for the user that the server will have.
    pub fn at(path: &Path) -> Result<Self> {
        let home = Self { path: path.to_owned(), account: account() };
        files::private_directory(path)?;
        if let Some(Account { uid, gid }) = home.account {
            let found = fs::symlink_metadata(path)
                .with_context(|| format!("cannot look at {}", path.display()))?;
            // In a directory that everybody may write, somebody else may have been first.
            if !found.is_dir() || !(found.uid() == 0 || found.uid() == uid.as_raw()) {
                bail!("{} belongs to another user: remove it and try again", path.display());
            }
            chown(path, Some(uid), Some(gid)).with_context(|| {
                format!("cannot give {} to the database's user", path.display())
            })?;
        }
        Ok(home)
    }

    /// The home of a data directory: the one that was chosen before, or a new choice, written down.
    pub fn of(layout: &Layout) -> Result<Self> {
        let noted = layout.postgres_location();
        if let Ok(before) = fs::read_to_string(&noted) {
            let path = PathBuf::from(before.trim());
            if !path.is_dir() {
                bail!(
                    "the databases of {} were in {}, which is gone: delete {} to begin anew",
                    layout.root().display(),
                    path.display(),
                    layout.root().display(),
                );
            }
            return Self::at(&path);
        }
        let path = match account() {
            Some(account) if !can_be_reached(layout, account)? => beside_temporary_files(layout),
            _ => layout.postgres(),
        };
        if !layout.keys().exists() {
            // A directory without keys is new: what lies here belonged to one that was deleted, and its keys with it.
            files::remove_whatever_is_at(&path)?;
        }
        let home = Self::at(&path)?;
        files::write_private(&noted, path.to_string_lossy().as_bytes())?;
        Ok(home)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The cluster itself.
    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The user to run as, if not ours.
    pub fn account(&self) -> Option<Account> {
        self.account
    }
}

/// Whether databases were made for a data directory before.
pub fn holds_databases(layout: &Layout) -> bool {
    fs::read_to_string(layout.postgres_location())
        .is_ok_and(|home| Path::new(home.trim()).join("data/PG_VERSION").exists())
}

/// The home of a data directory, if it was put outside it.
pub fn outside_home(layout: &Layout) -> Option<PathBuf> {
    let path = PathBuf::from(fs::read_to_string(layout.postgres_location()).ok()?.trim());
    let is_ours = path == beside_temporary_files(layout);
    (is_ours && !path.starts_with(layout.root())).then_some(path)
}

/// The first directory on the way to `path`, itself included, that `account` cannot enter.
pub fn barred(path: &Path, account: Account) -> Option<PathBuf> {
    let mut on_the_way: Vec<&Path> = path.ancestors().collect();
    on_the_way.reverse();
    on_the_way.into_iter().find(|dir| !may_enter(dir, account)).map(Path::to_owned)
}

fn may_enter(dir: &Path, account: Account) -> bool {
    let Ok(found) = fs::metadata(dir) else { return false };
    let bit = if found.uid() == account.uid.as_raw() {
        0o100
    } else if found.gid() == account.gid.as_raw() {
        0o010
    } else {
        0o001
    };
    found.permissions().mode() & bit != 0
}

/// The user for the server when we are root; `None` when we are somebody ordinary.
fn account() -> Option<Account> {
    if !Uid::effective().is_root() {
        return None;
    }
    let nobody = Account { uid: Uid::from_raw(NOBODY), gid: Gid::from_raw(NOBODY) };
    let found = User::from_name("postgres").ok().flatten();
    Some(found.map_or(nobody, |user| Account { uid: user.uid, gid: user.gid }))
}

/// Lets others pass through (not read) our own data directory; whether that is enough depends on what is above it.
fn can_be_reached(layout: &Layout, account: Account) -> Result<bool> {
    files::set_mode(layout.root(), 0o711)?;
    Ok(barred(layout.root(), account).is_none())
}

/// Survives a restart of the machine where that is usual, and is the same for the same data directory.
pub fn beside_temporary_files(layout: &Layout) -> PathBuf {
    let kept = Path::new("/var/tmp");
    let base = match std::env::var_os("TMPDIR") {
        None if kept.is_dir() => kept.to_owned(),
        _ => std::env::temp_dir(),
    };
    let digest = Sha256::digest(layout.root().as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    base.join(format!("newborn-{short}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger() -> Account {
        Account { uid: Uid::from_raw(NOBODY), gid: Gid::from_raw(NOBODY) }
    }

    #[test]
    fn a_directory_that_bars_strangers_is_found_on_the_way() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let closed = temp.path().join("closed");
        let inside = closed.join("inside");
        fs::create_dir_all(&inside).expect("made");
        files::set_mode(temp.path(), 0o755).expect("ours");
        files::set_mode(&closed, 0o700).expect("ours");
        assert_eq!(barred(&inside, stranger()), Some(closed.clone()));
        files::set_mode(&closed, 0o711).expect("ours");
        assert_ne!(barred(&inside, stranger()), Some(closed));
    }

    #[test]
    fn a_home_that_is_gone_is_said_and_not_silently_replaced() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        fs::write(
            layout.postgres_location(),
            temp.path().join("gone").to_string_lossy().as_bytes(),
        )
        .expect("written");
        let sentence = Home::of(&layout).expect_err("nothing is there").to_string();
        assert!(sentence.contains("gone"), "{sentence}");
    }

    #[test]
    fn only_the_home_we_would_choose_ourselves_counts_as_ours_to_remove() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        fs::write(layout.postgres_location(), "/home").expect("written");
        assert_eq!(outside_home(&layout), None);
    }
}
