//! Changing where letters go, and withdrawing: with a code that was sent to the parent, so that whoever found a reference
//! and an access code cannot.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef,
    contact::ContactField,
    decision::{Action, Grounds},
    desk::Leg,
    intake::{self, PROVINCES},
};
use serde::Deserialize;
use store::{
    certifications, contents, messages,
    one_time_codes::{self, Asked, Typed},
};

use super::{
    super::{Frame, page, unread},
    Visit, agreement, back, in_words, visit,
};
use crate::{
    Portal, courier,
    decisions::{Author, Wish, check_contact, decide},
    language::Speaks,
    problem::Problem,
};

/// What a code is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::pages) enum What {
    Address,
    Withdraw,
}

impl What {
    const fn path(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Withdraw => "withdraw",
        }
    }
}

/// What is said about the code, by the address after it was asked for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sent {
    #[default]
    NotAsked,
    Yes,
    Before,
    TooMany,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Said {
    code: Sent,
}

#[derive(Template)]
#[template(path = "change.html")]
struct ChangePage {
    frame: Frame,
    case: CaseRef,
    what: What,
    sent: Sent,
    /// Whether there is a way to send a code.
    reachable: bool,
    /// The mailing address, by field.
    address: Vec<(ContactField, String)>,
    /// The parts that can be taken back.
    withdrawals: Vec<Leg>,
    /// The one that was chosen, where the page is shown again.
    chosen: Option<Leg>,
    agreement: Option<&'static str>,
    /// What is wrong, each with the input to go to.
    errors: Vec<(String, String)>,
    problem: Option<(String, String)>,
}

impl ChangePage {
    const fn title(&self) -> &'static str {
        match self.what {
            What::Address => "address-title",
            What::Withdraw => "withdraw-title",
        }
    }

    const fn button(&self) -> &'static str {
        match self.what {
            What::Address => "address-send",
            What::Withdraw => "withdraw-send",
        }
    }

    fn autocomplete(&self, field: &ContactField) -> &'static str {
        MAILING.iter().find(|(known, _)| known == field).map_or("off", |(_, token)| token)
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(input, _)| input == name).map(|(_, text)| text.as_str())
    }

    fn described(&self, name: &str) -> String {
        match self.error(name) {
            Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"{name}-error\""),
            None => String::new(),
        }
    }
}

/// The fields of the mailing address, with their inputs' autocompletion.
const MAILING: [(ContactField, &str); 7] = [
    (ContactField::MailingLine1, "address-line1"),
    (ContactField::MailingLine2, "address-line2"),
    (ContactField::MailingUnit, "off"),
    (ContactField::MailingCity, "address-level2"),
    (ContactField::MailingProvince, "address-level1"),
    (ContactField::MailingPostalCode, "postal-code"),
    (ContactField::MailingCountry, "country"),
];

/// The page to change the mailing address. It is the first parent's.
pub(in crate::pages) async fn address(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    show(&portal, t, What::Address, &case, said, &headers).await
}

/// The page to withdraw.
pub(in crate::pages) async fn withdrawing(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    show(&portal, t, What::Withdraw, &case, said, &headers).await
}

async fn show(
    portal: &Portal,
    t: Speaks,
    what: What,
    case: &str,
    said: Said,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let Some(visit) = visit(portal, case, headers).await? else {
        return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
    };
    may(what, &visit)?;
    let it = ChangePage { sent: said.code, ..filled(portal, t, what, &visit).await? };
    Ok(page(StatusCode::OK, &it))
}

/// Another parent's letters are not this one's to send elsewhere; where somebody is protected an officer does it.
pub(super) fn may(what: What, visit: &Visit) -> Result<(), Problem> {
    let facts = &visit.row.facts;
    let theirs = visit.parent == 0 && facts.protected.is_none();
    if what == What::Address && !theirs {
        return Err(Problem::RoleMayNot);
    }
    Ok(())
}

async fn filled(
    portal: &Portal,
    t: Speaks,
    what: What,
    visit: &Visit,
) -> Result<ChangePage, Problem> {
    let mut conn = portal.pool.acquire().await?;
    let (case, parent) = (visit.case, visit.parent);
    let midnight = portal.midnight();
    let reach = one_time_codes::way(&mut conn, &portal.keys, case, parent, midnight).await?;
    let address = match what {
        What::Withdraw => Vec::new(),
        What::Address => {
            let (_, contact) = contents::contact(&mut conn, &portal.keys, case).await?;
            let mut form = intake::Contact::from(contact);
            let value = |(field, _)| (field, form.field(field).clone().unwrap_or_default());
            MAILING.map(value).to_vec()
        }
    };
    let certified = certifications::ever(&mut conn, case).await?;
    let facts = &visit.row.facts;
    let actions = facts.situation().actions().into_iter();
    let withdrawals = actions.filter(|(action, _)| *action == Action::Withdraw);
    Ok(ChangePage {
        frame: Frame::of_case(t, case, &format!("/{}", what.path())),
        case,
        what,
        sent: Sent::NotAsked,
        reachable: reach.is_some_and(|it| courier::any_way(&portal.courier, &it).is_some()),
        address,
        chosen: None,
        withdrawals: withdrawals.map(|(_, leg)| leg).collect(),
        agreement: agreement(&certified, facts, parent),
        errors: Vec::new(),
        problem: None,
    })
}

/// What a code is wanted for.
#[derive(Deserialize)]
pub(in crate::pages) struct Wanted {
    what: What,
}

