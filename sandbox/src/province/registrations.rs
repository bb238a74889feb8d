//! Registrations: the point of no return, and the registrar's cancellation.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use proto::{
    common::v1::{NotFound, UndoneBeforeArrival},
    registry::v1::{
        Cancellation, CancellationReason, GetRegistrationRequest, GetRegistrationResponse,
        RefusalReason, Refused, RegisterBirthRequest, RegisterBirthResponse, Registered,
        RequestCancellationRequest, RequestCancellationResponse, StatementState, WithoutNotice,
        WithoutNoticeReason, get_registration_response, get_registration_response::NotRegistered,
        register_birth_response, request_cancellation_response,
        request_cancellation_response::UnderReview,
    },
};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{stated, stated::Stated, subject_of};
use crate::{
    calls::{Command, Query, call},
    events::EventKind,
    faults::Fault,
    keys::{self, Key},
    moment::read_date,
    register::Desk,
};

call! {
    RegisterBirthRequest => RegisterBirthResponse, RegisterBirth, subject: |it| &it.case_ref,
    register_birth_response: Registered | Refused | UndoneBeforeArrival
}
call! {
    GetRegistrationRequest => GetRegistrationResponse, GetRegistration, subject: |it| subject_of(&it.statement_key),
    get_registration_response: Registered | NotRegistered | NotFound
}
call! {
    RequestCancellationRequest => RequestCancellationResponse, RequestCancellation, subject: |it| &it.case_ref,
    request_cancellation_response: UnderReview | NotFound
}

/// The Standard Geographical Classification's code of the province, part of every number.
const PROVINCE_CODE: &str = "35";

impl Command for RegisterBirthRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("statement_key", &self.statement_key)]
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<RegisterBirthResponse, Fault> {
        check_decision(self.without_notice.as_ref())?;
        let Some(stated) = stated::hold(desk, &self.statement_key).await? else {
            return match keys::is_shut(desk.conn, &self.statement_key).await? {
                true => Ok(undone_before_arrival()),
                false => Err(Fault::StatementUnknown),
            };
        };
        // First of all: what is registered is registered, whatever this call says.
        match stated.state {
            StatementState::Registered => {
                let registered = find(desk.conn, stated.statement_id).await?;
                return Ok(answer(registered.expect("a registered statement has a registration")));
            }
            StatementState::Withdrawn => return Ok(refused(RefusalReason::StatementWithdrawn)),
            StatementState::Open | StatementState::Unspecified => {}
        }
        if self.content_digest != stated.content_digest {
            return Ok(refused(RefusalReason::ContentDiffers));
        }
        match (&stated.bound, &self.without_notice) {
            (Some(bound), None) if bound.differences(&stated.birth).is_empty() => {
                let registered =
                    register(desk, self, &stated, Some(&bound.notice.notice_id)).await?;
                Ok(answer(registered))
            }
            (None, Some(_)) => Ok(answer(register(desk, self, &stated, None).await?)),
            (Some(_) | None, None) | (Some(_), Some(_)) => Ok(refused(RefusalReason::NotMatched)),
        }
    }

    /// A registration that was cancelled since says so.
    async fn refresh(
        &self,
        kept: RegisterBirthResponse,
        conn: &mut PgConnection,
    ) -> Result<RegisterBirthResponse, Fault> {
        if !matches!(kept.outcome, Some(register_birth_response::Outcome::Registered(_))) {
            return Ok(kept);
        }
        let Some(stated) = stated::find(conn, &self.statement_key).await? else {
            return Ok(kept);
        };
        Ok(find(conn, stated.statement_id).await?.map_or(kept, answer))
    }

    fn came_too_late(&self) -> Option<RegisterBirthResponse> {
        Some(undone_before_arrival())
    }

    fn refusal(reason: &str, _key: &Key) -> Option<RegisterBirthResponse> {
        super::refusal_named(reason).map(refused)
    }
}

