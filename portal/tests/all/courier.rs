//! What goes out to parents, what waits, and what comes back.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Body,
    http::{Request, StatusCode},
};
use portal::{Courier, MessageSettings};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tower::ServiceExt;
use uuid::Uuid;

use crate::stage::{CALLBACKS, Logs, Stage, ordinary};

/// Whom the messages go to that are looked at.
const TO: &str = "sophie.tremblay";

/// A portal that carries messages until it is told to stop.
struct AtWork {
    stop: oneshot::Sender<()>,
    served: JoinHandle<anyhow::Result<()>>,
}

impl AtWork {
    async fn on(stage: &Stage) -> Self {
        let (listener, _) = listening().await;
        let (stop, stopped) = oneshot::channel::<()>();
        let ending = async { drop(stopped.await) };
        let served = tokio::spawn(portal::serve(listener, stage.portal.clone(), ending));
        Self { stop, served }
    }

    async fn ends(self) {
        self.stop.send(()).expect("the portal listens");
        self.served.await.expect("it ends").expect("it ends well");
    }
}

async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address").to_string();
    (listener, address)
}

fn carried_by(notify: Option<&str>, smtp: Option<&str>) -> Courier {
    drop(rustls::crypto::ring::default_provider().install_default());
    let key = tempfile::NamedTempFile::new().expect("a file is made");
    let settings = MessageSettings {
        notify_url: notify.map(|at| format!("http://{at}/").parse().expect("it is an address")),
        notify_key_file: notify.map(|_| key.path().to_owned()),
        notify_callback_token_file: None,
        notify_email_template: Some("email".to_owned()),
        notify_sms_template: Some("sms".to_owned()),
        smtp_url: smtp.map(|at| format!("smtp://births:secret@{at}").into()),
        mail_from: Some("Births <births@example.ca>".to_owned()),
    };
    settings.courier().expect("it is complete")
}

/// Waits until a query gives yes.
async fn until(stage: &Stage, sql: &str) {
    let holds = async || {
        let held = sqlx::query_scalar::<_, bool>(AssertSqlSafe(format!("select {sql}")));
        held.fetch_one(&stage.pool).await.expect("it is asked")
    };
    let there = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), there).await.unwrap_or_else(|_| panic!("never: {sql}"));
}

/// What became of the first parent's message once it was tried.
async fn tried(stage: &Stage) -> String {
    let tried = "parent = 0 and (attempts > 0 or state <> 'WAITING')";
    until(stage, &format!("exists (select from messages where {tried})")).await;
    let state = sqlx::query_scalar("select state from messages where parent = 0");
    state.fetch_one(&stage.pool).await.expect("it is read")
}

/// A message service that answers each message like this.
fn answering(
    listener: TcpListener,
    answer: impl Fn() -> (u16, Value) + Clone + Send + Sync + 'static,
) {
    let answers = Router::new().fallback(async move || {
        let (status, body) = answer();
        (StatusCode::from_u16(status).expect("it is a status"), Json(body))
    });
    tokio::spawn(async { axum::serve(listener, answers).await });
}

fn taken() -> (u16, Value) {
    (201, json!({ "id": Uuid::new_v4() }))
}

/// What the message service says became of a message.
fn came_back(id: &str) -> Request<Body> {
    let callback = json!({ "id": id, "status": "permanent-failure" });
    Request::post("/notify/callback")
        .header("authorization", format!("Bearer {CALLBACKS}"))
        .header("content-type", "application/json")
        .body(callback.to_string().into())
        .expect("it is a request")
}

