//! Event streams behind their fence.

use domain::people::Register;
use store::{
    StoreError,
    streams::{Fenced, Lease, advance, claim, release, renew},
};
use uuid::Uuid;

use crate::{Database, after};

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);
const PROVINCE: Register = Register::Province;

#[tokio::test]
async fn one_consumer_holds_a_register_until_its_lease_runs_out() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let first = claim(&mut conn, PROVINCE, ONE, after(0), after(10)).await.unwrap();
    assert_eq!(first, Some(Lease { epoch: 1, cursor: 0 }));
    assert_eq!(claim(&mut conn, PROVINCE, TWO, after(9), after(19)).await.unwrap(), None);
    let federal = claim(&mut conn, Register::Federal, TWO, after(9), after(19)).await.unwrap();
    assert!(federal.is_some());
    let second = claim(&mut conn, PROVINCE, TWO, after(10), after(20)).await.unwrap();
    assert_eq!(second, Some(Lease { epoch: 2, cursor: 0 }));
}

#[tokio::test]
async fn the_cursor_moves_and_the_next_holder_goes_on_from_there() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    claim(&mut conn, PROVINCE, ONE, after(0), after(10)).await.unwrap();
    assert_eq!(advance(&mut conn, PROVINCE, 1, 0, 7).await.unwrap(), Fenced::Moved);
    assert_eq!(advance(&mut conn, PROVINCE, 1, 7, 9).await.unwrap(), Fenced::Moved);
    let next = claim(&mut conn, PROVINCE, TWO, after(10), after(20)).await.unwrap();
    assert_eq!(next, Some(Lease { epoch: 2, cursor: 9 }));
}

#[tokio::test]
async fn a_stale_consumer_stops_at_its_first_write() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    claim(&mut conn, PROVINCE, ONE, after(0), after(10)).await.unwrap();
    claim(&mut conn, PROVINCE, TWO, after(10), after(20)).await.unwrap();
    assert_eq!(advance(&mut conn, PROVINCE, 1, 0, 7).await.unwrap(), Fenced::Lost);
    assert_eq!(renew(&mut conn, PROVINCE, 1, after(30)).await.unwrap(), Fenced::Lost);
    assert_eq!(release(&mut conn, PROVINCE, 1).await.unwrap(), Fenced::Lost);
    assert_eq!(advance(&mut conn, PROVINCE, 2, 0, 7).await.unwrap(), Fenced::Moved);
    assert_eq!(advance(&mut conn, PROVINCE, 2, 0, 8).await.unwrap(), Fenced::Lost);
}

#[tokio::test]
async fn a_lease_is_renewed_claimed_anew_or_given_back() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    claim(&mut conn, PROVINCE, ONE, after(0), after(10)).await.unwrap();
    assert_eq!(renew(&mut conn, PROVINCE, 1, after(20)).await.unwrap(), Fenced::Moved);
    assert_eq!(claim(&mut conn, PROVINCE, TWO, after(15), after(25)).await.unwrap(), None);
    let own = claim(&mut conn, PROVINCE, ONE, after(15), after(25)).await.unwrap();
    assert_eq!(own, Some(Lease { epoch: 2, cursor: 0 }));
    assert_eq!(release(&mut conn, PROVINCE, 2).await.unwrap(), Fenced::Moved);
    assert_eq!(advance(&mut conn, PROVINCE, 2, 0, 7).await.unwrap(), Fenced::Lost);
    assert_eq!(renew(&mut conn, PROVINCE, 2, after(30)).await.unwrap(), Fenced::Lost);
    let other = claim(&mut conn, PROVINCE, TWO, after(16), after(26)).await.unwrap();
    assert_eq!(other, Some(Lease { epoch: 3, cursor: 0 }));
}

#[tokio::test]
async fn of_two_claims_at_once_one_wins() {
    let database = Database::new().await;
    let claims = [ONE, TWO].map(|holder| {
        let pool = (*database).clone();
        tokio::spawn(async move {
            let mut conn = pool.acquire().await.unwrap();
            claim(&mut conn, PROVINCE, holder, after(0), after(10)).await.unwrap()
        })
    });
    let mut won = 0;
    for claim in claims {
        won += usize::from(claim.await.unwrap().is_some());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_cursor_no_register_counts_to_is_refused() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    claim(&mut conn, PROVINCE, ONE, after(0), after(10)).await.unwrap();
    let refused = advance(&mut conn, PROVINCE, 1, 0, u64::MAX).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
}
