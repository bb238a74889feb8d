//! A case as it is shown: where its parts stand, what is on the desk, what has happened.

use domain::{
    CaseRef,
    answers::NoticeField,
    decision::{Action, Grounds, Proposal},
    desk::{Leg, Owner, Reason},
    facts::{Ending, Fact, Facts, PaperFacts, Task},
    fees::Product,
    paper::{Paper, PaperStanding},
    people::Actor,
    standing::{BirthStanding, CertificateStanding, Fee, SinStanding},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::PgConnection;
use store::{StoreError, cases::CaseRow, log};
use utoipa::ToSchema;

use crate::{
    api::schema::{
        ActionWord, ActorWord, BirthWord, CertificateWord, EndingWord, FeeWord, GroundsWord,
        LegWord, NoticeFieldWord, OwnerWord, PaperStateWord, PaperWord, ProductWord, ReasonWord,
        SinWord,
    },
    staff::Member,
};

/// Who looks at a case.
#[derive(Debug, Clone)]
pub(crate) enum Viewer {
    /// Which parent, from 0, as in the form.
    Parent(u8),
    Staff(Member),
}

impl Viewer {
    fn is_shown(&self, fact: &Fact) -> bool {
        match self {
            Self::Parent(parent) => fact.is_shown_to(*parent),
            Self::Staff(_) => true,
        }
    }
}

/// A case as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseView {
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "NB-7K3F-92QX")]
    pub(crate) case: CaseRef,
    /// The position of the child in its submission, from 1.
    pub(crate) child: u8,
    /// The number of the newest entry of the timeline. A decision names the one it has seen.
    pub(crate) revision: i64,
    pub(crate) closed: bool,
    /// How the case ended.
    #[schema(value_type = Option<EndingWord>)]
    pub(crate) ending: Option<Ending>,
    pub(crate) birth: Birth,
    pub(crate) certificate: Certificate,
    pub(crate) sin: Sin,
    #[schema(inline, value_type = FeeSchema)]
    pub(crate) fee: Fee,
    /// The papers that the statement needs.
    pub(crate) papers: Vec<PaperView>,
    /// The notices in question, by the province's references. For staff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notices: Vec<String>,
    /// What differs between the statement and the one notice in question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<NoticeFieldWord>)]
    pub(crate) differs: Vec<NoticeField>,
    /// What somebody proposed and another has to approve. For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proposal: Option<ProposalView>,
    /// The first open task.
    pub(crate) desk: Option<TaskView>,
    /// All open tasks, at most one per leg.
    pub(crate) tasks: Vec<TaskView>,
    pub(crate) timeline: Vec<EntryView>,
}

/// All that a parent sees from whom another is protected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosedCase)]
pub(crate) struct ClosedView {
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "NB-7K3F-92QX")]
    case: CaseRef,
    child: u8,
    birth: ClosedBirth,
}

#[derive(Debug, Serialize, ToSchema)]
struct ClosedBirth {
    #[schema(value_type = BirthWord)]
    state: BirthStanding,
}

impl ClosedView {
    pub(crate) fn of(case: CaseRef, row: &CaseRow) -> Self {
        let state = closed_birth(&row.facts);
        Self { case, child: row.ordinal, birth: ClosedBirth { state } }
    }
}

/// Received, or registered: nothing between.
pub(crate) fn closed_birth(facts: &Facts) -> BirthStanding {
    match facts.registered {
        Some(_) => BirthStanding::Registered,
        None => BirthStanding::Received,
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Birth {
    #[schema(value_type = BirthWord)]
    pub(crate) state: BirthStanding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registration_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Certificate {
    #[schema(value_type = CertificateWord)]
    pub(crate) state: CertificateStanding,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProductWord>)]
    pub(crate) product: Option<Product>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mailed_on: Option<Date>,
}

/// Never the number itself: the letter brings it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sin {
    #[schema(value_type = SinWord)]
    pub(crate) state: SinStanding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) letter_mailed_on: Option<Date>,
}

/// The fee, in Canadian cents.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is how the fee is documented")]
pub(crate) struct FeeSchema {
    state: FeeWord,
    amount_cents: i64,
}

/// A paper that the statement needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NeededPaper)]
pub(crate) struct PaperView {
    #[schema(value_type = PaperWord)]
    paper: Paper,
    #[schema(value_type = PaperStateWord)]
    state: PaperStanding,
    /// Until when it should be here.
    due: Timestamp,
    /// How many files came.
    files: u8,
}

impl PaperView {
    fn all(facts: &Facts) -> Vec<Self> {
        let view = |(paper, it): (&Paper, &PaperFacts)| Self {
            paper: *paper,
            state: it.standing(),
            due: it.due,
            files: it.newest,
        };
        facts.papers.iter().map(view).collect()
    }
}

/// What one member of staff proposed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub(crate) struct ProposalView {
    #[schema(value_type = ActionWord)]
    pub(crate) action: Action,
    #[schema(value_type = LegWord)]
    pub(crate) leg: Leg,
    #[schema(value_type = GroundsWord)]
    pub(crate) reason: Grounds,
    /// Who; somebody else approves it.
    pub(crate) by: String,
}

