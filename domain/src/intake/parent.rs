//! The parents who certify.

use jiff::{ToSpan, civil::Date};

use super::{
    BirthPlace, Certification, Code, MOST_PARENTS_IN_LAW, Parent, Presence, Violation,
    address::{country, region},
    names::{exchanged, name},
    reach::{self, Reached},
    reader::{Reader, given},
};
use crate::{
    content::{CanadianStatus, Certifier},
    name::{BadName, NamePart, PersonName, tidy},
    people::Language,
    statement::{self, CertificationMethod},
};

/// What the rules of each parent depend on.
#[derive(Clone, Copy)]
pub(super) struct Family {
    pub(super) delivered: Date,
    pub(super) wants_sin: bool,
    pub(super) presence: Presence,
}

/// The parents as they were read, each list in the order of the form.
#[derive(Default)]
pub(super) struct Read {
    pub(super) parents: Vec<statement::Parent>,
    certifications: Vec<Option<statement::Certification>>,
    /// Of the parents after the first.
    pub(super) reaches: Vec<Reached>,
    /// Their names at birth as the federal exchange shall write them, where it cannot carry them as they are.
    pub(super) exchange_names: Vec<Option<PersonName>>,
    /// Empty unless a SIN is asked for.
    pub(super) statuses: Vec<CanadianStatus>,
}

impl Read {
    /// Each parent's language is their own: the form's for the first, for another what was said, or what they certified
    /// in.
    pub(super) fn certifiers(self, form: Language) -> Vec<Certifier> {
        let first = Reached { language: Some(form), reach: None };
        let reached = std::iter::once(first).chain(self.reaches);
        let parents = self.certifications.into_iter().zip(reached);
        let certifier = |(certification, Reached { language, reach }): (
            Option<statement::Certification>,
            Reached,
        )| {
            let certified_in = certification.as_ref().map(|it| it.language);
            let language = language.or(certified_in).unwrap_or(form);
            Certifier { language, reach, certification }
        };
        parents.map(certifier).collect()
    }
}

pub(super) fn all(r: &mut Reader, typed: Vec<Parent>, family: Family) -> Option<Read> {
    if typed.is_empty() || typed.len() > MOST_PARENTS_IN_LAW {
        r.report_here(if typed.is_empty() { Code::Required } else { Code::TooMany });
        return None;
    }
    if typed.len() > super::MOST_PARENTS {
        r.report_here(Code::MoreParentsAssisted);
        return None;
    }
    let gave_birth = typed.iter().filter(|parent| parent.is_birth_parent == Some(true)).count();
    let answered = typed.iter().all(|parent| parent.is_birth_parent.is_some());
    if answered && gave_birth != 1 {
        r.report_here(Code::OneBirthParent);
    }
    let mut read = Some(Read::default());
    for (nth, parent) in typed.into_iter().enumerate() {
        let one = r.within(nth, |r| one(r, parent, nth, family));
        read = read.zip(one).map(|(mut read, one)| {
            read.parents.push(one.parent);
            read.certifications.push(one.certification);
            read.reaches.extend(one.reached);
            read.exchange_names.push(one.exchange_name);
            read.statuses.extend(one.status);
            read
        });
    }
    read
}

struct One {
    parent: statement::Parent,
    certification: Option<statement::Certification>,
    /// Of a parent after the first.
    reached: Option<Reached>,
    exchange_name: Option<PersonName>,
    status: Option<CanadianStatus>,
}

