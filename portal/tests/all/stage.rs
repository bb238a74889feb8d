//! A portal on a case file of its own, for one test.

use std::{
    io,
    num::NonZeroU32,
    sync::{Arc, LazyLock, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use domain::{
    clocks::Clocks,
    desk::{Leg, Reason},
    facts::Fact,
    people::{Actor, Role},
    statement::SecondParent,
};
use futures::StreamExt;
use jiff::Timestamp;
use portal::{
    AccessKey, Courier, Engine, Identity, LimitSettings, Limits, MessageSettings, Parts, Portal,
    Provider, Staff, router,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, PgPool, Row};
use store::deliveries::{self, Pending};
use tokio::sync::OnceCell;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

pub const OFFICER: &str = "officer-token-0123456789";
/// By which the message service is known.
pub const CALLBACKS: &str = "callback-token-0123456789";
pub const VIEWER: &str = "viewer-token-0123456789";

/// The staff of every stage, with their tokens.
pub const STAFF: [(&str, Role, &str); 2] =
    [("Claire Officer", Role::Officer, OFFICER), ("Vic Viewer", Role::Viewer, VIEWER)];

/// The revision of the ordinary case when it has been received: so it was logged, that both parents certified, and that
/// they paid.
pub const RECEIVED: &str = "4";

/// What each address may send to a stage.
pub const LIMITS: LimitSettings = LimitSettings {
    submissions_per_hour: NonZeroU32::new(3).expect("it is more than none"),
    wrong_codes_per_hour: NonZeroU32::new(4).expect("it is more than none"),
    trusted_proxies: Vec::new(),
};

/// The content type of an event stream.
const EVENTS: &str = "text/event-stream";

/// Where the tests' PostgreSQL is.
const ADMIN: &str = "NEWBORN_TEST_DATABASE_URL";

/// A portal whose clock stands still, and its case file. Temporal is away.
pub struct Stage {
    pub router: Router,
    pub portal: Portal,
    pub pool: PgPool,
    /// The description of the API, once it was needed.
    api: OnceCell<Value>,
    #[expect(dead_code, reason = "it drops the database")]
    dropped: Option<Dropped>,
}

/// The name of a database that goes with its stage.
struct Dropped(String);

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("it is JSON: {}", self.text))
    }

    /// The problem's code and the places it names.
    #[track_caller]
    pub fn problem(&self) -> (u16, String, Vec<(String, String)>) {
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let body = self.json();
        let text = |it: &Value| it.as_str().expect("it is a text").to_owned();
        assert_eq!(body["status"], self.status.as_u16());
        for field in ["type", "title", "detail"] {
            assert!(body[field].as_str().is_some_and(|it| !it.is_empty()), "{body}");
        }
        let errors = body["errors"].as_array().expect("errors is a list");
        let errors = errors.iter().map(|it| (text(&it["pointer"]), text(&it["code"])));
        (self.status.as_u16(), text(&body["code"]), errors.collect())
    }
}

fn admin() -> String {
    std::env::var(ADMIN).unwrap_or_else(|_| {
        panic!("set {ADMIN} to a PostgreSQL where tests may create databases, such as postgres://postgres@127.0.0.1/postgres")
    })
}

/// 2026-11-23, noon in Ottawa.
pub fn noon() -> Timestamp {
    "2026-11-23T17:00:00Z".parse().expect("it is a time")
}

impl Stage {
    pub async fn new() -> Self {
        Self::sending(Courier::Nobody).await
    }

    /// A portal that could send messages. Nobody takes them from it.
    pub async fn with_messages() -> Self {
        // Another test of this process may have been quicker.
        drop(rustls::crypto::ring::default_provider().install_default());
        let key = tempfile::NamedTempFile::new().expect("a file is made");
        let notify = MessageSettings {
            notify_url: Some("http://127.0.0.1:9/".parse().expect("it is an address")),
            notify_key_file: Some(key.path().to_owned()),
            notify_callback_token_file: None,
            notify_email_template: Some("email".to_owned()),
            notify_sms_template: Some("sms".to_owned()),
            smtp_url: None,
            mail_from: None,
        };
        Self::sending(notify.courier().expect("it is complete")).await
    }

    pub async fn sending(courier: Courier) -> Self {
        LazyLock::force(&LOGS);
        let name = format!("portal_{}", uuid::Uuid::new_v4().simple());
        let mut conn =
            PgConnection::connect(&admin()).await.expect("the tests' PostgreSQL answers");
        conn.execute(sqlx::AssertSqlSafe(format!("create database {name}")))
            .await
            .expect("a database is made");
        let (server, _) = admin()
            .rsplit_once('/')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .expect("a database is named");
        let url = SecretString::from(format!("{server}/{name}"));
        let pool = store::connect(&url, 4).await.expect("the database answers");
        store::migrate(&pool).await.expect("the tables are made");
        Self::of(pool, courier, noon, Some(Dropped(name)))
    }

