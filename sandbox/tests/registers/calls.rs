//! The engine's and the hospital's calls, one short function each.
//!
//! A function without `Result` fails the test when no answer comes.

use proto::{
    certificates::v1::{
        CancelOrderRequest, GetFeeRequest, GetOrderRequest, Order, OrderCertificateRequest,
        PayFeeRequest, Product, RefundFeeRequest, UpdateDeliveryAddressRequest,
        birth_certificate_service_client::BirthCertificateServiceClient, cancel_order_response,
        fee_service_client::FeeServiceClient, get_fee_response, get_order_response,
        order_certificate_response, pay_fee_response, refund_fee_response,
        update_delivery_address_response,
    },
    common::v1::{Address, Event, RequestContext, Sex},
    registry::v1::{
        AmendNoticeRequest, BindNoticeRequest, Certification, CertificationMethod,
        FindNoticeMatchesRequest, GetRegistrationRequest, MatchDecision, MatchField, Notice,
        RegisterBirthRequest, Registered, Statement, SubmitNoticeRequest, SubmitStatementRequest,
        UnbindNoticeRequest, WatchRegistryEventsRequest, WatchRegistryEventsResponse,
        WithdrawStatementRequest, WithdrawalReason, amend_notice_response, bind_notice_response,
        birth_registry_service_client::BirthRegistryServiceClient, get_registration_response,
        r#match, notice_intake_service_client::NoticeIntakeServiceClient, register_birth_response,
        registry_event_service_client::RegistryEventServiceClient, submit_notice_response,
        submit_statement_response, unbind_notice_response, watch_registry_events_response,
        withdraw_statement_response,
    },
    sin::v1::{
        GetSinApplicationRequest, SubmitSinApplicationRequest, UpdateMailingAddressRequest,
        WatchSinEventsRequest, WatchSinEventsResponse, WithdrawSinApplicationRequest,
        get_sin_application_response, sin_event_service_client::SinEventServiceClient,
        social_insurance_register_service_client::SocialInsuranceRegisterServiceClient,
        submit_sin_application_response, update_mailing_address_response,
        watch_sin_events_response, withdraw_sin_application_response,
    },
};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use crate::{
    families::{LANGUAGE, address, days_ago, exchange_name, statement},
    harness::Sandbox,
};

pub type Asked<T> = Result<T, Status>;

/// The `correlation` of every call that does not say another.
pub const CORRELATION: &str = "submission-1";

pub fn context() -> Option<RequestContext> {
    Some(RequestContext {
        request_id: uuid::Uuid::new_v4().to_string(),
        correlation: CORRELATION.into(),
        ..RequestContext::default()
    })
}

/// What a fault says: its code and reason.
pub fn fault(status: &Status) -> (Code, String) {
    let reason = status.get_details_error_info().map(|it| it.reason).unwrap_or_default();
    (status.code(), reason)
}

/// The case a key is of.
fn case_of(key: &str) -> String {
    key.split('/').next().unwrap().into()
}

