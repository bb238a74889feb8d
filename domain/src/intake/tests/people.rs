//! The rules about children and their parents.

use std::collections::BTreeSet;

use super::*;
use crate::{paper::Paper, statement::OtherParent};

#[test]
fn a_family_that_this_form_does_not_serve_is_told_which_way_to_go() {
    breaks(
        &with("/start/born_in_province", json!(false)),
        &[("/start/born_in_province", Code::BornElsewhere)],
    );
    breaks(
        &with("/start/already_registered", json!(true)),
        &[("/start/already_registered", Code::AlreadyRegistered)],
    );
    breaks(&with("/start/live_birth", json!(false)), &[("/start/live_birth", Code::NotLiveBirth)]);
    breaks(
        &with("/start/surrogacy", json!(true)),
        &[("/start/surrogacy", Code::SurrogacyAssisted)],
    );
    breaks(
        &with("/start/parent_count", json!(3)),
        &[("/start/parent_count", Code::MoreParentsAssisted)],
    );
    breaks(
        &with("/start/parent_count", json!(1)),
        &[("/start/parent_count", Code::ParentCountDiffers)],
    );
    breaks(&with("/start/parent_count", json!(0)), &[("/start/parent_count", Code::OutOfRange)]);
    let single = json!({ "kind": "SINGLE", "single": "Suharto" });
    assert!(read(&with("/parents/1/legal_name", single)).is_ok());
    let disagrees = with("/parents/1/agrees_child_surname", json!(false));
    breaks(&disagrees, &[("/parents/1/agrees_child_surname", Code::SurnameNotAgreed)]);
}

#[test]
fn a_single_name_and_an_incapable_parent_need_papers() {
    let papers = |form: &Value| read(form).unwrap().children[0].statement.papers();
    let single = json!({ "kind": "SINGLE", "single": "Suharto" });
    let none: BTreeSet<Paper> = BTreeSet::new();
    assert_eq!(papers(&with("/children/0/sex", json!("MALE"))), none);
    let named = with("/children/0/name", single);
    assert_eq!(papers(&named), BTreeSet::from([Paper::SingleName]));
    let mut statement = read(&named).unwrap().children.remove(0).statement;
    for (why, expected) in [
        (OtherParent::IncapableByIllness, vec![Paper::SingleName, Paper::Declaration]),
        (OtherParent::IncapableByDeath, vec![Paper::SingleName, Paper::Declaration]),
        (OtherParent::Unknown, vec![Paper::SingleName]),
        (OtherParent::Unacknowledged, vec![Paper::SingleName]),
    ] {
        statement.other_parent = Some(why);
        assert_eq!(statement.papers(), expected.into_iter().collect(), "{why}");
    }
}

#[test]
fn the_form_is_open_until_the_day_before_the_first_birthday() {
    let born = |text: &str| with("/children/0/date_of_birth", json!(text));
    let at = "/children/0/date_of_birth";
    assert!(read(&born("2026-11-23")).is_ok());
    assert!(read(&born("2025-11-24")).is_ok());
    breaks(&born("2026-11-24"), &[(at, Code::DateInFuture)]);
    breaks(&born("2025-11-23"), &[(at, Code::FirstBirthdayReached)]);
    for text in
        ["2026-02-29", "20261116", "16/11/2026", "2026-11-16T03:00", "-009999-01-01", "yesterday"]
    {
        breaks(&born(text), &[(at, Code::DateInvalid)]);
    }
}

#[test]
fn a_name_is_letters() {
    let first = |text: &str| with("/children/0/name/first", json!(text));
    breaks(&first("Olivia2"), &[("/children/0/name/first", Code::NameCharacters)]);
    breaks(&first(""), &[("/children/0/name/first", Code::Required)]);
    breaks(&first("-Olivia"), &[("/children/0/name/first", Code::NameBeginning)]);
    breaks(
        &with("/children/0/name/single", json!("X")),
        &[("/children/0/name/single", Code::NotExpected)],
    );
    let typed = |text: &str| with("/parents/0/certification/typed_name", json!(text));
    breaks(&typed("S0phie"), &[("/parents/0/certification/typed_name", Code::NameCharacters)]);
    assert!(read(&typed("Sophie Anne 't Hooft")).is_ok());
}

