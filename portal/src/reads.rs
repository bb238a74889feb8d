//! Staff who look leave a trace, before they see anything.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use domain::{CaseRef, calendar, facts::Facts, people::Purpose};
use serde::Deserialize;
use store::{StoreError, reads};

pub(crate) use store::reads::Looked;

use crate::{Portal, problem::Problem, staff::Member};

/// Writes down that a member of staff looks at something.
pub(crate) async fn note(
    portal: &Portal,
    member: &Member,
    looked: Looked,
) -> Result<(), StoreError> {
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    reads::keep(&mut tx, &member.reference, calendar::day(now), looked, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Why somebody looks, as the address says it: `?purpose=RESOLVE_TASK`.
pub(crate) struct Why(pub(crate) Option<Purpose>);

impl<S: Send + Sync> FromRequestParts<S> for Why {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Stated {
            purpose: Option<Purpose>,
        }

        let stated = Query::<Stated>::from_request_parts(parts, state).await;
        let Query(stated) = stated.map_err(|_| Problem::InvalidField("purpose".to_owned()))?;
        Ok(Self(stated.purpose))
    }
}

/// Whether staff have said why they look, where somebody is protected. Asked before anything is shown or decided.
pub(crate) fn purpose_is_stated(facts: &Facts, Why(purpose): &Why) -> Result<(), Problem> {
    match facts.protected {
        Some(_) if purpose.is_none() => Err(Problem::PurposeMissing),
        Some(_) | None => Ok(()),
    }
}

/// Writes down that a member of staff looks at a case. Where somebody is protected they have to say why.
pub(crate) async fn note_case(
    portal: &Portal,
    member: &Member,
    case: CaseRef,
    facts: &Facts,
    why: Why,
) -> Result<(), Problem> {
    purpose_is_stated(facts, &why)?;
    let purpose = why.0.filter(|_| facts.protected.is_some());
    Ok(note(portal, member, Looked::Case(case, purpose)).await?)
}
