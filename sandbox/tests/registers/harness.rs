//! A sandbox with databases of its own, the lines to it, and what is done with both in every test.

use std::{env, net::SocketAddr, sync::Once, time::Duration};

use proto::common::v1::Event;
use sandbox::{IdentitySettings, Listeners, Settings, serve};
use secrecy::SecretString;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use tonic::{
    Streaming,
    transport::{Channel, Endpoint},
};

use crate::{
    calls::Item,
    certificates::{self, OURS},
};

/// How long anything may take before a test gives up waiting for it.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Seconds for production, mailing and issuing.
#[derive(Clone, Copy)]
pub struct Pace(pub f64, pub f64, pub f64);

/// Everything is done at once.
pub const INSTANT: Pace = Pace(0.0, 0.0, 0.0);
/// Nothing is done by itself while a test runs.
pub const NEVER: Pace = Pace(1e6, 1e6, 1e6);

/// One sandbox. Its databases are dropped with it.
pub struct Sandbox {
    pub province: Channel,
    pub federal: Channel,
    pub province_address: SocketAddr,
    http: String,
    tls: TempDir,
    databases: Databases,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Sandbox {
    /// Starts one on fresh databases, with lines for the worker.
    pub async fn start(pace: Pace) -> Self {
        static TLS: Once = Once::new();
        TLS.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
        Self::on(Databases::create().await, pace).await
    }

    async fn on(databases: Databases, pace: Pace) -> Self {
        let tls = TempDir::new().unwrap();
        certificates::write(tls.path());
        let settings = databases.settings(&tls, pace);
        let listeners = Listeners::bind(&settings).await.unwrap();
        let province_address = listeners.province.local_addr().unwrap();
        let federal_address = listeners.federal.local_addr().unwrap();
        let http = format!("http://{}", listeners.http.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(settings, listeners, async {
            // A test that ends early drops the sender, which means the same.
            let _ = stopped.await;
        }));
        let sandbox = Self {
            province: line(
                province_address,
                "worker.newborn.internal",
                "province.newborn.internal",
            ),
            federal: line(federal_address, "worker.newborn.internal", "federal.newborn.internal"),
            province_address,
            http,
            tls,
            databases,
            stop: Some(stop),
            served: Some(served),
        };
        sandbox.until_ready().await;
        sandbox
    }

    /// Stops it, and starts another one on the same databases.
    pub async fn restart(mut self, pace: Pace) -> Self {
        self.end().await;
        let databases = Databases { names: std::mem::take(&mut self.databases.names) };
        Self::on(databases, pace).await
    }

    /// Stops it, and waits until it has.
    pub async fn end(&mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            within(served).await.unwrap().unwrap();
        }
    }

