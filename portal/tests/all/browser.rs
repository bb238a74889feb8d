//! A browser without scripts: it fills in forms and keeps cookies.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};

use store::{
    sign_ins,
    staff::{self, Person},
};

use crate::stage::{Answer, STAFF, Stage, keys};

/// What the ordinary family types into the pages of the form.
pub const TYPED: &[(&str, &str)] = &[
    ("babies", "1"),
    ("start/born_in_province", "true"),
    ("start/already_registered", "false"),
    ("start/live_birth", "true"),
    ("start/surrogacy", "false"),
    ("start/parent_count", "2"),
    ("start/all_parents_present", "true"),
    ("children/0/name/kind", "DUAL"),
    ("children/0/name/first", "Olivia"),
    ("children/0/name/middle", ""),
    ("children/0/name/last", "O'Connor-Dubé"),
    ("children/0/sex", "FEMALE"),
    ("children/0/date_of_birth", "2026-11-16"),
    ("children/0/time_of_birth", ""),
    ("children/0/plurality", "1"),
    ("place/kind", "HOSPITAL"),
    ("place/facility_id", "ON-4021"),
    ("place/municipality", "Ottawa"),
    ("place/county", "Ottawa"),
    ("attendant/kind", "MD"),
    ("attendant/name", "Amina Farah"),
    ("parents/0/role_label", "MOTHER"),
    ("parents/0/is_birth_parent", "true"),
    ("parents/0/legal_name/kind", "DUAL"),
    ("parents/0/legal_name/first", "Sophie"),
    ("parents/0/legal_name/last", "O'Connor"),
    ("parents/0/same_name", "false"),
    ("parents/0/name_at_birth/kind", "DUAL"),
    ("parents/0/name_at_birth/first", "Sophie"),
    ("parents/0/name_at_birth/last", "Gagnon"),
    ("parents/0/date_of_birth", "1994-05-02"),
    ("parents/0/birth_place/municipality", "Gatineau"),
    ("parents/0/birth_place/province", "QC"),
    ("parents/0/birth_place/country", "CA"),
    ("parents/0/marital_status", "MARRIED"),
    ("parents/0/canadian_status", "CITIZEN"),
    ("parents/0/agrees_child_surname", "true"),
    ("parents/0/certification/checked", "true"),
    ("parents/0/certification/typed_name", "Sophie O'Connor"),
    ("parents/1/role_label", "FATHER"),
    ("parents/1/legal_name/kind", "SINGLE"),
    ("parents/1/legal_name/single", "Suharto"),
    ("parents/1/same_name", "true"),
    ("parents/1/date_of_birth", "1992-09-23"),
    ("parents/1/birth_place/municipality", "Jakarta"),
    ("parents/1/birth_place/country", "ID"),
    ("parents/1/canadian_status", "OTHER"),
    ("parents/1/agrees_child_surname", "true"),
    ("parents/1/certification/checked", "true"),
    ("parents/1/certification/typed_name", "Suharto"),
    ("parents_married_to_each_other", "true"),
    ("contact/usual_residence/line1", "12 Maple Lane"),
    ("contact/usual_residence/city", "Ottawa"),
    ("contact/usual_residence/province", "ON"),
    ("contact/usual_residence/postal_code", "k1n5t5"),
    ("contact/usual_residence/country", "CA"),
    ("contact/moving_soon", "false"),
    ("same_address", "true"),
    ("contact/notify_by", "NONE"),
    ("services/certificates/0/product", "WITH_PARENTS"),
    ("services/want_sin", "true"),
    ("services/consent_sin/checked", "true"),
    ("services/collection_notice_ack/checked", "true"),
];

fn encoded<'a>(inputs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let percent = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs =
        inputs.into_iter().map(|(name, text)| format!("{}={}", percent(name), percent(text)));
    pairs.collect::<Vec<_>>().join("&")
}

impl Stage {
    pub async fn page(&self, path: &str, cookies: &str) -> Answer {
        self.send(Request::get(path).header("cookie", cookies), Body::empty()).await
    }

