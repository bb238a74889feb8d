//! How the facts of a case stand in the columns of its row.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CaseRef,
    decision::Proposal,
    facts::{Dated, Facts, Matching, PaperFacts, Task},
    fees::Cents,
    paper::Paper,
};
use jiff_sqlx::{Date, Timestamp, ToSqlx};
use sqlx::{PgConnection, postgres::PgQueryResult, types::Json};

use crate::{
    StoreError,
    columns::{inconsistent, word},
    log::Head,
};

const TABLE: &str = "cases";

/// The columns of [`FactColumns`], for a select from the cases `c`.
macro_rules! fact_columns {
    () => {
        "c.received_at, c.certificate_wanted, c.sin_wanted, c.parents,
        c.content_version, c.certified_by, c.certified_at, c.invited_at, c.reminded, c.withdrawal_agreed_by, c.protected_at, c.protected_parent, c.loss_reported_at,
        c.objected_at, c.objection, c.papers, c.papers_asked, c.papers_reminded,
        c.statement_at, c.statement_id, c.notice_found, c.notice_at, c.notice_id,
        c.registration_asked_at, c.registered_at, c.registration_number, c.registered_on,
        c.refused_at, c.refusal, c.statement_withdrawn_at,
        c.fee_paid_at, c.fee_id, c.fee_cents,
        c.payment_offered_at, c.payment_awaited_at, c.fee_declined_at, c.fee_earned_at, c.fee_refunded_at,
        c.ordered_at, c.order_id, c.production_at, c.printed_at,
        c.mailed_at, c.mailed_on, c.returned_at, c.order_ended_at,
        c.application_asked_at, c.applied_at, c.application_id, c.adjudication_at, c.issued_at,
        c.letter_mailed_at, c.letter_mailed_on, c.application_refused_at, c.application_refusal,
        c.sin_refused_at, c.sin_withdrawn_at, c.closed_at, c.ending,
        c.matching, c.correction_asked_at, c.held_at, c.proposal"
    };
}

pub(crate) use fact_columns;

#[derive(sqlx::FromRow)]
pub(crate) struct FactColumns {
    received_at: Timestamp,
    certificate_wanted: Option<String>,
    sin_wanted: bool,
    parents: i16,
    content_version: i32,
    certified_by: Vec<i16>,
    certified_at: Option<Timestamp>,
    invited_at: Option<Timestamp>,
    reminded: i16,
    withdrawal_agreed_by: Vec<i16>,
    loss_reported_at: Option<Timestamp>,
    protected_at: Option<Timestamp>,
    protected_parent: Option<i16>,
    objected_at: Option<Timestamp>,
    objection: Option<String>,
    papers: Json<BTreeMap<Paper, PaperFacts>>,
    papers_asked: i16,
    papers_reminded: i16,
    statement_at: Option<Timestamp>,
    statement_id: Option<String>,
    notice_found: Option<String>,
    notice_at: Option<Timestamp>,
    notice_id: Option<String>,
    registration_asked_at: Option<Timestamp>,
    registered_at: Option<Timestamp>,
    registration_number: Option<String>,
    registered_on: Option<Date>,
    refused_at: Option<Timestamp>,
    refusal: Option<String>,
    statement_withdrawn_at: Option<Timestamp>,
    fee_paid_at: Option<Timestamp>,
    fee_id: Option<String>,
    fee_cents: Option<i64>,
    payment_offered_at: Option<Timestamp>,
    payment_awaited_at: Option<Timestamp>,
    fee_declined_at: Option<Timestamp>,
    fee_earned_at: Option<Timestamp>,
    fee_refunded_at: Option<Timestamp>,
    ordered_at: Option<Timestamp>,
    order_id: Option<String>,
    production_at: Option<Timestamp>,
    printed_at: Option<Timestamp>,
    mailed_at: Option<Timestamp>,
    mailed_on: Option<Date>,
    returned_at: Option<Timestamp>,
    order_ended_at: Option<Timestamp>,
    application_asked_at: Option<Timestamp>,
    applied_at: Option<Timestamp>,
    application_id: Option<String>,
    adjudication_at: Option<Timestamp>,
    issued_at: Option<Timestamp>,
    letter_mailed_at: Option<Timestamp>,
    letter_mailed_on: Option<Date>,
    application_refused_at: Option<Timestamp>,
    application_refusal: Option<String>,
    sin_refused_at: Option<Timestamp>,
    sin_withdrawn_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    ending: Option<String>,
    matching: Json<Matching>,
    correction_asked_at: Option<Timestamp>,
    held_at: Option<Timestamp>,
    proposal: Option<Json<Proposal>>,
}

