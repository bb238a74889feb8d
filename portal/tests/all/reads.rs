//! What staff looked at.

use crate::stage::{OFFICER, Stage, VIEWER};

#[tokio::test]
async fn staff_who_look_leave_a_trace() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let path = format!("/api/v1/cases/{case}");
    stage.get(&path, &code).await;
    stage.get(&path, OFFICER).await;
    stage.get("/api/v1/cases", OFFICER).await;
    stage.get("/api/v1/cases?after=x", OFFICER).await;
    stage.get("/api/v1/cases/NB-0000-0000", OFFICER).await;
    stage.get("/api/v1/desk", VIEWER).await;
    let officer = stage.signed_in(OFFICER).await;
    stage.page("/en/desk", &officer).await;
    stage.page(&format!("/fr/desk/case/{case}"), &officer).await;
    let looked: Vec<(String, String, Option<String>)> =
        sqlx::query_as("select staff, what, case_ref from staff_reads order by staff, seq")
            .fetch_all(&stage.pool)
            .await
            .expect("the reads are there");
    let row = |staff: &str, what: &str, case: Option<&String>| {
        (staff.to_owned(), what.to_owned(), case.cloned())
    };
    let expected = [
        row("Claire Officer", "CASE", Some(&case)),
        row("Claire Officer", "CASES", None),
        row("Claire Officer", "DESK", None),
        row("Claire Officer", "CASE", Some(&case)),
        row("Vic Viewer", "DESK", None),
    ];
    assert_eq!(looked, expected);
    let mut conn = stage.pool.acquire().await.expect("the case file answers");
    let day = "2026-11-23".parse().expect("it is a day");
    let chain = store::reads::verify(&mut conn, "Claire Officer", day).await;
    assert_eq!(chain.expect("it is read"), store::log::Chain::Whole { entries: 4 });
}
