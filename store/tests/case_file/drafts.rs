//! Forms that are being filled in.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use store::{
    Keys,
    drafts::{self, Draft, IDLE, LIFE, State},
};

use crate::{Database, families::with_a_case, keys, start};

const CODE: &str = "7K3F92QX0M4TZZ1B";
const TYPED: &str = "Quillfeather-in-a-draft";

fn draft() -> Draft {
    let typed = [("children/0/name/last".to_owned(), TYPED.to_owned())];
    Draft {
        code: CODE.to_owned(),
        key: "web-1".to_owned(),
        corrects: None,
        page: "start".to_owned(),
        typed: BTreeMap::from(typed),
    }
}

#[tokio::test]
async fn what_was_typed_is_found_by_token_and_by_code_and_read_by_nobody_else() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    drafts::begin(&mut conn, &keys(), "token", &draft(), start()).await.unwrap();
    let found = drafts::find(&mut conn, &keys(), "token", start()).await.unwrap().unwrap();
    assert!(matches!(found.state, State::Open(it) if it.typed == draft().typed));
    assert!(drafts::find(&mut conn, &keys(), "other", start()).await.unwrap().is_none());

    let back = drafts::come_back(&mut conn, &keys(), CODE, "other", start()).await.unwrap();
    assert!(back.is_some_and(|it| it.draft == found.draft));
    let wrong = drafts::come_back(&mut conn, &keys(), "7K3F", "third", start()).await.unwrap();
    assert!(wrong.is_none());

    let other_key = Keys::new([1; 32], [9; 32]);
    assert!(drafts::find(&mut conn, &other_key, "token", start()).await.is_err());
    let row: String =
        sqlx::query_scalar("select d::text from drafts d").fetch_one(&mut *conn).await.unwrap();
    let hexadecimal: String = TYPED.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!row.contains(TYPED) && !row.contains(&hexadecimal) && !row.contains(CODE));
}

#[tokio::test]
async fn a_browser_that_rests_is_idle_and_one_that_is_used_is_not() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    drafts::begin(&mut conn, &keys(), "token", &draft(), start()).await.unwrap();
    let second = SignedDuration::from_secs(1);
    for (at, idle) in [(start() + IDLE - second, false), (start() + IDLE, true)] {
        let found = drafts::find(&mut conn, &keys(), "token", at).await.unwrap().unwrap();
        assert_eq!(found.idle, idle);
    }
    drafts::is_used(&mut conn, &keys(), "token", start() + IDLE).await.unwrap();
    let found = drafts::find(&mut conn, &keys(), "token", start() + IDLE).await.unwrap().unwrap();
    assert!(!found.idle);
    drafts::close(&mut conn, &keys(), "token").await.unwrap();
    assert!(drafts::find(&mut conn, &keys(), "token", start()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_draft_lives_from_its_last_change_and_is_swept_then() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let id = drafts::begin(&mut conn, &keys(), "token", &draft(), start()).await.unwrap();
    let day = SignedDuration::from_hours(24);
    drafts::keep(&mut conn, &keys(), id, &draft(), start() + day).await.unwrap();
    assert_eq!(drafts::sweep(&mut conn, start() + LIFE).await.unwrap(), 0);
    let end = start() + day + LIFE;
    assert!(drafts::find(&mut conn, &keys(), "token", end).await.unwrap().is_none());
    assert_eq!(drafts::sweep(&mut conn, end).await.unwrap(), 1);
    assert_eq!(drafts::sweep(&mut conn, end).await.unwrap(), 0);
}

#[tokio::test]
async fn a_draft_that_was_sent_keeps_what_it_was_sent_as_and_nothing_typed() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let id = drafts::begin(&mut conn, &keys(), "token", &draft(), start()).await.unwrap();
    let submission =
        sqlx::query_scalar("select id from submissions").fetch_one(&mut *conn).await.unwrap();
    for _ in 0..2 {
        drafts::sent(&mut conn, id, submission).await.unwrap();
    }
    let found = drafts::find(&mut conn, &keys(), "token", start()).await.unwrap().unwrap();
    assert!(matches!(found.state, State::Sent { submission: it, shown: None } if it == submission));
    drafts::shown(&mut conn, id, start()).await.unwrap();
    let found = drafts::find(&mut conn, &keys(), "token", start()).await.unwrap().unwrap();
    assert!(matches!(found.state, State::Sent { shown: Some(at), .. } if at == start()));
    assert!(drafts::keep(&mut conn, &keys(), id, &draft(), start()).await.is_err());
    drafts::discard(&mut conn, id).await.unwrap();
    assert!(drafts::find(&mut conn, &keys(), "token", start()).await.unwrap().is_none());
}