impl FactColumns {
    /// The facts, with the open tasks from their own table. `None` if the row makes no sense.
    pub(crate) fn facts(self, desk: Vec<Task>) -> Option<Facts> {
        let fee = match (self.fee_id, self.fee_cents) {
            (Some(id), Some(cents)) => Some((id, Cents(cents))),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return None,
        };
        Some(Facts {
            received: self.received_at.to_jiff(),
            certificate_wanted: word(self.certificate_wanted.as_deref())?,
            sin_wanted: self.sin_wanted,
            parents: self.parents.try_into().ok()?,
            content_version: self.content_version.try_into().ok()?,
            certified_by: numbers(&self.certified_by)?,
            certified: time(self.certified_at),
            invited: time(self.invited_at),
            reminded: self.reminded.try_into().ok()?,
            withdrawal_agreed_by: numbers(&self.withdrawal_agreed_by)?,
            loss_reported: time(self.loss_reported_at),
            protected: dated(
                self.protected_at,
                self.protected_parent.map(u8::try_from).transpose().ok()?,
            )?,
            objection: dated(self.objected_at, word(self.objection.as_deref())?)?,
            papers: self.papers.0,
            papers_asked: self.papers_asked.try_into().ok()?,
            papers_reminded: self.papers_reminded.try_into().ok()?,
            statement: dated(self.statement_at, self.statement_id)?,
            notice_found: self.notice_found,
            notice: dated(self.notice_at, self.notice_id)?,
            registration_asked: time(self.registration_asked_at),
            registered: dated(self.registered_at, self.registration_number)?,
            registered_on: day(self.registered_on),
            refused: dated(self.refused_at, word(self.refusal.as_deref())?)?,
            statement_withdrawn: time(self.statement_withdrawn_at),
            fee: dated(self.fee_paid_at, fee)?,
            payment_offered: time(self.payment_offered_at),
            payment_awaited: time(self.payment_awaited_at),
            fee_declined: time(self.fee_declined_at),
            fee_earned: time(self.fee_earned_at),
            fee_refunded: time(self.fee_refunded_at),
            order: dated(self.ordered_at, self.order_id)?,
            production: time(self.production_at),
            printed: time(self.printed_at),
            mailed: time(self.mailed_at).map(|at| Dated { at, it: day(self.mailed_on) }),
            returned: time(self.returned_at),
            order_ended: time(self.order_ended_at),
            application_asked: time(self.application_asked_at),
            application: dated(self.applied_at, self.application_id)?,
            adjudication: time(self.adjudication_at),
            issued: time(self.issued_at),
            letter_mailed: time(self.letter_mailed_at)
                .map(|at| Dated { at, it: day(self.letter_mailed_on) }),
            application_refused: dated(
                self.application_refused_at,
                word(self.application_refusal.as_deref())?,
            )?,
            sin_refused: time(self.sin_refused_at),
            sin_withdrawn: time(self.sin_withdrawn_at),
            closed: dated(self.closed_at, word(self.ending.as_deref())?)?,
            matching: self.matching.0,
            correction_asked: time(self.correction_asked_at),
            held: time(self.held_at),
            proposal: self.proposal.map(|it| it.0),
            desk,
        })
    }

