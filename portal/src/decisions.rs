//! Decisions about a case: judged by the rule of the trade, written down, then put to the workflow.

mod contact;
mod pair;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CaseRef,
    decision::{Action, Decision, Grounds, NotAllowed, PaperSeen},
    desk::Leg,
    facts::{Fact, Facts},
    paper::Paper,
    people::Actor,
};
use store::{
    cases::{self, CaseRow, Seen},
    certifications,
};

pub(crate) use self::contact::check_contact;
use self::{
    contact::{Corrected, correct},
    pair::{Pair, pair},
};
use crate::{Portal, engine::EngineError, problem::Problem, staff::Member};

/// Who decides.
pub(crate) enum Author {
    Staff(Member),
    /// By their position in the form, from 0.
    Parent(u8),
}

/// What somebody wants done.
pub(crate) struct Wish {
    pub(crate) action: Action,
    pub(crate) grounds: Grounds,
    pub(crate) leg: Leg,
    /// New values of contact fields, by their path.
    pub(crate) set: BTreeMap<String, String>,
    /// For a decision about a paper: which.
    pub(crate) paper: Option<Paper>,
    /// For a choice among notices: which.
    pub(crate) notice: Option<String>,
}

impl Wish {
    /// A wish that needs nothing beside.
    pub(crate) fn new(action: Action, grounds: Grounds, leg: Leg) -> Self {
        Self { action, grounds, leg, set: BTreeMap::new(), paper: None, notice: None }
    }
}

impl Author {
    fn actor(&self) -> Actor {
        match self {
            Self::Staff(_) => Actor::Staff,
            Self::Parent(_) => Actor::Parents,
        }
    }

    /// What the author may give as the reason. Parents speak for themselves alone.
    fn grounds(&self, action: Action) -> &'static [Grounds] {
        match self {
            Self::Staff(_) => action.grounds(),
            Self::Parent(_) => &[Grounds::ParentsAsked],
        }
    }

    /// What the log calls them.
    fn reference(&self) -> Option<&str> {
        match self {
            Self::Staff(member) => Some(&member.reference),
            Self::Parent(_) => None,
        }
    }
}

/// Takes a decision about the case as it was `seen`. A parent's wish to withdraw the birth waits for the others who
/// certified.
pub(crate) async fn decide(
    portal: &Portal,
    case: CaseRef,
    row: &CaseRow,
    seen: i64,
    author: &Author,
    wish: Wish,
) -> Result<(), Problem> {
    may_decide(author, &wish)?;
    if row.revision != seen {
        return Err(Problem::Stale(row.revision));
    }
    if !author.grounds(wish.action).contains(&wish.grounds) {
        return Err(Problem::NotAllowed(NotAllowed::GroundsDoNotFit));
    }
    row.facts.situation().allows(wish.action, wish.leg).map_err(Problem::NotAllowed)?;

    let paper = paper_seen(&row.facts, &wish)?;
    let mut own: Vec<Fact> = notice_chosen(&row.facts, &wish)?.into_iter().collect();
    match pair(&row.facts, author, &wish)? {
        Pair::NotNeeded => (),
        Pair::Approved(fact) => own.push(fact),
        Pair::Proposed(fact) => return propose(portal, case, seen, author, fact).await,
    }

    let Some(written) = write_down(portal, case, seen, author, &wish, own).await? else {
        return Ok(());
    };
    let Wish { action, grounds, leg, .. } = wish;
    let decision = Decision {
        action,
        grounds,
        leg,
        actor: author.actor(),
        contact_version: written.contact_version,
        content_version: None,
        paper,
    };
    // Once it is written down, its outcome is too, even if nobody waits for the answer any more.
    let outcome = tokio::spawn(put(portal.clone(), case, seen, decision));
    outcome.await.unwrap_or(Err(Problem::Internal))
}

/// Puts a decision to the workflow, and writes down if it was not taken.
pub(crate) async fn put(
    portal: Portal,
    case: CaseRef,
    seen: i64,
    decision: Decision,
) -> Result<(), Problem> {
    let Decision { action, leg, .. } = decision;
    let Err(error) = portal.engine.decide(case, format!("{case}/{seen}"), decision).await else {
        return Ok(());
    };
    let fact = match &error {
        EngineError::NotAllowed(why) => Fact::DecisionRefused { action, leg, why: *why },
        EngineError::Away(_) | EngineError::NotRunning | EngineError::Failed => {
            Fact::DecisionUnanswered { action, leg }
        }
    };
    let mut tx = portal.pool.begin().await?;
    cases::record(&mut tx, case, Actor::Engine, None, &[fact], portal.now()).await?;
    tx.commit().await?;
    Err(error.into())
}

fn may_decide(author: &Author, wish: &Wish) -> Result<(), Problem> {
    let may = match author {
        Author::Staff(member) => wish.action.roles().contains(&member.role),
        Author::Parent(0) => matches!(wish.action, Action::Withdraw | Action::CorrectContact),
        Author::Parent(_) => wish.action == Action::Withdraw,
    };
    if may { Ok(()) } else { Err(Problem::RoleMayNot) }
}

