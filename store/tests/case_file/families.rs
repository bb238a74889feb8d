//! Families for the tests, and their submissions.

use domain::{
    CaseRef,
    clocks::Clocks,
    contact::{Address, Contact, NotifyBy},
    content::{CanadianStatus, Certifier, Content, Services, SinRequest},
    facts::{Fact, Facts},
    fees::Product,
    name::{NamePart, PersonName},
    people::Language,
    statement::{
        Attendant, AttendantKind, BirthPlace, Certification, CertificationMethod, Child,
        MaritalStatus, Parent, Place, PlaceKind, RoleLabel, Sex, Statement,
    },
};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use store::submissions::{Intake, NewCase, NewSubmission, receive};
use uuid::Uuid;

use crate::{Database, keys, some_case, start};

pub const KEY: &str = "key-Quillfeather-7731";
pub const TOKEN: &str = "tok_Quillfeather_4242";

pub fn name(first: &str, last: &str) -> PersonName {
    let part = |text| NamePart::read(text).unwrap();
    PersonName::Dual { first: part(first), middle: None, last: part(last) }
}

pub const fn child_born() -> Date {
    date(2026, 11, 20)
}

pub const fn parent_born() -> Date {
    date(1994, 3, 7)
}

/// One child with a mother, wanting everything. What was typed is found nowhere else.
pub fn content() -> Content {
    let mother = Parent {
        role_label: RoleLabel::Mother,
        is_birth_parent: true,
        legal_name: name("Marguerite", "Quillfeather"),
        name_at_birth: name("Marguerite", "Überlândt"),
        previous_names: Vec::new(),
        date_of_birth: parent_born(),
        birth_place: BirthPlace {
            municipality: "Kapuskasing".into(),
            province: Some("ON".into()),
            country: "CA".into(),
        },
        marital_status: Some(MaritalStatus::Single),
        agrees_child_surname: true,
    };
    let child = Child {
        name: name("Zéphyrine", "Quillfeather"),
        sex: Sex::Female,
        date_of_birth: child_born(),
        time_of_birth: Some("04:31".into()),
        plurality: 1,
        birth_order: 1,
        weight_grams: Some(3217),
        gestation_weeks: Some(39),
    };
    Content {
        language: Language::French,
        statement: Statement {
            child,
            place: Place {
                kind: PlaceKind::Home,
                facility_id: None,
                location_text: Some("1187 Birdsong Concession".into()),
                municipality: "Wawa".into(),
                county: "Algoma".into(),
            },
            attendant: Attendant {
                kind: AttendantKind::Midwife,
                name: Some(NamePart::read("Ottilie Brandywine").unwrap()),
            },
            parents: vec![mother],
            other_parent: None,
            parents_married_to_each_other: None,
        },
        exchange_name: None,
        parents_exchange_names: vec![None],
        services: Services {
            certificate: Some(Product::WithParents),
            sin: Some(SinRequest {
                consent: "2026-1".into(),
                canadian_status: vec![CanadianStatus::Citizen],
            }),
            collection_notice: "2026-1".into(),
            language: None,
            payment_token: Some(TOKEN.into()),
        },
    }
}

/// The one parent, who certified.
pub fn certifiers() -> Vec<Certifier> {
    let certification = Certification {
        text_version: "2026-1".into(),
        language: Language::French,
        method: CertificationMethod::Present,
        typed_name: "M. Quillfeather".into(),
    };
    let certification = Some(certification);
    vec![Certifier { language: Language::French, reach: None, certification }]
}

pub fn contact() -> Contact {
    let home = Address {
        line1: "1187 Birdsong Concession".into(),
        line2: None,
        unit: None,
        city: "Wawa".into(),
        province: Some("ON".into()),
        postal_code: Some("P0S 1K0".into()),
        country: "CA".into(),
    };
    Contact {
        usual_residence: home.clone(),
        mailing: home,
        email: Some("marguerite@quillfeather.example".into()),
        phone: Some("+1 705 555 0117".into()),
        notify_by: NotifyBy::Email,
    }
}

/// The facts of the case when it has been received.
pub fn received() -> Facts {
    let mut facts = Facts::received(start(), Some(Product::WithParents), true, 1);
    for fact in RECEIVED {
        facts.add(&fact, start());
    }
    facts
}

/// The first entries of the log of such a case.
pub const RECEIVED: [Fact; 3] = [
    Fact::Received,
    Fact::ParentCertified { parent: 0, version: 1 },
    Fact::PaymentOffered { generation: 0 },
];

/// The number of the last of them.
pub const REVISION: i64 = 3;

/// A submission, to be changed by each test as it likes.
pub struct Post {
    pub id: Uuid,
    pub key: &'static str,
    pub digest: [u8; 32],
    pub cases: Vec<CaseRef>,
    pub content: Content,
    pub certifiers: Vec<Certifier>,
    pub contact: Contact,
    pub clocks: Clocks,
    pub at: Timestamp,
}

impl Post {
    pub fn of(cases: &[CaseRef]) -> Self {
        Self {
            id: Uuid::now_v7(),
            key: KEY,
            digest: [1; 32],
            cases: cases.to_vec(),
            content: content(),
            certifiers: certifiers(),
            contact: contact(),
            clocks: Clocks::default(),
            at: start(),
        }
    }

    /// Receives it in a transaction that is already there.
    pub async fn receive(&self, conn: &mut sqlx::PgConnection) -> Intake {
        let delivery = Uuid::now_v7();
        let new_case = |(ordinal, case)| NewCase {
            case,
            ordinal,
            delivery,
            content: &self.content,
            contact: &self.contact,
        };
        let cases: Vec<NewCase<'_>> = (1..).zip(self.cases.iter().copied()).map(new_case).collect();
        let new = NewSubmission {
            id: self.id,
            idempotency_key: self.key,
            digest: self.digest,
            clocks: &self.clocks,
            cases: &cases,
            certifiers: &self.certifiers,
            at: self.at,
        };
        receive(conn, &keys(), &new).await.unwrap()
    }

    /// Receives it and commits.
    pub async fn post(&self, database: &Database) -> Intake {
        let mut tx = database.begin().await;
        let intake = self.receive(&mut tx).await;
        tx.commit().await.unwrap();
        intake
    }
}

/// A database in which one case was received.
pub async fn with_a_case() -> Database {
    with_cases(&[some_case()]).await
}

/// A database in which cases were received, by one submission.
pub async fn with_cases(cases: &[CaseRef]) -> Database {
    let database = Database::new().await;
    assert_eq!(Post::of(cases).post(&database).await, Intake::New);
    database
}
