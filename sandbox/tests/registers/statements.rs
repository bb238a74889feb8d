//! What the province takes as a statement, and what it refuses.

use proto::{
    common::v1::{Name, NameKind, Sex},
    registry::v1::{
        OtherParentState, RefusalReason, Refused, Statement, r#match,
        submit_statement_response::Outcome,
    },
};
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    calls::{
        accepted, certified, fault, find_match, registered, submit, submit_notice, try_find_match,
        try_submit, withdraw,
    },
    families::{days_ago, notice, statement, statement_of},
    harness::{INSTANT, Sandbox},
};

fn refused(outcome: Outcome) -> (RefusalReason, Vec<String>) {
    match outcome {
        Outcome::Refused(Refused { reason, fields }) => (reason.try_into().unwrap(), fields),
        other => panic!("not refused: {other:?}"),
    }
}

fn changed(change: impl FnOnce(&mut Statement)) -> Statement {
    let mut statement = statement();
    change(&mut statement);
    statement
}

#[tokio::test]
async fn what_cannot_be_registered_here_is_refused_with_its_reason() {
    let sandbox = Sandbox::start(INSTANT).await;
    let child = |change: fn(&mut proto::registry::v1::Child)| {
        changed(|it| change(it.child.as_mut().unwrap()))
    };
    let table = [
        (
            // The parents certified on the day after the first birthday.
            child(|it| it.date_of_birth = "2025-09-20".into()),
            RefusalReason::LateRoute,
            vec!["child.date_of_birth"],
        ),
        (
            changed(|it| it.place.as_mut().unwrap().county = "Montréal".into()),
            RefusalReason::BornElsewhere,
            vec!["place.county"],
        ),
        (
            child(|it| it.date_of_birth = days_ago(-2)),
            RefusalReason::MissingData,
            vec!["child.date_of_birth"],
        ),
        (
            child(|it| {
                it.plurality = 2;
                it.name = None;
            }),
            RefusalReason::MissingData,
            vec!["child.name", "child.birth_order", "child.time_of_birth"],
        ),
        (
            changed(|it| {
                it.parents.truncate(1);
                it.parents[0].name_at_birth = None;
            }),
            RefusalReason::MissingData,
            vec!["parents.1.name_at_birth", "other_parent_state"],
        ),
        (
            changed(|it| it.parents[0].is_birth_parent = false),
            RefusalReason::NotEligible,
            vec!["parents"],
        ),
    ];
    for ((statement, reason, fields), case) in table.into_iter().zip(1..) {
        let outcome = submit(&sandbox, &format!("NB-{case}/statement/1"), statement).await;
        assert_eq!(refused(outcome), (reason, fields.into_iter().map(String::from).collect()));
    }
    assert_eq!(sandbox.ledger().await["statements"], json!([]));
}

#[tokio::test]
async fn a_statement_that_was_certified_before_the_first_birthday_is_in_time() {
    let sandbox = Sandbox::start(INSTANT).await;
    let statement = changed(|it| it.child.as_mut().unwrap().date_of_birth = "2025-09-22".into());
    let outcome = submit(&sandbox, "NB-1/statement/1", statement).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}

#[tokio::test]
async fn every_parent_must_have_certified_exactly_this() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut request = certified("NB-1/statement/1", statement());
    request.certifications.pop();
    let outcome = try_submit(&sandbox, request).await.unwrap();
    assert_eq!(refused(outcome), (RefusalReason::NotCertified, vec!["parents.2".into()]));

    let mut request = certified("NB-2/statement/1", statement());
    request.statement.as_mut().unwrap().child.as_mut().unwrap().sex = Sex::Male.into();
    let outcome = try_submit(&sandbox, request).await.unwrap();
    assert_eq!(refused(outcome), (RefusalReason::ContentDiffers, vec![]));
}