#[test]
fn a_spelling_for_the_exchange_is_asked_for_when_letters_would_be_lost() {
    let mut form = with("/children/0/name/first", json!("Łucja"));
    breaks(&form, &[("/children/0/name/exchange_form", Code::ExchangeFormNeeded)]);

    let exchange = |first: &str| json!({ "kind": "DUAL", "first": first, "middle": "Rose", "last": "Tremblay" });
    set(&mut form, "/children/0/name/exchange_form", exchange("Lucja"));
    breaks(&form, &[("/children/0/name/exchange_form_ok", Code::ExchangeFormNeeded)]);

    set(&mut form, "/children/0/name/exchange_form_ok", json!(true));
    assert_eq!(
        read(&form).unwrap().children[0].exchange_name.as_ref().unwrap().written(),
        "Lucja Rose Tremblay"
    );

    set(&mut form, "/children/0/name/exchange_form", exchange("Łucja"));
    breaks(&form, &[("/children/0/name/exchange_form", Code::ExchangeFormCharacters)]);

    let mut form = with("/children/0/name/first", json!("Łucja"));
    set(&mut form, "/services/want_sin", json!(false));
    assert!(read(&form).is_ok());
    let mut form = with("/children/0/name/first", json!("Ada ".repeat(25)));
    set(&mut form, "/children/0/name/middle", json!("Rose"));
    breaks(&form, &[("/children/0/name/exchange_form", Code::ExchangeFormNeeded)]);
    let needless = with("/children/0/name/exchange_form", exchange("Olive"));
    breaks(&needless, &[("/children/0/name/exchange_form", Code::NotExpected)]);
}

#[test]
fn the_federal_side_is_told_the_parents_names_at_birth_too() {
    let at = "/parents/1/name_at_birth";
    let mut form = with(&format!("{at}/last"), json!("Łęcki"));
    breaks(&form, &[(&format!("{at}/exchange_form"), Code::ExchangeFormNeeded)]);
    set(&mut form, &format!("{at}/exchange_form"), json!({ "first": "Marc", "last": "Lecki" }));
    set(&mut form, &format!("{at}/exchange_form_ok"), json!(true));
    let names = read(&form).unwrap().children.remove(0).parents_exchange_names;
    assert_eq!(names[0], None);
    assert_eq!(names[1].as_ref().unwrap().written(), "Marc Lecki");
}

#[test]
fn twins_are_told_apart() {
    assert_eq!(read(&twins()).unwrap().children.len(), 2);
    let broken = |pointer: &str, value: Value| {
        let mut form = twins();
        set(&mut form, pointer, value);
        form
    };
    let second = |field: &str| format!("/children/1/{field}");
    breaks(
        &broken(&second("birth_order"), json!(1)),
        &[(&second("birth_order"), Code::BirthOrderRepeated)],
    );
    breaks(
        &broken(&second("birth_order"), json!(3)),
        &[(&second("birth_order"), Code::OutOfRange)],
    );
    breaks(
        &broken(&second("birth_order"), Value::Null),
        &[(&second("birth_order"), Code::Required)],
    );
    breaks(
        &broken(&second("time_of_birth"), Value::Null),
        &[(&second("time_of_birth"), Code::Required)],
    );
    breaks(
        &broken(&second("time_of_birth"), json!("3:31")),
        &[(&second("time_of_birth"), Code::TimeInvalid)],
    );
    breaks(
        &broken(&second("plurality"), json!(3)),
        &[(&second("plurality"), Code::PluralityDiffers)],
    );
    breaks(
        &broken(&second("date_of_birth"), json!("2026-11-18")),
        &[(&second("date_of_birth"), Code::DatesApart)],
    );
    assert!(read(&broken(&second("date_of_birth"), json!("2026-11-17"))).is_ok());
    let mut form = ordinary();
    let child = form["children"][0].clone();
    form["children"].as_array_mut().unwrap().push(child);
    let at = [
        ("/children/0/plurality", Code::PluralityTooSmall),
        ("/children/1/plurality", Code::PluralityTooSmall),
    ];
    breaks(&form, &at);
}

#[test]
fn one_parent_says_why_there_is_no_other() {
    let it = read(&sole_parent()).unwrap();
    assert_eq!(it.children[0].statement.other_parent, Some(OtherParent::Unknown));
    let mut form = sole_parent();
    set(&mut form, "/other_parent_state", json!("NAMED"));
    breaks(&form, &[("/other_parent_state", Code::ChoiceUnknown)]);
    set(&mut form, "/other_parent_state", Value::Null);
    breaks(&form, &[("/other_parent_state", Code::Required)]);
    breaks(
        &with("/other_parent_state", json!("UNKNOWN")),
        &[("/other_parent_state", Code::NotExpected)],
    );
}

#[test]
fn exactly_one_parent_gave_birth_and_says_their_marital_status() {
    let mut both = with("/parents/1/is_birth_parent", json!(true));
    set(&mut both, "/parents/1/marital_status", json!("MARRIED"));
    breaks(&both, &[("/parents", Code::OneBirthParent)]);
    breaks(
        &with("/parents/0/marital_status", Value::Null),
        &[("/parents/0/marital_status", Code::Required)],
    );
    breaks(
        &with("/parents/1/marital_status", json!("MARRIED")),
        &[("/parents/1/marital_status", Code::NotExpected)],
    );
    let at = "/parents/1/date_of_birth";
    breaks(&with(at, json!("2018-11-17")), &[(at, Code::ParentAge)]);
    breaks(&with(at, json!("1915-11-16")), &[(at, Code::ParentAge)]);
    assert!(read(&with(at, json!("2018-11-16"))).is_ok());
}
