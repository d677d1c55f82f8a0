//! What went wrong between us and GitHub, and whether it makes sense to try again. Errors name what was tried and, on a
//! refusal, the permission that is missing; they never hold a token, a header or a body.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::model::Timestamp;

/// GitHub documents at least a minute when a secondary limit names no time.
const SECONDARY_WAIT: Duration = Duration::seconds(60);
/// No limit of GitHub's is longer than an hour; a wrong clock on either side must not park work for days.
const LONGEST_WAIT: Duration = Duration::hours(2);
const MAX_MESSAGE: usize = 300;

/// When it makes sense to try the same again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    At(Timestamp),
    Backoff,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: refused, dropped, timed out, not HTTP.
    Transport,
    RateLimited,
    Unauthorised,
    Forbidden,
    NotFound,
    /// 422: what was sent is not acceptable as it stands.
    Unprocessable,
    Server,
    /// An answer that is not what GitHub documents.
    Unexpected,
}

/// Boxed: it travels in every `Result` of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubError(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    tried: String,
    status: Option<u16>,
    failure: Failure,
    message: String,
    missing_permission: Option<String>,
    retry: Retry,
}

impl GitHubError {
    pub fn failure(&self) -> Failure {
        self.0.failure
    }

    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// GitHub's own words, one line, without secrets.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// `checks: write`, when a permission is what is missing.
    pub fn missing_permission(&self) -> Option<&str> {
        self.0.missing_permission.as_deref()
    }

    pub(super) fn new(tried: &str, failure: Failure, message: impl AsRef<str>, retry: Retry) -> Self {
        let message = clean(message.as_ref());
        Self(Box::new(Details {
            tried: tried.to_owned(),
            status: None,
            failure,
            message,
            missing_permission: None,
            retry,
        }))
    }

    pub(super) fn transport(tried: &str, message: impl AsRef<str>) -> Self {
        Self::new(tried, Failure::Transport, message, Retry::Backoff)
    }

    pub(super) fn unexpected(tried: &str, message: impl AsRef<str>) -> Self {
        Self::new(tried, Failure::Unexpected, message, Retry::Backoff)
    }

    /// A refusal that GitHub put into a GraphQL answer.
    pub(super) fn forbidden(tried: &str, needs: &str, message: &str) -> Self {
        let mut error = Self::new(tried, Failure::Forbidden, message, Retry::Never);
        error.0.missing_permission = lacks_permission(message).then(|| needs.to_owned());
        error
    }

    pub(super) fn rate_limited(tried: &str, message: &str, headers: &HeaderMap, now: Timestamp) -> Self {
        let retry = Retry::At(told_to_wait(headers, now).unwrap_or(now + SECONDARY_WAIT));
        Self::new(tried, Failure::RateLimited, message, retry)
    }

    /// An answer with a status other than success.
    pub(super) fn from_answer(
        tried: &str,
        needs: &str,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Self {
        let said = Refusal::read(body, status);
        let mut error = if is_limit(status, headers, &said) {
            Self::rate_limited(tried, &said.text, headers, now)
        } else {
            let (failure, retry) = class(status, headers, now);
            Self::new(tried, failure, &said.text, retry)
        };
        error.0.status = Some(status.as_u16());
        if error.0.failure == Failure::Forbidden && lacks_permission(&said.text) {
            let named = headers.get("x-accepted-github-permissions").and_then(|value| value.to_str().ok());
            let named = named.map(|text| clean(&text.replace('=', ": ")));
            error.0.missing_permission =
                Some(named.filter(|text| !text.is_empty()).unwrap_or_else(|| needs.to_owned()));
        }
        error
    }
}

impl fmt::Display for GitHubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { tried, status, message, missing_permission, .. } = &*self.0;
        write!(f, "could not {tried}: ")?;
        match status {
            Some(status) => write!(f, "GitHub answered {status}: {message}")?,
            None => f.write_str(message)?,
        }
        match missing_permission {
            Some(permission) => {
                write!(f, "; grant the App the permission `{permission}` and approve it on the installation")
            }
            None => Ok(()),
        }
    }
}

impl std::error::Error for GitHubError {}

/// `{"message": …, "errors": […]}`, where the errors are objects on some routes and strings on others.
struct Refusal {
    text: String,
    abuse: bool,
}

impl Refusal {
    fn read(body: &[u8], status: StatusCode) -> Self {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            message: String,
            #[serde(default)]
            errors: serde_json::Value,
        }
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            let text = status.canonical_reason().unwrap_or("an answer that is not JSON").to_owned();
            return Self { text, abuse: false };
        };
        let mut text = body.message;
        let mut abuse = false;
        let list = match body.errors {
            serde_json::Value::Array(list) => list,
            serde_json::Value::Null => Vec::new(),
            other => vec![other],
        };
        for error in list {
            let field = |name: &str| error.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let one = match error.as_str() {
                Some(sentence) => sentence.to_owned(),
                None => [field("field"), field("code"), field("message")].join(" ").trim().to_owned(),
            };
            abuse |= field("code") == "abuse";
            if !one.is_empty() {
                text = format!("{text}: {one}");
            }
        }
        Self { text, abuse }
    }
}

