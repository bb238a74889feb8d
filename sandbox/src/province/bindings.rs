//! Which notice belongs to which statement.

use jiff_sqlx::Timestamp;
use proto::{
    common::v1::UndoneBeforeArrival,
    registry::v1::{
        BindNoticeRequest, BindNoticeResponse, MatchDecision, MatchField, RefusalReason, Refused,
        StatementState, UnbindNoticeRequest, UnbindNoticeResponse, bind_notice_response,
        bind_notice_response::Bound, r#match, unbind_notice_response,
    },
};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{
    finding::{self, Noticed},
    matching::{Birth, may_be_accepted},
    notices,
    stated::{self, Stated},
};
use crate::{
    calls::{Command, call, undo_answers},
    faults::Fault,
    keys::{Key, Undoing},
    register::Desk,
};

call! {
    BindNoticeRequest => BindNoticeResponse, BindNotice, subject: |it| &it.case_ref,
    bind_notice_response: Bound | Refused | UndoneBeforeArrival
}
call! {
    UnbindNoticeRequest => UnbindNoticeResponse, UnbindNotice, subject: |it| &it.case_ref,
    unbind_notice_response: Undone | NothingToUndo | TooLate
}
undo_answers!(UnbindNoticeResponse, unbind_notice_response);

impl Command for BindNoticeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("statement_key", &self.statement_key)]
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<BindNoticeResponse, Fault> {
        check_decision(self)?;
        let mut stated =
            stated::hold(desk, &self.statement_key).await?.ok_or(Fault::StatementUnknown)?;
        match stated.state {
            StatementState::Withdrawn => return Ok(refused(RefusalReason::StatementWithdrawn)),
            StatementState::Registered => return Ok(refused(RefusalReason::AlreadyRegistered)),
            StatementState::Open | StatementState::Unspecified => {}
        }
        let Some(notice) = notices::find(desk.conn, &self.notice_id).await? else {
            return Ok(refused(RefusalReason::NotMatched));
        };
        match notice.bound_to {
            Some(other) if other != stated.statement_id => {
                return Ok(refused(RefusalReason::NoticeTaken));
            }
            // Bound to this statement by an earlier generation: this key takes the binding over.
            Some(_) => {
                unbind(desk, stated.statement_id).await?;
                stated.bound = None;
            }
            None if stated.bound.is_some() => return Ok(refused(RefusalReason::NotMatched)),
            None => {}
        }
        if !agrees(desk.conn, self, &stated, &notice.birth).await? {
            return Ok(refused(RefusalReason::NotMatched));
        }
        bind(desk, self, stated.statement_id).await?;
        finding::reconsider(desk, &[notice.into()], Some(stated.statement_id)).await?;
        let bound = Bound { notice_id: self.notice_id.clone() };
        Ok(BindNoticeResponse { outcome: Some(bind_notice_response::Outcome::Bound(bound)) })
    }

    fn came_too_late(&self) -> Option<BindNoticeResponse> {
        let outcome = bind_notice_response::Outcome::UndoneBeforeArrival(UndoneBeforeArrival {});
        Some(BindNoticeResponse { outcome: Some(outcome) })
    }

    fn refusal(reason: &str, _key: &Key) -> Option<BindNoticeResponse> {
        super::refusal_named(reason).map(refused)
    }
}

impl Command for UnbindNoticeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("undoes_key", &self.undoes_key)]
    }

    fn undoes(&self) -> Option<&str> {
        Some(&self.undoes_key)
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<UnbindNoticeResponse, Fault> {
        let Some((statement_key, notice_id)) = find(desk.conn, &self.undoes_key).await? else {
            return Ok(desk.shut(&self.undoes_key).await?.into());
        };
        let stated = stated::hold(desk, &statement_key).await?.ok_or(Fault::StatementUnknown)?;
        if stated.state == StatementState::Registered {
            return Ok(Undoing::TooLate.into());
        }
        if is_live(desk.conn, &self.undoes_key).await? {
            unbind(desk, stated.statement_id).await?;
            let notice = notices::find(desk.conn, &notice_id).await?;
            let freed: Vec<Noticed> = notice.into_iter().map(Noticed::from).collect();
            finding::reconsider(desk, &freed, Some(stated.statement_id)).await?;
        }
        Ok(Undoing::Undone.into())
    }

    fn came_too_late(&self) -> Option<UnbindNoticeResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<UnbindNoticeResponse> {
        (reason == "TOO_LATE").then(|| Undoing::TooLate.into())
    }
}

