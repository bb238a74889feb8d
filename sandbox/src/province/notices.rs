//! The hospitals' and midwives' notices.

use jiff_sqlx::ToSqlx;
use prost::Message;
use proto::{
    common::v1::{NotFound, Sex, TooLate},
    registry::v1::{
        AmendNoticeRequest, AmendNoticeResponse, GetNoticeRequest, GetNoticeResponse, Notice,
        NoticeState, SubmitNoticeRequest, SubmitNoticeResponse, amend_notice_response,
        amend_notice_response::Amended,
        get_notice_response,
        get_notice_response::Found,
        submit_notice_response,
        submit_notice_response::{AlreadyKnown, Received},
    },
};
use sqlx::{PgConnection, Row};
use unicode_normalization::is_nfc;
use uuid::Uuid;

use super::{
    checks,
    finding::{self, Noticed},
    matching::Birth,
};
use crate::{
    calls::{Command, Query, call},
    faults::Fault,
    keys::Key,
    moment::{Moment, is_time_of_day, read_date},
    register::Desk,
};

call! {
    SubmitNoticeRequest => SubmitNoticeResponse, SubmitNotice, subject: |it| notice_id(it.notice.as_ref()),
    submit_notice_response: Received | AlreadyKnown
}
call! {
    AmendNoticeRequest => AmendNoticeResponse, AmendNotice, subject: |it| notice_id(it.notice.as_ref()),
    amend_notice_response: Amended | NotFound | TooLate
}
call! {
    GetNoticeRequest => GetNoticeResponse, GetNotice, subject: |it| &it.notice_id,
    get_notice_response: Found | NotFound
}

/// A notice as the register holds it.
pub struct Held {
    pub notice: Notice,
    pub birth: Birth,
    pub bound_to: Option<Uuid>,
    version: i32,
    amended_by_generation: i64,
    state: NoticeState,
}

impl From<Held> for Noticed {
    fn from(held: Held) -> Self {
        noticed(&held.notice, held.birth)
    }
}

impl Command for SubmitNoticeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<SubmitNoticeResponse, Fault> {
        let (notice, birth) = check(self.notice.as_ref())?;
        finding::hold_dates(desk.conn, &[&birth]).await?;
        let inserted = sqlx::query(
            "insert into notices
                 (notice_id, content, version, amended_by_generation, child_date_of_birth,
                  birth_parent_date_of_birth, received_at)
             values ($1, $2, 1, 0, $3, $4, $5)
             on conflict do nothing",
        )
        .bind(&notice.notice_id)
        .bind(notice.encode_to_vec())
        .bind(birth.date_of_birth.to_sqlx())
        .bind(birth.birth_parent_date_of_birth.to_sqlx())
        .bind(desk.now.to_sqlx())
        .execute(&mut *desk.conn)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(already_known());
        }
        finding::reconsider(desk, &[noticed(notice, birth)], None).await?;
        let outcome = submit_notice_response::Outcome::Received(Received {});
        Ok(SubmitNoticeResponse { outcome: Some(outcome) })
    }

    fn came_too_late(&self) -> Option<SubmitNoticeResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<SubmitNoticeResponse> {
        (reason == "ALREADY_KNOWN").then(already_known)
    }
}

impl Command for AmendNoticeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<AmendNoticeResponse, Fault> {
        use amend_notice_response::Outcome;
        let answer = |outcome| Ok(AmendNoticeResponse { outcome: Some(outcome) });
        let (notice, birth) = check(self.notice.as_ref())?;
        let Some(seen) = find(desk.conn, &notice.notice_id).await? else {
            return answer(Outcome::NotFound(NotFound {}));
        };
        finding::hold_dates(desk.conn, &[&seen.birth, &birth]).await?;
        let older = hold(desk.conn, &notice.notice_id).await?;
        if older.version != seen.version {
            // Another amendment came in between, perhaps with dates that are not held.
            return Err(Fault::InProgress);
        }
        if older.state == NoticeState::Registered {
            return answer(Outcome::TooLate(TooLate {}));
        }
        if older.amended_by_generation < desk.key.generation {
            replace(desk.conn, notice, &birth, desk.key.generation, desk.now).await?;
            finding::reconsider(
                desk,
                &[noticed(notice, older.birth), noticed(notice, birth)],
                None,
            )
            .await?;
        }
        answer(Outcome::Amended(Amended {}))
    }

    fn came_too_late(&self) -> Option<AmendNoticeResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<AmendNoticeResponse> {
        use amend_notice_response::Outcome;
        let outcome = match reason {
            "NOT_FOUND" => Outcome::NotFound(NotFound {}),
            "TOO_LATE" => Outcome::TooLate(TooLate {}),
            _ => return None,
        };
        Some(AmendNoticeResponse { outcome: Some(outcome) })
    }
}

impl Query for GetNoticeRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<GetNoticeResponse, Fault> {
        let outcome = match find(conn, &self.notice_id).await? {
            Some(found) => get_notice_response::Outcome::Found(Found {
                notice: Some(found.notice),
                state: found.state.into(),
                version: found.version.unsigned_abs(),
            }),
            None => get_notice_response::Outcome::NotFound(NotFound {}),
        };
        Ok(GetNoticeResponse { outcome: Some(outcome) })
    }
}

