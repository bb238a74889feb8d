//! One example from its first letter to its end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::board::{Board, End, Place};
use super::expected::{Example, NoticeComes, Officer, Play, Verdict};
use crate::portal::{self, Decision, OFFICER, Receipt, Standing};
use crate::sandbox::read_notices;
use crate::stack::{Doors, Stack};

/// How often one looks.
const LOOK: Duration = Duration::from_millis(250);

/// How long a case that is closed may still differ: its last facts may be on their way.
const SETTLING: Duration = Duration::from_secs(5);

/// How long one waits for a case to move by itself before the officer asks it to.
const BY_ITSELF: Duration = Duration::from_secs(4);

/// What a play needs to know.
#[derive(Debug)]
pub struct Scene<'a> {
    pub stack: &'a Stack,
    pub folder: &'a Path,
    pub board: &'a Board,
    pub limit: Instant,
}

/// What still has to be done for an example, in this order.
#[derive(Debug, Default)]
struct Acts {
    notice_later: bool,
    officer: bool,
    /// When the officer has done their part, and whether the case was asked to look again since.
    amended_at: Option<Instant>,
}

impl Scene<'_> {
    /// Plays an example; the board shows how it goes and how it ends.
    pub async fn play(&self, example: &Example, places: &[Place]) {
        if let Err(error) = self.try_play(example, places).await {
            for place in places.iter().filter(|place| self.board.row(**place).end == End::NotYet) {
                self.board.ended(*place, End::Otherwise(vec![format!("{error:#}")]));
            }
            self.board.tell(&format!("{}: {error:#}", example.name));
        }
    }

    async fn try_play(&self, example: &Example, places: &[Place]) -> Result<()> {
        if example.notice == NoticeComes::First {
            self.send(&example.notice(self.folder)).await?;
        }
        let receipt = self.submit(example).await?;
        anyhow::ensure!(
            receipt.cases.len() == places.len(),
            "the form has {} children, but expected.toml tells of {}",
            receipt.cases.len(),
            places.len()
        );
        for (place, case) in places.iter().zip(&receipt.cases) {
            self.board.submitted(*place, &case.reference, &case.access_code);
        }
        if example.notice == NoticeComes::With {
            self.send(&example.notice(self.folder)).await?;
        }
        let acts = Acts {
            notice_later: example.notice == NoticeComes::Later,
            officer: example.officer.is_some(),
            amended_at: None,
        };
        self.follow(example, places, acts).await
    }

    async fn follow(&self, example: &Example, places: &[Place], mut acts: Acts) -> Result<()> {
        let mut closed_at: Vec<Option<Instant>> = vec![None; places.len()];
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.look(places).await?;
            self.act(example, &now, &mut acts).await?;
            for (nth, standing) in now.iter().enumerate() {
                if self.board.row(places[nth]).end != End::NotYet
                    || acts.notice_later
                    || acts.officer
                {
                    continue;
                }
                let expected = &example.cases[nth];
                let differences = expected.differences(example.desk_at_end(expected), standing);
                closed_at[nth] =
                    standing.closed.then(|| closed_at[nth].unwrap_or_else(Instant::now));
                let settled = closed_at[nth].is_some_and(|closed| closed.elapsed() >= SETTLING);
                if differences.is_empty() {
                    self.board.ended(places[nth], End::AsExpected);
                } else if settled || Instant::now() >= self.limit {
                    self.board.ended(places[nth], End::Otherwise(differences));
                }
            }
            if Instant::now() >= self.limit && (acts.notice_later || acts.officer) {
                anyhow::bail!("it did not come to where the next act could be played");
            }
            if places.iter().all(|place| self.board.row(*place).end != End::NotYet) {
                return Ok(());
            }
        }
    }

    /// Does what is due now: the late notice, or the officer's part.
    async fn act(&self, example: &Example, now: &[Standing], acts: &mut Acts) -> Result<()> {
        if acts.notice_later && now.iter().all(|case| case.birth.state == "WAITING_NOTICE") {
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.board.tell(&format!("{}: the hospital sends its notice only now", example.name));
            self.send(&example.notice(self.folder)).await?;
            acts.notice_later = false;
        }
        let there = now.iter().zip(&example.cases).all(|(case, expected)| {
            expected.desk.is_none_or(|reason| is_on_desk_for(case, reason.code()))
        });
        match &example.officer {
            Some(Officer::Named(Play::FacilityAmends)) if acts.officer && there => {
                self.board.tell(&format!(
                    "{}: on the desk; the demo plays officer {OFFICER}, who asks the facility, and it amends its notice",
                    example.name
                ));
                self.send(&example.amended_notice(self.folder)).await?;
                acts.officer = false;
                acts.amended_at = Some(Instant::now());
            }
            Some(Officer::Decides(Verdict { action, reason })) if acts.officer && there => {
                self.board.tell(&format!(
                    "{}: on the desk; the demo plays officer {OFFICER}, who decides {action} ({reason})",
                    example.name
                ));
                self.decide(now, action.code(), reason.code()).await?;
                acts.officer = false;
            }
            _ => {}
        }
        if acts.amended_at.is_some_and(|at| at.elapsed() >= BY_ITSELF) {
            acts.amended_at = None;
            self.decide(now, "retry-now", "NOTICE_AMENDED").await?;
        }
        Ok(())
    }

    /// Decides about every case that is on the desk. One that moved meanwhile needs no decision any more.
    async fn decide(&self, now: &[Standing], action: &str, reason: &str) -> Result<()> {
        for case in now {
            let Some(task) = &case.desk else { continue };
            let mut body = json!({"action": action, "reason": reason});
            if let Some(leg) = &task.leg {
                body["leg"] = json!(leg);
            }
            let decided = self.ask(async |doors| {
                let decision =
                    Decision { seen: case.revision, body: &body, staff: OFFICER, purpose: None };
                doors.portal.decide(&case.reference, decision).await
            });
            match decided.await {
                Err(error)
                    if portal::refused(&error).is_some_and(|problem| problem.status() == 409) => {}
                decided => {
                    decided?;
                }
            }
        }
        Ok(())
    }

    async fn look(&self, places: &[Place]) -> Result<Vec<Standing>> {
        let mut now = Vec::new();
        for place in places {
            let row = self.board.row(*place);
            // As the parents see it: with the code on their receipt.
            let answer = self.ask(async |doors| {
                doors.portal.case_of_parents(&row.reference, &row.access_code).await
            });
            let standing: Standing =
                portal::read(&answer.await.context("the case cannot be seen")?)?;
            self.board.stands(*place, standing.clone());
            now.push(standing);
        }
        Ok(now)
    }

    async fn submit(&self, example: &Example) -> Result<Receipt> {
        let path = example.form(self.folder);
        let form =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let key = format!("demo-{}", example.name);
        let answer = self.ask(async |doors| doors.portal.submit(&key, &form).await);
        portal::read(&answer.await.context("the form was not taken")?)
    }

    async fn send(&self, file: &Path) -> Result<()> {
        let notices = read_notices(&[file.to_owned()])?;
        let sent = self.ask(async |doors| doors.sandbox.notices(&notices).await);
        sent.await.with_context(|| format!("{} was not taken", file.display()))?;
        Ok(())
    }

    async fn ask<T>(&self, ask: impl AsyncFnMut(&Doors) -> Result<T>) -> Result<T> {
        self.stack.patiently(self.limit, ask).await
    }
}

fn is_on_desk_for(case: &Standing, reason: &str) -> bool {
    case.desk.as_ref().is_some_and(|desk| desk.reason == reason)
}
