//! The set-up: a page whose form carries the App's manifest to GitHub, and the way back with the credentials.
//!
//! Whoever registers the App owns what it reviews, so the page is guarded: by a `state` that GitHub must bring back, and,
//! where the service is reachable from elsewhere, by a key that only its log shows.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use tracing::{error, info, warn};

use super::page::{page, page_with_form};
use super::service::Service;
use crate::github::app_manifest::{self, NewApp};
use crate::model::Timestamp;

/// GitHub's code is valid for an hour; so is the question it answers.
const STATE_LIFE: Duration = Duration::from_secs(3600);
/// Each look at the page makes a state; the oldest go first.
const STATES: usize = 64;

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What became of a new App: it is stored and in use.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Where the credentials are now, for the person to know.
    pub stored_in: String,
    pub install_url: String,
}

pub struct SetUp {
    pub public_url: String,
    pub github_url: String,
    pub api_url: String,
    /// Needed in `?key=` when the service is not on loopback only.
    pub key: Option<String>,
    /// Makes a random text nobody can guess.
    pub random: fn() -> String,
    /// Stores the credentials and begins to use them.
    pub register: Box<dyn Fn(NewApp) -> Pending<Result<Registered, String>> + Send + Sync>,
    states: Mutex<VecDeque<(String, Timestamp)>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Ask {
    key: Option<String>,
    organisation: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Callback {
    code: Option<String>,
    state: Option<String>,
}

impl SetUp {
    pub fn new(
        public_url: String,
        github_url: String,
        api_url: String,
        key: Option<String>,
        random: fn() -> String,
        register: impl Fn(NewApp) -> Pending<Result<Registered, String>> + Send + Sync + 'static,
    ) -> Self {
        let states = Mutex::default();
        Self { public_url, github_url, api_url, key, random, register: Box::new(register), states }
    }

    fn new_state(&self, now: Timestamp) -> String {
        let state = (self.random)();
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        while states.len() >= STATES {
            states.pop_front();
        }
        states.push_back((state.clone(), now));
        state
    }

    /// Whether we asked with this state not long ago; it is used up.
    fn take_state(&self, state: &str, now: Timestamp) -> bool {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.retain(|(_, born)| now - STATE_LIFE <= *born);
        let known = states.iter().position(|(known, _)| known == state);
        known.is_some_and(|index| states.remove(index).is_some())
    }
}

pub(super) async fn show(State(service): State<Service>, Query(ask): Query<Ask>) -> Response {
    let Some(setup) = open(&service) else { return done_before() };
    if setup.key.is_some() && setup.key != ask.key {
        let content = html! {
            h1 { "Set up the App" }
            p { "Open the address that the service wrote to its log when it started: it carries the key to this page." }
        };
        return page(StatusCode::FORBIDDEN, "Set up the App", &content);
    }
    let organisation = ask.organisation.as_deref().map(str::trim).filter(|name| is_account(name));
    let name = organisation.map_or_else(|| "Sightline".to_owned(), |name| format!("Sightline for {name}"));
    // GitHub allows 34 characters.
    let name: String = name.chars().take(34).collect();
    match app_manifest::manifest(&name, &setup.public_url) {
        Ok(manifest) => {
            let state = setup.new_state(service.clock.now());
            let content = form(&setup, organisation, &manifest.to_string(), &state, ask.key.as_deref());
            let action = format!("'self' {}", setup.github_url);
            page_with_form(StatusCode::OK, "Set up the App", &content, Some(&action))
        }
        Err(error) => {
            error!(error = &error as &dyn std::error::Error, "could not make the manifest");
            failed(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
        }
    }
}

fn form(setup: &SetUp, organisation: Option<&str>, manifest: &str, state: &str, key: Option<&str>) -> Markup {
    let target = match organisation {
        Some(name) => format!("{}/organizations/{name}/settings/apps/new?state={state}", setup.github_url),
        None => format!("{}/settings/apps/new?state={state}", setup.github_url),
    };
    let owner = organisation.map_or_else(|| "your own account".to_owned(), |name| format!("the organisation {name}"));
    html! {
        h1 { "Set up the App" }
        p { "This service has no GitHub App yet. One click registers it with exactly the permissions it uses; GitHub asks you to confirm, and the credentials come back here." }
        table {
            tr { th { "Owner" } td { (owner) } }
            tr { th { "Webhook" } td { code { (setup.public_url) "/webhook" } } }
            tr { th { "GitHub" } td { (setup.github_url) } }
        }
        form action=(target) method="post" {
            input type="hidden" name="manifest" value=(manifest);
            button { "Register the App on GitHub" }
        }
        h2 { "For an organisation" }
        form action="/setup" method="get" {
            @if let Some(key) = key { input type="hidden" name="key" value=(key); }
            label for="organisation" { "Organisation" }
            input #organisation name="organisation" value=(organisation.unwrap_or_default()) placeholder="its short name, as in its address";
            button { "Choose" }
        }
        p.meta { "GitHub must reach the webhook address. If it is not this one, restart with " code { "--public-url" } "." }
    }
}

/// An account's short name on GitHub: it goes into an address.
fn is_account(name: &str) -> bool {
    !name.is_empty() && name.len() <= 39 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

pub(super) async fn callback(State(service): State<Service>, Query(answer): Query<Callback>) -> Response {
    let Some(setup) = open(&service) else { return done_before() };
    let (Some(code), Some(state)) = (answer.code, answer.state) else {
        return failed(StatusCode::BAD_REQUEST, "GitHub sends a code and a state here; one of them is missing.");
    };
    if !setup.take_state(&state, service.clock.now()) {
        warn!("set-up refused: the state does not match");
        return failed(StatusCode::BAD_REQUEST, "This answer belongs to no question of the last hour.");
    }
    let app = match app_manifest::exchange(&setup.api_url, &code).await {
        Ok(app) => app,
        Err(error) => {
            error!(error = &error as &dyn std::error::Error, "could not fetch the credentials of the new App");
            return failed(StatusCode::BAD_GATEWAY, &error.to_string());
        }
    };
    let (id, slug) = (app.id, app.slug.clone());
    match (setup.register)(app).await {
        Ok(registered) => {
            info!(app = id, slug, "the App is set up; install it at {}", registered.install_url);
            let content = html! {
                h1 { "The App is registered" }
                p { "Its credentials are in " code { (registered.stored_in) } ", readable by this service's user only. The service uses them from now on." }
                h2 { "What to do next" }
                ol {
                    li { a href=(registered.install_url) { "Install the App" } " on the repositories it should review." }
                    li { "Open a pull request there: the check " code { "sightline" } " appears within seconds." }
                }
            };
            page(StatusCode::OK, "The App is registered", &content)
        }
        Err(reason) => {
            error!(app = id, "could not store the credentials of the new App: {reason}");
            let advice = format!("{reason}. Delete the App on GitHub, mend this and start again.");
            failed(StatusCode::INTERNAL_SERVER_ERROR, &advice)
        }
    }
}

/// The set-up, while there is no App.
fn open(service: &Service) -> Option<Arc<SetUp>> {
    service.setup.clone().filter(|_| service.app().is_none())
}

fn done_before() -> Response {
    let content = html! {
        h1 { "The App is set up" }
        p { "There is nothing to do here. To begin anew, remove the credentials and restart the service." }
    };
    page(StatusCode::NOT_FOUND, "The App is set up", &content)
}

fn failed(status: StatusCode, reason: &str) -> Response {
    let content = html! { h1 { "The set-up did not finish" } p { (reason) } p { a href="/setup" { "Start again" } } };
    page(status, "The set-up did not finish", &content)
}