#[tokio::test]
async fn a_bounce_that_comes_before_the_message_is_marked_is_told_again_and_nothing_is_locked() {
    let (listener, notify) = listening().await;
    let stage = Stage::sending(carried_by(Some(&notify), None)).await;
    stage.ordinary().await;
    let (told, mut early) = mpsc::unbounded_channel();
    let (router, pool) = (stage.router.clone(), stage.pool.clone());
    let service = Router::new().fallback(async move || {
        let everything = "select from messages, cases, parents for update nowait";
        let free = sqlx::query(everything).execute(&pool).await.is_ok();
        let id = Uuid::new_v4().to_string();
        let heard = router.clone().oneshot(came_back(&id)).await.expect("it answers").status();
        told.send((id.clone(), free, heard)).expect("the test listens");
        (StatusCode::CREATED, Json(json!({ "id": id })))
    });
    tokio::spawn(async { axum::serve(listener, service).await });
    let at_work = AtWork::on(&stage).await;

    let (id, free, heard) = early.recv().await.expect("a message is sent");
    assert_eq!((free, heard), (true, StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(tried(&stage).await, "SENT");
    let again = stage.router.clone().oneshot(came_back(&id)).await.expect("it answers");
    assert_eq!(again.status(), StatusCode::NO_CONTENT);
    assert_eq!(tried(&stage).await, "BOUNCED");
    at_work.ends().await;
}

#[tokio::test]
async fn one_message_that_cannot_be_read_holds_up_no_other_and_is_given_up() {
    let (listener, notify) = listening().await;
    answering(listener, taken);
    let stage = Stage::sending(carried_by(Some(&notify), None)).await;
    for key in ["unreadable", "altered", "whole"] {
        stage.submit(key, ordinary().to_string()).await;
    }
    for broken in [
        "update parents set language = 'none' where case_ref = (select case_ref from messages where id = 1)",
        "update case_keys set wrapped = '\\x00' where case_ref = (select case_ref from messages where id = 3)",
    ] {
        sqlx::query(broken).execute(&stage.pool).await.expect("it is broken");
    }
    let at_work = AtWork::on(&stage).await;
    until(&stage, "exists (select from messages where state = 'SENT')").await;

    // Time stands still here: they are tried for the last time.
    until(&stage, "not exists (select from messages where state = 'WAITING' and attempts = 0)")
        .await;
    sqlx::query("update messages set attempts = 100, next_try_at = '-infinity' where attempts > 0")
        .execute(&stage.pool)
        .await
        .expect("they are due");
    until(&stage, "not exists (select from messages where state = 'WAITING')").await;
    at_work.ends().await;
    let given_up: Vec<i64> =
        sqlx::query_scalar("select id from messages where state = 'GIVEN_UP' order by id")
            .fetch_all(&stage.pool)
            .await
            .expect("they are read");
    assert_eq!(given_up, [1, 2, 3, 4]);
    // The desk sees whom nothing reaches, of what could be read so far.
    let seen = "select count(*) from case_log where fact::jsonb->>'fact' = 'message-bounced'
        and case_ref = (select case_ref from messages where id = 3)";
    let seen: i64 = sqlx::query_scalar(seen).fetch_one(&stage.pool).await.expect("it is counted");
    assert_eq!(seen, 2);
}

#[tokio::test]
async fn only_an_address_that_the_message_service_refuses_is_given_up() {
    let error = |error, message| json!({ "errors": [{ "error": error, "message": message }] });
    for (status, body, expected) in [
        (400, error("BadRequestError", "Template not found"), "WAITING"),
        (400, error("ValidationError", "template_id is not a valid UUID"), "WAITING"),
        (400, error("BadRequestError", "Missing personalisation: body"), "WAITING"),
        (400, json!("no errors at all"), "WAITING"),
        (403, error("AuthError", "Invalid token: API key not found"), "WAITING"),
        (400, error("ValidationError", "email_address Not a valid email address"), "BOUNCED"),
    ] {
        let (listener, notify) = listening().await;
        let answer = body.clone();
        answering(listener, move || (status, answer.clone()));
        let stage = Stage::sending(carried_by(Some(&notify), None)).await;
        stage.ordinary().await;
        let at_work = AtWork::on(&stage).await;
        assert_eq!(tried(&stage).await, expected, "{body}");
        at_work.ends().await;
    }
}

/// A mail server that refuses one command, and says what was asked when it does.
async fn mail_server(listener: TcpListener, refused: &'static str, answer: &'static str) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(mail(stream, refused, answer));
    }
}

