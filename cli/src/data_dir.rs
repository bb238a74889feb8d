//! The directory that holds everything of one stack, and who may use it.
//!
//! ```text
//! newborn.json        says that this directory is ours
//! lock                held (flock) by the running `newborn up`
//! ready.json          where everything is, while the stack is up
//! children.json       the processes of the present or last run
//! logs/NAME.log       what each process said
//! keys/  tls/         secrets and certificates, made once
//! staff.json          development identities of the desk
//! temporal.db         Temporal's journal
//! postgres/           the databases (elsewhere if their user cannot reach this directory)
//! postgres.location   where the databases are
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::files;

const MARKER: &str = "newborn.json";

/// The paths of one stack. Anybody may look; only [`DataDir::claim`] may change things.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout under `root`, made absolute so that children with another working directory find it.
    pub fn of(root: &Path) -> Result<Self> {
        let root = std::path::absolute(root)
            .with_context(|| format!("{} is not a usable path", root.display()))?;
        Ok(Self { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
    pub fn ready(&self) -> PathBuf {
        self.root.join("ready.json")
    }
    pub fn children(&self) -> PathBuf {
        self.root.join("children.json")
    }
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }
    pub fn log_of(&self, process: &str) -> PathBuf {
        self.logs().join(format!("{process}.log"))
    }
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }
    pub fn staff(&self) -> PathBuf {
        self.root.join("staff.json")
    }
    pub fn temporal_db(&self) -> PathBuf {
        self.root.join("temporal.db")
    }
    pub fn postgres(&self) -> PathBuf {
        self.root.join("postgres")
    }
    pub fn postgres_location(&self) -> PathBuf {
        self.root.join("postgres.location")
    }
    fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }
    fn marker(&self) -> PathBuf {
        self.root.join(MARKER)
    }
}

/// A data directory that this process alone may change, until dropped or killed.
#[derive(Debug)]
pub struct DataDir {
    layout: Layout,
    _lock: File,
}

impl DataDir {
    /// Takes the directory, making it if need be. Says so if another `newborn` has it.
    pub fn claim(root: &Path) -> Result<Self> {
        let layout = Layout::of(root)?;
        files::private_directory(layout.root())?;
        let lock = lock(&layout)?;
        let dir = Self { layout, _lock: lock };
        if !dir.marker().exists() {
            let words = "{\"about\": \"A data directory of `newborn up`. Safe to delete while it is stopped.\"}\n";
            files::write_private(&dir.marker(), words.as_bytes())?;
        }
        Ok(dir)
    }

    /// Empties the directory, the databases outside it included, and with it the stacks that have their directories
    /// inside this one, such as the demo's. Only a directory of ours, or an empty one, is touched, and nothing while one of
    /// those stacks is up.
    pub fn wipe(&self) -> Result<()> {
        let nested = nested_in(self)?;
        // All are claimed before the first is emptied, and held until the last is.
        let nested: Vec<Self> =
            nested.iter().map(|root| Self::claim(root)).collect::<Result<_>>()?;
        for dir in nested.iter().chain([self]) {
            if let Some(elsewhere) = crate::postgres::place::outside_home(dir) {
                files::remove_whatever_is_at(&elsewhere)?;
            }
        }
        for entry in entries(self.root())? {
            if entry != self.lock() && entry != self.marker() {
                files::remove_whatever_is_at(&entry)?;
            }
        }
        Ok(())
    }
}

impl std::ops::Deref for DataDir {
    type Target = Layout;
    fn deref(&self) -> &Layout {
        &self.layout
    }
}

/// Whether a directory may be emptied: it carries our marker, or there is nothing in it to lose.
pub fn is_ours_or_empty(root: &Path) -> Result<bool> {
    let layout = Layout::of(root)?;
    Ok(!layout.root().exists() || layout.marker().is_file() || entries(layout.root())?.is_empty())
}

