//! Reads the requests that are about runs instead of definitions: documents to keep, a baseline to set.

use serde_json::Value;

use super::fields::Fields;
use crate::fault::Faults;
use crate::id::{RunNumber, TestId};

/// A document that a user keeps with a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedResults {
    /// The test.
    pub test: TestId,
    /// The run; the latest for none.
    pub run: Option<RunNumber>,
    /// Known by this within its run.
    pub name: String,
    /// The document.
    pub results: Value,
}

impl SavedResults {
    /// Reads `{testID, run, name, results}`.
    ///
    /// # Errors
    /// Every field that is missing, unknown or wrong.
    pub fn read(value: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(value, "")?;
        let test = fields.name("testID", TestId::parse);
        let run = run(&mut fields);
        let name = fields.text("name", 128).unwrap_or_else(|| "results".to_owned());
        let results = fields.any("results", "an object or a list", |value| {
            (value.is_object() || value.is_array()).then(|| value.clone())
        });
        for (field, what) in [("testID", "the name of a stored test"), ("results", "the document to keep")] {
            if !fields.has(field) {
                fields.fault(field, format!("is required: {what}"));
            }
        }
        match (test, results, fields.finish(&[])) {
            (Some(test), Some(results), faults) if faults.is_empty() => Ok(Self { test, run, name, results }),
            (_, _, faults) => Err(faults),
        }
    }
}

/// Reads `{run}`: the number of the run to compare others with.
///
/// # Errors
/// It is missing or wrong, or something else was given.
pub fn read_baseline(value: &Value) -> Result<RunNumber, Faults> {
    let mut fields = Fields::of(value, "")?;
    let number = run(&mut fields);
    if !fields.has("run") {
        fields.fault("run", "is required: the number of a run, from 1");
    }
    match (number, fields.finish(&[])) {
        (Some(number), faults) if faults.is_empty() => Ok(number),
        (_, faults) => Err(faults),
    }
}

fn run(fields: &mut Fields<'_>) -> Option<RunNumber> {
    fields.whole("run", 1, u64::from(u32::MAX), |number| u32::try_from(number).ok()).map(RunNumber)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_names_its_test_and_every_fault_is_told() {
        let saved = SavedResults::read(&json!({"testID": "t", "results": {"a": 1}})).unwrap();
        assert_eq!((saved.name.as_str(), saved.run), ("results", None));
        let faults = SavedResults::read(&json!({"run": 0, "results": 5, "nmae": "x"})).unwrap_err();
        let fields: Vec<_> = faults.as_slice().iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["run", "results", "testID", "nmae"]);
    }

    #[test]
    fn a_baseline_is_a_run() {
        assert_eq!(read_baseline(&json!({"run": 3})), Ok(RunNumber(3)));
        assert!(read_baseline(&json!({})).is_err() && read_baseline(&json!({"run": "3"})).is_err());
    }
}
