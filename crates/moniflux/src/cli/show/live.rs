//! A run while it goes on: a few lines for a terminal, or one for a log.

use std::fmt::Write as _;

use super::numbers::{count, millis, rate, time};
use super::results::Threshold;
use super::style::Style;
use super::summary::mark;
use super::table::Table;

/// What is known of a run at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Frame {
    /// The test.
    pub(crate) test: String,
    /// What it does: `Running`, `Paused`, or what a search for the capacity tries.
    pub(crate) doing: String,
    /// Seconds under load.
    pub(crate) active: f64,
    /// How much of the load is over, 0 to 1; none when nobody knows.
    pub(crate) progress: Option<f64>,
    /// After how many seconds it ends, if it ends by time.
    pub(crate) ends_after: Option<f64>,
    pub(crate) lanes: Vec<LaneNow>,
    pub(crate) thresholds: Vec<Threshold>,
}

/// One lane: its latest second, and its ledger so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LaneNow {
    pub(crate) signal: String,
    /// Records a second, in the latest one.
    pub(crate) asked: f64,
    pub(crate) achieved: f64,
    /// Response time of the latest second in milliseconds.
    pub(crate) p50: Option<f64>,
    pub(crate) p99: Option<f64>,
    /// All so far.
    pub(crate) due: u64,
    pub(crate) acked: u64,
    /// Rejected or failed.
    pub(crate) refused: u64,
    pub(crate) missed: u64,
    /// Due and not issued, or issued and not answered.
    pub(crate) open: u64,
}

impl Frame {
    /// Several lines for a terminal of that width, none longer.
    pub(crate) fn lines(&self, width: usize, style: Style) -> Vec<String> {
        let mut lines = vec![self.head(style)];
        let head =
            ["", "rate/s", "asked/s", "p50 ms", "p99 ms", "due", "acked", "not acked", "missed", "open"];
        let mut table = Table::new(1, &head);
        for lane in &self.lanes {
            let rates = [rate(lane.achieved), rate(lane.asked), millis(lane.p50), millis(lane.p99)];
            let counts = [lane.due, lane.acked, lane.refused, lane.missed, lane.open].map(count);
            table.row(std::iter::once(lane.signal.clone()).chain(rates).chain(counts));
        }
        if !self.lanes.is_empty() {
            lines.extend(table.lines("  ", style));
        }
        if !self.thresholds.is_empty() {
            let held = self.thresholds.iter().map(|threshold| {
                let broken = threshold.shown.as_ref().filter(|_| threshold.ok == Some(false));
                let shown = broken.map(|shown| format!(" ({shown})")).unwrap_or_default();
                format!("{} {}{shown}", mark(threshold, style), threshold.condition)
            });
            lines.push(format!("  {}", held.collect::<Vec<_>>().join("   ")));
        }
        lines.iter().map(|line| fit(line, width)).collect()
    }

    /// One line for a log.
    pub(crate) fn line(&self) -> String {
        let mut line = match self.ends_after {
            Some(end) => format!("{:>5.0} s of {end:.0}", self.active.floor()),
            None => format!("{:>5.0} s", self.active.floor()),
        };
        if self.doing != RUNNING {
            line.push_str("  ");
            line.push_str(&self.doing);
        }
        for lane in &self.lanes {
            let LaneNow { signal, due, acked, refused, .. } = lane;
            let (achieved, p99) = (rate(lane.achieved), millis(lane.p99));
            // Writing to a string cannot fail.
            write!(line, "  {signal}: {achieved}/s, p99 {p99} ms, {acked} acked of {due} due").ok();
            if *refused > 0 {
                write!(line, ", {refused} not").ok();
            }
        }
        for threshold in self.thresholds.iter().filter(|threshold| threshold.ok == Some(false)) {
            write!(line, "  ✗ {}", threshold.condition).ok();
        }
        line
    }

