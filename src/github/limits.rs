//! How much GitHub still lets us do. The meter is for `/metrics`; the pace keeps a burst of reviews in one installation
//! below GitHub's 80 writes a minute without slowing a single review, which makes five.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

/// A primary limit as the last answer stated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub installation: u64,
    /// `core` or `graphql`.
    pub resource: String,
    pub limit: u64,
    pub remaining: u64,
    /// Seconds since the epoch.
    pub reset: i64,
}

#[derive(Default)]
pub(super) struct Meter {
    requests: AtomicU64,
    limits: Mutex<BTreeMap<(u64, String), RateLimit>>,
}

impl Meter {
    pub(super) fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, installation: u64, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| text(name).and_then(|value| value.trim().parse::<u64>().ok());
        let (Some(limit), Some(remaining)) = (number("x-ratelimit-limit"), number("x-ratelimit-remaining")) else {
            return;
        };
        let resource: String =
            text("x-ratelimit-resource").unwrap_or("core").chars().filter(char::is_ascii_graphic).take(32).collect();
        let reset = number("x-ratelimit-reset").unwrap_or_default().cast_signed();
        let state = RateLimit { installation, resource: resource.clone(), limit, remaining, reset };
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).insert((installation, resource), state);
    }

    pub(super) fn limits(&self) -> Vec<RateLimit> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// A bucket of writes for each installation: twenty at once, then one a second.
#[derive(Default)]
pub(super) struct Pace {
    buckets: Mutex<HashMap<u64, Bucket>>,
}

const BURST: f64 = 20.0;

struct Bucket {
    left: f64,
    at: Instant,
}

impl Pace {
    /// Takes one write and says how long to wait before it.
    pub(super) fn take(&self, installation: u64, now: Instant) -> Duration {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(installation).or_insert(Bucket { left: BURST, at: now });
        bucket.left = (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64()).min(BURST) - 1.0;
        bucket.at = now;
        Duration::from_secs_f64((-bucket.left).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_never_slowed_and_a_storm_is() {
        let pace = Pace::default();
        let now = Instant::now();
        let waits: Vec<_> = (0..22).map(|_| pace.take(1, now)).collect();
        assert!(waits[..20].iter().all(Duration::is_zero));
        assert_eq!(waits[21], Duration::from_secs(2));
        assert_eq!(pace.take(2, now), Duration::ZERO);
        assert_eq!(pace.take(1, now + Duration::from_secs(30)), Duration::ZERO);
    }

    #[test]
    fn the_meter_reads_what_answers_state() {
        let meter = Meter::default();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "4990"),
            ("x-ratelimit-reset", "9"),
            ("x-ratelimit-resource", "graphql"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        meter.read(7, &headers);
        meter.read(7, &HeaderMap::new());
        assert_eq!(
            meter.limits(),
            [RateLimit { installation: 7, resource: "graphql".into(), limit: 5000, remaining: 4990, reset: 9 }]
        );
    }
}
