//! Looking statements and notices up by the matching rule, and telling cases whose match has changed.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use prost::Message;
use proto::registry::v1::{
    Differs, Match, MatchField, Matched, NoNotice, Notice, Several, r#match::Outcome,
};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::{
    matching::Birth,
    stated::{self, Stated},
};
use crate::{events::EventKind, faults::Fault, register::Desk};

/// The open notices by a condition on their two dates.
macro_rules! open_notices_where {
    ($condition:literal) => {
        concat!(
            "select notice_id, content
             from notices
             where ",
            $condition,
            " and not exists (
                  select from bindings
                  where bindings.notice_id = notices.notice_id and unbound_at is null
              )
             order by notice_id"
        )
    };
}

/// Holds dates until the transaction ends, always in the same order. A lock of two numbers is apart from those of keys.
macro_rules! holding {
    ($dates:literal) => {
        concat!(
            "select pg_advisory_xact_lock(0, held.day)
             from (
                 select distinct date - date '2000-01-01' as day
                 from (",
            $dates,
            ") as dates (date)
                 where date is not null
                 order by day
             ) as held"
        )
    };
}

/// A statement that is neither registered nor withdrawn, and how it matched when last looked at.
struct Open {
    stated: Stated,
    last_match: Match,
}

/// A notice and the birth it is about.
#[derive(Debug, Clone)]
pub struct Noticed {
    pub notice_id: String,
    pub birth: Birth,
}

impl Noticed {
    /// Reads a notice as it is kept.
    ///
    /// # Errors
    ///
    /// [`Fault::Unreadable`].
    pub fn read(notice_id: String, content: &[u8]) -> Result<Self, Fault> {
        let notice = Notice::decode(content)?;
        let birth = Birth::noticed(&notice).expect("a notice was checked before it was kept");
        Ok(Self { notice_id, birth })
    }
}

/// The notice bound to a statement, and what an officer accepted between the two.
pub struct Bound {
    pub notice: Noticed,
    pub accepted: Vec<i32>,
}

impl Bound {
    /// What differs and was not accepted.
    #[must_use]
    pub fn differences(&self, stated: &Birth) -> Vec<MatchField> {
        let differing = stated.differences(&self.notice.birth).into_iter();
        differing.filter(|field| !self.accepted.contains(&i32::from(*field))).collect()
    }
}

/// How a statement that is bound to no notice matches, and the open notices that fit it.
pub struct Looked {
    pub found: Match,
    pub fitting: Vec<Noticed>,
}

/// Waits until no other transaction changes statements or notices with one of these births' dates. Two that concern each
/// other share a date, so neither can miss the other. Taken before any row is locked.
///
/// # Errors
///
/// Those of the database.
pub async fn hold_dates(conn: &mut PgConnection, births: &[&Birth]) -> Result<(), Fault> {
    let dates: Vec<jiff_sqlx::Date> = births
        .iter()
        .flat_map(|it| [it.date_of_birth, it.birth_parent_date_of_birth])
        .map(|date| date.to_sqlx())
        .collect();
    sqlx::query(holding!("select unnest($1::date[])")).bind(dates).execute(conn).await?;
    Ok(())
}

/// Holds the dates of a statement, and of the notice that is bound to it, as [`hold_dates`] does.
///
/// # Errors
///
/// Those of the database.
pub async fn hold_dates_of(conn: &mut PgConnection, statement_key: &str) -> Result<(), Fault> {
    sqlx::query(holding!(
        "select unnest(array[statements.child_date_of_birth, statements.birth_parent_date_of_birth,
                             notices.child_date_of_birth, notices.birth_parent_date_of_birth])
         from statements
         left join bindings on bindings.statement_id = statements.statement_id and unbound_at is null
         left join notices using (notice_id)
         where statements.key = $1"
    ))
    .bind(statement_key)
    .execute(conn)
    .await?;
    Ok(())
}

/// How a statement matches now.
///
/// # Errors
///
/// Those of the database.
pub async fn find_match(conn: &mut PgConnection, stated: &Stated) -> Result<Match, Fault> {
    let Some(bound) = &stated.bound else {
        return Ok(look(conn, stated.statement_id, &stated.birth).await?.found);
    };
    let notice_id = bound.notice.notice_id.clone();
    let fields = bound.differences(&stated.birth);
    Ok(if fields.is_empty() { matched(notice_id) } else { differs(notice_id, &fields) })
}

/// Looks for notices of a statement that is bound to none.
///
/// # Errors
///
/// Those of the database.
pub async fn look(
    conn: &mut PgConnection,
    statement: Uuid,
    birth: &Birth,
) -> Result<Looked, Fault> {
    let fitting = fitting_notices(conn, birth).await?;
    let found = match &fitting[..] {
        [] => nearest(conn, statement, birth).await?,
        [only] => matched(only.notice_id.clone()),
        [..] => several(fitting.iter().map(|it| it.notice_id.clone()).collect()),
    };
    Ok(Looked { found, fitting })
}

/// The open notices that fit a statement. Both dates of such a notice are the statement's.
///
/// # Errors
///
/// Those of the database.
pub async fn fitting_notices(
    conn: &mut PgConnection,
    birth: &Birth,
) -> Result<Vec<Noticed>, Fault> {
    let same_dates =
        open_notices_where!("child_date_of_birth = $1 and birth_parent_date_of_birth = $2");
    let mut notices = open_notices(conn, same_dates, birth).await?;
    notices.retain(|it| birth.fits(&it.birth));
    Ok(notices)
}

