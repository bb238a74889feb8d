//! Applications.

use proto::{
    common::v1::{Address, Sex},
    sin::v1::{
        GetSinApplicationRequest, SubmitSinApplicationRequest, UpdateMailingAddressRequest,
        WithdrawSinApplicationRequest, get_sin_application_response,
        social_insurance_register_service_client::SocialInsuranceRegisterServiceClient,
        submit_sin_application_response, update_mailing_address_response,
        withdraw_sin_application_response,
    },
};

use super::{Asked, case_of, context};
use crate::{
    families::{LANGUAGE, address, days_ago, exchange_name, statement},
    harness::Sandbox,
};

/// A request for a number for the child of [`statement`].
pub fn application(key: &str, registration_number: &str) -> SubmitSinApplicationRequest {
    SubmitSinApplicationRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        registration_number: registration_number.into(),
        registered_on: days_ago(1),
        child_name: Some(exchange_name("Ada", "Roy")),
        sex: Sex::Female.into(),
        date_of_birth: days_ago(21),
        birth_place: statement().parents[0].birth_place.clone(),
        parents_names_at_birth: vec![exchange_name("Marie", "Dubé")],
        mailing_address: Some(address()),
        language: LANGUAGE.into(),
        consent_version: "2026-01".into(),
    }
}

pub async fn try_apply(
    to: &Sandbox,
    request: SubmitSinApplicationRequest,
) -> Asked<submit_sin_application_response::Outcome> {
    let mut client = SocialInsuranceRegisterServiceClient::new(to.federal.clone());
    Ok(client.submit_sin_application(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn try_get_application(
    to: &Sandbox,
    key: &str,
) -> Asked<get_sin_application_response::Outcome> {
    let request = GetSinApplicationRequest { context: context(), application_key: key.into() };
    let mut client = SocialInsuranceRegisterServiceClient::new(to.federal.clone());
    Ok(client.get_sin_application(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn try_withdraw_application(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<withdraw_sin_application_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request =
        WithdrawSinApplicationRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let mut client = SocialInsuranceRegisterServiceClient::new(to.federal.clone());
    Ok(client.withdraw_sin_application(request).await?.into_inner().outcome.expect("an outcome"))
}

/// Has the letter sent to another address.
pub async fn try_redirect(
    to: &Sandbox,
    key: &str,
    application_key: &str,
    line1: &str,
) -> Asked<update_mailing_address_response::Outcome> {
    let request = UpdateMailingAddressRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        application_key: application_key.into(),
        mailing_address: Some(Address { line1: line1.into(), ..address() }),
    };
    let mut client = SocialInsuranceRegisterServiceClient::new(to.federal.clone());
    Ok(client.update_mailing_address(request).await?.into_inner().outcome.expect("an outcome"))
}
