//! Finding cases by a name and a birth date without keeping either: keyed hashes of what was
//! typed.

use domain::{CaseRef, name::PersonName, statement::Statement};
use jiff::civil::Date;
use sqlx::PgConnection;

use crate::{Keys, StoreError, columns::case_ref};

/// Whose name and birth date are looked for. Case and spacing do not matter, accents do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Child,
    /// By the legal name or the name at birth.
    BirthParent,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::Child => "CHILD",
            Self::BirthParent => "BIRTH_PARENT",
        }
    }
}

/// The cases of a person, in the order of their references.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn find(
    conn: &mut PgConnection,
    keys: &Keys,
    kind: Kind,
    name: &PersonName,
    born: Date,
) -> Result<Vec<CaseRef>, StoreError> {
    let found: Vec<String> = sqlx::query_scalar(
        "select case_ref
        from search_hashes
        where kind = $1
        and hash = $2
        order by case_ref",
    )
    .bind(kind.code())
    .bind(hash(keys, kind, name, born))
    .fetch_all(conn)
    .await?;
    found.iter().map(|case| case_ref("search_hashes", case)).collect()
}

/// Keeps by what a case is found.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    statement: &Statement,
) -> Result<(), StoreError> {
    let child = &statement.child;
    let mut people = vec![(Kind::Child, &child.name, child.date_of_birth)];
    for parent in statement.parents.iter().filter(|parent| parent.is_birth_parent) {
        for name in [&parent.legal_name, &parent.name_at_birth] {
            people.push((Kind::BirthParent, name, parent.date_of_birth));
        }
    }
    let kinds: Vec<&str> = people.iter().map(|(kind, ..)| kind.code()).collect();
    let hashes: Vec<[u8; 32]> =
        people.iter().map(|(kind, name, born)| hash(keys, *kind, name, *born)).collect();
    sqlx::query(
        "insert into search_hashes (case_ref, kind, hash)
        select $1, kind, hash
        from unnest($2::text[], $3::bytea[]) as person (kind, hash)
        on conflict on constraint one_hash_per_case_and_kind do nothing",
    )
    .bind(case.to_string())
    .bind(&kinds)
    .bind(&hashes)
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn forget(conn: &mut PgConnection, case: CaseRef) -> Result<(), StoreError> {
    sqlx::query("delete from search_hashes where case_ref = $1")
        .bind(case.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

fn hash(keys: &Keys, kind: Kind, name: &PersonName, born: Date) -> [u8; 32] {
    keys.search.hash(kind.code(), &[name.folded().as_bytes(), born.to_string().as_bytes()])
}
