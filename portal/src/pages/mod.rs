//! The pages: plain HTML that needs no script, in both official languages.

pub(crate) mod assets;
mod case;
mod desk;
mod form;
mod home;
mod invited;
mod leave;
mod parts;
mod said;
mod session;
mod status;
mod words;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use axum_extra::extract::FormRejection;
use domain::CaseRef;
use tower_http::csrf::CsrfLayer;

use crate::{Portal, heard_out, language::Speaks, problem::Problem};

/// The largest form that a page sends: nine babies and two parents fit many times.
const LARGEST_FORM: usize = 256 * 1024;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/", get(home::languages))
        .route("/desk", get(desk::in_a_language))
        .route("/{language}", get(home::start))
        .route("/{language}/leave", get(leave::leave))
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
        .route("/{language}/case/{ref}/keep", post(case::idle::keep))
        .route("/{language}/case/{ref}/end", post(case::idle::end))
        .route("/{language}/case/{ref}/loss", get(case::loss::ask).post(case::loss::report))
        .route(
            "/{language}/case/{ref}/papers",
            get(case::needed::show)
                .post(case::needed::receive)
                .layer(DefaultBodyLimit::max(heard_out::MOST)),
        )
        .route("/{language}/case/{ref}/papers/mail", post(case::needed::mail))
        .route("/{language}/case/{ref}/shared", get(case::papers::shared))
        .route("/{language}/case/{ref}/confirmation", get(case::papers::confirmation))
        .route("/{language}/case/{ref}/welcome", get(case::welcome))
        .route("/{language}/case/{ref}/statement", get(case::statement::show))
        .route("/{language}/case/{ref}/correct", post(case::correct::correct))
        .route("/{language}/case/{ref}/certify", post(case::statement::certify))
        .route("/{language}/case/{ref}/object", post(case::statement::object))
        .route("/{language}/read/{token}", get(invited::ask).post(invited::answer))
        .route("/{language}/desk", get(desk::list))
        .route("/{language}/desk/sign-in", get(desk::sign_in::begin))
        .route("/desk/signed-in", get(desk::sign_in::come_back))
        .route("/{language}/desk/sign-out", post(desk::sign_in::end))
        .route("/{language}/desk/case/{ref}", get(desk::case::show).post(desk::case::decide))
        .route("/{language}/desk/case/{ref}/papers/{paper}/{number}", get(desk::papers::file))
        .route("/{language}/desk/case/{ref}/protect", post(desk::case::protect))
        .route("/assets/{hash}/{name}", get(assets::asset))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::CrossSite.into_response()))
}

/// Whether files are sent to this address: to the papers of a case.
pub(crate) fn takes_files(path: &str) -> bool {
    let steps: Vec<&str> = path.split('/').collect();
    matches!(steps[..], ["", "en" | "fr", "case", _, "papers"])
}

/// Nothing is loaded from elsewhere, nothing is framed, nothing personal is kept by caches.
pub(crate) async fn guarded(
    State(portal): State<Portal>,
    request: Request,
    next: Next,
) -> Response {
    const GUARDS: [(HeaderName, &str); 7] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
            img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    /// A year: a browser that came over https does not come without it.
    const ONLY_HTTPS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

    let used = session::Use::of(&request);
    let mut response = next.run(request).await;
    for (name, value) in GUARDS.into_iter().chain(portal.https.then_some(ONLY_HTTPS)) {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Some(used) = used {
        used.renews(&portal, &mut response);
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
    /// The form that keeps what is typed when the language changes, by its id.
    speak: Option<&'static str>,
    session: Option<Session>,
}

/// What ends when nobody uses it. Each is an address; the first two take the fields of the form that is `data-keeps`.
struct Session {
    /// Takes a post that begins the time anew.
    keep: String,
    /// Takes a post at the end.
    end: String,
    /// Where a browser goes then.
    ended: String,
}

impl Session {
    /// How long it lasts without use.
    const MINUTES: u64 = session::CASE_SESSION.as_secs() / 60;
}

impl Frame {
    /// `address` is the page's, after the language.
    fn new(t: Speaks, address: &str) -> Self {
        let elsewhere = format!("/{}{address}", t.other().path());
        Self { t, elsewhere, speak: None, session: None }
    }

    /// Around a page of a case; `address` is the page's, after the case.
    fn of_case(t: Speaks, case: CaseRef, address: &str) -> Self {
        let at = |what: &str| format!("/{}/case/{case}/{what}", t.path());
        let ended = format!("/{}/status", t.path());
        Self::new(t, &format!("/case/{case}{address}")).in_session(Session {
            keep: at("keep"),
            end: at("end"),
            ended,
        })
    }

    /// The page belongs to a session that ends when nobody uses it.
    fn in_session(self, session: Session) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Another language is asked for by sending this form, so that nothing typed is lost: `speak=fr`.
    fn speaking_through(self, form: &'static str) -> Self {
        Self { speak: Some(form), ..self }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_presses_enter_does_not_change_the_language() {
        let frame = Frame::new(Speaks::ENGLISH, "/form").speaking_through("answers");
        let it = ProblemPage { frame, title: String::new(), detail: String::new() };
        let page = it.render().expect("it has what it needs");
        // A browser presses the first button of a form.
        let mut buttons =
            page.split("<button ").skip(1).filter(|it| it.contains("form=\"answers\""));
        let [first, second] = [(); 2].map(|()| buttons.next().expect("there are two"));
        assert!(!first.contains("name="), "{first}");
        assert!(second.contains("name=\"speak\" value=\"fr\" formnovalidate"), "{second}");
        assert!(!page.contains("hreflang"));
    }
}
