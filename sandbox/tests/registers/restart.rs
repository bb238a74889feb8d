//! The sandbox as a program: killed and started again, it carries on.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use proto::certificates::v1::{OrderState, get_order_response};

use crate::{
    calls::{
        application, order, ordered, paid, registered, try_apply, try_get_order, try_watch,
        try_watch_applications,
    },
    harness::{NEVER, Pace, Sandbox, line, next_event, within},
};

/// A running program, killed with SIGKILL when it goes out of scope.
struct Program(Child);

impl Program {
    fn start(flags: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
        Self(command.args(flags).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn until_ready(port: u16) {
    let url = format!("http://127.0.0.1:{port}/health/ready");
    within(async {
        while !matches!(reqwest::get(&url).await, Ok(it) if it.status() == 200) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Ports that were free a moment ago.
fn free_ports() -> [u16; 3] {
    let sockets = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|it| it.local_addr().unwrap().port())
}

#[tokio::test]
async fn what_is_under_way_survives_a_kill() {
    let mut sandbox = Sandbox::start(NEVER).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    sandbox.end().await;

    let ports = free_ports();
    let flags = sandbox.flags(Pace(2.0, 0.2, 2.0), ports);
    sandbox.province = line(
        ([127, 0, 0, 1], ports[0]).into(),
        "worker.newborn.internal",
        "province.newborn.internal",
    );
    sandbox.federal = line(
        ([127, 0, 0, 1], ports[1]).into(),
        "worker.newborn.internal",
        "federal.newborn.internal",
    );
    let program = Program::start(&flags);
    until_ready(ports[2]).await;
    let placed = ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    assert_eq!(placed.state(), OrderState::Accepted);
    try_apply(&sandbox, application("NB-1/sin/1", &number)).await.unwrap();
    drop(program);

    let _program = Program::start(&flags);
    until_ready(ports[2]).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    while next_event(&mut events).await.kind() != proto::common::v1::EventKind::OrderMailed {}
    match try_get_order(&sandbox, "NB-1/order/1").await.unwrap() {
        get_order_response::Outcome::Order(order) => assert_eq!(order.state(), OrderState::Mailed),
        other => panic!("{other:?}"),
    }
    let mut events = try_watch_applications(&sandbox, 0).await.unwrap();
    while next_event(&mut events).await.kind() != proto::common::v1::EventKind::SinIssued {}
}

#[test]
fn a_setting_that_is_missing_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_sandbox")).env_clear().output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for flag in ["--province-listen", "--province-database-url", "--tls-dir", "--issuing-seconds"] {
        assert!(told.contains(flag), "{told}");
    }
}
