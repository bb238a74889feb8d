//! How the story asks, and how long it waits for an answer.

use std::time::Duration;

use domain::{desk::Reason, people::Register, undo::Step};
use temporalio_common::ActivityDefinition;
use temporalio_workflow::{
    ActivityExecutionError, ActivityOptions, LocalActivityOptions, RetryPolicy, TimerOptions,
    WaitConditionOptions, WorkflowCancellationToken, WorkflowContext,
};

use crate::{
    CASE_QUEUE,
    birth::Ended,
    desk,
    newborn_case::NewbornCase,
    ports::{Asking, Question},
    register_queue,
};

/// The leg was told to stop while it waited: a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Why there is no answer.
enum NoAnswer {
    Stopped,
    /// Nobody answered for as long as we ask without a person.
    Silent,
    /// Asking again cannot help: the register turned the request itself away.
    TurnedAway,
}

/// Asks until the leg is told to stop. A question that stays unanswered goes to a person.
pub async fn ask<P: Question>(
    ctx: &WorkflowContext<NewbornCase>,
    port: P,
) -> Result<P::Output, Stopped> {
    let stop = ctx.state(|it| it.stop(P::LEG));
    not_held(ctx, &stop).await?;
    answered(ctx, port, &stop).await
}

/// Waits while somebody investigates.
pub async fn not_held(
    ctx: &WorkflowContext<NewbornCase>,
    stop: &WorkflowCancellationToken,
) -> Result<(), Stopped> {
    if !ctx.state(|it| it.carried.held) {
        return Ok(());
    }
    let until = WaitConditionOptions::builder().cancellation_token(stop.clone()).build();
    ctx.wait_condition_with_options(|it| !it.carried.held, until).await.map_err(|_| Stopped)
}

/// Asks until there is an answer, also after the leg was told to stop.
pub async fn insist<P: Question>(ctx: &WorkflowContext<NewbornCase>, port: P) -> P::Output {
    match answered(ctx, port, &WorkflowCancellationToken::new()).await {
        Ok(answer) => answer,
        Err(Stopped) => unreachable!("nobody else holds this token"),
    }
}

async fn answered<P: Question>(
    ctx: &WorkflowContext<NewbornCase>,
    _port: P,
    stop: &WorkflowCancellationToken,
) -> Result<P::Output, Stopped> {
    loop {
        if stop.is_cancelled() {
            return Err(Stopped);
        }
        let tried = tried::<P>(ctx, stop).await;
        let clocks = ctx.state(|it| it.clocks.clone());
        let (why, pause) = match tried {
            Ok(answer) => {
                desk::answers_again(ctx, P::LEG, P::REGISTER).await;
                return Ok(answer);
            }
            Err(NoAnswer::Stopped) => return Err(Stopped),
            Err(NoAnswer::Silent) => (Reason::silent(P::REGISTER), clocks.longest_pause()),
            Err(NoAnswer::TurnedAway) => (Reason::turns_away(P::REGISTER), clocks.longest_look()),
        };
        desk::person_is_told(ctx, P::LEG, why, stop, Some(pause)).await?;
    }
}

/// First inside the workflow task, at the price of a second at most; then durably, for as long as the clocks say.
async fn tried<P: Question>(
    ctx: &WorkflowContext<NewbornCase>,
    stop: &WorkflowCancellationToken,
) -> Result<P::Output, NoAnswer> {
    let (asking, clocks) = ctx.state_mut(|it| {
        it.under_way += 1;
        let asking = Asking {
            case: it.case,
            generation: it.generation(P::STEP),
            statement: it.generation(Step::SubmitStatement),
            undo_again: it.carried.undone_again.get(&P::STEP).copied().unwrap_or(0),
            elsewhere: it.carried.ended == Some(Ended::Refused),
            by_officer: it.by_officer(P::STEP),
        };
        (asking, it.clocks.clone())
    });
    let inline = ctx.execute_local_activity(P::PORT, asking, inline(clocks.inline(), stop)).await;
    let answer = match inline {
        Err(fault) if may_help(&fault) => {
            let durably = durably(P::REGISTER, clocks.unanswered(), clocks.longest_pause(), stop);
            ctx.execute_activity(P::PORT, asking, durably).await
        }
        definite => definite,
    };
    ctx.state_mut(|it| it.under_way -= 1);
    answer.map_err(|fault| no_answer(&fault))
}

