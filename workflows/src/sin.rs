//! The Social Insurance Number: applied for, issued, mailed by the federal side. No number ever comes here.

use domain::{
    answers::{ApplicationAnswer, ApplicationState},
    decision::Progress,
    desk::{ApplicationCourse, Leg, Reason},
    undo::Step,
};
use temporalio_workflow::WorkflowContext;

use crate::{
    asking::{Stopped, ask},
    desk,
    legs::{birth_stands, progress, see_to_its_end},
    newborn_case::NewbornCase,
    news::news,
    ports::SocialInsurance,
    undoing::may_need_undoing,
};

type Ctx = WorkflowContext<NewbornCase>;
const LEG: Leg = Leg::Sin;

pub async fn leg(ctx: &Ctx) {
    see_to_its_end(ctx, LEG, story).await;
}

async fn story(ctx: &Ctx) -> Result<(), Stopped> {
    // The federal side wants the registration number.
    birth_stands(ctx, LEG).await?;

    // Applying twice for a child is an offence: one key, and a look before any resend.
    let state = match ctx.state(|it| it.carried.applied) {
        true => Some(found(ctx).await?),
        false => apply(ctx).await?,
    };
    match state {
        Some(state) => letter_mailed(ctx, state).await,
        None => Ok(()),
    }
}

/// Applies. `None` if there is nothing to follow: not wanted, not needed, or the parents' own affair.
async fn apply(ctx: &Ctx) -> Result<Option<ApplicationState>, Stopped> {
    loop {
        may_need_undoing(ctx, Step::ApplyForSin);
        let why = match ask(ctx, SocialInsurance::apply_for_sin).await? {
            ApplicationAnswer::Stands(state) => {
                ctx.state_mut(|it| it.carried.applied = true);
                return Ok(Some(state));
            }
            ApplicationAnswer::NotWanted => {
                progress(ctx, LEG, Progress::NotWanted);
                return Ok(None);
            }
            ApplicationAnswer::Refused(why) => why,
        };
        match why.course() {
            ApplicationCourse::NotNeeded | ApplicationCourse::Direct => return Ok(None),
            ApplicationCourse::Ends => return Err(Stopped),
            ApplicationCourse::Waits(reason) => {
                let stop = ctx.state(|it| it.stop(LEG));
                desk::person_decides(ctx, LEG, reason, &stop).await?;
                ctx.state_mut(|it| it.begin_anew(Step::ApplyForSin));
            }
        }
    }
}

/// Follows the application until the letter is in the mail. After REFUSED or WITHDRAWN nothing is applied for again.
async fn letter_mailed(ctx: &Ctx, first: ApplicationState) -> Result<(), Stopped> {
    let mut state = first;
    loop {
        if state == ApplicationState::Adjudication {
            desk::raise(ctx, LEG, Reason::SinAdjudication).await;
        } else {
            desk::settled(ctx, LEG, |_| true).await;
        }
        match state {
            ApplicationState::Received
            | ApplicationState::Validating
            | ApplicationState::Adjudication => progress(ctx, LEG, Progress::Open),
            ApplicationState::Issued => progress(ctx, LEG, Progress::TooLate),
            ApplicationState::LetterMailed
            | ApplicationState::Refused
            | ApplicationState::Withdrawn => return Ok(()),
        }
        if ctx.state(|it| it.contact_is_new(LEG)) {
            let newest = ctx.state(|it| it.carried.contact);
            ask(ctx, SocialInsurance::update_mailing_address).await?;
            ctx.state_mut(|it| it.carried.contact_told.insert(LEG, newest));
        }
        news(ctx, LEG).await?;
        state = found(ctx).await?;
    }
}

/// How far the application is. One that was accepted is looked for, and never sent again.
async fn found(ctx: &Ctx) -> Result<ApplicationState, Stopped> {
    loop {
        match ask(ctx, SocialInsurance::find_application).await? {
            ApplicationAnswer::Stands(now) => return Ok(now),
            // What was accepted does not vanish; whatever this means, a person should see it.
            ApplicationAnswer::Refused(_) | ApplicationAnswer::NotWanted => {
                let stop = ctx.state(|it| it.stop(LEG));
                desk::person_decides(ctx, LEG, Reason::ApplicationNotFound, &stop).await?;
            }
        }
    }
}
