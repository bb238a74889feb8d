//! The case file, as activities use it.

use domain::{CaseRef, facts::Fact, people::Actor};
use jiff::Timestamp;
use prost::Message;
use sqlx::PgPool;
use store::{Keys, contents::Brief};
use temporalio_sdk::activities::ActivityError;

use crate::fault::{self, Nonsense};

/// The case file with the keys to it.
pub struct File {
    pool: PgPool,
    keys: Keys,
}

impl File {
    #[must_use]
    pub fn new(pool: PgPool, keys: Keys) -> Self {
        Self { pool, keys }
    }

    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub async fn open(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, ActivityError> {
        self.pool
            .acquire()
            .await
            .map_err(|error| fault::from_store(store::StoreError::Database(error)))
    }

    /// All that an activity needs of a case.
    pub async fn brief(&self, case: CaseRef) -> Result<Brief, ActivityError> {
        let mut conn = self.open().await?;
        store::contents::brief(&mut conn, &self.keys, case).await.map_err(fault::from_store)
    }

    /// Freezes a request under its key and gives back the one that was frozen first.
    pub async fn frozen<M: Message + Default>(
        &self,
        operation: &'static str,
        case: CaseRef,
        key: &str,
        fresh: &M,
    ) -> Result<M, ActivityError> {
        let mut conn = self.open().await?;
        let bytes =
            store::requests::freeze(&mut conn, &self.keys, case, key, &fresh.encode_to_vec())
                .await
                .map_err(fault::from_store)?;
        M::decode(bytes.as_slice())
            .map_err(|_| fault::stop(Nonsense { operation, what: "the frozen request" }))
    }

    /// Records what happened, in one transaction, with what the parents are told about it.
    pub async fn record(
        &self,
        case: CaseRef,
        actor: Actor,
        facts: &[Fact],
    ) -> Result<(), ActivityError> {
        if facts.is_empty() {
            return Ok(());
        }
        let recorded = async {
            let mut tx = self.pool.begin().await.map_err(store::StoreError::Database)?;
            let now = Timestamp::now();
            store::messages::record_and_tell(&mut tx, case, actor, facts, now).await?;
            tx.commit().await.map_err(store::StoreError::Database)
        };
        recorded.await.map_err(fault::from_store)
    }
}
