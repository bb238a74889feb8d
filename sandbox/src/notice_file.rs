//! A notice as the hospital writes it in a file: JSON, with the submission's names for the fields.

use proto::{
    common::v1::{Name, NameKind, Sex},
    registry::v1::{Attendant, AttendantKind, Notice, NoticeBirthParent, Place},
};
use serde::Deserialize;

/// A notice as a file has it. Names of fields are those of the submission.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeFile {
    notice_id: String,
    #[serde(default)]
    facility_id: String,
    /// The exact place, outside a facility.
    #[serde(default)]
    location_text: String,
    #[serde(default)]
    municipality: String,
    date_of_birth: String,
    #[serde(default)]
    time_of_birth: String,
    sex: SexCode,
    plurality: u32,
    #[serde(default)]
    birth_order: u32,
    birth_parent: BirthParentFile,
    #[serde(default)]
    attendant: Option<AttendantFile>,
    #[serde(default)]
    weight_grams: u32,
    #[serde(default)]
    gestation_weeks: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct BirthParentFile {
    legal_name: NameFile,
    #[serde(default)]
    birth_name: Option<NameFile>,
    date_of_birth: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameFile {
    /// May be left out: a name with `single` is SINGLE, another DUAL.
    #[serde(default)]
    kind: Option<NameKindCode>,
    #[serde(default)]
    first: String,
    #[serde(default)]
    middle: String,
    #[serde(default)]
    last: String,
    #[serde(default)]
    single: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttendantFile {
    kind: AttendantCode,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SexCode {
    Female,
    Male,
    OtherOrUndetermined,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum NameKindCode {
    Dual,
    Single,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AttendantCode {
    Md,
    Rn,
    Midwife,
    Other,
    None,
}

impl From<NoticeFile> for Notice {
    fn from(file: NoticeFile) -> Self {
        Self {
            notice_id: file.notice_id,
            place: Some(Place {
                facility_id: file.facility_id,
                location_text: file.location_text,
                municipality: file.municipality,
                ..Place::default()
            }),
            date_of_birth: file.date_of_birth,
            time_of_birth: file.time_of_birth,
            sex: Sex::from(file.sex).into(),
            plurality: file.plurality,
            birth_order: file.birth_order,
            birth_parent: Some(NoticeBirthParent {
                legal_name: Some(file.birth_parent.legal_name.into()),
                name_at_birth: file.birth_parent.birth_name.map(Name::from),
                date_of_birth: file.birth_parent.date_of_birth,
            }),
            attendant: file
                .attendant
                .map(|it| Attendant { kind: AttendantKind::from(it.kind).into(), name: it.name }),
            weight_grams: file.weight_grams,
            gestation_weeks: file.gestation_weeks,
        }
    }
}

impl From<NameFile> for Name {
    fn from(file: NameFile) -> Self {
        let kind = match file.kind {
            Some(NameKindCode::Single) => NameKind::Single,
            None if !file.single.is_empty() => NameKind::Single,
            Some(NameKindCode::Dual) | None => NameKind::Dual,
        };
        Self {
            kind: kind.into(),
            first: file.first,
            middle: file.middle,
            last: file.last,
            single: file.single,
        }
    }
}

impl From<SexCode> for Sex {
    fn from(code: SexCode) -> Self {
        match code {
            SexCode::Female => Self::Female,
            SexCode::Male => Self::Male,
            SexCode::OtherOrUndetermined => Self::OtherOrUndetermined,
        }
    }
}

impl From<AttendantCode> for AttendantKind {
    fn from(code: AttendantCode) -> Self {
        match code {
            AttendantCode::Md => Self::Md,
            AttendantCode::Rn => Self::Rn,
            AttendantCode::Midwife => Self::Midwife,
            AttendantCode::Other => Self::Other,
            AttendantCode::None => Self::None,
        }
    }
}