/// Looks again at the open statements that one of these notices concerns, or did, and tells the cases whose match has
/// changed. `own` is the statement of the caller, who knows.
///
/// # Errors
///
/// Those of the database.
pub async fn reconsider(
    desk: &mut Desk<'_>,
    around: &[Noticed],
    own: Option<Uuid>,
) -> Result<(), Fault> {
    let mut changed = Vec::new();
    for Open { stated, last_match } in open_statements(desk.conn, around).await? {
        let found = find_match(desk.conn, &stated).await?;
        if found != last_match {
            remember(desk.conn, stated.statement_id, &found).await?;
            if own != Some(stated.statement_id) {
                changed.push(stated.case_ref);
            }
        }
    }
    for case in changed {
        desk.tell(&case, EventKind::MatchChanged);
    }
    Ok(())
}

/// Keeps how a statement matched when last looked at.
///
/// # Errors
///
/// Those of the database.
pub async fn remember(
    conn: &mut PgConnection,
    statement: Uuid,
    found: &Match,
) -> Result<(), Fault> {
    sqlx::query("update statements set last_match = $2 where statement_id = $1")
        .bind(statement)
        .bind(found.encode_to_vec())
        .execute(conn)
        .await?;
    Ok(())
}

/// No notice fits: the one that is about this birth all the same and differs least. A notice that fits another open
/// statement is that child's, such as a twin's.
async fn nearest(conn: &mut PgConnection, statement: Uuid, birth: &Birth) -> Result<Match, Fault> {
    let one_same_date =
        open_notices_where!("(child_date_of_birth = $1 or birth_parent_date_of_birth = $2)");
    let mut near = open_notices(conn, one_same_date, birth).await?;
    near.retain(|it| birth.is_near(&it.birth));
    if !near.is_empty() {
        let mut others = open_statements(conn, &near).await?;
        others.retain(|it| it.stated.statement_id != statement);
        near.retain(|it| !others.iter().any(|other| other.stated.birth.fits(&it.birth)));
    }
    let least = near.iter().map(|it| birth.differences(&it.birth).len()).min();
    near.retain(|it| Some(birth.differences(&it.birth).len()) == least);
    Ok(match &near[..] {
        [] => Match { outcome: Some(Outcome::NoNotice(NoNotice {})) },
        [only] => differs(only.notice_id.clone(), &birth.differences(&only.birth)),
        [..] => several(near.into_iter().map(|it| it.notice_id).collect()),
    })
}

async fn open_notices(
    conn: &mut PgConnection,
    select: &'static str,
    birth: &Birth,
) -> Result<Vec<Noticed>, Fault> {
    if birth.unattended {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(select)
        .bind(birth.date_of_birth.to_sqlx())
        .bind(birth.birth_parent_date_of_birth.to_sqlx())
        .fetch_all(conn)
        .await?;
    let notice = |row: &PgRow| Noticed::read(row.get("notice_id"), row.get("content"));
    rows.iter().map(notice).collect()
}

/// The open statements that one of the notices fits, nearly fits, or was named to.
async fn open_statements(conn: &mut PgConnection, around: &[Noticed]) -> Result<Vec<Open>, Fault> {
    let dates = |of: fn(&Birth) -> Date| -> Vec<jiff_sqlx::Date> {
        around.iter().map(|it| of(&it.birth).to_sqlx()).collect()
    };
    let rows = sqlx::query(stated::stated_where!(
        "withdrawn_at is null and registered_at is null
           and (statements.child_date_of_birth = any($1) or statements.birth_parent_date_of_birth = any($2))
         order by statements.received_at, statement_id"
    ))
    .bind(dates(|it| it.date_of_birth))
    .bind(dates(|it| it.birth_parent_date_of_birth))
    .fetch_all(conn)
    .await?;
    let mut open = Vec::new();
    for row in &rows {
        let stated = stated::read(row)?;
        let last_match = Match::decode(row.get::<&[u8], _>("last_match"))?;
        let concerns = |it: &Noticed| {
            stated.birth.fits(&it.birth)
                || stated.birth.is_near(&it.birth)
                || names(&last_match, &it.notice_id)
        };
        if around.iter().any(concerns) {
            open.push(Open { stated, last_match });
        }
    }
    Ok(open)
}

/// Whether a match speaks of a notice.
fn names(found: &Match, notice_id: &str) -> bool {
    match &found.outcome {
        Some(Outcome::Matched(it)) => it.notice_id == notice_id,
        Some(Outcome::Differs(it)) => it.notice_id == notice_id,
        Some(Outcome::Several(it)) => it.notice_ids.iter().any(|id| id == notice_id),
        Some(Outcome::NoNotice(_)) | None => false,
    }
}

fn matched(notice_id: String) -> Match {
    Match { outcome: Some(Outcome::Matched(Matched { notice_id })) }
}

fn differs(notice_id: String, fields: &[MatchField]) -> Match {
    let fields = fields.iter().map(|it| i32::from(*it)).collect();
    Match { outcome: Some(Outcome::Differs(Differs { notice_id, fields })) }
}

fn several(notice_ids: Vec<String>) -> Match {
    let count = u32::try_from(notice_ids.len()).unwrap_or(u32::MAX);
    Match { outcome: Some(Outcome::Several(Several { count, notice_ids })) }
}
