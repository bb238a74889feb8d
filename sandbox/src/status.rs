//! What both registers announce about themselves. The sandbox has no maintenance windows.

use proto::common::v1::{
    GetServiceStatusRequest, GetServiceStatusResponse,
    service_status_service_server::ServiceStatusService,
};
use tonic::{Request, Response, Status};

/// A register that is open and has announced nothing.
pub struct AlwaysOpen;

#[tonic::async_trait]
impl ServiceStatusService for AlwaysOpen {
    async fn get_service_status(
        &self,
        _request: Request<GetServiceStatusRequest>,
    ) -> Result<Response<GetServiceStatusResponse>, Status> {
        Ok(Response::new(GetServiceStatusResponse { open: true, windows: Vec::new() }))
    }
}