/// The paper that a decision is about, as its author saw it.
fn paper_seen(facts: &Facts, wish: &Wish) -> Result<Option<PaperSeen>, Problem> {
    let is_about_papers = matches!(wish.action, Action::AcceptPapers | Action::RefusePapers);
    match wish.paper {
        None if !is_about_papers => Ok(None),
        Some(paper) if is_about_papers => {
            let not = Problem::NotAllowed;
            let it = facts.open_paper(paper).ok_or(not(NotAllowed::PaperNotNeeded))?;
            if wish.action == Action::RefusePapers && it.is_missing() {
                return Err(not(NotAllowed::NoPaperCame));
            }
            Ok(Some(PaperSeen { paper, newest: it.newest }))
        }
        None | Some(_) => Err(Problem::InvalidField("/paper".to_owned())),
    }
}

/// The notice that an officer says is this child's, with what they accept of it.
fn notice_chosen(facts: &Facts, wish: &Wish) -> Result<Option<Fact>, Problem> {
    let matching = &facts.matching;
    let mut known = matching.notices.iter().chain(&facts.notice_found);
    match (wish.action, &wish.notice) {
        (Action::BindNotice, Some(notice)) if known.any(|it| it == notice) => {
            Ok(Some(Fact::NoticeChosen { notice_id: notice.clone(), accepted: Vec::new() }))
        }
        (Action::BindNotice, Some(_)) => Err(Problem::NotAllowed(NotAllowed::NoticeUnknown)),
        (Action::BindNotice, None) => Err(Problem::InvalidField("/notice".to_owned())),
        (_, Some(_)) => Err(Problem::InvalidField("/notice".to_owned())),
        (Action::AcceptDifference, None) => {
            let [notice] = &matching.notices[..] else {
                return Err(Problem::NotAllowed(NotAllowed::NoticeUnknown));
            };
            let accepted = matching.differs.clone();
            Ok(Some(Fact::NoticeChosen { notice_id: notice.clone(), accepted }))
        }
        (_, None) => Ok(None),
    }
}

/// Writes down what one person proposes. Nothing is put to the workflow before another approves it.
async fn propose(
    portal: &Portal,
    case: CaseRef,
    seen: i64,
    author: &Author,
    proposed: Fact,
) -> Result<(), Problem> {
    let mut tx = portal.pool.begin().await?;
    let (actor, by, now) = (author.actor(), author.reference(), portal.now());
    let recorded =
        cases::record_if_unchanged(&mut tx, case, seen, actor, by, &[proposed], now).await?;
    match recorded {
        Seen::Recorded(_) => Ok(tx.commit().await?),
        Seen::Stale { revision } => Err(Problem::Stale(revision)),
        Seen::NoCase => Err(Problem::CaseNotFound),
    }
}

/// A decision that was written down, and is to be put.
struct Written {
    contact_version: Option<u32>,
}

/// Writes the decision down, and a new contact if it has one. Nothing is to be put while others have yet to agree.
async fn write_down(
    portal: &Portal,
    case: CaseRef,
    seen: i64,
    author: &Author,
    wish: &Wish,
    own: Vec<Fact>,
) -> Result<Option<Written>, Problem> {
    let mut tx = portal.pool.begin().await?;
    let agreement = match author {
        Author::Parent(parent) if wish.action == Action::Withdraw && wish.leg == Leg::Birth => {
            let row = cases::facts(&mut tx, case).await?.ok_or(Problem::CaseNotFound)?;
            let certified = certifications::ever(&mut tx, case).await?;
            Some(Agreement::of(*parent, &certified, &row.facts.withdrawal_agreed_by))
        }
        Author::Parent(_) | Author::Staff(_) => None,
    };
    let contact = match wish.action {
        Action::CorrectContact => Some(correct(portal, &mut tx, case, &wish.set).await?),
        _ if wish.set.is_empty() => None,
        _ => return Err(Problem::InvalidField("/set".to_owned())),
    };
    let waits = agreement.as_ref().is_some_and(|it| !it.is_complete);
    let asked = Fact::DecisionAsked { action: wish.action, leg: wish.leg, grounds: wish.grounds };
    let corrected = match contact {
        Some(Corrected::Now { version }) => Some(Fact::ContactCorrected { version }),
        Some(Corrected::Before { .. }) | None => None,
    };
    let agreed = agreement.map(|it| it.fact);
    let asked = Some(asked).filter(|_| !waits);
    let facts: Vec<Fact> = [agreed, asked, corrected].into_iter().flatten().chain(own).collect();
    let (actor, by, now) = (author.actor(), author.reference(), portal.now());
    match cases::record_if_unchanged(&mut tx, case, seen, actor, by, &facts, now).await? {
        Seen::Recorded(_) => tx.commit().await?,
        Seen::Stale { revision } => return Err(Problem::Stale(revision)),
        Seen::NoCase => return Err(Problem::CaseNotFound),
    }
    Ok((!waits).then(|| Written { contact_version: contact.map(Corrected::version) }))
}

/// One more parent wants the birth withdrawn.
struct Agreement {
    fact: Fact,
    /// Everyone who certified does by now.
    is_complete: bool,
}

impl Agreement {
    /// Whoever certified any version is asked, also if it was corrected since.
    fn of(parent: u8, certified: &BTreeSet<u8>, agreed: &BTreeSet<u8>) -> Self {
        let missing = certified.difference(agreed);
        Self {
            fact: Fact::WithdrawalAgreed { parent },
            is_complete: missing.copied().all(|it| it == parent),
        }
    }
}
