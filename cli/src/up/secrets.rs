//! What a stack keeps to itself: made at the first start, kept for as long as the data.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::data_dir::Layout;
use crate::files;
use crate::postgres::place;
use crate::ready::Staff;

/// The development identities of the desk: one of each role.
const STAFF: [(&str, &str); 6] = [
    ("alex", "officer"),
    ("sam", "supervisor"),
    ("robin", "registrar"),
    ("noor", "operator"),
    ("jo", "auditor"),
    ("kim", "viewer"),
];

/// Secrets, as values or as the files that the other processes read them from.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Wraps the key of each case.
    pub case_key: PathBuf,
    /// Hashes what must be found.
    pub search_key: PathBuf,
    /// Derives the parents' access codes.
    pub access_key: PathBuf,
    /// By which the message service knows the portal, and the portal it.
    pub notify_key: PathBuf,
    pub notify_callback: PathBuf,
    /// By which the provider of identities knows the portal.
    pub identity: PathBuf,
    pub passwords: Passwords,
    pub staff: Vec<Staff>,
}

/// Of the database roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passwords {
    pub administrator: String,
    pub newborn: String,
    pub province: String,
    pub federal: String,
}

impl Secrets {
    /// Reads them, making what is missing. A key that is missing beside databases is not made: it would open nothing of
    /// what they hold.
    pub fn prepare(layout: &Layout) -> Result<Self> {
        files::private_directory(&layout.keys())?;
        let key = |name: &str| {
            let path = layout.keys().join(name);
            if !path.exists() && place::holds_databases(layout) {
                bail!(
                    "{} is missing, and the databases of {} cannot be read without it: put it back, or begin anew with \
                     `newborn wipe`",
                    path.display(),
                    layout.root().display()
                );
            }
            key(&path)
        };
        Ok(Self {
            case_key: key("case-keys.key")?,
            search_key: key("search.key")?,
            access_key: key("access.key")?,
            // These open nothing that is kept.
            notify_key: self::key(&layout.keys().join("notify.key"))?,
            notify_callback: self::key(&layout.keys().join("notify-callback.key"))?,
            identity: self::key(&layout.keys().join("identity.key"))?,
            passwords: kept(&layout.keys().join("database.json"), || Passwords {
                administrator: secret(),
                newborn: secret(),
                province: secret(),
                federal: secret(),
            })?,
            staff: kept(&layout.staff(), || {
                let identity = |(name, role): (&str, &str)| Staff {
                    name: name.to_owned(),
                    role: role.to_owned(),
                    token: secret(),
                };
                STAFF.map(identity).to_vec()
            })?,
        })
    }
}

/// A key file of 32 random bytes in hexadecimal.
fn key(path: &Path) -> Result<PathBuf> {
    match std::fs::read_to_string(path) {
        Ok(text)
            if text.trim().len() == 64
                && text.trim().bytes().all(|byte| byte.is_ascii_hexdigit()) => {}
        // A new key could not read what the old one wrote, so it must not quietly take its place.
        Ok(_) => bail!(
            "{} is damaged: put the original back, or delete the data directory to begin anew",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            files::write_private(path, format!("{}\n", secret()).as_bytes())?;
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
    Ok(path.to_owned())
}

fn kept<T: Serialize + for<'text> Deserialize<'text>>(
    path: &Path,
    make: impl FnOnce() -> T,
) -> Result<T> {
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| {
            format!(
                "{} is damaged: put the original back, or delete the data directory to begin anew",
                path.display()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = make();
            let text = serde_json::to_vec_pretty(&made).context("secrets are plain data")?;
            files::write_private(path, &text)?;
            Ok(made)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// 32 random bytes from the operating system's generator, in hexadecimal.
pub fn secret() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        let first = Secrets::prepare(&layout).expect("made");
        let second = Secrets::prepare(&layout).expect("read");
        assert_eq!(first.staff, second.staff);
        assert_eq!(first.passwords.newborn, second.passwords.newborn);
        assert_ne!(first.passwords.newborn, first.passwords.province);
    }

    #[test]
    fn a_key_that_is_missing_beside_databases_is_said_and_not_made() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        let secrets = Secrets::prepare(&layout).expect("made");
        std::fs::write(layout.postgres_location(), layout.postgres().to_string_lossy().as_bytes())
            .expect("written");
        std::fs::create_dir_all(layout.postgres().join("data")).expect("made");
        std::fs::write(layout.postgres().join("data/PG_VERSION"), "16").expect("written");
        std::fs::remove_file(&secrets.search_key).expect("it was there");
        let sentence = Secrets::prepare(&layout).expect_err("it is missing").to_string();
        assert!(sentence.contains("search.key is missing"), "{sentence}");
        assert!(!secrets.search_key.exists());
    }

    #[test]
    fn a_damaged_key_is_said_and_not_replaced() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        let secrets = Secrets::prepare(&layout).expect("made");
        std::fs::write(&secrets.case_key, "half").expect("written");
        let sentence = Secrets::prepare(&layout).expect_err("it is damaged").to_string();
        assert!(sentence.contains("case-keys.key is damaged"), "{sentence}");
        assert_eq!(std::fs::read_to_string(&secrets.case_key).expect("there"), "half");
    }
}
