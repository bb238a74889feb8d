//! The JSON API, and its description.

mod body;
mod caller;
mod cases;
mod decisions;
mod examples;
mod problems;
pub(crate) mod schema;
mod submissions;

use askama::Template;
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, header},
    response::{Html, IntoResponse},
    routing::get,
};
use domain::intake::Code;
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::examples::Exchange;
use crate::{
    Portal,
    language::{Speaks, asked_for},
    problem::{self, Problem},
};

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
        let staff = bearer().description(Some("The development token of a member of staff. In production there are none: staff use the desk"));
        components.add_security_scheme("access code", SecurityScheme::Http(code.build()));
        components.add_security_scheme("staff token", SecurityScheme::Http(staff.build()));
    }
}

pub(crate) fn router() -> Router<Portal> {
    let (operations, mut described) = described();
    examples::into(&mut described);
    let docs = [Speaks::ENGLISH, Speaks::FRENCH].map(|t| {
        let page = Docs::of(t, &described).render();
        (t, page.expect("the page has what it needs"))
    });
    operations
        .layer(DefaultBodyLimit::max(body::LARGEST))
        .route("/api/v1/openapi.json", get(|| async move { Json(described) }))
        .route("/api", get(|headers: HeaderMap| async move { docs_in(&docs, &headers) }))
}

/// The page in the language that is asked for.
fn docs_in(docs: &[(Speaks, String); 2], headers: &HeaderMap) -> impl IntoResponse + use<> {
    let wished = asked_for(headers);
    let [english, french] = docs;
    let (t, page) = if wished == Speaks::FRENCH { french } else { english };
    let headers = [(header::CONTENT_LANGUAGE, t.code()), (header::VARY, "accept-language")];
    (headers, Html(page.clone()))
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

/// A plain page with the operations, an example of each, and every problem in words. It loads nothing from elsewhere.
#[derive(Template)]
#[template(path = "api.html")]
struct Docs {
    t: Speaks,
    operations: Vec<Listed>,
    refusal: String,
    problems: Vec<Worded>,
    /// The codes of fields, in both languages.
    fields: Vec<(&'static str, String, String)>,
}

struct Listed {
    method: String,
    path: &'static str,
    summary: String,
    more: String,
    sent: String,
    answered: String,
}

/// A problem in both languages: title and detail.
struct Worded {
    code: &'static str,
    status: u16,
    english: (String, String),
    french: (String, String),
}

impl Docs {
    fn of(t: Speaks, api: &openapi::OpenApi) -> Self {
        let field = |code: &Code| {
            let say = |t: Speaks| t.say(&format!("asks-{code}"));
            (code.code(), say(Speaks::ENGLISH), say(Speaks::FRENCH))
        };
        Self {
            t,
            operations: examples::all().iter().map(|it| Listed::of(api, it)).collect(),
            refusal: pretty(&examples::refusal()),
            problems: Problem::one_of_each().iter().map(Worded::of).collect(),
            fields: Code::ALL.iter().map(field).collect(),
        }
    }
}

impl Listed {
    fn of(api: &openapi::OpenApi, it: &Exchange) -> Self {
        let item = api.paths.paths.get(it.path);
        let operation = item.and_then(|item| item.get.as_ref().or(item.post.as_ref()));
        let operation = operation.expect("the operation is described");
        let body = it.body.as_ref().map_or(String::new(), |body| format!("\n{}", pretty(body)));
        let lines = |lines: &[&str]| lines.iter().map(|it| format!("{it}\n")).collect::<String>();
        Self {
            method: it.method.to_string(),
            path: it.path,
            summary: operation.summary.clone().unwrap_or_default(),
            more: operation.description.clone().unwrap_or_default(),
            sent: format!("{} {} HTTP/1.1\n{}{body}", it.method, it.asked, lines(it.headers)),
            answered: format!(
                "HTTP/1.1 {}\nContent-Type: application/json\n{}\n{}",
                it.status,
                lines(it.answered_headers),
                pretty(&it.answer)
            ),
        }
    }
}

impl Worded {
    fn of(problem: &Problem) -> Self {
        let code = problem.code();
        let words = |t: Speaks| {
            (t.say(&format!("problem-{code}")), t.say(&format!("problem-{code}.detail")))
        };
        Self {
            code,
            status: problem.status().as_u16(),
            english: words(Speaks::ENGLISH),
            french: words(Speaks::FRENCH),
        }
    }
}

fn pretty(it: &Value) -> String {
    serde_json::to_string_pretty(it).expect("it is JSON")
}