impl Query for GetRegistrationRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<GetRegistrationResponse, Fault> {
        use get_registration_response::Outcome;
        let Some(stated) = stated::find(conn, &self.statement_key).await? else {
            return Ok(GetRegistrationResponse { outcome: Some(Outcome::NotFound(NotFound {})) });
        };
        let outcome = match find(conn, stated.statement_id).await? {
            Some(registered) => Outcome::Registered(registered),
            None => Outcome::NotRegistered(NotRegistered { state: stated.state.into() }),
        };
        Ok(GetRegistrationResponse { outcome: Some(outcome) })
    }
}

impl Command for RequestCancellationRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    /// The sandbox's registrar reviews at once and agrees; the event and GetRegistration tell it.
    async fn work(&self, desk: &mut Desk<'_>) -> Result<RequestCancellationResponse, Fault> {
        check_authority(self)?;
        check_surviving(desk.conn, self).await?;
        let row = sqlx::query(
            "select case_ref, statement_id, cancelled_on
             from registrations
             where registration_number = $1
             for no key update",
        )
        .bind(&self.registration_number)
        .fetch_optional(&mut *desk.conn)
        .await?;
        let Some(row) = row else {
            let outcome = request_cancellation_response::Outcome::NotFound(NotFound {});
            return Ok(RequestCancellationResponse { outcome: Some(outcome) });
        };
        if row.get::<Option<jiff_sqlx::Date>, _>("cancelled_on").is_none() {
            cancel(desk, self, row.get("statement_id")).await?;
            desk.tell(row.get("case_ref"), EventKind::Cancelled);
        }
        let review = UnderReview { review_id: Uuid::now_v7().to_string() };
        let outcome = request_cancellation_response::Outcome::UnderReview(review);
        Ok(RequestCancellationResponse { outcome: Some(outcome) })
    }

    fn came_too_late(&self) -> Option<RequestCancellationResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<RequestCancellationResponse> {
        let outcome = request_cancellation_response::Outcome::NotFound(NotFound {});
        (reason == "NOT_FOUND").then_some(RequestCancellationResponse { outcome: Some(outcome) })
    }
}

fn check_decision(without: Option<&WithoutNotice>) -> Result<(), Fault> {
    let Some(without) = without else { return Ok(()) };
    if without.reason() == WithoutNoticeReason::Unspecified {
        return Err(Fault::field("without_notice.reason"));
    }
    by_two(&without.approved_by)
        .then_some(())
        .ok_or_else(|| Fault::field("without_notice.approved_by"))
}

fn check_authority(request: &RequestCancellationRequest) -> Result<(), Fault> {
    let authority = request.authority.clone().unwrap_or_default();
    let is_duplicate = request.reason() == CancellationReason::Duplicate;
    let checks = [
        ("reason", request.reason() != CancellationReason::Unspecified),
        (
            "surviving_registration_number",
            is_duplicate != request.surviving_registration_number.is_empty()
                && request.surviving_registration_number != request.registration_number,
        ),
        ("authority.reference", !authority.reference.is_empty()),
        ("authority.decided_on", read_date(&authority.decided_on).is_some()),
        ("authority.approved_by", by_two(&authority.approved_by)),
    ];
    let broken: Vec<String> =
        checks.iter().filter(|(_, good)| !good).map(|(path, _)| (*path).into()).collect();
    if broken.is_empty() { Ok(()) } else { Err(Fault::InvalidFields(broken)) }
}

/// The registration that stands must be one of ours.
async fn check_surviving(
    conn: &mut PgConnection,
    request: &RequestCancellationRequest,
) -> Result<(), Fault> {
    let surviving = &request.surviving_registration_number;
    let known: bool = sqlx::query_scalar(
        "select $1 = '' or exists (select from registrations where registration_number = $1)",
    )
    .bind(surviving)
    .fetch_one(conn)
    .await?;
    if known { Ok(()) } else { Err(Fault::field("surviving_registration_number")) }
}

/// Whether two different people approved.
fn by_two(approved_by: &[String]) -> bool {
    let people: BTreeSet<&str> =
        approved_by.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    people.len() >= 2
}

