//! Times on the command line.

use std::time::Duration;

/// Longer than anybody waits.
const LONGEST: f64 = 1e7;

/// Reads a number of seconds: finite, not negative, fractions allowed.
pub fn seconds(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        Ok(_) | Err(_) => Err("a number of seconds is not negative, and has an end"),
    }
}

/// As a time to wait.
pub fn as_wait(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_an_end() {
        for text in ["nan", "inf", "-1", "-inf", "", "soon"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert_eq!(seconds("0.5"), Ok(0.5));
        assert_eq!(as_wait(1e300), Duration::from_secs(10_000_000));
    }
}
