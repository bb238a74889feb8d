//! The staff's page of a case: its parts, its tasks, its timeline, and what may be decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef,
    contact::ContactField,
    decision::{Action, Grounds},
    desk::Leg,
    facts::Fact,
    intake,
    paper::Paper,
    people::{Actor, Purpose, Role},
};
use serde::Deserialize;
use serde_json::Value;
use store::{
    StoreError,
    cases::{self, CaseRow},
    contents, staff, submissions,
};

use super::{
    super::{Frame, case::in_words, page, parts::Part, session::SignedIn, unread},
    papers::Received,
};
use crate::{
    Portal,
    case_view::{self, EntryView, Viewer},
    decisions::{Author, Wish, decide as put},
    language::Speaks,
    problem::Problem,
    reads::{self, Why},
    staff::Member,
};

#[derive(Template)]
#[template(path = "desk-case.html")]
struct DeskCasePage {
    frame: Frame,
    case: CaseRef,
    revision: i64,
    /// What keeps the purpose in the address.
    stated: String,
    /// The parents that can be protected, from 0.
    parents: Vec<u8>,
    parts: Vec<Part>,
    tasks: Vec<Line>,
    papers: Vec<Received>,
    /// What differs from the notice in question.
    differs: Vec<String>,
    /// What somebody proposed.
    proposal: Option<String>,
    choices: Vec<Choice>,
    /// The contact fields with their present values; empty when they may not be corrected.
    contact: Vec<(ContactField, String)>,
    /// What may not be done now, and why.
    refused: Vec<(String, String)>,
    timeline: Vec<Event>,
    problem: Option<(String, String)>,
    /// What is wrong with single fields.
    errors: Vec<String>,
}

/// An open task, in words.
struct Line {
    leg: String,
    reason: String,
    owner: String,
    due: String,
}

/// An action that may be taken now.
#[derive(Clone)]
struct Choice {
    action: Action,
    leg: Leg,
    /// Of a decision about a paper.
    paper: Option<Paper>,
    /// Of a choice among notices.
    notice: Option<String>,
    label: String,
    /// Whether two people decide it.
    of_two: bool,
    grounds: &'static [Grounds],
}

/// One entry of the timeline, in words.
struct Event {
    seq: i64,
    at: String,
    who: String,
    what: String,
    detail: String,
}

pub(in crate::pages) async fn show(
    State(portal): State<Portal>,
    t: Speaks,
    SignedIn(member): SignedIn,
    Path((_, case)): Path<(String, String)>,
    why: Why,
) -> Result<Response, Problem> {
    let Some(member) = member else { return Ok(super::to_desk(t).into_response()) };
    let (case, row) = open(&portal, &case).await?;
    if row.facts.protected.is_some() && why.0.is_none() {
        let frame = Frame::new(t, &format!("/desk/case/{case}"));
        return Ok(page(StatusCode::OK, &PurposePage { frame, case }));
    }
    shown(&portal, t, member, case, &row, why, None).await
}

/// Somebody in the case is protected: why does a member of staff look?
#[derive(Template)]
#[template(path = "purpose.html")]
struct PurposePage {
    frame: Frame,
    case: CaseRef,
}

/// An officer protects a parent from the others. Nothing tells the others so.
pub(in crate::pages) async fn protect(
    State(portal): State<Portal>,
    t: Speaks,
    SignedIn(member): SignedIn,
    Path((_, case)): Path<(String, String)>,
    typed: Result<Inputs<Protecting>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Protecting { parent }) = typed.map_err(unread)?;
    let member = member.filter(|it| it.role.decides()).ok_or(Problem::RoleMayNot)?;
    let (case, row) = open(&portal, &case).await?;
    if parent >= row.facts.parents {
        return Err(Problem::InvalidField("/parent".to_owned()));
    }
    let mut tx = portal.pool.begin().await?;
    let facts = [Fact::Protected { parent }];
    let by = Some(member.reference.as_str());
    // Whoever is protected in one child's case is protected in the other's.
    for (child, _) in submissions::cases(&mut tx, row.submission).await? {
        cases::record(&mut tx, child, Actor::Staff, by, &facts, portal.now()).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/{}/desk/case/{case}", t.path())).into_response())
}

/// Which parent is protected, from 0.
#[derive(Deserialize)]
pub(in crate::pages) struct Protecting {
    parent: u8,
}

pub(super) async fn open(portal: &Portal, case: &str) -> Result<(CaseRef, CaseRow), Problem> {
    let case: CaseRef = case.parse().map_err(|_| Problem::CaseNotFound)?;
    let mut conn = portal.pool.acquire().await?;
    let row = cases::facts(&mut conn, case).await?.ok_or(Problem::CaseNotFound)?;
    Ok((case, row))
}

