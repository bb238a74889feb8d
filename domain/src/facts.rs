//! What has happened to a case, with its times. Everything that is shown or decided is computed from this.

mod add;
mod fact;
mod message;
mod papers;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use fact::{Ending, Fact};
pub use message::{Audience, Message, Occasion};
pub use papers::PaperFacts;

use crate::{
    answers::{ApplicationRefusal, NoticeField, Refusal},
    decision::{Grounds, Proposal},
    desk::{Leg, Owner, Reason},
    fees::{Cents, Product},
    paper::Paper,
    statement::Objection,
};

/// A fact with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    pub at: Timestamp,
    pub it: T,
}

/// An open task on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub leg: Leg,
    pub reason: Reason,
    pub owner: Owner,
    pub raised: Timestamp,
    pub due: Timestamp,
}

/// All that has happened to a case so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub received: Timestamp,
    pub certificate_wanted: Option<Product>,
    pub sin_wanted: bool,
    /// How many parents the statement names.
    pub parents: u8,

    /// The version of the content that is to be registered, from 1.
    pub content_version: u32,
    /// Who has certified that version; from 0, as in the form.
    pub certified_by: BTreeSet<u8>,
    /// When everyone had certified it.
    pub certified: Option<Timestamp>,
    /// When parents who are not here were last asked to certify.
    pub invited: Option<Timestamp>,
    /// How often they were reminded since.
    pub reminded: u8,
    /// Who wants the birth withdrawn; from 0, as in the form.
    pub withdrawal_agreed_by: BTreeSet<u8>,
    /// The parent who is protected from the others.
    pub protected: Option<Dated<u8>>,
    /// When a parent said that the child has died.
    pub loss_reported: Option<Timestamp>,
    /// What a parent said instead of certifying.
    pub objection: Option<Dated<Objection>>,

    /// The papers that the statement needs.
    pub papers: BTreeMap<Paper, PaperFacts>,
    /// How often papers were asked for.
    pub papers_asked: u8,
    /// How often the parents were reminded since.
    pub papers_reminded: u8,

    pub statement: Option<Dated<String>>,
    /// The notice that fits, before it is bound.
    pub notice_found: Option<String>,
    /// What there is to decide about the notices, and what was decided.
    pub matching: Matching,
    pub notice: Option<Dated<String>>,
    pub registration_asked: Option<Timestamp>,
    /// The registration number, and when we heard of it.
    pub registered: Option<Dated<String>>,
    /// The date of the registration itself.
    pub registered_on: Option<Date>,
    pub refused: Option<Dated<Refusal>>,
    pub statement_withdrawn: Option<Timestamp>,

    pub fee: Option<Dated<(String, Cents)>>,
    /// A payment was offered, and it is not known yet whether it is good.
    pub payment_offered: Option<Timestamp>,
    pub payment_awaited: Option<Timestamp>,
    pub fee_declined: Option<Timestamp>,
    pub fee_earned: Option<Timestamp>,
    pub fee_refunded: Option<Timestamp>,

    pub order: Option<Dated<String>>,
    pub production: Option<Timestamp>,
    pub printed: Option<Timestamp>,
    pub mailed: Option<Dated<Option<Date>>>,
    pub returned: Option<Timestamp>,
    pub order_ended: Option<Timestamp>,

    pub application_asked: Option<Timestamp>,
    pub application: Option<Dated<String>>,
    pub adjudication: Option<Timestamp>,
    pub issued: Option<Timestamp>,
    pub letter_mailed: Option<Dated<Option<Date>>>,
    pub application_refused: Option<Dated<ApplicationRefusal>>,
    pub sin_refused: Option<Timestamp>,
    pub sin_withdrawn: Option<Timestamp>,

    /// When the parents were asked to correct what they certified, and have not yet.
    pub correction_asked: Option<Timestamp>,
    /// Since when everything is stopped for an investigation.
    pub held: Option<Timestamp>,
    /// What one person proposed and nobody has approved yet.
    pub proposal: Option<Proposal>,

    pub closed: Option<Dated<Ending>>,
    /// At most one per leg, an investigation apart.
    pub desk: Vec<Task>,
}

/// What there is to decide about the notices, as the province last said it, and what was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Matching {
    /// The notices in question: one that differs, or several that fit.
    pub notices: Vec<String>,
    /// What differs, of the one.
    pub differs: Vec<NoticeField>,
    /// Which one an officer chose, and what they accepted of it.
    pub chosen: Option<(String, Vec<NoticeField>)>,
    /// Why the birth is registered without a notice, and who approved it.
    pub waived: Option<(Grounds, Vec<String>)>,
}

/// Whether a fact changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    New,
    /// It was known: a question asked twice has one answer.
    Known,
}

impl Facts {
    /// A case that has just been received.
    #[must_use]
    pub fn received(
        at: Timestamp,
        certificate_wanted: Option<Product>,
        sin_wanted: bool,
        parents: u8,
    ) -> Self {
        Self {
            received: at,
            certificate_wanted,
            sin_wanted,
            parents,
            content_version: 1,
            certified_by: BTreeSet::new(),
            certified: None,
            invited: None,
            reminded: 0,
            withdrawal_agreed_by: BTreeSet::new(),
            protected: None,
            loss_reported: None,
            objection: None,
            papers: BTreeMap::new(),
            papers_asked: 0,
            papers_reminded: 0,
            statement: None,
            notice_found: None,
            matching: Matching::default(),
            notice: None,
            registration_asked: None,
            registered: None,
            registered_on: None,
            refused: None,
            statement_withdrawn: None,
            fee: None,
            payment_offered: None,
            payment_awaited: None,
            fee_declined: None,
            fee_earned: None,
            fee_refunded: None,
            order: None,
            production: None,
            printed: None,
            mailed: None,
            returned: None,
            order_ended: None,
            application_asked: None,
            application: None,
            adjudication: None,
            issued: None,
            letter_mailed: None,
            application_refused: None,
            sin_refused: None,
            sin_withdrawn: None,
            correction_asked: None,
            held: None,
            proposal: None,
            closed: None,
            desk: Vec::new(),
        }
    }

    /// Whether somebody is protected from this parent.
    #[must_use]
    pub fn is_closed_to(&self, parent: u8) -> bool {
        self.protected.as_ref().is_some_and(|protected| protected.it != parent)
    }
}
