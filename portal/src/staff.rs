//! Who of the staff is asking. Development identities only: a token from a file names a person and a role.

use std::{fmt, path::Path};

use anyhow::{Context, ensure};
use domain::people::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// Everybody who may sign in.
pub struct Staff(Vec<Member>);

/// A member of staff.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub name: String,
    pub role: Role,
    pub token: SecretString,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", self.role)
    }
}

impl Staff {
    /// Reads a JSON array of `{name, role, token}`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, holds something else, or a token that could be guessed or cannot travel in a cookie.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file)
            .with_context(|| format!("the staff file {} cannot be read", file.display()))?;
        let members: Vec<Member> = serde_json::from_slice(&text)
            .map_err(|error| anyhow::anyhow!("line {}, column {}", error.line(), error.column()))
            .with_context(|| format!("the staff file {} makes no sense", file.display()))?;
        Self::of(members)
    }

    /// Staff from a list.
    ///
    /// # Errors
    ///
    /// When a token could be guessed or cannot travel in a cookie.
    pub fn of(members: Vec<Member>) -> anyhow::Result<Self> {
        for member in &members {
            let token = member.token.expose_secret();
            let fits =
                token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            ensure!(
                fits && token.len() >= 16,
                "the token of {} is not 16 or more letters, digits, hyphens, underscores or periods",
                member.name
            );
        }
        Ok(Self(members))
    }

    /// Whose token this is. Takes as long whoever it is.
    pub(crate) fn holder(&self, token: &str) -> Option<&Member> {
        self.0.iter().fold(None, |found, member| {
            let same: bool = member.token.expose_secret().as_bytes().ct_eq(token.as_bytes()).into();
            if same { Some(member) } else { found }
        })
    }
}
