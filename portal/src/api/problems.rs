//! The problems that operations answer with, for the description of the API: one set for each operation.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::problem::Body;

/// Declares sets of problems by their statuses.
macro_rules! problems {
    ($( $set:ident = [$($status:literal),+] );+ $(;)?) => { $(
        pub(super) struct $set;

        impl IntoResponses for $set {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                of(&[$($status),+])
            }
        }
    )+ };
}

problems! {
    Submitting = [400, 413, 415, 422, 429, 500, 503];
    Listing = [401, 422, 429, 500, 503];
    Showing = [400, 401, 404, 422, 428, 429, 500, 503];
    Deciding = [400, 401, 403, 404, 409, 410, 413, 415, 422, 428, 429, 500, 502, 503];
}

/// What each status means, whoever answers with it; the code in the body says more.
const fn meaning(status: u16) -> &'static str {
    match status {
        400 => {
            "The address, the body or a header cannot be read, or the Idempotency-Key is missing"
        }
        401 => "No token, or none of staff where staff is asked for",
        403 => "This caller may not do this",
        404 => "No such case for this caller",
        409 => "The case has moved on; `revision` is the present one",
        410 => "What was typed for this case was deleted",
        413 => "Larger than 1 MiB",
        415 => "The body is not sent as application/json",
        422 => {
            "Read, and not taken: fields are wrong, a key was used before, or it is not allowed now"
        }
        428 => "If-Match is missing, or the purpose where somebody is protected",
        429 => {
            "Too many forms, or too many wrong codes, from one address; `Retry-After` says in how many seconds there may be more"
        }
        500 => "A defect on our side",
        502 => "The engine failed to take the decision",
        503 => {
            "The case file or the engine is away, or it took too long. A decision counts only if the case moves"
        }
        _ => panic!("this status has no meaning here"),
    }
}

fn of(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name()))).build();
    let problem = |status: u16| {
        let answer = ResponseBuilder::new()
            .description(meaning(status))
            .content("application/problem+json", body());
        (status.to_string(), answer.build().into())
    };
    statuses.iter().copied().map(problem).collect()
}