fn is_limit(status: StatusCode, headers: &HeaderMap, said: &Refusal) -> bool {
    let text = said.text.to_ascii_lowercase();
    let worded = text.contains("rate limit") || text.contains("abuse detection") || text.contains("too quickly");
    match status.as_u16() {
        429 => true,
        403 => worded || headers.contains_key("retry-after") || header(headers, "x-ratelimit-remaining") == Some("0"),
        422 => said.abuse || worded,
        _ => false,
    }
}

fn class(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> (Failure, Retry) {
    match status.as_u16() {
        // A new key or a corrected clock on our side mends it, so it is not final.
        401 => (Failure::Unauthorised, Retry::Backoff),
        403 | 451 => (Failure::Forbidden, Retry::Never),
        404 | 410 => (Failure::NotFound, Retry::Never),
        408 | 409 | 425 => (Failure::Unexpected, Retry::Backoff),
        422 => (Failure::Unprocessable, Retry::Never),
        500.. => (Failure::Server, told_to_wait(headers, now).map_or(Retry::Backoff, Retry::At)),
        _ => (Failure::Unexpected, Retry::Never),
    }
}

fn lacks_permission(message: &str) -> bool {
    message.contains("not accessible by integration") || message.contains("must have")
}

/// `Retry-After` in seconds or as a date; without it the reset of a used-up primary limit.
fn told_to_wait(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let after = header(headers, "retry-after").and_then(|value| {
        let seconds = value.trim().parse::<i64>().ok().map(|seconds| now + Duration::seconds(seconds.clamp(0, 86_400)));
        seconds.or_else(|| DateTime::parse_from_rfc2822(value).ok().map(|at| at.with_timezone(&Utc)))
    });
    let reset = || {
        let used_up = header(headers, "x-ratelimit-remaining") == Some("0");
        let at = header(headers, "x-ratelimit-reset").and_then(|value| value.trim().parse::<i64>().ok());
        at.filter(|_| used_up).and_then(|at| DateTime::from_timestamp(at, 0))
    };
    // One second more than told: both clocks round.
    let at = after.or_else(reset)? + Duration::seconds(1);
    Some(at.clamp(now + Duration::seconds(1), now + LONGEST_WAIT))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// One line of bounded length without control characters or anything that looks like a credential.
fn clean(message: &str) -> String {
    let words = message.split_whitespace().map(|word| {
        let secret = ["ghs_", "ghp_", "gho_", "ghu_", "github_pat_", "eyJ"].iter().any(|prefix| word.contains(prefix));
        if secret { "[redacted]" } else { word }
    });
    let line: String =
        words.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect();
    if line.is_empty() { "no reason given".to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> GitHubError {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        GitHubError::from_answer("create the check run", "checks: write", status, &map, body.as_bytes(), now())
    }

    fn after(seconds: i64) -> Retry {
        Retry::At(now() + Duration::seconds(seconds))
    }

    #[test]
    fn limits_say_when() {
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        assert_eq!(answer(403, &[], secondary).retry(), after(60));
        assert_eq!(answer(403, &[("retry-after", "30")], secondary).retry(), after(31));
        assert_eq!(answer(429, &[("retry-after", "Fri, 15 Jan 2027 08:01:00 GMT")], "{}").retry(), after(61));
        let primary = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800000600")];
        assert_eq!(answer(403, &primary, r#"{"message":"API rate limit exceeded"}"#).retry(), after(601));
        assert_eq!(answer(429, &[("retry-after", "99999999")], "{}").retry(), after(7200));
        let abuse = r#"{"message":"Validation Failed","errors":[{"resource":"Review","code":"abuse","field":"base"}]}"#;
        assert_eq!(answer(422, &[], abuse).failure(), Failure::RateLimited);
        let quick = r#"{"message":"Validation Failed","errors":["was submitted too quickly"]}"#;
        assert_eq!(answer(422, &[], quick).failure(), Failure::RateLimited);
    }

    #[test]
    fn a_refusal_names_the_permission() {
        let body = r#"{"message":"Resource not accessible by integration"}"#;
        let error = answer(403, &[], body);
        assert_eq!(error.retry(), Retry::Never);
        insta::assert_snapshot!(error, @"could not create the check run: GitHub answered 403: Resource not accessible by integration; grant the App the permission `checks: write` and approve it on the installation");
        let named = answer(403, &[("x-accepted-github-permissions", "pull_requests=write")], body);
        assert_eq!(named.missing_permission(), Some("pull_requests: write"));
    }

    #[test]
    fn other_answers() {
        assert_eq!(answer(502, &[], "<html>").retry(), Retry::Backoff);
        assert_eq!(answer(503, &[("retry-after", "5")], "").retry(), after(6));
        assert_eq!(answer(404, &[], r#"{"message":"Not Found"}"#).failure(), Failure::NotFound);
        let strings = r#"{"message":"Unprocessable Entity","errors":["line must be part of the diff"]}"#;
        let error = answer(422, &[], strings);
        assert_eq!(
            (error.failure(), error.message()),
            (Failure::Unprocessable, "Unprocessable Entity: line must be part of the diff")
        );
    }

    #[test]
    fn secrets_and_control_characters_stay_out() {
        let error = answer(400, &[], "{\"message\":\"bad token ghs_abc.def\\u001b[31m x\"}");
        assert_eq!(error.message(), "bad token [redacted] x");
    }
}
