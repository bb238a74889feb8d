//! Cookies: who holds the access code of a case, and who of the staff has signed in.

use std::{borrow::Cow, time::Duration};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{AppendHeaders, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use domain::CaseRef;
use store::sign_ins;

use crate::{Portal, language::Speaks, problem::Problem, sign_in::Begun, staff::Member};

/// As long as a case stays open that nobody looks at.
pub(super) const CASE_SESSION: Duration = Duration::from_secs(30 * 60);

/// When it ends, the case file knows; a browser need not keep what opens nothing any more.
const STAFF_SESSION: Duration = sign_ins::LONGEST.unsigned_abs();

/// How long somebody may take to show the provider who they are.
const SIGNING_IN: Duration = Duration::from_secs(10 * 60);

/// A form may rest for as long as its code is kept in mind; how long it is shown without the code, the case file knows.
const DRAFT_SESSION: Duration = Duration::from_secs(24 * 3600);

const CODE: &str = "newborn-code";
const DRAFT: &str = "newborn-draft";
const TOKEN: &str = "newborn-staff";
const BEGUN: &str = "newborn-signing-in";

/// Before the reference of a case that a browser may see.
const OPENED: &str = "newborn-open-";

/// More than any access code.
const LONGEST_CODE: usize = 64;

pub(super) type SetCookies = AppendHeaders<Vec<(header::HeaderName, HeaderValue)>>;

/// Lets a browser see the cases of one birth for a while, in both languages.
pub(super) fn opens_cases(
    portal: &Portal,
    cases: impl IntoIterator<Item = (CaseRef, String)>,
) -> SetCookies {
    let cookies = cases.into_iter().flat_map(|(case, code)| case_cookies(portal, case, &code));
    AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)).collect())
}

/// One for the case's pages in each language, and one that tells the way out, which is at another address, of them.
fn case_cookies(portal: &Portal, case: CaseRef, code: &str) -> [HeaderValue; 3] {
    let [english, french] = [Speaks::ENGLISH, Speaks::FRENCH]
        .map(|t| cookie(portal, CODE, code, format!("/{}/case/{case}", t.path()), CASE_SESSION));
    let opened = cookie(portal, &format!("{OPENED}{case}"), "1", "/".to_owned(), CASE_SESSION);
    [english, french, opened]
}

/// Takes the codes of all cases back from a browser.
pub(super) fn closes_cases(portal: &Portal, headers: &HeaderMap) -> SetCookies {
    let gone = |name: &str, path: String| cookie(portal, name, "", path, Duration::ZERO);
    let opened = CookieJar::from_headers(headers);
    let opened = opened.iter().filter_map(|it| it.name().strip_prefix(OPENED)?.parse().ok());
    let cookies = opened.flat_map(|case: CaseRef| {
        [Speaks::ENGLISH, Speaks::FRENCH]
            .map(|t| gone(CODE, format!("/{}/case/{case}", t.path())))
            .into_iter()
            .chain([gone(&format!("{OPENED}{case}"), "/".to_owned())])
    });
    AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)).collect())
}

/// A family's browser opens a page of its case. A script that asks by itself is no use of it.
pub(super) struct Use {
    case: CaseRef,
    code: String,
}

impl Use {
    pub(super) fn of(request: &Request) -> Option<Self> {
        let mut steps = request.uri().path().split('/').skip(2);
        let case = (steps.next() == Some("case")).then(|| steps.next()?.parse().ok()).flatten()?;
        let mode = request.headers().get("sec-fetch-mode");
        let code = held_code(request.headers())?;
        let well_formed = code.len() <= LONGEST_CODE
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let by_hand = mode.is_none_or(|mode| mode == "navigate");
        (well_formed && by_hand).then_some(Self { case, code })
    }

    /// The session goes on from here, if a page is shown.
    pub(super) fn renews(self, portal: &Portal, response: &mut Response) {
        let status = response.status();
        let closes = response.headers().contains_key(header::SET_COOKIE);
        if status.is_redirection() || status == StatusCode::NOT_FOUND || closes {
            return;
        }
        for cookie in case_cookies(portal, self.case, &self.code) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
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

/// The sign-in that a browser has begun.
pub(super) fn begun(portal: &Portal, headers: &HeaderMap) -> Option<Begun> {
    let jar = CookieJar::from_headers(headers);
    Begun::read(jar.get(&of_this_site(portal, BEGUN))?.value())
}

pub(super) fn begins(portal: &Portal, begun: &Begun) -> SetCookies {
    let name = of_this_site(portal, BEGUN);
    set([cookie(portal, &name, &begun.text(), "/".to_owned(), SIGNING_IN)])
}

/// What was begun has ended, whatever came of it.
pub(super) fn ends_begun(portal: &Portal) -> SetCookies {
    set([cookie(portal, &of_this_site(portal, BEGUN), "", "/".to_owned(), Duration::ZERO)])
}

/// By which the case file knows who of the staff is signed in in a browser.
pub(super) fn held_token(portal: &Portal, headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(&of_this_site(portal, TOKEN)).map(|cookie| cookie.value().to_owned())
}

pub(super) fn signs_in(portal: &Portal, token: &str) -> SetCookies {
    set([cookie(portal, &of_this_site(portal, TOKEN), token, "/".to_owned(), STAFF_SESSION)])
}

pub(super) fn signs_out(portal: &Portal) -> SetCookies {
    set([cookie(portal, &of_this_site(portal, TOKEN), "", "/".to_owned(), Duration::ZERO)])
}

/// A name that browsers take from this very site alone, where they come over https.
fn of_this_site(portal: &Portal, name: &'static str) -> Cow<'static, str> {
    if portal.https { format!("__Host-{name}").into() } else { name.into() }
}

/// Who of the staff asks, if somebody is signed in.
pub(super) struct SignedIn(pub(super) Option<Member>);

impl FromRequestParts<Portal> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Problem> {
        let Some(token) = held_token(portal, &parts.headers) else { return Ok(Self(None)) };
        let mut conn = portal.pool.acquire().await?;
        let found = sign_ins::find(&mut conn, &portal.keys, &token, portal.now()).await?;
        Ok(Self(found.map(Member::from)))
    }
}

/// No script reads it, no other site sends it, and it travels only encrypted where browsers come over https.
fn cookie(portal: &Portal, name: &str, value: &str, path: String, age: Duration) -> HeaderValue {
    let age = age.try_into().expect("a session is shorter than a lifetime");
    let cookie = Cookie::build((name, value))
        .path(path)
        .max_age(age)
        .http_only(true)
        // A parent comes back from the payment page, staff from where they sign in: other sites.
        .same_site(SameSite::Lax)
        .secure(portal.https)
        .build();
    HeaderValue::from_str(&cookie.to_string()).expect("codes and tokens are visible ASCII")
}

fn set<const N: usize>(cookies: [HeaderValue; N]) -> SetCookies {
    AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect())
}
