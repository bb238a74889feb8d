//! What a run of a case starts with, and what it hands to the next run.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CaseRef,
    answers::NoticeMatch,
    clocks::Clocks,
    decision::{Action, PaperSeen, Pivot, Progress},
    desk::{Leg, Reason},
    paper::Verdict,
    undo::{Step, Undo},
};
use serde::{Deserialize, Serialize};

use crate::birth::Ended;

/// The input of `newborn-case`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseInput {
    pub case: CaseRef,
    pub clocks: Clocks,
    /// Empty when the case starts.
    #[serde(default)]
    pub carried: Carried,
}

/// What continue-as-new hands over. A new run tells the story again: every step asks under the same key and hears the
/// same answer. Only what the registers cannot tell is carried.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Carried {
    pub pivot: Pivot,
    /// Whether parents have yet to certify. A case from before this question was asked does not wait.
    pub awaits_parents: bool,
    /// Whether a paper is needed that was not accepted yet. A case from before this question was asked does not wait.
    pub awaits_papers: bool,
    /// What officers said of papers and is not in the case file yet, oldest first.
    pub verdicts: Vec<Judged>,
    /// The newest version of the content that a decision wrote; zero is the one that came with the form.
    pub content: u32,
    /// The version that everyone has certified; zero until then.
    pub certified: u32,
    /// The certified version that was submitted last, if any was.
    pub submitted: Option<u32>,
    /// Whether the province has taken the statement.
    pub statement_taken: bool,
    /// Whether the federal side has taken the application.
    pub applied: bool,
    /// Why the birth is being taken back, if it is.
    pub ended: Option<Ended>,
    /// A person decided that the birth cannot be registered through this service.
    pub elsewhere: bool,
    /// The workflow was cancelled from outside, and nobody has seen to it yet.
    pub cancelled: bool,
    /// The child has died, and nobody has spoken with the family yet.
    pub bereaved: bool,
    /// The child has died.
    pub died: bool,
    /// What may have happened outside and may have to be taken back; newest last.
    pub undo: Vec<Undo>,
    /// How often a person had an undo asked again.
    pub undone_again: BTreeMap<Step, u16>,
    /// How often a step was begun anew. See docs/decisions/0005-keys-and-generations.md.
    pub generations: BTreeMap<Step, u16>,
    /// Legs that a decision told to stop.
    pub withdrawn: BTreeSet<Leg>,
    /// Legs that a register has news for and that have not looked since.
    pub unheard: BTreeSet<Leg>,
    /// Legs that a person wants looked at now.
    pub retry: BTreeSet<Leg>,
    /// The open tasks.
    pub desk: BTreeMap<Leg, Reason>,
    /// Since when the hospital's notice has been waited for.
    pub notice_awaited_since: Option<std::time::SystemTime>,
    /// How the statement last stood to the notices, while they do not agree.
    pub standing: Option<NoticeMatch>,
    /// Whether a notice is bound.
    pub bound: bool,
    /// An officer chose a notice, and it was not bound yet.
    pub chosen: bool,
    /// An officer unbound a notice: from then on only an officer binds one.
    pub choosing: bool,
    /// An officer says that the notice that is bound is another child's.
    pub unbind: bool,
    /// Two people decided that the birth is proven without a notice.
    pub without_notice: bool,
    /// Since when the parents have been asked to correct what they certified.
    pub correction_asked_since: Option<std::time::SystemTime>,
    /// Everything is stopped while somebody investigates.
    pub held: bool,
    /// What was decided and is not in the case file yet, oldest first.
    pub decided: Vec<Decided>,
    /// How far the two legs are; absent until a leg has been looked at.
    pub progress: BTreeMap<Leg, Progress>,
    /// The newest event of each register that this case has heard of, and those before it that may come twice.
    pub seen: crate::news::Seen,
    /// The newest payment that the parents offered; zero is the one that came with the form.
    pub payment: u16,
    /// Since when a payment has been waited for.
    pub payment_awaited_since: Option<std::time::SystemTime>,
    /// How many looks have found nothing new, per leg: they grow rarer.
    pub looks: BTreeMap<Leg, u32>,
    /// The newest contact that a person has written to the case file.
    pub contact: u32,
    /// The newest contact that each register was told.
    pub contact_told: BTreeMap<Leg, u32>,
}

/// A decision that changes the case file and nothing outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub action: Action,
    pub leg: Leg,
}

/// What an officer said of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub seen: PaperSeen,
    pub verdict: Verdict,
}
