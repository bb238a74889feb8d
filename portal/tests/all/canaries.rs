//! One parent's words, dates and contact are looked for everywhere the other parent can look.

use std::net::Ipv4Addr;

use axum::http::{HeaderMap, StatusCode};
use domain::{
    desk::{Leg, Reason},
    facts::Fact,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::parents;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    stage::{Answer, OFFICER, Stage, keys, ordinary},
    walk::{Place, routes},
};

/// How the first parent is reached and where they live: nobody else's business, ever.
const CONTACT: [(&str, &str); 11] = [
    ("/contact/usual_residence/line1", "41 Wisteria Hollow"),
    ("/contact/usual_residence/line2", "Coach House Verity"),
    ("/contact/usual_residence/unit", "Q77"),
    ("/contact/usual_residence/city", "Kapuskasing"),
    ("/contact/usual_residence/postal_code", "P5N 9X8"),
    ("/contact/mailing/line1", "88 Tamarack Quay"),
    ("/contact/mailing/line2", "Larkspur Outfitters"),
    ("/contact/mailing/city", "Moosonee"),
    ("/contact/mailing/postal_code", "P0L 7Y6"),
    ("/contact/email", "zinnia.private@example.ca"),
    ("/contact/phone", "+13435550177"),
];

/// What they typed of the child, the birth and themselves.
const CONTENT: [(&str, &str); 13] = [
    ("/children/0/name/first", "Zephyrine"),
    ("/children/0/name/middle", "Odalys"),
    ("/children/0/name/last", "Quillfeather"),
    ("/children/0/time_of_birth", "04:56"),
    ("/attendant/name", "Hortensia Vandermolen"),
    ("/place/municipality", "Attawapiskat"),
    ("/parents/0/legal_name/first", "Zinnia"),
    ("/parents/0/legal_name/middle", "Isolde"),
    ("/parents/0/legal_name/last", "Quillfeather"),
    ("/parents/0/name_at_birth/last", "Featherstonehaugh"),
    ("/parents/0/date_of_birth", "1993-07-31"),
    ("/parents/0/birth_place/municipality", "Flin Flon"),
    ("/parents/0/certification/typed_name", "Zinnia Quillfeather"),
];

/// The same, and what became of it, as a page or an answer might write it.
const OTHERWISE: [&str; 12] = [
    "P5N",
    "P0L",
    "5550177",
    "555 0177",
    "555-0177",
    "July 31, 1993",
    "31 juillet 1993",
    "Peregrina",
    // What the province said.
    "2026-REG-4711",
    // When something was changed.
    "2026-11-21",
    "November 21",
    "21 novembre",
];

/// When the officer changed the first parent's address and the birth was registered.
fn changed() -> Timestamp {
    "2026-11-21T17:37:00Z".parse().expect("it is a time")
}

/// A family of two, each with a browser of their own. The second gave nothing but their name and was here.
struct Family {
    stage: Stage,
    case: String,
    first: Parent,
    second: Parent,
}

struct Parent {
    code: String,
    cookies: String,
}