#[tokio::test]
async fn what_breaks_the_contract_is_a_fault_that_names_the_fields() {
    let sandbox = Sandbox::start(INSTANT).await;
    let statement = changed(|it| {
        let child = it.child.as_mut().unwrap();
        child.date_of_birth = "01/11/2026".into();
        child.birth_order = 2;
        it.parents[1].legal_name =
            Some(Name { kind: NameKind::Single.into(), first: "Léo".into(), ..Name::default() });
        it.place.as_mut().unwrap().municipality = "Toronto\n".into();
    });
    let status = try_submit(&sandbox, certified("NB-1/statement/1", statement)).await.unwrap_err();
    assert_eq!(fault(&status), (Code::InvalidArgument, "INVALID_FIELDS".into()));
    let mut fields: Vec<String> = status
        .get_details_bad_request()
        .unwrap()
        .field_violations
        .into_iter()
        .map(|it| it.field)
        .collect();
    fields.sort();
    assert_eq!(
        fields,
        ["child.birth_order", "child.date_of_birth", "parents.2.legal_name", "place.municipality"]
    );
}

#[tokio::test]
async fn a_parent_alone_and_a_single_name_are_taken() {
    let sandbox = Sandbox::start(INSTANT).await;
    let statement = changed(|it| {
        it.parents.truncate(1);
        it.parents_married_to_each_other = None;
        it.other_parent_state = OtherParentState::Unacknowledged.into();
        let single =
            Name { kind: NameKind::Single.into(), single: "Sahaiʔa".into(), ..Name::default() };
        it.child.as_mut().unwrap().name = Some(single);
    });
    accepted(&sandbox, "NB-1/statement/1", statement).await;
}

#[tokio::test]
async fn the_same_child_from_another_case_is_a_possible_duplicate() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    let mut other = statement();
    other.parents[0].legal_name.as_mut().unwrap().first = "MARIE ".trim().to_lowercase();
    let outcome = submit(&sandbox, "NB-2/statement/1", other).await;
    assert_eq!(refused(outcome).0, RefusalReason::PossibleDuplicate);
}

#[tokio::test]
async fn the_same_child_again_after_registration_is_registered_already() {
    let sandbox = Sandbox::start(INSTANT).await;
    registered(&sandbox, "NB-1", "Marie").await;
    let outcome = submit(&sandbox, "NB-2/statement/1", statement()).await;
    assert_eq!(refused(outcome).0, RefusalReason::AlreadyRegistered);
    let outcome = submit(&sandbox, "NB-1/statement/2", statement()).await;
    assert_eq!(refused(outcome).0, RefusalReason::AlreadyRegistered);
}

#[tokio::test]
async fn a_twin_is_not_a_duplicate_of_its_sibling() {
    let sandbox = Sandbox::start(INSTANT).await;
    for order in [1, 2] {
        let twin = changed(|it| {
            let child = it.child.as_mut().unwrap();
            (child.plurality, child.birth_order, child.time_of_birth) =
                (2, order, format!("07:0{order}"));
        });
        accepted(&sandbox, &format!("NB-{order}/statement/1"), twin).await;
    }
}

#[tokio::test]
async fn a_withdrawn_statement_leaves_room_for_another_family_member_to_submit() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    withdraw(&sandbox, "NB-1/withdraw/1", "NB-1/statement/1").await;
    accepted(&sandbox, "NB-2/statement/1", statement()).await;
    let status = try_find_match(&sandbox, "NB-1/statement/1").await.unwrap_err();
    assert_eq!(fault(&status), (Code::FailedPrecondition, "STATEMENT_WITHDRAWN".into()));
    let status = try_find_match(&sandbox, "NB-9/statement/1").await.unwrap_err();
    assert_eq!(fault(&status), (Code::NotFound, "STATEMENT_UNKNOWN".into()));
}

#[tokio::test]
async fn a_corrected_statement_takes_the_place_of_the_older_one() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit_notice(&sandbox, notice("H-1")).await;
    let wrong = changed(|it| it.child.as_mut().unwrap().sex = Sex::Male.into());
    let found = accepted(&sandbox, "NB-1/statement/1", wrong).await;
    assert!(matches!(found, r#match::Outcome::Differs(_)), "{found:?}");
    accepted(&sandbox, "NB-1/statement/2", statement()).await;
    let found = find_match(&sandbox, "NB-1/statement/2").await;
    assert!(matches!(found, r#match::Outcome::Matched(_)), "{found:?}");
    let ledger = sandbox.ledger().await;
    let states: Vec<_> =
        ledger["statements"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states, ["WITHDRAWN", "OPEN"]);
    accepted(&sandbox, "NB-2/statement/1", statement_of("Anne")).await;
}
