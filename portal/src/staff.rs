//! Who of the staff is asking, and the development identities: a token from a file names a person and a role.

use std::{fmt, path::Path};

use anyhow::{Context, ensure};
use domain::people::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::sign_ins::SignedIn;
use subtle::ConstantTimeEq;

/// A member of staff, however they are known to be one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// What logs call them, for good: the same person always, and nobody else.
    pub(crate) reference: String,
    /// What they are called now.
    pub(crate) name: String,
    pub(crate) role: Role,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", self.role)
    }
}

impl From<SignedIn> for Member {
    fn from(it: SignedIn) -> Self {
        Self { reference: it.reference, name: it.name, role: it.role }
    }
}

/// Everybody who has a development token. In production nobody has.
#[derive(Default)]
pub struct Staff(Vec<Identity>);

/// A development identity. The development provider knows the same person by the same name.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub name: String,
    pub role: Role,
    pub token: SecretString,
}

impl Staff {
    /// Reads a JSON array of `{name, role, token}`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, holds something else, or a token that could be guessed or cannot travel in a header.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file)
            .with_context(|| format!("the staff file {} cannot be read", file.display()))?;
        let members: Vec<Identity> = serde_json::from_slice(&text)
            .map_err(|error| anyhow::anyhow!("line {}, column {}", error.line(), error.column()))
            .with_context(|| format!("the staff file {} makes no sense", file.display()))?;
        tracing::warn!("development tokens of staff are accepted");
        Self::of(members)
    }

    /// Staff from a list.
    ///
    /// # Errors
    ///
    /// When a token could be guessed or cannot travel in a header.
    pub fn of(members: Vec<Identity>) -> anyhow::Result<Self> {
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
    pub(crate) fn holder(&self, token: &str) -> Option<Member> {
        let holder = self.0.iter().fold(None, |found, member| {
            let same: bool = member.token.expose_secret().as_bytes().ct_eq(token.as_bytes()).into();
            if same { Some(member) } else { found }
        });
        holder.map(|it| Member { reference: it.name.clone(), name: it.name.clone(), role: it.role })
    }
}