    /// The facts of a case, by its reference.
    pub(crate) fn facts_of(self, case: CaseRef, desk: Vec<Task>) -> Result<Facts, StoreError> {
        self.facts(desk).ok_or_else(|| inconsistent(TABLE, case))
    }
}

/// Writes all facts back but those that a case is born with.
///
/// It is not announced with `notify`: that makes the commits of all connections wait for each
/// other, and takes two thirds of the throughput of sixteen of them.
pub(super) async fn update(
    conn: &mut PgConnection,
    case: CaseRef,
    facts: &Facts,
    head: Head,
) -> Result<PgQueryResult, sqlx::Error> {
    // Named one by one, so that a new fact cannot be forgotten here.
    let Facts {
        received: _,
        certificate_wanted: _,
        sin_wanted: _,
        parents: _,
        content_version,
        certified_by,
        certified,
        invited,
        reminded,
        withdrawal_agreed_by,
        protected,
        loss_reported,
        objection,
        papers,
        papers_asked,
        papers_reminded,
        statement,
        notice_found,
        notice,
        registration_asked,
        registered,
        registered_on,
        refused,
        statement_withdrawn,
        fee,
        payment_offered,
        payment_awaited,
        fee_declined,
        fee_earned,
        fee_refunded,
        order,
        production,
        printed,
        mailed,
        returned,
        order_ended,
        application_asked,
        application,
        adjudication,
        issued,
        letter_mailed,
        application_refused,
        sin_refused,
        sin_withdrawn,
        matching,
        correction_asked,
        held,
        proposal,
        closed,
        desk,
    } = facts;
    sqlx::query(
        "update cases
        set revision = $2, log_hash = $3, open_tasks = $4,
            statement_at = $5, statement_id = $6, notice_found = $7, notice_at = $8, notice_id = $9,
            registration_asked_at = $10, registered_at = $11, registration_number = $12,
            registered_on = $13, refused_at = $14, refusal = $15, statement_withdrawn_at = $16,
            fee_paid_at = $17, fee_id = $18, fee_cents = $19,
            fee_declined_at = $20, fee_earned_at = $21, fee_refunded_at = $22,
            ordered_at = $23, order_id = $24, production_at = $25, printed_at = $26,
            mailed_at = $27, mailed_on = $28, returned_at = $29, order_ended_at = $30,
            application_asked_at = $31, applied_at = $32, application_id = $33,
            adjudication_at = $34, issued_at = $35, letter_mailed_at = $36, letter_mailed_on = $37,
            application_refused_at = $38, application_refusal = $39,
            sin_refused_at = $40, sin_withdrawn_at = $41, closed_at = $42, ending = $43,
            payment_awaited_at = $44,
            content_version = $45, certified_by = $46, certified_at = $47, invited_at = $48,
            objected_at = $49, objection = $50, reminded = $51,
            withdrawal_agreed_by = $52, payment_offered_at = $53,
            protected_at = $54, protected_parent = $55, loss_reported_at = $56,
            papers = $57, papers_asked = $58, papers_reminded = $59,
            matching = $60, correction_asked_at = $61, held_at = $62, proposal = $63
        where case_ref = $1",
    )
    .bind(case.to_string())
    .bind(head.seq)
    .bind(head.hash)
    .bind(i16::try_from(desk.len()).unwrap_or(i16::MAX))
    .bind(at(statement))
    .bind(it(statement))
    .bind(notice_found)
    .bind(at(notice))
    .bind(it(notice))
    .bind(registration_asked.map(ToSqlx::to_sqlx))
    .bind(at(registered))
    .bind(it(registered))
    .bind(registered_on.map(ToSqlx::to_sqlx))
    .bind(at(refused))
    .bind(it(refused).map(|refusal| refusal.code()))
    .bind(statement_withdrawn.map(ToSqlx::to_sqlx))
    .bind(at(fee))
    .bind(it(fee).map(|(id, _)| id))
    .bind(it(fee).map(|(_, cents)| cents.0))
    .bind(fee_declined.map(ToSqlx::to_sqlx))
    .bind(fee_earned.map(ToSqlx::to_sqlx))
    .bind(fee_refunded.map(ToSqlx::to_sqlx))
    .bind(at(order))
    .bind(it(order))
    .bind(production.map(ToSqlx::to_sqlx))
    .bind(printed.map(ToSqlx::to_sqlx))
    .bind(at(mailed))
    .bind(it(mailed).and_then(|on| on.map(ToSqlx::to_sqlx)))
    .bind(returned.map(ToSqlx::to_sqlx))
    .bind(order_ended.map(ToSqlx::to_sqlx))
    .bind(application_asked.map(ToSqlx::to_sqlx))
    .bind(at(application))
    .bind(it(application))
    .bind(adjudication.map(ToSqlx::to_sqlx))
    .bind(issued.map(ToSqlx::to_sqlx))
    .bind(at(letter_mailed))
    .bind(it(letter_mailed).and_then(|on| on.map(ToSqlx::to_sqlx)))
    .bind(at(application_refused))
    .bind(it(application_refused).map(|refusal| refusal.code()))
    .bind(sin_refused.map(ToSqlx::to_sqlx))
    .bind(sin_withdrawn.map(ToSqlx::to_sqlx))
    .bind(at(closed))
    .bind(it(closed).map(|ending| ending.code()))
    .bind(payment_awaited.map(ToSqlx::to_sqlx))
    .bind(i32::try_from(*content_version).unwrap_or(i32::MAX))
    .bind(listed(certified_by))
    .bind(certified.map(ToSqlx::to_sqlx))
    .bind(invited.map(ToSqlx::to_sqlx))
    .bind(at(objection))
    .bind(it(objection).map(|objection| objection.code()))
    .bind(i16::from(*reminded))
    .bind(listed(withdrawal_agreed_by))
    .bind(payment_offered.map(ToSqlx::to_sqlx))
    .bind(at(protected))
    .bind(it(protected).copied().map(i16::from))
    .bind(loss_reported.map(ToSqlx::to_sqlx))
    .bind(Json(papers))
    .bind(i16::from(*papers_asked))
    .bind(i16::from(*papers_reminded))
    .bind(Json(matching))
    .bind(correction_asked.map(ToSqlx::to_sqlx))
    .bind(held.map(ToSqlx::to_sqlx))
    .bind(proposal.as_ref().map(Json))
    .execute(conn)
    .await
}

