//! The province's rule for when a notice is about the birth that a statement states. Pure.
//!
//! A notice fits when every field of [`MatchField`] agrees. One that does not fit is about the same birth when the birth
//! parent is recognisable and little else differs: that is the difference between "wait" and "check this field".

use jiff::civil::Date;
use proto::{
    common::v1::{Name, Sex},
    registry::v1::{AttendantKind, MatchField, Notice, Place, Statement},
};
use unicode_normalization::UnicodeNormalization;

use crate::moment::read_date;

/// What is compared, read from either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    pub date_of_birth: Date,
    pub sex: Sex,
    pub place: Place,
    pub plurality: u32,
    pub birth_order: u32,
    pub birth_parent_date_of_birth: Date,
    /// The birth parent's legal name and name at birth, folded; never empty.
    pub birth_parent_names: Vec<String>,
    /// Nobody attended it: no notice is about it.
    pub unattended: bool,
}

impl Birth {
    /// Reads a statement; `None` when content is missing that a checked statement has.
    #[must_use]
    pub fn stated(statement: &Statement) -> Option<Self> {
        let child = statement.child.as_ref()?;
        let parent = statement.parents.iter().find(|it| it.is_birth_parent)?;
        Some(Self {
            date_of_birth: read_date(&child.date_of_birth)?,
            sex: child.sex(),
            place: statement.place.clone()?,
            plurality: child.plurality,
            birth_order: child.birth_order.max(1),
            birth_parent_date_of_birth: read_date(&parent.date_of_birth)?,
            birth_parent_names: names([&parent.legal_name, &parent.name_at_birth])?,
            unattended: statement.attendant.as_ref()?.kind() == AttendantKind::None,
        })
    }

    /// Reads a notice; `None` when content is missing that a checked notice has.
    #[must_use]
    pub fn noticed(notice: &Notice) -> Option<Self> {
        let parent = notice.birth_parent.as_ref()?;
        Some(Self {
            date_of_birth: read_date(&notice.date_of_birth)?,
            sex: notice.sex(),
            place: notice.place.clone()?,
            plurality: notice.plurality,
            birth_order: notice.birth_order.max(1),
            birth_parent_date_of_birth: read_date(&parent.date_of_birth)?,
            birth_parent_names: names([&parent.legal_name, &parent.name_at_birth])?,
            unattended: false,
        })
    }

    /// What differs between this statement and a notice. Nothing: it fits.
    #[must_use]
    pub fn differences(&self, notice: &Self) -> Vec<MatchField> {
        let compared = [
            (MatchField::DateOfBirth, self.date_of_birth == notice.date_of_birth),
            (MatchField::Sex, self.sex == notice.sex),
            (MatchField::Plurality, self.plurality == notice.plurality),
            (MatchField::BirthOrder, self.birth_order == notice.birth_order),
            (
                MatchField::BirthParentDateOfBirth,
                self.birth_parent_date_of_birth == notice.birth_parent_date_of_birth,
            ),
            (MatchField::BirthParentName, self.shares_a_name_with(notice)),
        ];
        let differing = compared.into_iter().filter(|(_, same)| !same).map(|(field, _)| field);
        different_place(&self.place, &notice.place).into_iter().chain(differing).collect()
    }

    /// Whether the notice fits in every field.
    #[must_use]
    pub fn fits(&self, notice: &Self) -> bool {
        !self.unattended && self.differences(notice).is_empty()
    }

    /// Whether a notice that does not fit is about this birth all the same: one of the two dates agrees, the birth
    /// parent's name is the same or nearly so, and in all at most two fields differ.
    #[must_use]
    pub fn is_near(&self, notice: &Self) -> bool {
        let differences = self.differences(notice);
        let dates = [MatchField::DateOfBirth, MatchField::BirthParentDateOfBirth];
        !self.unattended
            && (1..=2).contains(&differences.len())
            && !dates.iter().all(|date| differences.contains(date))
            && (!differences.contains(&MatchField::BirthParentName)
                || self.nearly_shares_a_name_with(notice))
    }

    fn shares_a_name_with(&self, notice: &Self) -> bool {
        self.birth_parent_names.iter().any(|name| notice.birth_parent_names.contains(name))
    }

    fn nearly_shares_a_name_with(&self, notice: &Self) -> bool {
        let pairs = |name| notice.birth_parent_names.iter().map(move |other| (name, other));
        self.birth_parent_names.iter().flat_map(pairs).any(|(a, b)| is_nearly(a, b))
    }
}

/// Whether an officer may accept that this field differs.
#[must_use]
pub const fn may_be_accepted(field: MatchField) -> bool {
    match field {
        MatchField::PlaceWording | MatchField::BirthParentName => true,
        MatchField::Unspecified
        | MatchField::DateOfBirth
        | MatchField::Sex
        | MatchField::Facility
        | MatchField::Plurality
        | MatchField::BirthOrder
        | MatchField::BirthParentDateOfBirth => false,
    }
}

/// A name without case and spacing, accents kept.
#[must_use]
pub fn folded(name: &Name) -> String {
    fold(&[&name.first, &name.middle, &name.last, &name.single].map(String::as_str).concat())
}

