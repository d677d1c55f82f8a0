//! Answers to the webhook: JSON for machines whose `message` a person reading GitHub's "Recent Deliveries" understands.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::queue::Accepted;

/// The delivery was taken.
pub(super) fn taken(delivery: &str, accepted: Accepted, because: &str) -> Response {
    let body = json!({ "delivery": delivery, "jobs": accepted.jobs(), "outcome": name(accepted), "message": because });
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

/// The delivery is fine, and there is nothing to do.
pub(super) fn ignored(delivery: &str, because: &str) -> Response {
    let body = json!({ "delivery": delivery, "jobs": 0, "outcome": "ignored", "message": because });
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

pub(super) fn refused(status: StatusCode, message: impl std::fmt::Display) -> Response {
    (status, Json(json!({ "message": message.to_string() }))).into_response()
}

pub(super) fn name(accepted: Accepted) -> &'static str {
    match accepted {
        Accepted::New { .. } => "accepted",
        Accepted::Duplicate => "duplicate",
        Accepted::Revived { .. } => "revived",
    }
}