    /// The same case file, at another time.
    pub fn on(&self, now: fn() -> Timestamp) -> Self {
        Self::of(self.pool.clone(), Courier::Nobody, now, None)
    }

    fn of(
        pool: PgPool,
        courier: Courier,
        now: fn() -> Timestamp,
        dropped: Option<Dropped>,
    ) -> Self {
        let portal = portal(&pool, courier, now);
        Self { router: router(portal.clone()), portal, pool, api: OnceCell::new(), dropped }
    }

    /// A portal on the same case file to which browsers come over https.
    pub fn over_https(&self) -> Router {
        let parts = parts(&self.pool, Courier::Nobody, noon);
        router(Portal::from(Parts { https: true, ..parts }))
    }

    /// A portal on the same case file whose staff sign in with a provider, and have no tokens.
    pub fn with_provider(&self, provider: Provider, now: fn() -> Timestamp) -> Self {
        self.with(Parts { provider: Some(provider), ..self.without_tokens(now) })
    }

    /// The same over https.
    pub fn with_provider_over_https(&self, provider: Provider) -> Self {
        self.with(Parts { provider: Some(provider), https: true, ..self.without_tokens(noon) })
    }

    fn without_tokens(&self, now: fn() -> Timestamp) -> Parts {
        Parts { staff: Staff::default(), ..parts(&self.pool, Courier::Nobody, now) }
    }

    fn with(&self, parts: Parts) -> Self {
        let portal = Portal::from(parts);
        let (pool, api) = (self.pool.clone(), OnceCell::new());
        Self { router: router(portal.clone()), portal, pool, api, dropped: None }
    }

    /// Sends a request. What the API answers must be in its description.
    pub async fn send(&self, request: Builder, body: impl Into<Body>) -> Answer {
        let request = request.body(body.into()).expect("it is a request");
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.answer(request).await;
        if path.starts_with("/api/v1/") {
            self.is_described(method.as_str(), &path, answer.status).await;
        }
        answer
    }

