//! Counting cases by what has happened to them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    desk::{Leg, Reason},
    facts::{Dated, Facts, Matching, PaperFacts, Task},
    fees::Cents,
    paper::Paper,
};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::{
    StoreError,
    columns::{inconsistent, number, word},
};

/// When nobody asks when.
const SOMETIME: Timestamp = Timestamp::UNIX_EPOCH;

/// The things that may have happened to a case: as fields, and as one array of booleans in SQL.
macro_rules! happenings {
    ($($field:ident: $column:literal),+ $(,)?) => {
        struct Happened {
            $($field: bool),+
        }

        impl Happened {
            fn read(columns: &[bool]) -> Option<Self> {
                let mut columns = columns.iter().copied();
                Some(Self { $($field: columns.next()?),+ })
            }
        }

        macro_rules! happened {
            () => {
                concat!("array[", $($column, " is not null, ",)+ "true]")
            };
        }
    };
}

happenings! {
    certified: "certified_at",
    awaits_papers: "case when papers <> '{}' then
        nullif(jsonb_path_exists(papers, '$.* ? (@.accepted == null)'), false)
    end",
    statement: "statement_at",
    notice: "notice_at",
    registration_asked: "registration_asked_at",
    registered: "registered_at",
    statement_withdrawn: "statement_withdrawn_at",
    fee: "fee_paid_at",
    payment_offered: "payment_offered_at",
    payment_awaited: "payment_awaited_at",
    fee_declined: "fee_declined_at",
    fee_earned: "fee_earned_at",
    fee_refunded: "fee_refunded_at",
    order: "ordered_at",
    production: "production_at",
    printed: "printed_at",
    mailed: "mailed_at",
    returned: "returned_at",
    order_ended: "order_ended_at",
    application_asked: "application_asked_at",
    application: "applied_at",
    adjudication: "adjudication_at",
    issued: "issued_at",
    letter_mailed: "letter_mailed_at",
    sin_refused: "sin_refused_at",
    sin_withdrawn: "sin_withdrawn_at",
    correction_asked: "correction_asked_at",
    held: "held_at",
}

/// What tells cases apart for their standings: what happened, whenever it did, and the words.
#[derive(sqlx::FromRow)]
struct Shape {
    happened: Vec<bool>,
    /// In the order of [`Shape::facts`].
    words: Vec<Option<String>>,
    cases: i64,
}

/// Counts the cases by their shape. There are few shapes, however many cases there are, and the
/// domain says where each of them stands: its rules are not repeated in SQL.
pub(super) async fn count(conn: &mut PgConnection) -> Result<Vec<(Facts, u64)>, StoreError> {
    // Two arrays, because the planner expects too many groups of thirty columns and would sort.
    let shapes: Vec<Shape> = sqlx::query_as(concat!(
        "select ",
        happened!(),
        " as happened,
            array[
                certificate_wanted, sin_wanted::text, refusal, application_refusal, ending,
                objection,
                case when open_tasks > 0 then (
                    select string_agg(leg || ' ' || reason, ',' order by leg, reason)
                    from desk_tasks t
                    where t.case_ref = c.case_ref
                    and cleared_at is null
                ) end
            ] as words,
            count(*) as cases
        from cases c
        group by 1, 2"
    ))
    .fetch_all(conn)
    .await?;
    shapes
        .iter()
        .map(|shape| {
            let facts = shape.facts().ok_or_else(|| inconsistent("cases", "in the statistics"))?;
            Ok((facts, number("cases", "in the statistics", shape.cases)?))
        })
        .collect()
}

impl Shape {
    /// Facts of this shape. Their times, numbers and days say nothing.
    fn facts(&self) -> Option<Facts> {
        let it = Happened::read(&self.happened)?;
        let [certificate_wanted, sin_wanted, refusal, application_refusal, ending, objection, desk] =
            self.words.as_slice()
        else {
            return None;
        };
        Some(Facts {
            received: SOMETIME,
            certificate_wanted: word(certificate_wanted.as_deref())?,
            sin_wanted: sin_wanted.as_deref() == Some("true"),
            parents: 1,
            content_version: 1,
            certified_by: BTreeSet::new(),
            certified: time(it.certified),
            invited: None,
            reminded: 0,
            withdrawal_agreed_by: BTreeSet::new(),
            protected: None,
            loss_reported: None,
            objection: word(objection.as_deref())?.map(dated),
            papers: match it.awaits_papers {
                true => {
                    BTreeMap::from([(Paper::SingleName, PaperFacts::asked(SOMETIME, SOMETIME))])
                }
                false => BTreeMap::new(),
            },
            papers_asked: 0,
            papers_reminded: 0,
            statement: text(it.statement),
            notice_found: None,
            notice: text(it.notice),
            registration_asked: time(it.registration_asked),
            registered: text(it.registered),
            registered_on: None,
            refused: word(refusal.as_deref())?.map(dated),
            statement_withdrawn: time(it.statement_withdrawn),
            fee: it.fee.then(|| dated((String::new(), Cents(0)))),
            payment_offered: time(it.payment_offered),
            payment_awaited: time(it.payment_awaited),
            fee_declined: time(it.fee_declined),
            fee_earned: time(it.fee_earned),
            fee_refunded: time(it.fee_refunded),
            order: text(it.order),
            production: time(it.production),
            printed: time(it.printed),
            mailed: it.mailed.then(|| dated(None)),
            returned: time(it.returned),
            order_ended: time(it.order_ended),
            application_asked: time(it.application_asked),
            application: text(it.application),
            adjudication: time(it.adjudication),
            issued: time(it.issued),
            letter_mailed: it.letter_mailed.then(|| dated(None)),
            application_refused: word(application_refusal.as_deref())?.map(dated),
            sin_refused: time(it.sin_refused),
            sin_withdrawn: time(it.sin_withdrawn),
            matching: Matching::default(),
            correction_asked: time(it.correction_asked),
            held: time(it.held),
            proposal: None,
            closed: word(ending.as_deref())?.map(dated),
            desk: desk.as_deref().map_or(Some(Vec::new()), tasks)?,
        })
    }
}

/// Reads the open tasks: `<leg> <reason>`, with commas between them.
fn tasks(list: &str) -> Option<Vec<Task>> {
    let task = |task: &str| {
        let (leg, reason) = task.split_once(' ')?;
        let (leg, reason): (Leg, Reason) = (leg.parse().ok()?, reason.parse().ok()?);
        let (raised, due) = (SOMETIME, reason.due(SOMETIME));
        Some(Task { leg, reason, owner: reason.owner(), raised, due })
    };
    list.split(',').map(task).collect()
}

const fn dated<T>(it: T) -> Dated<T> {
    Dated { at: SOMETIME, it }
}

fn text(happened: bool) -> Option<Dated<String>> {
    happened.then(|| dated(String::new()))
}

fn time(happened: bool) -> Option<Timestamp> {
    happened.then_some(SOMETIME)
}
