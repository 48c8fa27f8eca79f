//! Whether a difference is more than chance would make.
//!
//! A figure that is measured all along (a time, a rate) is compared by the means of blocks of both runs and their standard
//! errors, as in Welch's test; a share of records by the two-proportion test. Both ask for three standard errors, beyond which
//! chance leads once in some hundred figures' worth of comparisons. What is statistically certain and yet tiny does not matter.

/// What is known of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// Chance makes such differences.
    Chance,
    /// It is certain, and too small to matter.
    Tiny,
    /// It is certain.
    Certain,
    /// Too little was measured.
    Unknown,
}

/// Two runs' values by block; `least` is the smallest difference that anyone cares for, in the figure's unit.
pub(super) fn of_blocks(a: &[f64], b: &[f64], least: f64) -> Finding {
    let (Some((mean_a, error_a)), Some((mean_b, error_b))) = (mean_and_error(a), mean_and_error(b)) else {
        return Finding::Unknown;
    };
    let difference = (mean_b - mean_a).abs();
    let is_tiny = difference < least || difference < SMALLEST_CHANGE * mean_a.abs().max(mean_b.abs());
    if difference <= ERRORS * error_a.hypot(error_b) {
        Finding::Chance
    } else if is_tiny {
        Finding::Tiny
    } else {
        Finding::Certain
    }
}

/// So many of so many records in each run.
pub(super) fn of_shares(a: (f64, f64), b: (f64, f64)) -> Finding {
    let ((hits_a, of_a), (hits_b, of_b)) = (a, b);
    if of_a < 1.0 || of_b < 1.0 {
        return Finding::Unknown;
    }
    let pooled = (hits_a + hits_b) / (of_a + of_b);
    let error = (pooled * (1.0 - pooled) * (1.0 / of_a + 1.0 / of_b)).sqrt();
    let difference = (hits_b / of_b - hits_a / of_a).abs();
    if difference > ERRORS * error { Finding::Certain } else { Finding::Chance }
}

/// Mean and its standard error; none for too few values.
fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < FEWEST {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Some((mean, (spread / count).sqrt()))
}

const ERRORS: f64 = 3.0;

/// Below this part of the value nobody cares.
const SMALLEST_CHANGE: f64 = 0.01;

/// Fewer blocks have no spread to speak of.
const FEWEST: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    /// Values around a middle that go up and down by so much.
    fn around(middle: f64, by: f64) -> Vec<f64> {
        (0..20).map(|i| middle + by * if i % 2 == 0 { 1.0 } else { -1.0 }).collect()
    }

    #[test]
    fn a_difference_matters_when_it_is_beyond_the_spread_and_not_tiny() {
        assert_eq!(of_blocks(&around(10.0, 1.0), &around(12.0, 1.0), 0.1), Finding::Certain);
        assert_eq!(of_blocks(&around(10.0, 4.0), &around(12.0, 4.0), 0.1), Finding::Chance);
        assert_eq!(of_blocks(&around(10.0, 0.0), &around(10.05, 0.0), 0.1), Finding::Tiny);
        assert_eq!(of_blocks(&around(1_000.0, 0.0), &around(1_005.0, 0.0), 0.1), Finding::Tiny);
        assert_eq!(of_blocks(&around(10.0, 0.0), &around(10.0, 0.0), 0.1), Finding::Chance);
        assert_eq!(of_blocks(&[1.0; 4], &[9.0; 4], 0.1), Finding::Unknown);
    }

    #[test]
    fn a_share_differs_when_chance_would_not_make_it() {
        assert_eq!(of_shares((0.0, 10_000.0), (50.0, 10_000.0)), Finding::Certain);
        assert_eq!(of_shares((50.0, 10_000.0), (55.0, 10_000.0)), Finding::Chance);
        assert_eq!(of_shares((0.0, 10_000.0), (1.0, 10_000.0)), Finding::Chance);
        assert_eq!(of_shares((0.0, 10_000.0), (0.0, 10_000.0)), Finding::Chance);
        assert_eq!(of_shares((0.0, 0.0), (5.0, 10.0)), Finding::Unknown);
    }
}
