//! Certificate orders, and what happens to them by itself.

use prost::Message;
use proto::{
    certificates::v1::{
        CancelOrderRequest, CancelOrderResponse, GetOrderRequest, GetOrderResponse, Order,
        OrderCertificateRequest, OrderCertificateResponse, OrderRefusal, OrderState, Product,
        UpdateDeliveryAddressRequest, UpdateDeliveryAddressResponse, cancel_order_response,
        get_order_response, order_certificate_response, order_certificate_response::Refused,
        update_delivery_address_response,
    },
    common::v1::{NotFound, TooLate, UndoneBeforeArrival},
};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{
    fees,
    production::{self, Placed},
    subject_of,
};
use crate::{
    addresses,
    calls::{Command, Query, call, undo_answers},
    clock::Timed,
    faults::Fault,
    keys::{Key, Undoing},
    register::Desk,
};

call! {
    OrderCertificateRequest => OrderCertificateResponse, OrderCertificate, subject: |it| &it.case_ref,
    order_certificate_response: Accepted | Refused | UndoneBeforeArrival
}
call! {
    GetOrderRequest => GetOrderResponse, GetOrder, subject: |it| subject_of(&it.order_key),
    get_order_response: Order | NotFound
}
call! {
    UpdateDeliveryAddressRequest => UpdateDeliveryAddressResponse, UpdateDeliveryAddress, subject: |it| &it.case_ref,
    update_delivery_address_response: Updated | TooLate | NotFound
}
call! {
    CancelOrderRequest => CancelOrderResponse, CancelOrder, subject: |it| &it.case_ref,
    cancel_order_response: Undone | NothingToUndo | TooLate
}
undo_answers!(CancelOrderResponse, cancel_order_response);

impl Command for OrderCertificateRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<OrderCertificateResponse, Fault> {
        check(self)?;
        if let Some(reason) = not_entitled(desk.conn, self).await? {
            return Ok(refused(reason));
        }
        let Some(placed) = place(desk, self).await? else {
            let reason = match is_duplicate(desk.conn, self).await? {
                true => OrderRefusal::DuplicateOrder,
                false => OrderRefusal::PaymentNotConfirmed,
            };
            return Ok(refused(reason));
        };
        let (placed, moved) = placed.advance(desk.conn, desk.now).await?;
        if let Some(moved) = moved {
            desk.tell(&self.case_ref, moved);
        }
        if placed.order.state() != OrderState::Mailed {
            desk.leave_to_the_clock();
        }
        Ok(accepted(placed.order))
    }

    async fn refresh(
        &self,
        kept: OrderCertificateResponse,
        conn: &mut PgConnection,
    ) -> Result<OrderCertificateResponse, Fault> {
        let placed = production::find(conn, &self.idempotency_key).await?;
        Ok(placed.map_or(kept, |it| accepted(it.order)))
    }

    fn came_too_late(&self) -> Option<OrderCertificateResponse> {
        let outcome =
            order_certificate_response::Outcome::UndoneBeforeArrival(UndoneBeforeArrival {});
        Some(OrderCertificateResponse { outcome: Some(outcome) })
    }

    fn refusal(reason: &str, _key: &Key) -> Option<OrderCertificateResponse> {
        let reason = OrderRefusal::from_str_name(&format!("ORDER_REFUSAL_{reason}"))?;
        (reason != OrderRefusal::Unspecified).then(|| refused(reason))
    }
}

impl Query for GetOrderRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<GetOrderResponse, Fault> {
        let outcome = match production::find(conn, &self.order_key).await? {
            Some(placed) => get_order_response::Outcome::Order(placed.order),
            None => get_order_response::Outcome::NotFound(NotFound {}),
        };
        Ok(GetOrderResponse { outcome: Some(outcome) })
    }
}

impl Command for UpdateDeliveryAddressRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("order_key", &self.order_key)]
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<UpdateDeliveryAddressResponse, Fault> {
        use update_delivery_address_response::Outcome;
        addresses::check("delivery_address", self.delivery_address.as_ref())?;
        let outcome = match production::hold(desk.conn, &self.order_key).await? {
            None => Outcome::NotFound(NotFound {}),
            Some(placed) => match placed.order.state() {
                OrderState::Accepted | OrderState::InProduction => {
                    readdress(desk, self).await?;
                    Outcome::Updated(placed.order)
                }
                OrderState::Printed
                | OrderState::Mailed
                | OrderState::Returned
                | OrderState::Cancelled
                | OrderState::Void
                | OrderState::Unspecified => Outcome::TooLate(TooLate {}),
            },
        };
        Ok(UpdateDeliveryAddressResponse { outcome: Some(outcome) })
    }

    async fn refresh(
        &self,
        kept: UpdateDeliveryAddressResponse,
        conn: &mut PgConnection,
    ) -> Result<UpdateDeliveryAddressResponse, Fault> {
        use update_delivery_address_response::Outcome;
        if !matches!(kept.outcome, Some(Outcome::Updated(_))) {
            return Ok(kept);
        }
        let placed = production::find(conn, &self.order_key).await?;
        Ok(placed.map_or(kept, |it| UpdateDeliveryAddressResponse {
            outcome: Some(Outcome::Updated(it.order)),
        }))
    }

    /// None: a stale change of address is worked, and changes nothing.
    fn came_too_late(&self) -> Option<UpdateDeliveryAddressResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<UpdateDeliveryAddressResponse> {
        use update_delivery_address_response::Outcome;
        let outcome = match reason {
            "TOO_LATE" => Outcome::TooLate(TooLate {}),
            "NOT_FOUND" => Outcome::NotFound(NotFound {}),
            _ => return None,
        };
        Some(UpdateDeliveryAddressResponse { outcome: Some(outcome) })
    }
}

