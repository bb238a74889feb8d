//! The province: statements, notices, registrations, certificates and fees.

mod bindings;
mod checks;
pub mod content;
mod counties;
mod fees;
mod finding;
pub mod ledger;
mod matching;
mod notices;
mod orders;
pub mod production;
mod registrations;
pub mod service;
mod stated;
mod statements;

use proto::registry::v1::RefusalReason;

/// The subject of a key that a query asks for: the case a log line is about.
fn subject_of(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

/// The reason a misbehaving register was told to refuse with.
fn refusal_named(reason: &str) -> Option<RefusalReason> {
    RefusalReason::from_str_name(&format!("REFUSAL_REASON_{reason}"))
        .filter(|it| *it != RefusalReason::Unspecified)
}
