//! Certificates and what they cost.

use proto::{
    certificates::v1::{
        DeclineReason, OrderRefusal, OrderState, Product, QuoteFeesRequest,
        fee_service_client::FeeServiceClient, get_fee_response, get_order_response,
        order_certificate_response, pay_fee_response, refund_fee_response,
        update_delivery_address_response,
    },
    common::v1::EventKind,
};

use crate::{
    calls::{
        context, order, ordered, paid, payment, registered, try_cancel, try_get_fee, try_get_order,
        try_order, try_pay, try_readdress, try_refund, try_watch,
    },
    harness::{INSTANT, NEVER, Pace, Sandbox, next_event},
};

fn refused(outcome: &order_certificate_response::Outcome) -> OrderRefusal {
    match outcome {
        order_certificate_response::Outcome::Refused(refused) => refused.reason(),
        other => panic!("not refused: {other:?}"),
    }
}

fn declined(outcome: &pay_fee_response::Outcome) -> DeclineReason {
    match outcome {
        pay_fee_response::Outcome::Declined(declined) => declined.reason(),
        other => panic!("not declined: {other:?}"),
    }
}

#[tokio::test]
async fn prices_are_told_and_must_be_met() {
    let sandbox = Sandbox::start(NEVER).await;
    let mut client = FeeServiceClient::new(sandbox.province.clone());
    let request = QuoteFeesRequest { context: context(), products: vec![] };
    let lines = client.quote_fees(request).await.unwrap().into_inner().lines;
    let prices: Vec<_> = lines.iter().map(|it| (it.product(), it.amount_cents)).collect();
    assert_eq!(
        prices,
        [(Product::Short, 2500), (Product::WithParents, 2500), (Product::CertifiedCopy, 3500)]
    );
    let mut cheap = payment("NB-1/fee/1", "token");
    cheap.amount_cents = 2499;
    assert_eq!(declined(&try_pay(&sandbox, cheap).await.unwrap()), DeclineReason::WrongAmount);
}