impl Command for CancelOrderRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("undoes_key", &self.undoes_key)]
    }

    fn undoes(&self) -> Option<&str> {
        Some(&self.undoes_key)
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<CancelOrderResponse, Fault> {
        let Some(placed) = production::hold(desk.conn, &self.undoes_key).await? else {
            return Ok(desk.shut(&self.undoes_key).await?.into());
        };
        match placed.order.state() {
            OrderState::Cancelled => Ok(Undoing::Undone.into()),
            OrderState::Accepted => {
                cancel(desk, &self.undoes_key).await?;
                Ok(Undoing::Undone.into())
            }
            OrderState::InProduction
            | OrderState::Printed
            | OrderState::Mailed
            | OrderState::Returned
            | OrderState::Void
            | OrderState::Unspecified => Ok(Undoing::TooLate.into()),
        }
    }

    fn came_too_late(&self) -> Option<CancelOrderResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<CancelOrderResponse> {
        (reason == "TOO_LATE").then(|| Undoing::TooLate.into())
    }
}

fn check(request: &OrderCertificateRequest) -> Result<(), Fault> {
    if request.product() == Product::Unspecified {
        return Err(Fault::field("product"));
    }
    if !(1..=302).contains(&request.recipient_name.chars().count()) {
        return Err(Fault::field("recipient_name"));
    }
    addresses::check("delivery_address", request.delivery_address.as_ref())
}

/// Why this case may not order for the registration, if it may not. Holds the registration as it is.
async fn not_entitled(
    conn: &mut PgConnection,
    request: &OrderCertificateRequest,
) -> Result<Option<OrderRefusal>, Fault> {
    let row = sqlx::query(
        "select case_ref, cancelled_on is not null as cancelled
         from registrations
         where registration_number = $1
         for share",
    )
    .bind(&request.registration_number)
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        Some(row) if !row.get::<bool, _>("cancelled") => (row.get::<&str, _>("case_ref")
            != request.case_ref)
            .then_some(OrderRefusal::NotEntitled),
        Some(_) | None => Some(OrderRefusal::RegistrationNotActive),
    })
}

/// Places the order; `None` when the fee does not pay for it or a live order stands in its way.
async fn place(
    desk: &mut Desk<'_>,
    request: &OrderCertificateRequest,
) -> Result<Option<Placed>, Fault> {
    let Ok(fee_id) = request.fee_id.parse::<Uuid>() else { return Ok(None) };
    if !fees::hold_unearned(desk.conn, fee_id, &request.case_ref, request.product()).await? {
        return Ok(None);
    }
    let production = desk.now.after(desk.pace.production);
    let printing = production.after(desk.pace.mailing / 2);
    let mailing = production.after(desk.pace.mailing);
    let address = request.delivery_address.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    let row = sqlx::query(
        "insert into orders
             (order_id, key, case_ref, registration_number, product, fee_id, recipient_name, delivery_address,
              address_generation, accepted_at, production_due_at, printing_due_at, mailing_due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12)
         on conflict do nothing
         returning *",
    )
    .bind(Uuid::now_v7())
    .bind(&request.idempotency_key)
    .bind(&request.case_ref)
    .bind(&request.registration_number)
    .bind(request.product().as_str_name())
    .bind(fee_id)
    .bind(&request.recipient_name)
    .bind(address)
    .bind(desk.now.to_sqlx())
    .bind(production.to_sqlx())
    .bind(printing.to_sqlx())
    .bind(mailing.to_sqlx())
    .fetch_optional(&mut *desk.conn)
    .await?;
    Ok(row.map(|row| Placed::read(&row)))
}

/// Whether a live order for this registration and product exists.
async fn is_duplicate(
    conn: &mut PgConnection,
    request: &OrderCertificateRequest,
) -> Result<bool, Fault> {
    Ok(sqlx::query_scalar(
        "select exists (
             select from orders
             where registration_number = $1 and product = $2 and cancelled_at is null and voided_at is null
         )",
    )
    .bind(&request.registration_number)
    .bind(request.product().as_str_name())
    .fetch_one(conn)
    .await?)
}

async fn readdress(
    desk: &mut Desk<'_>,
    request: &UpdateDeliveryAddressRequest,
) -> Result<(), Fault> {
    let address = request.delivery_address.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    sqlx::query(
        "update orders
         set delivery_address = $2, address_generation = $3
         where key = $1 and address_generation < $3",
    )
    .bind(&request.order_key)
    .bind(address)
    .bind(desk.key.generation)
    .execute(&mut *desk.conn)
    .await?;
    Ok(())
}

async fn cancel(desk: &mut Desk<'_>, key: &str) -> Result<(), Fault> {
    sqlx::query("update orders set cancelled_at = $2 where key = $1")
        .bind(key)
        .bind(desk.now.to_sqlx())
        .execute(&mut *desk.conn)
        .await?;
    Ok(())
}

fn accepted(order: Order) -> OrderCertificateResponse {
    OrderCertificateResponse { outcome: Some(order_certificate_response::Outcome::Accepted(order)) }
}

fn refused(reason: OrderRefusal) -> OrderCertificateResponse {
    let refused = Refused { reason: reason.into() };
    OrderCertificateResponse {
        outcome: Some(order_certificate_response::Outcome::Refused(refused)),
    }
}
