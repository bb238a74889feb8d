//! Which notice is about which birth.

use proto::{
    common::v1::{EventKind, Sex},
    registry::v1::{
        Differs, MatchDecision, MatchField, Matched, NoNotice, Notice, NoticeBirthParent,
        RefusalReason, Statement, amend_notice_response,
        bind_notice_response::{self, Bound},
        r#match::Outcome,
    },
};
use tonic_types::StatusExt;

use crate::{
    calls::{
        accepted, amend_notice, bind, find_match, registration, submit_notice, try_bind,
        try_register, try_submit_notice, try_watch, unbind, withdraw,
    },
    families::{days_ago, dual, notice, statement, statement_of},
    harness::{INSTANT, Sandbox, next_event},
};

const CASE: &str = "NB-1/statement/1";

fn noticed(change: impl FnOnce(&mut Notice)) -> Notice {
    let mut notice = notice("H-1");
    change(&mut notice);
    notice
}

fn twin(order: u32, sex: Sex) -> Statement {
    let mut twin = statement();
    let child = twin.child.as_mut().unwrap();
    (child.plurality, child.birth_order, child.sex) = (2, order, sex.into());
    child.time_of_birth = format!("07:0{order}");
    twin
}

fn twin_notice(order: u32, sex: Sex) -> Notice {
    let mut notice = notice(&format!("H-{order}"));
    (notice.plurality, notice.birth_order, notice.sex) = (2, order, sex.into());
    notice
}

fn matched(notice_id: &str) -> Outcome {
    Outcome::Matched(Matched { notice_id: notice_id.into() })
}

fn differs(fields: &[MatchField]) -> Outcome {
    Outcome::Differs(Differs {
        notice_id: "H-1".into(),
        fields: fields.iter().map(|it| i32::from(*it)).collect(),
    })
}

