//! The province's certificates and their fees.

use std::sync::Arc;

use domain::{
    answers::{AddressAnswer, FeeAnswer, OrderAnswer, OrderRefusal, UndoAnswer},
    desk::Leg,
    facts::Fact,
    fees::Cents,
    people::Actor,
    undo::{Step, Undo},
};
use proto::certificates::v1::{
    CancelOrderRequest, Fee, FeeState, GetFeeRequest, GetOrderRequest, Order,
    OrderCertificateRequest, PayFeeRequest, RefundFeeRequest, UpdateDeliveryAddressRequest,
    birth_certificate_service_client::BirthCertificateServiceClient, cancel_order_response,
    fee_service_client::FeeServiceClient, get_fee_response, get_order_response::Outcome as Finding,
    order_certificate_response::Outcome as Ordering, pay_fee_response::Outcome as Paying,
    refund_fee_response, update_delivery_address_response,
};
use store::contents::Brief;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tonic::transport::Channel;
use workflows::ports::{self, Asking};

use crate::{
    Calls, File,
    calls::context,
    fault, key,
    registry::{nonsense, undone},
    wire::{
        self, Unknown,
        answer::{date, order_refusal, order_state, product, read_address, read_undo},
    },
};

#[derive(Clone)]
pub struct Certificates {
    file: Arc<File>,
    calls: Arc<Calls>,
    orders: BirthCertificateServiceClient<Channel>,
    fees: FeeServiceClient<Channel>,
}

impl Certificates {
    #[must_use]
    pub fn new(file: Arc<File>, calls: Arc<Calls>, province: Channel) -> Self {
        let orders = BirthCertificateServiceClient::new(province.clone());
        Self { file, calls, orders, fees: FeeServiceClient::new(province) }
    }
}

#[activities]
impl Certificates {
    #[activity(definition = ports::PayFee)]
    pub async fn pay_fee(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<FeeAnswer, ActivityError> {
        const OPERATION: &str = "PayFee";
        let brief = self.file.brief(asking.case).await?;
        let Some(wanted) = brief.content.services.certificate else {
            return Ok(FeeAnswer::NotWanted);
        };
        let Some(payment_token) = self.payment(asking).await? else {
            self.file.record(asking.case, Actor::Engine, &[Fact::PaymentAwaited]).await?;
            return Ok(FeeAnswer::NotOffered);
        };
        let key = key::of_step(asking.case, Step::PayFee, asking.generation);
        let fresh = PayFeeRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            product: product(wanted).into(),
            payment_token,
            amount_cents: u32::try_from(wanted.fee_for(brief.facts.received).0)
                .expect("a fee is a small positive amount"),
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);

        let mut client = self.fees.clone();
        let answer =
            self.calls.call(OPERATION, &ctx, request, |it| async move { client.pay_fee(it).await });
        let (answer, facts) = match answer.await?.outcome {
            Some(Paying::Paid(fee)) => paid(fee).map_err(nonsense(OPERATION))?,
            Some(Paying::Declined(_)) => {
                (FeeAnswer::Declined, vec![Fact::FeeDeclined { generation: asking.generation }])
            }
            Some(Paying::UndoneBeforeArrival(_)) => (FeeAnswer::Refunded, vec![]),
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file.record(asking.case, Actor::Province, &facts).await?;
        Ok(answer)
    }

    #[activity(definition = ports::RefundFee)]
    pub async fn refund_fee(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<UndoAnswer, ActivityError> {
        const OPERATION: &str = "RefundFee";
        let brief = self.file.brief(asking.case).await?;
        let request = RefundFeeRequest {
            context: context(&brief.correlation),
            idempotency_key: key::of_undo(asking, Undo::RefundFee),
            case_ref: asking.case.to_string(),
            undoes_key: key::of_step(asking.case, Step::PayFee, asking.generation),
        };
        let mut client = self.fees.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.refund_fee(it).await });
        let answer = read_undo!(answer.await?.outcome, refund_fee_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        let mut facts = vec![undone(Undo::RefundFee, answer)];
        if answer == UndoAnswer::Undone && brief.facts.fee.is_none() {
            // The answer to the payment was lost: the file must know what is given back.
            facts.insert(0, self.captured(&ctx, &brief, asking).await?);
        }
        self.file.record(asking.case, Actor::Province, &facts).await?;
        Ok(answer)
    }

    #[activity(definition = ports::OrderCertificate)]
    pub async fn order_certificate(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<OrderAnswer, ActivityError> {
        const OPERATION: &str = "OrderCertificate";
        let brief = self.file.brief(asking.case).await?;
        let (Some(wanted), Some(registered), Some(fee)) =
            (brief.content.services.certificate, &brief.facts.registered, &brief.facts.fee)
        else {
            return Err(nonsense(OPERATION)(Unknown("product, registration or fee")));
        };
        let key = key::of_step(asking.case, Step::OrderCertificate, asking.generation);
        let fresh = OrderCertificateRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            registration_number: registered.it.clone(),
            product: product(wanted).into(),
            recipient_name: brief.content.statement.birth_parent().legal_name.written(),
            delivery_address: Some(wire::address::address(&brief.contact.mailing)),
            fee_id: fee.it.0.clone(),
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);

        let mut client = self.orders.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.order_certificate(it).await });
        let (answer, facts) = match answer.await?.outcome {
            Some(Ordering::Accepted(order)) => stands(order).map_err(nonsense(OPERATION))?,
            Some(Ordering::Refused(it)) => {
                let reason = order_refusal(it.reason).map_err(nonsense(OPERATION))?;
                (OrderAnswer::Refused(reason), vec![Fact::OrderRefused { reason }])
            }
            Some(Ordering::UndoneBeforeArrival(_)) => {
                (OrderAnswer::Refused(OrderRefusal::Undone), vec![])
            }
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file.record(asking.case, Actor::Province, &facts).await?;
        Ok(answer)
    }