#[tokio::test]
async fn a_declined_payment_charges_nothing_and_another_may_be_offered() {
    let sandbox = Sandbox::start(NEVER).await;
    let outcome = try_pay(&sandbox, payment("NB-1/fee/1", "tok_declined_1")).await.unwrap();
    assert_eq!(declined(&outcome), DeclineReason::Declined);
    let found = try_get_fee(&sandbox, "NB-1/fee/1").await.unwrap();
    assert!(matches!(found, get_fee_response::Outcome::NotFound(_)));
    let undone = try_refund(&sandbox, "NB-1/refund-fee/1", "NB-1/fee/1").await.unwrap();
    assert!(matches!(undone, refund_fee_response::Outcome::NothingToUndo(_)), "{undone:?}");
    paid(&sandbox, "NB-1/fee/2").await;
    let again = try_pay(&sandbox, payment("NB-1/fee/3", "token")).await.unwrap();
    assert_eq!(declined(&again), DeclineReason::AlreadyPaid);
    assert_eq!(sandbox.ledger().await["fees"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_needs_an_active_registration_of_its_own_case_and_a_fee() {
    let sandbox = Sandbox::start(NEVER).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    let others_fee = paid(&sandbox, "NB-2/fee/1").await;
    let unknown = order("NB-1/order/1", "2026-35-9999999", &fee);
    let not_theirs = order("NB-2/order/1", &number, &others_fee);
    let not_paid = order("NB-1/order/2", &number, &others_fee);
    let mut other_product = order("NB-1/order/3", &number, &fee);
    other_product.product = Product::CertifiedCopy.into();
    for (request, reason) in [
        (unknown, OrderRefusal::RegistrationNotActive),
        (not_theirs, OrderRefusal::NotEntitled),
        (not_paid, OrderRefusal::PaymentNotConfirmed),
        (other_product, OrderRefusal::PaymentNotConfirmed),
    ] {
        assert_eq!(refused(&try_order(&sandbox, request).await.unwrap()), reason);
    }
    ordered(&sandbox, order("NB-1/order/4", &number, &fee)).await;
    let twice = try_order(&sandbox, order("NB-1/order/5", &number, &fee)).await.unwrap();
    assert_eq!(refused(&twice), OrderRefusal::DuplicateOrder);
    // Cancelled, it makes room.
    try_cancel(&sandbox, "NB-1/cancel-order/1", "NB-1/order/4").await.unwrap();
    ordered(&sandbox, order("NB-1/order/6", &number, &fee)).await;
}

#[tokio::test]
async fn a_second_order_after_the_first_was_mailed_is_a_duplicate() {
    let sandbox = Sandbox::start(INSTANT).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    let other = paid(&sandbox, "NB-1/fee/2").await;
    for (fee, key) in [(fee, "NB-1/order/2"), (other, "NB-1/order/3")] {
        let twice = try_order(&sandbox, order(key, &number, &fee)).await.unwrap();
        assert_eq!(refused(&twice), OrderRefusal::DuplicateOrder);
    }
}

#[tokio::test]
async fn the_address_may_change_until_the_certificate_is_printed() {
    let sandbox = Sandbox::start(Pace(0.0, 1e6, 0.0)).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let missing =
        try_readdress(&sandbox, "NB-1/delivery-address/1", "NB-1/order/1", "x").await.unwrap();
    assert!(
        matches!(missing, update_delivery_address_response::Outcome::NotFound(_)),
        "{missing:?}"
    );
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    let placed = ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    assert_eq!(placed.state(), OrderState::InProduction);
    // The third change overtook the second.
    for (generation, line1) in [(3, "3 Oak Street"), (2, "2 Oak Street")] {
        let key = format!("NB-1/delivery-address/{generation}");
        let updated = try_readdress(&sandbox, &key, "NB-1/order/1", line1).await.unwrap();
        assert!(
            matches!(updated, update_delivery_address_response::Outcome::Updated(_)),
            "{updated:?}"
        );
    }
    let generation: i64 = sandbox.province_holds("select address_generation from orders").await;
    assert_eq!(generation, 3);

    let sandbox = sandbox.restart(INSTANT).await;
    let number = registered(&sandbox, "NB-2", "Anne").await.registration_number;
    let fee = paid(&sandbox, "NB-2/fee/1").await;
    ordered(&sandbox, order("NB-2/order/1", &number, &fee)).await;
    let late =
        try_readdress(&sandbox, "NB-2/delivery-address/1", "NB-2/order/1", "x").await.unwrap();
    assert!(matches!(late, update_delivery_address_response::Outcome::TooLate(_)), "{late:?}");
}

#[tokio::test]
async fn a_cancelled_order_is_never_produced() {
    let sandbox = Sandbox::start(Pace(0.5, 0.0, 0.0)).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    for (case, first) in [("NB-1", "Marie"), ("NB-2", "Anne")] {
        let number = registered(&sandbox, case, first).await.registration_number;
        let fee = paid(&sandbox, &format!("{case}/fee/1")).await;
        ordered(&sandbox, order(&format!("{case}/order/1"), &number, &fee)).await;
        if case == "NB-1" {
            try_cancel(&sandbox, "NB-1/cancel-order/1", "NB-1/order/1").await.unwrap();
        }
    }
    // The second case's order was due later: when it moved, the first one's time had passed.
    let moved = loop {
        let event = next_event(&mut events).await;
        if event.kind() == EventKind::OrderMailed {
            break event;
        }
    };
    assert_eq!(moved.case_ref, "NB-2");
    match try_get_order(&sandbox, "NB-1/order/1").await.unwrap() {
        get_order_response::Outcome::Order(order) => {
            assert_eq!(order.state(), OrderState::Cancelled)
        }
        other => panic!("{other:?}"),
    }
}
