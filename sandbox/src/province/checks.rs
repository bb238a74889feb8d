//! What the province checks in a statement before it keeps it: first the contract, then the law.

use jiff::{ToSpan, civil::Date};
use proto::{
    common::v1::{Name, NameKind, Sex},
    registry::v1::{
        AttendantKind, Certification, CertificationMethod, OtherParentState, Parent, ParentRole,
        PlaceKind, RefusalReason, Refused, Statement,
    },
};
use unicode_normalization::is_nfc;

use super::{content, counties};
use crate::{
    faults::Fault,
    moment::{Moment, is_time_of_day, read_date},
};

/// The most code points in a part of a name, and in any other text.
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 150;

/// What breaks the contract, so that nothing can be said about the content.
///
/// # Errors
///
/// [`Fault::InvalidFields`] naming every such field.
pub fn contract(statement: &Statement, certifications: &[Certification]) -> Result<(), Fault> {
    let mut broken: Vec<String> = content::lines(statement)
        .iter()
        .filter(|(path, text)| !is_proper(path, text))
        .map(|(path, _)| path.clone())
        .collect();
    broken.extend(improper_originals(statement));
    if let Some(child) = &statement.child {
        if child.plurality > 9 {
            broken.push("child.plurality".into());
        }
        if child.birth_order > child.plurality.max(1) {
            broken.push("child.birth_order".into());
        }
    }
    for (path, name) in names(statement) {
        if !parts_follow_kind(name) {
            broken.push(path);
        }
    }
    let parents = statement.parents.len();
    for (certification, nth) in certifications.iter().zip(1..) {
        let index = usize::try_from(certification.parent_index).unwrap_or(usize::MAX);
        if !(1..=parents).contains(&index) {
            broken.push(format!("certifications.{nth}.parent_index"));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Fault::InvalidFields(broken)) }
}

/// Why the province does not take the statement, if it does not. The order is that of the contract.
#[must_use]
pub fn law(
    statement: &Statement,
    certifications: &[Certification],
    today: Date,
) -> Option<Refused> {
    let refused = |reason: RefusalReason, fields: Vec<String>| {
        Some(Refused { reason: reason.into(), fields })
    };
    let missing = missing(statement, today);
    if !missing.is_empty() {
        return refused(RefusalReason::MissingData, missing);
    }
    let county = statement.place.as_ref().map(|it| it.county.as_str()).unwrap_or_default();
    if !counties::is_ours(county) {
        return refused(RefusalReason::BornElsewhere, vec!["place.county".into()]);
    }
    if first_birthday_has_come(
        statement,
        first_certified(certifications).map_or(today, |it| it.min(today)),
    ) {
        return refused(RefusalReason::LateRoute, vec!["child.date_of_birth".into()]);
    }
    let gave_birth = statement.parents.iter().filter(|it| it.is_birth_parent).count();
    if gave_birth != 1 || statement.parents.len() > 4 {
        return refused(RefusalReason::NotEligible, vec!["parents".into()]);
    }
    uncertified(statement, certifications)
}

fn uncertified(statement: &Statement, certifications: &[Certification]) -> Option<Refused> {
    let certified = |nth: u32| {
        certifications.iter().any(|it| {
            it.parent_index == nth
                && it.method() != CertificationMethod::Unspecified
                && !it.text_version.is_empty()
                && it.certified_at.is_some()
        })
    };
    let without: Vec<String> = (1..)
        .zip(&statement.parents)
        .filter(|(nth, _)| !certified(*nth))
        .map(|(nth, _)| format!("parents.{nth}"))
        .collect();
    if !without.is_empty() {
        return Some(Refused { reason: RefusalReason::NotCertified.into(), fields: without });
    }
    let digest = content::digest(statement);
    certifications
        .iter()
        .any(|it| it.content_digest != digest)
        .then(|| Refused { reason: RefusalReason::ContentDiffers.into(), fields: Vec::new() })
}

/// The day of the first certification: from then on the parents have done their part.
fn first_certified(certifications: &[Certification]) -> Option<Date> {
    let moments = certifications.iter().filter_map(|it| Moment::from_wire(it.certified_at?));
    moments.min().map(Moment::date)
}

fn first_birthday_has_come(statement: &Statement, today: Date) -> bool {
    let born = statement.child.as_ref().and_then(|it| read_date(&it.date_of_birth));
    born.and_then(|it| it.checked_add(1.year()).ok()).is_some_and(|birthday| birthday <= today)
}

