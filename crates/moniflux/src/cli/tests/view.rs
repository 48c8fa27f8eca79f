//! Tests as a table, a document or a list of values.

use serde_json::Value;

use crate::cli::show::csv::Csv;
use crate::cli::show::numbers::{count, time};
use crate::cli::show::style::Style;
use crate::cli::show::table::Table;
use crate::cli::show::{self, Output};

/// Prints one test.
pub(super) fn print_one(test: &Value, output: Output) -> anyhow::Result<()> {
    match output {
        Output::Json => show::print(&serde_json::to_string_pretty(test)?),
        Output::Text | Output::Csv => print(std::slice::from_ref(test), output),
    }
}

/// Prints a list of tests.
pub(super) fn print(tests: &[Value], output: Output) -> anyhow::Result<()> {
    show::print(&match output {
        Output::Text => table(tests, Style::of(&std::io::stdout())),
        Output::Json => serde_json::to_string_pretty(tests)?,
        Output::Csv => csv(tests),
    })
}

/// A line a test.
pub(super) fn table(tests: &[Value], style: Style) -> String {
    let mut table =
        Table::new(3, &["test", "status", "to", "run", "logs/s", "metrics/s", "traces/s", "for", "when"]);
    for test in tests {
        let destination = &test["destination"];
        let to = format!("{} {}", text(&destination["type"]), text(&destination["endpoint"]));
        let lasts = match (test["duration"].as_f64(), test["count"].as_u64()) {
            (Some(seconds), _) => time(seconds),
            (None, Some(records)) => format!("{} records", count(records)),
            (None, None) => "-".to_owned(),
        };
        let rates = ["logRate", "metricsRate", "traceRate"]
            .map(|name| test[name].as_u64().map_or_else(|| text(&test[name]), count));
        let when = ["schedule", "completedAt", "startedAt", "createdAt"];
        let when = when.into_iter().map(|name| text(&test[name])).find(|moment| !moment.is_empty());
        let run = test["run"].as_u64().map_or_else(|| "-".to_owned(), count);
        let cells = [text(&test["testID"]), text(&test["status"]), to, run].into_iter().chain(rates);
        table.row(cells.chain([lasts, when.unwrap_or_default()]));
    }
    table.lines("", style).join("\n")
}

/// A line a test, under the names of its fields.
fn csv(tests: &[Value]) -> String {
    let mut csv = Csv::new(&FIELDS);
    for test in tests {
        csv.row(FIELDS.iter().map(|path| text(path.split('.').fold(test, |value, name| &value[name]))));
    }
    csv.text().to_owned()
}

/// A value as text; nothing for null.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

const FIELDS: [&str; 19] = [
    "testID",
    "userID",
    "status",
    "run",
    "logType",
    "logRate",
    "logSize",
    "metricsRate",
    "traceRate",
    "duration",
    "count",
    "destination.type",
    "destination.endpoint",
    "destination.port",
    "schedule",
    "createdAt",
    "startedAt",
    "completedAt",
    "version",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tests() -> Vec<Value> {
        let destination = json!({"type": "http", "endpoint": "http://h", "port": null});
        vec![
            json!({"testID": "a", "status": "Running", "logRate": 1500, "metricsRate": "max", "traceRate": 0,
                   "duration": 60, "destination": destination, "schedule": null, "completedAt": null,
                   "startedAt": "then", "createdAt": "before", "run": 2, "version": 3}),
            json!({"testID": "longer", "status": "Pending", "logRate": 1, "metricsRate": 0, "traceRate": 0, "count": 5,
                   "duration": null, "destination": destination, "createdAt": "before", "run": null}),
        ]
    }

    #[test]
    fn a_table_has_a_line_a_test() {
        assert_eq!(
            table(&tests(), Style::PLAIN).lines().collect::<Vec<_>>(),
            [
                "test    status   to             run  logs/s  metrics/s  traces/s        for    when",
                "a       Running  http http://h    2   1,500        max         0       60 s    then",
                "longer  Pending  http http://h    -       1          0         0  5 records  before",
            ]
        );
    }

    #[test]
    fn csv_has_nested_fields_and_nothing_for_null() {
        let document = csv(&tests());
        let lines: Vec<_> = document.lines().collect();
        assert_eq!(lines[1], "a,,Running,2,,1500,,max,0,60,,http,http://h,,,before,then,,3");
        assert_eq!(lines[2], "longer,,Pending,,,1,,0,0,,5,http,http://h,,,before,,,");
    }
}
