//! The point of no return.

use proto::{
    common::v1::EventKind,
    registry::v1::{
        Attendant, AttendantKind, CancellationReason, LegalAuthority, RefusalReason, Registered,
        RequestCancellationRequest, Statement, StatementState, WithoutNotice, WithoutNoticeReason,
        birth_registry_service_client::BirthRegistryServiceClient,
        get_registration_response::Outcome as Found, register_birth_response::Outcome,
        request_cancellation_response,
    },
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    calls::{
        Asked, accepted, application, context, fault, find_match, get_registration, order, paid,
        register, registered, registration, submit, submit_notice, try_apply, try_order,
        try_register, try_watch, withdraw,
    },
    families::{notice, statement, statement_of},
    harness::{INSTANT, Sandbox, next_event},
};

const CASE: &str = "NB-1/statement/1";

fn refused(outcome: &Outcome) -> RefusalReason {
    match outcome {
        Outcome::Refused(refused) => refused.reason(),
        other => panic!("not refused: {other:?}"),
    }
}

fn number(outcome: Outcome) -> Registered {
    match outcome {
        Outcome::Registered(registered) => registered,
        other => panic!("not registered: {other:?}"),
    }
}

fn unattended() -> Statement {
    Statement {
        attendant: Some(Attendant { kind: AttendantKind::None.into(), ..Attendant::default() }),
        ..statement()
    }
}

