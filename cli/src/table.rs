//! Plain tables for a terminal.

/// Rows under headings, each column as wide as its widest cell.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    /// Adds a row; it may be shorter than the headings.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether there is nothing under the headings.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// The lines. Columns that no row but the headings fills are left out.
    pub fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            let cells = || self.rows.iter().skip(1).filter_map(|row| row.get(column));
            let filled = cells().any(|cell| !cell.is_empty());
            let heading = self.rows[0].get(column).map_or(0, |heading| heading.chars().count());
            filled.then(|| cells().map(|cell| cell.chars().count()).max().unwrap_or(0).max(heading))
        };
        let widths: Vec<(usize, usize)> =
            (0..self.rows[0].len()).filter_map(|column| Some((column, width(column)?))).collect();
        let line = |row: &Vec<String>| {
            let cells = widths.iter().map(|(column, width)| {
                let cell = row.get(*column).map_or("", String::as_str);
                format!("{cell:<width$}")
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_letters_with_accents_count_once() {
        let mut table = Table::new(&["case", "child"]);
        table.row(vec!["NB-1".to_owned(), "Zoé".to_owned()]);
        table.row(vec!["NB-22".to_owned(), "Élodie".to_owned()]);
        assert_eq!(table.lines(), ["case   child", "NB-1   Zoé", "NB-22  Élodie"]);
    }

    #[test]
    fn a_column_that_nobody_fills_is_left_out() {
        let mut table = Table::new(&["case", "desk", "fee"]);
        table.row(vec!["NB-1".to_owned(), String::new(), "EARNED".to_owned()]);
        assert_eq!(table.lines(), ["case  fee", "NB-1  EARNED"]);
    }
}