fn refused(outcome: &bind_notice_response::Outcome) -> RefusalReason {
    match outcome {
        bind_notice_response::Outcome::Refused(refused) => refused.reason(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_notice_is_written_as_the_contract_says() {
    let sandbox = Sandbox::start(INSTANT).await;
    let parent = |change: fn(&mut NoticeBirthParent)| {
        let mut notice = notice("H-1");
        change(notice.birth_parent.as_mut().unwrap());
        notice
    };
    let mut long_town = notice("H-1");
    long_town.place.as_mut().unwrap().municipality = "a".repeat(151);
    let table = [
        ("notice.place.municipality", long_town),
        (
            "notice.birth_parent.legal_name.first",
            parent(|it| it.legal_name = Some(dual(&"é".repeat(101), "Roy"))),
        ),
        (
            "notice.birth_parent.legal_name.first",
            parent(|it| it.legal_name = Some(dual("Zoe\u{308}", "Roy"))),
        ),
        (
            "notice.birth_parent.name_at_birth.last",
            parent(|it| it.name_at_birth = Some(dual("Marie", "Dubé\u{7}"))),
        ),
        (
            "notice.birth_parent.legal_name",
            parent(|it| it.legal_name.as_mut().unwrap().single = "Marie".into()),
        ),
    ];
    for (path, notice) in table {
        let status = try_submit_notice(&sandbox, "H-1/submit-notice/1", notice).await.unwrap_err();
        let broken = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(broken.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [path]);
    }
}

#[tokio::test]
async fn the_rule_field_by_field() {
    let birth_parent = |first: &str, last: &str| {
        noticed(|it| it.birth_parent.as_mut().unwrap().legal_name = Some(dual(first, last)))
    };
    let table = [
        ("the same", notice("H-1"), matched("H-1")),
        ("another case and spacing", birth_parent("MA RIE", "roy"), matched("H-1")),
        ("the name at birth", birth_parent("Marie", "Dubé"), matched("H-1")),
        ("another spelling", birth_parent("Mary", "Roy"), differs(&[MatchField::BirthParentName])),
        (
            "an accent is missing",
            birth_parent("Marie", "Dube"),
            differs(&[MatchField::BirthParentName]),
        ),
        ("another person", birth_parent("Sophie", "Tremblay"), Outcome::NoNotice(NoNotice {})),
        (
            "the day after",
            noticed(|it| it.date_of_birth = days_ago(20)),
            differs(&[MatchField::DateOfBirth]),
        ),
        ("another sex", noticed(|it| it.sex = Sex::Male.into()), differs(&[MatchField::Sex])),
        (
            "another hospital",
            noticed(|it| it.place.as_mut().unwrap().facility_id = "ON-0002".into()),
            differs(&[MatchField::Facility]),
        ),
        (
            "no hospital",
            noticed(|it| it.place.as_mut().unwrap().facility_id.clear()),
            differs(&[MatchField::PlaceWording]),
        ),
        ("a twin", noticed(|it| it.plurality = 2), differs(&[MatchField::Plurality])),
        (
            "the second twin",
            noticed(|it| (it.plurality, it.birth_order) = (2, 2)),
            differs(&[MatchField::Plurality, MatchField::BirthOrder]),
        ),
        (
            "another date of birth of the birth parent",
            noticed(|it| it.birth_parent.as_mut().unwrap().date_of_birth = "1994-06-05".into()),
            differs(&[MatchField::BirthParentDateOfBirth]),
        ),
        (
            "too much",
            noticed(|it| {
                it.sex = Sex::Male.into();
                (it.plurality, it.birth_order) = (2, 2);
            }),
            Outcome::NoNotice(NoNotice {}),
        ),
    ];
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, CASE, statement()).await;
    submit_notice(&sandbox, notice("H-1")).await;
    for ((what, notice, expected), generation) in table.into_iter().zip(1..) {
        amend_notice(&sandbox, generation, notice).await;
        assert_eq!(find_match(&sandbox, CASE).await, expected, "{what}");
        let bound = bind(&sandbox, &format!("NB-1/notice/{generation}"), CASE, "H-1").await;
        if expected == matched("H-1") {
            assert!(matches!(bound, bind_notice_response::Outcome::Bound(_)), "{what}");
            unbind(
                &sandbox,
                &format!("NB-1/unbind/{generation}"),
                &format!("NB-1/notice/{generation}"),
            )
            .await;
        } else {
            assert_eq!(refused(&bound), RefusalReason::NotMatched, "{what}");
        }
    }
}

#[tokio::test]
async fn an_unattended_birth_has_no_notice() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit_notice(&sandbox, notice("H-1")).await;
    let mut unattended = statement();
    unattended.attendant = Some(proto::registry::v1::Attendant {
        kind: proto::registry::v1::AttendantKind::None.into(),
        ..Default::default()
    });
    assert!(matches!(accepted(&sandbox, CASE, unattended).await, Outcome::NoNotice(_)));
}

#[tokio::test]
async fn of_several_notices_that_fit_an_officer_chooses_one() {
    let sandbox = Sandbox::start(INSTANT).await;
    for notice_id in ["H-1", "H-2"] {
        submit_notice(&sandbox, notice(notice_id)).await;
    }
    match accepted(&sandbox, CASE, statement()).await {
        Outcome::Several(several) => {
            assert_eq!((several.count, several.notice_ids), (2, vec!["H-1".into(), "H-2".into()]))
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        refused(&bind(&sandbox, "NB-1/notice/1", CASE, "H-2").await),
        RefusalReason::NotMatched
    );
    let chosen = try_bind(&sandbox, "NB-1/notice/2", CASE, "H-2", MatchDecision::Officer, &[])
        .await
        .unwrap();
    assert_eq!(chosen, bind_notice_response::Outcome::Bound(Bound { notice_id: "H-2".into() }));
    assert_eq!(find_match(&sandbox, CASE).await, matched("H-2"));
}

#[tokio::test]
async fn an_officer_may_accept_a_spelling_but_no_date_sex_or_number() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, CASE, statement()).await;
    submit_notice(
        &sandbox,
        noticed(|it| it.birth_parent.as_mut().unwrap().legal_name = Some(dual("Mary", "Roy"))),
    )
    .await;
    let officer = |key: &'static str, accepted: &'static [MatchField]| {
        try_bind(&sandbox, key, CASE, "H-1", MatchDecision::Officer, accepted)
    };
    assert_eq!(refused(&officer("NB-1/notice/1", &[]).await.unwrap()), RefusalReason::NotMatched);

    amend_notice(&sandbox, 1, noticed(|it| it.sex = Sex::Male.into())).await;
    let sex = officer("NB-1/notice/2", &[MatchField::Sex]).await.unwrap();
    assert_eq!(refused(&sex), RefusalReason::NotMatched);

    amend_notice(
        &sandbox,
        2,
        noticed(|it| it.birth_parent.as_mut().unwrap().legal_name = Some(dual("Mary", "Roy"))),
    )
    .await;
    let spelling = officer("NB-1/notice/3", &[MatchField::BirthParentName]).await.unwrap();
    assert!(matches!(spelling, bind_notice_response::Outcome::Bound(_)), "{spelling:?}");
    assert_eq!(find_match(&sandbox, CASE).await, matched("H-1"));
    let registered =
        try_register(&sandbox, registration("NB-1/registration/1", CASE, &statement()))
            .await
            .unwrap();
    assert!(matches!(
        registered,
        proto::registry::v1::register_birth_response::Outcome::Registered(_)
    ));
}

