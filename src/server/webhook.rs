//! The receiver: verify the raw bytes, read what we need, route, commit, answer 202. Work happens later, elsewhere.
//!
//! A refusal is always the sender's to mend (4xx) or ours to be asked again (503); GitHub lists both as failed and can
//! send the delivery once more.

use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use tracing::{Instrument, debug, debug_span, error, info, warn};

use super::answer::{ignored, name, refused, taken};
use super::service::{App, Service};
use crate::flows::route;
use crate::github::event::{self, Event};
use crate::queue::{Accepted, Delivery};

pub(super) async fn receive(
    State(service): State<Service>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    // Header values are visible ASCII here, so a log line stays one line.
    let event = text(&headers, "x-github-event").unwrap_or_default();
    let guid = text(&headers, "x-github-delivery").unwrap_or_default();
    // Below `info`: the lines that matter name their delivery themselves, and only traces pay for the span.
    let span = debug_span!("delivery", otel.kind = "server", delivery = guid, event, outcome = tracing::field::Empty);
    let (outcome, response) = answer(&service, &headers, body).instrument(span.clone()).await;
    span.record("outcome", outcome);
    service.pulse.delivery(event, outcome);
    response
}

async fn answer(
    service: &Service,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> (&'static str, Response) {
    let Some(app) = service.app() else {
        let message = "this service has no GitHub App yet: open its set-up page";
        return ("not set up", refused(StatusCode::SERVICE_UNAVAILABLE, message));
    };
    match read(&app, headers, body) {
        Ok(delivery) => accept(service, &app, delivery).await,
        Err((outcome, status, message)) => {
            warn!(delivery = text(headers, "x-github-delivery"), "delivery refused, {outcome}: {message}");
            (outcome, refused(status, message))
        }
    }
}

struct Received {
    guid: String,
    event_name: String,
    event: Event,
}

type Refusal = (&'static str, StatusCode, String);

fn read(app: &App, headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Received, Refusal> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "too large",
            StatusCode::PAYLOAD_TOO_LARGE,
            "the payload is larger than GitHub's own limit of 25 MB".to_owned(),
        ),
        _ => ("unreadable", StatusCode::BAD_REQUEST, "the body could not be read to its end".to_owned()),
    })?;
    // First of all: until the signature is checked, nothing in the body or the headers is believed.
    let signature = headers.get("x-hub-signature-256").map(http::HeaderValue::as_bytes);
    let verified = app
        .secrets
        .verify(&body, signature)
        .map_err(|error| ("bad signature", StatusCode::UNAUTHORIZED, error.to_string()))?;
    let kind = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = "set the content type of the webhook to application/json in its settings on GitHub";
        return Err(("wrong content type", StatusCode::UNSUPPORTED_MEDIA_TYPE, message.to_owned()));
    }
    let header = |name: &'static str| {
        let value = text(headers, name).filter(|value| !value.is_empty() && value.len() <= 200);
        value.ok_or_else(|| {
            ("bad headers", StatusCode::BAD_REQUEST, format!("the header `{name}` is missing or too long"))
        })
    };
    let (event_name, guid) = (header("x-github-event")?, header("x-github-delivery")?);
    let event = event::parse(event_name, verified.bytes())
        .map_err(|error| ("unreadable", StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(Received { guid: guid.to_owned(), event_name: event_name.to_owned(), event })
}

/// A header as text: visible ASCII only, which is all GitHub sends.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn accept(service: &Service, app: &App, received: Received) -> (&'static str, Response) {
    let Received { guid, event_name, event } = received;
    let now = service.clock.now();
    let routed = route::works(&event, Some(app.id), now);
    if routed.works.is_empty() {
        // Nothing follows, however often it comes: there is nothing to remember either.
        debug!(delivery = guid, event = event_name, "delivery ignored: {}", routed.because);
        return ("ignored", ignored(&guid, routed.because));
    }
    let delivery = Delivery { guid: guid.clone(), event: event_name };
    match service.store.accept(delivery, routed.works, now).await {
        Ok(accepted) => {
            // The job tells its story, this delivery's name in it, where it ends; only a comeback is news here.
            let repository = event.repository().map(tracing::field::display);
            let story = format_args!("delivery {}: {}", name(accepted), routed.because);
            match accepted {
                Accepted::New { .. } => {
                    debug!(delivery = guid, repository, pull_request = event.pull_request(), "{story}")
                }
                _ => info!(delivery = guid, repository, pull_request = event.pull_request(), "{story}"),
            }
            (name(accepted), taken(&guid, accepted, routed.because))
        }
        Err(error) => {
            error!(
                delivery = guid,
                repository = event.repository().map(tracing::field::display),
                error = &error as &dyn std::error::Error,
                "could not store delivery {guid}",
            );
            let message = "the delivery could not be stored: redeliver it when the service is ready again";
            ("not stored", refused(StatusCode::SERVICE_UNAVAILABLE, message))
        }
    }
}
