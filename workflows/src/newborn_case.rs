//! One newborn's case, from the parents' form to three services.

use std::time::{Duration, SystemTime};

use domain::{
    CaseRef,
    answers::NoticeMatch,
    clocks::Clocks,
    decision::{Action, Decision, Pivot, Progress, Situation},
    desk::{Leg, Reason},
    facts::Ending,
    paper::Verdict,
    undo::{Step, Undo},
};
use futures_util::FutureExt;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{
    ContinueAsNewOptions, SyncWorkflowContext, WorkflowCancellationToken, WorkflowContext,
    WorkflowContextView, WorkflowResult,
    workflows::{join, select},
};

use crate::{
    asking::{self, keep},
    birth::{self, Ended, Registration},
    certificate, desk,
    input::{Carried, CaseInput, Decided, Judged},
    news::News,
    ports::{AskingPapers, AskingParents, CloseCase, Closing, Judging, NoteDecision, Noting},
    sin,
    undoing::{asked_again, take_back},
};

// The macro's marker of the workflow, by which clients name it.
pub use newborn_case::Run as NewbornCaseRun;

#[workflow]
pub struct NewbornCase {
    pub(crate) case: CaseRef,
    pub(crate) clocks: Clocks,
    pub(crate) carried: Carried,
    /// Questions without an answer yet. A case continues as new only when there is none.
    pub(crate) under_way: u32,
    stops: [WorkflowCancellationToken; 3],
}

#[workflow_methods]
impl NewbornCase {
    #[init]
    fn new(_ctx: &WorkflowContextView, input: CaseInput) -> Self {
        let stops = std::array::from_fn(|_| WorkflowCancellationToken::new());
        let it = Self {
            case: input.case,
            clocks: input.clocks,
            carried: input.carried,
            under_way: 0,
            stops,
        };
        for leg in &it.carried.withdrawn {
            it.stop(*leg).cancel();
        }
        it
    }

