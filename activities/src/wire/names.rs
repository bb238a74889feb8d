//! Names, sexes and languages.

use domain::{
    name::{NamePart, PersonName},
    people::Language,
    statement::Sex,
};
use proto::{common::v1 as common, sin::v1 as sin};

pub fn name(name: &PersonName) -> common::Name {
    match name {
        PersonName::Dual { first, middle, last } => common::Name {
            kind: common::NameKind::Dual.into(),
            first: text(first),
            middle: middle.as_ref().map(text).unwrap_or_default(),
            last: text(last),
            single: String::new(),
        },
        PersonName::Single { single } => common::Name {
            kind: common::NameKind::Single.into(),
            single: text(single),
            ..common::Name::default()
        },
    }
}

/// The name as the federal exchange writes it, or as the parents approved that it does.
pub fn exchange(name: &PersonName, approved: Option<&PersonName>) -> sin::ExchangeName {
    let name = approved.unwrap_or(name).exchanged();
    sin::ExchangeName { given_names: name.given_names, surname: name.surname }
}

fn text(part: &NamePart) -> String {
    part.as_str().to_owned()
}

pub const fn sex(sex: Sex) -> common::Sex {
    match sex {
        Sex::Female => common::Sex::Female,
        Sex::Male => common::Sex::Male,
        Sex::OtherOrUndetermined => common::Sex::OtherOrUndetermined,
    }
}

pub const fn language(language: Language) -> common::Language {
    match language {
        Language::English => common::Language::EnCa,
        Language::French => common::Language::FrCa,
    }
}
