//! What the certificate leg and the SIN leg have in common.

use domain::{
    decision::{Pivot, Progress},
    desk::Leg,
};
use temporalio_workflow::{WaitConditionOptions, WorkflowContext};

use crate::{
    asking::{Stopped, keep},
    desk,
    newborn_case::NewbornCase,
    ports::{EndLeg, LegOf},
    undoing::{TakenBack, take_back},
};

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

/// Takes back a leg that was told to stop. If it is too late for that, the leg goes on.
pub async fn stopped(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> TakenBack {
    let taken_back = take_back(ctx, leg).await;
    match taken_back {
        TakenBack::TooLate => ctx.state_mut(|it| it.go_on(leg)),
        TakenBack::Everything => {
            desk::settled(ctx, leg).await;
            // Unless the whole case ends, which says it all.
            if ctx.state(|it| it.carried.withdrawn.contains(&leg)) {
                let case = ctx.state(|it| it.case);
                keep(ctx, || EndLeg, LegOf { case, leg }).await;
            }
        }
    }
    taken_back
}

pub fn progress(ctx: &WorkflowContext<NewbornCase>, leg: Leg, progress: Progress) {
    ctx.state_mut(|it| it.carried.progress.insert(leg, progress));
}

/// Whether a run before this one saw the leg to its end.
pub fn has_ended(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> bool {
    ctx.state(|it| it.carried.progress.get(&leg) == Some(&Progress::Ended))
}