    /// A line to the province with another name in the certificate.
    pub fn province_as(&self, name: &str) -> Channel {
        line(self.province_address, name, "province.newborn.internal")
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.http)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Posts JSON to the control; the status and the JSON that came back.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.http)).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn misbehave(&self, rule: Value) {
        let (status, answer) = self.post("/control/misbehave", &rule).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Ends all misbehaviour; how often each rule had hit.
    pub async fn calm(&self) -> Vec<u64> {
        let (_, rules) = self.post("/control/calm", &Value::Null).await;
        rules.as_array().unwrap().iter().map(|it| it["hits"].as_u64().unwrap()).collect()
    }

    pub async fn ledger(&self) -> Value {
        let (status, text) = self.get("/control/ledger").await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// One value out of the province's database.
    pub async fn province_holds<T>(&self, query: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        self.databases.ask(0, query).await
    }

    /// One value out of the federal database.
    pub async fn federal_holds<T>(&self, query: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        self.databases.ask(1, query).await
    }

    /// Holds a key as another call does that is being worked on, until what is returned is dropped.
    pub async fn hold_key(&self, key: &'static str) -> PgConnection {
        let mut conn = PgConnection::connect(&self.databases.url(0)).await.unwrap();
        sqlx::query("select pg_advisory_lock(hashtextextended('key:' || $1, 0))")
            .bind(key)
            .execute(&mut conn)
            .await
            .unwrap();
        conn
    }

    /// Holds the province's event counter, for which every command waits that has something to tell, until what is
    /// returned is dropped.
    pub async fn hold_event_counter(&self) -> PgConnection {
        let mut conn = PgConnection::connect(&self.databases.url(0)).await.unwrap();
        for statement in ["begin", "update event_counter set latest = latest"] {
            sqlx::query(statement).execute(&mut conn).await.unwrap();
        }
        conn
    }

    /// Waits until the answer of a query in the province's database is yes.
    pub async fn until_province_holds(&self, query: &'static str) {
        let mut conn = PgConnection::connect(&self.databases.url(0)).await.unwrap();
        within(async {
            while !sqlx::query_scalar::<_, bool>(query).fetch_one(&mut conn).await.unwrap() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Flags for the sandbox as a program, on the same databases, with ports of its own choice.
    pub fn flags(&self, pace: Pace, ports: [u16; 3]) -> Vec<String> {
        let listen = |port: u16| format!("127.0.0.1:{port}");
        [
            ("--province-listen", listen(ports[0])),
            ("--federal-listen", listen(ports[1])),
            ("--http-listen", listen(ports[2])),
            ("--province-database-url", self.databases.url(0)),
            ("--federal-database-url", self.databases.url(1)),
            ("--tls-dir", self.tls.path().display().to_string()),
            ("--production-seconds", pace.0.to_string()),
            ("--mailing-seconds", pace.1.to_string()),
            ("--issuing-seconds", pace.2.to_string()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value])
        .collect()
    }

    async fn until_ready(&self) {
        let ready = async {
            while !matches!(reqwest::get(format!("{}/health/ready", self.http)).await, Ok(it) if it.status() == 200)
            {
                tokio::task::yield_now().await;
            }
        };
        within(ready).await;
    }
}

/// Waits for something, but not for ever.
pub async fn within<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, wait).await.expect("it did not happen in time")
}

/// A line to a register for a caller of this name, certified by our authority.
pub fn line(address: SocketAddr, name: &str, server: &str) -> Channel {
    Endpoint::from_shared(format!("https://{address}"))
        .unwrap()
        .tls_config(certificates::caller(&OURS, name, server))
        .unwrap()
        .connect_lazy()
}

/// The next event of a stream, keep-alives left out.
pub async fn next_event<T: Item>(stream: &mut Streaming<T>) -> Event {
    within(async {
        loop {
            let item = stream.message().await.expect("an item").expect("the stream stays open");
            if let Some(event) = item.event() {
                return event;
            }
        }
    })
    .await
}

/// The two databases of one sandbox.
struct Databases {
    names: Vec<String>,
}

impl Databases {
    async fn create() -> Self {
        let names = ["province", "federal"]
            .map(|of| format!("sandbox_{of}_{}", uuid::Uuid::new_v4().simple()));
        let mut admin = PgConnection::connect(&admin_url())
            .await
            .expect("the test server of PostgreSQL answers");
        for name in &names {
            run(&mut admin, format!("create database {name}")).await;
        }
        Self { names: names.into() }
    }

    fn url(&self, nth: usize) -> String {
        let admin = admin_url();
        let (server, _) = admin.rsplit_once('/').expect("the URL names a database");
        format!("{server}/{}", self.names[nth])
    }

    fn settings(&self, tls: &TempDir, pace: Pace) -> Settings {
        let any_port: SocketAddr = "127.0.0.1:0".parse().unwrap();
        Settings {
            province_listen: any_port,
            federal_listen: any_port,
            http_listen: any_port,
            province_database_url: SecretString::from(self.url(0)),
            federal_database_url: SecretString::from(self.url(1)),
            tls_dir: tls.path().into(),
            production_seconds: Duration::from_secs_f64(pace.0),
            mailing_seconds: Duration::from_secs_f64(pace.1),
            issuing_seconds: Duration::from_secs_f64(pace.2),
            notify_callback_url: None,
            notify_callback_token_file: None,
            identity: IdentitySettings::default(),
        }
    }

    async fn ask<T>(&self, nth: usize, query: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let mut conn = PgConnection::connect(&self.url(nth)).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap()
    }
}

impl Drop for Databases {
    /// Also when a test fails. The test's runtime may be on its way out: a thread with its own does it.
    fn drop(&mut self) {
        let names = std::mem::take(&mut self.names);
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&admin_url()).await.unwrap();
                for name in names {
                    run(&mut admin, format!("drop database if exists {name} with (force)")).await;
                }
            });
        });
        dropping.join().unwrap();
    }
}

async fn run(conn: &mut PgConnection, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(conn).await.unwrap();
}

fn admin_url() -> String {
    env::var("NEWBORN_TEST_DATABASE_URL").expect(
        "NEWBORN_TEST_DATABASE_URL is not set: these tests need a PostgreSQL server on which they may create databases, \
         given as postgres://user:password@127.0.0.1:port/postgres",
    )
}
