//! The province's services as the contracts have them. Each operation is written where its subject lives.

use std::sync::Arc;

use proto::{
    certificates::v1::{
        CancelOrderRequest, CancelOrderResponse, GetFeeRequest, GetFeeResponse, GetOrderRequest,
        GetOrderResponse, OrderCertificateRequest, OrderCertificateResponse, PayFeeRequest,
        PayFeeResponse, QuoteFeesRequest, QuoteFeesResponse, RefundFeeRequest, RefundFeeResponse,
        UpdateDeliveryAddressRequest, UpdateDeliveryAddressResponse,
        birth_certificate_service_server::BirthCertificateService, fee_service_server::FeeService,
    },
    registry::v1::{
        AmendNoticeRequest, AmendNoticeResponse, BindNoticeRequest, BindNoticeResponse,
        FindNoticeMatchesRequest, FindNoticeMatchesResponse, GetNoticeRequest, GetNoticeResponse,
        GetRegistrationRequest, GetRegistrationResponse, RegisterBirthRequest,
        RegisterBirthResponse, RequestCancellationRequest, RequestCancellationResponse,
        SubmitNoticeRequest, SubmitNoticeResponse, SubmitStatementRequest, SubmitStatementResponse,
        UnbindNoticeRequest, UnbindNoticeResponse, WatchRegistryEventsRequest,
        WatchRegistryEventsResponse, WithdrawStatementRequest, WithdrawStatementResponse,
        birth_registry_service_server::BirthRegistryService,
        notice_intake_service_server::NoticeIntakeService,
        registry_event_service_server::RegistryEventService, watch_registry_events_response::Item,
    },
};
use tonic::{Request, Response, Status};

use crate::{
    caller::Caller,
    events::{self, Telling, Told},
    operations::Operation,
    register::Register,
};

/// All of the province's services.
#[derive(Clone)]
pub struct Province(pub Arc<Register>);

#[tonic::async_trait]
impl BirthRegistryService for Province {
    async fn submit_statement(
        &self,
        request: Request<SubmitStatementRequest>,
    ) -> Result<Response<SubmitStatementResponse>, Status> {
        self.0.command(request).await
    }
    async fn find_notice_matches(
        &self,
        request: Request<FindNoticeMatchesRequest>,
    ) -> Result<Response<FindNoticeMatchesResponse>, Status> {
        self.0.query(request).await
    }
    async fn bind_notice(
        &self,
        request: Request<BindNoticeRequest>,
    ) -> Result<Response<BindNoticeResponse>, Status> {
        self.0.command(request).await
    }
    async fn unbind_notice(
        &self,
        request: Request<UnbindNoticeRequest>,
    ) -> Result<Response<UnbindNoticeResponse>, Status> {
        self.0.command(request).await
    }
    async fn register_birth(
        &self,
        request: Request<RegisterBirthRequest>,
    ) -> Result<Response<RegisterBirthResponse>, Status> {
        self.0.command(request).await
    }
    async fn get_registration(
        &self,
        request: Request<GetRegistrationRequest>,
    ) -> Result<Response<GetRegistrationResponse>, Status> {
        self.0.query(request).await
    }
    async fn withdraw_statement(
        &self,
        request: Request<WithdrawStatementRequest>,
    ) -> Result<Response<WithdrawStatementResponse>, Status> {
        self.0.command(request).await
    }
    async fn request_cancellation(
        &self,
        request: Request<RequestCancellationRequest>,
    ) -> Result<Response<RequestCancellationResponse>, Status> {
        self.0.command(request).await
    }
}

#[tonic::async_trait]
impl NoticeIntakeService for Province {
    async fn submit_notice(
        &self,
        request: Request<SubmitNoticeRequest>,
    ) -> Result<Response<SubmitNoticeResponse>, Status> {
        self.0.command(request).await
    }
    async fn amend_notice(
        &self,
        request: Request<AmendNoticeRequest>,
    ) -> Result<Response<AmendNoticeResponse>, Status> {
        self.0.command(request).await
    }
    async fn get_notice(
        &self,
        request: Request<GetNoticeRequest>,
    ) -> Result<Response<GetNoticeResponse>, Status> {
        self.0.query(request).await
    }
}

#[tonic::async_trait]
impl BirthCertificateService for Province {
    async fn order_certificate(
        &self,
        request: Request<OrderCertificateRequest>,
    ) -> Result<Response<OrderCertificateResponse>, Status> {
        self.0.command(request).await
    }
    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        self.0.query(request).await
    }
    async fn update_delivery_address(
        &self,
        request: Request<UpdateDeliveryAddressRequest>,
    ) -> Result<Response<UpdateDeliveryAddressResponse>, Status> {
        self.0.command(request).await
    }
    async fn cancel_order(
        &self,
        request: Request<CancelOrderRequest>,
    ) -> Result<Response<CancelOrderResponse>, Status> {
        self.0.command(request).await
    }
}

#[tonic::async_trait]
impl FeeService for Province {
    async fn quote_fees(
        &self,
        request: Request<QuoteFeesRequest>,
    ) -> Result<Response<QuoteFeesResponse>, Status> {
        self.0.query(request).await
    }
    async fn pay_fee(
        &self,
        request: Request<PayFeeRequest>,
    ) -> Result<Response<PayFeeResponse>, Status> {
        self.0.command(request).await
    }
    async fn get_fee(
        &self,
        request: Request<GetFeeRequest>,
    ) -> Result<Response<GetFeeResponse>, Status> {
        self.0.query(request).await
    }
    async fn refund_fee(
        &self,
        request: Request<RefundFeeRequest>,
    ) -> Result<Response<RefundFeeResponse>, Status> {
        self.0.command(request).await
    }
}

#[tonic::async_trait]
impl RegistryEventService for Province {
    type WatchRegistryEventsStream = Telling<WatchRegistryEventsResponse>;

    async fn watch_registry_events(
        &self,
        request: Request<WatchRegistryEventsRequest>,
    ) -> Result<Response<Self::WatchRegistryEventsStream>, Status> {
        let operation = Operation::WatchRegistryEvents;
        self.0.admit(&Caller::of(&request), operation).await?;
        let cursor = request.into_inner().after_sequence;
        Ok(Response::new(events::watch(Arc::clone(&self.0), operation, cursor).await?))
    }
}

impl From<Told> for WatchRegistryEventsResponse {
    fn from(told: Told) -> Self {
        let item = match told {
            Told::Event(event) => Item::Event(event),
            Told::KeepAlive(alive) => Item::KeepAlive(alive),
        };
        Self { item: Some(item) }
    }
}
