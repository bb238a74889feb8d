//! What the certificate leg and the SIN leg have in common.

use domain::{
    decision::{Pivot, Progress},
    desk::Leg,
    undo::Undo,
};
use temporalio_workflow::{WaitConditionOptions, WorkflowContext};

use crate::{
    asking::{Stopped, keep},
    desk,
    newborn_case::NewbornCase,
    ports::{EndLeg, LegOf},
    undoing::{TooLate, asked_again, take_back},
};

/// Sees a leg to its end. Nothing it does ever touches the birth or the other leg.
///
/// A leg that is told to stop takes back what it did. If a register says that it is too late, what stands there is
/// followed to its end; a register that then says it does not stand after all contradicts itself, and a person looks.
pub async fn see_to_its_end(
    ctx: &WorkflowContext<NewbornCase>,
    leg: Leg,
    story: impl AsyncFn(&WorkflowContext<NewbornCase>) -> Result<(), Stopped>,
) {
    if ctx.state(|it| it.carried.progress.get(&leg) == Some(&Progress::Ended)) {
        // A run before this one saw it there.
        return;
    }
    let mut follows = false;
    while story(ctx).await.is_err() {
        match take_back(ctx, leg).await {
            Ok(()) => {
                taken_back(ctx, leg).await;
                break;
            }
            Err(TooLate(undo)) if !follows && may_be_followed(ctx, undo) => {
                follows = true;
                ctx.state_mut(|it| it.go_on(leg));
            }
            Err(too_late) => asked_again(ctx, leg, too_late).await,
        }
    }
    ctx.state_mut(|it| {
        if it.carried.progress.get(&leg) != Some(&Progress::NotWanted) {
            it.carried.progress.insert(leg, Progress::Ended);
        }
    });
}

/// An order or an application can be followed to its end. A fee alone leads nowhere, and without a birth nothing does.
fn may_be_followed(ctx: &WorkflowContext<NewbornCase>, undo: Undo) -> bool {
    undo != Undo::RefundFee && ctx.state(|it| it.carried.pivot == Pivot::Registered)
}

async fn taken_back(ctx: &WorkflowContext<NewbornCase>, leg: Leg) {
    desk::settled(ctx, leg, |_| true).await;
    // Unless the whole case ends, which says it all.
    if ctx.state(|it| it.carried.withdrawn.contains(&leg)) {
        let case = ctx.state(|it| it.case);
        keep(ctx, || EndLeg, LegOf { case, leg }).await;
    }
}

/// Waits until the province has taken the statement.
pub async fn statement_taken(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> Result<(), Stopped> {
    let until =
        WaitConditionOptions::builder().cancellation_token(ctx.state(|it| it.stop(leg))).build();
    ctx.wait_condition_with_options(|it| it.carried.statement_taken, until)
        .await
        .map_err(|_| Stopped)
}

/// Waits until the birth stands. Nothing is produced or applied for before.
pub async fn birth_stands(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> Result<(), Stopped> {
    let until =
        WaitConditionOptions::builder().cancellation_token(ctx.state(|it| it.stop(leg))).build();
    ctx.wait_condition_with_options(|it| it.carried.pivot == Pivot::Registered, until)
        .await
        .map_err(|_| Stopped)
}

pub fn progress(ctx: &WorkflowContext<NewbornCase>, leg: Leg, progress: Progress) {
    ctx.state_mut(|it| it.carried.progress.insert(leg, progress));
}
