//! What can go wrong with the case file.

use domain::CaseRef;
use sqlx::error::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database did not answer")]
    Database(#[source] sqlx::Error),
    #[error("the tables could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    #[error("there is no such case")]
    NoCase,
    /// The key of the case was deleted: what people typed is gone for good.
    #[error("case {0} was forgotten")]
    Forgotten(CaseRef),
    /// The key of the case cannot be unwrapped: another case key file, or an altered row.
    #[error("the key of case {0} cannot be unwrapped")]
    Key(CaseRef),
    /// The key fits and the ciphertext does not: it was altered or belongs elsewhere.
    #[error("a sealed text of case {0} cannot be opened")]
    Sealed(CaseRef),
    /// A row our own rules say cannot exist.
    #[error("row {row} of `{table}` makes no sense")]
    Inconsistent { table: &'static str, row: String },
}

impl From<sqlx::Error> for StoreError {
    /// Every foreign key that a caller can break points at `cases`.
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(|database| database.kind()) {
            Some(ErrorKind::ForeignKeyViolation) => Self::NoCase,
            _ => Self::Database(error),
        }
    }
}

/// Whether a statement failed because of a constraint.
pub(crate) fn broke(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|database| database.constraint()) == Some(constraint)
}