/// Whether the pair may be bound by this decision: by the rule alone, or by an officer within the officer's bounds.
async fn agrees(
    conn: &mut PgConnection,
    request: &BindNoticeRequest,
    stated: &Stated,
    notice: &Birth,
) -> Result<bool, Fault> {
    match request.decision() {
        MatchDecision::Officer => {
            let accepted: Vec<MatchField> = request.accepted_differences().collect();
            let accepted = |field: &MatchField| may_be_accepted(*field) && accepted.contains(field);
            Ok(!stated.birth.unattended && stated.birth.differences(notice).iter().all(accepted))
        }
        MatchDecision::Automatic | MatchDecision::Unspecified => {
            let found = finding::find_match(conn, stated).await?;
            Ok(
                matches!(found.outcome, Some(r#match::Outcome::Matched(it)) if it.notice_id == request.notice_id),
            )
        }
    }
}

fn check_decision(request: &BindNoticeRequest) -> Result<(), Fault> {
    let known = request.accepted_differences.iter().all(|it| MatchField::try_from(*it).is_ok());
    match request.decision() {
        MatchDecision::Unspecified => Err(Fault::field("decision")),
        MatchDecision::Automatic if !request.accepted_differences.is_empty() => {
            Err(Fault::field("accepted_differences"))
        }
        MatchDecision::Automatic | MatchDecision::Officer if known => Ok(()),
        MatchDecision::Automatic | MatchDecision::Officer => {
            Err(Fault::field("accepted_differences"))
        }
    }
}

async fn bind(
    desk: &mut Desk<'_>,
    request: &BindNoticeRequest,
    statement: Uuid,
) -> Result<(), Fault> {
    sqlx::query(
        "insert into bindings (key, statement_id, notice_id, decision, accepted_differences, bound_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&request.idempotency_key)
    .bind(statement)
    .bind(&request.notice_id)
    .bind(request.decision().as_str_name())
    .bind(&request.accepted_differences)
    .bind(desk.now.to_sqlx())
    .execute(&mut *desk.conn)
    .await?;
    Ok(())
}

async fn unbind(desk: &mut Desk<'_>, statement: Uuid) -> Result<(), Fault> {
    sqlx::query(
        "update bindings set unbound_at = $2 where statement_id = $1 and unbound_at is null",
    )
    .bind(statement)
    .bind(desk.now.to_sqlx())
    .execute(&mut *desk.conn)
    .await?;
    Ok(())
}

/// The statement's key and the notice of a binding, live or not.
async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<(String, String)>, Fault> {
    let row = sqlx::query(
        "select statements.key, bindings.notice_id
         from bindings join statements using (statement_id)
         where bindings.key = $1",
    )
    .bind(key)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.get("key"), row.get("notice_id"))))
}

async fn is_live(conn: &mut PgConnection, key: &str) -> Result<bool, Fault> {
    let unbound: Option<Timestamp> =
        sqlx::query_scalar("select unbound_at from bindings where key = $1")
            .bind(key)
            .fetch_one(conn)
            .await?;
    Ok(unbound.is_none())
}

fn refused(reason: RefusalReason) -> BindNoticeResponse {
    let refused = Refused { reason: reason.into(), fields: Vec::new() };
    BindNoticeResponse { outcome: Some(bind_notice_response::Outcome::Refused(refused)) }
}
