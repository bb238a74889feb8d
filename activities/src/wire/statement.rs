//! The statement and its certifications.

use domain::statement::{
    AttendantKind, CertificationMethod, MaritalStatus, OtherParent, Parent, PlaceKind, RoleLabel,
    Statement,
};
use proto::{common::v1 as common, registry::v1 as registry};

use store::contents::Certified;

use super::names::{language, name, sex};

pub fn statement(it: &Statement) -> registry::Statement {
    registry::Statement {
        child: Some(registry::Child {
            name: Some(name(&it.child.name)),
            sex: sex(it.child.sex).into(),
            date_of_birth: it.child.date_of_birth.to_string(),
            time_of_birth: it.child.time_of_birth.clone().unwrap_or_default(),
            plurality: it.child.plurality.into(),
            birth_order: it.child.birth_order.into(),
            weight_grams: it.child.weight_grams.unwrap_or_default().into(),
            gestation_weeks: it.child.gestation_weeks.unwrap_or_default().into(),
        }),
        place: Some(registry::Place {
            kind: place_kind(it.place.kind).into(),
            facility_id: it.place.facility_id.clone().unwrap_or_default(),
            location_text: it.place.location_text.clone().unwrap_or_default(),
            municipality: it.place.municipality.clone(),
            county: it.place.county.clone(),
        }),
        attendant: Some(registry::Attendant {
            kind: attendant_kind(it.attendant.kind).into(),
            name: it
                .attendant
                .name
                .as_ref()
                .map(|name| name.as_str().to_owned())
                .unwrap_or_default(),
        }),
        parents: it.parents.iter().map(parent).collect(),
        other_parent_state: it.other_parent.map_or(0, |state| other_parent(state).into()),
        parents_married_to_each_other: it.parents_married_to_each_other,
    }
}

fn parent(it: &Parent) -> registry::Parent {
    registry::Parent {
        role_label: role(it.role_label).into(),
        is_birth_parent: it.is_birth_parent,
        legal_name: Some(name(&it.legal_name)),
        name_at_birth: Some(name(&it.name_at_birth)),
        previous_names: it.previous_names.iter().map(|name| name.as_str().to_owned()).collect(),
        date_of_birth: it.date_of_birth.to_string(),
        birth_place: Some(common::BirthPlace {
            municipality: it.birth_place.municipality.clone(),
            province: it.birth_place.subdivision().unwrap_or_default(),
            country: it.birth_place.country.clone(),
        }),
        marital_status: it.marital_status.map_or(0, |status| marital_status(status).into()),
        agrees_child_surname: it.agrees_child_surname,
    }
}

/// What a parent certified, with the digest of what they saw. The contract counts parents from 1.
pub fn certification(it: &Certified) -> registry::Certification {
    let Certified { parent, certification, digest, at } = it;
    registry::Certification {
        parent_index: u32::from(*parent) + 1,
        text_version: certification.text_version.clone(),
        language: language(certification.language).into(),
        method: match certification.method {
            CertificationMethod::Present | CertificationMethod::Link => {
                registry::CertificationMethod::TypedName.into()
            }
        },
        certified_at: Some(std::time::SystemTime::from(*at).into()),
        content_digest: hexadecimal(digest),
    }
}

/// The content digest as the contract writes it.
pub fn digest(statement: &Statement) -> String {
    hexadecimal(&domain::digest::of(statement))
}

fn hexadecimal(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn place_kind(kind: PlaceKind) -> registry::PlaceKind {
    match kind {
        PlaceKind::Hospital => registry::PlaceKind::Hospital,
        PlaceKind::Home => registry::PlaceKind::Home,
        PlaceKind::OtherFacility => registry::PlaceKind::OtherFacility,
        PlaceKind::Other => registry::PlaceKind::Other,
    }
}

const fn attendant_kind(kind: AttendantKind) -> registry::AttendantKind {
    match kind {
        AttendantKind::Physician => registry::AttendantKind::Md,
        AttendantKind::Nurse => registry::AttendantKind::Rn,
        AttendantKind::Midwife => registry::AttendantKind::Midwife,
        AttendantKind::Other => registry::AttendantKind::Other,
        AttendantKind::Nobody => registry::AttendantKind::None,
    }
}

const fn role(role: RoleLabel) -> registry::ParentRole {
    match role {
        RoleLabel::Mother => registry::ParentRole::Mother,
        RoleLabel::Father => registry::ParentRole::Father,
        RoleLabel::Parent => registry::ParentRole::Parent,
    }
}

const fn marital_status(status: MaritalStatus) -> registry::MaritalStatus {
    match status {
        MaritalStatus::Single => registry::MaritalStatus::Single,
        MaritalStatus::Married => registry::MaritalStatus::Married,
        MaritalStatus::CommonLaw => registry::MaritalStatus::CommonLaw,
        MaritalStatus::Separated => registry::MaritalStatus::Separated,
        MaritalStatus::Divorced => registry::MaritalStatus::Divorced,
        MaritalStatus::Widowed => registry::MaritalStatus::Widowed,
    }
}

const fn other_parent(state: OtherParent) -> registry::OtherParentState {
    match state {
        OtherParent::Unknown => registry::OtherParentState::Unknown,
        OtherParent::Unacknowledged => registry::OtherParentState::Unacknowledged,
        OtherParent::IncapableByIllness => registry::OtherParentState::IncapableIllness,
        OtherParent::IncapableByDeath => registry::OtherParentState::IncapableDeath,
    }
}
