//! Our own case file: going to the desk, coming back, closing.

use std::sync::Arc;

use domain::{
    answers::{Certifying, Papers},
    calendar,
    clocks::after,
    decision::Action,
    facts::{Fact, Facts},
    paper::{Paper, Verdict},
    people::Actor,
    statement::{Objection, Statement},
};
use jiff::{Timestamp, civil::Date};
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use workflows::{
    Decided,
    ports::{self, AskingPapers, AskingParents, Closing, Judging, LegOf, Noting, Task},
};

use crate::{File, fault};

#[derive(Clone)]
pub struct CaseFile {
    file: Arc<File>,
}

impl CaseFile {
    #[must_use]
    pub fn new(file: Arc<File>) -> Self {
        Self { file }
    }
}

#[activities]
impl CaseFile {
    #[activity(definition = ports::FindCertifications)]
    pub async fn find_certifications(
        self: Arc<Self>,
        _ctx: ActivityContext,
        asking: AskingParents,
    ) -> Result<Certifying, ActivityError> {
        let mut brief = self.file.brief(asking.case).await?;
        if asking.content > brief.facts.content_version {
            // The decision was taken, and whoever wrote it down was cut off before they could say so.
            let corrected = [Fact::ContentCorrected { version: asking.content }];
            self.file.record(asking.case, Actor::Parents, &corrected).await?;
            brief = self.file.brief(asking.case).await?;
        }
        let now = Timestamp::now();
        let due = after(now, asking.papers_ms);
        let papers = papers_of(&brief.facts, &brief.content.statement, due);
        if !papers.is_empty() {
            self.file.record(asking.case, Actor::Engine, &papers).await?;
            brief = self.file.brief(asking.case).await?;
        }
        let mut conn = self.file.open().await?;
        let parents = store::parents::all(&mut conn, asking.case).await;
        let parents = parents.map_err(fault::from_store)?;
        drop(conn);
        let unknown = parents.iter().any(|it| !it.confirmed && it.tries >= store::parents::TRIES);
        let born = brief.content.statement.child.date_of_birth;
        let certifying = certifying(&brief.facts, unknown, born, &asking, now);
        if matches!(certifying, Certifying::Awaited | Certifying::Late) {
            let reminders = reminders(&brief.facts, &asking, now);
            self.file.record(asking.case, Actor::Engine, &reminders).await?;
        }
        Ok(certifying)
    }

    #[activity(definition = ports::FindPapers)]
    pub async fn find_papers(
        self: Arc<Self>,
        _ctx: ActivityContext,
        asking: AskingPapers,
    ) -> Result<Papers, ActivityError> {
        let facts = self.file.brief(asking.case).await?.facts;
        let now = Timestamp::now();
        let reminders: Vec<Fact> = papers_reminder(&facts, &asking, now).into_iter().collect();
        self.file.record(asking.case, Actor::Engine, &reminders).await?;
        Ok(papers(&facts, now))
    }

    #[activity(definition = ports::JudgePaper)]
    pub async fn judge_paper(
        self: Arc<Self>,
        _ctx: ActivityContext,
        judging: Judging,
    ) -> Result<(), ActivityError> {
        let facts = self.file.brief(judging.case).await?.facts;
        let due = after(Timestamp::now(), judging.papers_ms);
        let judged: Vec<Fact> = judged(&facts, &judging, due).into_iter().collect();
        self.file.record(judging.case, Actor::Staff, &judged).await
    }

    #[activity(definition = ports::NoteDecision)]
    pub async fn note_decision(
        self: Arc<Self>,
        _ctx: ActivityContext,
        noting: Noting,
    ) -> Result<(), ActivityError> {
        let noted: Vec<Fact> = noted(noting.decided).into_iter().collect();
        self.file.record(noting.case, Actor::Staff, &noted).await
    }

    #[activity(definition = ports::RaiseTask)]
    pub async fn raise_task(
        self: Arc<Self>,
        _ctx: ActivityContext,
        task: Task,
    ) -> Result<(), ActivityError> {
        let fact = Fact::DeskRaised { leg: task.leg, reason: task.reason };
        self.file.record(task.case, Actor::Engine, &[fact]).await
    }