fn one(r: &mut Reader, it: Parent, nth: usize, family: Family) -> Option<One> {
    let Family { delivered, wants_sin, presence } = family;
    let invited = nth > 0 && presence == Presence::FirstAlone;
    let (certifies, method) = match presence {
        Presence::All | Presence::Wrong => (true, CertificationMethod::Present),
        Presence::FirstAlone => (nth == 0, CertificationMethod::Present),
        Presence::Only(who) => (nth == who, CertificationMethod::Link),
    };
    let role_label = r.choice("role_label", it.role_label);
    let is_birth_parent = r.required("is_birth_parent", it.is_birth_parent);
    let legal_name = r.within("legal_name", |r| name(r, it.legal_name));
    let name_at_birth = r.within("name_at_birth", |r| exchanged(r, it.name_at_birth, wants_sin));
    let previous_names = r.within("previous_names", |r| previous_names(r, it.previous_names));
    let date_of_birth = r.date("date_of_birth", it.date_of_birth);
    if date_of_birth.is_some_and(|born| !of_a_parents_age(born, delivered)) {
        r.report("date_of_birth", Code::ParentAge);
    }
    let birth_place = r.within("birth_place", |r| birth_place(r, it.birth_place));
    let marital_status = if is_birth_parent == Some(true) {
        r.choice("marital_status", it.marital_status)
    } else {
        // Asked of the birth parent only, for statistics.
        r.not_expected("marital_status", given(it.marital_status).is_some());
        None
    };
    let status =
        if wants_sin { Some(r.choice("canadian_status", it.canadian_status)) } else { None };
    r.must_be(true, "agrees_child_surname", it.agrees_child_surname, Code::SurnameNotAgreed);
    let certification = r.within("certification", |r| match certifies {
        true => certification(r, it.certification, method).map(Some),
        false => not_yet(r, &it.certification).then_some(None),
    });
    let reached = r.within("contact", |r| match nth {
        0 => reach::in_the_contact(r, &it.contact).then_some(None),
        _ => reach::reached(r, it.contact, invited).map(Some),
    });

    let (name_at_birth, exchange_name) = name_at_birth?;
    let parent = statement::Parent {
        role_label: role_label?,
        is_birth_parent: is_birth_parent?,
        legal_name: legal_name?,
        name_at_birth,
        previous_names,
        date_of_birth: date_of_birth?,
        birth_place: birth_place?,
        marital_status,
        agrees_child_surname: it.agrees_child_surname?,
    };
    let status = match status {
        None => None,
        Some(read) => Some(read?),
    };
    Some(One { parent, certification: certification?, reached: reached?, exchange_name, status })
}

/// Between 8 and 110 years at the birth. Who is unusually young or old is for the registrar, not for a form.
fn of_a_parents_age(born: Date, delivered: Date) -> bool {
    born <= delivered.saturating_sub(8.years()) && born > delivered.saturating_sub(111.years())
}

fn previous_names(r: &mut Reader, typed: Vec<String>) -> Vec<NamePart> {
    if typed.len() > 5 {
        r.report_here(Code::TooMany);
        return Vec::new();
    }
    let read = typed.into_iter().enumerate();
    read.filter_map(|(nth, name)| r.name_part(&nth.to_string(), Some(name))).collect()
}

fn birth_place(r: &mut Reader, it: BirthPlace) -> Option<statement::BirthPlace> {
    let municipality = r.text("municipality", it.municipality, 100);
    let country = country(r, it.country);
    let province = region(r, it.province, country.as_deref());
    Some(statement::BirthPlace { municipality: municipality?, province, country: country? })
}

/// Whoever is not here certifies for themselves, and nobody for them.
fn not_yet(r: &mut Reader, it: &Certification) -> bool {
    let said = it.checked == Some(true) || given(it.typed_name.clone()).is_some();
    r.not_expected("checked", said);
    !said
}

impl Certification {
    /// Reads a certification by itself, by the rules of the form.
    ///
    /// # Errors
    ///
    /// Everything that breaks a rule, under `/certification`.
    pub fn read(
        self,
        method: CertificationMethod,
    ) -> Result<statement::Certification, Vec<Violation>> {
        let mut reader = Reader::default();
        let read = reader.within("certification", |r| certification(r, self, method));
        reader.finish(read)
    }
}

fn certification(
    r: &mut Reader,
    it: Certification,
    method: CertificationMethod,
) -> Option<statement::Certification> {
    let language = r.choice("language", it.language);
    let typed_name = signature(r, it.typed_name);
    if it.checked != Some(true) {
        r.report("checked", Code::CertificationMissing);
    }
    let text_version = r.text_version("text_version", it.text_version);
    Some(statement::Certification {
        text_version: text_version?,
        language: language?,
        method,
        typed_name: typed_name?,
    })
}

/// A whole name on one line, as a person signs: as long as three parts of a name.
fn signature(r: &mut Reader, typed: Option<String>) -> Option<String> {
    let text = r.text("typed_name", typed, 3 * crate::name::LONGEST + 2)?;
    let words = text.split(' ').enumerate();
    let bad = words.filter_map(|(nth, word)| match NamePart::read(word) {
        Err(BadName::Beginning) if nth > 0 => None,
        read => read.err(),
    });
    match bad.last() {
        Some(bad) => {
            r.report("typed_name", bad.into());
            None
        }
        None => Some(tidy(&text)),
    }
}
