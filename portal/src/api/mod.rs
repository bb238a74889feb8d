//! The JSON API, and its description.

mod body;
mod caller;
mod cases;
mod decisions;
mod problems;
pub(crate) mod schema;
mod submissions;

use askama::Template;
use axum::{Json, Router, extract::DefaultBodyLimit, response::Html, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Portal, problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Newborn registration",
        description = "One submission registers a birth, orders the certificate and applies for the child's SIN. \
            Errors are problem details (RFC 9457) with stable codes, in English or French by Accept-Language."
    ),
    tags(
        (name = "families", description = "For the parents and whoever submits for them"),
        (name = "staff", description = "For vital statistics staff"),
    ),
    components(schemas(problem::Body)),
    modifiers(&Tokens)
)]
struct Described;

/// The two kinds of bearer token.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let bearer = || HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let code = bearer().description(Some("The access code of the case, from its receipt"));
        let staff = bearer().description(Some("The token of a member of staff"));
        components.add_security_scheme("access code", SecurityScheme::Http(code.build()));
        components.add_security_scheme("staff token", SecurityScheme::Http(staff.build()));
    }
}

pub(crate) fn router() -> Router<Portal> {
    let (operations, described) = described();
    let docs = Docs::of(&described).render().expect("the page has what it needs");
    operations
        .layer(DefaultBodyLimit::max(body::LARGEST))
        .route("/api/v1/openapi.json", get(|| async move { Json(described) }))
        .route("/api", get(|| async move { Html(docs) }))
}

fn described() -> (Router<Portal>, openapi::OpenApi) {
    OpenApiRouter::with_openapi(Described::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .routes(routes!(submissions::submit))
                .routes(routes!(cases::list))
                .routes(routes!(cases::show))
                .routes(routes!(decisions::post))
                .routes(routes!(cases::desk)),
        )
        .split_for_parts()
}

/// A plain page that lists the operations and loads nothing from elsewhere.
#[derive(Template)]
#[template(path = "api.html")]
struct Docs {
    operations: Vec<Listed>,
}

struct Listed {
    method: &'static str,
    path: String,
    summary: String,
    more: String,
}

impl Docs {
    fn of(api: &openapi::OpenApi) -> Self {
        let mut operations = Vec::new();
        for (path, item) in &api.paths.paths {
            for (method, operation) in [("GET", &item.get), ("POST", &item.post)] {
                let Some(operation) = operation else { continue };
                operations.push(Listed {
                    method,
                    path: path.clone(),
                    summary: operation.summary.clone().unwrap_or_default(),
                    more: operation.description.clone().unwrap_or_default(),
                });
            }
        }
        Self { operations }
    }
}
