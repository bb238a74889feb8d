//! Who is let in, and to what.

use proto::{
    common::v1::{
        GetServiceStatusRequest, service_status_service_client::ServiceStatusServiceClient,
    },
    registry::v1::{
        GetNoticeRequest, RequestCancellationRequest,
        birth_registry_service_client::BirthRegistryServiceClient,
        notice_intake_service_client::NoticeIntakeServiceClient,
    },
};
use tonic::{
    Code,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    calls::{certified, context, fault, try_submit_notice},
    certificates::{Authority, OURS, caller},
    families::{notice, statement},
    harness::{INSTANT, Sandbox},
    operations::ask,
};

async fn submit_over(line: Channel) -> Result<(), tonic::Status> {
    let request = certified("NB-1/statement/1", statement());
    BirthRegistryServiceClient::new(line).submit_statement(request).await.map(|_| ())
}

fn line_with(sandbox: &Sandbox, tls: ClientTlsConfig) -> Channel {
    let address = sandbox.province_address;
    Endpoint::from_shared(format!("https://{address}"))
        .unwrap()
        .tls_config(tls)
        .unwrap()
        .connect_lazy()
}

#[tokio::test]
async fn each_caller_may_do_its_own_part_only() {
    let sandbox = Sandbox::start(INSTANT).await;
    for name in
        ["hospital.newborn.internal", "registrar.newborn.internal", "somebody.newborn.internal"]
    {
        let status = submit_over(sandbox.province_as(name)).await.unwrap_err();
        assert_eq!(fault(&status), (Code::PermissionDenied, "NOT_AUTHORISED".into()), "{name}");
    }
    let request = GetNoticeRequest { context: context(), notice_id: "H-1".into() };
    let worker = sandbox.province_as("worker.newborn.internal");
    let status = NoticeIntakeServiceClient::new(worker).get_notice(request).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    submit_over(sandbox.province_as("worker.newborn.internal")).await.unwrap();
    try_submit_notice(&sandbox, "H-1/submit-notice/1", notice("H-1")).await.unwrap();
}

#[tokio::test]
async fn a_caller_without_a_certificate_of_ours_is_not_even_heard() {
    let sandbox = Sandbox::start(INSTANT).await;
    let (worker, province) = ("worker.newborn.internal", "province.newborn.internal");
    let stranger = caller(&Authority::new(), worker, province);
    let nobody = ClientTlsConfig::new()
        .domain_name(province)
        .ca_certificate(Certificate::from_pem(OURS.pem()));
    for tls in [stranger, nobody] {
        let status = submit_over(line_with(&sandbox, tls)).await.unwrap_err();
        assert!(matches!(status.code(), Code::Unavailable | Code::Unknown), "{status:?}");
    }
    assert_eq!(sandbox.ledger().await["statements"], serde_json::json!([]));
}

#[tokio::test]
async fn every_attempt_to_have_a_registration_cancelled_is_counted_for_good() {
    let sandbox = Sandbox::start(INSTANT).await;
    for name in ["worker.newborn.internal", "worker.newborn.internal", "hospital.newborn.internal"]
    {
        let request = RequestCancellationRequest {
            context: context(),
            ..RequestCancellationRequest::default()
        };
        let mut client = BirthRegistryServiceClient::new(sandbox.province_as(name));
        let status = client.request_cancellation(request).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    }
    let sandbox = sandbox.restart(INSTANT).await;
    assert_eq!(sandbox.ledger().await["cancellation_attempts"], 3);
}

#[tokio::test]
async fn both_registers_tell_their_health_and_their_windows() {
    let sandbox = Sandbox::start(INSTANT).await;
    for line in [&sandbox.province, &sandbox.federal] {
        let check = HealthCheckRequest { service: String::new() };
        let health = HealthClient::new(line.clone()).check(check).await.unwrap().into_inner();
        assert_eq!(health.status, 1);
        let mut client = ServiceStatusServiceClient::new(line.clone());
        let request = GetServiceStatusRequest { context: context() };
        let status = client.get_service_status(request).await.unwrap().into_inner();
        assert!(status.open && status.windows.is_empty());
    }
    assert!(ask(&sandbox, "GetFee").await.is_ok());
}
