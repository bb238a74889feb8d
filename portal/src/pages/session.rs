//! Cookies: who holds the access code of a case, and who of the staff has signed in.

use std::time::Duration;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::AppendHeaders,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use domain::CaseRef;

use crate::{Portal, language::Speaks, staff::Member};

/// As long as a form is kept open.
const CASE_SESSION: Duration = Duration::from_secs(30 * 60);

const STAFF_SESSION: Duration = Duration::from_secs(8 * 3600);

/// A form may rest for as long as its code is kept in mind; how long it is shown without the code, the case file knows.
const DRAFT_SESSION: Duration = Duration::from_secs(24 * 3600);

const CODE: &str = "newborn-code";
const DRAFT: &str = "newborn-draft";
const TOKEN: &str = "newborn-staff";

pub(super) type SetCookies = AppendHeaders<Vec<(header::HeaderName, HeaderValue)>>;

/// Lets a browser see the cases of one birth for a while, in both languages.
pub(super) fn opens_cases(
    portal: &Portal,
    cases: impl IntoIterator<Item = (CaseRef, String)>,
) -> SetCookies {
    let cookies = cases.into_iter().flat_map(|(case, code)| case_cookies(portal, case, &code));
    AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)).collect())
}

fn case_cookies(portal: &Portal, case: CaseRef, code: &str) -> [HeaderValue; 2] {
    let paths = [Speaks::ENGLISH, Speaks::FRENCH].map(|t| format!("/{}/case/{case}", t.path()));
    paths.map(|path| cookie(portal, CODE, code, path, CASE_SESSION))
}

/// The access code that a browser holds for the case it asks for.
pub(super) fn held_code(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(CODE).map(|cookie| cookie.value().to_owned())
}

/// The token of the draft that a browser has open.
pub(super) fn held_draft(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(DRAFT).map(|cookie| cookie.value().to_owned())
}

pub(super) fn holds_draft(portal: &Portal, token: &str) -> SetCookies {
    set([cookie(portal, DRAFT, token, "/".to_owned(), DRAFT_SESSION)])
}

pub(super) fn drops_draft(portal: &Portal) -> SetCookies {
    set([cookie(portal, DRAFT, "", "/".to_owned(), Duration::ZERO)])
}

pub(super) fn signs_in(portal: &Portal, token: &str) -> SetCookies {
    set([cookie(portal, TOKEN, token, "/".to_owned(), STAFF_SESSION)])
}

pub(super) fn signs_out(portal: &Portal) -> SetCookies {
    set([cookie(portal, TOKEN, "", "/".to_owned(), Duration::ZERO)])
}

/// Who of the staff asks, if somebody has signed in.
pub(super) struct SignedIn(pub(super) Option<Member>);

impl FromRequestParts<Portal> for SignedIn {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Portal,
    ) -> Result<Self, Self::Rejection> {
        let jar = CookieJar::from_headers(&parts.headers);
        let member = jar.get(TOKEN).and_then(|cookie| portal.staff.holder(cookie.value()));
        Ok(Self(member.cloned()))
    }
}

/// No script reads it, no other site sends it, and it travels only encrypted where browsers come over https.
fn cookie(portal: &Portal, name: &str, value: &str, path: String, age: Duration) -> HeaderValue {
    let age = age.try_into().expect("a session is shorter than a lifetime");
    let cookie = Cookie::build((name, value))
        .path(path)
        .max_age(age)
        .http_only(true)
        // A parent comes back from the payment page, which is another site.
        .same_site(if name == TOKEN { SameSite::Strict } else { SameSite::Lax })
        .secure(portal.https)
        .build();
    HeaderValue::from_str(&cookie.to_string()).expect("codes and tokens are visible ASCII")
}

fn set<const N: usize>(cookies: [HeaderValue; N]) -> SetCookies {
    AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect())
}