    #[run(name = "newborn-case")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Ending> {
        let ctx = &*ctx;
        let ending = select! {
            ending = Box::pin(Self::story(ctx).fuse()) => ending,
            () = Box::pin(Self::cancelled(ctx).fuse()) => unreachable!("a cancel is watched for until the end"),
            () = Box::pin(Self::bereaved(ctx).fuse()) => unreachable!("a loss is watched for until the end"),
            () = Box::pin(Self::notes(ctx).fuse()) => unreachable!("decisions are noted until the end"),
            () = Box::pin(Self::history_is_long(ctx).fuse()) => {
                let input = ctx.state(|it| CaseInput { case: it.case, clocks: it.clocks.clone(), carried: it.carried.clone() });
                return ctx.continue_as_new(input, ContinueAsNewOptions::default()).map(|never| match never {});
            }
        };
        Ok(ending)
    }

    /// The three parts go beside each other. The legs wait for the birth to stand, and cannot hurt it or each other.
    async fn story(ctx: &WorkflowContext<Self>) -> Ending {
        let (ending, (), ()) = join!(Self::birth(ctx), certificate::leg(ctx), sin::leg(ctx));
        asking::until(ctx, Self::may_close).await;
        let case = ctx.state(|it| it.case);
        keep(ctx, || CloseCase, Closing { case, ending }).await;
        ending
    }

    /// The birth is registered, or everything that was done for it is taken back.
    async fn birth(ctx: &WorkflowContext<Self>) -> Ending {
        loop {
            let ended = ctx.state(|it| it.carried.ended);
            let why = match ended {
                Some(why) => why,
                None => match Self::registration(ctx).await {
                    Ok(()) => return Ending::Complete,
                    Err(why) => ctx.state_mut(|it| it.ends(why)),
                },
            };
            match take_back(ctx, Leg::Birth).await {
                Ok(()) => {
                    desk::settled(ctx, Leg::Birth, |_| true).await;
                    ctx.state_mut(Self::stop_everything);
                    return why.into();
                }
                Err(too_late) => {
                    if birth::is_registered_after_all(ctx).await {
                        return Ending::Complete;
                    }
                    asked_again(ctx, Leg::Birth, too_late).await;
                }
            }
        }
    }

    async fn registration(ctx: &WorkflowContext<Self>) -> Result<(), Ended> {
        loop {
            let pivot = ctx.state(|it| it.carried.pivot);
            if pivot == Pivot::Registered {
                return Ok(());
            }
            if pivot == Pivot::NotAsked {
                if ctx.state(|it| it.carried.unbind) {
                    birth::unbind(ctx).await;
                }
                // Everyone whom the statement names has to certify it, and may do so later and elsewhere. Some statements
                // need a paper beside the form.
                birth::everything_is_there(ctx).await?;

                // The province receives what the parents certified.
                let Some(standing) = birth::submit(ctx).await? else { continue };

                // It must agree with the hospital's notice, which may come weeks later.
                birth::notice_agrees(ctx, standing).await?;
            }

            // From this call on the birth may stand: nothing is undone until the province has said which.
            match birth::register(ctx).await? {
                Registration::Stands => return Ok(()),
                Registration::MatchFell => (),
            }
        }
    }

    /// A Temporal cancel means "withdraw": before the pivot it unwinds; after it the case goes to the desk.
    async fn cancelled(ctx: &WorkflowContext<Self>) {
        if !ctx.state(|it| it.carried.cancelled) {
            ctx.cancelled().await;
            ctx.state_mut(|it| it.carried.cancelled = true);
        }
        // While REGISTER is out nobody knows which of the two it is.
        asking::until(ctx, |it| it.carried.pivot != Pivot::Asked).await;
        if ctx.state(|it| it.carried.pivot == Pivot::NotAsked) {
            ctx.state_mut(|it| it.withdraw(Leg::Birth));
        } else {
            let (never, reason) =
                (WorkflowCancellationToken::new(), Reason::CancelledAfterRegistration);
            let looked = desk::person_decides(ctx, Leg::Birth, reason, &never).await;
            looked.expect("nobody else holds this token");
        }
        ctx.state_mut(|it| it.carried.cancelled = false);
        std::future::pending().await
    }

    /// The child has died. What can still be stopped is stopped at once; the birth is registered all the same. A person
    /// speaks with the family.
    async fn bereaved(ctx: &WorkflowContext<Self>) {
        asking::until(ctx, |it| it.carried.bereaved).await;
        let stopped = |it: &Self| {
            it.carried.progress.get(&Leg::Sin).is_some_and(|it| *it != Progress::Open)
                || it.carried.ended.is_some()
        };
        asking::until(ctx, stopped).await;
        let never = WorkflowCancellationToken::new();
        let spoke = desk::person_decides(ctx, Leg::Sin, Reason::ChildDied, &never).await;
        spoke.expect("nobody else holds this token");
        ctx.state_mut(|it| it.carried.bereaved = false);
        std::future::pending().await
    }

    /// Writes into the case file what was decided about it.
    async fn notes(ctx: &WorkflowContext<Self>) {
        loop {
            asking::until(ctx, |it| !it.carried.decided.is_empty()).await;
            let (case, decided) = ctx.state(|it| (it.case, it.carried.decided[0]));
            if matches!(decided.action, Action::Hold | Action::Release) {
                desk::publish(ctx);
            }
            keep(ctx, || NoteDecision, Noting { case, decided }).await;
            ctx.state_mut(|it| it.carried.decided.remove(0));
        }
    }

    /// Ready when the case waits, nothing is under way and the history has grown long.
    async fn history_is_long(ctx: &WorkflowContext<Self>) {
        asking::until(ctx, |it| {
            let long =
                ctx.continue_as_new_suggested() || ctx.history_length() >= it.clocks.history_events;
            long && it.under_way == 0 && ctx.all_handlers_finished()
        })
        .await;
    }

    /// A register's event stream has news. It may come twice, late or out of order.
    #[signal(name = "news")]
    pub fn news(&mut self, _ctx: &mut SyncWorkflowContext<Self>, news: News) {
        if self.carried.seen.is_new(news) {
            self.carried.unheard.insert(news.leg());
        }
    }

    /// The parents offered another payment; the case file has it.
    #[signal(name = "payment_offered")]
    pub fn payment_offered(&mut self, _ctx: &mut SyncWorkflowContext<Self>, generation: u16) {
        self.carried.payment = self.carried.payment.max(generation);
    }

    /// A parent has certified, or said something else; the case file has it.
    #[signal(name = "parents_answered")]
    pub fn parents_answered(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.carried.unheard.insert(Leg::Birth);
    }

    /// A parent said that the child has died.
    #[signal(name = "loss_reported")]
    pub fn loss_reported(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.child_died();
    }

    #[update_validator(decide)]
    fn may_decide(
        &self,
        _ctx: &WorkflowContextView,
        decision: &Decision,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.situation().allows(decision.action, decision.leg).map_err(|why| why.code().into())
    }

    /// A person decides. The validator has said that it is allowed.
    #[update(name = "decide")]
    pub fn decide(&mut self, ctx: &mut SyncWorkflowContext<Self>, decision: Decision) {
        match decision.action {
            Action::RetryNow => {
                self.carried.retry.insert(decision.leg);
            }
            Action::Withdraw => {
                if decision.leg == Leg::Birth {
                    self.carried.elsewhere = decision.grounds.sends_elsewhere();
                }
                self.withdraw(decision.leg);
            }
            Action::CorrectContent => {
                self.carried.content =
                    self.carried.content.max(decision.content_version.unwrap_or_default());
                self.carried.awaits_parents = true;
                // Whatever a person was asked about the old content is answered by the new one.
                self.carried.retry.insert(Leg::Birth);
            }
            Action::AcceptPapers | Action::RefusePapers => {
                let verdict = Verdict::of(decision.action, decision.grounds);
                if let (Some(seen), Some(verdict)) = (decision.paper, verdict) {
                    self.carried.verdicts.push(Judged { seen, verdict });
                    self.carried.unheard.insert(Leg::Birth);
                }
            }
            Action::CorrectContact => {
                self.carried.contact =
                    self.carried.contact.max(decision.contact_version.unwrap_or_default());
            }
            Action::AcceptDifference | Action::BindNotice => {
                self.carried.chosen = true;
                self.carried.retry.insert(Leg::Birth);
            }
            Action::UnbindNotice => {
                self.carried.unbind = true;
                self.carried.retry.insert(Leg::Birth);
            }
            Action::RegisterWithoutNotice => {
                self.carried.without_notice = true;
                self.carried.retry.insert(Leg::Birth);
            }
            Action::AskCorrection => {
                self.carried.correction_asked_since = ctx.workflow_time();
                self.carried.retry.insert(Leg::Birth);
                self.note(&decision);
            }
            Action::Hold | Action::Release => {
                self.carried.held = decision.action == Action::Hold;
                self.note(&decision);
            }
            Action::RecordDeath => {
                self.child_died();
                self.note(&decision);
            }
            Action::Escalate => self.note(&decision),
        }
    }
}

