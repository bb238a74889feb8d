//! The parents' statements: received once per key, one live statement per case and per child.

use proto::{
    common::v1::UndoneBeforeArrival,
    registry::v1::{
        FindNoticeMatchesRequest, FindNoticeMatchesResponse, Match, NoNotice, RefusalReason,
        Refused, StatementState, SubmitStatementRequest, SubmitStatementResponse,
        WithdrawStatementRequest, WithdrawStatementResponse, WithdrawalReason, r#match,
        submit_statement_response, submit_statement_response::Accepted,
        withdraw_statement_response,
    },
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    checks,
    finding::{self, Looked},
    matching::Birth,
    stated, subject_of,
};
use crate::{
    calls::{Answer, Call, Command, Query, call, undo_answers},
    faults::Fault,
    keys::{Key, Undoing},
    operations::Operation,
    register::Desk,
};

call! {
    SubmitStatementRequest => SubmitStatementResponse, SubmitStatement, subject: |it| &it.case_ref,
    submit_statement_response: Accepted | Refused | UndoneBeforeArrival
}
call! {
    WithdrawStatementRequest => WithdrawStatementResponse, WithdrawStatement, subject: |it| &it.case_ref,
    withdraw_statement_response: Undone | NothingToUndo | TooLate
}
undo_answers!(WithdrawStatementResponse, withdraw_statement_response);

impl Command for SubmitStatementRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<SubmitStatementResponse, Fault> {
        let statement = self.statement.clone().unwrap_or_default();
        checks::contract(&statement, &self.certifications)?;
        if let Some(refused) = checks::law(&statement, &self.certifications, desk.now.date()) {
            return Ok(answer(refused));
        }
        let birth = Birth::stated(&statement).expect("it was checked");
        let older = stated::hold_with_older(desk, &self.case_ref, &birth).await?;
        if older.as_ref().is_some_and(|it| it.state == StatementState::Registered) {
            return Ok(refused(RefusalReason::AlreadyRegistered));
        }
        if let Some(reason) =
            stated::of_another_case(desk.conn, &self.case_ref, &statement, &birth).await?
        {
            return Ok(refused(reason));
        }
        let mut around = match older {
            Some(older) => stated::withdraw(desk, &older).await?,
            None => Vec::new(),
        };
        let statement_id = Uuid::now_v7();
        let Looked { found, fitting } = finding::look(desk.conn, statement_id, &birth).await?;
        stated::insert(desk, self, &statement, &birth, statement_id, &found).await?;
        around.extend(fitting);
        if !around.is_empty() {
            finding::reconsider(desk, &around, Some(statement_id)).await?;
        }
        Ok(accepted(statement_id, found, StatementState::Open))
    }

    async fn refresh(
        &self,
        kept: SubmitStatementResponse,
        conn: &mut PgConnection,
    ) -> Result<SubmitStatementResponse, Fault> {
        if !matches!(kept.outcome, Some(submit_statement_response::Outcome::Accepted(_))) {
            return Ok(kept);
        }
        let Some(stated) = stated::find(conn, &self.idempotency_key).await? else {
            return Ok(kept);
        };
        let found = match stated.state {
            StatementState::Withdrawn => no_notice(),
            StatementState::Open | StatementState::Registered | StatementState::Unspecified => {
                finding::find_match(conn, &stated).await?
            }
        };
        Ok(accepted(stated.statement_id, found, stated.state))
    }

    fn came_too_late(&self) -> Option<SubmitStatementResponse> {
        let outcome =
            submit_statement_response::Outcome::UndoneBeforeArrival(UndoneBeforeArrival {});
        Some(SubmitStatementResponse { outcome: Some(outcome) })
    }

    fn refusal(reason: &str, _key: &Key) -> Option<SubmitStatementResponse> {
        super::refusal_named(reason).map(refused)
    }
}

impl Command for WithdrawStatementRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("undoes_key", &self.undoes_key)]
    }

    fn undoes(&self) -> Option<&str> {
        Some(&self.undoes_key)
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<WithdrawStatementResponse, Fault> {
        if self.reason() == WithdrawalReason::Unspecified {
            return Err(Fault::field("reason"));
        }
        let Some(stated) = stated::hold(desk, &self.undoes_key).await? else {
            return Ok(desk.shut(&self.undoes_key).await?.into());
        };
        match stated.state {
            StatementState::Registered => Ok(Undoing::TooLate.into()),
            StatementState::Withdrawn => Ok(Undoing::Undone.into()),
            StatementState::Open | StatementState::Unspecified => {
                let freed = stated::withdraw(desk, &stated).await?;
                finding::reconsider(desk, &freed, Some(stated.statement_id)).await?;
                Ok(Undoing::Undone.into())
            }
        }
    }

    fn came_too_late(&self) -> Option<WithdrawStatementResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<WithdrawStatementResponse> {
        (reason == "TOO_LATE").then(|| Undoing::TooLate.into())
    }
}

impl Call for FindNoticeMatchesRequest {
    type Answer = FindNoticeMatchesResponse;
    const OPERATION: Operation = Operation::FindNoticeMatches;

    fn take_context(&mut self) -> proto::common::v1::RequestContext {
        self.context.take().unwrap_or_default()
    }

    fn subject(&self) -> &str {
        subject_of(&self.statement_key)
    }
}

impl Answer for FindNoticeMatchesResponse {
    fn branch(&self) -> &'static str {
        match self.r#match.as_ref().and_then(|it| it.outcome.as_ref()) {
            Some(r#match::Outcome::NoNotice(_)) => "NoNotice",
            Some(r#match::Outcome::Matched(_)) => "Matched",
            Some(r#match::Outcome::Differs(_)) => "Differs",
            Some(r#match::Outcome::Several(_)) => "Several",
            None => "Nothing",
        }
    }
}

impl Query for FindNoticeMatchesRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<FindNoticeMatchesResponse, Fault> {
        let stated =
            stated::find(conn, &self.statement_key).await?.ok_or(Fault::StatementUnknown)?;
        if stated.state == StatementState::Withdrawn {
            return Err(Fault::StatementWithdrawn);
        }
        let found = finding::find_match(conn, &stated).await?;
        Ok(FindNoticeMatchesResponse { r#match: Some(found) })
    }
}

fn accepted(statement_id: Uuid, found: Match, state: StatementState) -> SubmitStatementResponse {
    let accepted = Accepted {
        statement_id: statement_id.to_string(),
        r#match: Some(found),
        state: state.into(),
    };
    SubmitStatementResponse {
        outcome: Some(submit_statement_response::Outcome::Accepted(accepted)),
    }
}

fn refused(reason: RefusalReason) -> SubmitStatementResponse {
    answer(Refused { reason: reason.into(), fields: Vec::new() })
}

fn answer(refused: Refused) -> SubmitStatementResponse {
    SubmitStatementResponse { outcome: Some(submit_statement_response::Outcome::Refused(refused)) }
}

fn no_notice() -> Match {
    Match { outcome: Some(r#match::Outcome::NoNotice(NoNotice {})) }
}
