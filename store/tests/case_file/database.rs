//! A database of its own for each test, dropped with it.

use std::{ops::Deref, str::FromStr};

use secrecy::SecretString;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection, postgres::PgConnectOptions,
};
use uuid::Uuid;

const VARIABLE: &str = "NEWBORN_TEST_DATABASE_URL";

pub struct Database {
    pool: PgPool,
    name: String,
}

impl Database {
    /// A new database with all tables.
    pub async fn new() -> Self {
        let name = format!("store_test_{}", Uuid::new_v4().simple());
        order(&format!("create database {name}")).await;
        let url = admin().database(&name).to_url_lossy();
        let pool = store::connect(&SecretString::from(url.to_string()), 20).await.unwrap();
        let database = Self { pool, name };
        store::migrate(&database.pool).await.unwrap();
        database
    }

    pub async fn conn(&self) -> PoolConnection<Postgres> {
        self.pool.acquire().await.unwrap()
    }

    pub async fn begin(&self) -> Transaction<'static, Postgres> {
        self.pool.begin().await.unwrap()
    }

    /// Runs statements that no module of the store has: a tamperer's, or a test's own questions.
    pub async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    /// Waits until so many others wait for a lock.
    pub async fn blocked(&self, others: i64) {
        let mut conn = self.conn().await;
        loop {
            let blocked: i64 = sqlx::query_scalar(
                "select count(*)
                from pg_stat_activity
                where datname = current_database()
                and cardinality(pg_blocking_pids(pid)) > 0",
            )
            .fetch_one(&mut *conn)
            .await
            .unwrap();
            if blocked >= others {
                return;
            }
        }
    }

    /// Every row of every table, as text.
    pub async fn dump(&self) -> String {
        let mut conn = self.conn().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text
            from information_schema.tables
            where table_schema = 'public'
            and table_type = 'BASE TABLE'",
        )
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        assert!(tables.len() > 10, "{tables:?}");
        let mut dump = String::new();
        for table in tables {
            let rows: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(format!("select t::text from {table} t")))
                    .fetch_all(&mut *conn)
                    .await
                    .unwrap();
            dump.push_str(&rows.join("\n"));
        }
        dump
    }
}

impl Deref for Database {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(order(&sql));
        });
        let dropped = dropped.join();
        assert!(dropped.is_ok() || std::thread::panicking(), "{} could not be dropped", self.name);
    }
}

fn admin() -> PgConnectOptions {
    let url = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} must name a PostgreSQL where tests may create databases")
    });
    PgConnectOptions::from_str(&url).unwrap()
}

async fn order(sql: &str) {
    let mut conn: PgConnection = admin().connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}
