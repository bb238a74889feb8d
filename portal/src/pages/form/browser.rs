//! What a browser has open: a draft, known by a token in a cookie.

use axum::http::HeaderMap;
use domain::{CaseRef, intake::Form, people::Language};
use sqlx::PgConnection;
use store::{
    StoreError, contents,
    drafts::{self, Corrects, Draft, Session, State},
};
use uuid::Uuid;

use super::{
    super::session::{self, SetCookies},
    Family,
    steps::Step,
    typed::Typed,
};
use crate::{Portal, access, problem::Problem};

/// What a browser has open.
pub(super) enum Browser {
    Nothing,
    Open(Open),
    /// What it had open was sent as this submission.
    Sent(Sent),
    /// What it had open corrected this case.
    Corrected(CaseRef),
}

/// A form that was sent from a browser.
pub(super) struct Sent {
    pub(super) draft: Uuid,
    pub(super) submission: Uuid,
    pub(super) idle: bool,
}

/// A draft in a browser.
pub(super) struct Open {
    pub(super) id: Uuid,
    /// Whether it rested for too long: then nothing is shown before the code is typed.
    pub(super) idle: bool,
    pub(super) code: String,
    pub(super) key: String,
    pub(super) corrects: Option<Corrects>,
    pub(super) page: String,
    pub(super) typed: Typed,
}

impl Open {
    fn of(id: Uuid, Draft { code, key, corrects, page, typed }: Draft) -> Self {
        Self { id, idle: false, code, key, corrects, page, typed: typed.into() }
    }

    pub(super) fn family(&self) -> Family {
        self.typed.family()
    }

    /// The pages that its parents go through.
    pub(super) fn steps(&self) -> Vec<Step> {
        match &self.corrects {
            None => Step::of_a_form(self.family()),
            Some(corrects) => Step::of_a_correction(self.family(), corrects.parent),
        }
    }

    /// Which parents certify here, from 0.
    pub(super) fn signers(&self) -> Vec<usize> {
        match &self.corrects {
            None => (0..self.family().certifiers()).collect(),
            Some(corrects) => vec![corrects.parent.into()],
        }
    }

    /// The page at an address, if it is one of theirs.
    pub(super) fn step(&self, path: &str) -> Option<Step> {
        self.steps().into_iter().find(|it| it.path() == path)
    }

    pub(super) fn next(&self, step: Step) -> Option<Step> {
        self.steps().into_iter().skip_while(|it| *it != step).nth(1)
    }

    pub(super) fn before(&self, step: Step) -> Option<Step> {
        self.steps().into_iter().take_while(|it| *it != step).last()
    }

    /// Keeps what was typed by now, and how far they are.
    pub(super) async fn keep(&self, portal: &Portal, tx: &mut PgConnection) -> Result<(), Problem> {
        let typed = match &self.corrects {
            None => self.typed.clone(),
            // The rest is the case's, and stays there.
            Some(_) => self.typed.of_the_statement(),
        };
        let draft = Draft {
            code: self.code.clone(),
            key: self.key.clone(),
            corrects: self.corrects,
            page: self.page.clone(),
            typed: typed.into(),
        };
        Ok(drafts::keep(tx, &portal.keys, self.id, &draft, portal.now()).await?)
    }
}

impl From<Session> for Browser {
    fn from(session: Session) -> Self {
        let Session { draft: id, state, idle } = session;
        match state {
            State::Sent { submission, .. } => Self::Sent(Sent { draft: id, submission, idle }),
            State::Corrected { case } => Self::Corrected(case),
            State::Open(draft) => Self::Open(Open { idle, ..Open::of(id, draft) }),
        }
    }
}

/// What this browser has open. From now on it counts as used, unless it rested for too long.
pub(super) async fn browser(
    portal: &Portal,
    tx: &mut PgConnection,
    headers: &HeaderMap,
) -> Result<Browser, Problem> {
    let Some(token) = session::held_draft(headers) else { return Ok(Browser::Nothing) };
    let now = portal.now();
    let Some(session) = drafts::find(tx, &portal.keys, &token, now).await? else {
        return Ok(Browser::Nothing);
    };
    if !session.idle {
        drafts::is_used(tx, &portal.keys, &token, now).await?;
    }
    let browser = session.into();
    match browser {
        Browser::Open(mut open) => match open.corrects {
            None => Ok(Browser::Open(open)),
            Some(corrects) => {
                let brief = match contents::brief(tx, &portal.keys, corrects.case).await {
                    // Somebody may have been protected since.
                    Ok(brief) if !brief.facts.is_closed_to(corrects.parent) => brief,
                    Ok(_) | Err(StoreError::Forgotten(_)) => {
                        drafts::discard(tx, open.id).await?;
                        return Ok(Browser::Nothing);
                    }
                    Err(error) => return Err(error.into()),
                };
                let certified = Form::again(&brief.content, &brief.contact);
                open.typed.fill_in(&Typed::of(&certified));
                Ok(Browser::Open(open))
            }
        },
        Browser::Sent(_) | Browser::Corrected(_) | Browser::Nothing => Ok(browser),
    }
}

/// Opens a draft in a browser: a new one, or the correction that its parent has begun; gives it with the cookie that the
/// browser is to hold.
pub(super) async fn begin(
    portal: &Portal,
    tx: &mut PgConnection,
    language: Language,
    begun: Begun,
) -> Result<(Open, SetCookies), Problem> {
    let Begun { corrects, page, mut typed } = begun;
    typed.set("start/language".to_owned(), language.code());
    let token = new_token();
    if let Some(corrects) = corrects {
        let begun = drafts::go_on_correcting(tx, &portal.keys, &token, corrects, portal.now());
        if let Some(Session { draft: id, state: State::Open(draft), .. }) = begun.await? {
            return Ok((Open::of(id, draft), session::holds_draft(portal, &token)));
        }
        typed = typed.of_the_statement();
    }
    let draft = Draft {
        code: access::draw_code(),
        key: format!("web-{}", Uuid::now_v7()),
        corrects,
        page,
        typed: typed.into(),
    };
    let id = drafts::begin(tx, &portal.keys, &token, &draft, portal.now()).await?;
    Ok((Open::of(id, draft), session::holds_draft(portal, &token)))
}

/// What a draft begins with.
pub(super) struct Begun {
    pub(super) corrects: Option<Corrects>,
    pub(super) page: String,
    pub(super) typed: Typed,
}

pub(super) fn new_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}
