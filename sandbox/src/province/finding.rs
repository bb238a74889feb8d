//! Looking statements and notices up by the matching rule, and telling cases whose match has changed.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use prost::Message;
use proto::registry::v1::{
    Differs, Match, MatchField, Matched, NoNotice, Notice, Several, Statement, r#match::Outcome,
};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::matching::Birth;
use crate::{events::EventKind, faults::Fault, register::Desk};

/// A statement that is neither registered nor withdrawn, as far as matching needs it.
struct Open {
    statement_id: Uuid,
    case_ref: String,
    birth: Birth,
    last_match: Match,
}

/// A notice and the birth it is about.
#[derive(Debug, Clone)]
pub struct Noticed {
    pub notice_id: String,
    pub birth: Birth,
}

/// The notice bound to a statement, and what an officer accepted between the two.
pub struct Bound {
    pub notice: Noticed,
    accepted: Vec<i32>,
}

impl Bound {
    /// What differs and was not accepted.
    #[must_use]
    pub fn differences(&self, stated: &Birth) -> Vec<MatchField> {
        let differing = stated.differences(&self.notice.birth).into_iter();
        differing.filter(|field| !self.accepted.contains(&i32::from(*field))).collect()
    }
}

/// Waits until no other transaction changes statements or notices with one of these births' dates. Two that concern each
/// other share a date, so neither can miss the other. Taken before any row is locked.
///
/// # Errors
///
/// Those of the database.
pub async fn hold_dates(conn: &mut PgConnection, births: &[&Birth]) -> Result<(), Fault> {
    let dates: Vec<String> = births
        .iter()
        .flat_map(|it| [it.date_of_birth, it.birth_parent_date_of_birth])
        .map(|date| date.to_string())
        .collect();
    sqlx::query(
        "select pg_advisory_xact_lock(held.lock)
         from (
             select distinct hashtextextended('date:' || date, 0) as lock
             from unnest($1::text[]) as date
             order by lock
         ) as held",
    )
    .bind(dates)
    .execute(conn)
    .await?;
    Ok(())
}

/// How a statement matches now.
///
/// # Errors
///
/// Those of the database.
pub async fn find_match(
    conn: &mut PgConnection,
    statement: Uuid,
    birth: &Birth,
) -> Result<Match, Fault> {
    if let Some(bound) = find_bound(conn, statement).await? {
        let fields = bound.differences(birth);
        return Ok(if fields.is_empty() {
            matched(bound.notice.notice_id)
        } else {
            differs(bound.notice.notice_id, &fields)
        });
    }
    let notices = open_notices(conn, birth).await?;
    let fitting: Vec<&String> =
        notices.iter().filter(|it| birth.fits(&it.birth)).map(|it| &it.notice_id).collect();
    match fitting[..] {
        [] => nearest(conn, statement, birth, notices).await,
        [only] => Ok(matched(only.clone())),
        [..] => Ok(several(fitting.into_iter().cloned().collect())),
    }
}

/// The notice bound to a statement.
///
/// # Errors
///
/// Those of the database.
pub async fn find_bound(conn: &mut PgConnection, statement: Uuid) -> Result<Option<Bound>, Fault> {
    let row = sqlx::query(
        "select notice_id, content, accepted_differences
         from bindings join notices using (notice_id)
         where statement_id = $1 and unbound_at is null",
    )
    .bind(statement)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Bound { notice: read_notice(&row)?, accepted: row.get("accepted_differences") }))
}

/// The open notices that fit a statement.
///
/// # Errors
///
/// Those of the database.
pub async fn fitting_notices(
    conn: &mut PgConnection,
    birth: &Birth,
) -> Result<Vec<Noticed>, Fault> {
    let notices = open_notices(conn, birth).await?;
    Ok(notices.into_iter().filter(|it| birth.fits(&it.birth)).collect())
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
    for statement in open_statements(desk.conn, around).await? {
        let found = find_match(desk.conn, statement.statement_id, &statement.birth).await?;
        if found != statement.last_match {
            remember(desk.conn, statement.statement_id, &found).await?;
            if own != Some(statement.statement_id) {
                changed.push(statement.case_ref);
            }
        }
    }
    for case in changed {
        desk.tell(&case, EventKind::MatchChanged).await?;
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
async fn nearest(
    conn: &mut PgConnection,
    statement: Uuid,
    birth: &Birth,
    mut near: Vec<Noticed>,
) -> Result<Match, Fault> {
    near.retain(|it| birth.is_near(&it.birth));
    if !near.is_empty() {
        let mut others = open_statements(conn, &near).await?;
        others.retain(|it| it.statement_id != statement);
        near.retain(|it| !others.iter().any(|other| other.birth.fits(&it.birth)));
    }
    let least = near.iter().map(|it| birth.differences(&it.birth).len()).min();
    near.retain(|it| Some(birth.differences(&it.birth).len()) == least);
    Ok(match &near[..] {
        [] => Match { outcome: Some(Outcome::NoNotice(NoNotice {})) },
        [only] => differs(only.notice_id.clone(), &birth.differences(&only.birth)),
        [..] => several(near.into_iter().map(|it| it.notice_id).collect()),
    })
}

async fn open_notices(conn: &mut PgConnection, birth: &Birth) -> Result<Vec<Noticed>, Fault> {
    if birth.unattended {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "select notice_id, content
         from notices
         where (child_date_of_birth = $1 or birth_parent_date_of_birth = $2)
           and not exists (
               select from bindings
               where bindings.notice_id = notices.notice_id and unbound_at is null
           )
         order by notice_id",
    )
    .bind(birth.date_of_birth.to_sqlx())
    .bind(birth.birth_parent_date_of_birth.to_sqlx())
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_notice).collect()
}

/// The open statements that one of the notices fits, nearly fits, or was named to.
async fn open_statements(conn: &mut PgConnection, around: &[Noticed]) -> Result<Vec<Open>, Fault> {
    let dates = |of: fn(&Birth) -> Date| -> Vec<jiff_sqlx::Date> {
        around.iter().map(|it| of(&it.birth).to_sqlx()).collect()
    };
    let rows = sqlx::query(
        "select statement_id, case_ref, content, last_match
         from statements
         where withdrawn_at is null and registered_at is null
           and (child_date_of_birth = any($1) or birth_parent_date_of_birth = any($2))
         order by received_at, statement_id",
    )
    .bind(dates(|it| it.date_of_birth))
    .bind(dates(|it| it.birth_parent_date_of_birth))
    .fetch_all(conn)
    .await?;
    let mut open = Vec::new();
    for row in &rows {
        let Some(birth) = Birth::stated(&Statement::decode(row.get::<&[u8], _>("content"))?) else {
            continue;
        };
        let last_match = Match::decode(row.get::<&[u8], _>("last_match"))?;
        let concerns = |it: &Noticed| {
            birth.fits(&it.birth) || birth.is_near(&it.birth) || names(&last_match, &it.notice_id)
        };
        if around.iter().any(concerns) {
            let (statement_id, case_ref) = (row.get("statement_id"), row.get("case_ref"));
            open.push(Open { statement_id, case_ref, birth, last_match });
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

fn read_notice(row: &PgRow) -> Result<Noticed, Fault> {
    let notice = Notice::decode(row.get::<&[u8], _>("content"))?;
    let birth = Birth::noticed(&notice).expect("a notice was checked before it was kept");
    Ok(Noticed { notice_id: row.get("notice_id"), birth })
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