/// The data directories inside one.
fn nested_in(layout: &Layout) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut unseen = vec![layout.root().to_owned()];
    while let Some(dir) = unseen.pop() {
        for entry in entries(&dir)? {
            // What a stack keeps is no place for another, and a link leads elsewhere.
            let is_directory = fs::symlink_metadata(&entry).is_ok_and(|it| it.is_dir());
            let is_kept = [layout.postgres(), layout.logs(), layout.keys(), layout.tls()];
            if is_directory && !is_kept.contains(&entry) {
                if entry.join(MARKER).is_file() {
                    found.push(entry.clone());
                }
                unseen.push(entry);
            }
        }
    }
    Ok(found)
}

fn entries(root: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(root)
        .and_then(|listed| listed.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| format!("cannot list {}", root.display()))
}

fn lock(layout: &Layout) -> Result<File> {
    let path = layout.lock();
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| {
            format!(
                "cannot write in {}: run as its owner, or choose another --data-dir",
                layout.root().display()
            )
        })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            bail!(
                "another newborn (process {}) has {} in use: stop it first, or choose another --data-dir",
                if holder.trim().is_empty() { "unknown" } else { holder.trim() },
                layout.root().display(),
            );
        }
        Err(fs::TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    // The number is for people; the lock itself is what counts.
    let noted = file.set_len(0).and_then(|()| file.rewind());
    noted
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cannot_have_one_directory() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let first = DataDir::claim(temp.path()).expect("nobody has it");
        let refusal = DataDir::claim(temp.path()).expect_err("the first has it").to_string();
        assert!(refusal.contains(&std::process::id().to_string()), "{refusal}");
        drop(first);
        DataDir::claim(temp.path()).expect("free again");
    }

    #[test]
    fn a_directory_of_somebody_else_is_not_ours_to_empty() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        assert!(is_ours_or_empty(temp.path()).expect("readable"));
        fs::write(temp.path().join("thesis.tex"), "years of work").expect("written");
        assert!(!is_ours_or_empty(temp.path()).expect("readable"));
        DataDir::claim(temp.path()).expect("nobody has it");
        assert!(is_ours_or_empty(temp.path()).expect("readable"));
    }

    #[test]
    fn a_stack_that_is_up_inside_keeps_everything_from_being_wiped() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let outer = DataDir::claim(temp.path()).expect("nobody has it");
        fs::write(outer.ready(), "{}").expect("written");
        let demo = DataDir::claim(&temp.path().join("some/demo")).expect("nobody has it");
        fs::write(demo.ready(), "{}").expect("written");
        let refusal = outer.wipe().expect_err("the demo is up").to_string();
        assert!(refusal.contains("some/demo"), "{refusal}");
        assert!(outer.ready().exists() && demo.ready().exists());
        drop(demo);
        outer.wipe().expect("emptied");
        assert_eq!(entries(temp.path()).expect("readable").len(), 2);
    }

    #[test]
    fn the_databases_of_a_stack_inside_go_with_it() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let outer = DataDir::claim(temp.path()).expect("nobody has it");
        let demo = DataDir::claim(&temp.path().join("demo")).expect("nobody has it");
        let elsewhere = crate::postgres::place::beside_temporary_files(&demo);
        fs::create_dir_all(&elsewhere).expect("made");
        fs::write(demo.postgres_location(), elsewhere.to_string_lossy().as_bytes())
            .expect("written");
        drop(demo);
        outer.wipe().expect("emptied");
        assert!(!elsewhere.exists());
    }

    #[test]
    fn wiping_leaves_only_the_lock_and_the_marker() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let dir = DataDir::claim(temp.path()).expect("nobody has it");
        fs::create_dir_all(dir.logs()).expect("made");
        fs::write(dir.ready(), "{}").expect("written");
        dir.wipe().expect("emptied");
        assert_eq!(entries(temp.path()).expect("readable").len(), 2);
    }
}
