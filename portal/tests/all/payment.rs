//! Paying on the hosted page, also later, also again.

use axum::http::StatusCode;
use domain::{
    desk::{Leg, Reason},
    facts::Fact,
};

use crate::stage::{OFFICER, Stage, ordinary};

impl Stage {
    /// A family that has not paid yet.
    async fn unpaid(&self) -> (String, String) {
        let mut form = ordinary();
        form["services"].as_object_mut().expect("it is an object").remove("payment_token");
        self.opened(self.received(form).await).await
    }
}

#[tokio::test]
async fn a_family_can_pay_as_soon_as_the_form_is_sent() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.unpaid().await;
    let page = stage.page(&format!("/fr/case/{case}"), &cookies).await.text;
    let link = page.split("href=\"").find(|it| it.starts_with("http://pay.test/pay?"));
    let link = link.and_then(|it| it.split('"').next()).expect("it leads to the payment page");
    let way_back = format!("return=http%3A%2F%2Fportal.test%2Ffr%2Fcase%2F{case}%2Fpaid");
    for part in ["amount_cents=2500", "currency=CAD", "language=fr-CA", &way_back] {
        assert!(link.contains(part), "{part} is not in {link}");
    }

    let path = format!("/fr/case/{case}/paid?reference={case}&payment=good-token");
    assert_eq!(stage.page(&path, &cookies).await.status, StatusCode::SEE_OTHER);
    let page = stage.page(&format!("/fr/case/{case}"), &cookies).await.text;
    assert!(!page.contains("http://pay.test/pay"), "it is asked for twice");
    // The page is loaded again, and the browser comes back a second time.
    let entries = stage.rows().await;
    assert_eq!(stage.page(&path, &cookies).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.rows().await, entries);
}

#[tokio::test]
async fn whoever_goes_back_without_paying_is_where_they_were() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.unpaid().await;
    let back = stage.page(&format!("/en/case/{case}/paid?cancelled=1"), &cookies).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = stage.page(&format!("/en/case/{case}"), &cookies).await.text;
    assert!(page.contains("http://pay.test/pay"), "{page}");
    let stranger = stage.page(&format!("/en/case/{case}/paid?payment=x"), "").await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_pays_later_is_not_told_of_a_declined_payment() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.unpaid().await;
    stage.happens(&case, &[Fact::PaymentAwaited]).await;
    let page = stage.page(&format!("/en/case/{case}"), &cookies).await.text;
    assert!(page.contains("The certificate waits for your payment."), "{page}");
    assert!(page.contains("The fee is not paid yet."), "{page}");
    assert!(page.contains("The certificate costs $25.00"), "{page}");
    assert!(!page.contains("was declined"), "{page}");

    // After 30 days an officer looks at it; who pays then is still welcome. Once it is withdrawn, nobody asks for money.
    let leg = Leg::Certificate;
    let raised = Fact::DeskRaised { leg, reason: Reason::PaymentNotConfirmed };
    stage.happens(&case, &[raised]).await;
    let page = stage.page(&format!("/en/case/{case}"), &cookies).await.text;
    assert!(page.contains("The certificate costs $25.00"), "{page}");
    stage.happens(&case, &[Fact::LegWithdrawn { leg }]).await;
    let page = stage.page(&format!("/en/case/{case}"), &cookies).await.text;
    assert!(!page.contains("The certificate costs"), "{page}");
}

#[tokio::test]
async fn a_declined_payment_can_be_made_again() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let path = |token: &str| format!("/en/case/{case}/paid?payment={token}");
    let early = stage.page(&path("another"), &cookies).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("The payment was not taken"), "{}", early.text);

    stage.happens(&case, &[Fact::FeeDeclined { generation: 0 }]).await;
    let page = stage.page(&format!("/en/case/{case}"), &cookies).await;
    assert!(page.text.contains("The certificate costs $25.00"), "{}", page.text);
    let paid = stage.page(&path("another"), &cookies).await;
    assert_eq!(paid.status, StatusCode::SEE_OTHER);
    let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
    let last =
        view["timeline"].as_array().expect("it is a list").last().cloned().expect("it has entries");
    assert_eq!(
        (&last["what"], &last["detail"]["generation"]),
        (&"payment-offered".into(), &1.into())
    );
}
