//! Registrations.

use proto::registry::v1::{
    GetRegistrationRequest, RegisterBirthRequest, Registered, Statement, bind_notice_response,
    birth_registry_service_client::BirthRegistryServiceClient, get_registration_response,
    register_birth_response,
};

use super::{Asked, accepted, bind, case_of, context, submit_notice};
use crate::{
    families::{notice, statement_of},
    harness::Sandbox,
};

/// A request to register what was stated.
pub fn registration(key: &str, statement_key: &str, statement: &Statement) -> RegisterBirthRequest {
    RegisterBirthRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        statement_key: statement_key.into(),
        content_digest: sandbox::content_digest(statement),
        without_notice: None,
    }
}

pub async fn try_register(
    to: &Sandbox,
    request: RegisterBirthRequest,
) -> Asked<register_birth_response::Outcome> {
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    Ok(client.register_birth(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn register(
    to: &Sandbox,
    request: RegisterBirthRequest,
) -> register_birth_response::Outcome {
    try_register(to, request).await.unwrap()
}

pub async fn try_get_registration(
    to: &Sandbox,
    statement_key: &str,
) -> Asked<get_registration_response::Outcome> {
    let request =
        GetRegistrationRequest { context: context(), statement_key: statement_key.into() };
    let mut client = BirthRegistryServiceClient::new(to.province.clone());
    Ok(client.get_registration(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn get_registration(
    to: &Sandbox,
    statement_key: &str,
) -> get_registration_response::Outcome {
    try_get_registration(to, statement_key).await.unwrap()
}

/// Takes a case all the way to its registration. The keys are `<case>/statement/1`, `…/notice/1`, `…/registration/1`;
/// `first` is the birth parent's first name, by which families differ.
pub async fn registered(to: &Sandbox, case: &str, first: &str) -> Registered {
    let statement = statement_of(first);
    let (statement_key, notice_id) = (format!("{case}/statement/1"), format!("notice-of-{case}"));
    accepted(to, &statement_key, statement.clone()).await;
    let mut notice = notice(&notice_id);
    notice.birth_parent.as_mut().unwrap().legal_name = statement.parents[0].legal_name.clone();
    submit_notice(to, notice).await;
    let bound = bind(to, &format!("{case}/notice/1"), &statement_key, &notice_id).await;
    assert!(matches!(bound, bind_notice_response::Outcome::Bound(_)), "{bound:?}");
    match register(to, registration(&format!("{case}/registration/1"), &statement_key, &statement))
        .await
    {
        register_birth_response::Outcome::Registered(registered) => registered,
        other => panic!("not registered: {other:?}"),
    }
}
