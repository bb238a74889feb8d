//! Applications for a number.

use proto::sin::v1::{
    get_sin_application_response, submit_sin_application_response::Outcome,
    update_mailing_address_response, withdraw_sin_application_response,
};
use tonic::Code;

use crate::{
    calls::{
        application, fault, try_apply, try_get_application, try_redirect, try_withdraw_application,
    },
    families::exchange_name,
    harness::{INSTANT, NEVER, Sandbox},
};

const NUMBER: &str = "2026-35-0000001";

#[tokio::test]
async fn one_live_application_stands_for_a_registration() {
    let sandbox = Sandbox::start(NEVER).await;
    let Outcome::Accepted(first) =
        try_apply(&sandbox, application("NB-1/sin/1", NUMBER)).await.unwrap()
    else {
        panic!()
    };
    for key in ["NB-1/sin/2", "NB-2/sin/1"] {
        match try_apply(&sandbox, application(key, NUMBER)).await.unwrap() {
            Outcome::DuplicateApplication(it) => {
                assert_eq!(it.application_id, first.application_id)
            }
            other => panic!("{other:?}"),
        }
    }
    try_withdraw_application(&sandbox, "NB-1/withdraw-application/1", "NB-1/sin/1").await.unwrap();
    let again = try_apply(&sandbox, application("NB-1/sin/3", NUMBER)).await.unwrap();
    assert!(matches!(again, Outcome::Accepted(_)), "{again:?}");
}

#[tokio::test]
async fn letters_the_register_cannot_hold_are_named_by_field() {
    let sandbox = Sandbox::start(NEVER).await;
    let mut request = application("NB-1/sin/1", NUMBER);
    request.child_name = Some(exchange_name("Łucja", "Roy"));
    request.parents_names_at_birth.push(exchange_name("", "Sahaiʔa"));
    match try_apply(&sandbox, request).await.unwrap() {
        Outcome::DataRejected(rejected) => {
            assert_eq!(
                rejected.fields,
                ["child_name.given_names", "parents_names_at_birth.2.surname"]
            );
        }
        other => panic!("{other:?}"),
    }
    let found = try_get_application(&sandbox, "NB-1/sin/1").await.unwrap();
    assert!(matches!(found, get_sin_application_response::Outcome::NotFound(_)));
}

#[tokio::test]
async fn an_application_without_consent_breaks_the_contract() {
    let sandbox = Sandbox::start(NEVER).await;
    let mut request = application("NB-1/sin/1", NUMBER);
    request.consent_version.clear();
    let status = try_apply(&sandbox, request).await.unwrap_err();
    assert_eq!(fault(&status), (Code::InvalidArgument, "INVALID_FIELDS".into()));
}

#[tokio::test]
async fn the_letter_may_be_sent_elsewhere_until_it_is_mailed() {
    let sandbox = Sandbox::start(NEVER).await;
    let missing =
        try_redirect(&sandbox, "NB-1/mailing-address/1", "NB-1/sin/1", "x").await.unwrap();
    assert!(matches!(missing, update_mailing_address_response::Outcome::NotFound(_)));
    try_apply(&sandbox, application("NB-1/sin/1", NUMBER)).await.unwrap();
    let updated =
        try_redirect(&sandbox, "NB-1/mailing-address/2", "NB-1/sin/1", "x").await.unwrap();
    assert!(matches!(updated, update_mailing_address_response::Outcome::Updated(_)));

    let sandbox = sandbox.restart(INSTANT).await;
    try_apply(&sandbox, application("NB-2/sin/1", "2026-35-0000002")).await.unwrap();
    let late = try_redirect(&sandbox, "NB-2/mailing-address/1", "NB-2/sin/1", "x").await.unwrap();
    assert!(matches!(late, update_mailing_address_response::Outcome::TooLate(_)));
    let late = try_withdraw_application(&sandbox, "NB-2/withdraw-application/1", "NB-2/sin/1")
        .await
        .unwrap();
    assert!(matches!(late, withdraw_sin_application_response::Outcome::TooLate(_)));
}

#[tokio::test]
async fn the_number_is_a_test_number_and_stays_in_the_database() {
    let sandbox = Sandbox::start(INSTANT).await;
    let answer = try_apply(&sandbox, application("NB-1/sin/1", NUMBER)).await.unwrap();
    let number: String =
        sandbox.federal_holds("select social_insurance_number from applications").await;
    assert!(number.len() == 9 && number.starts_with('0') && number != "000000000");
    let digits = number.chars().rev().map(|c| c.to_digit(10).unwrap());
    let weighed =
        digits.enumerate().map(|(nth, digit)| if nth % 2 == 1 { digit * 2 } else { digit });
    assert_eq!(weighed.map(|it| it / 10 + it % 10).sum::<u32>() % 10, 0);
    assert!(!format!("{answer:?}").contains(&number));
}