async fn shown(
    portal: &Portal,
    t: Speaks,
    member: Member,
    case: CaseRef,
    row: &CaseRow,
    why: Why,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let purpose = why.0;
    reads::note_case(portal, &member, case, &row.facts, why).await?;
    let mut conn = portal.pool.acquire().await?;
    let role = member.role;
    let decides = role.decides();
    let view = case_view::show(&mut conn, case, row, &Viewer::Staff(member)).await?;
    let names = names(&mut conn, &view.timeline).await?;
    let papers = if decides {
        Received::all(portal, t, &mut conn, case, &row.facts).await?
    } else {
        Vec::new()
    };
    let may_correct =
        decides && row.facts.situation().allows(Action::CorrectContact, Leg::Birth).is_ok();
    let contact = if may_correct { contact(portal, &mut conn, case).await? } else { Vec::new() };
    let it = DeskCasePage {
        frame: Frame::new(t, &format!("/desk/case/{case}{}", stated(purpose))),
        case,
        revision: row.revision,
        stated: stated(purpose),
        // An officer who knows better protects the other one.
        parents: (0..row.facts.parents)
            .filter(|it| decides && row.facts.protected.as_ref().map(|it| it.it) != Some(*it))
            .collect(),
        parts: Part::all(t, &row.facts),
        tasks: view.tasks.iter().map(|task| line(portal, t, task)).collect(),
        papers,
        differs: view.differs.iter().map(|field| t.word("fields", field.code())).collect(),
        proposal: view.proposal.as_ref().map(|it| proposed(t, it)),
        choices: choices(t, row, role),
        contact,
        refused: refused(t, row),
        timeline: (view.timeline.into_iter().rev())
            .map(|entry| event(portal, t, &names, entry))
            .collect(),
        problem: problem.map(|it| in_words(t, it)),
        errors: match problem {
            Some(Problem::FormInvalid(violations)) => violations
                .iter()
                .map(|it| {
                    format!("{} – {}", it.pointer.trim_start_matches("/set/"), t.violation(it))
                })
                .collect(),
            _ => Vec::new(),
        },
    };
    Ok(page(problem.map_or(StatusCode::OK, Problem::status), &it))
}

fn line(portal: &Portal, t: Speaks, task: &case_view::TaskView) -> Line {
    Line {
        leg: t.word("part", task.leg.code()),
        reason: t.word("reason", task.reason.code()),
        owner: t.word("owner", task.owner.code()),
        due: t.moment(task.due, portal.zone()),
    }
}

fn proposed(t: Speaks, it: &case_view::ProposalView) -> String {
    let (action, reason) = (label(t, it.action, it.leg), t.word("grounds", it.reason.code()));
    t.filled("proposal-text", &[("who", &it.by), ("action", &action), ("reason", &reason)])
}

/// Everything that this role may decide now, the contact apart: it has a form of its own.
fn choices(t: Speaks, row: &CaseRow, role: Role) -> Vec<Choice> {
    let facts = &row.facts;
    let mut choices = Vec::new();
    for (action, leg) in facts.situation().actions() {
        if action == Action::CorrectContact || !action.roles().contains(&role) {
            continue;
        }
        let choice = Choice {
            action,
            leg,
            paper: None,
            notice: None,
            label: label(t, action, leg),
            of_two: action.approvers().is_some(),
            grounds: action.grounds(),
        };
        let named = |of: &str| format!("{} – {of}", t.word("action", action.code()));
        match action {
            Action::AcceptPapers | Action::RefusePapers => {
                for (paper, it) in &facts.papers {
                    let judged = it.accepted.is_some();
                    let nothing_came = action == Action::RefusePapers && it.is_missing();
                    if !judged && !nothing_came {
                        let label = named(&t.word("paper", paper.code()));
                        choices.push(Choice { paper: Some(*paper), label, ..choice.clone() });
                    }
                }
            }
            Action::BindNotice => {
                for notice in facts.matching.notices.iter().chain(&facts.notice_found) {
                    let label = named(&t.with("notice-to-choose", "notice", notice));
                    let notice = Some(notice.clone());
                    choices.push(Choice { notice, label, ..choice.clone() });
                }
            }
            _ => choices.push(choice),
        }
    }
    choices
}

fn label(t: Speaks, action: Action, leg: Leg) -> String {
    format!("{} – {}", t.word("action", action.code()), t.word("part", leg.code()))
}

fn refused(t: Speaks, row: &CaseRow) -> Vec<(String, String)> {
    let situation = row.facts.situation();
    let all = Action::ALL.iter().flat_map(|action| Leg::ALL.iter().map(|leg| (*action, *leg)));
    all.filter_map(|(action, leg)| {
        let why = situation.allows(action, leg).err()?;
        Some((label(t, action, leg), in_words(t, &Problem::NotAllowed(why)).1))
    })
    .collect()
}

