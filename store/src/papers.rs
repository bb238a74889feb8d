//! The files that parents sent as papers, sealed under the key of their case. File names are not kept.

use domain::{
    CaseRef,
    facts::Facts,
    paper::{LARGEST_FILE, MOST_FILES, Media, Paper},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use zeroize::Zeroizing;

use crate::{
    Keys, StoreError, cases,
    columns::{number, read},
    keys,
};

const TABLE: &str = "papers";

/// A file, without what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    pub paper: Paper,
    /// Among the files of this paper, from 1.
    pub number: u8,
    pub media: Media,
    pub bytes: u32,
    pub received: Timestamp,
}

impl Filed {
    /// Whether an officer refused it.
    #[must_use]
    pub fn was_refused(&self, facts: &Facts) -> bool {
        facts.papers.get(&self.paper).is_some_and(|it| self.number <= it.refused_up_to)
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The caller records [`domain::facts::Fact::PaperReceived`].
    New { number: u8 },
    /// The same file came before and is still to be looked at; nothing was written.
    Already,
    /// As many as may wait have come; nothing was written.
    TooMany,
    /// This paper is not needed, or was accepted; nothing was written.
    NotNeeded,
    /// It is longer than [`LARGEST_FILE`]; nothing was written.
    TooLarge,
}

#[derive(sqlx::FromRow)]
struct Row {
    paper: String,
    number: i16,
    media_type: String,
    bytes: i32,
    file_hash: Vec<u8>,
    received_at: jiff_sqlx::Timestamp,
}

impl Row {
    fn filed(&self, case: CaseRef) -> Result<Filed, StoreError> {
        Ok(Filed {
            paper: read(TABLE, case, &self.paper)?,
            number: number(TABLE, case, self.number)?,
            media: read(TABLE, case, &self.media_type)?,
            bytes: number(TABLE, case, self.bytes)?,
            received: self.received_at.to_jiff(),
        })
    }
}

/// Keeps a file as one of a paper's. The case is locked until the caller commits.
///
/// # Errors
///
/// As for [`crate::contents::brief`].
pub async fn keep(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    paper: Paper,
    media: Media,
    file: &[u8],
    at: Timestamp,
) -> Result<Kept, StoreError> {
    if file.len() > LARGEST_FILE {
        return Ok(Kept::TooLarge);
    }
    let key = keys::lock(conn, keys, case).await?;
    let facts = cases::facts(conn, case).await?.ok_or(StoreError::NoCase)?.facts;
    if facts.open_paper(paper).is_none() {
        return Ok(Kept::NotNeeded);
    }
    let before = rows(conn, case).await?;
    let hash = keys.search.hash("paper", &[case.to_string().as_bytes(), file]);
    let (mut newest, mut waiting) = (0, 0);
    for row in &before {
        let filed = row.filed(case)?;
        if filed.paper == paper {
            newest = newest.max(filed.number);
        }
        if filed.was_refused(&facts) {
            continue;
        }
        if filed.paper == paper && row.file_hash == hash {
            return Ok(Kept::Already);
        }
        waiting += 1;
    }
    if waiting >= MOST_FILES {
        return Ok(Kept::TooMany);
    }
    let next = newest + 1;
    sqlx::query(
        "insert into papers (
            case_ref, paper, number, media_type, bytes, file_hash, sealed, received_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(case.to_string())
    .bind(paper.code())
    .bind(i16::from(next))
    .bind(media.code())
    .bind(number::<_, i32>(TABLE, case, file.len())?)
    .bind(hash)
    .bind(key.seal(&purpose(paper, next), file))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(Kept::New { number: next })
}

/// The files of a case, oldest first.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn all(conn: &mut PgConnection, case: CaseRef) -> Result<Vec<Filed>, StoreError> {
    rows(conn, case).await?.iter().map(|row| row.filed(case)).collect()
}

async fn rows(conn: &mut PgConnection, case: CaseRef) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_as(
        "select paper, number, media_type, bytes, file_hash, received_at
        from papers
        where case_ref = $1
        order by received_at, paper, number",
    )
    .bind(case.to_string())
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// What is in a file, and what it is. `None` if there is no such file.
///
/// # Errors
///
/// As for [`crate::contents::brief`].
pub async fn find(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    paper: Paper,
    nth: u8,
) -> Result<Option<(Media, Zeroizing<Vec<u8>>)>, StoreError> {
    let key = keys::open(conn, keys, case).await?;
    let found: Option<(String, Vec<u8>)> = sqlx::query_as(
        "select media_type, sealed
        from papers
        where case_ref = $1
        and paper = $2
        and number = $3",
    )
    .bind(case.to_string())
    .bind(paper.code())
    .bind(i16::from(nth))
    .fetch_optional(conn)
    .await?;
    let Some((media, sealed)) = found else { return Ok(None) };
    Ok(Some((read(TABLE, case, &media)?, key.open(&purpose(paper, nth), &sealed)?)))
}

fn purpose(paper: Paper, number: u8) -> String {
    format!("paper/{paper}/{number}")
}