/// A notice by the sender's reference.
///
/// # Errors
///
/// Those of the database.
pub async fn find(conn: &mut PgConnection, notice_id: &str) -> Result<Option<Held>, Fault> {
    let row = sqlx::query(
        "select content, version, amended_by_generation,
                exists (select from registrations where notice_id = $1) as registered,
                (select statement_id from bindings where notice_id = $1 and unbound_at is null) as bound_to
         from notices
         where notice_id = $1",
    )
    .bind(notice_id)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let notice = Notice::decode(row.get::<&[u8], _>("content"))?;
    let bound_to: Option<Uuid> = row.get("bound_to");
    let state = match (row.get("registered"), bound_to) {
        (true, _) => NoticeState::Registered,
        (false, Some(_)) => NoticeState::Bound,
        (false, None) => NoticeState::Open,
    };
    Ok(Some(Held {
        birth: Birth::noticed(&notice).expect("a notice was checked before it was kept"),
        notice,
        bound_to,
        version: row.get("version"),
        amended_by_generation: row.get("amended_by_generation"),
        state,
    }))
}

/// A notice that exists, with its row held for this transaction.
async fn hold(conn: &mut PgConnection, notice_id: &str) -> Result<Held, Fault> {
    sqlx::query("select from notices where notice_id = $1 for no key update")
        .bind(notice_id)
        .execute(&mut *conn)
        .await?;
    Ok(find(conn, notice_id).await?.expect("notices are never deleted"))
}

async fn replace(
    conn: &mut PgConnection,
    notice: &Notice,
    birth: &Birth,
    generation: i64,
    now: Moment,
) -> Result<(), Fault> {
    sqlx::query(
        "update notices
         set content = $2, version = version + 1, amended_by_generation = $3, child_date_of_birth = $4,
             birth_parent_date_of_birth = $5, amended_at = $6
         where notice_id = $1",
    )
    .bind(&notice.notice_id)
    .bind(notice.encode_to_vec())
    .bind(generation)
    .bind(birth.date_of_birth.to_sqlx())
    .bind(birth.birth_parent_date_of_birth.to_sqlx())
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a notice must have to be compared with a statement.
fn check(notice: Option<&Notice>) -> Result<(&Notice, Birth), Fault> {
    let Some(notice) = notice else { return Err(Fault::field("notice")) };
    let parent = notice.birth_parent.clone().unwrap_or_default();
    let id = &notice.notice_id;
    let checks = [
        (
            "notice.notice_id",
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'/'),
        ),
        ("notice.place", notice.place.is_some()),
        ("notice.date_of_birth", read_date(&notice.date_of_birth).is_some()),
        (
            "notice.time_of_birth",
            notice.time_of_birth.is_empty() || is_time_of_day(&notice.time_of_birth),
        ),
        ("notice.sex", notice.sex() != Sex::Unspecified),
        ("notice.plurality", (1..=9).contains(&notice.plurality)),
        (
            "notice.birth_order",
            notice.birth_order <= notice.plurality
                && (notice.plurality == 1 || notice.birth_order > 0),
        ),
        ("notice.birth_parent.legal_name", parent.legal_name.is_some()),
        ("notice.birth_parent.date_of_birth", read_date(&parent.date_of_birth).is_some()),
    ];
    let mut broken: Vec<String> =
        checks.iter().filter(|(_, good)| !good).map(|(path, _)| (*path).into()).collect();
    broken.extend(improper_texts(notice));
    match Birth::noticed(notice) {
        Some(birth) if broken.is_empty() => Ok((notice, birth)),
        None if broken.is_empty() => Err(Fault::field("notice.birth_parent.legal_name")),
        Some(_) | None => Err(Fault::InvalidFields(broken)),
    }
}

/// Texts and names that are not written as the contract says.
fn improper_texts(notice: &Notice) -> Vec<String> {
    let place = notice.place.clone().unwrap_or_default();
    let attendant = notice.attendant.clone().unwrap_or_default();
    let parent = notice.birth_parent.clone().unwrap_or_default();
    let mut texts: Vec<(String, String)> = vec![
        ("notice.place.facility_id".into(), place.facility_id),
        ("notice.place.location_text".into(), place.location_text),
        ("notice.place.municipality".into(), place.municipality),
        ("notice.place.county".into(), place.county),
        ("notice.attendant.name".into(), attendant.name),
    ];
    let mut broken = Vec::new();
    for (field, name) in
        [("legal_name", parent.legal_name), ("name_at_birth", parent.name_at_birth)]
    {
        let (path, name) = (format!("notice.birth_parent.{field}"), name.unwrap_or_default());
        let parts = checks::name_parts(&name);
        texts.extend(parts.map(|(part, text)| (format!("{path}.{part}"), text.to_owned())));
        if !checks::parts_follow_kind(&name) {
            broken.push(path);
        }
    }
    texts.retain(|(path, text)| !checks::is_proper(path, text) || !is_nfc(text));
    broken.extend(texts.into_iter().map(|(path, _)| path));
    broken
}

fn noticed(notice: &Notice, birth: Birth) -> Noticed {
    Noticed { notice_id: notice.notice_id.clone(), birth }
}

fn notice_id(notice: Option<&Notice>) -> &str {
    notice.map(|it| it.notice_id.as_str()).unwrap_or_default()
}

fn already_known() -> SubmitNoticeResponse {
    let outcome = submit_notice_response::Outcome::AlreadyKnown(AlreadyKnown {});
    SubmitNoticeResponse { outcome: Some(outcome) }
}