/// What the members of staff are called whom a timeline names, by their references.
async fn names(
    conn: &mut sqlx::PgConnection,
    timeline: &[EntryView],
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut references: Vec<&str> = timeline.iter().filter_map(|it| it.by.as_deref()).collect();
    references.sort_unstable();
    references.dedup();
    staff::names(conn, &references).await
}

/// A member of staff in words: two people may have one name.
fn called(names: &BTreeMap<String, String>, reference: String) -> String {
    match names.get(&reference) {
        Some(name) if *name != reference => format!("{name} ({reference})"),
        Some(_) | None => reference,
    }
}

fn event(portal: &Portal, t: Speaks, names: &BTreeMap<String, String>, it: EntryView) -> Event {
    let actor = t.word("actor", it.actor.code());
    let detail = it.detail.iter().filter(|(_, value)| !value.is_null());
    let detail = detail.map(|(field, value)| in_plain_words(t, field, value));
    Event {
        seq: it.seq,
        at: t.moment(it.at, portal.zone()),
        who: match it.by {
            Some(reference) => format!("{actor}: {}", called(names, reference)),
            None => actor,
        },
        what: t.word("fact", &it.what),
        detail: detail.collect::<Vec<_>>().join(", "),
    }
}

/// A detail of a fact: in words where its set has some, as it is written otherwise.
fn in_plain_words(t: Speaks, field: &str, value: &Value) -> String {
    let set = if field == "leg" { "part" } else { field };
    let word =
        |word: &str| t.maybe(&format!("{set}-{word}")).unwrap_or_else(|| format!("{field} {word}"));
    match value {
        Value::String(it) => word(it),
        Value::Array(list) => {
            list.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            format!("{field} {value}")
        }
    }
}

async fn contact(
    portal: &Portal,
    conn: &mut sqlx::PgConnection,
    case: CaseRef,
) -> Result<Vec<(ContactField, String)>, StoreError> {
    let (_, contact) = contents::contact(conn, &portal.keys, case).await?;
    let mut form = intake::Contact::from(contact);
    Ok(ContactField::ALL
        .iter()
        .map(|it| (*it, form.field(*it).clone().unwrap_or_default()))
        .collect())
}

/// A decision as the page sends it; contact fields by their paths beside.
struct Typed {
    revision: i64,
    wish: Wish,
}

impl Typed {
    fn read(inputs: Vec<(String, String)>) -> Option<Self> {
        let mut set: BTreeMap<String, String> = inputs.into_iter().collect();
        let revision = set.remove("revision")?.parse().ok()?;
        let action = set.remove("action")?.parse().ok()?;
        let grounds = set.remove("reason")?.parse().ok()?;
        let paper = set.remove("paper").map(|paper| paper.parse()).transpose().ok()?;
        let notice = set.remove("notice");
        let leg = set.remove("leg").map_or(Ok(Leg::Birth), |leg| leg.parse()).ok()?;
        Some(Self { revision, wish: Wish { action, grounds, leg, set, paper, notice } })
    }
}

pub(in crate::pages) async fn decide(
    State(portal): State<Portal>,
    t: Speaks,
    SignedIn(member): SignedIn,
    Path((_, case)): Path<(String, String)>,
    why: Why,
    typed: Result<Inputs<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let member = member.ok_or(Problem::NotSignedIn)?;
    let Inputs(typed) = typed.map_err(unread)?;
    let Typed { revision, mut wish } =
        Typed::read(typed).ok_or(Problem::InvalidField(String::new()))?;
    let (case, row) = open(&portal, &case).await?;
    reads::purpose_is_stated(&row.facts, &why)?;
    if wish.action == Action::CorrectContact {
        keep_changes(&portal, case, &mut wish.set).await?;
    }
    let author = Author::Staff(member.clone());
    match put(&portal, case, &row, revision, &author, wish).await {
        Ok(()) => {
            let there = format!("/{}/desk/case/{case}{}", t.path(), stated(why.0));
            Ok(Redirect::to(&there).into_response())
        }
        Err(problem) => {
            let (case, row) = open(&portal, &case.to_string()).await?;
            shown(&portal, t, member, case, &row, why, Some(&problem)).await
        }
    }
}

/// What keeps the purpose in an address.
fn stated(purpose: Option<Purpose>) -> String {
    purpose.map_or(String::new(), |purpose| format!("?purpose={purpose}"))
}

/// The page sends every contact field; only those that differ are corrected. With none, the newest correction is sent
/// once more: the workflow may not have heard it.
async fn keep_changes(
    portal: &Portal,
    case: CaseRef,
    set: &mut BTreeMap<String, String>,
) -> Result<(), Problem> {
    let mut conn = portal.pool.acquire().await?;
    let present = contact(portal, &mut conn, case).await?;
    set.retain(|path, value| {
        let known = present.iter().find(|(field, _)| field.code() == path);
        known.is_none_or(|(_, present)| present != value.trim())
    });
    Ok(())
}
