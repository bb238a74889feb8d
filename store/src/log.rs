//! The log of each case: append-only, and each entry carries the hash of the one before.

mod chain;

use domain::{CaseRef, facts::Fact, people::Actor};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use self::chain::Hashed;
pub(crate) use self::chain::{Head, sum};
use crate::{
    StoreError, cases,
    columns::{inconsistent, read},
};

const TABLE: &str = "case_log";

/// One line of a case's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counted from 1, without a gap.
    pub seq: i64,
    pub at: Timestamp,
    pub actor: Actor,
    /// The member of staff, if it was one.
    pub by: Option<String>,
    pub fact: Fact,
}

/// Whether a case's log is what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    Whole {
        entries: i64,
    },
    /// The first entry that is not what was written, or that is missing.
    Broken {
        seq: i64,
    },
}

/// The log of a case, oldest first; empty for an unknown case.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn timeline(conn: &mut PgConnection, case: CaseRef) -> Result<Vec<Entry>, StoreError> {
    type Row = (i64, jiff_sqlx::Timestamp, String, Option<String>, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select seq, at, actor, staff, fact
        from case_log
        where case_ref = $1
        order by seq",
    )
    .bind(case.to_string())
    .fetch_all(conn)
    .await?;
    let entry = |(seq, at, actor, by, fact): Row| {
        let row = format!("{case} {seq}");
        Ok(Entry {
            seq,
            at: at.to_jiff(),
            actor: read(TABLE, &row, &actor)?,
            by,
            fact: serde_json::from_str(&fact).map_err(|_| inconsistent(TABLE, &row))?,
        })
    };
    rows.into_iter().map(entry).collect()
}

/// Checks the chain of a case from its first entry to the head in the case row. Needs no key.
///
/// # Errors
///
/// [`StoreError::NoCase`] for an unknown case; [`StoreError::Database`].
pub async fn verify(conn: &mut PgConnection, case: CaseRef) -> Result<Chain, StoreError> {
    // One statement is one moment: the case may move meanwhile.
    let rows: Vec<ChainRow> = sqlx::query_as(
        "select
            l.seq, l.at, l.actor, l.staff, l.fact, l.sealed, l.prev_hash, l.hash,
            c.revision as head_seq, c.log_hash as head_hash
        from case_log l
        join cases c using (case_ref)
        where case_ref = $1
        order by l.seq",
    )
    .bind(case.to_string())
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        let known = cases::exists(conn, case).await?;
        return if known { Ok(Chain::Broken { seq: 1 }) } else { Err(StoreError::NoCase) };
    }
    Ok(check(case, &rows))
}

#[derive(sqlx::FromRow)]
struct ChainRow {
    seq: i64,
    at: jiff_sqlx::Timestamp,
    actor: String,
    staff: Option<String>,
    fact: String,
    sealed: Option<Vec<u8>>,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    head_seq: i64,
    head_hash: Vec<u8>,
}

fn check(case: CaseRef, rows: &[ChainRow]) -> Chain {
    let mut head = Head::BEFORE_THE_FIRST;
    for row in rows {
        let expected = Hashed {
            prev: head.hash,
            case,
            seq: head.seq + 1,
            at: row.at.to_jiff(),
            actor: &row.actor,
            by: row.staff.as_deref(),
            fact: &row.fact,
            sealed: row.sealed.as_deref(),
        };
        let next = expected.head();
        if row.seq != next.seq || row.prev_hash != head.hash || row.hash != next.hash {
            return Chain::Broken { seq: next.seq };
        }
        if row.seq == row.head_seq && row.hash != row.head_hash {
            return Chain::Broken { seq: row.seq };
        }
        head = next;
    }
    match rows.last() {
        Some(last) if last.seq < last.head_seq => Chain::Broken { seq: last.seq + 1 },
        Some(last) if last.seq > last.head_seq => Chain::Broken { seq: last.head_seq + 1 },
        Some(_) | None => Chain::Whole { entries: head.seq },
    }
}

/// Entries that follow each other, ready to be written.
pub(crate) struct Entries<'a> {
    case: CaseRef,
    actor: Actor,
    by: Option<&'a str>,
    at: Timestamp,
    head: Head,
    seqs: Vec<i64>,
    facts: Vec<String>,
    prev_hashes: Vec<[u8; 32]>,
    hashes: Vec<[u8; 32]>,
}

impl<'a> Entries<'a> {
    /// Entries after a head. `at` is a time as columns keep it.
    pub(crate) fn after(
        head: Head,
        case: CaseRef,
        actor: Actor,
        by: Option<&'a str>,
        at: Timestamp,
    ) -> Self {
        let (seqs, facts, prev_hashes, hashes) = Default::default();
        Self { case, actor, by, at, head, seqs, facts, prev_hashes, hashes }
    }

    pub(crate) fn push(&mut self, fact: &Fact) {
        let text = serde_json::to_string(fact).expect("a fact is plain JSON");
        let hashed = Hashed {
            prev: self.head.hash,
            case: self.case,
            seq: self.head.seq + 1,
            at: self.at,
            actor: self.actor.code(),
            by: self.by,
            fact: &text,
            sealed: None,
        };
        let next = hashed.head();
        self.prev_hashes.push(self.head.hash);
        self.seqs.push(next.seq);
        self.hashes.push(next.hash);
        self.facts.push(text);
        self.head = next;
    }

    /// The newest entry, these included.
    pub(crate) const fn head(&self) -> Head {
        self.head
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.seqs.is_empty()
    }

    pub(crate) async fn append(&self, conn: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query(
            "insert into case_log (case_ref, at, actor, staff, seq, fact, prev_hash, hash)
            select $1, $2, $3, $4, seq, fact, prev_hash, hash
            from unnest($5::bigint[], $6::text[], $7::bytea[], $8::bytea[])
                as entry (seq, fact, prev_hash, hash)",
        )
        .bind(self.case.to_string())
        .bind(self.at.to_sqlx())
        .bind(self.actor.code())
        .bind(self.by)
        .bind(&self.seqs)
        .bind(&self.facts)
        .bind(&self.prev_hashes)
        .bind(&self.hashes)
        .execute(conn)
        .await?;
        Ok(())
    }
}
