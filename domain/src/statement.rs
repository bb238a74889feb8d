//! What parents certify about one birth. This, and nothing else, is what is registered.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    code::codes,
    name::{NamePart, PersonName},
    people::Language,
};

codes! {
    pub enum Sex {
        Female = "FEMALE",
        Male = "MALE",
        OtherOrUndetermined = "OTHER_OR_UNDETERMINED",
    }
}

codes! {
    pub enum PlaceKind {
        Hospital = "HOSPITAL",
        Home = "HOME",
        OtherFacility = "OTHER_FACILITY",
        Other = "OTHER",
    }
}

codes! {
    /// Who attended the birth. With nobody there, no notice will come.
    pub enum AttendantKind {
        Physician = "MD",
        Nurse = "RN",
        Midwife = "MIDWIFE",
        Other = "OTHER",
        Nobody = "NONE",
    }
}

codes! {
    /// How a parent is called on the record.
    pub enum RoleLabel {
        Mother = "MOTHER",
        Father = "FATHER",
        Parent = "PARENT",
    }
}

codes! {
    pub enum MaritalStatus {
        Single = "SINGLE",
        Married = "MARRIED",
        CommonLaw = "COMMON_LAW",
        Separated = "SEPARATED",
        Divorced = "DIVORCED",
        Widowed = "WIDOWED",
    }
}

codes! {
    /// Why only one parent makes the statement.
    pub enum OtherParent {
        Unknown = "UNKNOWN",
        Unacknowledged = "UNACKNOWLEDGED",
        IncapableByIllness = "INCAPABLE_ILLNESS",
        IncapableByDeath = "INCAPABLE_DEATH",
    }
}

/// The certified content. Fields stand in the order in which the digest lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub child: Child,
    pub place: Place,
    pub attendant: Attendant,
    /// One or two; exactly one is the birth parent.
    pub parents: Vec<Parent>,
    /// Present when there is one parent.
    pub other_parent: Option<OtherParent>,
    /// Present when there are two parents and they answered.
    pub parents_married_to_each_other: Option<bool>,
}

impl Statement {
    /// The parent who gave birth.
    ///
    /// # Panics
    ///
    /// Never for a statement that came through [`crate::intake`], which insists on exactly one.
    #[must_use]
    pub fn birth_parent(&self) -> &Parent {
        self.parents
            .iter()
            .find(|it| it.is_birth_parent)
            .expect("intake insists on one birth parent")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    pub name: PersonName,
    pub sex: Sex,
    pub date_of_birth: Date,
    /// `HH:MM`, local to the birthplace; certain for multiples.
    pub time_of_birth: Option<String>,
    /// How many were born of this delivery, stillborn ones included.
    pub plurality: u8,
    /// Which of them this one is; 1 for a single birth.
    pub birth_order: u8,
    pub weight_grams: Option<u16>,
    pub gestation_weeks: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub kind: PlaceKind,
    /// Present for a hospital or another facility that is on the list.
    pub facility_id: Option<String>,
    /// The exact location otherwise.
    pub location_text: Option<String>,
    pub municipality: String,
    pub county: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendant {
    pub kind: AttendantKind,
    pub name: Option<NamePart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    pub role_label: RoleLabel,
    pub is_birth_parent: bool,
    pub legal_name: PersonName,
    /// For an adopted parent, the adoptive name.
    pub name_at_birth: PersonName,
    pub previous_names: Vec<NamePart>,
    pub date_of_birth: Date,
    pub birth_place: BirthPlace,
    pub marital_status: Option<MaritalStatus>,
    pub agrees_child_surname: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthPlace {
    pub municipality: String,
    pub province: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl BirthPlace {
    /// The province as the registers write it: ISO 3166-2 in Canada (`CA-QC`), as typed elsewhere.
    #[must_use]
    pub fn subdivision(&self) -> Option<String> {
        let province = self.province.as_ref()?;
        Some(if self.country == "CA" { format!("CA-{province}") } else { province.clone() })
    }
}

codes! {
    pub enum CertificationMethod {
        /// All parents in one sitting.
        Present = "PRESENT",
        /// Alone, through a link that was sent to this parent.
        Link = "LINK",
    }
}

codes! {
    /// How a province lets the second parent certify.
    pub enum SecondParent {
        /// In the same sitting as the first, and not otherwise.
        Present = "PRESENT",
        /// Also later and elsewhere, through a link of their own.
        Link = "LINK",
    }
}

codes! {
    /// What a parent who was asked to certify says instead.
    pub enum Objection {
        SomethingWrong = "SOMETHING_WRONG",
        NotAParent = "NOT_A_PARENT",
        DoesNotAgree = "DOES_NOT_AGREE",
    }
}

impl Objection {
    /// Whether only the registrar can say how it goes on. A mistake is the parents' own to put right.
    #[must_use]
    pub const fn is_for_the_registrar(self) -> bool {
        match self {
            Self::SomethingWrong => false,
            Self::NotAParent | Self::DoesNotAgree => true,
        }
    }

    /// Whether this is to be heard although the other stands already: nothing that is for the registrar is taken back by
    /// saying less.
    #[must_use]
    pub const fn outweighs(self, other: Self) -> bool {
        matches!(
            (other, self),
            (Self::SomethingWrong, Self::DoesNotAgree | Self::NotAParent)
                | (Self::DoesNotAgree, Self::NotAParent)
        )
    }
}

/// One parent's certification, without its time: the case file dates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certification {
    /// Which version of the certification text was shown.
    pub text_version: String,
    pub language: Language,
    pub method: CertificationMethod,
    /// What the parent typed as their signature.
    pub typed_name: String,
}
