//! The front page: what this is, or, before there is an App, the way to one.

use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use maud::html;

use super::page::page;
use super::service::Service;
use super::setup::{self, Ask};

pub(super) async fn show(service: State<Service>, ask: Query<Ask>) -> Response {
    let Some(app) = service.app() else { return setup::show(service, ask).await };
    let content = html! {
        h1 { "Sightline" }
        p { "This service reviews pull requests for what production will not be able to see." }
        @if let Some(url) = &app.install_url { p { a href=(url) { "Install the App" } " on a repository to begin." } }
        p { a href="/rules" { "What it looks for" } }
    };
    page(StatusCode::OK, "Sightline", &content)
}
