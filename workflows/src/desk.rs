//! Going to the desk and coming back.

use std::time::Duration;

use domain::{
    desk::{Leg, Reason},
    people::Register,
};
use temporalio_common::search_attributes::SearchAttributeKey;
use temporalio_workflow::{
    TimerOptions, WaitConditionOptions, WorkflowCancellationToken, WorkflowContext,
    workflows::select,
};

use crate::{
    DESK_REASON,
    asking::{Stopped, keep},
    newborn_case::NewbornCase,
    ports::{ClearTask, RaiseTask, Task},
};

const REASON: SearchAttributeKey<String> = SearchAttributeKey::keyword(DESK_REASON);

/// Puts the leg on the desk and waits for a person's word. What was said before this task was raised does not count.
pub async fn person_decides(
    ctx: &WorkflowContext<NewbornCase>,
    leg: Leg,
    reason: Reason,
    stop: &WorkflowCancellationToken,
) -> Result<(), Stopped> {
    ctx.state_mut(|it| {
        if it.carried.desk.get(&leg) != Some(&reason) {
            it.carried.retry.remove(&leg);
        }
    });
    raise(ctx, leg, reason).await;
    let until = WaitConditionOptions::builder().cancellation_token(stop.clone()).build();
    let said = |it: &NewbornCase| it.carried.retry.contains(&leg);
    let decided = ctx.wait_condition_with_options(said, until).await.map_err(|_| Stopped);
    ctx.state_mut(|it| it.carried.retry.remove(&leg));
    settled(ctx, leg, |it| it == reason).await;
    if stop.is_cancelled() { Err(Stopped) } else { decided }
}

/// Puts the leg on the desk and waits until it is time to look again: a person says so, the register has news, or
/// `pause` has passed. Whoever looks takes the leg off the desk.
pub async fn person_is_told(
    ctx: &WorkflowContext<NewbornCase>,
    leg: Leg,
    reason: Reason,
    stop: &WorkflowCancellationToken,
    pause: Option<Duration>,
) -> Result<(), Stopped> {
    raise(ctx, leg, reason).await;
    news_comes(ctx, leg, stop, pause).await
}

/// Waits until it is time to look again: a person says so, the register has news, or `pause` has passed.
pub async fn news_comes(
    ctx: &WorkflowContext<NewbornCase>,
    leg: Leg,
    stop: &WorkflowCancellationToken,
    pause: Option<Duration>,
) -> Result<(), Stopped> {
    let looked = |it: &NewbornCase| it.wants_a_look(leg);
    let until = WaitConditionOptions::builder().cancellation_token(stop.clone()).build();
    let waited = match pause {
        None => ctx.wait_condition_with_options(looked, until).await.map_err(|_| Stopped),
        Some(pause) => {
            let pause = TimerOptions::builder(pause).cancellation_token(stop.clone()).build();
            select! {
                looked = ctx.wait_condition_with_options(looked, until) => looked.map_err(|_| Stopped),
                _ = ctx.timer(pause) => Ok(()),
            }
        }
    };
    ctx.state_mut(|it| it.looks(leg));
    if stop.is_cancelled() { Err(Stopped) } else { waited }
}

/// Puts the leg on the desk, once per reason.
pub async fn raise(ctx: &WorkflowContext<NewbornCase>, leg: Leg, reason: Reason) {
    let known = ctx.state(|it| it.carried.desk.get(&leg) == Some(&reason));
    if known {
        return;
    }
    let case = ctx.state_mut(|it| {
        it.carried.desk.insert(leg, reason);
        it.case
    });
    publish(ctx);
    keep(ctx, || RaiseTask, Task { case, leg, reason }).await;
}

/// Takes the leg off the desk, if it is there for such a reason.
pub async fn settled(ctx: &WorkflowContext<NewbornCase>, leg: Leg, such: impl Fn(Reason) -> bool) {
    let Some(reason) = ctx.state(|it| it.carried.desk.get(&leg).copied()).filter(|it| such(*it))
    else {
        return;
    };
    let case = ctx.state_mut(|it| {
        it.carried.desk.remove(&leg);
        it.case
    });
    publish(ctx);
    keep(ctx, || ClearTask, Task { case, leg, reason }).await;
}

/// Takes the leg off the desk if it was there only because the register did not answer.
pub async fn answers_again(ctx: &WorkflowContext<NewbornCase>, leg: Leg, register: Register) {
    let silence = [Reason::silent(register), Reason::turns_away(register)];
    settled(ctx, leg, |reason| silence.contains(&reason)).await;
}

/// What the search attribute says when the case is not on the desk. The SDK unsets an attribute with an empty payload,
/// which the server does not take for a keyword.
const NOT_ON_THE_DESK: &str = "NONE";

/// Search attributes are dear: this one changes only when a case goes to the desk or leaves it.
pub fn publish(ctx: &WorkflowContext<NewbornCase>) {
    let reason = ctx.state(|it| {
        let held = it.carried.held.then_some(&Reason::UnderInvestigation);
        let first = held.or(it.carried.desk.values().next());
        first.map_or(NOT_ON_THE_DESK, |reason| reason.code())
    });
    ctx.upsert_search_attributes([REASON.value_set(reason.to_owned())]);
}