/// Sends a code.
pub(in crate::pages) async fn code(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Wanted>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Wanted { what }) = typed.map_err(unread)?;
    let Visit { case, parent, .. } =
        visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let mut tx = portal.pool.begin().await?;
    let (midnight, now) = (portal.midnight(), portal.now());
    let asked = one_time_codes::ask(&mut tx, &portal.keys, case, parent, midnight, now).await?;
    tx.commit().await?;
    let said = match asked {
        Asked::Sent => "?code=yes",
        Asked::SentBefore => "?code=before",
        Asked::TooMany => "?code=toomany",
        Asked::NoWay => "",
    };
    let there = format!("/{}/case/{case}/{}{said}", t.path(), what.path());
    Ok(Redirect::to(&there).into_response())
}

/// Changes the mailing address.
pub(in crate::pages) async fn move_to(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<BTreeMap<String, String>>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(mut set) = typed.map_err(unread)?;
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    may(What::Address, &visit)?;
    let code = set.remove("code").unwrap_or_default();
    set.retain(|name, _| MAILING.iter().any(|(field, _)| field.code() == name));
    let again = async |errors, problem: Option<&Problem>| {
        let now = filled(&portal, t, What::Address, &visit).await?;
        let value = |(field, kept): (ContactField, String)| {
            (field, set.get(field.code()).cloned().unwrap_or(kept))
        };
        let address = now.address.into_iter().map(value).collect();
        let problem = problem.map(|it| in_words(t, it));
        let it = ChangePage { address, errors, problem, sent: Sent::Yes, ..now };
        Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &it))
    };
    if let Err(problem) = check_contact(&portal, visit.case, &set).await {
        let Problem::FormInvalid(violations) = &problem else { return Err(problem) };
        let input = |pointer: &str| pointer.trim_start_matches("/set/").to_owned();
        let errors = violations.iter().map(|it| (input(&it.pointer), t.violation(it))).collect();
        return again(errors, None).await;
    }
    if !is_right(&portal, &visit, &code).await? {
        return again(vec![("code".to_owned(), t.say("code-wrong"))], None).await;
    }
    let asked = Wish::new(Action::CorrectContact, Grounds::ParentsAsked, Leg::Birth);
    let wish = Wish { set: set.clone(), ..asked };
    let author = Author::Parent(visit.parent);
    let (case, seen) = (visit.case, visit.row.revision);
    let before = address_version(&portal, case).await?;
    let decided = decide(&portal, case, &visit.row, seen, &author, wish).await;
    if address_version(&portal, case).await? != before {
        tell_others(&portal, &visit).await?;
    }
    match decided {
        Ok(()) => Ok(back(t, case)),
        Err(problem) => again(Vec::new(), Some(&problem)).await,
    }
}

async fn address_version(portal: &Portal, case: CaseRef) -> Result<u32, Problem> {
    let mut conn = portal.pool.acquire().await?;
    Ok(contents::contact(&mut conn, &portal.keys, case).await?.0)
}

/// The other parents hear that something was changed, and never what.
async fn tell_others(portal: &Portal, visit: &Visit) -> Result<(), Problem> {
    let mut tx = portal.pool.begin().await?;
    // Each change is one occasion.
    let occasion = u32::try_from(visit.row.revision).map_err(|_| Problem::Internal)?;
    messages::tell_others(&mut tx, visit.case, visit.parent, occasion, portal.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// What is taken back.
#[derive(Deserialize)]
pub(in crate::pages) struct Withdrawal {
    leg: Option<Leg>,
    #[serde(default)]
    code: String,
}

/// Withdraws a part. The birth is withdrawn when everyone who certified wants it.
pub(in crate::pages) async fn withdraw(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Withdrawal>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(typed) = typed.map_err(unread)?;
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let again = async |errors, problem: Option<&Problem>| {
        let now = filled(&portal, t, What::Withdraw, &visit).await?;
        let problem = problem.map(|it| in_words(t, it));
        let it = ChangePage { chosen: typed.leg, errors, problem, sent: Sent::Yes, ..now };
        Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &it))
    };
    let Some(leg) = typed.leg else {
        return again(vec![("leg".to_owned(), t.say("withdraw-choose"))], None).await;
    };
    let author = Author::Parent(visit.parent);
    let wish = Wish::new(Action::Withdraw, Grounds::ParentsAsked, leg);
    let allowed = visit.row.facts.situation().allows(Action::Withdraw, leg);
    if let Err(why) = allowed {
        return again(Vec::new(), Some(&Problem::NotAllowed(why))).await;
    }
    if !is_right(&portal, &visit, &typed.code).await? {
        return again(vec![("code".to_owned(), t.say("code-wrong"))], None).await;
    }
    match decide(&portal, visit.case, &visit.row, visit.row.revision, &author, wish).await {
        Ok(()) => {
            tell_others(&portal, &visit).await?;
            Ok(back(t, visit.case))
        }
        Err(problem) => again(Vec::new(), Some(&problem)).await,
    }
}

async fn is_right(portal: &Portal, visit: &Visit, code: &str) -> Result<bool, Problem> {
    let mut tx = portal.pool.begin().await?;
    let Visit { case, parent, .. } = visit;
    let now = portal.now();
    let typed = one_time_codes::use_up(&mut tx, &portal.keys, *case, *parent, code, now).await?;
    tx.commit().await?;
    Ok(typed == Typed::Right)
}
