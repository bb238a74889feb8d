//! Every operation by its name, on the keys of one case: for tests that go through all of them.

use std::fmt::Debug;

use proto::registry::v1::{MatchDecision, get_registration_response};
use tonic::Status;

use crate::{
    calls::{
        application, certified, order, payment, registration, try_amend_notice, try_apply,
        try_bind, try_cancel, try_find_match, try_get_application, try_get_fee, try_get_order,
        try_get_registration, try_order, try_pay, try_readdress, try_redirect, try_refund,
        try_register, try_submit, try_submit_notice, try_unbind, try_watch, try_watch_applications,
        try_withdraw, try_withdraw_application,
    },
    families::{notice, statement},
    harness::Sandbox,
};

/// A case that goes well, in its order. Nothing is registered before `RegisterBirth`.
pub const FORWARD: [(&str, &str); 16] = [
    ("province", "SubmitStatement"),
    ("province", "SubmitNotice"),
    ("province", "AmendNotice"),
    ("province", "FindNoticeMatches"),
    ("province", "BindNotice"),
    ("province", "RegisterBirth"),
    ("province", "GetRegistration"),
    ("province", "PayFee"),
    ("province", "GetFee"),
    ("province", "OrderCertificate"),
    ("province", "GetOrder"),
    ("province", "UpdateDeliveryAddress"),
    ("federal", "SubmitSinApplication"),
    ("federal", "GetSinApplication"),
    ("federal", "UpdateMailingAddress"),
    ("province", "WatchRegistryEvents"),
];

/// What undoes the legs after the registration.
pub const BACKWARD: [(&str, &str); 3] =
    [("province", "CancelOrder"), ("province", "RefundFee"), ("federal", "WithdrawSinApplication")];

/// Asks for an operation of the case `NB-1`, always with the same key and fields. What was answered, as text.
pub async fn ask(to: &Sandbox, operation: &str) -> Result<String, Status> {
    const STATEMENT: &str = "NB-1/statement/1";
    match operation {
        "SubmitStatement" => told(try_submit(to, certified(STATEMENT, statement())).await),
        "SubmitNotice" => told(try_submit_notice(to, "H-1/submit-notice/1", notice("H-1")).await),
        "AmendNotice" => told(try_amend_notice(to, 1, notice("H-1")).await),
        "FindNoticeMatches" => told(try_find_match(to, STATEMENT).await),
        "BindNotice" => told(
            try_bind(to, "NB-1/notice/1", STATEMENT, "H-1", MatchDecision::Automatic, &[]).await,
        ),
        "UnbindNotice" => told(try_unbind(to, "NB-1/unbind-notice/1", "NB-1/notice/1").await),
        "WithdrawStatement" => told(try_withdraw(to, "NB-1/withdraw-statement/1", STATEMENT).await),
        "RegisterBirth" => told(
            try_register(to, registration("NB-1/registration/1", STATEMENT, &statement())).await,
        ),
        "GetRegistration" => told(try_get_registration(to, STATEMENT).await),
        "PayFee" => told(try_pay(to, payment("NB-1/fee/1", "token")).await),
        "GetFee" => told(try_get_fee(to, "NB-1/fee/1").await),
        "RefundFee" => told(try_refund(to, "NB-1/refund-fee/1", "NB-1/fee/1").await),
        "OrderCertificate" => {
            let fee: String = fee(to).await;
            told(try_order(to, order("NB-1/order/1", &number(to).await, &fee)).await)
        }
        "GetOrder" => told(try_get_order(to, "NB-1/order/1").await),
        "UpdateDeliveryAddress" => {
            told(try_readdress(to, "NB-1/delivery-address/1", "NB-1/order/1", "2 Oak Street").await)
        }
        "CancelOrder" => told(try_cancel(to, "NB-1/cancel-order/1", "NB-1/order/1").await),
        "SubmitSinApplication" => {
            told(try_apply(to, application("NB-1/sin/1", &number(to).await)).await)
        }
        "GetSinApplication" => told(try_get_application(to, "NB-1/sin/1").await),
        "UpdateMailingAddress" => {
            told(try_redirect(to, "NB-1/mailing-address/1", "NB-1/sin/1", "2 Oak Street").await)
        }
        "WithdrawSinApplication" => {
            told(try_withdraw_application(to, "NB-1/withdraw-application/1", "NB-1/sin/1").await)
        }
        "WatchRegistryEvents" => told(try_watch(to, 0).await.map(|_| "open")),
        "WatchSinEvents" => told(try_watch_applications(to, 0).await.map(|_| "open")),
        other => panic!("no operation {other}"),
    }
}

fn told<T: Debug>(asked: Result<T, Status>) -> Result<String, Status> {
    asked.map(|answer| format!("{answer:?}"))
}

async fn number(to: &Sandbox) -> String {
    match try_get_registration(to, "NB-1/statement/1").await.unwrap() {
        get_registration_response::Outcome::Registered(it) => it.registration_number,
        other => panic!("not registered: {other:?}"),
    }
}

async fn fee(to: &Sandbox) -> String {
    to.province_holds("select fee_id::text from fees where key = 'NB-1/fee/1'").await
}
