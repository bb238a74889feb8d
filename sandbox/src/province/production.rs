//! How an order stands, and what happens to it by itself: production, printing, mailing.

use jiff_sqlx::ToSqlx;
use proto::certificates::v1::{Order, OrderState, Product};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use crate::{clock::Timed, events::EventKind, faults::Fault, moment::Moment};

/// An order as the register holds it.
pub struct Placed {
    pub order: Order,
    order_id: Uuid,
    case_ref: String,
    fee_id: Uuid,
    due: Dates,
}

/// When the next things shall happen.
struct Dates {
    production: Moment,
    printing: Moment,
    mailing: Moment,
}

/// The order placed with a key.
///
/// # Errors
///
/// Those of the database.
pub async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Placed>, Fault> {
    let row =
        sqlx::query("select * from orders where key = $1").bind(key).fetch_optional(conn).await?;
    Ok(row.map(|row| Placed::read(&row)))
}

/// The order placed with a key, held for this transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn hold(conn: &mut PgConnection, key: &str) -> Result<Option<Placed>, Fault> {
    let row = sqlx::query("select * from orders where key = $1 for no key update")
        .bind(key)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| Placed::read(&row)))
}

impl Timed for Placed {
    const NEXT: &'static str = "select *
         from orders
         where next_due_at <= $1
         order by next_due_at
         limit 1
         for no key update skip locked";
    const NEXT_AT: &'static str = "select min(next_due_at) from orders";

    fn read(row: &PgRow) -> Self {
        let at = |column: &str| Moment::from(row.get::<jiff_sqlx::Timestamp, _>(column));
        let mailed_on = row.get::<Option<jiff_sqlx::Date>, _>("mailed_on");
        let (order_id, fee_id): (Uuid, Uuid) = (row.get("order_id"), row.get("fee_id"));
        Self {
            order: Order {
                order_id: order_id.to_string(),
                registration_number: row.get("registration_number"),
                product: Product::from_str_name(row.get("product")).unwrap_or_default().into(),
                state: state(row).into(),
                fee_id: fee_id.to_string(),
                accepted_at: Some(at("accepted_at").to_wire()),
                mailed_on: mailed_on.map(|it| it.to_jiff().to_string()).unwrap_or_default(),
            },
            order_id,
            case_ref: row.get("case_ref"),
            fee_id,
            due: Dates {
                production: at("production_due_at"),
                printing: at("printing_due_at"),
                mailing: at("mailing_due_at"),
            },
        }
    }

    fn case_ref(&self) -> &str {
        &self.case_ref
    }

    async fn advance(
        self,
        conn: &mut PgConnection,
        now: Moment,
    ) -> Result<(Self, Option<EventKind>), Fault> {
        let reached = self.reached(now);
        if reached == self.order.state() {
            return Ok((self, None));
        }
        // With its production an order earns its fee.
        let row = sqlx::query(
            "with earned as (
                 update fees set earned_at = $2 where fee_id = $6 and earned_at is null
             )
             update orders
             set production_began_at = coalesce(production_began_at, $2),
                 printed_at = case when $3 then coalesce(printed_at, $2) end,
                 mailed_at = case when $4 then $2 end,
                 mailed_on = case when $4 then $5 end
             where order_id = $1
             returning *",
        )
        .bind(self.order_id)
        .bind(now.to_sqlx())
        .bind(matches!(reached, OrderState::Printed | OrderState::Mailed))
        .bind(reached == OrderState::Mailed)
        .bind(now.date().to_sqlx())
        .bind(self.fee_id)
        .fetch_one(conn)
        .await?;
        Ok((Self::read(&row), Some(event(reached))))
    }
}

impl Placed {
    /// The state this order has reached by now, if nobody stops it.
    fn reached(&self, now: Moment) -> OrderState {
        let state = self.order.state();
        match state {
            OrderState::Accepted | OrderState::InProduction | OrderState::Printed => {
                if self.due.mailing <= now {
                    OrderState::Mailed
                } else if self.due.printing <= now {
                    OrderState::Printed
                } else if self.due.production <= now {
                    OrderState::InProduction
                } else {
                    state
                }
            }
            OrderState::Mailed
            | OrderState::Returned
            | OrderState::Cancelled
            | OrderState::Void
            | OrderState::Unspecified => state,
        }
    }
}

const fn event(reached: OrderState) -> EventKind {
    match reached {
        OrderState::InProduction => EventKind::OrderInProduction,
        OrderState::Printed => EventKind::OrderPrinted,
        OrderState::Mailed => EventKind::OrderMailed,
        OrderState::Returned => EventKind::OrderReturned,
        OrderState::Accepted
        | OrderState::Cancelled
        | OrderState::Void
        | OrderState::Unspecified => EventKind::Unspecified,
    }
}

/// How an order stands is told by what has happened to it.
fn state(row: &PgRow) -> OrderState {
    let happened = |column: &str| row.get::<Option<jiff_sqlx::Timestamp>, _>(column).is_some();
    if happened("cancelled_at") {
        OrderState::Cancelled
    } else if happened("voided_at") {
        OrderState::Void
    } else if happened("returned_at") {
        OrderState::Returned
    } else if happened("mailed_at") {
        OrderState::Mailed
    } else if happened("printed_at") {
        OrderState::Printed
    } else if happened("production_began_at") {
        OrderState::InProduction
    } else {
        OrderState::Accepted
    }
}
