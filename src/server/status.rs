//! What probes and Prometheus ask.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;
use tracing::warn;

use super::service::Service;

/// The process answers. Nothing else is checked: restarting it would mend nothing else.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether deliveries can be taken: the database answers and the App is set up.
pub(super) async fn ready(State(service): State<Service>) -> Response {
    let database = match service.store.ping().await {
        Ok(()) => "ok",
        Err(error) => {
            warn!(error = &error as &dyn std::error::Error, "not ready: the database does not answer");
            "does not answer"
        }
    };
    let app = if service.app().is_some() { "ok" } else { "not set up: open /setup" };
    let status = if database == "ok" && app == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "database": database, "app": app }))).into_response()
}

pub(super) async fn metrics(State(service): State<Service>) -> Response {
    // Without the database the other numbers are still worth having.
    let counts = service.store.counts(service.clock.now()).await;
    if let Err(error) = &counts {
        warn!(error = error as &dyn std::error::Error, "could not count the jobs for the metrics");
    }
    let text = service.pulse.render(counts.as_ref().ok());
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
