//! When to try again: exponential, bounded, with jitter. Pure, so that a test can say what the dice show.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// The pause after attempt number `attempts` (from one). `dice` lies in `0.0..1.0`: half of the pause is fixed, the
/// other half is spread, so that jobs that failed together do not come back together.
pub fn pause(attempts: u32, dice: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let full = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    full.mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_bound() {
        assert_eq!(pause(1, 1.0), Duration::from_secs(5));
        assert_eq!(pause(2, 1.0), Duration::from_secs(10));
        assert_eq!(pause(4, 1.0), Duration::from_secs(40));
        assert_eq!(pause(u32::MAX, 1.0), LONGEST);
    }

    #[test]
    fn jitter_spreads_the_upper_half() {
        assert_eq!(pause(2, 0.0), Duration::from_secs(5));
        assert!(pause(2, 0.5) > pause(2, 0.1));
        assert!(pause(0, 0.0) > Duration::ZERO);
    }
}