impl Family {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let form = form();
        let (case, first) = stage.received(form.clone()).await;
        let again = stage.submit("ordinary", form.to_string()).await.json();
        let second = again["cases"][0]["other_access_codes"][0]["access_code"].as_str();
        let second = second.expect("it is a code").to_owned();
        let (_, cookies) = stage.opened((case.clone(), first.clone())).await;
        let first = Parent { code: first, cookies };
        let (_, cookies) = stage.opened((case.clone(), second.clone())).await;
        let second = Parent { code: second, cookies };
        Self { stage, case, first, second }
    }

    /// What happens to an ordinary case: it was on the desk, an officer changed the address, the birth is registered.
    async fn goes_on(&self) {
        let set = json!({ "mailing.line1": "9 Saxifrage Point", "mailing.city": "Peawanuck" });
        let body = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": set });
        let path = format!("/api/v1/cases/{}?purpose=AUDIT", self.case);
        let seen = self.stage.get(&path, OFFICER).await.json()["revision"].to_string();
        let why = "?purpose=RESOLVE_TASK";
        let answer = self.stage.decide_for(&self.case, OFFICER, Some(&seen), body, why).await;
        assert_eq!(answer.problem().1, "ENGINE_AWAY");
        let facts = [
            Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeDiffers },
            Fact::DeskCleared { leg: Leg::Birth, reason: Some(Reason::NoticeDiffers) },
            Fact::Registered {
                registration_number: "2026-REG-4711".to_owned(),
                registered_on: "2026-11-21".parse().expect("it is a date"),
            },
        ];
        self.stage.happened(changed(), &self.case, &facts).await;
    }

    /// Everything that the second parent can ask for, in both languages and every way.
    async fn everything_of_the_second(&self) -> Vec<(String, Answer)> {
        let at = Place { case: &self.case, token: "0123456789abcdef0123456789abcdef" };
        let cookies = &self.second.cookies;
        let mut answers = Vec::new();
        for route in routes() {
            answers.extend(route.walk(&self.stage, &at, cookies).await);
        }
        answers.extend(self.api_of_the_second().await);
        for language in ["en", "fr"] {
            let path = format!("/{language}/status");
            let typed = [("reference", self.case.as_str()), ("code", &self.second.code)];
            answers.push((path.clone(), self.stage.post(&path, "", &typed).await));
        }
        answers
    }

    /// Every operation that the API describes.
    async fn api_of_the_second(&self) -> Vec<(String, Answer)> {
        let api = self.stage.get("/api/v1/openapi.json", "").await.json();
        let mut answers = Vec::new();
        for (template, methods) in api["paths"].as_object().expect("it has paths") {
            let path = template.replace("{ref}", &self.case);
            assert!(!path.contains('{'), "say what to put into {path}");
            for method in methods.as_object().expect("it has methods").keys() {
                let answer = match method.as_str() {
                    "get" => self.stage.get(&path, &self.second.code).await,
                    "post" if path.ends_with("/decisions") => {
                        let body = json!({ "action": "withdraw", "reason": "PARENTS_ASKED" });
                        self.stage.decide(&self.case, &self.second.code, Some("4"), body).await
                    }
                    "post" => self.stage.submit("somebody-elses", "{}").await,
                    other => panic!("nobody would ask with {other}"),
                };
                answers.push((format!("{method} {path}"), answer));
            }
        }
        answers
    }

    async fn of_the_second<T>(&self, sql: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let found = sqlx::query_scalar(sql).bind(&self.case).fetch_one(&self.stage.pool).await;
        found.expect("it is read")
    }

    /// How much was written about the case.
    async fn revision(&self) -> i64 {
        self.of_the_second("select revision from cases where case_ref = $1").await
    }
}

fn form() -> Value {
    let mut form = ordinary();
    form["parents"][0]["previous_names"] = json!(["Peregrina"]);
    form["parents"][1]["legal_name"]["last"] = json!("Other");
    form["parents"][1]["name_at_birth"]["last"] = json!("Other");
    form["parents"][1]["certification"]["typed_name"] = json!("Marc Other");
    for (pointer, canary) in CONTACT.into_iter().chain(CONTENT) {
        let (parent, field) = pointer.rsplit_once('/').expect("it is a pointer");
        form.pointer_mut(parent).expect("the form has it")[field] = json!(canary);
    }
    form
}

/// The first of some words that an answer holds, its headers included.
fn said<'a>(words: &[&'a str], answer: &Answer) -> Option<&'a str> {
    let text = format!("{}{}", in_one(&answer.headers), answer.text).to_lowercase();
    words.iter().copied().find(|word| text.contains(&word.to_lowercase()))
}

fn in_one(headers: &HeaderMap) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect()
}

fn contact() -> Vec<&'static str> {
    let changed = ["9 Saxifrage Point", "Peawanuck", "P5N", "P0L", "5550177", "555-0177"];
    CONTACT.iter().map(|it| it.1).chain(changed).collect()
}

