//! The papers of a case, as an officer sees them.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use domain::{CaseRef, facts::Facts, paper::Paper};
use sqlx::PgConnection;
use store::{StoreError, papers};

use super::{
    super::{case::needed::in_words, session::SignedIn},
    case::open,
};
use crate::{
    Portal,
    language::Speaks,
    problem::Problem,
    reads::{self, Why},
};

/// A paper and the files that came of it.
pub(super) struct Received {
    pub(super) paper: Paper,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) due: String,
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    pub(super) number: u8,
    pub(super) label: String,
    pub(super) refused: bool,
}

impl Received {
    pub(super) async fn all(
        portal: &Portal,
        t: Speaks,
        conn: &mut PgConnection,
        case: CaseRef,
        facts: &Facts,
    ) -> Result<Vec<Self>, StoreError> {
        let filed = papers::all(conn, case).await?;
        let received = |(paper, it): (&Paper, &domain::facts::PaperFacts)| Self {
            paper: *paper,
            name: t.word("paper", paper.code()),
            state: t.word("paper-state", it.standing().code()),
            due: t.moment(it.due, portal.zone()),
            files: filed
                .iter()
                .filter(|file| file.paper == *paper)
                .map(|file| File {
                    number: file.number,
                    label: in_words(portal, t, file),
                    refused: file.was_refused(facts),
                })
                .collect(),
        };
        Ok(facts.papers.iter().map(received).collect())
    }
}

/// A file, to be saved and not shown by the browser: whatever is in it runs nowhere near this site.
pub(in crate::pages) async fn file(
    State(portal): State<Portal>,
    SignedIn(member): SignedIn,
    Path((_, case, paper, number)): Path<(String, String, String, String)>,
    why: Why,
) -> Result<Response, Problem> {
    let member = member.ok_or(Problem::NotSignedIn)?;
    if !member.role.decides() {
        return Err(Problem::RoleMayNot);
    }
    let (case, row) = open(&portal, &case).await?;
    let paper: Paper = paper.parse().map_err(|_| Problem::CaseNotFound)?;
    let number: u8 = number.parse().map_err(|_| Problem::CaseNotFound)?;
    reads::note_case(&portal, &member, case, &row.facts, why).await?;
    let mut conn = portal.pool.acquire().await?;
    let found = papers::find(&mut conn, &portal.keys, case, paper, number).await?;
    let (media, file) = found.ok_or(Problem::CaseNotFound)?;
    let name = format!("{case}-{paper}-{number}.{}", media.extension());
    let headers = [
        (header::CONTENT_TYPE, media.code().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, file.to_vec()).into_response())
}