    async fn is_described(&self, method: &str, path: &str, status: StatusCode) {
        let api = self.api.get_or_init(async || {
            let request = Request::get("/api/v1/openapi.json").body(Body::empty());
            self.answer(request.expect("it is a request")).await.json()
        });
        let paths = api.await["paths"].as_object().expect("it has paths");
        let steps = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let fits = |template: &str| {
            let (template, path) = (steps(template), steps(path));
            let same = |(a, b): (&String, &String)| a == b || a.starts_with('{');
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        let operation = paths.iter().find(|(template, _)| fits(template));
        let operation = operation.and_then(|(_, it)| it.get(method.to_lowercase()));
        let Some(operation) = operation else { return };
        let described = operation["responses"].get(status.as_str()).is_some();
        assert!(described, "{method} {path} answers {status}, which is not described");
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let has_no_end = parts.headers.get("content-type").is_some_and(|it| it == EVENTS);
        let bytes = match has_no_end {
            // What it says at once; it would say more for ever.
            true => body.into_data_stream().next().await.expect("it begins").expect("it is read"),
            false => to_bytes(body, usize::MAX).await.expect("the body ends"),
        };
        let text = String::from_utf8(bytes.to_vec()).expect("the body is text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.send(request, Body::empty()).await
    }

    /// Posts a submission under a key.
    pub async fn submit(&self, key: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/api/v1/submissions")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.send(request, body).await
    }

    /// Posts the ordinary family; gives the reference of its case and the access code.
    pub async fn ordinary(&self) -> (String, String) {
        self.received(ordinary()).await
    }

    /// Posts a form, which may have come before; gives the reference of its first case and the first parent's access
    /// code.
    pub async fn received(&self, form: Value) -> (String, String) {
        let answer = self.submit("ordinary", form.to_string()).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        let case = &answer.json()["cases"][0];
        let text = |field: &str| case[field].as_str().expect("it is a text").to_owned();
        (text("ref"), text("access_code"))
    }

    /// As [`Stage::ordinary`], once for each parent.
    pub async fn both(&self) -> [(String, String); 2] {
        let (case, first) = self.ordinary().await;
        let answer = self.submit("ordinary", ordinary().to_string()).await.json();
        let second = answer["cases"][0]["other_access_codes"][0]["access_code"].as_str();
        [(case.clone(), first), (case, second.expect("it is a code").to_owned())]
    }

    /// Puts more cases on the desk than fit on a page; gives their number.
    pub async fn full_desk(&self) -> usize {
        let mut form = ordinary();
        form["children"][0]["plurality"] = json!(9);
        form["children"][0]["time_of_birth"] = json!("03:12");
        let child = form["children"][0].clone();
        let children = (1..=9).map(|order| {
            let mut child = child.clone();
            child["birth_order"] = json!(order);
            child
        });
        form["children"] = children.collect();
        let mut cases = Vec::new();
        for family in 0..23 {
            let answer = self.submit(&format!("many-{family}"), form.to_string()).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
            let received = answer.json()["cases"].as_array().expect("it is a list").clone();
            cases.extend(received.into_iter().map(|it| it["ref"].clone()));
        }
        for case in &cases {
            let raised = [Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeDiffers }];
            self.happens(case.as_str().expect("it is a text"), &raised).await;
        }
        cases.len()
    }

    /// What the workflow would write down.
    pub async fn happens(&self, case: &str, facts: &[Fact]) {
        self.happened(noon(), case, facts).await;
    }

    pub async fn happened(&self, at: Timestamp, case: &str, facts: &[Fact]) {
        let mut conn = self.pool.acquire().await.expect("the case file answers");
        let case = case.parse().expect("it is a reference");
        store::cases::record(&mut conn, case, Actor::Engine, None, facts, at)
            .await
            .expect("it is recorded");
    }

    pub async fn decide(&self, case: &str, token: &str, seen: Option<&str>, body: Value) -> Answer {
        self.decide_for(case, token, seen, body, "").await
    }

    /// As [`Stage::decide`], with what is stated in the address, such as `?purpose=AUDIT`.
    pub async fn decide_for(
        &self,
        case: &str,
        token: &str,
        seen: Option<&str>,
        body: Value,
        stated: &str,
    ) -> Answer {
        let mut request = Request::post(format!("/api/v1/cases/{case}/decisions{stated}"))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        self.send(request, body.to_string()).await
    }

    /// All messages that are due, as the courier would take them.
    pub async fn due(&self, at: Timestamp) -> Vec<Pending> {
        let mut conn = self.pool.acquire().await.expect("the case file answers");
        let mut due = Vec::new();
        while let Some(taken) = deliveries::take(&mut conn, at).await.expect("it is read") {
            due.push(taken.message.expect("it makes sense"));
        }
        due
    }

    /// How many rows all tables hold together.
    pub async fn rows(&self) -> i64 {
        let tables = "select table_name from information_schema.tables \
            where table_schema = 'public' and table_name not like '\\_sqlx%'";
        let tables =
            sqlx::query(tables).fetch_all(&self.pool).await.expect("the tables are listed");
        let mut sum = 0;
        for table in tables {
            let count = format!("select count(*) from {}", table.get::<String, _>(0));
            let row = sqlx::query(sqlx::AssertSqlSafe(count)).fetch_one(&self.pool).await;
            sum += row.expect("the rows are counted").get::<i64, _>(0);
        }
        sum
    }
}

fn portal(pool: &PgPool, courier: Courier, now: fn() -> Timestamp) -> Portal {
    Portal::from(parts(pool, courier, now))
}

fn parts(pool: &PgPool, courier: Courier, now: fn() -> Timestamp) -> Parts {
    let staff = STAFF.map(|(name, role, token)| Identity {
        name: name.to_owned(),
        role,
        token: token.into(),
    });
    Parts {
        pool: pool.clone(),
        keys: keys(),
        access: AccessKey::new([3; 32]),
        provider: None,
        staff: Staff::of(staff.into()).expect("the tokens are long"),
        engine: Engine::at("http://127.0.0.1:9".parse().expect("it is an address"), "default"),
        clocks: Clocks::default(),
        https: false,
        limits: Limits::new(&LIMITS),
        courier,
        callback_token: Some(SecretString::from(CALLBACKS)),
        payment_page: Some("http://pay.test/pay".parse().expect("it is an address")),
        public_url: "http://portal.test".to_owned(),
        second_parent: SecondParent::Link,
        now,
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        let drop = format!("drop database {} with (force)", self.0);
        let leave = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut conn = PgConnection::connect(&admin()).await.map_err(io::Error::other)?;
                conn.execute(sqlx::AssertSqlSafe(drop)).await.map_err(io::Error::other)?;
                Ok::<_, io::Error>(())
            })
        });
        if !matches!(leave.join(), Ok(Ok(()))) {
            eprintln!("the database {} was left behind", self.0);
        }
    }
}

/// The keys of every stage.
pub fn keys() -> store::Keys {
    store::Keys::new([1; 32], [2; 32])
}

pub fn ordinary() -> Value {
    serde_json::from_str(include_str!("../../../examples/ordinary.json")).expect("it is JSON")
}

/// Everything that any test logged.
static LOGS: LazyLock<Logs> = LazyLock::new(|| {
    let logs = Logs::default();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(logs.clone())
        .init();
    logs
});

#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    pub fn text() -> String {
        let bytes = LOGS.0.lock().expect("nobody panicked while logging").clone();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked while logging").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Logs {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
