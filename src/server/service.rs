//! What the handlers share, and the router.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::StatusCode;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::rules::RulePages;
use super::setup::SetUp;
use super::{landing, rules, setup, status, webhook};
use crate::github::signature::Secrets;
use crate::model::Clock;
use crate::queue::Store;

/// GitHub sends no payload above 25 MB; axum's own limit would be 2 MB.
const MAX_BODY: usize = 25 * 1024 * 1024;
/// GitHub gives up after ten seconds; a slow sender does not get much longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The App as the receiver needs to know it.
#[derive(Clone, Debug)]
pub struct App {
    pub id: u64,
    pub secrets: Secrets,
    /// Where people install it, if the set-up told its short name.
    pub install_url: Option<String>,
}

/// The server's heartbeat to the outside: what happened here, and the numbers for `/metrics`.
pub trait Pulse: Send + Sync {
    fn delivery(&self, event: &str, outcome: &'static str);

    /// The text of `/metrics`, with the state of the queue at this moment.
    fn render(&self, counts: Option<&crate::queue::Counts>) -> String;
}

#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// `None` until the App is set up.
    pub app: watch::Receiver<Option<Arc<App>>>,
    pub pulse: Arc<dyn Pulse>,
    pub rules: Arc<RulePages>,
    /// `None` when the operator gave the credentials.
    pub setup: Option<Arc<SetUp>>,
}

impl Service {
    pub(super) fn app(&self) -> Option<Arc<App>> {
        self.app.borrow().clone()
    }
}

/// Every address this service answers.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/", get(landing::show))
        .route("/webhook", post(webhook::receive).layer(DefaultBodyLimit::max(MAX_BODY)))
        .route("/healthz", get(status::alive))
        .route("/readyz", get(status::ready))
        .route("/metrics", get(status::metrics))
        .route("/setup", get(setup::show))
        .route("/setup/callback", get(setup::callback))
        .route("/rules", get(rules::list))
        .route("/rules/{family}/{slug}", get(rules::show))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(CatchPanicLayer::new())
        .with_state(service)
}
