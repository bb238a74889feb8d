//! Fees and orders.

use proto::{
    certificates::v1::{
        CancelOrderRequest, GetFeeRequest, GetOrderRequest, Order, OrderCertificateRequest,
        PayFeeRequest, Product, RefundFeeRequest, UpdateDeliveryAddressRequest,
        birth_certificate_service_client::BirthCertificateServiceClient, cancel_order_response,
        fee_service_client::FeeServiceClient, get_fee_response, get_order_response,
        order_certificate_response, pay_fee_response, refund_fee_response,
        update_delivery_address_response,
    },
    common::v1::Address,
};

use super::{Asked, case_of, context};
use crate::{families::address, harness::Sandbox};

/// A request to pay for a short certificate.
pub fn payment(key: &str, token: &str) -> PayFeeRequest {
    PayFeeRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        product: Product::Short.into(),
        payment_token: token.into(),
        amount_cents: 2500,
    }
}

pub async fn try_pay(to: &Sandbox, request: PayFeeRequest) -> Asked<pay_fee_response::Outcome> {
    let mut client = FeeServiceClient::new(to.province.clone());
    Ok(client.pay_fee(request).await?.into_inner().outcome.expect("an outcome"))
}

/// Pays for a short certificate: the fee's id.
pub async fn paid(to: &Sandbox, key: &str) -> String {
    match try_pay(to, payment(key, "token")).await.unwrap() {
        pay_fee_response::Outcome::Paid(fee) => fee.fee_id,
        other => panic!("not paid: {other:?}"),
    }
}

pub async fn try_get_fee(to: &Sandbox, key: &str) -> Asked<get_fee_response::Outcome> {
    let request = GetFeeRequest { context: context(), fee_key: key.into() };
    let mut client = FeeServiceClient::new(to.province.clone());
    Ok(client.get_fee(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn try_refund(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<refund_fee_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = RefundFeeRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let mut client = FeeServiceClient::new(to.province.clone());
    Ok(client.refund_fee(request).await?.into_inner().outcome.expect("an outcome"))
}

/// A request for a short certificate.
pub fn order(key: &str, registration_number: &str, fee_id: &str) -> OrderCertificateRequest {
    OrderCertificateRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        registration_number: registration_number.into(),
        product: Product::Short.into(),
        recipient_name: "Marie Roy".into(),
        delivery_address: Some(address()),
        fee_id: fee_id.into(),
    }
}

pub async fn try_order(
    to: &Sandbox,
    request: OrderCertificateRequest,
) -> Asked<order_certificate_response::Outcome> {
    let mut client = BirthCertificateServiceClient::new(to.province.clone());
    Ok(client.order_certificate(request).await?.into_inner().outcome.expect("an outcome"))
}

/// Orders and expects it to be accepted.
pub async fn ordered(to: &Sandbox, request: OrderCertificateRequest) -> Order {
    match try_order(to, request).await.unwrap() {
        order_certificate_response::Outcome::Accepted(order) => order,
        other => panic!("not accepted: {other:?}"),
    }
}

pub async fn try_get_order(to: &Sandbox, key: &str) -> Asked<get_order_response::Outcome> {
    let request = GetOrderRequest { context: context(), order_key: key.into() };
    let mut client = BirthCertificateServiceClient::new(to.province.clone());
    Ok(client.get_order(request).await?.into_inner().outcome.expect("an outcome"))
}

pub async fn try_cancel(
    to: &Sandbox,
    key: &str,
    undoes: &str,
) -> Asked<cancel_order_response::Outcome> {
    let (idempotency_key, case_ref, undoes_key) = (key.into(), case_of(key), undoes.into());
    let request = CancelOrderRequest { context: context(), idempotency_key, case_ref, undoes_key };
    let mut client = BirthCertificateServiceClient::new(to.province.clone());
    Ok(client.cancel_order(request).await?.into_inner().outcome.expect("an outcome"))
}

/// Has the certificate sent to another address.
pub async fn try_readdress(
    to: &Sandbox,
    key: &str,
    order_key: &str,
    line1: &str,
) -> Asked<update_delivery_address_response::Outcome> {
    let request = UpdateDeliveryAddressRequest {
        context: context(),
        idempotency_key: key.into(),
        case_ref: case_of(key),
        order_key: order_key.into(),
        delivery_address: Some(Address { line1: line1.into(), ..address() }),
    };
    let mut client = BirthCertificateServiceClient::new(to.province.clone());
    Ok(client.update_delivery_address(request).await?.into_inner().outcome.expect("an outcome"))
}