    pub async fn post(&self, path: &str, cookies: &str, inputs: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("cookie", cookies)
            .header("host", "portal.test")
            .header("origin", "http://portal.test")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request, encoded(inputs.iter().copied())).await
    }

    /// Fills in the form page by page, in a new browser; some inputs otherwise. Ends where it does not go on.
    pub async fn fill(&self, language: &str, otherwise: &[(&str, &str)]) -> Walk {
        self.walk(&format!("/{language}/form/start"), "", otherwise).await
    }

    /// Goes on with a form, from a page on.
    pub async fn walk(&self, from: &str, cookies: &str, otherwise: &[(&str, &str)]) -> Walk {
        let kept =
            TYPED.iter().filter(|(name, _)| !otherwise.iter().any(|(other, _)| other == name));
        let typed: Vec<(&str, &str)> = kept.chain(otherwise).copied().collect();
        let (mut path, mut cookies) = (from.to_owned(), cookies.to_owned());
        for _ in 0..60 {
            let shown = self.page(&path, &cookies).await;
            let is_review = path.ends_with("/review");
            let is_certified = path.contains("/certify-");
            if path.contains("/out/") || path.contains("/sent") || shown.status != StatusCode::OK {
                return Walk { path, cookies, answer: shown };
            }
            if is_review {
                let Some((_, next)) = shown.text.split_once("class=\"button\" href=\"") else {
                    return Walk { path, cookies, answer: shown };
                };
                path = next.split('"').next().expect("it ends").to_owned();
                continue;
            }
            let seen = is_certified.then(|| seen(&shown.text));
            let inputs: Vec<_> =
                typed.iter().copied().chain(seen.as_deref().map(|seen| ("seen", seen))).collect();
            let answer = self.post(&path, &cookies, &inputs).await;
            if answer.headers.contains_key("set-cookie") && cookies.is_empty() {
                cookies = cookie(&answer.headers);
            }
            if answer.status != StatusCode::SEE_OTHER {
                return Walk { path, cookies, answer };
            }
            let there = answer.headers["location"].to_str().expect("it is ASCII");
            path = there.split('#').next().expect("it begins").to_owned();
        }
        panic!("the form does not end: {path}");
    }

    /// A family's browser, which may see its case.
    pub async fn family(&self) -> (String, String) {
        self.opened(self.ordinary().await).await
    }

    /// The browser of somebody with a reference and an access code.
    pub async fn opened(&self, (case, code): (String, String)) -> (String, String) {
        let opened = self.post("/en/status", "", &[("reference", &case), ("code", &code)]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
        (case, cookie(&opened.headers))
    }

    /// The browser in which somebody of the staff has signed in; who, is said by their token for the API.
    pub async fn signed_in(&self, token: &str) -> String {
        let member = STAFF.into_iter().find(|(_, _, it)| *it == token);
        let (name, role, _) = member.expect("it is one of the staff's");
        let (held, now) = (uuid::Uuid::new_v4().simple().to_string(), (self.portal.now)());
        let mut conn = self.pool.acquire().await.expect("the case file answers");
        let person = Person { issuer: "https://id.test", subject: name, name };
        let reference = staff::open(&mut conn, person, now).await.expect("it is written");
        let begun = sign_ins::begin(&mut conn, &keys(), &held, &reference, role, now).await;
        begun.expect("it is written");
        format!("newborn-staff={held}")
    }
}

/// Where filling in the form has led.
pub struct Walk {
    /// The page that did not lead on.
    pub path: String,
    pub cookies: String,
    pub answer: Answer,
}

/// What a page says was shown on it.
pub fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("it says what is shown");
    rest.split('"').next().expect("it ends").to_owned()
}

/// What a browser sends back for the first cookie that was set.
pub fn cookie(headers: &HeaderMap) -> String {
    let set = headers["set-cookie"].to_str().expect("it is ASCII");
    assert!(set.contains("HttpOnly") && set.contains("SameSite="), "{set}");
    set.split(';').next().expect("it has a value").to_owned()
}
