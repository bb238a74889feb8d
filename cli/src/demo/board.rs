//! The cases of the demo as they move: a table that is redrawn on a terminal, else a line for each change.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::expected::Example;
use crate::portal::Standing;
use crate::say::Say;
use crate::table::Table;

/// All cases of all examples.
#[derive(Debug)]
pub struct Board {
    say: Say,
    on_terminal: bool,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: Vec<Row>,
    /// How many lines of the terminal the table takes right now.
    drawn: usize,
}

/// One child's case.
#[derive(Debug, Clone)]
pub struct Row {
    pub example: String,
    pub title: String,
    pub reference: String,
    pub access_code: String,
    pub standing: Option<Standing>,
    pub end: End,
    pub submitted: Option<Instant>,
    pub took: Option<Duration>,
}

/// Whether a case has come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    NotYet,
    AsExpected,
    /// With what is different.
    Otherwise(Vec<String>),
}

/// Which row a case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(usize);

impl Board {
    /// A row for every case, none of them submitted yet, and their places by example.
    pub fn of(examples: &[Example], say: Say) -> (Self, Vec<Vec<Place>>) {
        let mut rows = Vec::new();
        let places = examples
            .iter()
            .map(|example| {
                let row = |_| {
                    rows.push(Row::new(example));
                    Place(rows.len() - 1)
                };
                example.cases.iter().map(row).collect()
            })
            .collect();
        let state = RefCell::new(State { rows, drawn: 0 });
        (Self { say, on_terminal: std::io::stderr().is_terminal(), state }, places)
    }

    /// Every row as it is now.
    pub fn rows(&self) -> Vec<Row> {
        self.state.borrow().rows.clone()
    }

    /// One row as it is now.
    pub fn row(&self, place: Place) -> Row {
        self.state.borrow().rows[place.0].clone()
    }

    /// The case is with the portal.
    pub fn submitted(&self, place: Place, reference: &str, access_code: &str) {
        {
            let row = &mut self.state.borrow_mut().rows[place.0];
            row.reference = reference.to_owned();
            row.access_code = access_code.to_owned();
            row.submitted = Some(Instant::now());
        }
        if !self.on_terminal {
            let row = self.row(place);
            self.say.line(format_args!("{:<22} {}  submitted", row.example, row.reference));
        }
    }

    /// The case stands so now.
    pub fn stands(&self, place: Place, standing: Standing) {
        let before = self.row(place).standing;
        if !self.on_terminal {
            let row = self.row(place);
            for change in changes(before.as_ref(), &standing) {
                self.say.line(format_args!("{:<22} {}  {change}", row.example, row.reference));
            }
        }
        self.state.borrow_mut().rows[place.0].standing = Some(standing);
    }

    /// The case has come to its end.
    pub fn ended(&self, place: Place, end: End) {
        let row = &mut self.state.borrow_mut().rows[place.0];
        row.took = row.submitted.map(|submitted| submitted.elapsed());
        row.end = end;
    }

    /// Something that somebody does, told above the table.
    pub fn tell(&self, what: &str) {
        self.clear();
        self.say.line(what);
        self.draw();
    }

