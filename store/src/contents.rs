//! What people typed, sealed under the key of its case: the content in its versions, the contact,
//! the correlation.

use domain::{CaseRef, contact::Contact, content::Content, facts::Facts, statement::Certification};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Keys, StoreError,
    cases::{FactColumns, fact_columns},
    certifications,
    columns::{inconsistent, number},
    desk::{self, open_tasks},
    keys::{self, DataKey},
};

/// The first version has the purpose that it had when there was one.
fn content_purpose(version: u32) -> String {
    match version {
        1 => "content".to_owned(),
        _ => format!("content/{version}"),
    }
}

const CORRELATION: &str = "correlation";

/// The purpose of a contact names its version: an old one cannot pass for a new one.
pub(crate) fn contact_purpose(version: u32) -> String {
    format!("contact/{version}")
}

/// All that an activity needs of a case, in one query. Does not print: it holds personal data.
pub struct Brief {
    /// The version that the facts name.
    pub content: Content,
    /// Of that version.
    pub certifications: Vec<Certified>,
    /// The newest contact.
    pub contact: Contact,
    pub contact_version: u32,
    /// The submission's idempotency key, which the registers get as `correlation`.
    pub correlation: String,
    pub facts: Facts,
    pub revision: i64,
    pub submission: Uuid,
    /// Shared by the children of one birth.
    pub delivery: Uuid,
    /// The position of the child in its submission, from 1.
    pub ordinal: u8,
}

/// One parent's certification.
pub struct Certified {
    /// Which parent, from 0.
    pub parent: u8,
    pub certification: Certification,
    /// The digest of exactly what was certified, as the contract has it.
    pub digest: [u8; 32],
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    columns: FactColumns,
    desk: Option<serde_json::Value>,
    revision: i64,
    submission: Uuid,
    delivery: Uuid,
    ordinal: i16,
    certifications: Option<serde_json::Value>,
    correlation: Vec<u8>,
    wrapped: Option<Vec<u8>>,
    content: Vec<u8>,
    contact_version: i32,
    contact: Vec<u8>,
}

/// All that an activity needs of a case.
///
/// # Errors
///
/// [`StoreError::NoCase`]; [`StoreError::Forgotten`]; [`StoreError::Key`] and
/// [`StoreError::Sealed`] when it cannot be opened; [`StoreError::Database`];
/// [`StoreError::Inconsistent`]. So for all of this module.
pub async fn brief(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
) -> Result<Brief, StoreError> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select c.revision, c.submission, c.delivery, c.ordinal, c.correlation,
            k.wrapped, content.sealed as content,
            contact.version as contact_version, contact.sealed as contact, ",
        certifications::of_a_case!(),
        " as certifications, ",
        open_tasks!(),
        " as desk, ",
        fact_columns!(),
        " from cases c
        left join case_keys k using (case_ref)
        join case_contents content using (case_ref)
        join lateral (
            select version, sealed
            from case_contacts
            where case_ref = c.case_ref
            order by version desc
            limit 1
        ) contact on true
        where c.case_ref = $1
        and content.version = c.content_version"
    ))
    .bind(case.to_string())
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or(StoreError::NoCase)?;
    let key = keys.cases.unwrap(case, row.wrapped.as_deref())?;
    let contact_version = number("case_contacts", case, row.contact_version)?;
    let facts = row.columns.facts_of(case, desk::from_json(case, row.desk)?)?;
    let purpose = content_purpose(facts.content_version);
    Ok(Brief {
        content: open(&key, &purpose, &row.content, "case_contents", case)?,
        certifications: certifications::opened(
            &key,
            case,
            facts.content_version,
            row.certifications,
        )?,
        contact: open(
            &key,
            &contact_purpose(contact_version),
            &row.contact,
            "case_contacts",
            case,
        )?,
        contact_version,
        correlation: open(&key, CORRELATION, &row.correlation, "cases", case)?,
        facts,
        revision: row.revision,
        submission: row.submission,
        delivery: row.delivery,
        ordinal: number("cases", case, row.ordinal)?,
    })
}

/// What the parents certified, and what they asked for.
///
/// # Errors
///
/// As for [`brief`].
pub async fn read(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
) -> Result<Content, StoreError> {
    Ok(brief(conn, keys, case).await?.content)
}

/// The newest contact with its version.
///
/// # Errors
///
/// As for [`brief`].
pub async fn contact(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
) -> Result<(u32, Contact), StoreError> {
    let brief = brief(conn, keys, case).await?;
    Ok((brief.contact_version, brief.contact))
}

/// Writes a new version of the contact and gives its number. The caller records
/// [`domain::facts::Fact::ContactCorrected`]. The case is locked until the caller commits.
///
/// # Errors
///
/// As for [`brief`].
pub async fn correct_contact(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    contact: &Contact,
    at: Timestamp,
) -> Result<u32, StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    let newest: i32 = sqlx::query_scalar(
        "select coalesce(max(version), 0)
        from case_contacts
        where case_ref = $1",
    )
    .bind(case.to_string())
    .fetch_one(&mut *conn)
    .await?;
    let version = number::<_, u32>("case_contacts", case, newest)? + 1;
    keep_contact(conn, &key, case, version, contact, at).await?;
    Ok(version)
}

pub(crate) fn seal_correlation(key: &DataKey, correlation: &str) -> Vec<u8> {
    seal(key, CORRELATION, correlation)
}

/// Writes a new version of the content and gives its number. It counts once
/// [`domain::facts::Fact::ContentCorrected`] is recorded. The case is locked until the caller
/// commits.
///
/// # Errors
///
/// As for [`brief`].
pub async fn correct(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    content: &Content,
    at: Timestamp,
) -> Result<u32, StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    let newest: i32 = sqlx::query_scalar(
        "select coalesce(max(version), 0)
        from case_contents
        where case_ref = $1",
    )
    .bind(case.to_string())
    .fetch_one(&mut *conn)
    .await?;
    let version = number::<_, u32>("case_contents", case, newest)? + 1;
    keep(conn, &key, case, version, content, at).await?;
    Ok(version)
}

pub(crate) async fn keep(
    conn: &mut PgConnection,
    key: &DataKey,
    case: CaseRef,
    version: u32,
    content: &Content,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into case_contents (case_ref, version, sealed, written_at)
        values ($1, $2, $3, $4)",
    )
    .bind(case.to_string())
    .bind(number::<_, i32>("case_contents", case, version)?)
    .bind(seal(key, &content_purpose(version), content))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn keep_contact(
    conn: &mut PgConnection,
    key: &DataKey,
    case: CaseRef,
    version: u32,
    contact: &Contact,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into case_contacts (case_ref, version, sealed, written_at)
        values ($1, $2, $3, $4)",
    )
    .bind(case.to_string())
    .bind(number::<_, i32>("case_contacts", case, version)?)
    .bind(seal(key, &contact_purpose(version), contact))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) fn seal(key: &DataKey, purpose: &str, it: &(impl Serialize + ?Sized)) -> Vec<u8> {
    let text = serde_json::to_vec(it).map(Zeroizing::new).expect("what people typed is plain JSON");
    key.seal(purpose, &text)
}

pub(crate) fn open<T: DeserializeOwned>(
    key: &DataKey,
    purpose: &str,
    sealed: &[u8],
    table: &'static str,
    case: CaseRef,
) -> Result<T, StoreError> {
    let text = key.open(purpose, sealed)?;
    serde_json::from_slice(&text).map_err(|_| inconsistent(table, case))
}
