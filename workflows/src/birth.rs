//! The birth: statement, notice, registration.

use domain::{
    answers::{
        BindingAnswer, Certifying, NoticeMatch, Papers, Refusal, RegistrationAnswer,
        RegistrationState, StatementAnswer, UndoAnswer,
    },
    decision::Pivot,
    desk::{Course, Leg, Reason},
    facts::Ending,
    undo::Step,
};
use serde::{Deserialize, Serialize};
use temporalio_workflow::WorkflowContext;

use crate::{
    asking::{Stopped, ask, insist, keep, not_held},
    desk,
    newborn_case::NewbornCase,
    news::news,
    ports::{FindCertifications, FindPapers, JudgePaper, Registry},
    undoing::may_need_undoing,
};

/// Why the birth is not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// It cannot be registered through this service.
    Refused,
    Withdrawn,
}

impl From<Stopped> for Ended {
    fn from(_: Stopped) -> Self {
        Self::Withdrawn
    }
}

impl From<Ended> for Ending {
    fn from(why: Ended) -> Self {
        match why {
            Ended::Refused => Self::Refused,
            Ended::Withdrawn => Self::Withdrawn,
        }
    }
}

/// Whether the birth stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Stands,
    /// The province looked at the match again and found it wanting, or the parents correct the statement.
    MatchFell,
}

type Ctx = WorkflowContext<NewbornCase>;

/// Waits until every parent whom the statement names has certified the same content, and every paper that it needs was
/// accepted.
pub async fn everything_is_there(ctx: &Ctx) -> Result<(), Ended> {
    let waits = |it: &NewbornCase| it.carried.awaits_parents || it.carried.awaits_papers;
    while ctx.state(waits) {
        let parents = certifications(ctx).await;
        let papers = papers(ctx).await;
        match parents.or(papers) {
            Some(reason) => desk::raise(ctx, Leg::Birth, reason).await,
            None => desk::settled(ctx, Leg::Birth, is_about_what_is_missing).await,
        }
        if ctx.state(waits) {
            news(ctx, Leg::Birth).await?;
        }
    }
    Ok(())
}

/// Looks how far the parents are with certifying. Why a person must look, if one must.
async fn certifications(ctx: &Ctx) -> Option<Reason> {
    while ctx.state(|it| it.carried.awaits_parents) {
        let asking = ctx.state(NewbornCase::asking_parents);
        match keep(ctx, || FindCertifications, asking).await {
            // Unless they have corrected it again meanwhile.
            Certifying::Complete { version, awaits_papers } => {
                ctx.state_mut(|it| it.everyone_certified(version, awaits_papers));
            }
            certifying => return certifying.reason(),
        }
    }
    None
}

/// Looks how far the papers are, once what officers said of them is written down. Why a person must look, if one must.
async fn papers(ctx: &Ctx) -> Option<Reason> {
    if !ctx.state(|it| it.carried.awaits_papers) {
        return None;
    }
    while let Some(judging) = ctx.state_mut(NewbornCase::next_verdict) {
        keep(ctx, || JudgePaper, judging).await;
    }
    let asking = ctx.state(NewbornCase::asking_papers);
    let papers = keep(ctx, || FindPapers, asking).await;
    if papers == Papers::Complete {
        ctx.state_mut(|it| it.carried.awaits_papers = false);
    }
    papers.reason()
}

/// The province receives what the parents certified, and says how it stands to the notices. Nothing if the parents
/// correct it meanwhile.
pub async fn submit(ctx: &Ctx) -> Result<Option<NoticeMatch>, Ended> {
    loop {
        if ctx.state(|it| it.carried.awaits_parents) {
            return Ok(None);
        }
        ctx.state_mut(|it| it.carried.submitted = Some(it.carried.certified));
        may_need_undoing(ctx, Step::SubmitStatement);
        match ask(ctx, Registry::submit_statement).await? {
            StatementAnswer::Accepted(standing) => {
                ctx.state_mut(|it| it.carried.statement_taken = true);
                return Ok(Some(standing));
            }
            StatementAnswer::Refused(why) => after(ctx, Step::SubmitStatement, why).await?,
        }
    }
}

/// Waits until the statement agrees with one notice, and binds it; or until the parents correct the statement.
pub async fn notice_agrees(ctx: &Ctx, first: NoticeMatch) -> Result<(), Ended> {
    let mut standing = first;
    loop {
        ctx.state_mut(|it| it.notice_stands(&standing));
        let enough = |it: &NewbornCase| it.carried.awaits_parents || it.carried.without_notice;
        if ctx.state(enough) {
            desk::settled(ctx, Leg::Birth, is_about_the_notice).await;
            return Ok(());
        }
        let (chosen, choosing) = ctx.state(|it| (it.carried.chosen, it.carried.choosing));
        if chosen || (standing == NoticeMatch::Matched && !choosing) {
            may_need_undoing(ctx, Step::BindNotice);
            match ask(ctx, Registry::bind_notice).await? {
                BindingAnswer::Bound => {
                    ctx.state_mut(NewbornCase::is_bound);
                    desk::settled(ctx, Leg::Birth, is_about_the_notice).await;
                    return Ok(());
                }
                // The notices are not what the officer saw: somebody looks again.
                BindingAnswer::Refused(why) if chosen && why.course() == Course::LooksAgain => {
                    ctx.state_mut(|it| it.carried.chosen = false);
                    ctx.state_mut(|it| it.begin_anew(Step::BindNotice));
                }
                BindingAnswer::Refused(why) => after(ctx, Step::BindNotice, why).await?,
            }
        } else if let Some(reason) = question(&standing, choosing) {
            person_or_parents(ctx, reason).await?;
        } else {
            let no_longer = [Reason::NoticeDiffers, Reason::SeveralNotices];
            desk::settled(ctx, Leg::Birth, |it| no_longer.contains(&it)).await;
            notice_comes(ctx).await?;
        }
        standing = ask(ctx, Registry::find_notice).await?;
    }
}