async fn register(
    desk: &mut Desk<'_>,
    request: &RegisterBirthRequest,
    stated: &Stated,
    notice: Option<&str>,
) -> Result<Registered, Fault> {
    let registered_on = desk.now.date();
    let prefix = format!("{}-{PROVINCE_CODE}-", registered_on.year());
    let without = request.without_notice.as_ref().map(|it| it.reason().as_str_name());
    let number: String = sqlx::query_scalar(
        "with marked as (
             update statements set registered_at = $8 where statement_id = $2
         )
         insert into registrations
             (registration_number, statement_id, case_ref, key, content_digest, notice_id, without_notice,
              registered_at, registered_on)
         select $1 || lpad(nth::text, greatest(7, length(nth::text)), '0'), $2, $3, $4, $5, $6, $7, $8, $9
         from nextval('registration_numbers') as nth
         returning registration_number",
    )
    .bind(prefix)
    .bind(stated.statement_id)
    .bind(&stated.case_ref)
    .bind(&request.idempotency_key)
    .bind(&request.content_digest)
    .bind(notice)
    .bind(without)
    .bind(desk.now.to_sqlx())
    .bind(registered_on.to_sqlx())
    .fetch_one(&mut *desk.conn)
    .await?;
    desk.tell(&stated.case_ref, EventKind::Registered);
    Ok(Registered {
        registration_number: number,
        registered_on: registered_on.to_string(),
        cancelled: None,
    })
}

async fn cancel(
    desk: &mut Desk<'_>,
    request: &RequestCancellationRequest,
    statement: Uuid,
) -> Result<(), Fault> {
    let surviving = Some(&request.surviving_registration_number).filter(|it| !it.is_empty());
    sqlx::query(
        "update registrations
         set cancelled_on = $2, cancellation_reason = $3, surviving_registration_number = $4
         where registration_number = $1",
    )
    .bind(&request.registration_number)
    .bind(desk.now.date().to_sqlx())
    .bind(request.reason().as_str_name())
    .bind(surviving)
    .execute(&mut *desk.conn)
    .await?;
    sqlx::query("update statements set cancelled_at = $2 where statement_id = $1")
        .bind(statement)
        .bind(desk.now.to_sqlx())
        .execute(&mut *desk.conn)
        .await?;
    Ok(())
}

async fn find(conn: &mut PgConnection, statement: Uuid) -> Result<Option<Registered>, Fault> {
    let row = sqlx::query(
        "select registration_number, registered_on, cancelled_on, cancellation_reason, surviving_registration_number
         from registrations
         where statement_id = $1",
    )
    .bind(statement)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let date = |it: jiff_sqlx::Date| -> Date { it.to_jiff() };
    let cancelled = row.get::<Option<jiff_sqlx::Date>, _>("cancelled_on").map(|on| Cancellation {
        reason: CancellationReason::from_str_name(row.get("cancellation_reason"))
            .unwrap_or_default()
            .into(),
        surviving_registration_number: row
            .get::<Option<String>, _>("surviving_registration_number")
            .unwrap_or_default(),
        cancelled_on: date(on).to_string(),
    });
    Ok(Some(Registered {
        registration_number: row.get("registration_number"),
        registered_on: date(row.get("registered_on")).to_string(),
        cancelled,
    }))
}

fn answer(registered: Registered) -> RegisterBirthResponse {
    let outcome = register_birth_response::Outcome::Registered(registered);
    RegisterBirthResponse { outcome: Some(outcome) }
}

fn refused(reason: RefusalReason) -> RegisterBirthResponse {
    let refused = Refused { reason: reason.into(), fields: Vec::new() };
    RegisterBirthResponse { outcome: Some(register_birth_response::Outcome::Refused(refused)) }
}

fn undone_before_arrival() -> RegisterBirthResponse {
    let outcome = register_birth_response::Outcome::UndoneBeforeArrival(UndoneBeforeArrival {});
    RegisterBirthResponse { outcome: Some(outcome) }
}
