//! Fees: paid, held unearned until production, then earned or given back.

use proto::{
    certificates::v1::{
        DeclineReason, Fee, FeeState, GetFeeRequest, GetFeeResponse, PayFeeRequest, PayFeeResponse,
        Product, QuoteFeesRequest, QuoteFeesResponse, RefundFeeRequest, RefundFeeResponse,
        get_fee_response, pay_fee_response, pay_fee_response::Declined, quote_fees_response::Line,
        refund_fee_response,
    },
    common::v1::{NotFound, UndoneBeforeArrival},
};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::subject_of;
use crate::{
    calls::{Answer, Call, Command, Query, call, undo_answers},
    faults::Fault,
    keys::{Key, Undoing},
    moment::Moment,
    operations::Operation,
    register::Desk,
};

call! {
    PayFeeRequest => PayFeeResponse, PayFee, subject: |it| &it.case_ref,
    pay_fee_response: Paid | Declined | UndoneBeforeArrival
}
call! {
    RefundFeeRequest => RefundFeeResponse, RefundFee, subject: |it| &it.case_ref,
    refund_fee_response: Undone | NothingToUndo | TooLate
}
call! {
    GetFeeRequest => GetFeeResponse, GetFee, subject: |it| subject_of(&it.fee_key),
    get_fee_response: Fee | NotFound
}
undo_answers!(RefundFeeResponse, refund_fee_response);

/// The version of the prices below.
const SCHEDULE_VERSION: &str = "2026-01";
/// A payment token with this word in it stands for a card that is declined.
const DECLINED: &str = "declined";

/// What a product costs, in Canadian cents.
#[must_use]
pub const fn price(product: Product) -> Option<u32> {
    match product {
        Product::Short | Product::WithParents => Some(2500),
        Product::CertifiedCopy => Some(3500),
        Product::Unspecified => None,
    }
}

impl Command for PayFeeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<PayFeeResponse, Fault> {
        let price = price(self.product()).ok_or_else(|| Fault::field("product"))?;
        if self.payment_token.is_empty() {
            return Err(Fault::field("payment_token"));
        }
        if self.amount_cents != price {
            return Ok(declined(DeclineReason::WrongAmount));
        }
        if self.payment_token.contains(DECLINED) {
            return Ok(declined(DeclineReason::Declined));
        }
        let row = sqlx::query(
            "insert into fees (fee_id, key, case_ref, product, amount_cents, paid_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict do nothing
             returning *",
        )
        .bind(Uuid::now_v7())
        .bind(&self.idempotency_key)
        .bind(&self.case_ref)
        .bind(self.product().as_str_name())
        .bind(i32::try_from(price).unwrap_or(i32::MAX))
        .bind(desk.now.to_sqlx())
        .fetch_optional(&mut *desk.conn)
        .await?;
        let Some(row) = row else { return Ok(declined(DeclineReason::AlreadyPaid)) };
        desk.tell(&self.case_ref, crate::events::EventKind::FeePaid);
        Ok(PayFeeResponse { outcome: Some(pay_fee_response::Outcome::Paid(read(&row))) })
    }

    async fn refresh(
        &self,
        kept: PayFeeResponse,
        conn: &mut PgConnection,
    ) -> Result<PayFeeResponse, Fault> {
        let fee = find(conn, &self.idempotency_key).await?;
        Ok(fee.map_or(kept, |fee| PayFeeResponse {
            outcome: Some(pay_fee_response::Outcome::Paid(fee)),
        }))
    }

    fn came_too_late(&self) -> Option<PayFeeResponse> {
        let outcome = pay_fee_response::Outcome::UndoneBeforeArrival(UndoneBeforeArrival {});
        Some(PayFeeResponse { outcome: Some(outcome) })
    }

    fn refusal(reason: &str, _key: &Key) -> Option<PayFeeResponse> {
        let reason = DeclineReason::from_str_name(&format!("DECLINE_REASON_{reason}"))?;
        (reason != DeclineReason::Unspecified).then(|| declined(reason))
    }
}

impl Query for GetFeeRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<GetFeeResponse, Fault> {
        let outcome = match find(conn, &self.fee_key).await? {
            Some(fee) => get_fee_response::Outcome::Fee(fee),
            None => get_fee_response::Outcome::NotFound(NotFound {}),
        };
        Ok(GetFeeResponse { outcome: Some(outcome) })
    }
}