fn missing(statement: &Statement, today: Date) -> Vec<String> {
    let mut missing = Missing(Vec::new());
    missing.child(statement, today);
    let place = statement.place.clone().unwrap_or_default();
    missing.unless(place.kind() != PlaceKind::Unspecified, "place.kind");
    missing.unless(
        !place.facility_id.is_empty() || !place.location_text.is_empty(),
        "place.facility_id",
    );
    missing.unless(!place.municipality.is_empty(), "place.municipality");
    missing.unless(!place.county.is_empty(), "place.county");
    let attendant = statement.attendant.clone().unwrap_or_default();
    missing.unless(attendant.kind() != AttendantKind::Unspecified, "attendant.kind");
    let nobody = attendant.kind() == AttendantKind::None;
    missing.unless(nobody || !attendant.name.is_empty(), "attendant.name");
    missing.unless(!statement.parents.is_empty(), "parents");
    for (parent, nth) in statement.parents.iter().zip(1..) {
        missing.parent(parent, &format!("parents.{nth}"));
    }
    let alone = statement.parents.len() == 1;
    let other = statement.other_parent_state();
    missing.unless(!alone || other != OtherParentState::Unspecified, "other_parent_state");
    missing.0
}

struct Missing(Vec<String>);

impl Missing {
    fn unless(&mut self, given: bool, path: &str) {
        if !given {
            self.0.push(path.into());
        }
    }

    fn child(&mut self, statement: &Statement, today: Date) {
        let child = statement.child.clone().unwrap_or_default();
        self.unless(has_name(child.name.as_ref()), "child.name");
        self.unless(child.sex() != Sex::Unspecified, "child.sex");
        // A birth that is still to come has no date yet.
        let born = read_date(&child.date_of_birth).is_some_and(|date| date <= today);
        self.unless(born, "child.date_of_birth");
        self.unless(child.plurality != 0, "child.plurality");
        let one_of_several = child.plurality > 1;
        self.unless(!one_of_several || child.birth_order != 0, "child.birth_order");
        self.unless(!one_of_several || !child.time_of_birth.is_empty(), "child.time_of_birth");
    }

    fn parent(&mut self, parent: &Parent, path: &str) {
        let at = |field: &str| format!("{path}.{field}");
        self.unless(parent.role_label() != ParentRole::Unspecified, &at("role_label"));
        self.unless(has_name(parent.legal_name.as_ref()), &at("legal_name"));
        self.unless(has_name(parent.name_at_birth.as_ref()), &at("name_at_birth"));
        self.unless(!parent.date_of_birth.is_empty(), &at("date_of_birth"));
        let country = parent.birth_place.as_ref().is_some_and(|it| !it.country.is_empty());
        self.unless(country, &at("birth_place.country"));
    }
}

fn has_name(name: Option<&Name>) -> bool {
    name.is_some_and(|name| match name.kind() {
        NameKind::Dual => !name.first.is_empty() && !name.last.is_empty(),
        NameKind::Single => !name.single.is_empty(),
        NameKind::Unspecified => false,
    })
}

/// A single name is never copied into the parts of a dual one.
#[must_use]
pub fn parts_follow_kind(name: &Name) -> bool {
    match name.kind() {
        NameKind::Dual => name.single.is_empty(),
        NameKind::Single => name.first.is_empty() && name.middle.is_empty() && name.last.is_empty(),
        NameKind::Unspecified => *name == Name::default(),
    }
}

/// The parts of a name, with their paths.
#[must_use]
pub fn name_parts(name: &Name) -> [(&'static str, &str); 4] {
    [
        ("first", &name.first),
        ("middle", &name.middle),
        ("last", &name.last),
        ("single", &name.single),
    ]
}

fn names(statement: &Statement) -> Vec<(String, &Name)> {
    let child =
        statement.child.iter().filter_map(|it| Some(("child.name".to_owned(), it.name.as_ref()?)));
    let parents = statement.parents.iter().zip(1..).flat_map(|(parent, nth)| {
        let at = move |field: &str| format!("parents.{nth}.{field}");
        [(at("legal_name"), &parent.legal_name), (at("name_at_birth"), &parent.name_at_birth)]
    });
    child.chain(parents.filter_map(|(path, name)| Some((path, name.as_ref()?)))).collect()
}

/// Whether a value is written as the contract says; that it is in Unicode NFC is seen on the original.
#[must_use]
pub fn is_proper(path: &str, text: &str) -> bool {
    let field = path.rsplit('.').next().unwrap_or_default();
    let longest = if path.contains("name") { LONGEST_NAME } else { LONGEST_TEXT };
    let in_form = match field {
        "date_of_birth" => read_date(text).is_some(),
        "time_of_birth" => is_time_of_day(text),
        _ => true,
    };
    in_form
        && text.chars().count() <= longest
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

/// Texts that the listing had to normalise, and enum values it does not know.
fn improper_originals(statement: &Statement) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, name) in names(statement) {
        if !name_parts(name).iter().all(|(_, it)| is_nfc(it)) {
            broken.push(path);
        }
    }
    if let Some(child) = &statement.child
        && Sex::try_from(child.sex).is_err()
    {
        broken.push("child.sex".into());
    }
    broken
}
