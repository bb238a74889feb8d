//! Taking back what may have happened.

use domain::{
    answers::UndoAnswer,
    desk::{Leg, Reason},
    undo::{Kind, Step, Undo},
};
use temporalio_workflow::{WorkflowCancellationToken, WorkflowContext};

use crate::{
    asking::{insist, until},
    desk,
    newborn_case::NewbornCase,
    ports::{Certificates, Registry, SocialInsurance},
};

/// A register says it is too late to take this back: what stands there stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLate(pub Undo);

/// Puts a step on the undo list. Before its call, because a lost answer may have been a yes.
pub fn may_need_undoing(ctx: &WorkflowContext<NewbornCase>, step: Step) {
    let Kind::ReversibleUntil(_, undo) = step.undo() else { return };
    ctx.state_mut(|it| {
        if !it.carried.undo.contains(&undo) {
            it.carried.undo.push(undo);
        }
    });
}

/// A register refuses to take back what it does not have. A person looks, and has it asked again under a new key.
pub async fn asked_again(ctx: &WorkflowContext<NewbornCase>, leg: Leg, TooLate(undo): TooLate) {
    let never = WorkflowCancellationToken::new();
    let looked = desk::person_decides(ctx, leg, Reason::UndoTooLate, &never).await;
    looked.expect("nobody else holds this token");
    ctx.state_mut(|it| *it.carried.undone_again.entry(undo.step()).or_insert(0) += 1);
}

/// Takes back what a leg may have done, newest first, also after it was told to stop. What cannot be taken back stays on
/// the list.
pub async fn take_back(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> Result<(), TooLate> {
    let newest = |it: &NewbornCase| {
        it.carried.undo.iter().rev().find(|undo| undo.step().leg() == Some(leg)).copied()
    };
    while let Some(undo) = ctx.state(newest) {
        // Nothing is taken back while somebody investigates.
        until(ctx, |it| !it.carried.held).await;
        let answer = match undo {
            Undo::WithdrawStatement => insist(ctx, Registry::withdraw_statement).await,
            Undo::UnbindNotice => insist(ctx, Registry::unbind_notice).await,
            Undo::RefundFee => insist(ctx, Certificates::refund_fee).await,
            Undo::CancelOrder => insist(ctx, Certificates::cancel_order).await,
            Undo::WithdrawApplication => insist(ctx, SocialInsurance::withdraw_application).await,
        };
        match answer {
            UndoAnswer::Undone | UndoAnswer::NothingToUndo => {
                ctx.state_mut(|it| it.carried.undo.retain(|kept| *kept != undo));
            }
            UndoAnswer::TooLate => return Err(TooLate(undo)),
        }
    }
    Ok(())
}