    #[activity(definition = ports::ClearTask)]
    pub async fn clear_task(
        self: Arc<Self>,
        _ctx: ActivityContext,
        task: Task,
    ) -> Result<(), ActivityError> {
        let fact = Fact::DeskCleared { leg: task.leg, reason: Some(task.reason) };
        self.file.record(task.case, Actor::Engine, &[fact]).await
    }

    #[activity(definition = ports::EndLeg)]
    pub async fn end_leg(
        self: Arc<Self>,
        _ctx: ActivityContext,
        of: LegOf,
    ) -> Result<(), ActivityError> {
        self.file.record(of.case, Actor::Engine, &[Fact::LegWithdrawn { leg: of.leg }]).await
    }

    #[activity(definition = ports::CloseCase)]
    pub async fn close_case(
        self: Arc<Self>,
        _ctx: ActivityContext,
        it: Closing,
    ) -> Result<(), ActivityError> {
        self.file.record(it.case, Actor::Engine, &[Fact::Closed { ending: it.ending }]).await
    }
}

/// What a decision changes in the case file, if the registers have nothing to do with it.
fn noted(Decided { action, leg }: Decided) -> Option<Fact> {
    match action {
        Action::AskCorrection => Some(Fact::CorrectionAsked),
        Action::Hold => Some(Fact::Held),
        Action::Release => Some(Fact::Released),
        Action::RecordDeath => Some(Fact::DeathRecorded),
        Action::Escalate => Some(Fact::TaskEscalated { leg }),
        Action::RetryNow
        | Action::CorrectContact
        | Action::Withdraw
        | Action::CorrectContent
        | Action::AcceptPapers
        | Action::RefusePapers
        | Action::AcceptDifference
        | Action::BindNotice
        | Action::UnbindNotice
        | Action::RegisterWithoutNotice => None,
    }
}

fn certifying(
    facts: &Facts,
    unknown: bool,
    born: Date,
    clocks: &AskingParents,
    now: Timestamp,
) -> Certifying {
    if let Some(objection) = facts.objection.as_ref().filter(|it| it.it.is_for_the_registrar()) {
        return Certifying::Objected(objection.it);
    }
    if facts.certified.is_some() {
        let awaits_papers = facts.awaits_papers();
        return Certifying::Complete { version: facts.content_version, awaits_papers };
    }
    if unknown {
        return Certifying::NotConfirmed;
    }
    let birthday = born.to_zoned(calendar::province()).map_or(Timestamp::MAX, |it| it.timestamp());
    let late = after(asked(facts), clocks.late_ms).min(after(birthday, clocks.late_from_birth_ms));
    let correcting = facts.objection.as_ref().is_some_and(|it| it.it == Objection::SomethingWrong);
    match (now >= late, correcting) {
        (true, _) => Certifying::Late,
        (false, true) => Certifying::Correcting,
        (false, false) => Certifying::Awaited,
    }
}

/// The reminder that is due by now. One that was sent before changes nothing. It goes to everyone who has yet to certify
/// (`store::messages`), and names the first of them.
fn reminders(facts: &Facts, clocks: &AskingParents, now: Timestamp) -> Vec<Fact> {
    let due = (1..)
        .zip(clocks.reminders_ms)
        .filter(|(nth, pause)| *nth > facts.reminded && now >= after(asked(facts), *pause))
        .map(|(nth, _)| nth)
        .max();
    let missing = (0..facts.parents).filter(|parent| !facts.certified_by.contains(parent));
    match due {
        // Whoever was away for long is reminded once, not three times at once.
        Some(nth) => missing.map(|parent| Fact::ParentReminded { parent, nth }).take(1).collect(),
        None => Vec::new(),
    }
}

fn asked(facts: &Facts) -> Timestamp {
    facts.invited.unwrap_or(facts.received)
}

