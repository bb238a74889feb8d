//! The papers that a statement needs beside the form: what is missing and by when, sending files, or saying that they come
//! in the mail.

use askama::Template;
use axum::{
    extract::{
        FromRequest, Multipart, Path, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef, calendar,
    facts::{Fact, Facts, PaperFacts},
    paper::{LARGEST_FILE, Media, Paper, PaperStanding},
    people::Actor,
};
use serde::Deserialize;
use sqlx::PgConnection;
use store::{
    StoreError, cases,
    papers::{self, Filed, Kept},
    parents,
};

use super::{
    super::{Frame, page, unread},
    Visit, loss, visit,
};
use crate::{Portal, heard_out, language::Speaks, problem::Problem};

/// The longest answer beside a file.
const LONGEST_WORD: usize = 64;

/// What the page of the case says about papers.
pub(super) struct Need {
    pub(super) text: String,
    pub(super) link: &'static str,
    /// Whether something is to be sent.
    pub(super) missing: bool,
}

impl Need {
    /// Nothing if the statement needs no paper.
    pub(super) fn of(t: Speaks, visit: &Visit) -> Option<Self> {
        let facts = &visit.row.facts;
        if facts.papers.is_empty() || facts.closed.is_some() {
            return None;
        }
        let missing = facts.papers.values().any(PaperFacts::is_missing);
        let text = match facts.papers_due().filter(|_| missing) {
            Some(due) => t.with("needed-by", "date", t.date(calendar::day(due))),
            None if facts.awaits_papers() => t.say("needed-waits"),
            None => t.say("needed-complete"),
        };
        let sends = missing && may_send(visit).is_ok();
        let link = if sends { "needed-go" } else { "needed-look" };
        Some(Self { text, link, missing: sends })
    }
}

#[derive(Template)]
#[template(path = "papers.html")]
struct PapersPage {
    frame: Frame,
    case: CaseRef,
    /// Whether this parent sends papers.
    sends: bool,
    papers: Vec<Line>,
    /// What is wrong, each with the input to go to.
    errors: Vec<(String, String)>,
}

impl PapersPage {
    fn error(&self, input: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == input).map(|(_, text)| text.as_str())
    }
}

/// One paper.
struct Line {
    paper: Paper,
    about: String,
    state: String,
    due: Option<String>,
    /// Why what came was not accepted.
    why: Option<String>,
    /// The files that came and were not refused.
    files: Vec<String>,
    /// Whether something can be sent.
    open: bool,
    mailed: bool,
}

impl Line {
    fn input(&self) -> &'static str {
        input(self.paper)
    }
}

/// The file input of a paper.
const fn input(paper: Paper) -> &'static str {
    match paper {
        Paper::SingleName => "file-single-name",
        Paper::Declaration => "file-declaration",
        Paper::Translation => "file-translation",
    }
}

pub(in crate::pages) async fn show(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match visit(&portal, &case, &headers).await? {
        Some(visit) if visit.row.facts.loss_reported.is_some() => Ok(loss::condolence(t, &visit)),
        Some(visit) => shown(&portal, t, &visit, Vec::new()).await,
        None => Ok(Redirect::to(&format!("/{}/status", t.path())).into_response()),
    }
}

async fn shown(
    portal: &Portal,
    t: Speaks,
    visit: &Visit,
    errors: Vec<(String, String)>,
) -> Result<Response, Problem> {
    let mut conn = portal.pool.acquire().await?;
    let facts = &visit.row.facts;
    let it = PapersPage {
        frame: Frame::new(t, &format!("/case/{}/papers", visit.case)),
        case: visit.case,
        sends: may_send(visit).is_ok() && facts.closed.is_none(),
        papers: lines(portal, t, &mut conn, visit.case, facts).await?,
        errors,
    };
    let status =
        if it.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &it))
}

