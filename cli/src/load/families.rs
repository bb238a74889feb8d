//! Synthetic families: made from a seed, so that a run can be repeated, and of nobody who lives.

use anyhow::{Context as _, Result};
use domain::intake::{
    Address, Attendant, BirthPlace, Certificate, Certification, Child, Contact, ExchangedName,
    Form, Name, Parent, ParentContact, Place, Services, Start, TEXT_VERSION, Tick,
};
use jiff::ToSpan as _;
use jiff::civil::Date;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

/// What a family sends, and what its hospital sends about it.
#[derive(Debug)]
pub struct Family {
    /// The Idempotency-Key: the same run on the same day is the same submissions.
    pub key: String,
    pub form: Form,
    pub notices: Vec<Value>,
    pub notice_comes: NoticeComes,
}

impl Family {
    /// Whether it is one child with all three parts: the case that is measured.
    pub fn is_full_case(&self) -> bool {
        let services = &self.form.services;
        self.form.children.len() == 1
            && !services.certificates.is_empty()
            && services.want_sin == Some(true)
    }

    /// The form as JSON.
    pub fn form_as_sent(&self) -> Result<Vec<u8>> {
        let form = serde_json::to_value(&self.form).context("a form is plain data")?;
        serde_json::to_vec(&without_nulls(form)).context("a form is plain data")
    }
}

/// What a family left empty is absent, as in a real submission.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// Relative to the parents' form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeComes {
    First,
    Afterwards,
}

/// Family number `nth` of a seed, with children born in the weeks before `today`.
pub fn family(seed: u64, nth: u64, today: Date) -> Family {
    // Each family has its own stream, so that one does not depend on how many came before it.
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(nth));
    let rng = &mut rng;
    let place = pick(rng, PLACES);
    let surname = pick(rng, SURNAMES).to_string();
    let mother = parent(rng, "MOTHER", &surname, true);
    let sole = one_in(rng, 10);
    let parents = if sole {
        vec![mother]
    } else {
        let label = if one_in(rng, 12) { "MOTHER" } else { "FATHER" };
        let other_surname = pick(rng, SURNAMES).to_string();
        vec![mother, parent(rng, label, &other_surname, false)]
    };
    let plurality = if one_in(rng, 12) { 2 } else { 1 };
    let born = today.saturating_sub(rng.random_range(1_i64..=24).days());
    let children = children(rng, plurality, born, &surname);
    let attendant = Attendant {
        kind: some(pick(rng, &["MD", "MIDWIFE", "RN"])),
        name: Some(format!("{} {}", pick(rng, GIVEN), pick(rng, SURNAMES))),
    };
    let notices = children
        .iter()
        .map(|child| {
            notice(&format!("LOAD-{today}-{seed}-{nth}"), place, child, &parents[0], &attendant)
        })
        .collect();
    let form = Form {
        start: Start {
            language: some(pick(rng, &["en-CA", "en-CA", "fr-CA"])),
            born_in_province: Some(true),
            already_registered: Some(false),
            live_birth: Some(true),
            surrogacy: Some(false),
            parent_count: Some(if sole { 1 } else { 2 }),
            all_parents_present: Some(true),
        },
        children,
        place: Place {
            kind: some("HOSPITAL"),
            facility_id: some(place.0),
            municipality: some(place.1),
            county: some(place.2),
            ..Place::default()
        },
        attendant,
        other_parent_state: sole.then(|| "UNKNOWN".to_owned()),
        parents_married_to_each_other: (!sole).then(|| rng.random()),
        parents,
        contact: contact(rng, place),
        services: services(rng),
    };
    let notice_comes = if one_in(rng, 5) { NoticeComes::Afterwards } else { NoticeComes::First };
    Family { key: format!("load-{today}-{seed}-{nth}"), form, notices, notice_comes }
}