fn fold(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

fn names(given: [&Option<Name>; 2]) -> Option<Vec<String>> {
    let names: Vec<String> =
        given.into_iter().flatten().map(folded).filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then_some(names)
}

/// With a facility on both sides it must be the same one; else what both sides say in words is compared.
fn different_place(stated: &Place, noticed: &Place) -> Option<MatchField> {
    if !stated.facility_id.is_empty() && !noticed.facility_id.is_empty() {
        return (stated.facility_id != noticed.facility_id).then_some(MatchField::Facility);
    }
    let facility_on_one_side = stated.facility_id.is_empty() != noticed.facility_id.is_empty();
    let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && fold(a) != fold(b);
    let words_differ = differ(&stated.location_text, &noticed.location_text)
        || differ(&stated.municipality, &noticed.municipality);
    (facility_on_one_side || words_differ).then_some(MatchField::PlaceWording)
}

/// Whether two folded names may be two spellings of one: a quarter of the longer one's letters differ at most.
fn is_nearly(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    edits(&a, &b) * 4 <= a.len().max(b.len())
}

/// The number of letters to add, drop or change to get from one word to the other.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let change = above[column] + usize::from(x != y);
            line.push(change.min(above[column + 1] + 1).min(line[column] + 1));
        }
        above = line;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth() -> Birth {
        Birth {
            date_of_birth: "2026-11-01".parse().unwrap(),
            sex: Sex::Female,
            place: Place { facility_id: "ON-0001".into(), ..Place::default() },
            plurality: 1,
            birth_order: 1,
            birth_parent_date_of_birth: "1994-05-06".parse().unwrap(),
            birth_parent_names: vec!["marieroy".into(), "mariedubé".into()],
            unattended: false,
        }
    }

    fn changed(change: impl FnOnce(&mut Birth)) -> Birth {
        let mut birth = birth();
        change(&mut birth);
        birth
    }

    #[test]
    fn a_notice_that_says_the_same_fits() {
        assert!(birth().fits(&birth()));
        assert!(birth().fits(&changed(|it| it.birth_parent_names = vec!["mariedubé".into()])));
    }

    #[test]
    fn every_field_is_compared() {
        let table: [(MatchField, Birth); 7] = [
            (
                MatchField::DateOfBirth,
                changed(|it| it.date_of_birth = "2026-11-02".parse().unwrap()),
            ),
            (MatchField::Sex, changed(|it| it.sex = Sex::Male)),
            (MatchField::Facility, changed(|it| it.place.facility_id = "ON-0002".into())),
            (MatchField::Plurality, changed(|it| it.plurality = 2)),
            (MatchField::BirthOrder, changed(|it| it.birth_order = 2)),
            (
                MatchField::BirthParentDateOfBirth,
                changed(|it| it.birth_parent_date_of_birth = "1994-06-05".parse().unwrap()),
            ),
            (
                MatchField::BirthParentName,
                changed(|it| it.birth_parent_names = vec!["mariedube".into()]),
            ),
        ];
        for (field, notice) in table {
            assert_eq!(birth().differences(&notice), [field]);
            assert!(!birth().fits(&notice) && birth().is_near(&notice), "{field:?}");
        }
    }

    #[test]
    fn another_familys_notice_is_not_near() {
        let other_name = changed(|it| it.birth_parent_names = vec!["sophietremblay".into()]);
        let other_dates = changed(|it| {
            it.date_of_birth = "2026-10-01".parse().unwrap();
            it.birth_parent_date_of_birth = "1990-01-01".parse().unwrap();
        });
        let three = changed(|it| {
            it.sex = Sex::Male;
            it.plurality = 2;
            it.birth_order = 2;
        });
        for notice in [other_name, other_dates, three] {
            assert!(!birth().is_near(&notice), "{notice:?}");
        }
    }

    #[test]
    fn an_unattended_birth_has_no_notice() {
        let stated = changed(|it| it.unattended = true);
        assert!(!stated.fits(&birth()) && !stated.is_near(&birth()));
    }

    #[test]
    fn places_without_a_facility_are_compared_in_words() {
        let home = |words: &str| Place { municipality: words.into(), ..Place::default() };
        assert_eq!(different_place(&home("Thunder Bay"), &home("thunder  bay")), None);
        assert_eq!(
            different_place(&home("Kenora"), &home("Dryden")),
            Some(MatchField::PlaceWording)
        );
        assert_eq!(different_place(&home("Kenora"), &home("")), None);
        assert_eq!(
            different_place(&home("Kenora"), &birth().place),
            Some(MatchField::PlaceWording)
        );
    }

    #[test]
    fn case_and_spacing_do_not_make_another_name_but_accents_do() {
        let name = |first: &str| folded(&Name { first: first.into(), ..Name::default() });
        assert_eq!(name("Anne Marie"), name("ANNEMARIE"));
        assert_eq!(name("Zoe\u{308}"), name("ZOË"));
        assert_ne!(name("Dubé"), name("Dube"));
    }
}
