//! What a provider's claims mean here: a person, a name, a role.

use std::{collections::BTreeMap, fmt};

use domain::people::Role;
use openidconnect::{AdditionalClaims, IssuerUrl, SubjectIdentifier};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// More than a provider may call somebody (OpenID Connect Core, 5.7).
const LONGEST_SUBJECT: usize = 255;

/// As much of a name as is shown.
const LONGEST_NAME: usize = 100;

/// Claims that are not in the standard: one of them holds the role. Do not print: they are about somebody.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

impl fmt::Debug for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("claims")
    }
}

/// A person with a role here. Does not print.
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) role: Role,
}

impl Person {
    /// `None` for a subject that the standard does not allow. Who has no name is called by it.
    pub(super) fn new(
        issuer: &IssuerUrl,
        subject: &SubjectIdentifier,
        name: Option<&str>,
        role: Role,
    ) -> Option<Self> {
        let fits = (1..=LONGEST_SUBJECT).contains(&subject.len())
            && subject.bytes().all(|byte| byte.is_ascii_graphic());
        let shown = |name: &str| -> String {
            name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
        };
        let name = name.map(|it| shown(it.trim())).filter(|it| !it.is_empty());
        fits.then(|| Self {
            issuer: issuer.as_str().to_owned(),
            subject: subject.as_str().to_owned(),
            name: name.unwrap_or_else(|| subject.as_str().to_owned()),
            role,
        })
    }
}

/// Why somebody has no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRole {
    /// None of the values is known here.
    None,
    /// The values are of several roles: who audits does not decide.
    Several,
}

/// Which claim says what somebody may do, and in which words.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    /// A JSON pointer into the claims.
    pointer: String,
    words: BTreeMap<String, Role>,
}

impl Roles {
    /// `claim` is a name, or a pointer that begins with a slash, such as `/realm_access/roles`. Without words of its own
    /// the provider uses ours.
    pub(super) fn new(claim: &str, words: Option<BTreeMap<String, Role>>) -> Self {
        let pointer = match claim.strip_prefix('/') {
            Some(_) => claim.to_owned(),
            None => format!("/{}", claim.replace('~', "~0").replace('/', "~1")),
        };
        let ours = || Role::ALL.iter().map(|role| (role.code().to_owned(), *role)).collect();
        Self { pointer, words: words.unwrap_or_else(ours) }
    }

    /// The one role that somebody has.
    pub(super) fn of(&self, Others(claims): &Others) -> Result<Role, NoRole> {
        // A pointer is looked up in a value.
        let claims = Value::Object(claims.clone());
        let values = match claims.pointer(&self.pointer) {
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        let mut roles = values.iter().filter_map(|it| self.words.get(it.as_str()?)).copied();
        let role = roles.next().ok_or(NoRole::None)?;
        if roles.all(|it| it == role) { Ok(role) } else { Err(NoRole::Several) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn others(claims: Value) -> Others {
        serde_json::from_value(claims).expect("they are claims")
    }

    #[test]
    fn a_role_is_one_known_word_in_the_claim_that_was_named() {
        let words = BTreeMap::from([
            ("CN=Officers,OU=Births".to_owned(), Role::Officer),
            ("seniors".to_owned(), Role::Officer),
            ("audit".to_owned(), Role::Auditor),
        ]);
        let ours = Roles::new("roles", None);
        let theirs = Roles::new("/realm/roles", Some(words.clone()));
        let named = Roles::new("https://id.example.ca/roles", Some(words));
        for (roles, claims, role) in [
            (&ours, json!({"roles": ["officer"]}), Ok(Role::Officer)),
            (&ours, json!({"roles": "auditor"}), Ok(Role::Auditor)),
            (&ours, json!({"roles": ["Officer", "staff"]}), Err(NoRole::None)),
            (&ours, json!({"roles": ["officer", "auditor"]}), Err(NoRole::Several)),
            (&ours, json!({"roles": [7, {}]}), Err(NoRole::None)),
            (&ours, json!({"groups": ["officer"]}), Err(NoRole::None)),
            (&theirs, json!({"realm": {"roles": ["CN=Officers,OU=Births"]}}), Ok(Role::Officer)),
            (&theirs, json!({"realm": {"roles": ["seniors", "x", "seniors"]}}), Ok(Role::Officer)),
            (&theirs, json!({"realm": {"roles": ["officer"]}}), Err(NoRole::None)),
            (&theirs, json!({"realm": "audit"}), Err(NoRole::None)),
            (&named, json!({"https://id.example.ca/roles": ["audit"]}), Ok(Role::Auditor)),
        ] {
            assert_eq!(roles.of(&others(claims.clone())), role, "{claims}");
        }
    }

    #[test]
    fn whoever_has_no_name_is_called_by_their_subject_and_a_subject_is_plain() {
        let issuer = IssuerUrl::new("https://id.example.ca".to_owned()).expect("it is an address");
        let person = |subject: &str, name| {
            let subject = SubjectIdentifier::new(subject.to_owned());
            Person::new(&issuer, &subject, name, Role::Viewer)
        };
        for (name, shown) in
            [(Some(" Zoé\u{7} Roy\n"), "Zoé Roy"), (Some(" "), "s-1"), (None, "s-1")]
        {
            assert_eq!(person("s-1", name).map(|it| it.name).as_deref(), Some(shown));
        }
        for subject in ["", "a b", "é", "a\n", &"x".repeat(256)] {
            assert!(person(subject, None).is_none(), "{subject:?}");
        }
    }
}
