//! Events.

use proto::{
    common::v1::Event,
    registry::v1::{
        WatchRegistryEventsRequest, WatchRegistryEventsResponse,
        registry_event_service_client::RegistryEventServiceClient, watch_registry_events_response,
    },
    sin::v1::{
        WatchSinEventsRequest, WatchSinEventsResponse,
        sin_event_service_client::SinEventServiceClient, watch_sin_events_response,
    },
};
use tonic::Streaming;

use super::{Asked, context};
use crate::harness::Sandbox;

/// One item of either stream: an event, or a keep-alive.
pub trait Item {
    fn event(self) -> Option<Event>;
}

impl Item for WatchRegistryEventsResponse {
    fn event(self) -> Option<Event> {
        match self.item.expect("an item") {
            watch_registry_events_response::Item::Event(event) => Some(event),
            watch_registry_events_response::Item::KeepAlive(_) => None,
        }
    }
}

impl Item for WatchSinEventsResponse {
    fn event(self) -> Option<Event> {
        match self.item.expect("an item") {
            watch_sin_events_response::Item::Event(event) => Some(event),
            watch_sin_events_response::Item::KeepAlive(_) => None,
        }
    }
}

pub async fn try_watch(
    to: &Sandbox,
    after_sequence: u64,
) -> Asked<Streaming<WatchRegistryEventsResponse>> {
    let request = WatchRegistryEventsRequest { context: context(), after_sequence };
    let mut client = RegistryEventServiceClient::new(to.province.clone());
    Ok(client.watch_registry_events(request).await?.into_inner())
}

pub async fn try_watch_applications(
    to: &Sandbox,
    after_sequence: u64,
) -> Asked<Streaming<WatchSinEventsResponse>> {
    let request = WatchSinEventsRequest { context: context(), after_sequence };
    let mut client = SinEventServiceClient::new(to.federal.clone());
    Ok(client.watch_sin_events(request).await?.into_inner())
}
