//! Times of answers.

/// In milliseconds, from the quickest to the slowest.
pub struct Times(Vec<f64>);

impl Times {
    pub fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time after which so many of a hundred answers were there.
    pub fn at(&self, share: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * share / 100).min(last)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_times_are_counted_from_the_quickest() {
        let times = Times::of((1..=100).rev().map(f64::from).collect());
        assert_eq!((times.at(50), times.at(95), times.at(100)), (51.0, 96.0, 100.0));
        assert!(Times::of(Vec::new()).at(50).abs() < f64::EPSILON);
    }
}