    #[activity(definition = ports::FindOrder)]
    pub async fn find_order(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<OrderAnswer, ActivityError> {
        const OPERATION: &str = "GetOrder";
        let brief = self.file.brief(asking.case).await?;
        let request =
            GetOrderRequest { context: context(&brief.correlation), order_key: order_key(asking) };
        let mut client = self.orders.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.get_order(it).await });
        match answer.await?.outcome {
            Some(Finding::Order(order)) => {
                let (answer, facts) = stands(order).map_err(nonsense(OPERATION))?;
                self.file.record(asking.case, Actor::Province, &facts).await?;
                Ok(answer)
            }
            Some(Finding::NotFound(_)) => Ok(OrderAnswer::Refused(OrderRefusal::Undone)),
            None => Err(nonsense(OPERATION)(Unknown("the outcome"))),
        }
    }

    #[activity(definition = ports::UpdateDeliveryAddress)]
    pub async fn update_delivery_address(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<AddressAnswer, ActivityError> {
        const OPERATION: &str = "UpdateDeliveryAddress";
        let brief = self.file.brief(asking.case).await?;
        let key = key::of_address(asking.case, Step::OrderCertificate, brief.contact_version);
        let fresh = UpdateDeliveryAddressRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            order_key: order_key(asking),
            delivery_address: Some(wire::address::address(&brief.contact.mailing)),
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);
        let mut client = self.orders.clone();
        let answer = self.calls.call(OPERATION, &ctx, request, |it| async move {
            client.update_delivery_address(it).await
        });
        let answer =
            read_address!(answer.await?.outcome, update_delivery_address_response::Outcome)
                .map_err(nonsense(OPERATION))?;
        let fact = Fact::AddressAnswered { leg: Leg::Certificate, answer };
        self.file.record(asking.case, Actor::Province, &[fact]).await?;
        Ok(answer)
    }

    #[activity(definition = ports::CancelOrder)]
    pub async fn cancel_order(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<UndoAnswer, ActivityError> {
        const OPERATION: &str = "CancelOrder";
        let brief = self.file.brief(asking.case).await?;
        let request = CancelOrderRequest {
            context: context(&brief.correlation),
            idempotency_key: key::of_undo(asking, Undo::CancelOrder),
            case_ref: asking.case.to_string(),
            undoes_key: order_key(asking),
        };
        let mut client = self.orders.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.cancel_order(it).await });
        let answer = read_undo!(answer.await?.outcome, cancel_order_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        self.file
            .record(asking.case, Actor::Province, &[undone(Undo::CancelOrder, answer)])
            .await?;
        Ok(answer)
    }
}

impl Certificates {
    /// The payment that the parents offered under this generation.
    async fn payment(&self, asking: Asking) -> Result<Option<String>, ActivityError> {
        let mut conn = self.file.open().await?;
        store::payments::token(&mut conn, self.file.keys(), asking.case, asking.generation)
            .await
            .map_err(fault::from_store)
    }
}

fn order_key(asking: Asking) -> String {
    key::of_step(asking.case, Step::OrderCertificate, asking.generation)
}

impl Certificates {
    /// The payment that was captured under the step's key.
    async fn captured(
        &self,
        ctx: &ActivityContext,
        brief: &Brief,
        asking: Asking,
    ) -> Result<Fact, ActivityError> {
        const OPERATION: &str = "GetFee";
        let request = GetFeeRequest {
            context: context(&brief.correlation),
            fee_key: key::of_step(asking.case, Step::PayFee, asking.generation),
        };
        let mut client = self.fees.clone();
        let answer =
            self.calls.call(OPERATION, ctx, request, |it| async move { client.get_fee(it).await });
        match answer.await?.outcome {
            Some(get_fee_response::Outcome::Fee(fee)) => Ok(fee_paid(fee)),
            Some(get_fee_response::Outcome::NotFound(_)) | None => {
                Err(nonsense(OPERATION)(Unknown("the fee that was given back")))
            }
        }
    }
}

fn fee_paid(fee: Fee) -> Fact {
    Fact::FeePaid { fee_id: fee.fee_id, cents: Cents(fee.amount_cents.into()) }
}

fn paid(fee: Fee) -> Result<(FeeAnswer, Vec<Fact>), Unknown> {
    let answer = match FeeState::try_from(fee.state) {
        Ok(FeeState::Unearned | FeeState::Earned) => FeeAnswer::Paid,
        Ok(FeeState::Refunded) => FeeAnswer::Refunded,
        Ok(FeeState::Unspecified) | Err(_) => return Err(Unknown("the state of the fee")),
    };
    Ok((answer, vec![fee_paid(fee)]))
}

fn stands(order: Order) -> Result<(OrderAnswer, Vec<Fact>), Unknown> {
    let state = order_state(order.state)?;
    let on = date(&order.mailed_on)?;
    let facts = vec![Fact::Ordered { order_id: order.order_id }, Fact::OrderMoved { state, on }];
    Ok((OrderAnswer::Stands(state), facts))
}
