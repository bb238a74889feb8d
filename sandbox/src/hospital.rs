//! The hospital's side: sends notices to the province with the hospital's own certificate.

use std::{net::SocketAddr, time::Duration};

use proto::{
    common::v1::RequestContext,
    registry::v1::{
        AmendNoticeRequest, GetNoticeRequest, Notice, NoticeState, SubmitNoticeRequest,
        amend_notice_response, get_notice_response, get_notice_response::Found,
        notice_intake_service_client::NoticeIntakeServiceClient, submit_notice_response,
    },
};
use serde::Serialize;
use tonic::{
    Code, Response, Status,
    transport::{Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt;

use crate::{moment::Moment, notice_file::NoticeFile};

/// How often a question is asked before it is given up.
const ATTEMPTS: u32 = 10;
/// How many generations of a key are tried: each refusal uses one up.
const GENERATIONS: u32 = 100;
/// How long to wait before asking again, when the province does not say.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What became of a notice.
#[derive(Debug, Clone, Serialize)]
pub struct Sent {
    notice_id: String,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Outcome {
    Received,
    Amended,
    /// The province has exactly this already.
    Unchanged,
    /// The birth is registered on the notice as it was.
    TooLate,
}

/// Why a notice was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    #[error("notice {notice_id}: the province did not answer {ATTEMPTS} times")]
    NoAnswer { notice_id: String, source: Status },
    #[error("notice {notice_id}: the province does not take it: {}", .source.message())]
    NotTaken { notice_id: String, source: Status },
    #[error("notice {notice_id}: the province refuses it")]
    Refused { notice_id: String },
    #[error("notice {notice_id}: the province gave an answer that does not fit the question")]
    Unexpected { notice_id: String },
}

/// A hospital with a line to the province.
#[derive(Clone)]
pub struct Hospital {
    province: NoticeIntakeServiceClient<Channel>,
}

impl Hospital {
    /// A hospital that will call the province at this address when it has something to send.
    ///
    /// # Errors
    ///
    /// When the certificates cannot be used.
    pub fn new(province: SocketAddr, tls: ClientTlsConfig) -> anyhow::Result<Self> {
        let channel = Endpoint::from_shared(format!("https://{province}"))?
            .tls_config(tls)?
            .timeout(Duration::from_secs(60))
            .connect_lazy();
        Ok(Self { province: NoticeIntakeServiceClient::new(channel) })
    }

    /// Sends a notice: submits a new one, amends one that the province has with other content.
    ///
    /// # Errors
    ///
    /// [`NotSent`] says why.
    pub async fn send(&self, file: NoticeFile) -> Result<Sent, NotSent> {
        let notice = Notice::from(file);
        for refused in 0..GENERATIONS {
            let outcome = match self.find(&notice.notice_id).await? {
                None => self.submit(&notice, 1 + refused).await?,
                Some(known) if known.notice.as_ref() == Some(&notice) => Some(Outcome::Unchanged),
                Some(known) => self.amend(&notice, &known, refused).await?,
            };
            if let Some(outcome) = outcome {
                return Ok(Sent { notice_id: notice.notice_id, outcome });
            }
            // A refusal stays under its key. The next generation asks again.
        }
        Err(NotSent::Refused { notice_id: notice.notice_id })
    }

    async fn find(&self, notice_id: &str) -> Result<Option<Found>, NotSent> {
        let ask = || {
            let request = GetNoticeRequest { context: context(), notice_id: notice_id.into() };
            let mut province = self.province.clone();
            async move { province.get_notice(request).await }
        };
        match until_answered(notice_id, ask).await?.outcome {
            Some(get_notice_response::Outcome::Found(found)) => Ok(Some(found)),
            Some(get_notice_response::Outcome::NotFound(_)) => Ok(None),
            None => Err(NotSent::Unexpected { notice_id: notice_id.into() }),
        }
    }

    /// Nothing comes of it if it is refused under this key.
    async fn submit(&self, notice: &Notice, generation: u32) -> Result<Option<Outcome>, NotSent> {
        let notice_id = &notice.notice_id;
        let ask = || {
            let request = SubmitNoticeRequest {
                context: context(),
                idempotency_key: format!("{notice_id}/submit-notice/{generation}"),
                notice: Some(notice.clone()),
            };
            let mut province = self.province.clone();
            async move { province.submit_notice(request).await }
        };
        let Some(answer) = unless_used(until_answered(notice_id, ask).await)? else {
            return Ok(None);
        };
        match answer.outcome {
            Some(submit_notice_response::Outcome::Received(_)) => Ok(Some(Outcome::Received)),
            Some(submit_notice_response::Outcome::AlreadyKnown(_)) => Ok(None),
            None => Err(NotSent::Unexpected { notice_id: notice_id.into() }),
        }
    }

    /// The version that is replaced makes the key: the same amendment sent again has the same one. Nothing comes of it if
    /// it is refused under this key.
    async fn amend(
        &self,
        notice: &Notice,
        known: &Found,
        refused: u32,
    ) -> Result<Option<Outcome>, NotSent> {
        let notice_id = &notice.notice_id;
        let generation = known.version + refused;
        let ask = || {
            let request = AmendNoticeRequest {
                context: context(),
                idempotency_key: format!("{notice_id}/amend-notice/{generation}"),
                notice: Some(notice.clone()),
            };
            let mut province = self.province.clone();
            async move { province.amend_notice(request).await }
        };
        let Some(answer) = unless_used(until_answered(notice_id, ask).await)? else {
            return Ok(None);
        };
        match answer.outcome {
            Some(amend_notice_response::Outcome::Amended(_)) => Ok(Some(Outcome::Amended)),
            Some(amend_notice_response::Outcome::TooLate(_))
                if known.state() == NoticeState::Registered =>
            {
                Ok(Some(Outcome::TooLate))
            }
            Some(
                amend_notice_response::Outcome::TooLate(_)
                | amend_notice_response::Outcome::NotFound(_),
            ) => Ok(None),
            None => Err(NotSent::Unexpected { notice_id: notice_id.into() }),
        }
    }
}

/// Nothing, if other content was sent under the key before.
fn unless_used<A>(answered: Result<A, NotSent>) -> Result<Option<A>, NotSent> {
    match answered {
        Ok(answer) => Ok(Some(answer)),
        Err(NotSent::NotTaken { source, .. }) if is_used_key(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_used_key(status: &Status) -> bool {
    status.get_details_error_info().is_some_and(|it| it.reason == "IDEMPOTENCY_KEY_REUSED")
}

/// Asks, with the same key, until an answer comes.
async fn until_answered<A, F, W>(notice_id: &str, ask: F) -> Result<A, NotSent>
where
    F: Fn() -> W,
    W: Future<Output = Result<Response<A>, Status>>,
{
    let mut attempt = 1;
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) if !is_silence(&status) => {
                return Err(NotSent::NotTaken { notice_id: notice_id.into(), source: status });
            }
            Err(status) if attempt == ATTEMPTS => {
                return Err(NotSent::NoAnswer { notice_id: notice_id.into(), source: status });
            }
            Err(status) => {
                let told = status.get_details_retry_info().and_then(|it| it.retry_delay);
                tokio::time::sleep(told.unwrap_or(AGAIN_AFTER)).await;
                attempt += 1;
            }
        }
    }
}

/// Whether the status leaves open what was done, so that asking again can help.
fn is_silence(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::Aborted
            | Code::DeadlineExceeded
            | Code::Internal
            | Code::Unknown
            | Code::Cancelled
    )
}

fn context() -> Option<RequestContext> {
    Some(RequestContext {
        request_id: uuid::Uuid::now_v7().to_string(),
        sent_at: Some(Moment::now().to_wire()),
        correlation: String::new(),
    })
}
