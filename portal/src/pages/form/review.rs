//! Everything that was typed, with links to change it, before anybody certifies it.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    super::{Frame, page},
    Open,
    fields::{Asking, Kind},
    framed,
    judge::{Wrong, judge},
    steps::Step,
};
use crate::{Portal, access, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "form-review.html")]
struct ReviewPage {
    frame: Frame,
    progress: (usize, usize),
    groups: Vec<Group>,
    /// What is left to put right.
    errors: Vec<Wrong>,
    /// Where it goes on, once nothing is.
    next: String,
    code: String,
    /// What a correction leaves as it is.
    way_back: Option<String>,
    /// What the family will be asked to pay, if anything.
    fee: Option<String>,
}

/// What was said on one page.
struct Group {
    title: String,
    /// Where it is changed.
    change: String,
    lines: Vec<(String, String)>,
}

pub(super) fn show(portal: &Portal, t: Speaks, open: &Open) -> Result<Response, Problem> {
    let steps = open.steps();
    let at = |step: Step| format!("/{}/form/{}", t.path(), step.path());
    let nth = steps.iter().position(|it| *it == Step::Review).map_or(0, |it| it + 1);
    let errors = judge(portal, t, open, 0)?.err().unwrap_or_default();
    let asked = |step: &Step| !matches!(step, Step::Review | Step::Certify(_));
    let it = ReviewPage {
        frame: framed(t, open, &Step::Review.path()),
        progress: (nth, steps.len()),
        groups: steps.iter().copied().filter(asked).map(|it| group(portal, t, open, it)).collect(),
        errors,
        next: open.next(Step::Review).map(at).unwrap_or_default(),
        code: access::grouped(&open.code),
        way_back: open.corrects.map(|it| format!("/{}/case/{}", t.path(), it.case)),
        fee: fee(portal, t, open),
    };
    Ok(page(StatusCode::OK, &it))
}

fn group(portal: &Portal, t: Speaks, open: &Open, step: Step) -> Group {
    let asking = Asking { portal, t, family: open.family(), typed: &open.typed };
    let fields = step.sections(&asking).into_iter().flat_map(|it| it.fields);
    let is_asked = |shown_when: &Option<String>| match shown_when.as_deref() {
        None => true,
        Some(condition) => condition.split_once('=').is_none_or(|(name, values)| {
            let value = open.typed.value(name);
            values.split('|').any(|it| it == value)
        }),
    };
    let lines = fields
        .filter(|it| is_asked(&it.shown_when))
        .filter_map(|it| {
            let value = open.typed.value(&it.name);
            let unsaid = value.trim().is_empty();
            // What may be left out and was is not listed.
            let said = if unsaid { None } else { Some(it.said(t, value)) };
            said.map(|said| match it.kind {
                Kind::Check => (it.label, t.say("answer-true")),
                _ => (it.label, said),
            })
        })
        .collect();
    Group {
        title: step.title(t, open.family()),
        change: format!("/{}/form/{}?review=true", t.path(), step.path()),
        lines,
    }
}

/// The fee for the certificates of all babies together.
fn fee(portal: &Portal, t: Speaks, open: &Open) -> Option<String> {
    if open.corrects.is_some() {
        return None;
    }
    let product = open.typed.value("services/certificates/0/product");
    let product: domain::fees::Product = product.parse().ok()?;
    let babies = u32::try_from(open.family().babies).ok()?;
    let domain::fees::Cents(each) = product.fee_for(portal.now());
    Some(t.amount(domain::fees::Cents(each * i64::from(babies))))
}
