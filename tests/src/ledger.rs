//! What the registers hold: effects, not answers.

use std::collections::BTreeMap;

use serde_json::Value;

/// `newborn sandbox ledger --json`.
pub struct Ledger(pub Value);

const DEAD: [&str; 4] = ["WITHDRAWN", "CANCELLED", "VOID", "REFUSED"];

impl Ledger {
    /// The rows of a table that belong to a case.
    #[must_use]
    pub fn of(&self, table: &str, case: &str) -> Vec<&Value> {
        self.rows(table).iter().filter(|row| row["case"] == case).collect()
    }

    /// The live ones among them.
    #[must_use]
    pub fn live(&self, table: &str, case: &str) -> usize {
        self.of(table, case).into_iter().filter(|row| is_live(row)).count()
    }

    /// What must hold after any run.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn agrees(&self) {
        assert_eq!(
            self.0["cancellation_attempts"], 0,
            "somebody asked for a cancellation of a registration"
        );
        self.one_each("registrations", "case");
        self.one_each("registrations", "statement_id");
        self.one_each("sin_applications", "registration_number");
        self.one_each("certificates", "registration_number");
        for fee in self.rows("fees") {
            assert!(
                ["UNEARNED", "EARNED", "REFUNDED"].iter().any(|state| fee["state"] == *state),
                "a fee in no known state: {fee}"
            );
            if fee["state"] == "UNEARNED" {
                let case = fee["case"].as_str().unwrap_or_default();
                let living = self.live("statements", case) + self.live("certificates", case);
                assert!(living > 0, "a fee is held for nobody: {fee}");
            }
        }
    }

    fn one_each(&self, table: &str, by: &str) {
        let mut seen: BTreeMap<String, &Value> = BTreeMap::new();
        for row in self.rows(table).iter().filter(|row| is_live(row)) {
            if let Some(other) = seen.insert(row[by].to_string(), row) {
                panic!("two live rows of {table} with one {by}: {other} and {row}");
            }
        }
    }

    fn rows(&self, table: &str) -> &[Value] {
        self.0[table].as_array().unwrap_or_else(|| panic!("the ledger has no {table}"))
    }
}

fn is_live(row: &Value) -> bool {
    !DEAD.iter().any(|dead| row["state"] == *dead)
}
