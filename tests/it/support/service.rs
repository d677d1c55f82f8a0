//! The receiver over a database in memory, with a clock that stands still until it is moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use chrono::TimeZone;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use sha2::Sha256;
use sightline::github::signature::Secrets;
use sightline::model::{Clock, Timestamp};
use sightline::queue::{Counts, Store};
use sightline::server::{self, App, Pulse, RulePages, Service, SetUp};
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) const SECRET: &str = "hush";
pub(crate) const APP: u64 = 42;

/// Seconds after a fixed moment.
#[derive(Default)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        chrono::Utc.timestamp_opt(1_800_000_000 + self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Deliveries(pub(crate) Mutex<Vec<(String, &'static str)>>);

impl Pulse for Deliveries {
    fn delivery(&self, event: &str, outcome: &'static str) {
        self.0.lock().unwrap().push((event.to_owned(), outcome));
    }

    fn render(&self, counts: Option<&Counts>) -> String {
        format!("# counts: {}\n", counts.is_some())
    }
}

pub(crate) struct Receiver {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) deliveries: Arc<Deliveries>,
    pub(crate) app: watch::Sender<Option<Arc<App>>>,
    pub(crate) router: Router,
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        let receiver = Self::with_setup(|_| None).await;
        let secrets = Secrets::new(&[SECRET.into(), "the one before".into()]);
        receiver.app.send_replace(Some(Arc::new(App { id: APP, secrets, install_url: None })));
        receiver
    }

    /// Without an App; `setup` may bring one.
    pub(crate) async fn with_setup(setup: impl FnOnce(watch::Sender<Option<Arc<App>>>) -> Option<SetUp>) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let (clock, deliveries) = (Arc::new(ManualClock::default()), Arc::new(Deliveries::default()));
        let app = watch::Sender::new(None);
        let page = (
            "errors/swallowed",
            "an error is swallowed",
            "# Swallowed\n\n<script>alert(1)</script>\n\n`code`\n\n|a|b|\n|-|-|\n|1|2|\n",
        );
        let service = Service {
            store: store.clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            app: app.subscribe(),
            pulse: Arc::clone(&deliveries) as Arc<dyn Pulse>,
            rules: Arc::new(RulePages::new([page])),
            setup: setup(app.clone()).map(Arc::new),
        };
        Self { store, clock, deliveries, app, router: server::router(service) }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn deliver(&self, event: &str, guid: &str, body: impl Into<Vec<u8>>) -> Response {
        self.send(signed(event, guid, body)).await
    }
}

/// A delivery as GitHub sends it.
pub(crate) fn signed(event: &str, guid: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    let body = body.into();
    Request::post("/webhook")
        .header("content-type", "application/json")
        .header("x-github-event", event)
        .header("x-github-delivery", guid)
        .header("x-hub-signature-256", signature(SECRET, &body))
        .body(Body::from(body))
        .unwrap()
}

pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let tag = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize().into_bytes();
    format!("sha256={}", hex::encode(tag))
}

pub(crate) async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}
