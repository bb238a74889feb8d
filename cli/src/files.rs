//! Small files written so that nobody sees half of them, and secrets so that nobody else sees them at all.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result};

/// Replaces `path` in one step by a file that only its owner can read.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let written = || -> std::io::Result<()> {
        let part = path.with_added_extension("part");
        let _ = fs::remove_file(&part);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a directory that only its owner can enter; fine if it is there already.
pub fn private_directory(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| {
        format!("cannot make the directory {}: choose another place", path.display())
    })
}

/// Sets the permission bits of a file or directory.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("cannot set the permissions of {}", path.display()))
}

/// Lets everybody list and enter a directory, whatever file mask we run with. For programs, never for data.
pub fn open_to_all(path: &Path) -> std::io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Removes what is at `path`, file or directory, with everything in it; fine if nothing is there.
pub fn remove_whatever_is_at(path: &Path) -> Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match gone {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// The last lines of a log from `offset` on, for a sentence that says what went wrong.
pub fn last_lines(path: &Path, offset: u64, count: usize) -> String {
    let all = fs::read(path).unwrap_or_default();
    let since = all.get(usize::try_from(offset).unwrap_or(0)..).unwrap_or(&all);
    let text = String::from_utf8_lossy(since);
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.dedup();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_readable_by_its_owner_only() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("secret");
        write_private(&path, b"old").expect("written");
        write_private(&path, b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("readable by us"), b"new");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_last_lines_are_those_of_this_start() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("log");
        fs::write(&path, "yesterday\none\ntwo\n\nthree\nthree\n").expect("written");
        assert_eq!(last_lines(&path, 10, 2), "two\nthree");
        assert_eq!(last_lines(&dir.path().join("none"), 0, 2), "");
    }
}
