//! Who certified which version of the content. Nobody certifies a version twice.

use std::collections::BTreeSet;

use domain::{CaseRef, digest, facts::Change, statement::Certification};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Keys, StoreError,
    columns::{inconsistent, number},
    contents::{self, Certified},
    keys::{self, DataKey},
    outbox::{self, Errand},
};

const TABLE: &str = "certifications";

/// What became of a certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certify {
    /// The caller records [`domain::facts::Fact::ParentCertified`], or what was said instead.
    New,
    /// This parent has certified this version; nothing was written.
    Already,
    /// Another version is to be certified by now; nothing was written.
    Stale { version: u32 },
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    certification: Certification,
    digest: [u8; 32],
}

fn purpose(version: u32, parent: u8) -> String {
    format!("certification/{version}/{parent}")
}

/// Keeps one parent's certification of the content as they saw it. The workflow will be told. The
/// case is locked until the caller commits.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn certify(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
    version: u32,
    certification: &Certification,
    at: Timestamp,
) -> Result<Certify, StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    let brief = contents::brief(conn, keys, case).await?;
    if brief.facts.content_version != version {
        return Ok(Certify::Stale { version: brief.facts.content_version });
    }
    let of = Of { case, version, parent };
    let digest = digest::of(&brief.content.statement);
    match keep(conn, &key, of, certification, digest, at).await? {
        Change::Known => Ok(Certify::Already),
        Change::New => {
            outbox::add(conn, case, &Errand::ParentsAnswered, at).await?;
            Ok(Certify::New)
        }
    }
}

/// A parent does not certify the content as they saw it. The workflow will be told. The case is locked
/// until the caller commits.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn object(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    version: u32,
    at: Timestamp,
) -> Result<Certify, StoreError> {
    keys::lock(conn, keys, case).await?;
    let newest: i32 = sqlx::query_scalar("select content_version from cases where case_ref = $1")
        .bind(case.to_string())
        .fetch_one(&mut *conn)
        .await?;
    let newest = number(TABLE, case, newest)?;
    if newest != version {
        return Ok(Certify::Stale { version: newest });
    }
    outbox::add(conn, case, &Errand::ParentsAnswered, at).await?;
    Ok(Certify::New)
}

/// Who has certified any version of a case, from 0. Only all of them together withdraw the birth.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn ever(conn: &mut PgConnection, case: CaseRef) -> Result<BTreeSet<u8>, StoreError> {
    let parents: Vec<i16> =
        sqlx::query_scalar("select distinct parent from certifications where case_ref = $1")
            .bind(case.to_string())
            .fetch_all(conn)
            .await?;
    parents.into_iter().map(|parent| number(TABLE, case, parent)).collect()
}

/// Whose certification of what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Of {
    pub case: CaseRef,
    pub version: u32,
    pub parent: u8,
}

pub(crate) async fn keep(
    conn: &mut PgConnection,
    key: &DataKey,
    of: Of,
    certification: &Certification,
    digest: [u8; 32],
    at: Timestamp,
) -> Result<Change, StoreError> {
    let sealed = Sealed { certification: certification.clone(), digest };
    let kept = sqlx::query(
        "insert into certifications (case_ref, version, parent, sealed, certified_at)
        values ($1, $2, $3, $4, $5)
        on conflict on constraint nobody_certifies_twice do nothing",
    )
    .bind(of.case.to_string())
    .bind(number::<_, i32>(TABLE, of.case, of.version)?)
    .bind(i16::from(of.parent))
    .bind(contents::seal(key, &purpose(of.version, of.parent), &sealed))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(if kept.rows_affected() == 1 { Change::New } else { Change::Known })
}

/// The certifications of the present version of the case `c` as one JSON array, null if there is none.
macro_rules! of_a_case {
    () => {
        "(
            select json_agg(
                json_build_object(
                    'parent', parent, 'sealed', encode(s.sealed, 'hex'), 'at', certified_at
                )
                order by parent
            )
            from certifications s
            where s.case_ref = c.case_ref
            and s.version = c.content_version
        )"
    };
}

pub(crate) use of_a_case;

/// Reads what [`of_a_case`] selects.
pub(crate) fn opened(
    key: &DataKey,
    case: CaseRef,
    version: u32,
    rows: Option<serde_json::Value>,
) -> Result<Vec<Certified>, StoreError> {
    #[derive(Deserialize)]
    struct Row {
        parent: u8,
        sealed: String,
        at: Timestamp,
    }

    let broken = || inconsistent(TABLE, case);
    let rows: Option<Vec<Row>> =
        rows.map(serde_json::from_value).transpose().map_err(|_| broken())?;
    let open = |row: Row| {
        let sealed = bytes(&row.sealed).ok_or_else(broken)?;
        let purpose = purpose(version, row.parent);
        let Sealed { certification, digest } = contents::open(key, &purpose, &sealed, TABLE, case)?;
        Ok(Certified { parent: row.parent, certification, digest, at: row.at })
    };
    rows.unwrap_or_default().into_iter().map(open).collect()
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let pairs = hexadecimal.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
