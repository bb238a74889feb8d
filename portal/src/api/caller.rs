//! Who calls: by the bearer token, never by the body.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use domain::CaseRef;
use store::cases::{self, CaseRow};
use uuid::Uuid;

use crate::{Portal, case_view::Viewer, limits::Client, problem::Problem, staff::Member};

/// The bearer token of a request, and whom it comes from.
pub(crate) struct Bearer {
    token: String,
    client: Client,
}

impl FromRequestParts<Portal> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Problem> {
        let Ok(client) = Client::from_request_parts(parts, portal).await;
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) =
            header.and_then(|it| it.split_once(' ')).ok_or(Problem::NotSignedIn)?;
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        let token = token.trim().to_owned();
        bearer.then_some(Self { token, client }).ok_or(Problem::NotSignedIn)
    }
}

/// A caller with a development token of staff. Without a file of them there is none.
pub(crate) struct ByStaff(pub(crate) Member);

impl FromRequestParts<Portal> for ByStaff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Problem> {
        let Bearer { token, client } = Bearer::from_request_parts(parts, portal).await?;
        if let Some(member) = portal.staff.holder(&token) {
            return Ok(Self(member));
        }
        portal.limits.wrong_code(client)?;
        Err(Problem::NotSignedIn)
    }
}

impl Bearer {
    /// The case, if the caller may see it. A wrong code and an unknown case are the same.
    pub(crate) async fn open(
        &self,
        portal: &Portal,
        case: &str,
    ) -> Result<(CaseRef, CaseRow, Viewer), Problem> {
        let opened = self.try_open(portal, case).await;
        if matches!(opened, Err(Problem::CaseNotFound)) {
            portal.limits.wrong_code(self.client)?;
            portal.patience().after_wrong(case, portal.now()).await;
        }
        opened
    }

    async fn try_open(
        &self,
        portal: &Portal,
        case: &str,
    ) -> Result<(CaseRef, CaseRow, Viewer), Problem> {
        let case: CaseRef = case.parse().map_err(|_| Problem::CaseNotFound)?;
        let mut conn = portal.pool.acquire().await?;
        let row = cases::facts(&mut conn, case).await?;
        if let Some(member) = portal.staff.holder(&self.token) {
            let row = row.ok_or(Problem::CaseNotFound)?;
            return Ok((case, row, Viewer::Staff(member)));
        }
        let submission = row.as_ref().map_or(Uuid::nil(), |row| row.submission);
        let parent = portal.access.opens(case, submission, &self.token);
        let (row, parent) = row.zip(parent).ok_or(Problem::CaseNotFound)?;
        Ok((case, row, Viewer::Parent(parent)))
    }
}
