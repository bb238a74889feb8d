//! Statements.

use proto::registry::v1::{
    Certification, CertificationMethod, FindNoticeMatchesRequest, Statement,
    SubmitStatementRequest, WithdrawStatementRequest, WithdrawalReason,
    birth_registry_service_client::BirthRegistryServiceClient, r#match, submit_statement_response,
    withdraw_statement_response,
};

use super::{Asked, case_of, context};
use crate::{families::LANGUAGE, harness::Sandbox};

/// A statement with the certifications of all its parents.
pub fn certified(key: &str, statement: Statement) -> SubmitStatementRequest {
    let content_digest = sandbox::content_digest(&statement);
    let certifications = (1..)
        .zip(&statement.parents)
        .map(|(parent_index, _)| Certification {
            parent_index,
            text_version: "2026-01".into(),
            language: LANGUAGE.into(),
            method: CertificationMethod::TypedName.into(),
            certified_at: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            content_digest: content_digest.clone(),
        })
        .collect();
    SubmitStatementRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        statement: Some(statement),
        certifications,
    }
}

pub async fn try_submit(
    to: &Sandbox,
    request: SubmitStatementRequest,
) -> Asked<submit_statement_response::Outcome> {
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    let answer = client.submit_statement(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn submit(
    to: &Sandbox,
    key: &str,
    statement: Statement,
) -> submit_statement_response::Outcome {
    try_submit(to, certified(key, statement)).await.unwrap()
}

/// Submits and expects it to be accepted: how it matches.
pub async fn accepted(to: &Sandbox, key: &str, statement: Statement) -> r#match::Outcome {
    match submit(to, key, statement).await {
        submit_statement_response::Outcome::Accepted(accepted) => {
            accepted.r#match.unwrap().outcome.unwrap()
        }
        other => panic!("not accepted: {other:?}"),
    }
}

pub async fn try_find_match(to: &Sandbox, statement_key: &str) -> Asked<r#match::Outcome> {
    let request =
        FindNoticeMatchesRequest { context: context(), statement_key: statement_key.into() };
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    let answer = client.find_notice_matches(request).await?;
    Ok(answer.into_inner().r#match.unwrap().outcome.unwrap())
}

pub async fn find_match(to: &Sandbox, statement_key: &str) -> r#match::Outcome {
    try_find_match(to, statement_key).await.unwrap()
}

pub async fn try_withdraw(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<withdraw_statement_response::Outcome> {
    let request = WithdrawStatementRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        undoes_key: undoes.into(),
        reason: WithdrawalReason::ByParents.into(),
    };
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    let answer = client.withdraw_statement(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn withdraw(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> withdraw_statement_response::Outcome {
    try_withdraw(to, key, undoes).await.unwrap()
}
