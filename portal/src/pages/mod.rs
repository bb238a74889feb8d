//! The pages: plain HTML that needs no script, in both official languages.

mod assets;
mod case;
mod desk;
mod form;
mod home;
mod invited;
mod parts;
mod said;
mod session;
mod status;
mod words;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, Request},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use axum_extra::extract::FormRejection;
use tower_http::csrf::CsrfLayer;

use crate::{Portal, language::Speaks, problem::Problem};

/// The largest form that a page sends: nine babies and two parents fit many times.
const LARGEST_FORM: usize = 256 * 1024;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/", get(home::languages))
        .route("/desk", get(desk::in_a_language))
        .route("/{language}", get(home::start))
        .route("/{language}/form", get(form::begin_here))
        .route("/{language}/form/return", get(form::come_back).post(form::come_back_with))
        .route("/{language}/form/keep", post(form::keep))
        .route("/{language}/form/close", post(form::close))
        .route("/{language}/form/kept", get(form::kept))
        .route("/{language}/form/out/{code}", get(form::out))
        .route("/{language}/form/sent", get(form::sent))
        .route("/{language}/form/sent-2", get(form::sent_for_the_second))
        .route("/{language}/form/{*step}", get(form::show).post(form::save))
        .route("/{language}/status", get(status::ask).post(status::open))
        .route("/{language}/case/{ref}", get(case::show))
        .route(
            "/{language}/case/{ref}/withdraw",
            get(case::change::withdrawing).post(case::change::withdraw),
        )
        .route(
            "/{language}/case/{ref}/address",
            get(case::change::address).post(case::change::move_to),
        )
        .route("/{language}/case/{ref}/code", post(case::change::code))
        .route("/{language}/case/{ref}/language", post(case::speak))
        .route("/{language}/case/{ref}/protect", post(case::protect))
        .route("/{language}/case/{ref}/paid", get(case::pay::paid))
        .route("/{language}/case/{ref}/live", get(case::live::events))
        .route("/{language}/case/{ref}/loss", get(case::loss::ask).post(case::loss::report))
        .route("/{language}/case/{ref}/shared", get(case::papers::shared))
        .route("/{language}/case/{ref}/confirmation", get(case::papers::confirmation))
        .route("/{language}/case/{ref}/welcome", get(case::welcome))
        .route("/{language}/case/{ref}/statement", get(case::statement::show))
        .route("/{language}/case/{ref}/correct", post(case::correct::correct))
        .route("/{language}/case/{ref}/certify", post(case::statement::certify))
        .route("/{language}/case/{ref}/object", post(case::statement::object))
        .route("/{language}/read/{token}", get(invited::ask).post(invited::answer))
        .route("/{language}/desk", get(desk::list))
        .route("/{language}/desk/sign-in", post(desk::sign_in))
        .route("/{language}/desk/sign-out", post(desk::sign_out))
        .route("/{language}/desk/case/{ref}", get(desk::case::show).post(desk::case::decide))
        .route("/{language}/desk/case/{ref}/protect", post(desk::case::protect))
        .route("/assets/style.css", get(assets::style))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::CrossSite.into_response()))
}

/// Nothing is loaded from elsewhere, nothing is framed, nothing personal is kept by caches.
pub(crate) async fn guarded(request: Request, next: Next) -> Response {
    const GUARDS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in GUARDS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page in a language is the page whose address begins with it.
impl<S: Send + Sync> FromRequestParts<S> for Speaks {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        of_address(&parts.uri).ok_or(Problem::RouteUnknown)
    }
}

fn of_address(address: &Uri) -> Option<Speaks> {
    match address.path().split('/').nth(1) {
        Some("en") => Some(Speaks::ENGLISH),
        Some("fr") => Some(Speaks::FRENCH),
        _ => None,
    }
}

/// What a page sent that cannot be read.
fn unread(rejection: FormRejection) -> Problem {
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        StatusCode::UNPROCESSABLE_ENTITY => Problem::InvalidField(String::new()),
        _ => Problem::Unreadable,
    }
}

/// What every page has around its own.
struct Frame {
    t: Speaks,
    /// The same page in the other language.
    elsewhere: String,
}

impl Frame {
    /// `address` is the page's, after the language.
    fn new(t: Speaks, address: &str) -> Self {
        Self { t, elsewhere: format!("/{}{address}", t.other().path()) }
    }
}

fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => Problem::Internal.into_response(),
    }
}

/// A problem as a page.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    title: String,
    detail: String,
}

/// Puts a problem into words for people.
pub(crate) fn problem(problem: &Problem, address: &Uri, wished: Speaks) -> Response {
    let t = of_address(address).unwrap_or(wished);
    let (title, detail) = t.problem(problem.code());
    let it = ProblemPage { frame: Frame::new(t, ""), title, detail };
    page(problem.status(), &it)
}
