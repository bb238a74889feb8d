//! Taking back what may have happened.

use domain::{answers::UndoAnswer, desk::Leg, undo::Undo};
use temporalio_workflow::WorkflowContext;

use crate::{
    asking::insist,
    newborn_case::NewbornCase,
    ports::{Certificates, Registry, SocialInsurance},
};

/// What became of taking a leg back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    Everything,
    /// A register says it is too late: what stands there stands, and the leg goes on from it.
    TooLate,
}

/// Puts an undo on the list. Before the call, because a lost answer may have been a yes.
pub fn may_need(ctx: &WorkflowContext<NewbornCase>, leg: Leg, undo: Undo) {
    ctx.state_mut(|it| {
        if !it.carried.undo.contains(&(leg, undo)) {
            it.carried.undo.push((leg, undo));
        }
    });
}

/// Takes back what a leg may have done, newest first, also after it was told to stop.
pub async fn take_back(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> TakenBack {
    while let Some(undo) =
        ctx.state(|it| it.carried.undo.iter().rev().find(|(of, _)| *of == leg).copied())
    {
        let answer = match undo.1 {
            Undo::WithdrawStatement => insist(ctx, Registry::withdraw_statement).await,
            Undo::UnbindNotice => insist(ctx, Registry::unbind_notice).await,
            Undo::RefundFee => insist(ctx, Certificates::refund_fee).await,
            Undo::CancelOrder => insist(ctx, Certificates::cancel_order).await,
            Undo::WithdrawApplication => insist(ctx, SocialInsurance::withdraw_application).await,
        };
        ctx.state_mut(|it| it.carried.undo.retain(|kept| *kept != undo));
        match answer {
            UndoAnswer::Undone | UndoAnswer::NothingToUndo => (),
            UndoAnswer::TooLate => return TakenBack::TooLate,
        }
    }
    TakenBack::Everything
}
