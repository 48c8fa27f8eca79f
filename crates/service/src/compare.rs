//! Compare: two runs side by side, figure by figure, and which differences matter.

mod figures;
mod noise;

use moniflux_domain::fault::Faults;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::Run;
use moniflux_domain::signal::Signal;
use serde::Serialize;

use crate::error::UseCaseError;
use crate::results::Results;
use crate::series::{Series, second_of};
use crate::service::Service;

/// The name of a run, as users write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunReference {
    /// By its own name.
    Id(RunId),
    /// By its test and its number.
    Number(TestId, RunNumber),
}

/// Two runs side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The summaries of both.
    pub runs: [Results; 2],
    /// Every figure of both, lane by lane.
    pub figures: Vec<FigureComparison>,
}

/// One figure of two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureComparison {
    /// The lane; none for the whole run.
    pub lane: Option<Signal>,
    /// Its name, as in results.
    pub figure: &'static str,
    /// In what it is measured; empty for a number.
    pub unit: &'static str,
    /// Of the first run; null when it measured nothing.
    pub a: Option<f64>,
    /// Of the second.
    pub b: Option<f64>,
    /// The second's less the first's.
    pub difference: Option<f64>,
    /// The difference as a part of the first's; null when that is 0.
    pub change: Option<f64>,
    /// Whether the difference is more than chance would make.
    pub matters: bool,
    /// What it means.
    pub direction: Direction,
    /// Why it matters, or why not, in words.
    pub reason: String,
}

/// What a difference means for the second run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// No difference that matters.
    Same,
    /// The second run did better.
    Better,
    /// The second run did worse.
    Worse,
    /// Neither: something else was asked for.
    Different,
}

impl Direction {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Different => "different",
        }
    }
}

impl RunReference {
    /// Reads `runID` or `testID:number`.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse::<uuid::Uuid>() {
            return Ok(Self::Id(RunId(id)));
        }
        let parts = text.rsplit_once(':').and_then(|(test, number)| {
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some(Self::Number(TestId::parse(test).ok()?, RunNumber(number)))
        });
        parts.ok_or_else(|| format!("is \"{text}\"; accepted is a runID, or testID:number"))
    }
}

impl Service {
    /// Two runs side by side.
    ///
    /// # Errors
    /// There is no such test or run.
    pub async fn compare(&self, a: &RunReference, b: &RunReference) -> Result<Comparison, UseCaseError> {
        let (a, b) = (self.referred(a).await?, self.referred(b).await?);
        self.compared(&a, &b).await
    }

    /// A run of a test beside the test's baseline; the latest for no number.
    ///
    /// # Errors
    /// There is no such test or run, or the test has no baseline.
    pub async fn compare_with_baseline(
        &self,
        id: &TestId,
        number: Option<RunNumber>,
    ) -> Result<Comparison, UseCaseError> {
        let test = self.stored(id).await?;
        let none = "the test has no baseline; PUT /tests/{testID}/baseline sets one";
        let baseline = test.baseline.ok_or_else(|| UseCaseError::Invalid(Faults::one("baseline", none)))?;
        let (a, b) = (self.run_of(&test, Some(baseline)).await?, self.run_of(&test, number).await?);
        self.compared(&a, &b).await
    }

    async fn compared(&self, a: &Run, b: &Run) -> Result<Comparison, UseCaseError> {
        let summary = async |run| -> Result<Results, UseCaseError> {
            Ok(Results::verified(run, Status::Running, self.settled_delivery(run).await?)?)
        };
        let runs = [summary(a).await?, summary(b).await?];
        let blocks = [self.in_blocks(a).await?, self.in_blocks(b).await?];
        let figures = figures::compare([&runs[0], &runs[1]], [&blocks[0], &blocks[1]]);
        Ok(Comparison { runs, figures })
    }

    /// A run in about [`BLOCKS`] parts of equal length, from whose spread follows what chance makes.
    async fn in_blocks(&self, run: &Run) -> Result<Series, UseCaseError> {
        let active = second_of(run.checkpoint().active);
        let step = (active / BLOCKS).max(1);
        // Long runs are read from their coarse points.
        let step = if step > 30 { step / 30 * 30 } else { step };
        let points = self.points_of(run, 0, active, step).await?;
        Ok(Series::of(run, &points, 0, active, step)?)
    }

    async fn referred(&self, reference: &RunReference) -> Result<Run, UseCaseError> {
        match reference {
            RunReference::Number(test, number) => self.run(test, *number).await,
            RunReference::Id(id) => {
                let found = self.stores.runs.find(*id).await?;
                let missing = || Faults::one("runs", format!("there is no run {id}"));
                let run = found.ok_or_else(|| UseCaseError::Invalid(missing()))?;
                // Not a leftover of a deleted test.
                self.run(&run.test, run.number).await
            }
        }
    }
}

/// Enough to know the spread, few enough to be independent of each other.
const BLOCKS: u64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_itself_or_by_its_test() {
        let id = "01a211f8-3b6e-71c0-899e-a83a5023574b";
        assert_eq!(RunReference::parse(id), Ok(RunReference::Id(RunId(id.parse().unwrap()))));
        let named = RunReference::Number(TestId::parse("a:b").unwrap(), RunNumber(3));
        assert_eq!(RunReference::parse("a:b:3"), Ok(named));
        for text in ["", "a", "a:0", "a:x", ":1", "a b:1"] {
            assert!(RunReference::parse(text).is_err(), "{text}");
        }
    }
}
