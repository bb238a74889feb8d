//! Which reasons each command can be refused for, so that a wrong one is told when the rule is made.

use proto::{
    certificates::v1::{
        CancelOrderRequest, OrderCertificateRequest, PayFeeRequest, RefundFeeRequest,
        UpdateDeliveryAddressRequest,
    },
    registry::v1::{
        AmendNoticeRequest, BindNoticeRequest, RegisterBirthRequest, RequestCancellationRequest,
        SubmitNoticeRequest, SubmitStatementRequest, UnbindNoticeRequest, WithdrawStatementRequest,
    },
    sin::v1::{
        SubmitSinApplicationRequest, UpdateMailingAddressRequest, WithdrawSinApplicationRequest,
    },
};

use crate::{calls::Command, keys::Key, operations::Operation};

/// Whether the operation has a refusal with that reason.
#[must_use]
pub fn can_be_refused(operation: Operation, reason: &str) -> bool {
    match operation {
        Operation::SubmitStatement => has::<SubmitStatementRequest>(reason),
        Operation::BindNotice => has::<BindNoticeRequest>(reason),
        Operation::RegisterBirth => has::<RegisterBirthRequest>(reason),
        Operation::UnbindNotice => has::<UnbindNoticeRequest>(reason),
        Operation::WithdrawStatement => has::<WithdrawStatementRequest>(reason),
        Operation::PayFee => has::<PayFeeRequest>(reason),
        Operation::RefundFee => has::<RefundFeeRequest>(reason),
        Operation::OrderCertificate => has::<OrderCertificateRequest>(reason),
        Operation::UpdateDeliveryAddress => has::<UpdateDeliveryAddressRequest>(reason),
        Operation::CancelOrder => has::<CancelOrderRequest>(reason),
        Operation::SubmitNotice => has::<SubmitNoticeRequest>(reason),
        Operation::AmendNotice => has::<AmendNoticeRequest>(reason),
        Operation::RequestCancellation => has::<RequestCancellationRequest>(reason),
        Operation::SubmitSinApplication => has::<SubmitSinApplicationRequest>(reason),
        Operation::UpdateMailingAddress => has::<UpdateMailingAddressRequest>(reason),
        Operation::WithdrawSinApplication => has::<WithdrawSinApplicationRequest>(reason),
        Operation::FindNoticeMatches
        | Operation::GetRegistration
        | Operation::GetFee
        | Operation::GetOrder
        | Operation::GetNotice
        | Operation::QuoteFees
        | Operation::GetSinApplication
        | Operation::WatchRegistryEvents
        | Operation::WatchSinEvents => false,
    }
}

fn has<C: Command>(reason: &str) -> bool {
    let any_key = Key::read("idempotency_key", "case/step/1").expect("it is a key");
    C::refusal(reason, &any_key).is_some()
}
