//! Trouble on demand: every way GitHub turns a client away, or leaves it without an answer.
//!
//! A switch names routes by a pattern and counts down; when it is spent, the stand-in behaves again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::refusal::Refusal;

/// How a request goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 403 "You have exceeded a secondary rate limit", with or without `Retry-After` in seconds.
    SecondaryLimit { retry_after: Option<u64> },
    /// 429 with `Retry-After` in seconds, as a date, or absent.
    TooManyRequests { retry_after: RetryAfter },
    /// 403 with `x-ratelimit-remaining: 0` and the reset that many seconds ahead.
    HourSpent { reset_in: u64 },
    /// 422 with code `abuse`: content creation was throttled.
    Abuse,
    /// A bare status such as 500 or 502.
    Status(u16),
    /// The right answer, too late.
    Slow(Duration),
    /// The connection is closed before the request has any effect.
    Drop,
    /// The request takes effect, but its answer is lost: the case that makes a client post twice.
    LoseAnswer,
    /// 401, as if the token had run out this moment.
    ExpiredToken,
}

#[derive(Clone, Copy, Debug)]
pub enum RetryAfter {
    Seconds(u64),
    /// An HTTP date that many seconds ahead.
    Date(u64),
    Absent,
}

pub(super) struct Switch {
    pattern: String,
    skip: usize,
    left: usize,
    fault: Fault,
}

#[derive(Default)]
pub(super) struct Switches(Vec<Switch>);

impl Switches {
    pub(super) fn add(&mut self, pattern: &str, skip: usize, times: usize, fault: Fault) {
        self.0.push(Switch { pattern: pattern.to_owned(), skip, left: times, fault });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault this request meets, if any; counts it.
    pub(super) fn strike(&mut self, method: &str, path: &str) -> Option<Fault> {
        let subject = format!("{method} {path}");
        let switch = self.0.iter_mut().find(|switch| switch.left > 0 && matches(&switch.pattern, &subject))?;
        if switch.skip > 0 {
            switch.skip -= 1;
            return None;
        }
        switch.left -= 1;
        Some(switch.fault.clone())
    }
}

impl Fault {
    /// The answer in place of the real one; `None` for faults of the connection.
    pub(super) fn refusal(&self, now: DateTime<Utc>) -> Option<Refusal> {
        const SECONDARY: &str =
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        match self {
            Self::SecondaryLimit { retry_after } => {
                let mut refusal = Refusal::new(403, SECONDARY);
                refusal.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
                Some(refusal)
            }
            Self::TooManyRequests { retry_after } => {
                let mut refusal = Refusal::new(429, SECONDARY);
                refusal.headers.extend(match retry_after {
                    RetryAfter::Seconds(seconds) => Some(("retry-after", seconds.to_string())),
                    RetryAfter::Date(ahead) => Some(("retry-after", http_date(now, *ahead))),
                    RetryAfter::Absent => None,
                });
                Some(refusal)
            }
            Self::HourSpent { reset_in } => {
                let mut refusal = Refusal::new(403, "API rate limit exceeded for installation.");
                let reset = now.timestamp() + i64::try_from(*reset_in).unwrap_or(0);
                refusal.headers.push(("x-ratelimit-limit", "5000".to_owned()));
                refusal.headers.push(("x-ratelimit-used", "5000".to_owned()));
                refusal.headers.push(("x-ratelimit-remaining", "0".to_owned()));
                refusal.headers.push(("x-ratelimit-reset", reset.to_string()));
                Some(refusal)
            }
            Self::Abuse => {
                let mut refusal = Refusal::invalid("IssueComment", "base", "abuse");
                refusal.message = "Validation Failed: was submitted too quickly".to_owned();
                Some(refusal)
            }
            Self::Status(status) => Some(Refusal::new(*status, "Server Error")),
            Self::ExpiredToken => Some(Refusal::bad_credentials()),
            Self::Slow(_) | Self::Drop | Self::LoseAnswer => None,
        }
    }
}

fn http_date(now: DateTime<Utc>, ahead: u64) -> String {
    let at = now + chrono::Duration::seconds(i64::try_from(ahead).unwrap_or(0));
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `*` stands for anything but a slash, `**` for anything at all.
fn matches(pattern: &str, subject: &str) -> bool {
    match pattern.chars().next() {
        None => subject.is_empty(),
        Some('*') => {
            let deep = pattern.starts_with("**");
            let rest = pattern.trim_start_matches('*');
            let stops = subject.char_indices().map(|(at, c)| (at, Some(c))).chain([(subject.len(), None)]);
            for (at, c) in stops {
                if matches(rest, &subject[at..]) {
                    return true;
                }
                if !deep && c == Some('/') {
                    return false;
                }
            }
            false
        }
        Some(first) => {
            subject.starts_with(first) && matches(&pattern[first.len_utf8()..], &subject[first.len_utf8()..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_one_or_many_segments() {
        assert!(matches("POST /repos/*/*/pulls/*/reviews", "POST /repos/a/b/pulls/3/reviews"));
        assert!(!matches("POST /repos/*/*/pulls/*/reviews", "POST /repos/a/b/pulls/3/4/reviews"));
        assert!(matches("* /repos/**", "PATCH /repos/a/b/check-runs/1"));
        assert!(matches("**", "GET /"));
    }

    #[test]
    fn a_switch_skips_then_counts_down() {
        let mut switches = Switches::default();
        switches.add("GET /x", 1, 2, Fault::Status(502));
        let struck: Vec<bool> = (0..4).map(|_| switches.strike("GET", "/x").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }
}
