//! Lists of cases, a page at a time: nothing is left out without a word.

use domain::CaseRef;
use serde::Deserialize;
use sqlx::PgConnection;
use store::{
    StoreError,
    cases::{self, CaseSummary, Filter},
};
use utoipa::IntoParams;

/// The most cases on one page.
pub(crate) const PAGE: usize = 200;

/// Where a page begins.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// List what comes after this case.
    #[param(value_type = Option<String>, example = "NB-7K3F-92QX")]
    pub(crate) after: Option<CaseRef>,
}

/// One page of a list.
pub(crate) struct Page {
    pub(crate) cases: Vec<CaseSummary>,
    /// The case after which the next page begins; `None` on the last page.
    pub(crate) next: Option<CaseRef>,
}

/// A page of all cases, or of those on the desk, oldest first.
pub(crate) async fn page(
    conn: &mut PgConnection,
    stuck: bool,
    after: Option<CaseRef>,
) -> Result<Page, StoreError> {
    let one_more = i64::try_from(PAGE + 1).expect("a page is short");
    let mut cases = cases::list(conn, Filter { stuck, limit: one_more, after }).await?;
    let more = cases.len() > PAGE;
    cases.truncate(PAGE);
    let next = cases.last().filter(|_| more).map(|last| last.case);
    Ok(Page { cases, next })
}
