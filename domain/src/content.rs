//! What the case file keeps of one child's submission, encrypted. Each case has its own copy, twins too.

use serde::{Deserialize, Serialize};

use crate::{
    code::codes,
    contact::{Contact, Reach},
    fees::Product,
    name::PersonName,
    people::Language,
    statement::{Certification, Statement},
};

/// Everything a case needs of what the parents typed, except how to reach them and their certifications: those have rows
/// of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub language: Language,
    pub statement: Statement,
    /// The spelling of the child's name that the parents approved for the federal exchange, if it cannot carry the name.
    pub exchange_name: Option<PersonName>,
    /// The same for the parents' names at birth; one per parent, in the same order.
    #[serde(default)]
    pub parents_exchange_names: Vec<Option<PersonName>>,
    pub services: Services,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    pub certificate: Option<Product>,
    pub sin: Option<SinRequest>,
    /// Which version of the notice of collection was shown.
    pub collection_notice: String,
    /// In which language that notice and the consent were shown, if not in that of the form.
    #[serde(default)]
    pub language: Option<Language>,
    /// What the hosted payment page gave back, if the parents paid.
    pub payment_token: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinRequest {
    /// Which version of the consent text was shown and agreed to.
    pub consent: String,
    /// One per parent, in the same order. Not certified: it says which route the SIN takes.
    pub canadian_status: Vec<CanadianStatus>,
}

codes! {
    pub enum CanadianStatus {
        Citizen = "CITIZEN",
        PermanentResident = "PERMANENT_RESIDENT",
        Other = "OTHER",
        ForeignRepresentative = "FOREIGN_REPRESENTATIVE",
    }
}

/// A submission that has been read: one statement per child, and what they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub children: Vec<Content>,
    /// In the order of the form. The first filled it in.
    pub certifiers: Vec<Certifier>,
    /// The first parent's.
    pub contact: Contact,
}

/// One parent, as far as certifying goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certifier {
    pub language: Language,
    /// How to reach a parent other than the first, whose own is in the contact.
    pub reach: Option<Reach>,
    /// `None` while a parent who is not here has yet to certify.
    pub certification: Option<Certification>,
}