fn inline(limit: Duration, stop: &WorkflowCancellationToken) -> LocalActivityOptions {
    LocalActivityOptions::builder()
        .retry_policy(RetryPolicy::builder().maximum_attempts(1).build())
        .schedule_to_close_timeout(limit)
        .cancellation_token(stop.clone())
        .build()
}

fn durably(
    register: Register,
    limit: Duration,
    longest_pause: Duration,
    stop: &WorkflowCancellationToken,
) -> ActivityOptions {
    let close = temporalio_workflow::ActivityCloseTimeouts::ScheduleAndStartToClose {
        schedule_to_close: limit,
        start_to_close: ONE_TRY,
    };
    ActivityOptions::with_close_timeouts(close)
        .task_queue(register_queue(register).to_owned())
        .retry_policy(RetryPolicy::builder().maximum_interval(longest_pause).build())
        .cancellation_token(stop.clone())
        .build()
}

/// A register's deadline is 15 seconds. Some questions look before they ask, and the case file needs a moment before and
/// after.
const ONE_TRY: Duration = Duration::from_secs(45);

fn may_help(fault: &ActivityExecutionError) -> bool {
    matches!(no_answer(fault), NoAnswer::Silent)
}

fn no_answer(fault: &ActivityExecutionError) -> NoAnswer {
    use temporalio_common::error::IncomingError;

    if fault.as_cancelled().is_some() {
        return NoAnswer::Stopped;
    }
    match fault.reason() {
        Some(IncomingError::Application(failure)) if failure.is_non_retryable() => {
            NoAnswer::TurnedAway
        }
        _ => NoAnswer::Silent,
    }
}

/// Asks our own case file: tried inside the workflow task, then for as long as it takes. A withdrawal does not stop it.
pub async fn keep<P>(
    ctx: &WorkflowContext<NewbornCase>,
    port: fn() -> P,
    input: P::Input,
) -> P::Output
where
    P: ActivityDefinition,
    P::Input: Copy,
{
    let never = WorkflowCancellationToken::new();
    let (limit, longest) = ctx.state_mut(|it| {
        it.under_way += 1;
        (it.clocks.inline(), it.clocks.longest_look())
    });
    let mut kept = ctx.execute_local_activity(port(), input, inline(limit, &never)).await.ok();
    let mut pause = ONE_TRY.min(longest);
    let answer = loop {
        if let Some(answer) = kept {
            break answer;
        }
        let for_ever = ActivityOptions::with_start_to_close_timeout(ONE_TRY)
            .task_queue(CASE_QUEUE.to_owned())
            .retry_policy(RetryPolicy::builder().maximum_interval(Duration::from_secs(10)).build())
            .cancellation_token(never.clone())
            .build();
        kept = ctx.execute_activity(port(), input, for_ever).await.ok();
        if kept.is_none() {
            // Not silence, which is retried above, but a file that cannot be read: ask ever more rarely, so that the
            // history lasts until somebody has mended it.
            ctx.timer(TimerOptions::builder(pause).cancellation_token(never.clone()).build()).await;
            pause = (pause * 2).min(longest);
        }
    };
    ctx.state_mut(|it| it.under_way -= 1);
    answer
}

/// Waits until something is so.
pub async fn until(ctx: &WorkflowContext<NewbornCase>, so: impl Fn(&NewbornCase) -> bool) {
    let never = WaitConditionOptions::builder()
        .cancellation_token(WorkflowCancellationToken::new())
        .build();
    let _never_cancelled = ctx.wait_condition_with_options(so, never).await;
}
