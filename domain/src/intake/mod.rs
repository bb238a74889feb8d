//! The door: what people typed, read once into types that cannot be wrong.
//!
//! Everything that breaks a rule is found, not only the first. Rules and limits: docs/decisions/0007-the-form.md.

mod address;
mod again;
mod child;
mod form;
mod names;
mod parent;
mod reach;
mod reader;
mod services;
mod violation;

use jiff::civil::Date;

pub use address::{PRINTED_LINE, PROVINCES, countries};
pub use form::{
    Address, Attendant, BirthPlace, Certificate, Certification, Child, Contact, ExchangedName,
    Form, Name, Parent, ParentContact, Place, Services, Start, Tick,
};
pub use violation::{Code, Violation};

use crate::{
    content::{Content, Submission},
    people::Language,
    statement::{self, OtherParent, PlaceKind, SecondParent, Statement},
};
use reader::Reader;

/// The versions of the certification, consent and collection texts that we have shown and still take, newest last.
pub const TEXT_VERSIONS: &[&str] = &["2026-11"];

/// The version that is shown today.
pub const TEXT_VERSION: &str = "2026-11";

crate::code::codes! {
    /// What parents read before they certify, agree or take notice. Its words belong to a version.
    pub enum ShownText {
        Certification = "CERTIFICATION",
        SinConsent = "SIN_CONSENT",
        CollectionNotice = "COLLECTION_NOTICE",
    }
}

/// The most children that one form takes.
pub const MOST_CHILDREN: usize = 9;

/// The most parents that certify online; families of three or four use another form.
pub const MOST_PARENTS: usize = 2;

/// The most parents that the law knows without a court's declaration.
const MOST_PARENTS_IN_LAW: usize = 4;

impl Form {
    /// Reads the form. `today` is the date at the birthplace; `second` says whether the second parent may certify later.
    ///
    /// # Errors
    ///
    /// Everything that breaks a rule, in the order of the form.
    pub fn read(self, today: Date, second: SecondParent) -> Result<Submission, Vec<Violation>> {
        let mut reader = Reader::default();
        let presence = presence(&self.start, self.parents.len(), second);
        let submission = whole(&mut reader, self, today, presence);
        reader.finish(submission)
    }

    /// Reads what one parent, counted from 0, corrected of one child's form and certified by themselves. The others
    /// certify it later. `today` is the date that counts for the child's age: the one on which the form was taken.
    ///
    /// # Errors
    ///
    /// As for [`Form::read`].
    pub fn read_correction(self, today: Date, parent: u8) -> Result<Correction, Vec<Violation>> {
        let mut reader = Reader::default();
        let read = whole(&mut reader, self, today, Presence::Only(parent.into()));
        let mut read = reader.finish(read)?;
        let content = read.children.pop();
        let certification =
            read.certifiers.into_iter().nth(parent.into()).and_then(|it| it.certification);
        match (content, certification, read.children.is_empty()) {
            (Some(content), Some(certification), true) => Ok(Correction { content, certification }),
            (_, _, false) => {
                Err(vec![Violation { pointer: "/children".into(), code: Code::TooMany }])
            }
            (None, _, true) | (_, None, true) => {
                Err(vec![Violation { pointer: "/parents".into(), code: Code::Required }])
            }
        }
    }
}

/// What a parent corrected, and their certification of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub content: Content,
    pub certification: statement::Certification,
}

fn whole(r: &mut Reader, form: Form, today: Date, presence: Presence) -> Option<Submission> {
    let wants_sin = form.services.want_sin == Some(true);
    let several = form.parents.len() > 1;
    let delivered = child::first_date(&form.children).unwrap_or(today);

    let language = r.within("start", |r| start(r, form.start, form.parents.len(), presence));
    let children = r.within("children", |r| child::all(r, form.children, today, wants_sin));
    let place = r.within("place", |r| place(r, form.place));
    let attendant = r.within("attendant", |r| attendant(r, form.attendant));
    let family = parent::Family { delivered, wants_sin, presence };
    let parents = r.within("parents", |r| parent::all(r, form.parents, family));
    let other_parent = other_parent(r, form.other_parent_state, several);
    r.not_expected(
        "parents_married_to_each_other",
        !several && form.parents_married_to_each_other.is_some(),
    );
    let contact = r.within("contact", |r| address::contact(r, form.contact));
    if let (Some(contact), Some(parents), Presence::FirstAlone) = (&contact, &parents, presence) {
        r.within("parents", |r| reach::of_their_own(r, &contact.reach(), &parents.reaches));
    }
    let statuses = parents.as_ref().map(|them| them.statuses.as_slice());
    let services = r.within("services", |r| services::all(r, form.services, statuses));

    let (language, place, attendant) = (language?, place?, attendant?);
    let (parents, services, contact) = (parents?, services?, contact?);
    let content = |child: child::Read| Content {
        language,
        statement: Statement {
            child: child.child,
            place: place.clone(),
            attendant: attendant.clone(),
            parents: parents.parents.clone(),
            other_parent,
            parents_married_to_each_other: form.parents_married_to_each_other,
        },
        exchange_name: child.exchange_name,
        parents_exchange_names: parents.exchange_names.clone(),
        services: services.clone(),
    };
    let children = children?.into_iter().map(content).collect();
    let certifiers = parents.certifiers(language);
    Some(Submission { children, certifiers, contact })
}

