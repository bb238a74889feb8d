//! The loop that runs the errands.

use std::time::Duration;

use tokio::{net::TcpListener, sync::oneshot, time::timeout};

use crate::stage::{Stage, ordinary};

#[tokio::test]
async fn one_errand_that_makes_no_sense_does_not_stop_the_others() {
    let stage = Stage::new().await;
    for key in ["broken", "whole"] {
        stage.submit(key, ordinary().to_string()).await;
    }
    sqlx::query(
        "update outbox set clocks = '\"nonsense\"' where id = (select min(id) from outbox)",
    )
    .execute(&stage.pool)
    .await
    .expect("the errand is broken");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let (stop, stopped) = oneshot::channel::<()>();
    let ending = async { drop(stopped.await) };
    let served = tokio::spawn(portal::serve(listener, stage.portal.clone(), ending));
    // Temporal is away: what was tried has failed once or more.
    let tried = async {
        while tried(&stage).await < 2 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), tried).await.expect("both errands are tried");
    stop.send(()).expect("the portal listens");
    served.await.expect("it ends").expect("it ends well");
}

async fn tried(stage: &Stage) -> i64 {
    sqlx::query_scalar("select count(*) from outbox where attempts > 0")
        .fetch_one(&stage.pool)
        .await
        .expect("the errands are counted")
}
