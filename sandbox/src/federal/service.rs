//! The federal services as the contract has them. Each operation is written where its subject lives.

use std::sync::Arc;

use proto::sin::v1::{
    GetSinApplicationRequest, GetSinApplicationResponse, SubmitSinApplicationRequest,
    SubmitSinApplicationResponse, UpdateMailingAddressRequest, UpdateMailingAddressResponse,
    WatchSinEventsRequest, WatchSinEventsResponse, WithdrawSinApplicationRequest,
    WithdrawSinApplicationResponse, sin_event_service_server::SinEventService,
    social_insurance_register_service_server::SocialInsuranceRegisterService,
    watch_sin_events_response::Item,
};
use tonic::{Request, Response, Status};

use crate::{
    caller::Caller,
    events::{self, Telling, Told},
    operations::Operation,
    register::Register,
};

/// All of the federal services.
#[derive(Clone)]
pub struct Federal(pub Arc<Register>);

#[tonic::async_trait]
impl SocialInsuranceRegisterService for Federal {
    async fn submit_sin_application(
        &self,
        request: Request<SubmitSinApplicationRequest>,
    ) -> Result<Response<SubmitSinApplicationResponse>, Status> {
        self.0.command(request).await
    }
    async fn get_sin_application(
        &self,
        request: Request<GetSinApplicationRequest>,
    ) -> Result<Response<GetSinApplicationResponse>, Status> {
        self.0.query(request).await
    }
    async fn update_mailing_address(
        &self,
        request: Request<UpdateMailingAddressRequest>,
    ) -> Result<Response<UpdateMailingAddressResponse>, Status> {
        self.0.command(request).await
    }
    async fn withdraw_sin_application(
        &self,
        request: Request<WithdrawSinApplicationRequest>,
    ) -> Result<Response<WithdrawSinApplicationResponse>, Status> {
        self.0.command(request).await
    }
}

#[tonic::async_trait]
impl SinEventService for Federal {
    type WatchSinEventsStream = Telling<WatchSinEventsResponse>;

    async fn watch_sin_events(
        &self,
        request: Request<WatchSinEventsRequest>,
    ) -> Result<Response<Self::WatchSinEventsStream>, Status> {
        let operation = Operation::WatchSinEvents;
        self.0.admit(&Caller::of(&request), operation).await?;
        let cursor = request.into_inner().after_sequence;
        Ok(Response::new(events::watch(Arc::clone(&self.0), operation, cursor).await?))
    }
}

impl From<Told> for WatchSinEventsResponse {
    fn from(told: Told) -> Self {
        let item = match told {
            Told::Event(event) => Item::Event(event),
            Told::KeepAlive(alive) => Item::KeepAlive(alive),
        };
        Self { item: Some(item) }
    }
}