fn children(rng: &mut StdRng, plurality: i64, born: Date, surname: &str) -> Vec<Child> {
    let first_minute: i64 = rng.random_range(0..23 * 60);
    let child = |order: i64, rng: &mut StdRng| {
        let minute = first_minute + 9 * (order - 1);
        Child {
            name: ExchangedName {
                kind: some("DUAL"),
                first: some(pick(rng, GIVEN)),
                middle: one_in(rng, 2).then(|| pick(rng, GIVEN).to_string()),
                last: some(surname),
                ..ExchangedName::default()
            },
            sex: some(pick(rng, &["FEMALE", "MALE"])),
            date_of_birth: Some(born.to_string()),
            time_of_birth: Some(format!("{:02}:{:02}", minute / 60, minute % 60)),
            plurality: Some(plurality),
            birth_order: Some(order),
            weight_grams: Some(rng.random_range(2300..4300)),
            gestation_weeks: Some(rng.random_range(36..42)),
        }
    };
    (1..=plurality).map(|order| child(order, rng)).collect()
}

fn parent(rng: &mut StdRng, role: &str, surname: &str, is_birth_parent: bool) -> Parent {
    let (first, middle) = (pick(rng, GIVEN).to_string(), pick(rng, GIVEN).to_string());
    let name = |last: &str| Name {
        kind: some("DUAL"),
        first: Some(first.clone()),
        middle: Some(middle.clone()),
        last: some(last),
        single: None,
    };
    let born = Date::constant(1984, 1, 1).saturating_add(rng.random_range(0_i64..7300).days());
    Parent {
        role_label: some(role),
        is_birth_parent: Some(is_birth_parent),
        legal_name: name(surname),
        name_at_birth: name(if is_birth_parent && one_in(rng, 3) {
            pick(rng, SURNAMES)
        } else {
            surname
        })
        .into(),
        previous_names: Vec::new(),
        date_of_birth: Some(born.to_string()),
        birth_place: BirthPlace {
            municipality: some("Winnipeg"),
            province: some("MB"),
            country: some("CA"),
        },
        marital_status: is_birth_parent.then(|| "MARRIED".to_owned()),
        canadian_status: some(pick(rng, &["CITIZEN", "CITIZEN", "PERMANENT_RESIDENT"])),
        agrees_child_surname: Some(true),
        certification: Certification {
            text_version: some(TEXT_VERSION),
            checked: Some(true),
            language: some("en-CA"),
            typed_name: Some(format!("{first} {surname}")),
        },
        contact: ParentContact::default(),
    }
}

fn contact(rng: &mut StdRng, place: Hospital) -> Contact {
    let home = Address {
        line1: Some(format!("{} {}", rng.random_range(1..900), pick(rng, STREETS))),
        city: some(place.1),
        province: some("ON"),
        postal_code: some(place.3),
        country: some("CA"),
        ..Address::default()
    };
    Contact {
        usual_residence: home.clone(),
        mailing: home,
        moving_soon: Some(false),
        email: Some(format!("family.{:08x}@example.ca", rng.random::<u32>())),
        phone: None,
        notify_by: some(pick(rng, &["EMAIL", "EMAIL", "LETTER"])),
    }
}

fn services(rng: &mut StdRng) -> Services {
    let tick = || Tick { version: some(TEXT_VERSION), checked: Some(true) };
    let wants_certificate = !one_in(rng, 12);
    let wants_sin = !one_in(rng, 12);
    let product = pick(rng, &["SHORT", "WITH_PARENTS"]);
    Services {
        certificates: wants_certificate
            .then(|| Certificate { product: some(product) })
            .into_iter()
            .collect(),
        want_sin: Some(wants_sin),
        consent_sin: if wants_sin { tick() } else { Tick::default() },
        collection_notice_ack: tick(),
        language: None,
        payment_token: wants_certificate.then(|| "sandbox-card-approved".to_owned()),
    }
}

fn notice(
    id: &str,
    place: Hospital,
    child: &Child,
    mother: &Parent,
    attendant: &Attendant,
) -> Value {
    json!({
        "notice_id": format!("{id}-{}", child.birth_order.unwrap_or(1)),
        "facility_id": place.0,
        "date_of_birth": child.date_of_birth,
        "time_of_birth": child.time_of_birth,
        "sex": child.sex,
        "plurality": child.plurality,
        "birth_order": child.birth_order,
        "birth_parent": {
            "legal_name": {
                "kind": "DUAL",
                "first": mother.legal_name.first,
                "middle": mother.legal_name.middle,
                "last": mother.legal_name.last,
            },
            "date_of_birth": mother.date_of_birth,
        },
        "attendant": {"kind": attendant.kind, "name": attendant.name},
        "weight_grams": child.weight_grams,
    })
}

