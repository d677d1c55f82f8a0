//! One way out to GitHub. Every request passes [`GitHub::send`]: credentials, headers, timeout, redirects within the same
//! host, limits, and one kind of error. The base addresses are given, so GitHub Enterprise Server and the stand-in of the
//! tests are ordinary GitHubs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use octocrab::Octocrab;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::app::{Credentials, InstallationToken, Tokens};
use super::endpoints::Endpoints;
use super::error::{Failure, GitHubError, Retry};
use super::limits::{Meter, Pace, RateLimit};
use crate::model::{Clock, RepoName, Timestamp};

const API_VERSION: &str = "2022-11-28";
const AGENT: &str = concat!("sightline/", env!("CARGO_PKG_VERSION"));
/// GitHub itself gives up on a request after ten seconds; the rest is the way there and back.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Far above any answer we ask for; a broken proxy must not fill the memory.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
const MAX_REDIRECTS: usize = 3;

/// GitHub, as one App sees it. Cheap to clone.
#[derive(Clone)]
pub struct GitHub {
    inner: Arc<Inner>,
}

struct Inner {
    endpoints: Endpoints,
    http: Octocrab,
    credentials: Credentials,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    timeout: Duration,
    meter: Meter,
    pace: Pace,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { endpoints, credentials, .. } = &*self.inner;
        f.debug_struct("GitHub").field("endpoints", endpoints).field("credentials", credentials).finish_non_exhaustive()
    }
}

/// One repository through the eyes of one installation.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(super) github: GitHub,
    pub(super) installation: u64,
    pub(super) name: RepoName,
    sent: Arc<AtomicU32>,
}

#[derive(Clone, Copy)]
pub(super) enum As {
    App,
    Installation(u64),
}

/// A request in our words.
pub(super) struct Call<'a> {
    /// "create the check run of owner/name": continues "could not …".
    pub(super) tried: &'a str,
    /// The permission it takes, for the error that misses it.
    pub(super) needs: &'a str,
    pub(super) caller: As,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) body: Option<Vec<u8>>,
    /// Creates or changes something that people see.
    pub(super) writes: bool,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl GitHub {
    /// Must be called inside a tokio runtime: the connection pool lives there.
    pub fn new(endpoints: Endpoints, credentials: Credentials, clock: Arc<dyn Clock>) -> Result<Self, GitHubError> {
        Self::with_timeout(endpoints, credentials, clock, TIMEOUT)
    }

    /// With another patience than the default of 30 seconds.
    pub fn with_timeout(
        endpoints: Endpoints,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
        timeout: Duration,
    ) -> Result<Self, GitHubError> {
        let tried = "set up the connection to GitHub";
        let builder = Octocrab::builder().set_connect_timeout(Some(CONNECT_TIMEOUT));
        let http = builder
            .build()
            .map_err(|error| GitHubError::new(tried, Failure::Transport, error.to_string(), Retry::Never))?;
        let tokens = Tokens::default();
        let (meter, pace) = (Meter::default(), Pace::default());
        Ok(Self { inner: Arc::new(Inner { endpoints, http, credentials, tokens, clock, timeout, meter, pace }) })
    }

    pub fn repository(&self, installation: u64, name: &RepoName) -> Repository {
        Repository { github: self.clone(), installation, name: name.clone(), sent: Arc::default() }
    }

    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// API requests sent since the start, for `/metrics`.
    pub fn requests(&self) -> u64 {
        self.inner.meter.requests()
    }

    /// The primary limits as GitHub last stated them, for `/metrics`.
    pub fn rate_limits(&self) -> Vec<RateLimit> {
        self.inner.meter.limits()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// A token of the installation, from memory while it is fresh.
    pub async fn installation_token(&self, installation: u64) -> Result<SecretString, GitHubError> {
        let slot = self.inner.tokens.slot(installation);
        // The lock is held across the request on purpose: whoever comes second wants the same token.
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|token| token.is_fresh(self.now())) {
            return Ok(token.token.clone());
        }
        let tried = format!("get a token for installation {installation}");
        let url = format!("{}/app/installations/{installation}/access_tokens", self.inner.endpoints.api());
        let call =
            Call { tried: &tried, needs: "", caller: As::App, method: Method::POST, url, body: None, writes: false };
        let answer = self.send_with(&call, &self.app_token(&tried)?).await?;
        let token: InstallationToken = read(&tried, &answer)?;
        Ok(held.insert(token).token.clone())
    }

    fn app_token(&self, tried: &str) -> Result<SecretString, GitHubError> {
        let refused =
            || GitHubError::new(tried, Failure::Unauthorised, "the App's private key does not sign", Retry::Never);
        self.inner.credentials.sign(self.now()).ok_or_else(refused)
    }

    async fn token_of(&self, caller: As, tried: &str) -> Result<SecretString, GitHubError> {
        match caller {
            As::App => self.app_token(tried),
            As::Installation(id) => self.installation_token(id).await,
        }
    }

    /// Drops a token that GitHub refused, unless someone has replaced it already.
    async fn forget(&self, installation: u64, refused: &SecretString) {
        let slot = self.inner.tokens.slot(installation);
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|token| token.token.expose_secret() == refused.expose_secret()) {
            *held = None;
        }
    }

    /// Sends a call and returns its answer, which is a success: everything else is an error.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, GitHubError> {
        if let (true, As::Installation(id)) = (call.writes, call.caller) {
            let wait = self.inner.pace.take(id, Instant::now());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        }
        let token = self.token_of(call.caller, call.tried).await?;
        let first = self.send_with(&call, &token).await;
        match (&first, call.caller) {
            // Revoked early, or made while a clock was wrong: once is worth a new one.
            (Err(error), As::Installation(id)) if error.failure() == Failure::Unauthorised => {
                self.forget(id, &token).await;
                let token = self.token_of(call.caller, call.tried).await?;
                self.send_with(&call, &token).await
            }
            _ => first,
        }
    }

    async fn send_with(&self, call: &Call<'_>, token: &SecretString) -> Result<Answer, GitHubError> {
        let mut url: Uri = call
            .url
            .parse()
            .map_err(|_| GitHubError::new(call.tried, Failure::Unexpected, "the address is not valid", Retry::Never))?;
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.exchange(call, &url, token).await?;
            if let As::Installation(id) = call.caller {
                self.inner.meter.read(id, &answer.headers);
            }
            if answer.status.is_success() {
                return Ok(answer);
            }
            // A renamed repository answers with its new address; the method and the body stay.
            let moved = matches!(answer.status.as_u16(), 301 | 302 | 307 | 308)
                .then(|| target(&url, &answer.headers))
                .flatten();
            match moved {
                Some(next) => url = next,
                None => {
                    return Err(GitHubError::from_answer(
                        call.tried,
                        call.needs,
                        answer.status,
                        &answer.headers,
                        &answer.body,
                        self.now(),
                    ));
                }
            }
        }
        Err(GitHubError::new(call.tried, Failure::Unexpected, "too many redirects", Retry::Never))
    }

    async fn exchange(&self, call: &Call<'_>, url: &Uri, token: &SecretString) -> Result<Answer, GitHubError> {
        let request = request(call, url, token)?;
        self.inner.meter.count();
        let exchange = async {
            let response = self
                .inner
                .http
                .execute(request)
                .await
                .map_err(|error| GitHubError::transport(call.tried, why(&error)))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await;
            let body = body.map_err(|_| GitHubError::transport(call.tried, "the answer broke off"))?.to_bytes();
            Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        match tokio::time::timeout(self.inner.timeout, exchange).await {
            Ok(done) => done,
            Err(_) => Err(GitHubError::transport(
                call.tried,
                format!("no answer within {} s", self.inner.timeout.as_secs_f32()),
            )),
        }
    }
}

