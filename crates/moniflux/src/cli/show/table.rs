//! Columns under names: texts to the left, numbers to the right, no lines between them.

use super::style::Style;

/// Rows of cells, all as long as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// How many columns, from the first, hold texts.
    texts: usize,
}

impl Table {
    /// A table whose first `texts` columns hold texts, and the others numbers.
    pub(crate) fn new(texts: usize, head: &[&str]) -> Self {
        Self { head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new(), texts }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each with `indent` before it.
    pub(crate) fn lines(&self, indent: &str, style: Style) -> Vec<String> {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.chain(self.head.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &Vec<String>| {
            let cells = cells.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                if column < self.texts { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let head = format!("{indent}{}", style.faint(&line(&self.head)));
        std::iter::once(head).chain(self.rows.iter().map(|row| format!("{indent}{}", line(row)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_left_and_numbers_right() {
        let mut table = Table::new(1, &["lane", "due", "acked"]);
        table.row(["logs".to_owned(), "1,000".to_owned(), "9".to_owned()]);
        table.row(["größer".to_owned(), "1".to_owned(), "-".to_owned()]);
        let lines = table.lines("  ", Style::PLAIN);
        assert_eq!(lines, ["  lane      due  acked", "  logs    1,000      9", "  größer      1      -"]);
    }
}
