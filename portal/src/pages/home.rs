//! The language choice, and the start page.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{Frame, page};
use crate::language::Speaks;

/// Both languages on equal footing.
#[derive(Template)]
#[template(path = "languages.html")]
struct Languages {
    english: Speaks,
    french: Speaks,
}

impl Languages {
    fn both(&self) -> [Speaks; 2] {
        [self.english, self.french]
    }
}

pub(super) async fn languages() -> Response {
    page(StatusCode::OK, &Languages { english: Speaks::ENGLISH, french: Speaks::FRENCH })
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    frame: Frame,
}

pub(super) async fn start(t: Speaks) -> Response {
    page(StatusCode::OK, &Start { frame: Frame::new(t, "") })
}
