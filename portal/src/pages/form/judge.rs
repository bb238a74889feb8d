//! What is wrong with what was typed, and on which page.

use domain::{
    content::Submission,
    intake::{Code, Correction, Violation},
};

use super::{
    browser::Open,
    fields::{Asking, BABIES, Field, SAME_ADDRESS, SAME_NAME, id},
    steps::Step,
};
use crate::{Portal, language::Speaks, problem::Problem};

/// A broken rule, at its input.
#[derive(Clone)]
pub(super) struct Wrong {
    pub(super) step: Step,
    /// The name of the input.
    pub(super) name: String,
    pub(super) code: Code,
    pub(super) text: String,
}

impl Wrong {
    pub(super) fn id(&self) -> String {
        id(&self.name)
    }

    /// The page that says what else this family can do, if this form is not for them.
    pub(super) fn way_out(&self, t: Speaks) -> Option<&'static str> {
        let code = self.code.code();
        t.maybe(&format!("out-{code}")).map(|_| code)
    }
}

/// What was typed, as far as it can be read.
pub(super) enum Said {
    Form(Submission),
    Correction(Correction),
}

/// Reads everything, as if whoever has yet to certify here had: the first `certified` of them have.
pub(super) fn judge(
    portal: &Portal,
    t: Speaks,
    open: &Open,
    certified: usize,
) -> Result<Result<Said, Vec<Wrong>>, Problem> {
    let form = open.typed.form_to_be_certified(t, &open.signers(), certified);
    let form = form.ok_or(Problem::InvalidField(String::new()))?;
    let read = match &open.corrects {
        None => form.read(portal.today(), portal.second_parent).map(Said::Form),
        Some(it) => form.read_correction(it.taken, it.parent).map(Said::Correction),
    };
    let own = unanswered(open);
    let violations = match read {
        Ok(said) if own.is_empty() => return Ok(Ok(said)),
        Ok(_) => own,
        Err(violations) => {
            let asked_before = |it: &Violation| {
                own.iter().any(|own| it.pointer.starts_with(&meant_by(&own.pointer)))
            };
            let others: Vec<_> = violations.into_iter().filter(|it| !asked_before(it)).collect();
            own.into_iter().chain(others).collect()
        }
    };
    Ok(Err(place(portal, t, open, &violations)))
}

/// What the pages ask by themselves, and nobody answered.
fn unanswered(open: &Open) -> Vec<Violation> {
    let typed = &open.typed;
    let mut own = Vec::new();
    let mut ask = |name: &str| {
        if typed.value(name).is_empty() {
            own.push(Violation { pointer: format!("/{name}"), code: Code::Required });
        }
    };
    if open.corrects.is_none() {
        ask(BABIES);
        ask(SAME_ADDRESS);
        ask("services/certificates/0/product");
    }
    for nth in 0..open.family().parents {
        ask(&format!("parents/{nth}/{SAME_NAME}"));
    }
    own
}

/// The place of the submission that a question of the pages' own is about.
fn meant_by(pointer: &str) -> String {
    match pointer.strip_suffix(SAME_NAME) {
        Some(parent) => format!("{parent}name_at_birth"),
        None if pointer.ends_with(SAME_ADDRESS) => "/contact/mailing".to_owned(),
        None => pointer.to_owned(),
    }
}

/// Puts what is wrong to its input on its page, or to the first input of its part.
fn place(portal: &Portal, t: Speaks, open: &Open, violations: &[Violation]) -> Vec<Wrong> {
    let asking = Asking { portal, t, family: open.family(), typed: &open.typed };
    let asked: Vec<(Step, Field)> = open
        .steps()
        .into_iter()
        .flat_map(|step| {
            let fields = step.sections(&asking).into_iter().flat_map(|it| it.fields);
            fields.map(move |field| (step, field))
        })
        .collect();
    let inputs = || asked.iter().map(|(step, field)| (*step, field.name.as_str()));
    let mut wrong: Vec<Wrong> = Vec::new();
    for it in violations {
        let place = it.pointer.trim_start_matches('/');
        let part = format!("{place}/");
        let exact = inputs().find(|(_, name)| *name == place);
        let within = || inputs().find(|(_, name)| name.starts_with(&part));
        let above = || inputs().find(|(_, name)| place.starts_with(&format!("{name}/")));
        let beside = || {
            let (parent, _) = place.rsplit_once('/')?;
            inputs().find(|(_, name)| name.starts_with(&format!("{parent}/")))
        };
        let found = exact.or_else(within).or_else(above).or_else(beside).or(inputs().next());
        let Some((step, name)) = found else { continue };
        let it = Wrong { step, name: name.to_owned(), code: it.code, text: t.violation(it) };
        // One thing to put right is said once.
        if !wrong.iter().any(|known| known.name == it.name && known.text == it.text) {
            wrong.push(it);
        }
    }
    let order = |it: &Wrong| asked.iter().position(|(_, field)| field.name == it.name);
    wrong.sort_by_key(order);
    wrong
}