async fn lines(
    portal: &Portal,
    t: Speaks,
    conn: &mut PgConnection,
    case: CaseRef,
    facts: &Facts,
) -> Result<Vec<Line>, StoreError> {
    let filed = papers::all(conn, case).await?;
    let line = |(paper, it): (&Paper, &PaperFacts)| {
        let files = filed.iter().filter(|file| file.paper == *paper && !file.was_refused(facts));
        Line {
            paper: *paper,
            about: t.say(&format!("paper-{paper}.about")),
            state: t.word("paper-state", it.standing().code()),
            due: it.received.is_none().then(|| t.date(calendar::day(it.due))),
            why: it.refused.map(|why| t.word("why", why.code())),
            files: files.map(|file| in_words(portal, t, file)).collect(),
            open: it.accepted.is_none(),
            mailed: it.standing() == PaperStanding::ToBeMailed,
        }
    };
    Ok(facts.papers.iter().map(line).collect())
}

/// A file, by its number: its name is not kept.
pub(in crate::pages) fn in_words(portal: &Portal, t: Speaks, file: &Filed) -> String {
    let kilobytes = file.bytes.div_ceil(1024).to_string();
    t.filled(
        "needed-file",
        &[
            ("number", &file.number.to_string()),
            ("kind", &file.media.extension().to_uppercase()),
            ("size", &kilobytes),
            ("date", &t.moment(file.received, portal.zone())),
        ],
    )
}

/// Whoever filled in the form sends its papers; or the other parent, where they are protected from them.
fn may_send(visit: &Visit) -> Result<(), Problem> {
    let protected = visit.row.facts.protected.is_some();
    if visit.parent == 0 || protected { Ok(()) } else { Err(Problem::RoleMayNot) }
}

/// A parent who may send papers. It is asked before anything of a body is kept.
async fn sender(portal: &Portal, case: &str, headers: &HeaderMap) -> Result<Visit, Problem> {
    let visit = visit(portal, case, headers).await?.ok_or(Problem::CaseNotFound)?;
    may_send(&visit)?;
    Ok(visit)
}

/// Takes files.
pub(in crate::pages) async fn receive(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = match sender(&portal, &case, request.headers()).await {
        Ok(visit) => visit,
        Err(problem) => {
            heard_out::hear_out(request.into_body()).await;
            return Err(problem);
        }
    };
    let files = Multipart::from_request(request, &()).await.map_err(|_| Problem::Unreadable)?;
    let case = visit.case;
    let errors = taken(&portal, t, case, files).await?;
    if errors.is_empty() {
        return Ok(there(t, case));
    }
    let mut conn = portal.pool.acquire().await?;
    let row = cases::facts(&mut conn, case).await?.ok_or(Problem::CaseNotFound)?;
    drop(conn);
    shown(&portal, t, &Visit { row, ..visit }, errors).await
}

/// Takes one file after the other, and gives what is wrong with those that are not kept.
async fn taken(
    portal: &Portal,
    t: Speaks,
    case: CaseRef,
    mut files: Multipart,
) -> Result<Vec<(String, String)>, Problem> {
    let (mut paper, mut translated) = (None, Translated::NotNeeded);
    let (mut nth, mut errors) = (0, Vec::new());
    loop {
        let mut field = match files.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return unreadable(&error).map(|()| together(t, paper)),
        };
        let (limit, name) = match field.name() {
            Some("paper") => (LONGEST_WORD, "paper"),
            Some("other-language") => (LONGEST_WORD, "other-language"),
            Some("file") => (LARGEST_FILE, "file"),
            _ => return Err(Problem::InvalidField(String::new())),
        };
        let read = match read(&mut field, limit).await {
            Ok(read) => read,
            Err(error) => return unreadable(&error).map(|()| together(t, paper)),
        };
        match (name, read) {
            ("paper", Read::Whole(word)) => paper = Some(word_of(&word)?),
            ("other-language", Read::Whole(_)) => translated = Translated::Needed,
            // No file was chosen.
            ("file", Read::Whole(file)) if file.is_empty() => (),
            ("file", read) => {
                nth += 1;
                let paper = paper.ok_or(Problem::InvalidField("/paper".to_owned()))?;
                if let Some(key) = kept(portal, case, paper, translated, read).await?.complaint() {
                    let text = t.with(key, "number", nth.to_string());
                    errors.push((input(paper).to_owned(), text));
                }
            }
            (_, Read::Whole(_) | Read::TooLong) => {
                return Err(Problem::InvalidField(String::new()));
            }
        }
    }
    let paper = paper.ok_or(Problem::InvalidField("/paper".to_owned()))?;
    if nth == 0 {
        errors.push((input(paper).to_owned(), t.say("needed-choose")));
    }
    Ok(errors)
}

