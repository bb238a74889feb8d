//! Test numbers: nine digits that begin with 0, which no real number does, and end with a valid check digit.

use rand::RngExt;

/// Draws a number. It may have been drawn before; the database knows.
#[must_use]
pub fn draw() -> String {
    // Never 000000000: the seven digits after the first are not all zero.
    let body: u32 = rand::rng().random_range(1..10_000_000);
    let digits = format!("0{body:07}");
    format!("{digits}{}", check_digit(&digits))
}

/// The digit that makes the Luhn sum of the nine a multiple of ten.
fn check_digit(eight: &str) -> u32 {
    let weighed = eight.chars().filter_map(|c| c.to_digit(10)).zip([1, 2].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| digit * weight).map(|it| it / 10 + it % 10).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_luhns() {
        // 046 454 286 is the published specimen that is valid by Luhn and was never issued.
        assert_eq!(check_digit("04645428"), 6);
    }

    #[test]
    fn a_drawn_number_begins_with_zero_and_is_never_all_zero() {
        for _ in 0..1000 {
            let number = draw();
            assert!(number.len() == 9 && number.starts_with('0') && number != "000000000");
        }
    }
}
