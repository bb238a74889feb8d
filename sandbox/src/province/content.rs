//! The certified content as lines of text, and its digest. The rule is in `newborn/registry/v1/registry.proto`.

use proto::{
    common::v1::{Name, NameKind, Sex},
    registry::v1::{
        AttendantKind, MaritalStatus, OtherParentState, Parent, ParentRole, PlaceKind, Statement,
    },
};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// The content digest: 64 lower-case hexadecimal digits.
#[must_use]
pub fn digest(statement: &Statement) -> String {
    let mut hash = Sha256::new();
    for (path, value) in lines(statement) {
        hash.update(format!("{path}={value}\n"));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every field that is set, as path and value, in the order of the contract.
#[must_use]
pub fn lines(statement: &Statement) -> Vec<(String, String)> {
    let mut lines = Lines::default();
    if let Some(child) = &statement.child {
        lines.name("child.name", child.name.as_ref());
        lines.code("child.sex", child.sex().as_str_name(), Sex::Unspecified.as_str_name());
        lines.text("child.date_of_birth", &child.date_of_birth);
        lines.text("child.time_of_birth", &child.time_of_birth);
        lines.number("child.plurality", child.plurality);
        lines.number("child.birth_order", child.birth_order);
        lines.number("child.weight_grams", child.weight_grams);
        lines.number("child.gestation_weeks", child.gestation_weeks);
    }
    if let Some(place) = &statement.place {
        lines.code("place.kind", place.kind().as_str_name(), PlaceKind::Unspecified.as_str_name());
        lines.text("place.facility_id", &place.facility_id);
        lines.text("place.location_text", &place.location_text);
        lines.text("place.municipality", &place.municipality);
        lines.text("place.county", &place.county);
    }
    if let Some(attendant) = &statement.attendant {
        lines.code(
            "attendant.kind",
            attendant.kind().as_str_name(),
            AttendantKind::Unspecified.as_str_name(),
        );
        lines.text("attendant.name", &attendant.name);
    }
    for (parent, nth) in statement.parents.iter().zip(1..) {
        lines.parent(&format!("parents.{nth}"), parent);
    }
    let other = statement.other_parent_state().as_str_name();
    lines.code("other_parent_state", other, OtherParentState::Unspecified.as_str_name());
    if let Some(married) = statement.parents_married_to_each_other {
        lines.yes_or_no("parents_married_to_each_other", married);
    }
    lines.0
}

#[derive(Default)]
struct Lines(Vec<(String, String)>);

impl Lines {
    fn parent(&mut self, path: &str, parent: &Parent) {
        let at = |field: &str| format!("{path}.{field}");
        self.code(
            &at("role_label"),
            parent.role_label().as_str_name(),
            ParentRole::Unspecified.as_str_name(),
        );
        self.yes_or_no(&at("is_birth_parent"), parent.is_birth_parent);
        self.name(&at("legal_name"), parent.legal_name.as_ref());
        self.name(&at("name_at_birth"), parent.name_at_birth.as_ref());
        for (name, nth) in parent.previous_names.iter().zip(1..) {
            self.0.push((at(&format!("previous_names.{nth}")), name.nfc().collect()));
        }
        self.text(&at("date_of_birth"), &parent.date_of_birth);
        if let Some(place) = &parent.birth_place {
            self.text(&at("birth_place.municipality"), &place.municipality);
            self.text(&at("birth_place.province"), &place.province);
            self.text(&at("birth_place.country"), &place.country);
        }
        let marital = parent.marital_status().as_str_name();
        self.code(&at("marital_status"), marital, MaritalStatus::Unspecified.as_str_name());
        self.yes_or_no(&at("agrees_child_surname"), parent.agrees_child_surname);
    }

    fn name(&mut self, path: &str, name: Option<&Name>) {
        let Some(name) = name else { return };
        self.code(
            &format!("{path}.kind"),
            name.kind().as_str_name(),
            NameKind::Unspecified.as_str_name(),
        );
        self.text(&format!("{path}.first"), &name.first);
        self.text(&format!("{path}.middle"), &name.middle);
        self.text(&format!("{path}.last"), &name.last);
        self.text(&format!("{path}.single"), &name.single);
    }

    fn text(&mut self, path: &str, text: &str) {
        if !text.is_empty() {
            self.0.push((path.into(), text.nfc().collect()));
        }
    }

    fn number(&mut self, path: &str, number: u32) {
        if number != 0 {
            self.0.push((path.into(), number.to_string()));
        }
    }

    fn yes_or_no(&mut self, path: &str, answer: bool) {
        self.0.push((path.into(), answer.to_string()));
    }

    /// An enum's value without its prefix; `unspecified` is the zero value's name, which tells the prefix.
    fn code(&mut self, path: &str, name: &str, unspecified: &str) {
        if name != unspecified {
            let prefix = unspecified.trim_end_matches("UNSPECIFIED");
            self.0.push((path.into(), name.trim_start_matches(prefix).into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::common::v1::BirthPlace;
    use proto::registry::v1::{Attendant, Child, Place};

    use super::*;

    fn dual(first: &str, last: &str) -> Option<Name> {
        Some(Name {
            kind: NameKind::Dual.into(),
            first: first.into(),
            last: last.into(),
            ..Name::default()
        })
    }

    #[test]
    fn the_listing_follows_the_contract() {
        let statement = Statement {
            child: Some(Child {
                name: dual("Ada", "Roy"),
                sex: Sex::OtherOrUndetermined.into(),
                date_of_birth: "2026-11-01".into(),
                plurality: 1,
                ..Child::default()
            }),
            place: Some(Place {
                kind: PlaceKind::OtherFacility.into(),
                county: "York".into(),
                ..Place::default()
            }),
            attendant: Some(Attendant { kind: AttendantKind::None.into(), ..Attendant::default() }),
            parents: vec![Parent {
                role_label: ParentRole::Mother.into(),
                is_birth_parent: true,
                legal_name: dual("Zoe\u{308}", "Roy"),
                previous_names: vec!["Gray".into(), "Ng".into()],
                birth_place: Some(BirthPlace { country: "CA".into(), ..BirthPlace::default() }),
                marital_status: MaritalStatus::CommonLaw.into(),
                ..Parent::default()
            }],
            parents_married_to_each_other: Some(false),
            ..Statement::default()
        };
        let listed: Vec<String> =
            lines(&statement).iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(
            listed,
            [
                "child.name.kind=DUAL",
                "child.name.first=Ada",
                "child.name.last=Roy",
                "child.sex=OTHER_OR_UNDETERMINED",
                "child.date_of_birth=2026-11-01",
                "child.plurality=1",
                "place.kind=OTHER_FACILITY",
                "place.county=York",
                "attendant.kind=NONE",
                "parents.1.role_label=MOTHER",
                "parents.1.is_birth_parent=true",
                "parents.1.legal_name.kind=DUAL",
                "parents.1.legal_name.first=Zoë",
                "parents.1.legal_name.last=Roy",
                "parents.1.previous_names.1=Gray",
                "parents.1.previous_names.2=Ng",
                "parents.1.birth_place.country=CA",
                "parents.1.marital_status=COMMON_LAW",
                "parents.1.agrees_child_surname=false",
                "parents_married_to_each_other=false",
            ]
        );
    }

    #[test]
    fn the_digest_of_nothing_is_that_of_an_empty_text() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(&Statement::default()), empty);
    }
}
