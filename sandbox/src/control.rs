//! The development control of the sandbox, as JSON over plain HTTP. `newborn sandbox …` passes it through.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    federal,
    hospital::{Hospital, NotSent},
    misbehave::{BadRule, Counted, Rule},
    notice_file::NoticeFile,
    operations::{Jurisdiction, Kind, Operation},
    province,
    register::Register,
};

/// The longest list of notices taken at once, in bytes.
const NOTICES_AT_ONCE: usize = 64 << 20;

/// What the control needs.
#[derive(Clone)]
pub struct Control {
    pub province: Arc<Register>,
    pub federal: Arc<Register>,
    pub hospital: Hospital,
}

/// Why a request of the control was not done.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the body is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    #[error("{path}: {cause}")]
    Field { path: String, cause: serde_json::Error },
    #[error(transparent)]
    Rule(#[from] BadRule),
    #[error(transparent)]
    Notice(#[from] NotSent),
    #[error("the registers' databases could not be read")]
    Database(#[from] sqlx::Error),
}

/// The ledger: the registers' truth, without anything personal.
#[derive(Serialize)]
struct Ledger {
    #[serde(flatten)]
    province: province::ledger::Ledger,
    sin_applications: Vec<federal::ledger::ApplicationLine>,
}

/// The control's routes.
pub fn routes(control: Control) -> Router {
    Router::new()
        .route("/control/operations", get(operations))
        .route("/control/ledger", get(ledger))
        .route("/control/misbehave", post(misbehave))
        .route("/control/calm", post(calm))
        .route("/control/notices", post(notices).layer(DefaultBodyLimit::max(NOTICES_AT_ONCE)))
        .with_state(control)
}

async fn operations() -> Json<Value> {
    #[derive(Serialize)]
    struct Line {
        name: &'static str,
        kind: Kind,
    }
    let of = |jurisdiction| -> Vec<Line> {
        Operation::listed(jurisdiction)
            .map(|it| Line { name: it.name(), kind: it.kind() })
            .collect()
    };
    Json(json!({ "province": of(Jurisdiction::Province), "federal": of(Jurisdiction::Federal) }))
}

async fn ledger(State(control): State<Control>) -> Result<Json<Ledger>, Refused> {
    Ok(Json(Ledger {
        province: province::ledger::read(&control.province.pool).await?,
        sin_applications: federal::ledger::read(&control.federal.pool).await?,
    }))
}

async fn misbehave(State(control): State<Control>, body: Bytes) -> Result<Json<Counted>, Refused> {
    let rule: Rule = read(read_json(&body)?, "")?;
    control.province.misbehaviour.add(rule.clone())?;
    Ok(Json(Counted { rule, hits: 0 }))
}

async fn calm(State(control): State<Control>) -> Json<Vec<Counted>> {
    Json(control.province.misbehaviour.calm())
}

/// Takes one notice or an array of them. All are read before the first is sent.
async fn notices(State(control): State<Control>, body: Bytes) -> Result<Json<Value>, Refused> {
    let files: Vec<NoticeFile> = match read_json(&body)? {
        Value::Array(several) => {
            let read_one = |(nth, one)| read(one, &format!("{nth}."));
            several.into_iter().enumerate().map(read_one).collect::<Result<_, _>>()?
        }
        one => vec![read(one, "")?],
    };
    let mut sent = Vec::new();
    for file in files {
        sent.push(control.hospital.send(file).await?);
    }
    Ok(Json(json!({ "notices": sent })))
}

fn read_json(body: &[u8]) -> Result<Value, Refused> {
    serde_json::from_slice(body).map_err(Refused::NotJson)
}

/// Reads a value, naming the field that is wrong.
fn read<T: DeserializeOwned>(value: Value, prefix: &str) -> Result<T, Refused> {
    serde_path_to_error::deserialize(value).map_err(|error| Refused::Field {
        path: format!("{prefix}{}", error.path()),
        cause: error.into_inner(),
    })
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotJson(_) | Self::Field { .. } | Self::Rule(_) => StatusCode::BAD_REQUEST,
            Self::Notice(NotSent::NoAnswer { .. }) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Notice(NotSent::NotTaken { .. } | NotSent::Refused { .. }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Notice(NotSent::Unexpected { .. }) => StatusCode::BAD_GATEWAY,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}