impl NewbornCase {
    pub(crate) fn stop(&self, leg: Leg) -> WorkflowCancellationToken {
        self.stops[place(leg)].clone()
    }

    /// How often a step was begun.
    pub(crate) fn generation(&self, step: Step) -> u16 {
        self.carried.generations.get(&step).copied().unwrap_or(0)
    }

    /// The next question about this step goes under a new key.
    pub(crate) fn begin_anew(&mut self, step: Step) {
        *self.carried.generations.entry(step).or_insert(0) += 1;
    }

    pub(crate) fn asking_parents(&self) -> AskingParents {
        AskingParents {
            case: self.case,
            content: self.carried.content,
            reminders_ms: self.clocks.reminders_ms,
            late_ms: self.clocks.certification_ms,
            late_from_birth_ms: self.clocks.certification_from_birth_ms,
            papers_ms: self.clocks.papers_ms,
        }
    }

    pub(crate) fn asking_papers(&self) -> AskingPapers {
        AskingPapers { case: self.case, reminders_ms: self.clocks.paper_reminders_ms }
    }

    /// The oldest word of an officer that is not in the case file yet.
    pub(crate) fn next_verdict(&mut self) -> Option<Judging> {
        let waiting = !self.carried.verdicts.is_empty();
        let judged = waiting.then(|| self.carried.verdicts.remove(0))?;
        Some(Judging { case: self.case, judged, papers_ms: self.clocks.papers_ms })
    }

    /// Unless the parents have corrected it again meanwhile.
    pub(crate) fn everyone_certified(&mut self, version: u32, awaits_papers: bool) {
        if version < self.carried.content {
            return;
        }
        self.carried.awaits_parents = false;
        self.carried.awaits_papers |= awaits_papers;
        self.carried.certified = version;
        self.carried.correction_asked_since = None;
        if self.carried.submitted.is_some_and(|submitted| submitted < version) {
            self.begin_anew(Step::SubmitStatement);
            self.begin_anew(Step::BindNotice);
            // What was decided about the older statement's notice is not about this one.
            self.carried.bound = false;
            self.carried.chosen = false;
            self.carried.choosing = false;
            self.carried.without_notice = false;
        }
    }

    /// What can still be stopped is stopped at once.
    fn child_died(&mut self) {
        self.carried.bereaved = true;
        self.carried.died = true;
        for leg in [Leg::Certificate, Leg::Sin] {
            if self.situation().allows(Action::Withdraw, leg).is_ok() {
                self.withdraw(leg);
            }
        }
    }

    fn note(&mut self, Decision { action, leg, .. }: &Decision) {
        self.carried.decided.push(Decided { action: *action, leg: *leg });
    }

    fn may_close(&self) -> bool {
        let it = &self.carried;
        !it.cancelled && !it.bereaved && !it.held && it.decided.is_empty()
    }

