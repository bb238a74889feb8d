//! Decisions that two people take: one proposes, another approves.

use domain::{
    decision::{Action, NotAllowed, Proposal},
    facts::{Fact, Facts},
};

use super::{Author, Wish};
use crate::problem::Problem;

/// How far a decision is that may need two people.
pub(super) enum Pair {
    NotNeeded,
    /// This is the first of them: to be written down, and nothing more.
    Proposed(Fact),
    /// This is the second: with who approved it.
    Approved(Fact),
}

/// Which of the two the author is.
pub(super) fn pair(facts: &Facts, author: &Author, wish: &Wish) -> Result<Pair, Problem> {
    let Some(approvers) = wish.action.approvers() else { return Ok(Pair::NotNeeded) };
    let Author::Staff(member) = author else { return Err(Problem::RoleMayNot) };
    let (by, Wish { action, grounds, leg, .. }) = (member.reference.clone(), wish);
    let same = |it: &&Proposal| (it.action, it.leg, it.grounds) == (*action, *leg, *grounds);
    match facts.proposal.as_ref().filter(same) {
        None => {
            let proposal = Proposal { action: *action, leg: *leg, grounds: *grounds, by };
            Ok(Pair::Proposed(Fact::DecisionProposed { proposal }))
        }
        Some(first) if first.by == by => Err(Problem::NotAllowed(NotAllowed::NeedsAnotherPerson)),
        Some(_) if !approvers.contains(&member.role) => Err(Problem::RoleMayNot),
        Some(first) => approved(wish, vec![first.by.clone(), by]),
    }
}

/// What the approval writes down, for whoever carries the decision out.
fn approved(wish: &Wish, approved_by: Vec<String>) -> Result<Pair, Problem> {
    match wish.action {
        Action::RegisterWithoutNotice => {
            let grounds = wish.grounds;
            Ok(Pair::Approved(Fact::NoticeWaived { grounds, approved_by }))
        }
        _ => Err(Problem::Internal),
    }
}
