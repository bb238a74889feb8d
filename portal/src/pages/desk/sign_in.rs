//! Staff sign in with the provider of identities, and out again.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::people::Role;
use serde::Deserialize;
use store::{
    sign_ins,
    staff::{self, Person},
};

use super::{
    super::{Frame, session},
    to_desk,
};
use crate::{
    Portal, Provider,
    language::{Speaks, asked_for},
    limits::Client,
    problem::Problem,
    sign_in::{Anew, Answer, Begun, NotSignedIn, draw_token},
};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    frame: Frame,
    /// What went wrong, by its key.
    trouble: Option<String>,
    /// What the button asks for, if there is somewhere to sign in.
    way: Option<&'static str>,
}

/// The page that asks who somebody is. It says whether the provider can be asked.
pub(super) async fn page(portal: &Portal, t: Speaks) -> Response {
    let trouble = match &portal.provider {
        None => Some("sign-in-nowhere".to_owned()),
        Some(provider) => provider.answers().await.err().map(|it| in_words(&NotSignedIn::from(it))),
    };
    shown(portal, t, StatusCode::OK, trouble, Anew::IfNeeded)
}

fn in_words(why: &NotSignedIn) -> String {
    format!("sign-in-{}", why.code())
}

fn shown(
    portal: &Portal,
    t: Speaks,
    status: StatusCode,
    trouble: Option<String>,
    anew: Anew,
) -> Response {
    let way = match anew {
        Anew::IfNeeded => "",
        Anew::Always => "?anew=true",
    };
    let way = portal.provider.as_ref().map(|_| way);
    super::page(status, &SignInPage { frame: Frame::new(t, "/desk"), trouble, way })
}

/// Why somebody is not signed in, and what they can do about it.
fn refused(portal: &Portal, t: Speaks, why: &NotSignedIn) -> Response {
    // A provider that is away was logged by whoever asked it.
    if !matches!(why, NotSignedIn::Away) {
        let (why, detail) = (why.code(), why.detail());
        tracing::warn!(why, detail, "a member of staff is not signed in");
    }
    let (status, anew) = match why {
        NotSignedIn::Away => (StatusCode::SERVICE_UNAVAILABLE, Anew::IfNeeded),
        NotSignedIn::NotBegunHere | NotSignedIn::NotBelieved(_) => {
            (StatusCode::FORBIDDEN, Anew::IfNeeded)
        }
        // Asked again, the provider would give the same answer: somebody else may want to sign in.
        NotSignedIn::Declined | NotSignedIn::NoRole(_) => (StatusCode::FORBIDDEN, Anew::Always),
    };
    shown(portal, t, status, Some(in_words(why)), anew)
}

/// Whether somebody has to show again who they are.
#[derive(Deserialize)]
pub(in crate::pages) struct Wish {
    #[serde(default)]
    anew: bool,
}

/// Goes to the provider. A link, not a form: a page's form may not lead to another site.
pub(in crate::pages) async fn begin(
    State(portal): State<Portal>,
    t: Speaks,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    let Some(provider) = &portal.provider else { return page(&portal, t).await };
    let begun = Begun::now(t);
    let anew = match wish {
        Ok(Query(Wish { anew: true })) => Anew::Always,
        Ok(Query(Wish { anew: false })) | Err(_) => Anew::IfNeeded,
    };
    match provider.sign_in(&begun, anew).await {
        Ok(there) => {
            (session::begins(&portal, &begun), Redirect::to(there.as_str())).into_response()
        }
        Err(away) => refused(&portal, t, &away.into()),
    }
}

/// Comes back from the provider. Whatever the address says, it leads to the desk and nowhere else.
pub(in crate::pages) async fn come_back(
    State(portal): State<Portal>,
    client: Client,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Result<Response, Problem> {
    let begun = session::begun(&portal, &headers);
    let t = begun.as_ref().map_or_else(|| asked_for(&headers), Begun::language);
    let signed_in = match (&portal.provider, &begun, answer) {
        (Some(provider), Some(begun), Ok(Query(answer))) => {
            sign_in(&portal, provider, begun, answer, &headers).await?
        }
        _ => Err(NotSignedIn::NotBegunHere),
    };
    let answer = match signed_in {
        Ok((token, role)) => {
            tracing::info!(%role, "a member of staff is signed in");
            (session::signs_in(&portal, &token), to_desk(t)).into_response()
        }
        Err(why) => {
            if let NotSignedIn::NotBegunHere | NotSignedIn::NotBelieved(_) = why {
                portal.limits.wrong_code(client)?;
            }
            refused(&portal, t, &why)
        }
    };
    Ok((session::ends_begun(&portal), answer).into_response())
}

/// Keeps who signed in, and gives the token for their browser.
async fn sign_in(
    portal: &Portal,
    provider: &Provider,
    begun: &Begun,
    answer: Answer,
    headers: &HeaderMap,
) -> Result<Result<(String, Role), NotSignedIn>, Problem> {
    let now = portal.now();
    let it = match provider.signed_in(begun, answer, now).await {
        Ok(person) => person,
        Err(why) => return Ok(Err(why)),
    };
    let token = draw_token();
    let mut tx = portal.pool.begin().await?;
    if let Some(before) = session::held_token(portal, headers) {
        sign_ins::end(&mut tx, &portal.keys, &before).await?;
    }
    let person = Person { issuer: &it.issuer, subject: &it.subject, name: &it.name };
    let reference = staff::open(&mut tx, person, now).await?;
    sign_ins::begin(&mut tx, &portal.keys, &token, &reference, it.role, now).await?;
    tx.commit().await?;
    Ok(Ok((token, it.role)))
}

#[derive(Template)]
#[template(path = "signed-out.html")]
struct SignedOutPage {
    frame: Frame,
    provider: String,
}

/// Signs out here, and then at the provider. A page stands between, because a page's form may not lead to another site.
pub(in crate::pages) async fn end(
    State(portal): State<Portal>,
    t: Speaks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = session::held_token(&portal, &headers) {
        let mut conn = portal.pool.acquire().await?;
        sign_ins::end(&mut conn, &portal.keys, &token).await?;
    }
    let there = match &portal.provider {
        Some(provider) => provider.sign_out(t).await,
        None => None,
    };
    let gone = session::signs_out(&portal);
    let Some(there) = there else { return Ok((gone, to_desk(t)).into_response()) };
    let onward = [(header::REFRESH, format!("0; url={there}"))];
    let frame = Frame::new(t, "/desk");
    let page = super::page(StatusCode::OK, &SignedOutPage { frame, provider: there.into() });
    Ok((gone, onward, page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::{Doubt, NoRole};

    #[test]
    fn whatever_goes_wrong_has_words_in_both_languages() {
        for why in [
            NotSignedIn::Away,
            NotSignedIn::NotBegunHere,
            NotSignedIn::Declined,
            NotSignedIn::NotBelieved(Doubt::Claims),
            NotSignedIn::NoRole(NoRole::None),
            NotSignedIn::NoRole(NoRole::Several),
        ] {
            let key = in_words(&why);
            for t in [Speaks::ENGLISH, Speaks::FRENCH] {
                assert!(
                    t.maybe(&key).is_some() && t.maybe(&format!("{key}-text")).is_some(),
                    "{key}"
                );
            }
        }
    }
}
