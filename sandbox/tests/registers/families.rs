//! Families: what parents state, and what the hospital notices.

use proto::{
    common::v1::{Address, BirthPlace, Language, Name, NameKind, Sex},
    registry::v1::{
        Attendant, AttendantKind, Child, MaritalStatus, Notice, NoticeBirthParent, Parent,
        ParentRole, Place, PlaceKind, Statement,
    },
    sin::v1::ExchangeName,
};

/// A name of two parts.
pub fn dual(first: &str, last: &str) -> Name {
    Name { kind: NameKind::Dual.into(), first: first.into(), last: last.into(), ..Name::default() }
}

/// What two parents state about a single birth in a hospital three weeks ago.
pub fn statement() -> Statement {
    Statement {
        child: Some(Child {
            name: Some(dual("Ada", "Roy")),
            sex: Sex::Female.into(),
            date_of_birth: days_ago(21),
            plurality: 1,
            ..Child::default()
        }),
        place: Some(Place {
            kind: PlaceKind::Hospital.into(),
            facility_id: "ON-0001".into(),
            municipality: "Toronto".into(),
            county: "Toronto".into(),
            ..Place::default()
        }),
        attendant: Some(Attendant { kind: AttendantKind::Md.into(), name: "Jo Singh".into() }),
        parents: vec![
            parent(ParentRole::Mother, dual("Marie", "Roy"), dual("Marie", "Dubé")),
            parent(ParentRole::Father, dual("Léo", "Roy"), dual("Léo", "Roy")),
        ],
        parents_married_to_each_other: Some(true),
        ..Statement::default()
    }
}

/// The notice that fits [`statement`].
pub fn notice(notice_id: &str) -> Notice {
    Notice {
        notice_id: notice_id.into(),
        place: Some(Place { facility_id: "ON-0001".into(), ..Place::default() }),
        date_of_birth: days_ago(21),
        sex: Sex::Female.into(),
        plurality: 1,
        birth_order: 1,
        birth_parent: Some(NoticeBirthParent {
            legal_name: Some(dual("Marie", "Roy")),
            date_of_birth: "1994-05-06".into(),
            ..NoticeBirthParent::default()
        }),
        ..Notice::default()
    }
}

/// The statement of another family, by the birth parent's first name.
pub fn statement_of(first: &str) -> Statement {
    let mut statement = statement();
    statement.parents[0].legal_name = Some(dual(first, "Roy"));
    statement
}

pub fn address() -> Address {
    Address {
        line1: "1 Elm Street".into(),
        city: "Toronto".into(),
        province: "CA-ON".into(),
        postal_code: "M5V 1A1".into(),
        country: "CA".into(),
        ..Address::default()
    }
}

pub fn exchange_name(given_names: &str, surname: &str) -> ExchangeName {
    ExchangeName { given_names: given_names.into(), surname: surname.into() }
}

/// A date as the registers write it.
pub fn days_ago(days: i64) -> String {
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date();
    (today - jiff::Span::new().days(days)).to_string()
}

pub const LANGUAGE: Language = Language::FrCa;

fn parent(role: ParentRole, legal_name: Name, name_at_birth: Name) -> Parent {
    let gave_birth = role == ParentRole::Mother;
    Parent {
        role_label: role.into(),
        is_birth_parent: gave_birth,
        legal_name: Some(legal_name),
        name_at_birth: Some(name_at_birth),
        date_of_birth: if gave_birth { "1994-05-06" } else { "1992-01-31" }.into(),
        birth_place: Some(BirthPlace {
            municipality: "Sudbury".into(),
            province: "CA-ON".into(),
            country: "CA".into(),
        }),
        marital_status: if gave_birth {
            MaritalStatus::Married
        } else {
            MaritalStatus::Unspecified
        }
        .into(),
        agrees_child_surname: true,
        ..Parent::default()
    }
}