/// What a person has to decide about the notices, if anything.
fn question(standing: &NoticeMatch, choosing: bool) -> Option<Reason> {
    match standing {
        NoticeMatch::Matched if choosing => Some(Reason::NoticeToChoose),
        standing => standing.reason(),
    }
}

/// The case is an officer's, unless they asked the parents to correct it; and an officer's again if nothing comes.
async fn person_or_parents(ctx: &Ctx, reason: Reason) -> Result<(), Stopped> {
    let stop = ctx.state(|it| it.stop(Leg::Birth));
    let Some(left) = ctx.state(|it| it.time_to_correct(ctx.workflow_time())) else {
        return desk::person_is_told(ctx, Leg::Birth, reason, &stop, None).await;
    };
    desk::settled(ctx, Leg::Birth, |_| true).await;
    if !left.is_zero() {
        desk::news_comes(ctx, Leg::Birth, &stop, Some(left)).await?;
    } else {
        ctx.state_mut(|it| it.carried.correction_asked_since = None);
    }
    Ok(())
}

/// An officer says that the notice that is bound is another child's: it is freed for whom it is about.
pub async fn unbind(ctx: &Ctx) {
    match insist(ctx, Registry::unbind_notice).await {
        UndoAnswer::Undone | UndoAnswer::NothingToUndo => ctx.state_mut(NewbornCase::is_unbound),
        // Then it is registered, which the next question tells.
        UndoAnswer::TooLate => ctx.state_mut(|it| it.carried.unbind = false),
    }
}

/// Waits for the notice. One that is late is a person's to chase; it is waited for all the same.
async fn notice_comes(ctx: &Ctx) -> Result<(), Stopped> {
    let now = ctx.workflow_time();
    let late = ctx.state_mut(|it| {
        let limit = it.clocks.notice();
        let since = *it.carried.notice_awaited_since.get_or_insert(now?);
        Some(now?.duration_since(since).is_ok_and(|waited| waited >= limit))
    });
    if late == Some(true) {
        desk::raise(ctx, Leg::Birth, Reason::NoticeMissing).await;
    }
    news(ctx, Leg::Birth).await
}

/// REGISTER. From this call on the birth may stand: nothing is undone until the province has said which.
pub async fn register(ctx: &Ctx) -> Result<Registration, Ended> {
    // Somebody may have begun to investigate since the notice was bound.
    let stop = ctx.state(|it| it.stop(Leg::Birth));
    not_held(ctx, &stop).await?;
    // A withdrawal may have been taken in the very moment in which the notice was bound, or in which a hold ended.
    if stop.is_cancelled() {
        return Err(Ended::Withdrawn);
    }
    // So may a correction, and then this is not what the parents certify.
    if ctx.state(|it| it.carried.awaits_parents) {
        return Ok(Registration::MatchFell);
    }
    ctx.state_mut(|it| it.carried.pivot = Pivot::Asked);
    match insist(ctx, Registry::register_birth).await {
        RegistrationAnswer::Registered => {
            stands(ctx).await;
            Ok(Registration::Stands)
        }
        RegistrationAnswer::Refused(why) => {
            // A definite no, and only that, opens the way back.
            ctx.state_mut(|it| it.carried.pivot = Pivot::NotAsked);
            // A notice may have come since two people decided that none would: it is looked at first.
            if why == Refusal::NotMatched {
                ctx.state_mut(|it| it.carried.without_notice = false);
            }
            after(ctx, Step::RegisterBirth, why).await?;
            Ok(Registration::MatchFell)
        }
    }
}

/// The province says that it is too late to take the statement back: then it must have registered the birth. If it says
/// that it has not, it contradicts itself. Until it has said which, the case counts as registered. REGISTER is not asked:
/// the birth may have been withdrawn before anybody asked it.
pub async fn is_registered_after_all(ctx: &Ctx) -> bool {
    ctx.state_mut(|it| it.go_on(Leg::Birth));
    ctx.state_mut(|it| it.carried.pivot = Pivot::Asked);
    if insist(ctx, Registry::find_registration).await == RegistrationState::Registered {
        stands(ctx).await;
        return true;
    }
    ctx.state_mut(|it| it.carried.pivot = Pivot::NotAsked);
    false
}

/// From here on the birth is never taken back.
async fn stands(ctx: &Ctx) {
    ctx.state_mut(NewbornCase::birth_stands);
    desk::settled(ctx, Leg::Birth, |it| it != Reason::CancelledAfterRegistration).await;
}

fn is_about_what_is_missing(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::CertificationLate
            | Reason::ParentNotConfirmed
            | Reason::NotAParent
            | Reason::ParentsDisagree
            | Reason::PapersToCheck
            | Reason::PapersOverdue
    )
}

fn is_about_the_notice(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::NoticeMissing
            | Reason::NoticeDiffers
            | Reason::SeveralNotices
            | Reason::NoticeToChoose
    )
}

/// What a refusal means. If the story goes on, the step is begun anew.
async fn after(ctx: &Ctx, step: Step, why: Refusal) -> Result<(), Ended> {
    match why.course() {
        Course::EndsCase => return Err(Ended::Refused),
        Course::Waits(reason) => {
            let stop = ctx.state(|it| it.stop(Leg::Birth));
            desk::person_decides(ctx, Leg::Birth, reason, &stop).await?;
        }
        // Whoever waits for a match waits for a notice, and a notice that is late is a person's to chase.
        Course::LooksAgain => notice_comes(ctx).await?,
    }
    ctx.state_mut(|it| it.begin_anew(step));
    Ok(())
}