fn at<T>(fact: &Option<Dated<T>>) -> Option<Timestamp> {
    fact.as_ref().map(|fact| fact.at.to_sqlx())
}

fn it<T>(fact: &Option<Dated<T>>) -> Option<&T> {
    fact.as_ref().map(|fact| &fact.it)
}

/// Positions in the form, as a column has them.
pub(super) fn listed(parents: &BTreeSet<u8>) -> Vec<i16> {
    parents.iter().copied().map(i16::from).collect()
}

fn numbers(column: &[i16]) -> Option<BTreeSet<u8>> {
    column.iter().map(|number| u8::try_from(*number).ok()).collect()
}

fn time(column: Option<Timestamp>) -> Option<jiff::Timestamp> {
    column.map(Timestamp::to_jiff)
}

fn day(column: Option<Date>) -> Option<jiff::civil::Date> {
    column.map(Date::to_jiff)
}

/// A fact with its time. `None` for one without the other: the row makes no sense.
fn dated<T>(at: Option<Timestamp>, it: Option<T>) -> Option<Option<Dated<T>>> {
    match (at, it) {
        (Some(at), Some(it)) => Some(Some(Dated { at: at.to_jiff(), it })),
        (None, None) => Some(None),
        (Some(_), None) | (None, Some(_)) => None,
    }
}
