//! The engine's and the hospital's calls, one short function each.
//!
//! A function without `Result` fails the test when no answer comes.

mod applications;
mod certificates;
mod events;
mod notices;
mod registrations;
mod statements;

use proto::common::v1::RequestContext;
use tonic::{Code, Status};
use tonic_types::StatusExt;

pub use applications::*;
pub use certificates::*;
pub use events::*;
pub use notices::*;
pub use registrations::*;
pub use statements::*;

pub type Asked<T> = Result<T, Status>;

pub fn context() -> Option<RequestContext> {
    Some(RequestContext {
        request_id: uuid::Uuid::new_v4().to_string(),
        correlation: "submission-1".into(),
        ..RequestContext::default()
    })
}

/// What a fault says: its code and reason.
pub fn fault(status: &Status) -> (Code, String) {
    let reason = status.get_details_error_info().map(|it| it.reason).unwrap_or_default();
    (status.code(), reason)
}

/// The case a key is of.
fn case_of(key: &str) -> String {
    key.split('/').next().unwrap().into()
}
