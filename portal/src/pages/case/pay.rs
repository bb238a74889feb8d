//! Paying on the hosted payment page. No card ever comes near us: what comes back is a token.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use domain::{
    CaseRef,
    facts::{Fact, Facts},
    people::Actor,
};
use serde::Deserialize;
use store::{
    cases,
    payments::{self, Offer},
};

use super::{back, refreshed, visit};
use crate::{Portal, language::Speaks, problem::Problem};

/// What can be paid now, and where.
pub(in crate::pages) struct Asked {
    pub(in crate::pages) amount: String,
    /// The payment page, told what for and where to come back to.
    pub(in crate::pages) page: String,
}

/// What the parents can pay, if there is a page to pay at.
pub(in crate::pages) fn asked(
    portal: &Portal,
    t: Speaks,
    case: CaseRef,
    facts: &Facts,
) -> Option<Asked> {
    let product = facts.certificate_wanted.filter(|_| facts.awaits_payment())?;
    let fee = product.fee_for(facts.received);
    let mut page = portal.payment_page.clone()?;
    let way_back = format!("{}/{}/case/{case}/paid", portal.public_url, t.path());
    page.query_pairs_mut()
        .append_pair("amount_cents", &fee.0.to_string())
        .append_pair("currency", "CAD")
        .append_pair("reference", &case.to_string())
        .append_pair("language", t.code())
        .append_pair("return", &way_back);
    Some(Asked { amount: t.amount(fee), page: page.into() })
}

/// What the payment page sends a browser back with.
#[derive(Deserialize)]
pub(in crate::pages) struct Paid {
    /// Absent if nothing was paid.
    payment: Option<String>,
}

/// Keeps what the payment page gave back, and has the workflow told. Somebody else's token would only pay for this
/// family.
pub(in crate::pages) async fn paid(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    Query(Paid { payment }): Query<Paid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let case = visit.case;
    let Some(token) = payment else { return Ok(back(t, case)) };
    let usable =
        (1..=200).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !usable {
        return refreshed(&portal, t, visit, &Problem::PaymentNotTaken).await;
    }
    let mut tx = portal.pool.begin().await?;
    match payments::offer(&mut tx, &portal.keys, case, &token, portal.now()).await? {
        // A page that was loaded again.
        Offer::Known(_) => Ok(back(t, case)),
        Offer::New(_) if !visit.row.facts.awaits_payment() => {
            drop(tx);
            refreshed(&portal, t, visit, &Problem::PaymentNotTaken).await
        }
        Offer::New(generation) => {
            let offered = [Fact::PaymentOffered { generation }];
            cases::record(&mut tx, case, Actor::Parents, None, &offered, portal.now()).await?;
            tx.commit().await?;
            Ok(back(t, case))
        }
    }
}