/// A corrected content may need other papers than the one before.
fn papers_of(facts: &Facts, statement: &Statement, due: Timestamp) -> Vec<Fact> {
    let needed = statement.papers();
    let new = needed.iter().filter(|paper| !facts.papers.contains_key(paper));
    let new = new.map(|paper| Fact::PaperNeeded { paper: *paper, due });
    // A person asked for a translation.
    let gone = facts.papers.keys().filter(|paper| **paper != Paper::Translation);
    let gone = gone.filter(|paper| !needed.contains(paper));
    new.chain(gone.map(|paper| Fact::PaperNoLongerNeeded { paper: *paper })).collect()
}

fn papers(facts: &Facts, now: Timestamp) -> Papers {
    if !facts.awaits_papers() {
        Papers::Complete
    } else if facts.papers_to_check() {
        Papers::ToCheck
    } else if facts.papers_due().is_some_and(|due| now >= due) {
        Papers::Overdue
    } else {
        Papers::Awaited
    }
}

/// The reminder that is due by now. One that was sent before changes nothing, and whoever said that they mail it is not
/// reminded.
fn papers_reminder(facts: &Facts, clocks: &AskingPapers, now: Timestamp) -> Option<Fact> {
    let missing = facts.papers.values().filter(|it| it.is_missing());
    let asked = missing.map(|it| it.asked).max()?;
    let due = (1..)
        .zip(clocks.reminders_ms)
        .filter(|(nth, pause)| *nth > facts.papers_reminded && now >= after(asked, *pause))
        .map(|(nth, _)| nth)
        .max();
    due.map(|nth| Fact::PapersReminded { nth })
}

/// What an officer's word changes. A file that they had not seen is looked at first.
fn judged(facts: &Facts, judging: &Judging, due: Timestamp) -> Option<Fact> {
    let paper = judging.judged.seen.paper;
    let seen = facts.open_paper(paper).is_some_and(|it| it.newest <= judging.judged.seen.newest);
    seen.then_some(match judging.judged.verdict {
        Verdict::Accepted => Fact::PaperAccepted { paper },
        Verdict::Refused(why) => Fact::PaperRefused { paper, why, due },
        Verdict::NeedsTranslation => Fact::PaperNeeded { paper: Paper::Translation, due },
    })
}

#[cfg(test)]
mod tests {
    use domain::decision::PaperSeen;
    use workflows::Judged;

    use super::*;

    const DAY: u64 = 24 * 3600 * 1000;

    fn clocks() -> AskingParents {
        AskingParents {
            case: "NB-0000-0000".parse().expect("it is a reference"),
            content: 0,
            reminders_ms: [3 * DAY, 10 * DAY, 20 * DAY],
            late_ms: 10 * DAY,
            late_from_birth_ms: 20 * DAY,
            papers_ms: 60 * DAY,
        }
    }

    fn invited() -> (Facts, Timestamp) {
        let at: Timestamp = "2026-11-23T17:00:00Z".parse().expect("it is a time");
        let mut facts = Facts::received(at, None, false, 2);
        facts.add(&Fact::ParentCertified { parent: 0, version: 1 }, at);
        facts.add(&Fact::ParentInvited { parent: 1 }, at);
        (facts, at)
    }

    fn born(text: &str) -> Date {
        text.parse().expect("it is a date")
    }

    #[test]
    fn an_officer_is_told_ten_days_after_the_asking_or_twenty_after_the_birth() {
        let (facts, at) = invited();
        for (birth, days, expected) in [
            ("2026-11-22", 9, Certifying::Awaited),
            ("2026-11-22", 10, Certifying::Late),
            ("2026-11-10", 6, Certifying::Awaited),
            ("2026-11-10", 7, Certifying::Late),
        ] {
            let now = after(at, days * DAY);
            let found = certifying(&facts, false, born(birth), &clocks(), now);
            assert_eq!(found, expected, "born {birth}, after {days} days");
        }
    }

    #[test]
    fn a_parent_is_reminded_once_each_time() {
        let (mut facts, at) = invited();
        let due = |facts: &Facts, days: u64| reminders(facts, &clocks(), after(at, days * DAY));
        assert_eq!(due(&facts, 2), []);
        let first = Fact::ParentReminded { parent: 1, nth: 1 };
        assert_eq!(due(&facts, 3), std::slice::from_ref(&first));
        facts.add(&first, after(at, 3 * DAY));
        assert_eq!(due(&facts, 9), []);
        // Nobody looked for three weeks.
        assert_eq!(due(&facts, 21), [Fact::ParentReminded { parent: 1, nth: 3 }]);
    }

