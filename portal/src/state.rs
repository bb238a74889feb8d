//! What every request shares.

use std::{ops::Deref, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use domain::{
    calendar,
    clocks::Clocks,
    intake::{ShownText, TEXT_VERSION},
    statement::SecondParent,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use secrecy::SecretString;
use sqlx::PgPool;
use store::{
    Keys,
    texts::{self, Kept},
};
use temporalio_client::Url;
use tokio::time::{Instant, sleep};

use crate::{
    AccessKey, Courier, Engine, Limits, Provider, Settings, Staff, language::Speaks, live::Live,
    logging, metrics::Metrics, patience::Patience,
};

/// How long the portal waits for the case file when it starts: the worker makes its tables.
const PATIENCE: Duration = Duration::from_secs(60);

const CONNECTIONS: u32 = 16;

/// What every request shares. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

/// What a [`Portal`] is made of.
pub struct Parts {
    pub pool: PgPool,
    pub keys: Keys,
    pub access: AccessKey,
    /// Where staff sign in, if they can.
    pub provider: Option<Provider>,
    /// Who of the staff has a development token.
    pub staff: Staff,
    pub engine: Engine,
    /// Who carries messages to parents.
    pub courier: Courier,
    /// By which the message service's callbacks are known.
    pub callback_token: Option<SecretString>,
    /// The hosted payment page, if there is one to pay at.
    pub payment_page: Option<Url>,
    /// Where browsers find this portal, without a last slash: links in messages begin with it.
    pub public_url: String,
    /// What new cases wait for, and how long.
    pub clocks: Clocks,
    /// How the province lets the second parent certify.
    pub second_parent: SecondParent,
    /// Whether browsers come over https.
    pub https: bool,
    /// How much one address may send.
    pub limits: Limits,
    /// The clock; tests set it.
    pub now: fn() -> Timestamp,
}

struct Inner {
    parts: Parts,
    metrics: Metrics,
    live: Live,
    patience: Patience,
    zone: TimeZone,
}

impl Deref for Portal {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl From<Parts> for Portal {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            metrics: Metrics::new(),
            live: Live::default(),
            patience: Patience::default(),
            zone: calendar::province(),
        }))
    }
}

impl Portal {
    /// Reads keys and secrets, and waits until the case file is there with its tables.
    ///
    /// # Errors
    ///
    /// When a file cannot be used, or the case file is not there in time.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let public_url = settings.public_url.as_str().trim_end_matches('/').to_owned();
        let staff = settings.staff_file.as_deref().map(Staff::read).transpose()?;
        let parts = Parts {
            keys: Keys::read(&settings.case_key_file, &settings.search_key_file)?,
            access: AccessKey::read(&settings.access_key_file)?,
            provider: settings.sign_in.provider(&public_url)?,
            staff: staff.unwrap_or_default(),
            engine: Engine::at(settings.temporal_address.clone(), &settings.temporal_namespace),
            courier: settings.messages.courier()?,
            callback_token: settings.messages.callback_token()?,
            payment_page: settings.payment_page.clone(),
            public_url,
            clocks: settings.clocks.clone().unwrap_or_default(),
            second_parent: settings.second_parent,
            https: settings.https,
            limits: Limits::new(&settings.limits),
            now: Timestamp::now,
            pool: case_file(settings).await?,
        };
        keep_texts(&parts).await?;
        Ok(Self::from(parts))
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.0.patience
    }

    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// The time of the province.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.0.zone
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// When today began at the birthplace.
    pub(crate) fn midnight(&self) -> Timestamp {
        self.today().to_zoned(self.zone().clone()).map_or(self.now(), |it| it.timestamp())
    }

    /// Today's date at the birthplace.
    pub(crate) fn today(&self) -> Date {
        calendar::day(self.now())
    }
}

/// Keeps the words that are shown under today's version.
async fn keep_texts(parts: &Parts) -> anyhow::Result<()> {
    let mut conn = parts.pool.acquire().await.context("the case file does not answer")?;
    for t in [Speaks::ENGLISH, Speaks::FRENCH] {
        for text in ShownText::ALL.iter().copied() {
            let of = texts::Of { version: TEXT_VERSION, language: t.0, text };
            match texts::keep(&mut conn, of, &t.shown(text), (parts.now)()).await? {
                Kept::AsShown => (),
                Kept::Otherwise => bail!(
                    "other words were shown as {text} in {} under version {TEXT_VERSION}: give the new ones a version of their own",
                    t.code()
                ),
            }
        }
    }
    Ok(())
}

/// The case file, once its tables are there.
async fn case_file(settings: &Settings) -> anyhow::Result<PgPool> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match try_case_file(settings).await {
            Ok(pool) => return Ok(pool),
            Err(error) if Instant::now() >= give_up => {
                return Err(error)
                    .context(format!("the case file is not there after {PATIENCE:?}"));
            }
            Err(error) => {
                let why = logging::chain(error.as_ref());
                tracing::info!(why, "waiting for the case file");
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn try_case_file(settings: &Settings) -> anyhow::Result<PgPool> {
    let pool = store::connect(&settings.database_url, CONNECTIONS).await?;
    if store::is_up_to_date(&pool).await? {
        Ok(pool)
    } else {
        bail!("its tables are not there yet");
    }
}
