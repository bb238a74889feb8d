//! How our values stand in columns.

use std::{fmt::Display, str::FromStr};

use domain::CaseRef;
use jiff::Timestamp;

use crate::StoreError;

/// A time as its column keeps it: whole microseconds. Times are cut before they are hashed or
/// compared, so that what is read back is what was written.
pub(crate) fn stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).expect("a time cut short is still a time")
}

/// Reads a closed word, a reference or a number from a row of a table.
pub(crate) fn read<T: FromStr>(
    table: &'static str,
    row: impl Display,
    word: &str,
) -> Result<T, StoreError> {
    word.parse().map_err(|_| inconsistent(table, row))
}

/// Reads a closed word that may be absent; `None` for a word that is not in its set.
pub(crate) fn word<T: FromStr>(word: Option<&str>) -> Option<Option<T>> {
    match word {
        None => Some(None),
        Some(word) => word.parse().ok().map(Some),
    }
}

/// Reads a whole number from a row of a table.
pub(crate) fn number<N, T: TryFrom<N>>(
    table: &'static str,
    row: impl Display,
    number: N,
) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| inconsistent(table, row))
}

pub(crate) fn case_ref(table: &'static str, text: &str) -> Result<CaseRef, StoreError> {
    read(table, text, text)
}

pub(crate) fn inconsistent(table: &'static str, row: impl Display) -> StoreError {
    StoreError::Inconsistent { table, row: row.to_string() }
}