#[tokio::test]
async fn a_notice_belongs_to_one_statement_only() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit_notice(&sandbox, notice("H-1")).await;
    accepted(&sandbox, CASE, statement()).await;
    accepted(&sandbox, "NB-2/statement/1", statement_of("Maria")).await;
    bind(&sandbox, "NB-1/notice/1", CASE, "H-1").await;
    let other = try_bind(
        &sandbox,
        "NB-2/notice/1",
        "NB-2/statement/1",
        "H-1",
        MatchDecision::Officer,
        &[MatchField::BirthParentName],
    );
    assert_eq!(refused(&other.await.unwrap()), RefusalReason::NoticeTaken);
    // A further generation for the same pair takes the binding over.
    bind(&sandbox, "NB-1/notice/2", CASE, "H-1").await;
    unbind(&sandbox, "NB-1/unbind/1", "NB-1/notice/2").await;
    let bound: i64 =
        sandbox.province_holds("select count(*) from bindings where unbound_at is null").await;
    assert_eq!(bound, 0);
}

#[tokio::test]
async fn twins_are_matched_by_their_order_and_a_siblings_notice_is_not_a_mistake() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, CASE, twin(1, Sex::Female)).await;
    accepted(&sandbox, "NB-2/statement/1", twin(2, Sex::Female)).await;
    submit_notice(&sandbox, twin_notice(2, Sex::Female)).await;
    assert_eq!(find_match(&sandbox, "NB-2/statement/1").await, matched("H-2"));
    assert!(matches!(find_match(&sandbox, CASE).await, Outcome::NoNotice(_)));
    submit_notice(&sandbox, twin_notice(1, Sex::Female)).await;
    assert_eq!(find_match(&sandbox, CASE).await, matched("H-1"));
}

#[tokio::test]
async fn a_case_is_told_when_its_match_changes_and_only_then() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    accepted(&sandbox, CASE, statement()).await;
    accepted(&sandbox, "NB-2/statement/1", statement_of("Sophie")).await;
    // Matches nothing: nobody is told.
    submit_notice(
        &sandbox,
        noticed(|it| {
            it.notice_id = "H-9".into();
            it.birth_parent.as_mut().unwrap().legal_name = Some(dual("Zita", "Kovacs"));
        }),
    )
    .await;
    // Differs, then fits; an amendment that changes nothing is not told.
    submit_notice(&sandbox, noticed(|it| it.sex = Sex::Male.into())).await;
    amend_notice(&sandbox, 1, notice("H-1")).await;
    amend_notice(&sandbox, 2, noticed(|it| it.weight_grams = 3000)).await;
    bind(&sandbox, "NB-1/notice/1", CASE, "H-1").await;
    // The bound notice does not fit any more.
    amend_notice(&sandbox, 3, noticed(|it| it.sex = Sex::Male.into())).await;
    let refused = try_register(&sandbox, registration("NB-1/registration/1", CASE, &statement()))
        .await
        .unwrap();
    assert!(format!("{refused:?}").contains("NotMatched"), "{refused:?}");
    // A sentinel, so that one event too many is seen.
    submit_notice(
        &sandbox,
        noticed(|it| {
            it.notice_id = "H-2".into();
            it.birth_parent.as_mut().unwrap().legal_name = Some(dual("Sophie", "Roy"));
        }),
    )
    .await;
    let expected = ["NB-1", "NB-1", "NB-1", "NB-2"];
    for (case, sequence) in expected.into_iter().zip(1..) {
        let event = next_event(&mut events).await;
        assert_eq!(
            (event.case_ref.as_str(), event.sequence, event.kind()),
            (case, sequence, EventKind::MatchChanged)
        );
    }
}

#[tokio::test]
async fn a_notice_that_is_freed_is_told_to_the_case_that_waits_for_it() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit_notice(&sandbox, notice("H-1")).await;
    accepted(&sandbox, CASE, statement()).await;
    bind(&sandbox, "NB-1/notice/1", CASE, "H-1").await;
    // The other parent stated the same birth under the birth parent's other name.
    let mut other = statement();
    let birth_parent = &mut other.parents[0];
    std::mem::swap(&mut birth_parent.legal_name, &mut birth_parent.name_at_birth);
    assert!(matches!(accepted(&sandbox, "NB-2/statement/1", other).await, Outcome::NoNotice(_)));
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    withdraw(&sandbox, "NB-1/withdraw/1", CASE).await;
    let event = next_event(&mut events).await;
    assert_eq!((event.case_ref.as_str(), event.kind()), ("NB-2", EventKind::MatchChanged));
    assert_eq!(find_match(&sandbox, "NB-2/statement/1").await, matched("H-1"));
}

#[tokio::test]
async fn a_notice_on_which_a_birth_is_registered_is_not_amended() {
    let sandbox = Sandbox::start(INSTANT).await;
    let missing = amend_notice(&sandbox, 1, notice("H-404")).await;
    assert!(matches!(missing, amend_notice_response::Outcome::NotFound(_)), "{missing:?}");
    crate::calls::registered(&sandbox, "NB-1", "Marie").await;
    let late = amend_notice(&sandbox, 1, notice("notice-of-NB-1")).await;
    assert!(matches!(late, amend_notice_response::Outcome::TooLate(_)), "{late:?}");
}