// ------------------------------------------------------------------------------------------------- statements

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
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).submit_statement(request).await?;
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
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).find_notice_matches(request).await?;
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
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).withdraw_statement(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn withdraw(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> withdraw_statement_response::Outcome {
    try_withdraw(to, key, undoes).await.unwrap()
}

// ---------------------------------------------------------------------------------------- notices and bindings

pub async fn try_submit_notice(
    to: &Sandbox,
    key: &str,
    notice: Notice,
) -> Asked<submit_notice_response::Outcome> {
    let line = to.province_as("hospital.newborn.internal");
    let request = SubmitNoticeRequest {
        context: context(),
        idempotency_key: key.into(),
        notice: Some(notice),
    };
    let answer = NoticeIntakeServiceClient::new(line).submit_notice(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn submit_notice(to: &Sandbox, notice: Notice) -> submit_notice_response::Outcome {
    let key = format!("{}/submit-notice/1", notice.notice_id);
    try_submit_notice(to, &key, notice).await.unwrap()
}

pub async fn amend_notice(
    to: &Sandbox,
    generation: u32,
    notice: Notice,
) -> amend_notice_response::Outcome {
    try_amend_notice(to, generation, notice).await.unwrap()
}

pub async fn try_amend_notice(
    to: &Sandbox,
    generation: u32,
    notice: Notice,
) -> Asked<amend_notice_response::Outcome> {
    let line = to.province_as("hospital.newborn.internal");
    let idempotency_key = format!("{}/amend-notice/{generation}", notice.notice_id);
    let request = AmendNoticeRequest { context: context(), idempotency_key, notice: Some(notice) };
    let answer = NoticeIntakeServiceClient::new(line).amend_notice(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

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
    let answer = BirthRegistryServiceClient::new(to.province.clone()).bind_notice(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn try_unbind(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<unbind_notice_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = UnbindNoticeRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).unbind_notice(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn unbind(to: &Sandbox, key: &str, undoes: &str) -> unbind_notice_response::Outcome {
    try_unbind(to, key, undoes).await.unwrap()
}

// -------------------------------------------------------------------------------------------------- registration

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
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).register_birth(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
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
    let answer =
        BirthRegistryServiceClient::new(to.province.clone()).get_registration(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn get_registration(
    to: &Sandbox,
    statement_key: &str,
) -> get_registration_response::Outcome {
    try_get_registration(to, statement_key).await.unwrap()
}

/// Takes a case all the way to its registration. The keys are `<case>/statement/1`, `…/notice/1`, `…/registration/1`.
pub async fn registered(to: &Sandbox, case: &str, first: &str) -> Registered {
    let statement = crate::families::statement_of(first);
    let statement_key = format!("{case}/statement/1");
    accepted(to, &statement_key, statement.clone()).await;
    let mut notice = crate::families::notice(&format!("notice-of-{case}"));
    notice.birth_parent.as_mut().unwrap().legal_name = statement.parents[0].legal_name.clone();
    submit_notice(to, notice).await;
    let bound =
        bind(to, &format!("{case}/notice/1"), &statement_key, &format!("notice-of-{case}")).await;
    assert!(matches!(bound, bind_notice_response::Outcome::Bound(_)), "{bound:?}");
    match register(to, registration(&format!("{case}/registration/1"), &statement_key, &statement))
        .await
    {
        register_birth_response::Outcome::Registered(registered) => registered,
        other => panic!("not registered: {other:?}"),
    }
}

// ------------------------------------------------------------------------------------------------- certificates

/// A request to pay for a short certificate.
pub fn payment(key: &str, token: &str) -> PayFeeRequest {
    PayFeeRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        product: Product::Short.into(),
        payment_token: token.into(),
        amount_cents: 2500,
    }
}

pub async fn try_pay(to: &Sandbox, request: PayFeeRequest) -> Asked<pay_fee_response::Outcome> {
    let answer = FeeServiceClient::new(to.province.clone()).pay_fee(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

/// Pays for a short certificate: the fee's id.
pub async fn paid(to: &Sandbox, key: &str) -> String {
    match try_pay(to, payment(key, "token")).await.unwrap() {
        pay_fee_response::Outcome::Paid(fee) => fee.fee_id,
        other => panic!("not paid: {other:?}"),
    }
}

pub async fn try_get_fee(to: &Sandbox, key: &str) -> Asked<get_fee_response::Outcome> {
    let request = GetFeeRequest { context: context(), fee_key: key.into() };
    let answer = FeeServiceClient::new(to.province.clone()).get_fee(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn try_refund(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<refund_fee_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = RefundFeeRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let answer = FeeServiceClient::new(to.province.clone()).refund_fee(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

/// A request for a short certificate.
pub fn order(key: &str, registration_number: &str, fee_id: &str) -> OrderCertificateRequest {
    OrderCertificateRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        registration_number: registration_number.into(),
        product: Product::Short.into(),
        recipient_name: "Marie Roy".into(),
        delivery_address: Some(address()),
        fee_id: fee_id.into(),
    }
}

pub async fn try_order(
    to: &Sandbox,
    request: OrderCertificateRequest,
) -> Asked<order_certificate_response::Outcome> {
    let answer =
        BirthCertificateServiceClient::new(to.province.clone()).order_certificate(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

/// Orders and expects it to be accepted.
pub async fn ordered(to: &Sandbox, request: OrderCertificateRequest) -> Order {
    match try_order(to, request).await.unwrap() {
        order_certificate_response::Outcome::Accepted(order) => order,
        other => panic!("not accepted: {other:?}"),
    }
}

pub async fn try_get_order(to: &Sandbox, key: &str) -> Asked<get_order_response::Outcome> {
    let request = GetOrderRequest { context: context(), order_key: key.into() };
    let answer = BirthCertificateServiceClient::new(to.province.clone()).get_order(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn try_cancel(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<cancel_order_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = CancelOrderRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let answer =
        BirthCertificateServiceClient::new(to.province.clone()).cancel_order(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn try_readdress(
    to: &Sandbox,
    key: &str,
    order_key: &str,
    line1: &str,
) -> Asked<update_delivery_address_response::Outcome> {
    let request = UpdateDeliveryAddressRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        order_key: order_key.into(),
        delivery_address: Some(Address { line1: line1.into(), ..address() }),
    };
    let mut client = BirthCertificateServiceClient::new(to.province.clone());
    let answer = client.update_delivery_address(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

// ------------------------------------------------------------------------------------------------- applications

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
    let answer = client.submit_sin_application(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

pub async fn try_get_application(
    to: &Sandbox,
    key: &str,
) -> Asked<get_sin_application_response::Outcome> {
    let request = GetSinApplicationRequest { context: context(), application_key: key.into() };
    let mut client = SocialInsuranceRegisterServiceClient::new(to.federal.clone());
    let answer = client.get_sin_application(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
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
    let answer = client.withdraw_sin_application(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

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
    let answer = client.update_mailing_address(request).await?;
    Ok(answer.into_inner().outcome.expect("an outcome"))
}

// ------------------------------------------------------------------------------------------------------- events

/// One item of either stream: an event, or a keep-alive.
pub trait Item {
    fn event(self) -> Option<Event>;
}

impl Item for WatchRegistryEventsResponse {
    fn event(self) -> Option<Event> {
        match self.item.expect("an item") {
            watch_registry_events_response::Item::Event(event) => Some(event),
            watch_registry_events_response::Item::KeepAlive(_) => None,
        }
    }
}

impl Item for WatchSinEventsResponse {
    fn event(self) -> Option<Event> {
        match self.item.expect("an item") {
            watch_sin_events_response::Item::Event(event) => Some(event),
            watch_sin_events_response::Item::KeepAlive(_) => None,
        }
    }
}

pub async fn try_watch(
    to: &Sandbox,
    after_sequence: u64,
) -> Asked<Streaming<WatchRegistryEventsResponse>> {
    let request = WatchRegistryEventsRequest { context: context(), after_sequence };
    let mut client = RegistryEventServiceClient::new(to.province.clone());
    Ok(client.watch_registry_events(request).await?.into_inner())
}

pub async fn try_watch_applications(
    to: &Sandbox,
    after_sequence: u64,
) -> Asked<Streaming<WatchSinEventsResponse>> {
    let request = WatchSinEventsRequest { context: context(), after_sequence };
    let mut client = SinEventServiceClient::new(to.federal.clone());
    Ok(client.watch_sin_events(request).await?.into_inner())
}
