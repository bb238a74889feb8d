//! The Social Insurance Number: applied for, issued, mailed by the federal side. No number ever comes here.

use domain::{
    answers::{ApplicationAnswer, ApplicationState},
    decision::Progress,
    desk::{ApplicationCourse, Leg, Reason},
    undo::{Step, Undo},
};
use temporalio_workflow::WorkflowContext;

use crate::{
    asking::{Stopped, ask},
    desk,
    legs::{birth_stands, has_ended, progress, stopped},
    newborn_case::NewbornCase,
    news::news,
    ports::SocialInsurance,
    undoing::{TakenBack, may_need},
};

type Ctx = WorkflowContext<NewbornCase>;
const LEG: Leg = Leg::Sin;

/// Sees the SIN to its end. Nothing here ever touches the birth or the certificate.
pub async fn leg(ctx: &Ctx) {
    if has_ended(ctx, LEG) {
        return;
    }
    while story(ctx).await.is_err() {
        if stopped(ctx, LEG).await == TakenBack::Everything {
            break;
        }
    }
    progress(ctx, LEG, Progress::Ended);
}

async fn story(ctx: &Ctx) -> Result<(), Stopped> {
    // The federal side wants the registration number.
    birth_stands(ctx, LEG).await?;

    // Applying twice for a child is an offence: one key, and a look before any resend.
    match apply(ctx).await? {
        Some(state) => letter_mailed(ctx, state).await,
        None => Ok(()),
    }
}

/// Applies. `None` if there is nothing to follow: not wanted, not needed, or the parents' own affair.
async fn apply(ctx: &Ctx) -> Result<Option<ApplicationState>, Stopped> {
    loop {
        may_need(ctx, LEG, Undo::WithdrawApplication);
        let why = match ask(ctx, SocialInsurance::apply_for_sin).await? {
            ApplicationAnswer::Stands(state) => {
                desk::settled(ctx, LEG).await;
                return Ok(Some(state));
            }
            ApplicationAnswer::NotWanted => {
                progress(ctx, LEG, Progress::NotWanted);
                return Ok(None);
            }
            ApplicationAnswer::Refused(why) => why,
        };
        match why.course() {
            ApplicationCourse::NotNeeded | ApplicationCourse::Direct => {
                desk::settled(ctx, LEG).await;
                return Ok(None);
            }
            ApplicationCourse::Ends => return Err(Stopped),
            ApplicationCourse::Waits(reason) => {
                let stop = ctx.state(|it| it.stop(LEG));
                desk::person_looks(ctx, LEG, reason, &stop, None).await?;
                ctx.state_mut(|it| it.begin_anew(Step::ApplyForSin));
            }
        }
    }
}

/// Follows the application until the letter is in the mail. After REFUSED or WITHDRAWN nothing is applied for again.
async fn letter_mailed(ctx: &Ctx, first: ApplicationState) -> Result<(), Stopped> {
    let mut state = first;
    loop {
        match state {
            ApplicationState::Received | ApplicationState::Validating => {
                progress(ctx, LEG, Progress::Open)
            }
            ApplicationState::Adjudication => desk::raise(ctx, LEG, Reason::SinAdjudication).await,
            ApplicationState::Issued => progress(ctx, LEG, Progress::TooLate),
            ApplicationState::LetterMailed
            | ApplicationState::Refused
            | ApplicationState::Withdrawn => {
                desk::settled(ctx, LEG).await;
                return Ok(());
            }
        }
        if ctx.state_mut(|it| it.contact_changed(LEG)) {
            ask(ctx, SocialInsurance::update_mailing_address).await?;
        }
        news(ctx, LEG).await?;
        match ask(ctx, SocialInsurance::find_application).await? {
            ApplicationAnswer::Stands(now) => state = now,
            // What was accepted does not vanish; whatever this means, a person should see it.
            ApplicationAnswer::Refused(_) | ApplicationAnswer::NotWanted => {
                desk::raise(ctx, LEG, Reason::FederalTurnsAway).await;
            }
        }
    }
}