    #[test]
    fn what_everyone_certified_is_not_registered_against_an_objection() {
        let (mut facts, at) = invited();
        facts.add(&Fact::ParentCertified { parent: 1, version: 1 }, at);
        let look = |facts: &Facts| certifying(facts, false, born("2026-11-22"), &clocks(), at);
        let complete = Certifying::Complete { version: 1, awaits_papers: false };
        assert_eq!(look(&facts), complete);
        let objection = Objection::NotAParent;
        facts.add(&Fact::ParentObjected { parent: 1, objection }, at);
        assert_eq!(look(&facts), Certifying::Objected(objection));
        facts.add(&Fact::ContentCorrected { version: 2 }, at);
        assert_eq!(look(&facts), Certifying::Objected(objection));
    }

    const PAPER: Paper = Paper::SingleName;

    fn needed() -> (Facts, Timestamp) {
        let at: Timestamp = "2026-11-23T17:00:00Z".parse().expect("it is a time");
        let mut facts = Facts::received(at, None, false, 1);
        facts.add(&Fact::PaperNeeded { paper: PAPER, due: after(at, 60 * DAY) }, at);
        (facts, at)
    }

    #[test]
    fn papers_are_a_persons_to_look_at_once_they_came_or_are_overdue() {
        let (mut facts, at) = needed();
        let look = |facts: &Facts, days: u64| papers(facts, after(at, days * DAY));
        assert_eq!(look(&facts, 59), Papers::Awaited);
        assert_eq!(look(&facts, 60), Papers::Overdue);
        facts.add(&Fact::PaperToBeMailed { paper: PAPER }, at);
        assert_eq!(look(&facts, 59), Papers::Awaited);
        assert_eq!(look(&facts, 60), Papers::Overdue);
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at);
        assert_eq!(look(&facts, 60), Papers::ToCheck);
        facts.add(&Fact::PaperAccepted { paper: PAPER }, at);
        assert_eq!(look(&facts, 60), Papers::Complete);
    }

    #[test]
    fn parents_are_reminded_of_papers_twice_and_not_once_they_said_that_they_mail_them() {
        let (mut facts, at) = needed();
        let clocks = AskingPapers {
            case: "NB-0000-0000".parse().expect("it is a reference"),
            reminders_ms: [14 * DAY, 40 * DAY],
        };
        let due = |facts: &Facts, days: u64| papers_reminder(facts, &clocks, after(at, days * DAY));
        assert_eq!(due(&facts, 13), None);
        assert_eq!(due(&facts, 14), Some(Fact::PapersReminded { nth: 1 }));
        facts.add(&Fact::PapersReminded { nth: 1 }, after(at, 14 * DAY));
        assert_eq!(due(&facts, 39), None);
        assert_eq!(due(&facts, 40), Some(Fact::PapersReminded { nth: 2 }));
        facts.add(&Fact::PaperToBeMailed { paper: PAPER }, at);
        assert_eq!(due(&facts, 40), None);
    }

    #[test]
    fn a_file_that_the_officer_had_not_seen_is_not_judged_with_the_others() {
        let (mut facts, at) = needed();
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at);
        let says = |facts: &Facts, newest, verdict| {
            let seen = PaperSeen { paper: PAPER, newest };
            let case = "NB-0000-0000".parse().expect("it is a reference");
            let judging = Judging { case, judged: Judged { seen, verdict }, papers_ms: 60 * DAY };
            judged(facts, &judging, at)
        };
        let accepted = Some(Fact::PaperAccepted { paper: PAPER });
        assert_eq!(says(&facts, 1, Verdict::Accepted), accepted);
        let translation = Fact::PaperNeeded { paper: Paper::Translation, due: at };
        assert_eq!(says(&facts, 1, Verdict::NeedsTranslation), Some(translation));
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 2 }, at);
        assert_eq!(says(&facts, 1, Verdict::Accepted), None);
        assert_eq!(says(&facts, 2, Verdict::Accepted), accepted);
    }
}
