//! The certificate: fee, order, production, mail.

use domain::{
    answers::{FeeAnswer, OrderAnswer, OrderState},
    decision::Progress,
    desk::{Leg, OrderCourse, Reason},
    undo::Step,
};
use temporalio_workflow::{TimerOptions, WaitConditionOptions, WorkflowContext, workflows::select};

use crate::{
    asking::{Stopped, ask},
    desk,
    legs::{birth_stands, progress, see_to_its_end, statement_taken},
    newborn_case::NewbornCase,
    news::news,
    ports::Certificates,
    undoing::may_need_undoing,
};

type Ctx = WorkflowContext<NewbornCase>;
const LEG: Leg = Leg::Certificate;

pub async fn leg(ctx: &Ctx) {
    see_to_its_end(ctx, LEG, story).await;
}

async fn story(ctx: &Ctx) -> Result<(), Stopped> {
    // Nobody is charged for a statement that is turned away at the door. The birth never waits for the fee, which the
    // province holds unearned.
    statement_taken(ctx, LEG).await?;
    if fee(ctx).await? == Fee::NotWanted {
        return Ok(());
    }

    // Nothing is ordered before the birth stands.
    birth_stands(ctx, LEG).await?;
    let state = order(ctx).await?;

    // Production earns the fee; from then on the order is not cancelled.
    mailed(ctx, state).await
}

#[derive(PartialEq, Eq)]
enum Fee {
    Held,
    NotWanted,
}

/// Captures the payment. Declined, it waits for another one; an officer is told when the pay link has run out.
async fn fee(ctx: &Ctx) -> Result<Fee, Stopped> {
    loop {
        may_need_undoing(ctx, Step::PayFee);
        match ask(ctx, Certificates::pay_fee).await? {
            FeeAnswer::Paid => {
                desk::settled(ctx, LEG, |it| it == Reason::PaymentNotConfirmed).await;
                return Ok(Fee::Held);
            }
            FeeAnswer::NotWanted => {
                progress(ctx, LEG, Progress::NotWanted);
                return Ok(Fee::NotWanted);
            }
            FeeAnswer::Refunded => return Err(Stopped),
            FeeAnswer::Declined | FeeAnswer::NotOffered => payment_offered(ctx).await?,
        }
    }
}

/// Waits for the parents to offer another payment.
async fn payment_offered(ctx: &Ctx) -> Result<(), Stopped> {
    let now = ctx.workflow_time();
    let (stop, left) = ctx.state_mut(|it| {
        let limit = it.clocks.payment();
        let waited = now.and_then(|now| {
            let since = *it.carried.payment_awaited_since.get_or_insert(now);
            now.duration_since(since).ok()
        });
        (it.stop(LEG), limit.saturating_sub(waited.unwrap_or_default()))
    });
    let offered = |it: &NewbornCase| it.carried.payment > it.generation(Step::PayFee);
    let until = || WaitConditionOptions::builder().cancellation_token(stop.clone()).build();
    let limit = TimerOptions::builder(left).cancellation_token(stop.clone()).build();
    let in_time = select! {
        _ = ctx.wait_condition_with_options(offered, until()) => true,
        _ = ctx.timer(limit) => false,
    };
    if !in_time && !stop.is_cancelled() {
        desk::raise(ctx, LEG, Reason::PaymentNotConfirmed).await;
        let asked = |it: &NewbornCase| offered(it) || it.carried.retry.contains(&LEG);
        ctx.wait_condition_with_options(asked, until()).await.map_err(|_| Stopped)?;
    }
    if stop.is_cancelled() {
        return Err(Stopped);
    }
    ctx.state_mut(|it| {
        it.looks(LEG);
        if offered(it) {
            it.carried.payment_awaited_since = None;
            it.carried.generations.insert(Step::PayFee, it.carried.payment);
        }
    });
    Ok(())
}

async fn order(ctx: &Ctx) -> Result<OrderState, Stopped> {
    loop {
        may_need_undoing(ctx, Step::OrderCertificate);
        match ask(ctx, Certificates::order_certificate).await? {
            OrderAnswer::Stands(state) => return Ok(state),
            OrderAnswer::Refused(why) => match why.course() {
                OrderCourse::Ends => return Err(Stopped),
                OrderCourse::Waits(reason) => {
                    let stop = ctx.state(|it| it.stop(LEG));
                    desk::person_decides(ctx, LEG, reason, &stop).await?;
                    ctx.state_mut(|it| it.begin_anew(Step::OrderCertificate));
                }
            },
        }
    }
}

/// Follows the order until the certificate is in the mail.
async fn mailed(ctx: &Ctx, first: OrderState) -> Result<(), Stopped> {
    let mut state = first;
    loop {
        match state {
            OrderState::Accepted => progress(ctx, LEG, Progress::Open),
            OrderState::InProduction | OrderState::Printed => progress(ctx, LEG, Progress::TooLate),
            OrderState::Mailed => {
                desk::settled(ctx, LEG, |_| true).await;
                return Ok(());
            }
            // Unproduced: the fee is given back.
            OrderState::Cancelled => return Err(Stopped),
            OrderState::Returned => desk::raise(ctx, LEG, Reason::CertificateReturned).await,
            OrderState::Void => desk::raise(ctx, LEG, Reason::CertificateVoid).await,
        }
        if ctx.state(|it| it.contact_is_new(LEG)) {
            let newest = ctx.state(|it| it.carried.contact);
            ask(ctx, Certificates::update_delivery_address).await?;
            ctx.state_mut(|it| it.carried.contact_told.insert(LEG, newest));
        }
        news(ctx, LEG).await?;
        state = match ask(ctx, Certificates::find_order).await? {
            OrderAnswer::Stands(state) => state,
            OrderAnswer::Refused(_) => order(ctx).await?,
        };
    }
}