    /// Whether a step is asked on the word of officers.
    pub(crate) fn by_officer(&self, step: Step) -> bool {
        match step {
            Step::BindNotice => self.carried.chosen,
            Step::RegisterBirth => self.carried.without_notice,
            Step::SubmitStatement
            | Step::PayFee
            | Step::OrderCertificate
            | Step::ApplyForSin
            | Step::TellParents => false,
        }
    }

    /// How long the parents still have to correct what they were asked to; `None` if they were not.
    pub(crate) fn time_to_correct(&self, now: Option<SystemTime>) -> Option<Duration> {
        let waited = now?.duration_since(self.carried.correction_asked_since?).unwrap_or_default();
        Some(self.clocks.correction().saturating_sub(waited))
    }

    /// How the statement stands to the notices now. One that fits is bound, also if two people had given it up.
    pub(crate) fn notice_stands(&mut self, standing: &NoticeMatch) {
        if *standing == NoticeMatch::Matched && !self.carried.choosing {
            self.carried.without_notice = false;
        }
        self.carried.standing = Some(standing.clone());
    }

    pub(crate) fn is_bound(&mut self) {
        self.carried.bound = true;
        self.carried.chosen = false;
        self.carried.standing = None;
        self.carried.correction_asked_since = None;
    }

    pub(crate) fn is_unbound(&mut self) {
        self.carried.bound = false;
        self.carried.unbind = false;
        self.carried.choosing = true;
        self.carried.undo.retain(|undo| *undo != Undo::UnbindNotice);
        self.begin_anew(Step::BindNotice);
    }

    /// Whether a register has news for the leg, or a person wants it looked at.
    pub(crate) fn wants_a_look(&self, leg: Leg) -> bool {
        self.carried.unheard.contains(&leg) || self.carried.retry.contains(&leg)
    }

    /// The leg looks now. What is heard from here on wants another look.
    pub(crate) fn looks(&mut self, leg: Leg) {
        self.carried.unheard.remove(&leg);
        self.carried.retry.remove(&leg);
    }

    /// From here on the birth is never taken back.
    pub(crate) fn birth_stands(&mut self) {
        self.carried.pivot = Pivot::Registered;
        self.carried.ended = None;
        self.carried.elsewhere = false;
        self.carried.undo.retain(|undo| undo.step().leg() != Some(Leg::Birth));
    }

    /// Tells a leg to stop.
    fn withdraw(&mut self, leg: Leg) {
        self.carried.withdrawn.insert(leg);
        self.stop(leg).cancel();
    }

    /// A leg that was told to stop goes on, because it was too late.
    pub(crate) fn go_on(&mut self, leg: Leg) {
        self.carried.withdrawn.remove(&leg);
        self.stops[place(leg)] = WorkflowCancellationToken::new();
    }

    fn stop_everything(&mut self) {
        for stop in &self.stops {
            stop.cancel();
        }
    }

    /// Everything done for the birth is to be taken back.
    fn ends(&mut self, why: Ended) -> Ended {
        let why = if self.carried.elsewhere { Ended::Refused } else { why };
        self.carried.ended = Some(why);
        why
    }

    /// Whether a person changed the contact since this leg's register was told.
    pub(crate) fn contact_is_new(&self, leg: Leg) -> bool {
        let told = self.carried.contact_told.get(&leg).copied().unwrap_or(0);
        leg != Leg::Birth && self.carried.contact > told
    }

    fn situation(&self) -> Situation {
        let progress = |leg| match self.carried.progress.get(&leg) {
            _ if self.stop(leg).is_cancelled() => Progress::Ended,
            Some(progress) => *progress,
            None => Progress::Open,
        };
        Situation {
            pivot: self.carried.pivot,
            birth_ended: self.carried.ended.is_some() || self.stop(Leg::Birth).is_cancelled(),
            certificate: progress(Leg::Certificate),
            sin: progress(Leg::Sin),
            awaits_papers: self.carried.awaits_papers,
            differs: match &self.carried.standing {
                Some(NoticeMatch::Differs(fields)) => fields.clone(),
                Some(NoticeMatch::Awaited | NoticeMatch::Matched | NoticeMatch::Several) | None => {
                    Vec::new()
                }
            },
            bound: self.carried.bound,
            held: self.carried.held,
            bereaved: self.carried.died,
            desk: self.carried.desk.clone(),
            closed: false,
        }
    }
}

const fn place(leg: Leg) -> usize {
    match leg {
        Leg::Birth => 0,
        Leg::Certificate => 1,
        Leg::Sin => 2,
    }
}