impl From<Proposal> for ProposalView {
    fn from(Proposal { action, leg, grounds, by }: Proposal) -> Self {
        Self { action, leg, reason: grounds, by }
    }
}

/// An open task on the desk.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskView {
    #[schema(value_type = ReasonWord)]
    pub(crate) reason: Reason,
    #[schema(value_type = OwnerWord)]
    pub(crate) owner: Owner,
    pub(crate) due: Timestamp,
    pub(crate) raised: Timestamp,
    #[schema(value_type = LegWord)]
    pub(crate) leg: Leg,
    /// What may be decided now.
    #[schema(value_type = Vec<ActionWord>)]
    pub(crate) actions: Vec<Action>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub(crate) struct EntryView {
    pub(crate) seq: i64,
    pub(crate) at: Timestamp,
    #[schema(value_type = ActorWord)]
    pub(crate) actor: Actor,
    /// Which member of staff, for staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// The fact's word.
    pub(crate) what: String,
    /// What the fact says beside.
    #[schema(value_type = Object)]
    pub(crate) detail: serde_json::Map<String, serde_json::Value>,
}

/// Shows a case with its timeline.
pub(crate) async fn show(
    conn: &mut PgConnection,
    case: CaseRef,
    row: &CaseRow,
    viewer: &Viewer,
) -> Result<CaseView, StoreError> {
    let timeline = log::timeline(conn, case).await?;
    let facts = &row.facts;
    let tasks = tasks(facts, viewer);
    let is_staff = matches!(viewer, Viewer::Staff(_));
    Ok(CaseView {
        case,
        child: row.ordinal,
        revision: row.revision,
        closed: facts.closed.is_some(),
        ending: facts.closed.as_ref().map(|closed| closed.it),
        birth: Birth::of(facts),
        certificate: Certificate::of(facts),
        sin: Sin::of(facts),
        fee: facts.fee(),
        papers: PaperView::all(facts),
        notices: if is_staff { facts.matching.notices.clone() } else { Vec::new() },
        differs: facts.matching.differs.clone(),
        proposal: facts.proposal.clone().filter(|_| is_staff).map(ProposalView::from),
        desk: tasks.first().cloned(),
        tasks,
        timeline: timeline
            .into_iter()
            .filter(|it| viewer.is_shown(&it.fact))
            .map(|it| entry(it, viewer))
            .collect(),
    })
}

impl Birth {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            state: facts.birth(),
            registration_number: facts.registered.as_ref().map(|registered| registered.it.clone()),
            since: facts.registered.as_ref().map(|registered| registered.at),
        }
    }
}

impl Birth {
    /// Where the birth stands, and nothing by which it could be found in a register.
    pub(crate) fn without_number(facts: &Facts) -> Self {
        Self { state: facts.birth(), registration_number: None, since: None }
    }
}

impl Certificate {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            state: facts.certificate(),
            product: facts.certificate_wanted,
            mailed_on: facts.mailed.as_ref().and_then(|mailed| mailed.it),
        }
    }
}

impl Sin {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            state: facts.sin(),
            letter_mailed_on: facts.letter_mailed.as_ref().and_then(|mailed| mailed.it),
        }
    }
}

/// The open tasks with what this viewer may decide about each.
pub(crate) fn tasks(facts: &Facts, viewer: &Viewer) -> Vec<TaskView> {
    let allowed = facts.situation().actions();
    let may = |action: Action| match viewer {
        Viewer::Parent(_) => action == Action::Withdraw,
        Viewer::Staff(member) => action.roles().contains(&member.role),
    };
    let view = |task: &Task| TaskView {
        reason: task.reason,
        owner: task.owner,
        due: task.due,
        raised: task.raised,
        leg: task.leg,
        actions: allowed
            .iter()
            .filter(|(action, leg)| *leg == task.leg || *action == Action::CorrectContact)
            .map(|(action, _)| *action)
            .filter(|action| may(*action))
            .collect(),
    };
    let shown = |task: &&Task| match viewer {
        Viewer::Parent(_) => task.reason.is_shown_to_parents(),
        Viewer::Staff(_) => true,
    };
    facts.desk.iter().filter(shown).map(view).collect()
}

fn entry(it: log::Entry, viewer: &Viewer) -> EntryView {
    let (what, mut detail) = in_words(&it.fact);
    let by = match viewer {
        Viewer::Staff(_) => it.by,
        Viewer::Parent(_) => {
            // The registers' own numbers are of no use to a family, the registration number apart.
            detail.retain(|field, _| !field.ends_with("_id") && field != "notices");
            None
        }
    };
    EntryView { seq: it.seq, at: it.at, actor: it.actor, by, what, detail }
}

/// The word of a fact, and what it says beside.
fn in_words(fact: &Fact) -> (String, serde_json::Map<String, serde_json::Value>) {
    let Ok(serde_json::Value::Object(mut detail)) = serde_json::to_value(fact) else {
        unreachable!("every fact is written as an object")
    };
    match detail.remove("fact") {
        Some(serde_json::Value::String(what)) => (what, detail),
        _ => unreachable!("every fact has its word"),
    }
}
