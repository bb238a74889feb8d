//! Notices and bindings.

use proto::registry::v1::{
    AmendNoticeRequest, BindNoticeRequest, MatchDecision, MatchField, Notice, SubmitNoticeRequest,
    UnbindNoticeRequest, amend_notice_response, bind_notice_response,
    birth_registry_service_client::BirthRegistryServiceClient,
    notice_intake_service_client::NoticeIntakeServiceClient, submit_notice_response,
    unbind_notice_response,
};

use super::{Asked, case_of, context};
use crate::harness::Sandbox;

pub async fn try_submit_notice(
    to: &Sandbox,
    key: &str,
    notice: Notice,
) -> Asked<submit_notice_response::Outcome> {
    let mut client = NoticeIntakeServiceClient::new(to.province_as("hospital.newborn.internal"));
    let request = SubmitNoticeRequest {
        context: context(),
        idempotency_key: key.into(),
        notice: Some(notice),
    };
    Ok(client.submit_notice(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn submit_notice(to: &Sandbox, notice: Notice) -> submit_notice_response::Outcome {
    let key = format!("{}/submit-notice/1", notice.notice_id);
    try_submit_notice(to, &key, notice).await.unwrap()
}

pub async fn try_amend_notice(
    to: &Sandbox,
    generation: u32,
    notice: Notice,
) -> Asked<amend_notice_response::Outcome> {
    let mut client = NoticeIntakeServiceClient::new(to.province_as("hospital.newborn.internal"));
    let idempotency_key = format!("{}/amend-notice/{generation}", notice.notice_id);
    let request = AmendNoticeRequest { context: context(), idempotency_key, notice: Some(notice) };
    Ok(client.amend_notice(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn amend_notice(
    to: &Sandbox,
    generation: u32,
    notice: Notice,
) -> amend_notice_response::Outcome {
    try_amend_notice(to, generation, notice).await.unwrap()
}

/// Binds by the rule alone.
pub async fn bind(
    to: &Sandbox,
    key: &str,
    statement_key: &str,
    notice_id: &str,
) -> bind_notice_response::Outcome {
    try_bind(to, key, statement_key, notice_id, MatchDecision::Automatic, &[]).await.unwrap()
}

pub async fn try_bind(
    to: &Sandbox,
    key: &str,
    statement_key: &str,
    notice_id: &str,
    decision: MatchDecision,
    accepted: &[MatchField],
) -> Asked<bind_notice_response::Outcome> {
    let request = BindNoticeRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        statement_key: statement_key.into(),
        notice_id: notice_id.into(),
        decision: decision.into(),
        accepted_differences: accepted.iter().map(|it| i32::from(*it)).collect(),
    };
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    Ok(client.bind_notice(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn try_unbind(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<unbind_notice_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = UnbindNoticeRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    Ok(client.unbind_notice(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn unbind(to: &Sandbox, key: &str, undoes: &str) -> unbind_notice_response::Outcome {
    try_unbind(to, key, undoes).await.unwrap()
}
