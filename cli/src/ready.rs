//! `ready.json`: where everything of a running stack is. Written when every health check has passed, and only then there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::data_dir::Layout;
use crate::files;

/// The content of `ready.json`. Scripts and tests rely on these names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Base URL of the pages and the API.
    pub portal: String,
    /// `host:port` of Temporal's gRPC.
    pub temporal: String,
    /// Base URL of Temporal's HTTP API.
    pub temporal_http: String,
    /// Base URL of Temporal's own pages.
    pub temporal_ui: String,
    pub temporal_namespace: String,
    /// URL of the province's gRPC endpoint (mutual TLS).
    pub province: String,
    /// URL of the federal gRPC endpoint (mutual TLS).
    pub federal: String,
    /// Base URL of the sandbox's control API.
    pub sandbox: String,
    /// The provider of identities where staff sign in.
    pub identity: String,
    /// The case file's database, with its password.
    pub database_url: String,
    /// The `/metrics` of every process of ours.
    pub metrics: Vec<String>,
    /// The `/metrics` of Temporal's server, and of its SDK in the worker.
    pub temporal_metrics: Vec<String>,
    pub tls_dir: PathBuf,
    pub data_dir: PathBuf,
    /// Development identities of the staff, with their tokens for the API.
    pub staff: Vec<Staff>,
    /// Process ids by name.
    pub processes: BTreeMap<String, u32>,
}

/// Somebody of the staff of this stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub name: String,
    pub role: String,
    pub token: String,
}

impl Ready {
    /// Reads the file of a running stack; says what to do if there is none.
    pub fn of(data_dir: &Path) -> Result<Self> {
        let path = Layout::of(data_dir)?.ready();
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "no stack is up on {}: start one with `newborn up --data-dir {}`, or name another --data-dir",
                data_dir.display(),
                data_dir.display(),
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        serde_json::from_slice(&text).with_context(|| {
            format!("{} is not what this newborn writes: restart the stack with it", path.display())
        })
    }

    /// Replaces the file in one step.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self).context("addresses are plain data")?;
        text.push(b'\n');
        files::write_private(path, &text)
    }

    /// The token of a member of staff.
    pub fn token_of(&self, name: &str) -> Result<&str> {
        let names: Vec<_> = self.staff.iter().map(|staff| staff.name.as_str()).collect();
        let found = self.staff.iter().find(|staff| staff.name == name);
        found.map(|staff| staff.token.as_str()).with_context(|| {
            format!("nobody on the desk is called {name}: choose one of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_stack_the_sentence_says_how_to_start_one() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let sentence = Ready::of(temp.path()).expect_err("nothing is up").to_string();
        assert!(sentence.contains("newborn up --data-dir"), "{sentence}");
    }
}