async fn mail(mut stream: TcpStream, refused: &str, answer: &str) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.test\r\n").await?;
    let (mut to, mut in_mail) = (String::new(), false);
    while let Some(line) = lines.next_line().await? {
        let verb = match (in_mail, line.as_str()) {
            (true, ".") => ".",
            (true, _) => continue,
            (false, line) => line.split(' ').next().unwrap_or_default(),
        };
        in_mail = verb == "DATA";
        if verb == "RCPT" {
            to = line.clone();
        }
        let said = match verb {
            verb if verb == refused => format!("{answer} {to}: rejected"),
            "EHLO" => "250-mail.test\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => "235 2.7.0 it is you".to_owned(),
            "DATA" => "354 go on".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            _ => "250 2.0.0 well".to_owned(),
        };
        in_mail = in_mail && verb != refused;
        write.write_all(format!("{said}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// What becomes of a message when the mail server refuses this command.
async fn mailed(refused: &'static str, answer: &'static str) -> String {
    let (listener, smtp) = listening().await;
    let server = tokio::spawn(mail_server(listener, refused, answer));
    let stage = Stage::sending(carried_by(None, Some(&smtp))).await;
    stage.ordinary().await;
    let at_work = AtWork::on(&stage).await;
    let became = tried(&stage).await;
    at_work.ends().await;
    server.abort();
    became
}

#[tokio::test]
async fn only_an_address_that_the_mail_server_refuses_is_given_up() {
    for (refused, answer, expected) in [
        ("AUTH", "535 5.7.8", "WAITING"),
        ("MAIL", "550 5.7.1", "WAITING"),
        ("RCPT", "450 4.2.0", "WAITING"),
        ("RCPT", "554 5.7.1", "WAITING"),
        ("RCPT", "550 5.1.1", "BOUNCED"),
        ("RCPT", "551 5.1.6", "BOUNCED"),
        ("RCPT", "553 5.1.3", "BOUNCED"),
        ("DATA", "550 5.7.0", "WAITING"),
        (".", "550 5.7.1", "WAITING"),
        ("nothing", "", "SENT"),
    ] {
        assert_eq!(mailed(refused, answer).await, expected, "{refused}: {answer}");
    }
}

/// Its answer repeats whom we write to.
#[tokio::test]
async fn nothing_of_what_a_mail_server_says_is_logged() {
    assert_eq!(mailed("RCPT", "450 4.2.0").await, "WAITING");
    let logs = Logs::text();
    let said: Vec<&str> = logs.lines().filter(|it| it.contains("a message waits")).collect();
    assert!(said.iter().any(|it| it.contains("450")), "nothing was logged: {said:?}");
    assert!(!logs.contains(TO), "{said:?}");
}

#[tokio::test]
async fn a_code_is_forgotten_once_it_is_sent() {
    let (listener, notify) = listening().await;
    answering(listener, taken);
    let stage = Stage::sending(carried_by(Some(&notify), None)).await;
    let (case, cookies) = stage.family().await;
    let asked =
        stage.post(&format!("/en/case/{case}/code"), &cookies, &[("what", "address")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    let kept = async || {
        let kept =
            sqlx::query_scalar("select count(*) from one_time_codes where sealed is not null");
        kept.fetch_one(&stage.pool).await.expect("they are counted")
    };
    let before: i64 = kept().await;
    let at_work = AtWork::on(&stage).await;
    until(&stage, "(select state from messages where message = 'ONE_TIME_CODE') = 'SENT'").await;
    at_work.ends().await;
    let after: i64 = kept().await;
    assert_eq!((before, after), (1, 0));
}