#[tokio::test]
async fn a_birth_without_a_bound_notice_is_not_registered() {
    let sandbox = Sandbox::start(INSTANT).await;
    let status = try_register(&sandbox, registration("NB-1/registration/1", CASE, &statement()))
        .await
        .unwrap_err();
    assert_eq!(fault(&status), (Code::NotFound, "STATEMENT_UNKNOWN".into()));
    assert!(matches!(get_registration(&sandbox, CASE).await, Found::NotFound(_)));

    submit_notice(&sandbox, notice("H-1")).await;
    accepted(&sandbox, CASE, statement()).await;
    let outcome = register(&sandbox, registration("NB-1/registration/1", CASE, &statement())).await;
    assert_eq!(refused(&outcome), RefusalReason::NotMatched);
    match get_registration(&sandbox, CASE).await {
        Found::NotRegistered(it) => assert_eq!(it.state(), StatementState::Open),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_what_was_certified_is_registered() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit_notice(&sandbox, notice("H-1")).await;
    accepted(&sandbox, CASE, statement()).await;
    crate::calls::bind(&sandbox, "NB-1/notice/1", CASE, "H-1").await;
    let other = registration("NB-1/registration/1", CASE, &statement_of("Anne"));
    assert_eq!(refused(&register(&sandbox, other).await), RefusalReason::ContentDiffers);
    number(register(&sandbox, registration("NB-1/registration/2", CASE, &statement())).await);
}

#[tokio::test]
async fn a_withdrawn_statement_is_not_registered() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, CASE, statement()).await;
    withdraw(&sandbox, "NB-1/withdraw/1", CASE).await;
    let outcome = register(&sandbox, registration("NB-1/registration/1", CASE, &statement())).await;
    assert_eq!(refused(&outcome), RefusalReason::StatementWithdrawn);
    match get_registration(&sandbox, CASE).await {
        Found::NotRegistered(it) => assert_eq!(it.state(), StatementState::Withdrawn),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_birth_has_one_number_however_often_it_is_asked() {
    let sandbox = Sandbox::start(INSTANT).await;
    let first = registered(&sandbox, "NB-1", "Marie").await;
    for key in ["NB-1/registration/1", "NB-1/registration/2"] {
        assert_eq!(number(register(&sandbox, registration(key, CASE, &statement())).await), first);
    }
    // Not even a wrong digest makes a registered birth look unregistered.
    let other = registration("NB-1/registration/3", CASE, &statement_of("Anne"));
    assert_eq!(number(register(&sandbox, other).await), first);
    assert_eq!(sandbox.ledger().await["registrations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_notice_two_people_decide() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, CASE, unattended()).await;
    let decided = |key: &str, by: [&str; 2]| {
        let mut request = registration(key, CASE, &unattended());
        request.without_notice = Some(WithoutNotice {
            reason: WithoutNoticeReason::Unattended.into(),
            approved_by: by.map(String::from).into(),
        });
        request
    };
    let status =
        try_register(&sandbox, decided("NB-1/registration/1", ["s-1", "s-1"])).await.unwrap_err();
    assert_eq!(fault(&status).0, Code::InvalidArgument);
    number(register(&sandbox, decided("NB-1/registration/1", ["s-1", "s-2"])).await);
}

fn cancellation(number: &str, surviving: &str) -> RequestCancellationRequest {
    RequestCancellationRequest {
        context: context(),
        idempotency_key: "NB-2/cancellation/1".into(),
        case_ref: "NB-2".into(),
        registration_number: number.into(),
        reason: CancellationReason::Duplicate.into(),
        surviving_registration_number: surviving.into(),
        authority: Some(LegalAuthority {
            reference: "RG-2026-17".into(),
            decided_on: "2026-11-20".into(),
            approved_by: vec!["s-1".into(), "s-2".into()],
        }),
    }
}

async fn try_cancel_registration(
    sandbox: &Sandbox,
    request: RequestCancellationRequest,
) -> Asked<request_cancellation_response::Outcome> {
    let registrar = sandbox.province_as("registrar.newborn.internal");
    let answer = BirthRegistryServiceClient::new(registrar).request_cancellation(request).await?;
    Ok(answer.into_inner().outcome.unwrap())
}

#[tokio::test]
async fn the_surviving_registration_must_be_another_one_of_the_province() {
    let sandbox = Sandbox::start(INSTANT).await;
    let number = registered(&sandbox, "NB-2", "Anne").await.registration_number;
    for surviving in ["2026-35-9999999", &number] {
        let request = cancellation(&number, surviving);
        let status = try_cancel_registration(&sandbox, request).await.unwrap_err();
        assert_eq!(fault(&status), (Code::InvalidArgument, "INVALID_FIELDS".into()));
        let broken = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(broken[0].field, "surviving_registration_number");
    }
}

#[tokio::test]
async fn a_cancellation_by_the_registrar_is_told_and_ends_what_depends_on_it() {
    let sandbox = Sandbox::start(INSTANT).await;
    let surviving = registered(&sandbox, "NB-1", "Marie").await;
    let cancelled = registered(&sandbox, "NB-2", "Anne").await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    let request = cancellation(&cancelled.registration_number, &surviving.registration_number);
    let outcome = try_cancel_registration(&sandbox, request).await.unwrap();
    assert!(
        matches!(outcome, request_cancellation_response::Outcome::UnderReview(_)),
        "{outcome:?}"
    );

    let told = loop {
        let event = next_event(&mut events).await;
        if event.kind() == EventKind::Cancelled {
            break event;
        }
    };
    assert_eq!(told.case_ref, "NB-2");
    let Found::Registered(found) = get_registration(&sandbox, "NB-2/statement/1").await else {
        panic!()
    };
    let cancellation = found.cancelled.unwrap();
    assert_eq!(cancellation.reason(), CancellationReason::Duplicate);
    assert_eq!(cancellation.surviving_registration_number, surviving.registration_number);

    let fee = paid(&sandbox, "NB-2/fee/1").await;
    let refused = try_order(&sandbox, order("NB-2/order/1", &cancelled.registration_number, &fee))
        .await
        .unwrap();
    assert!(format!("{refused:?}").contains("RegistrationNotActive"), "{refused:?}");
    // The two registers know nothing of each other: the federal side is told by the engine.
    assert!(
        try_apply(&sandbox, application("NB-2/sin/1", &cancelled.registration_number))
            .await
            .is_ok()
    );
    let ledger = sandbox.ledger().await;
    let states: Vec<_> =
        ledger["registrations"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states, ["ACTIVE", "CANCELLED"]);
    assert_eq!(ledger["cancellation_attempts"], 0);
    assert!(matches!(
        find_match(&sandbox, "NB-2/statement/1").await,
        proto::registry::v1::r#match::Outcome::Matched(_)
    ));
    submit(&sandbox, "NB-3/statement/1", statement_of("Anne")).await;
}
