//! A corrected contact: read by the form's rules, kept as a new version.

use std::collections::BTreeMap;

use domain::{
    CaseRef,
    contact::{Contact, ContactField},
    intake,
};
use sqlx::PgConnection;
use store::contents;

use crate::{Portal, problem::Problem};

/// The contact as it came with the form: nobody has corrected it.
const FIRST_CONTACT: u32 = 1;

/// Which version of the contact the workflow is to hear of.
pub(super) enum Corrected {
    Now {
        version: u32,
    },
    /// It was written down with an earlier decision, which the workflow may never have heard.
    Before {
        version: u32,
    },
}

impl Corrected {
    pub(super) const fn version(self) -> u32 {
        match self {
            Self::Now { version } | Self::Before { version } => version,
        }
    }
}

/// Writes the corrected contact as a new version. With nothing set, the newest correction is told once more.
pub(super) async fn correct(
    portal: &Portal,
    tx: &mut PgConnection,
    case: CaseRef,
    set: &BTreeMap<String, String>,
) -> Result<Corrected, Problem> {
    let (version, contact) = contents::contact(tx, &portal.keys, case).await?;
    if set.is_empty() {
        return match version {
            FIRST_CONTACT => Err(Problem::InvalidField("/set".to_owned())),
            version => Ok(Corrected::Before { version }),
        };
    }
    let corrected = corrected(&contact, set)?;
    let version =
        contents::correct_contact(tx, &portal.keys, case, &corrected, portal.now()).await?;
    Ok(Corrected::Now { version })
}

/// Whether a corrected contact could be taken.
pub(crate) async fn check_contact(
    portal: &Portal,
    case: CaseRef,
    set: &BTreeMap<String, String>,
) -> Result<(), Problem> {
    let mut conn = portal.pool.acquire().await?;
    let (_, contact) = contents::contact(&mut conn, &portal.keys, case).await?;
    corrected(&contact, set).map(|_| ())
}

/// The contact with new values, read by the same rules as the form's.
fn corrected(contact: &Contact, set: &BTreeMap<String, String>) -> Result<Contact, Problem> {
    let mut form = intake::Contact::from(contact.clone());
    for (path, value) in set {
        let field = ContactField::read(path).map_err(|_| Problem::CertifiedField(pointer(path)))?;
        *form.field(field) = Some(value.clone());
    }
    form.read().map_err(|violations| {
        let as_sent = |mut it: intake::Violation| {
            let path = it.pointer.trim_start_matches('/').replace('/', ".");
            let known =
                set.keys().find(|key| path == **key || path.strip_prefix("contact.") == Some(key));
            it.pointer = pointer(known.map_or(&path, |key| key));
            it
        };
        Problem::FormInvalid(violations.into_iter().map(as_sent).collect())
    })
}

fn pointer(path: &str) -> String {
    format!("/set/{}", path.replace('~', "~0").replace('/', "~1"))
}
