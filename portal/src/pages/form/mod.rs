//! The parents' form: one page, the same intake as the API's.

mod fields;
mod typed;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::intake::Violation;
use serde::Deserialize;
use uuid::Uuid;

use self::{
    fields::{Field, Kind, Section, sections},
    typed::{ANOTHER_KEY, Typed},
};
use super::{Frame, page, unread};
use crate::{
    Portal,
    intake::{IdempotencyKey, NotTaken, Receipt, Taken, take},
    language::Speaks,
    problem::Problem,
};

/// How many there are of whom. More babies or parents use another way.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct Family {
    babies: usize,
    parents: usize,
}

const MOST_BABIES: usize = 3;

impl Default for Family {
    fn default() -> Self {
        Self { babies: 1, parents: 2 }
    }
}

impl Family {
    fn within_reason(self) -> Self {
        Self { babies: self.babies.clamp(1, MOST_BABIES), parents: self.parents.clamp(1, 2) }
    }

    fn address(self) -> String {
        format!("/form?babies={}&parents={}", self.babies, self.parents)
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    frame: Frame,
    action: String,
    sections: Vec<Section>,
    typed: Typed,
    key: String,
    /// What is wrong, each with the input to go to.
    errors: Vec<Wrong>,
    /// Another key to send this form under, offered when its own brought another form that is being worked on.
    another: Option<String>,
}

struct Wrong {
    /// The name of the input.
    name: String,
    text: String,
}

impl FormPage {
    fn new(t: Speaks, family: Family, typed: Typed, key: String) -> Self {
        let address = family.address();
        Self {
            action: format!("/{}{address}", t.path()),
            frame: Frame::new(t, &address),
            sections: sections(family, &|name| typed.is_lost(name)),
            typed,
            key,
            errors: Vec::new(),
            another: None,
        }
    }

    /// Puts what is wrong to its input, or to the first input of its part.
    fn with(mut self, violations: &[Violation]) -> Self {
        let t = self.frame.t;
        let names: Vec<&str> = self
            .sections
            .iter()
            .flat_map(|it| &it.fields)
            .filter(|it| it.is_asked())
            .map(|it| it.name.as_str())
            .collect();
        let wrong = |it: &Violation| {
            let place = it.pointer.trim_start_matches('/');
            let part = format!("{place}/");
            let input = names.iter().find(|name| **name == place || name.starts_with(&part));
            let above = || names.iter().find(|name| place.starts_with(**name));
            let name =
                input.or_else(above).or(names.first()).copied().unwrap_or_default().to_owned();
            Wrong { name, text: t.violation(it) }
        };
        self.errors = violations.iter().map(wrong).collect();
        self
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|it| it.name == name).map(|it| it.text.as_str())
    }

    /// What tells a screen reader what belongs to an input.
    fn described(&self, field: &Field) -> String {
        let id = field.id();
        let wrong = self.error(&field.name).map(|_| format!("{id}-error"));
        let hint = self.hint(field.label).map(|_| format!("{id}-hint"));
        let by: Vec<String> = wrong.iter().chain(&hint).cloned().collect();
        let invalid = if wrong.is_some() { " aria-invalid=\"true\"" } else { "" };
        match by.is_empty() {
            true => String::new(),
            false => format!("{invalid} aria-describedby=\"{}\"", by.join(" ")),
        }
    }

    fn hint(&self, label: &str) -> Option<String> {
        self.frame.t.maybe(&format!("{label}.hint"))
    }
}

impl Field {
    fn is_asked(&self) -> bool {
        !matches!(self.kind, Kind::Hidden(_))
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number)
    }

    /// The type of a plain input.
    fn input(&self) -> &'static str {
        match self.kind {
            Kind::Email => "email",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Text
            | Kind::Number
            | Kind::Check
            | Kind::Choice { .. }
            | Kind::Select { .. }
            | Kind::Hidden(_) => "text",
        }
    }

    /// The input's id, for labels and links.
    fn id(&self) -> String {
        id(&self.name)
    }
}

fn id(name: &str) -> String {
    name.replace('/', "-")
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    receipt: Receipt,
}

/// An empty form. Its key is made now: sent twice, it is one submission.
pub(super) async fn open(t: Speaks, family: Result<Query<Family>, QueryRejection>) -> Response {
    let family = family.map(|Query(it)| it).unwrap_or_default().within_reason();
    page(StatusCode::OK, &FormPage::new(t, family, Typed::default(), new_key()))
}

fn new_key() -> String {
    format!("web-{}", Uuid::now_v7())
}

pub(super) async fn send(
    State(portal): State<Portal>,
    t: Speaks,
    family: Result<Query<Family>, QueryRejection>,
    inputs: Result<Inputs<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let family = family.map(|Query(it)| it).unwrap_or_default().within_reason();
    let Inputs(inputs) = inputs.map_err(unread)?;
    let typed = Typed::new(inputs);
    let key = match typed.value(ANOTHER_KEY) {
        "" => typed.value("idempotency_key"),
        another => another,
    };
    let key = key.to_owned();
    let read = IdempotencyKey::read(key.as_bytes()).ok_or(Problem::IdempotencyKeyInvalid)?;
    let mut form = typed.form().ok_or(Problem::InvalidField(String::new()))?;
    form.start.language = Some(t.code().to_owned());
    match take(&portal, form, &read).await {
        Ok(Taken::New(receipt)) => {
            Ok(page(StatusCode::CREATED, &ReceiptPage { frame: Frame::new(t, ""), receipt }))
        }
        Ok(Taken::Again(receipt)) => {
            Ok(page(StatusCode::OK, &ReceiptPage { frame: Frame::new(t, ""), receipt }))
        }
        Err(NotTaken::Violations(violations)) => {
            let again = FormPage::new(t, family, typed, key).with(&violations);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(NotTaken::KeyReused) => {
            let again =
                FormPage { another: Some(new_key()), ..FormPage::new(t, family, typed, key) };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(NotTaken::Store(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_and_choice_has_words_in_both_languages() {
        for t in [Speaks::ENGLISH, Speaks::FRENCH] {
            for (babies, parents) in [(1, 1), (3, 2)] {
                for section in sections(Family { babies, parents }, &|_| true) {
                    assert!(t.knows(section.heading), "{}", section.heading);
                    for field in section.fields.iter().filter(|field| field.is_asked()) {
                        assert!(t.knows(field.label), "{}", field.label);
                        let (Kind::Choice { prefix, words } | Kind::Select { prefix, words }) =
                            &field.kind
                        else {
                            continue;
                        };
                        for word in words {
                            assert!(t.knows(&format!("{prefix}-{word}")), "{prefix}-{word}");
                        }
                    }
                }
            }
        }
    }
}
