//! The digest of exactly what was certified.
//!
//! The rule is part of the contract (`proto/newborn/registry/v1/registry.proto`); the province computes it too.

use sha2::{Digest, Sha256};

use crate::{name::PersonName, statement::Statement};

/// SHA-256 of the certified content.
#[must_use]
pub fn of(statement: &Statement) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (path, value) in listing(statement) {
        hash.update(format!("{path}={value}\n"));
    }
    hash.finalize().into()
}

/// Every certified field that has a value, in the contract's order.
fn listing(it: &Statement) -> Vec<(String, String)> {
    let mut list = Listing::default();
    let child = &it.child;
    list.name("child.name", &child.name);
    list.set("child.sex", child.sex);
    list.set("child.date_of_birth", child.date_of_birth);
    list.maybe("child.time_of_birth", child.time_of_birth.as_ref());
    list.set("child.plurality", child.plurality);
    list.set("child.birth_order", child.birth_order);
    list.maybe("child.weight_grams", child.weight_grams);
    list.maybe("child.gestation_weeks", child.gestation_weeks);

    list.set("place.kind", it.place.kind);
    list.maybe("place.facility_id", it.place.facility_id.as_ref());
    list.maybe("place.location_text", it.place.location_text.as_ref());
    list.set("place.municipality", &it.place.municipality);
    list.set("place.county", &it.place.county);

    list.set("attendant.kind", it.attendant.kind);
    list.maybe("attendant.name", it.attendant.name.as_ref().map(|name| name.as_str()));

    for (nth, parent) in it.parents.iter().enumerate() {
        let at = |field: &str| format!("parents.{}.{field}", nth + 1);
        list.set(at("role_label"), parent.role_label);
        list.set(at("is_birth_parent"), parent.is_birth_parent);
        list.name(&at("legal_name"), &parent.legal_name);
        list.name(&at("name_at_birth"), &parent.name_at_birth);
        for (nth, name) in parent.previous_names.iter().enumerate() {
            list.set(at(&format!("previous_names.{}", nth + 1)), name.as_str());
        }
        list.set(at("date_of_birth"), parent.date_of_birth);
        list.set(at("birth_place.municipality"), &parent.birth_place.municipality);
        list.maybe(at("birth_place.province"), parent.birth_place.subdivision());
        list.set(at("birth_place.country"), &parent.birth_place.country);
        list.maybe(at("marital_status"), parent.marital_status);
        list.set(at("agrees_child_surname"), parent.agrees_child_surname);
    }

    list.maybe("other_parent_state", it.other_parent);
    list.maybe("parents_married_to_each_other", it.parents_married_to_each_other);
    list.0
}

#[derive(Default)]
struct Listing(Vec<(String, String)>);

impl Listing {
    fn set(&mut self, path: impl Into<String>, value: impl ToString) {
        self.0.push((path.into(), value.to_string()));
    }

    fn maybe(&mut self, path: impl Into<String>, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.set(path, value);
        }
    }

    fn name(&mut self, path: &str, name: &PersonName) {
        match name {
            PersonName::Dual { first, middle, last } => {
                self.set(format!("{path}.kind"), "DUAL");
                self.set(format!("{path}.first"), first.as_str());
                self.maybe(format!("{path}.middle"), middle.as_ref().map(|it| it.as_str()));
                self.set(format!("{path}.last"), last.as_str());
            }
            PersonName::Single { single } => {
                self.set(format!("{path}.kind"), "SINGLE");
                self.set(format!("{path}.single"), single.as_str());
            }
        }
    }
}