fn everything() -> Vec<&'static str> {
    contact().into_iter().chain(CONTENT.iter().map(|it| it.1)).chain(OTHERWISE).collect()
}

/// A parent protects themselves on their page, an officer on the desk.
#[derive(Debug, Clone, Copy)]
enum By {
    TheParent,
    AnOfficer,
}

async fn protect(family: &Family, by: By) {
    let asked = match by {
        By::TheParent => {
            let path = format!("/en/case/{}/protect", family.case);
            family.stage.post(&path, &family.first.cookies, &[]).await
        }
        By::AnOfficer => {
            let officer = family.stage.signed_in(OFFICER).await;
            let path = format!("/fr/desk/case/{}/protect", family.case);
            family.stage.post(&path, &officer, &[("parent", "0")]).await
        }
    };
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{by:?}: {}", asked.text);
}

#[tokio::test]
async fn from_whom_somebody_is_protected_sees_nothing_of_them_anywhere() {
    for by in [By::TheParent, By::AnOfficer] {
        let family = Family::new().await;
        protect(&family, by).await;
        family.goes_on().await;
        let before = family.revision().await;
        let canaries = everything();
        // What is sent may change what is shown, so it is looked at twice.
        for _ in 0..2 {
            for (asked, answer) in family.everything_of_the_second().await {
                assert_eq!(said(&canaries, &answer), None, "{by:?}, {asked}: {}", answer.text);
            }
        }
        assert_eq!(family.revision().await, before, "{by:?}: the other parent moved the case");

        let path = format!("/fr/case/{}", family.case);
        let page = family.stage.page(&path, &family.second.cookies).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("est enregistrée"), "{}", page.text);
        let path = format!("/api/v1/cases/{}", family.case);
        let view = family.stage.get(&path, &family.second.code).await;
        let expected = json!({"ref": family.case, "child": 1, "birth": {"state": "REGISTERED"}});
        assert_eq!(view.json(), expected);

        // They were told that it was received, before; nothing since, and nothing is on its way.
        let told: String = family
            .of_the_second(
                "select coalesce(string_agg(to_jsonb(m)::text, ' ' order by id), '')
                from messages m where parent = 1 and case_ref = $1",
            )
            .await;
        let canary = canaries.iter().find(|it| told.contains(*it));
        assert_eq!((canary, told.matches("\"message\"").count()), (None, 1), "{told}");
        let at = "2027-01-01T00:00:00Z".parse().expect("it is a time");
        let due = family.stage.due(at).await;
        assert!(due.iter().all(|it| it.parent == 0 || it.closed), "{due:?}");
    }
}

#[tokio::test]
async fn the_other_parent_never_sees_how_one_is_reached() {
    let family = Family::new().await;
    family.goes_on().await;
    let contact = contact();
    // What they send may end much; before that, each page has its say.
    for _ in 0..2 {
        for (asked, answer) in family.everything_of_the_second().await {
            assert_eq!(said(&contact, &answer), None, "{asked}: {}", answer.text);
        }
    }
    let statement = format!("/en/case/{}/statement", family.case);
    let statement = family.stage.page(&statement, &family.second.cookies).await;
    assert!(statement.text.contains("Zephyrine"), "nothing was there to be found");
}