impl Command for RefundFeeRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("undoes_key", &self.undoes_key)]
    }

    fn undoes(&self) -> Option<&str> {
        Some(&self.undoes_key)
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<RefundFeeResponse, Fault> {
        let row = sqlx::query("select * from fees where key = $1 for update")
            .bind(&self.undoes_key)
            .fetch_optional(&mut *desk.conn)
            .await?;
        let Some(fee) = row.map(|row| read(&row)) else {
            return Ok(desk.shut(&self.undoes_key).await?.into());
        };
        match fee.state() {
            FeeState::Earned => Ok(Undoing::TooLate.into()),
            FeeState::Refunded => Ok(Undoing::Undone.into()),
            FeeState::Unearned | FeeState::Unspecified => {
                refund(desk.conn, &self.undoes_key, desk.now).await?;
                Ok(Undoing::Undone.into())
            }
        }
    }

    fn came_too_late(&self) -> Option<RefundFeeResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<RefundFeeResponse> {
        (reason == "TOO_LATE").then(|| Undoing::TooLate.into())
    }
}

impl Call for QuoteFeesRequest {
    type Answer = QuoteFeesResponse;
    const OPERATION: Operation = Operation::QuoteFees;

    fn take_context(&mut self) -> proto::common::v1::RequestContext {
        self.context.take().unwrap_or_default()
    }

    fn subject(&self) -> &str {
        ""
    }
}

impl Answer for QuoteFeesResponse {
    fn branch(&self) -> &'static str {
        "Quoted"
    }
}

impl Query for QuoteFeesRequest {
    async fn look(&self, _conn: &mut PgConnection) -> Result<QuoteFeesResponse, Fault> {
        let all = [Product::Short, Product::WithParents, Product::CertifiedCopy];
        let asked: Vec<Product> = self.products().collect();
        let wanted = all.into_iter().filter(|it| asked.is_empty() || asked.contains(it));
        let lines = wanted
            .filter_map(|it| Some(Line { product: it.into(), amount_cents: price(it)? }))
            .collect();
        Ok(QuoteFeesResponse { lines, schedule_version: SCHEDULE_VERSION.into() })
    }
}

/// Holds a fee that may pay for an order of this case and product, and says whether there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn hold_unearned(
    conn: &mut PgConnection,
    fee: Uuid,
    case: &str,
    product: Product,
) -> Result<bool, Fault> {
    let held = sqlx::query(
        "select from fees
         where fee_id = $1 and case_ref = $2 and product = $3 and earned_at is null and refunded_at is null
         for update",
    )
    .bind(fee)
    .bind(case)
    .bind(product.as_str_name())
    .fetch_optional(conn)
    .await?;
    Ok(held.is_some())
}

async fn refund(conn: &mut PgConnection, key: &str, now: Moment) -> Result<(), Fault> {
    let refunded = sqlx::query(
        "update fees
         set refunded_at = $2
         where key = $1
           and not exists (select from orders where orders.fee_id = fees.fee_id and cancelled_at is null)",
    )
    .bind(key)
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    if refunded.rows_affected() == 1 { Ok(()) } else { Err(Fault::FeeInUse) }
}

async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Fee>, Fault> {
    let row =
        sqlx::query("select * from fees where key = $1").bind(key).fetch_optional(conn).await?;
    Ok(row.map(|row| read(&row)))
}

fn read(row: &PgRow) -> Fee {
    let at = |column: &str| row.get::<Option<jiff_sqlx::Timestamp>, _>(column).map(Moment::from);
    let state = match (at("earned_at"), at("refunded_at")) {
        (None, None) => FeeState::Unearned,
        (Some(_), _) => FeeState::Earned,
        (None, Some(_)) => FeeState::Refunded,
    };
    Fee {
        fee_id: row.get::<Uuid, _>("fee_id").to_string(),
        product: Product::from_str_name(row.get("product")).unwrap_or_default().into(),
        amount_cents: row.get::<i32, _>("amount_cents").unsigned_abs(),
        state: state.into(),
        paid_at: at("paid_at").map(Moment::to_wire),
    }
}

fn declined(reason: DeclineReason) -> PayFeeResponse {
    let declined = Declined { reason: reason.into() };
    PayFeeResponse { outcome: Some(pay_fee_response::Outcome::Declined(declined)) }
}
