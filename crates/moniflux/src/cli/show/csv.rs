//! Comma-separated values (RFC 4180): a line of names, then one line a row.

/// A document that grows by rows.
#[derive(Debug, Default)]
pub(crate) struct Csv(String);

impl Csv {
    /// A document with these names.
    pub(crate) fn new(names: &[&str]) -> Self {
        let mut csv = Self::default();
        csv.row(names.iter().map(|name| (*name).to_owned()));
        csv
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (column, cell) in cells.into_iter().enumerate() {
            if column > 0 {
                self.0.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                self.0.push('"');
                self.0.push_str(&cell.replace('"', "\"\""));
                self.0.push('"');
            } else {
                self.0.push_str(&cell);
            }
        }
        self.0.push('\n');
    }

    /// The whole document.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_cell_is_quoted() {
        let mut csv = Csv::new(&["name", "says"]);
        csv.row(["a".to_owned(), "1, \"2\"".to_owned()]);
        assert_eq!(csv.text(), "name,says\na,\"1, \"\"2\"\"\"\n");
    }
}