/// The link of a parent who was asked to certify leads nowhere once they are protected from.
#[tokio::test]
async fn a_link_ends_when_somebody_is_protected_from_its_holder() {
    let stage = Stage::new().await;
    let mut form = form();
    form["start"]["all_parents_present"] = json!(false);
    let second = form["parents"][1].as_object_mut().expect("it is an object");
    second.remove("certification");
    let theirs = json!({"language": "en-CA", "notify_by": "EMAIL", "email": "other@example.ca"});
    second.insert("contact".into(), theirs);
    let (case, code) = stage.received(form).await;
    let mut conn = stage.pool.acquire().await.expect("the case file answers");
    let reference = case.parse().expect("it is a reference");
    let token = parents::find_link(&mut conn, &keys(), reference, 1).await;
    let token = token.expect("it is read").expect("a link was drawn");
    let address = format!("/en/read/{token}");
    assert_eq!(stage.page(&address, "").await.status, StatusCode::OK);

    let (_, cookies) = stage.opened((case.clone(), code)).await;
    stage.post(&format!("/en/case/{case}/protect"), &cookies, &[]).await;
    let typed = [("name", "Marc Other"), ("born", "1992-09-23")];
    let never = stage.page("/en/read/0123456789abcdef0123456789abcdef", "").await;
    for answer in [stage.page(&address, "").await, stage.post(&address, "", &typed).await] {
        assert_eq!((answer.status, &answer.text), (never.status, &never.text));
    }
}

/// Twins: whoever is protected in one child's case is protected in the other's.
#[tokio::test]
async fn both_children_of_a_birth_are_closed_at_once() {
    for by in [By::TheParent, By::AnOfficer] {
        let family = twins().await;
        protect(&family, by).await;
        let protected: Vec<Option<i16>> =
            sqlx::query_scalar("select protected_parent from cases order by ordinal")
                .fetch_all(&family.stage.pool)
                .await
                .expect("they are read");
        assert_eq!(protected, [Some(0), Some(0)], "{by:?}");
    }
}

async fn twins() -> Family {
    let mut it = ordinary();
    it["children"][0]["plurality"] = json!(2);
    it["children"][0]["birth_order"] = json!(1);
    let mut other = it["children"][0].clone();
    other["birth_order"] = json!(2);
    other["time_of_birth"] = json!("03:40");
    other["name"]["first"] = json!("Emma");
    it["children"].as_array_mut().expect("it is a list").push(other);
    let stage = Stage::new().await;
    let (case, code) = stage.received(it).await;
    let (_, cookies) = stage.opened((case.clone(), code.clone())).await;
    let first = Parent { code, cookies };
    let second = Parent { code: String::new(), cookies: String::new() };
    Family { stage, case, first, second }
}

/// A page that is open while somebody is protected: its stream ends and tells nothing more.
#[tokio::test]
async fn a_stream_ends_when_somebody_is_protected_from_who_listens() {
    let family = Family::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(portal::serve(listener, family.stage.portal.clone(), async {
        drop(stopped.await);
    }));
    let mut streams = Vec::new();
    for parent in [&family.first, &family.second] {
        let mut line = TcpStream::connect(address).await.expect("the portal listens");
        let request = format!(
            "GET /en/case/{}/live?seen=4 HTTP/1.1\r\nhost: portal.test\r\ncookie: {}\r\n\r\n",
            family.case, parent.cookies
        );
        line.write_all(request.as_bytes()).await.expect("it is sent");
        until(&mut line, &["\r\n\r\n"]).await;
        streams.push(line);
    }
    protect(&family, By::AnOfficer).await;
    let (mut second, mut first) =
        (streams.pop().expect("there are two"), streams.pop().expect("there are two"));
    assert!(until(&mut first, &["data: "]).await.contains("data: "));
    // The last chunk of a body is empty.
    let rest = until(&mut second, &["0\r\n\r\n", "data: "]).await;
    assert!(!rest.contains("data: "), "{rest}");
    let _ = stop.send(());
    drop((first, second));
    served.await.expect("it ends").expect("it ends well");
}

/// What comes until one of some texts is there.
async fn until(line: &mut TcpStream, ends: &[&str]) -> String {
    let mut text = String::new();
    let mut bytes = [0; 1024];
    while !ends.iter().any(|end| text.contains(end)) {
        let count = line.read(&mut bytes).await.expect("the portal sends");
        assert_ne!(count, 0, "the line was cut after {text}");
        text += &String::from_utf8_lossy(&bytes[..count]);
    }
    text
}