fn some(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

fn one_in(rng: &mut StdRng, many: u32) -> bool {
    rng.random_ratio(1, many)
}

fn pick<T: Copy>(rng: &mut StdRng, list: &[T]) -> T {
    *list.choose(rng).expect("the lists below are not empty")
}

/// Facility, municipality, county, postal code.
type Hospital = (&'static str, &'static str, &'static str, &'static str);

const PLACES: &[Hospital] = &[
    ("ON-4021", "Ottawa", "Ottawa", "K1N 5T5"),
    ("ON-1103", "Toronto", "Toronto", "M5G 1X5"),
    ("ON-3307", "Greater Sudbury", "Greater Sudbury", "P3E 5J1"),
    ("ON-5540", "Thunder Bay", "Thunder Bay", "P7B 6V4"),
];

const STREETS: &[&str] =
    &["Maple Lane", "Queen Street", "Lakeshore Road", "Rue des Érables", "King Street West"];

const GIVEN: &[&str] = &[
    "Olivia",
    "Noah",
    "Emma",
    "Liam",
    "Amelia",
    "Théodore",
    "Charlotte",
    "William",
    "Léa",
    "Jack",
    "Mila",
    "Lucas",
    "Sophia",
    "Benjamin",
    "Ava",
    "Zoé",
    "Élodie",
    "Thomas",
    "Maeve",
    "Arjun",
    "Fatima",
    "Mei",
    "Isla",
    "Nathan",
    "Chloé",
    "Owen",
    "Ruth",
    "Samuel",
    "Aaliyah",
    "Félix",
    "Hannah",
    "Ezra",
    "Inès",
    "Rosalie",
    "Kai",
    "Anne-Marie",
    "Jean-Luc",
    "Priya",
    "Omar",
    "Ingrid",
];

const SURNAMES: &[&str] = &[
    "Tremblay",
    "Smith",
    "Singh",
    "Gagnon",
    "Brown",
    "Chen",
    "Roy",
    "Wilson",
    "Côté",
    "MacDonald",
    "Bouchard",
    "Patel",
    "Gauthier",
    "Nguyen",
    "Morin",
    "Campbell",
    "Lavoie",
    "Kaur",
    "Fortin",
    "Gagné",
    "Ouellet",
    "Pelletier",
    "Bélanger",
    "Lévesque",
    "Bergeron",
    "Leblanc",
    "Paquette",
    "Girard",
    "Simard",
    "Boucher",
    "O'Brien",
    "St-Pierre",
    "Desjardins",
    "Okafor",
    "Haddad",
    "Kowalski",
    "Ferreira",
    "Yamamoto",
    "Andersen",
    "Whiteduck",
];

#[cfg(test)]
mod tests {
    use domain::statement::SecondParent;

    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 23);

    #[test]
    fn every_family_passes_the_rules_of_the_form() {
        for nth in 0..300 {
            let form = family(7, nth, TODAY).form;
            if let Err(violations) = form.clone().read(TODAY, SecondParent::Present) {
                panic!("family {nth}: {violations:?}\n{form:#?}");
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_families() {
        let text = |seed, nth| format!("{:?}", family(seed, nth, TODAY));
        assert_eq!(text(1, 5), text(1, 5));
        assert_ne!(text(1, 5), text(1, 6));
        assert_ne!(text(1, 5), text(2, 5));
    }

    #[test]
    fn each_child_has_a_notice_of_its_own_that_says_the_same() {
        let twins = (0..200)
            .map(|nth| family(3, nth, TODAY))
            .find(|family| family.form.children.len() == 2);
        let twins = twins.expect("some families have twins");
        assert_eq!(twins.notices.len(), 2);
        assert_eq!(twins.notices[1]["birth_order"], 2);
        assert_eq!(twins.notices[1]["sex"], json!(twins.form.children[1].sex));
        assert_ne!(twins.notices[0]["notice_id"], twins.notices[1]["notice_id"]);
    }
}