    /// `Running  ████░░░░  40 %  12 s of 30 s  first`.
    fn head(&self, style: Style) -> String {
        let time = match self.ends_after {
            Some(end) => format!("{} of {}", time(self.active.floor()), time(end)),
            None => time(self.active.floor()),
        };
        let test = style.strong(&self.test);
        // What may be cut off on a narrow terminal comes last.
        match self.progress {
            Some(share) => {
                let (bar, percent) = (bar(share, style), share.clamp(0.0, 1.0) * 100.0);
                format!("{}  {bar}  {percent:>3.0} %  {time}  {test}", self.doing)
            }
            None => format!("{}  {time}  {test}", self.doing),
        }
    }
}

/// How much is over, as a bar.
fn bar(share: f64, style: Style) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 to the bar's length"
    )]
    let full = (share.clamp(0.0, 1.0) * 24.0).round() as usize;
    format!("{}{}", style.good(&"█".repeat(full)), style.faint(&"░".repeat(24 - full)))
}

/// The line, cut to a number of columns; marks take none.
pub(super) fn fit(line: &str, width: usize) -> String {
    let mut fitting = String::with_capacity(line.len());
    let (mut columns, mut is_mark) = (0, false);
    for c in line.chars() {
        if c == '\x1b' {
            is_mark = true;
        } else if !is_mark {
            columns += 1;
        }
        // Marks are kept to the end, so that what was begun also ends.
        if is_mark || columns <= width {
            fitting.push(c);
        }
        if is_mark && c == 'm' {
            is_mark = false;
        }
    }
    fitting
}

/// What most runs do, and what needs no word in a log.
pub(crate) const RUNNING: &str = "Running";

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame {
            test: "first".to_owned(),
            doing: RUNNING.to_owned(),
            active: 12.3,
            progress: Some(0.41),
            ends_after: Some(30.0),
            lanes: vec![LaneNow {
                signal: "logs".to_owned(),
                asked: 1_000.0,
                achieved: 998.5,
                p50: Some(0.3),
                p99: Some(12.25),
                due: 12_300,
                acked: 12_000,
                refused: 200,
                missed: 0,
                open: 100,
            }],
            thresholds: vec![
                Threshold { condition: "missed == 0".to_owned(), ok: Some(true), ..Threshold::default() },
                Threshold {
                    condition: "failed == 0".to_owned(),
                    ok: Some(false),
                    shown: Some("200".to_owned()),
                    ..Threshold::default()
                },
            ],
        }
    }

    #[test]
    fn a_terminal_shows_progress_rates_times_ledger_and_thresholds() {
        assert_eq!(
            frame().lines(100, Style::PLAIN),
            [
                "Running  ██████████░░░░░░░░░░░░░░   41 %  12 s of 30 s  first",
                "        rate/s  asked/s  p50 ms  p99 ms     due   acked  not acked  missed  open",
                "  logs   998.5    1,000    0.30    12.2  12,300  12,000        200       0   100",
                "  ✓ missed == 0   ✗ failed == 0 (200)",
            ]
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let lines = frame().lines(20, Style::PLAIN);
        assert!(lines.iter().all(|line| line.chars().count() <= 20), "{lines:?}");
        assert_eq!(fit("\x1b[31mabc\x1b[0mdef", 4), "\x1b[31mabc\x1b[0md");
        assert_eq!(fit("\x1b[31mabcdef\x1b[0m", 2), "\x1b[31mab\x1b[0m");
    }

    #[test]
    fn a_log_gets_one_line() {
        let line =
            "   12 s of 30  logs: 998.5/s, p99 12.2 ms, 12000 acked of 12300 due, 200 not  ✗ failed == 0";
        assert_eq!(frame().line(), line);
        let open = Frame { ends_after: None, doing: "Paused".to_owned(), lanes: Vec::new(), ..frame() };
        assert_eq!(open.line(), "   12 s  Paused  ✗ failed == 0");
    }
}
