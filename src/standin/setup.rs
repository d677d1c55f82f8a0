//! The birth of an App: the page that takes a manifest, the way back with a code, and the page that installs it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::births;
use super::manifest::Manifest;
use super::site::Site;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/settings/apps/new", get(form).post(create))
        .route("/organizations/{org}/settings/apps/new", get(form).post(create_for_org))
        // An Enterprise Server keeps its App pages below another word.
        .route("/github-apps/{slug}/installations/new", get(install_form).post(install))
        .route("/apps/{slug}", get(shown))
        .route("/apps/{slug}/installations/new", get(install_form).post(install))
}

fn page(title: &str, body: &Markup) -> Html<String> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) } }
            body { h1 { (title) } (body) }
        }
    };
    Html(markup.into_string())
}

async fn form() -> Html<String> {
    page(
        "Register a GitHub App",
        &html! {
            form method="post" {
                textarea name="manifest" rows="20" cols="80" {}
                p { button { "Create GitHub App" } }
            }
        },
    )
}

async fn create(
    State(site): State<Arc<Site>>,
    Query(query): Query<HashMap<String, String>>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    create_as(&site, "octocat", &query, &fields)
}

async fn create_for_org(
    State(site): State<Arc<Site>>,
    Path(org): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    create_as(&site, &org, &query, &fields)
}

fn create_as(site: &Site, owner: &str, query: &HashMap<String, String>, fields: &HashMap<String, String>) -> Response {
    let manifest = match Manifest::from_json(fields.get("manifest").map(String::as_str).unwrap_or_default()) {
        Ok(manifest) if manifest.url.is_empty() => return refused("url can't be blank"),
        Ok(manifest) => manifest,
        Err(message) => return refused(&message),
    };
    let Some(back) = manifest.redirect_url.clone() else { return refused("redirect_url is missing") };
    let code = births::by_manifest(site, owner, &manifest);
    let state = query.get("state").or_else(|| fields.get("state"));
    let joint = if back.contains('?') { '&' } else { '?' };
    let state = state.map(|state| format!("&state={}", super::json::escaped(state))).unwrap_or_default();
    Redirect::to(&format!("{back}{joint}code={code}{state}")).into_response()
}

fn refused(message: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page("Invalid GitHub App configuration", &html! { p { (message) } }))
        .into_response()
}

async fn shown(State(site): State<Arc<Site>>, Path(slug): Path<String>) -> Response {
    let world = site.world();
    match world.apps.values().find(|app| app.slug == slug) {
        Some(app) => {
            page(&app.name, &html! { a href=(format!("/apps/{slug}/installations/new")) { "Install" } }).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn install_form(Path(slug): Path<String>) -> Html<String> {
    page(
        &format!("Install {slug}"),
        &html! {
            form method="post" {
                label { "Account " input name="account" value="octocat"; }
                button { "Install" }
            }
        },
    )
}

/// Installs on every repository of an account.
async fn install(
    State(site): State<Arc<Site>>,
    Path(slug): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let app = site.world().apps.values().find(|app| app.slug == slug).map(|app| app.id);
    let Some(app) = app else { return StatusCode::NOT_FOUND.into_response() };
    let account = fields.get("account").map_or("octocat", String::as_str);
    let id = births::install(&site, app, account, None);
    page("Installed", &html! { p { "Installation " (id) " on " (account) } }).into_response()
}
