//! Medians, quantiles and deviations of what was measured.

/// The smallest value that at least that share of all is not above; 0 of none.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within the values")]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle value, the lower of two; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The smallest and the largest value.
pub(crate) fn extremes(values: &[f64]) -> (f64, f64) {
    (quantile(values, 0.0), quantile(values, 1.0))
}

/// Sums of so many values each, in order; what is left over at the end is dropped.
pub(crate) fn sums(values: &[u64], each: usize) -> Vec<u64> {
    values.chunks_exact(each).map(|chunk| chunk.iter().sum()).collect()
}

/// By how much each value is off the expected one, as a share of it.
pub(crate) fn deviations(values: &[u64], expected: f64) -> Vec<f64> {
    values.iter().map(|value| (*value as f64 - expected).abs() / expected).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|share| quantile(&hundred, share)), [1.0, 50.0, 99.0, 100.0]);
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[])), (2.0, 0.0));
        assert_eq!(extremes(&[3.0, 1.0, 2.0]), (1.0, 3.0));
    }

    #[test]
    fn only_whole_windows_are_summed() {
        assert_eq!(sums(&[1, 2, 3, 4, 5], 2), [3, 7]);
    }

    #[test]
    fn deviations_are_shares_of_what_was_expected() {
        assert_eq!(deviations(&[100, 90, 125], 100.0), [0.0, 0.1, 0.25]);
    }
}