    /// Keeps the table on the terminal fresh, until dropped.
    pub async fn redraw(&self) {
        loop {
            if self.on_terminal {
                self.clear();
                self.draw();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Takes the table off the terminal.
    pub fn clear(&self) {
        let drawn = std::mem::take(&mut self.state.borrow_mut().drawn);
        if drawn > 0 {
            // Up to the first of our lines, then erase everything below.
            let _ = write!(std::io::stderr(), "\x1b[{drawn}A\x1b[J");
        }
    }

    fn draw(&self) {
        if !self.on_terminal {
            return;
        }
        let lines = self.moving();
        let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
        self.state.borrow_mut().drawn = lines.len();
    }

    /// The table while it moves; short enough for a terminal of eighty columns.
    fn moving(&self) -> Vec<String> {
        let mut table = Table::new(&["", "example", "birth", "certificate", "SIN", "fee", "s"]);
        for row in &self.state.borrow().rows {
            let mark = match &row.end {
                End::NotYet => "·",
                End::AsExpected => "✓",
                End::Otherwise(_) => "✗",
            };
            let seconds = row.took.or_else(|| row.submitted.map(|at| at.elapsed()));
            let mut cells = vec![mark.to_owned(), row.example.clone()];
            cells.extend(row.parts());
            cells.push(
                seconds.map_or_else(String::new, |took| format!("{:.0}", took.as_secs_f64())),
            );
            table.row(cells);
        }
        table.lines()
    }

    /// The table at the end.
    pub fn final_table(&self) -> Vec<String> {
        let headings =
            ["", "example", "case", "birth", "certificate", "SIN", "fee", "desk", "time"];
        let mut table = Table::new(&headings);
        for row in &self.state.borrow().rows {
            let standing = row.standing.as_ref();
            let desk = standing.and_then(|it| it.desk.as_ref()).map(|desk| plain(&desk.reason));
            let [birth, certificate, sin, fee] = row.parts();
            // The number says that it is registered.
            let birth =
                standing.and_then(|it| it.birth.registration_number.clone()).unwrap_or(birth);
            let cents = standing.map_or(0, |it| it.fee.amount_cents);
            let fee =
                if cents == 0 { fee } else { format!("{fee} {}.{:02}", cents / 100, cents % 100) };
            let mark = if row.end == End::AsExpected { "✓" } else { "✗" };
            let took =
                row.took.map_or_else(String::new, |took| format!("{:.1} s", took.as_secs_f64()));
            table.row(vec![
                mark.to_owned(),
                row.example.clone(),
                row.reference.clone(),
                birth,
                certificate,
                sin,
                fee,
                desk.unwrap_or_default(),
                took,
            ]);
        }
        table.lines()
    }
}

impl Row {
    fn new(example: &Example) -> Self {
        Self {
            example: example.name.clone(),
            title: example.title.clone(),
            reference: String::new(),
            access_code: String::new(),
            standing: None,
            end: End::NotYet,
            submitted: None,
            took: None,
        }
    }

    fn parts(&self) -> [String; 4] {
        let Some(Standing { birth, certificate, sin, fee, .. }) = &self.standing else {
            return Default::default();
        };
        [&birth.state, &certificate.state, &sin.state, &fee.state].map(|state| plain(state))
    }
}

/// `IN_PRODUCTION` as people write it.
fn plain(code: &str) -> String {
    code.to_lowercase().replace('_', " ")
}

/// What has moved, one phrase each.
fn changes(before: Option<&Standing>, now: &Standing) -> Vec<String> {
    let parts = |it: &Standing| {
        let desk = it.desk.as_ref().map_or("", |desk| desk.reason.as_str());
        [&it.birth.state, &it.certificate.state, &it.sin.state, &it.fee.state]
            .map(|state| plain(state))
            .into_iter()
            .chain([plain(desk)])
            .collect::<Vec<_>>()
    };
    let then = before.map(parts).unwrap_or_default();
    let names = ["birth", "certificate", "SIN", "fee", "desk"];
    names
        .into_iter()
        .zip(parts(now))
        .enumerate()
        .filter(|(nth, (_, state))| then.get(*nth).map_or("", String::as_str) != state)
        .map(|(_, (part, state))| match (part, state.as_str()) {
            ("desk", "") => "is off the desk".to_owned(),
            _ => format!("{part}: {state}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standing(birth: &str, certificate: &str, desk: Option<&str>) -> Standing {
        serde_json::from_value(json!({
            "ref": "NB-0000-0000", "revision": 1, "birth": {"state": birth}, "certificate": {"state": certificate},
            "sin": {"state": "NOT_WANTED"}, "fee": {"state": "NONE"}, "desk": desk.map(|reason| json!({"reason": reason})),
        }))
        .expect("the published form")
    }

    #[test]
    fn only_what_moved_is_told() {
        let first = standing("RECEIVED", "WAITING_REGISTRATION", None);
        assert_eq!(
            changes(None, &first),
            [
                "birth: received",
                "certificate: waiting registration",
                "SIN: not wanted",
                "fee: none"
            ]
        );
        let second = standing("IN_REVIEW", "WAITING_REGISTRATION", Some("NOTICE_DIFFERS"));
        assert_eq!(changes(Some(&first), &second), ["birth: in review", "desk: notice differs"]);
        assert_eq!(changes(Some(&second), &second), Vec::<String>::new());
        assert_eq!(changes(Some(&second), &first), ["birth: received", "is off the desk"]);
    }
}