/// Who certifies when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// Everyone named is here.
    All,
    /// The second parent certifies later, through a link.
    FirstAlone,
    /// One parent, counted from 0, corrects what was certified.
    Only(usize),
    /// Not said, or not as the province has it.
    Wrong,
}

fn presence(it: &Start, parents: usize, second: SecondParent) -> Presence {
    match (it.all_parents_present, second) {
        (Some(true), _) => Presence::All,
        (None, _) if parents < 2 => Presence::All,
        (Some(false), SecondParent::Link) if parents == 2 => Presence::FirstAlone,
        (Some(false) | None, SecondParent::Link | SecondParent::Present) => Presence::Wrong,
    }
}

/// Whether this family can use the online form at all.
fn start(r: &mut Reader, it: Start, parents: usize, presence: Presence) -> Option<Language> {
    let language = r.choice("language", it.language);
    r.must_be(true, "born_in_province", it.born_in_province, Code::BornElsewhere);
    r.must_be(false, "already_registered", it.already_registered, Code::AlreadyRegistered);
    r.must_be(true, "live_birth", it.live_birth, Code::NotLiveBirth);
    r.must_be(false, "surrogacy", it.surrogacy, Code::SurrogacyAssisted);
    match r.required("parent_count", it.parent_count).map(usize::try_from) {
        None => (),
        Some(Ok(count @ 1..=MOST_PARENTS)) if count == parents => (),
        Some(Ok(1..=MOST_PARENTS)) => r.report("parent_count", Code::ParentCountDiffers),
        Some(Ok(3..=MOST_PARENTS_IN_LAW)) => r.report("parent_count", Code::MoreParentsAssisted),
        Some(Ok(_) | Err(_)) => r.report("parent_count", Code::OutOfRange),
    }
    if presence == Presence::Wrong {
        r.report("all_parents_present", Code::ParentsNotPresent);
    }
    language
}

fn place(r: &mut Reader, it: Place) -> Option<crate::statement::Place> {
    let kind = r.choice("kind", it.kind);
    let facility_id = r.token("facility_id", it.facility_id, 40);
    let location_text = r.maybe_text("location_text", it.location_text, 150);
    let municipality = r.text("municipality", it.municipality, 100);
    let county = r.text("county", it.county, 100);
    let kind = kind?;
    match kind {
        PlaceKind::Hospital | PlaceKind::OtherFacility => match (&facility_id, &location_text) {
            (None, None) => r.report("facility_id", Code::Required),
            (Some(_), Some(_)) => r.report("location_text", Code::NotExpected),
            (Some(_), None) | (None, Some(_)) => (),
        },
        PlaceKind::Home | PlaceKind::Other => {
            r.not_expected("facility_id", facility_id.is_some());
            if location_text.is_none() {
                r.report("location_text", Code::Required);
            }
        }
    }
    Some(crate::statement::Place {
        kind,
        facility_id,
        location_text,
        municipality: municipality?,
        county: county?,
    })
}

fn attendant(r: &mut Reader, it: Attendant) -> Option<crate::statement::Attendant> {
    use crate::statement::AttendantKind as Kind;
    let kind = r.choice("kind", it.kind)?;
    let name = match kind {
        Kind::Nobody => {
            r.report("kind", Code::UnattendedAssisted);
            return None;
        }
        Kind::Physician | Kind::Nurse | Kind::Midwife | Kind::Other => {
            r.name_part("name", it.name)?
        }
    };
    Some(crate::statement::Attendant { kind, name: Some(name) })
}

/// Why there is no second parent; said by the form's own word for it when there is one.
fn other_parent(r: &mut Reader, typed: Option<String>, several: bool) -> Option<OtherParent> {
    const NAMED: &str = "NAMED";
    let at = "other_parent_state";
    if several {
        r.not_expected(at, typed.is_some_and(|word| !word.is_empty() && word != NAMED));
        return None;
    }
    r.choice(at, typed)
}

#[cfg(test)]
mod tests;