impl Repository {
    /// API requests made through this value and its clones; tokens and second tries are not among them.
    pub fn requests(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) async fn call(&self, call: Call<'_>) -> Result<Answer, GitHubError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.github.send(call).await
    }

    pub fn name(&self) -> &RepoName {
        &self.name
    }

    pub(super) fn url(&self, rest: &str) -> String {
        format!("{}{rest}", self.github.endpoints().repository_api(&self.name))
    }

    /// A REST call with a body in our types.
    pub(super) async fn rest<B: Serialize>(
        &self,
        tried: &str,
        needs: &str,
        method: Method,
        url: String,
        body: Option<&B>,
    ) -> Result<Answer, GitHubError> {
        let body = body
            .map(serde_json::to_vec)
            .transpose()
            .map_err(|error| GitHubError::unexpected(tried, error.to_string()))?;
        let writes = method != Method::GET;
        let caller = As::Installation(self.installation);
        self.call(Call { tried, needs, caller, method, url, body, writes }).await
    }
}

fn request(call: &Call<'_>, url: &Uri, token: &SecretString) -> Result<Request<Bytes>, GitHubError> {
    let invalid = |_| GitHubError::new(call.tried, Failure::Unexpected, "the request is not valid HTTP", Retry::Never);
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        GitHubError::new(call.tried, Failure::Unauthorised, "the token is not a valid header", Retry::Never)
    })?;
    bearer.set_sensitive(true);
    let builder = Request::builder()
        .method(call.method.clone())
        .uri(url.clone())
        .header(ACCEPT, "application/vnd.github+json")
        .header(USER_AGENT, AGENT)
        .header("x-github-api-version", API_VERSION)
        .header(AUTHORIZATION, bearer);
    match &call.body {
        Some(body) => {
            builder.header(CONTENT_TYPE, "application/json").body(Bytes::copy_from_slice(body)).map_err(invalid)
        }
        None => builder.body(Bytes::new()).map_err(invalid),
    }
}

/// Where a redirect leads, if it stays on the host that may see the token.
fn target(from: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let next: Uri = headers.get(LOCATION)?.to_str().ok()?.parse().ok()?;
    match next.authority() {
        Some(_) => (next.authority() == from.authority() && next.scheme() == from.scheme()).then_some(next),
        None => {
            let mut parts = next.into_parts();
            parts.scheme = from.scheme().cloned();
            parts.authority = from.authority().cloned();
            Uri::from_parts(parts).ok()
        }
    }
}

pub(super) fn read<T: DeserializeOwned>(tried: &str, answer: &Answer) -> Result<T, GitHubError> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| GitHubError::unexpected(tried, format!("the answer is not what GitHub documents: {error}")))
}

/// The innermost reason: "connection refused" rather than "service error".
fn why(error: &octocrab::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    format!("no connection to GitHub: {reason}")
}