/// Whether the parents say that the paper is in another language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Translated {
    NotNeeded,
    Needed,
}

fn word_of(typed: &[u8]) -> Result<Paper, Problem> {
    let word = std::str::from_utf8(typed).ok().and_then(|word| word.parse().ok());
    word.ok_or(Problem::InvalidField("/paper".to_owned()))
}

/// A body that is too large as a whole is told of on the page; another is not read on.
fn unreadable(error: &MultipartError) -> Result<(), Problem> {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Ok(()),
        _ => Err(Problem::Unreadable),
    }
}

fn together(t: Speaks, paper: Option<Paper>) -> Vec<(String, String)> {
    let input = paper.map_or("content", input);
    vec![(input.to_owned(), t.say("needed-too-large-together"))]
}

/// What was read of a part.
enum Read {
    Whole(Vec<u8>),
    /// The rest was heard out and thrown away.
    TooLong,
}

async fn read(field: &mut Field<'_>, limit: usize) -> Result<Read, MultipartError> {
    let mut whole = Vec::new();
    let mut too_long = false;
    while let Some(chunk) = field.chunk().await? {
        too_long = too_long || whole.len() + chunk.len() > limit;
        if too_long {
            whole = Vec::new();
        } else {
            whole.extend_from_slice(&chunk);
        }
    }
    Ok(if too_long { Read::TooLong } else { Read::Whole(whole) })
}

/// What became of a file.
enum Taken {
    Stored(Kept),
    WrongKind,
}

impl Taken {
    /// The key of what is wrong with it, if something is.
    const fn complaint(&self) -> Option<&'static str> {
        match self {
            Self::Stored(Kept::New { .. } | Kept::Already) => None,
            Self::Stored(Kept::TooLarge) => Some("needed-too-large"),
            Self::Stored(Kept::TooMany) => Some("needed-too-many"),
            Self::Stored(Kept::NotNeeded) => Some("needed-not-needed"),
            Self::WrongKind => Some("needed-wrong-kind"),
        }
    }
}

async fn kept(
    portal: &Portal,
    case: CaseRef,
    paper: Paper,
    translated: Translated,
    read: Read,
) -> Result<Taken, Problem> {
    let Read::Whole(file) = read else { return Ok(Taken::Stored(Kept::TooLarge)) };
    let Some(media) = Media::of(&file) else { return Ok(Taken::WrongKind) };
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    let kept = papers::keep(&mut tx, &portal.keys, case, paper, media, &file, now).await?;
    if let Kept::New { number } = kept {
        let mut facts = vec![Fact::PaperReceived { paper, number }];
        if translated == Translated::Needed && paper != Paper::Translation {
            let due = portal.clocks.papers_due(now);
            facts.push(Fact::PaperNeeded { paper: Paper::Translation, due });
        }
        cases::record(&mut tx, case, Actor::Parents, None, &facts, now).await?;
        parents::answered(&mut tx, case, now).await?;
    }
    tx.commit().await?;
    Ok(Taken::Stored(kept))
}

/// Which paper comes in the mail.
#[derive(Deserialize)]
pub(in crate::pages) struct Mailed {
    paper: Paper,
}

/// The parents say that they mail a paper.
pub(in crate::pages) async fn mail(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Mailed>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Mailed { paper }) = typed.map_err(unread)?;
    let Visit { case, .. } = sender(&portal, &case, &headers).await?;
    let mut tx = portal.pool.begin().await?;
    let facts = [Fact::PaperToBeMailed { paper }];
    cases::record(&mut tx, case, Actor::Parents, None, &facts, portal.now()).await?;
    tx.commit().await?;
    Ok(there(t, case))
}

fn there(t: Speaks, case: CaseRef) -> Response {
    Redirect::to(&format!("/{}/case/{case}/papers", t.path())).into_response()
}
