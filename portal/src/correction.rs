//! The parents correct what is to be registered: a new version, which everyone certifies anew. Staff never do.

use domain::{
    CaseRef,
    content::Content,
    decision::{Action, Decision, Grounds},
    desk::Leg,
    facts::{Fact, Message},
    intake::Correction,
    people::Actor,
    statement::Certification,
};
use store::{
    cases::{self, CaseRow, Seen},
    certifications::{self, Certify},
    contents,
    drafts::{self, Corrects},
    messages,
};
use uuid::Uuid;

use crate::{Portal, decisions::put, problem::Problem};

/// Takes a correction of the version that was corrected. It is written down first; it counts once the workflow has taken
/// it, which it does until REGISTER is asked.
pub(crate) async fn correct(
    portal: &Portal,
    row: &CaseRow,
    draft: Uuid,
    corrects: Corrects,
    correction: Correction,
) -> Result<(), Problem> {
    let (action, leg, grounds) = (Action::CorrectContent, Leg::Birth, Grounds::ParentsAsked);
    row.facts.situation().allows(action, leg).map_err(Problem::NotAllowed)?;
    let Corrects { case, parent, version: corrected, .. } = corrects;
    let seen = row.revision;
    if row.facts.is_closed_to(parent) {
        return Err(Problem::CaseNotFound);
    }
    if row.facts.content_version != corrected {
        return Err(Problem::Stale(seen));
    }
    let version = write_down(portal, case, seen, correction.content).await?;
    let decision = Decision {
        action,
        grounds,
        leg,
        actor: Actor::Parents,
        contact_version: None,
        content_version: Some(version),
        paper: None,
    };
    // Once it is written down, its outcome is too, even if nobody waits for the answer any more.
    let new = New { draft, case, seen, parent, version };
    let taken = tokio::spawn(finish(portal.clone(), new, decision, correction.certification));
    taken.await.unwrap_or(Err(Problem::Internal))
}

/// A new version, as one parent wrote it.
#[derive(Clone, Copy)]
struct New {
    draft: Uuid,
    case: CaseRef,
    /// The revision of the case that was looked at.
    seen: i64,
    parent: u8,
    version: u32,
}

async fn write_down(
    portal: &Portal,
    case: CaseRef,
    seen: i64,
    corrected: Content,
) -> Result<u32, Problem> {
    let mut tx = portal.pool.begin().await?;
    let before = contents::read(&mut tx, &portal.keys, case).await?;
    // What they asked for beside the registration is not what they correct here.
    let content = Content { services: before.services, language: before.language, ..corrected };
    let now = portal.now();
    let asked = [Fact::DecisionAsked {
        action: Action::CorrectContent,
        leg: Leg::Birth,
        grounds: Grounds::ParentsAsked,
    }];
    let recorded =
        cases::record_if_unchanged(&mut tx, case, seen, Actor::Parents, None, &asked, now);
    match recorded.await? {
        Seen::Recorded(_) => (),
        Seen::Stale { revision } => return Err(Problem::Stale(revision)),
        Seen::NoCase => return Err(Problem::CaseNotFound),
    }
    let version = contents::correct(&mut tx, &portal.keys, case, &content, now).await?;
    tx.commit().await?;
    Ok(version)
}

/// Puts it to the workflow. Once taken, the new version counts, and is certified by whoever wrote it.
async fn finish(
    portal: Portal,
    new: New,
    decision: Decision,
    certification: Certification,
) -> Result<(), Problem> {
    let New { draft, case, seen, parent, version } = new;
    put(portal.clone(), case, seen, decision).await?;
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    let corrected = [Fact::ContentCorrected { version }];
    cases::record(&mut tx, case, Actor::Parents, None, &corrected, now).await?;
    let certified =
        certifications::certify(&mut tx, &portal.keys, case, parent, version, &certification, now);
    match certified.await? {
        Certify::New => {
            let certified = [Fact::ParentCertified { parent, version }];
            cases::record(&mut tx, case, Actor::Parents, None, &certified, now).await?;
        }
        // Another parent corrected it once more meanwhile.
        Certify::Already | Certify::Stale { .. } => (),
    }
    drafts::corrected(&mut tx, draft, case).await?;
    messages::tell(&mut tx, case, Message::CertifyAgain, now).await?;
    tx.commit().await?;
    Ok(())
}
