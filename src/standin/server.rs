//! HTTP in front of the world: the REST table, GraphQL, git and the pages, and one layer that sees everything.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::extract::{Query, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, get, on, post};
use axum::{Router, ServiceExt};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::Layer as _;

use super::auth::{self, Caller};
use super::call::{Body, Call, Reply};
use super::exchange::Exchange;
use super::git_http;
use super::graphql;
use super::limits::Fault;
use super::page;
use super::refusal::Refusal;
use super::rest::{Route, TABLE};
use super::setup;
use super::site::Site;

/// The route that answered, for the log.
#[derive(Clone)]
struct Answered(&'static str);

/// Serves until it is dropped.
pub(super) async fn serve(site: Arc<Site>, listener: std::net::TcpListener) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    // The layer goes around the router, not into it: it rewrites paths, which must happen before routing.
    let watched = axum::middleware::from_fn_with_state(Arc::clone(&site), watch).layer(router(site));
    axum::serve(listener, ServiceExt::<Request>::into_make_service(watched)).await
}

fn router(site: Arc<Site>) -> Router {
    let mut router: Router<Arc<Site>> = Router::new();
    for route in TABLE {
        let method = Method::from_bytes(route.method.as_bytes()).expect("the table holds real methods");
        let filter = MethodFilter::try_from(method).expect("the table holds common methods");
        let handler =
            move |State(site): State<Arc<Site>>,
                  params: RawPathParams,
                  Query(query): Query<HashMap<String, String>>,
                  request: Request| async move { rest(site, route, &params, query, request).await };
        router = router.route(&axum_path(route.path), on(filter, handler));
    }
    router
        .route("/graphql", post(graphql))
        .route("/{owner}/{repo}/info/refs", get(git_http::serve))
        .route("/{owner}/{repo}/git-upload-pack", post(git_http::serve))
        .route("/{owner}/{repo}/git-receive-pack", post(git_http::serve))
        .merge(page::routes())
        .merge(setup::routes())
        .fallback(|| async { refuse(&Refusal::not_found()) })
        .with_state(site)
}

/// Paths and refs hold slashes; GitHub's description does not say so in its templates.
fn axum_path(template: &str) -> String {
    const WIDE: [&str; 3] = ["/contents/{path}", "/git/ref/{ref}", "/compare/{basehead}"];
    match WIDE.iter().find(|tail| template.ends_with(*tail)) {
        Some(_) => {
            template.rsplit_once('{').map_or_else(|| template.to_owned(), |(head, name)| format!("{head}{{*{name}"))
        }
        None => template.to_owned(),
    }
}

async fn rest(
    site: Arc<Site>,
    route: &'static Route,
    params: &RawPathParams,
    query: HashMap<String, String>,
    request: Request,
) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let path = parts.uri.path().to_owned();
    let work = move || -> Result<Reply, Refusal> {
        let caller = admit(&site, &parts.headers)?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).map_err(|_| Refusal::new(400, "Problems parsing JSON"))?
        };
        let call = Call { site, caller, path, params, query, body, accept };
        let repo = call.params.contains_key("repo").then(|| call.repo());
        auth::authorise(&call.site.world(), &call.caller, route.need, repo.as_deref())?;
        (route.answer)(&call)
    };
    let answer = tokio::task::spawn_blocking(work).await;
    let mut response = match answer {
        Ok(Ok(reply)) => into_response(reply),
        Ok(Err(refusal)) => refuse(&refusal),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    response.extensions_mut().insert(Answered(route.path));
    response
}

/// GitHub turns away clients that do not say who they are, before it looks at their credentials.
fn admit(site: &Site, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if headers.get(USER_AGENT).is_none_or(HeaderValue::is_empty) {
        return Err(Refusal::new(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        ));
    }
    let caller = auth::caller(site, headers)?;
    if let Caller::Installation(token) = &caller {
        *site.world().spent.entry(token.installation).or_default() += 1;
    }
    Ok(caller)
}

async fn graphql(State(site): State<Arc<Site>>, headers: HeaderMap, body: Bytes) -> Response {
    let work = move || -> Result<Value, Refusal> {
        let caller = admit(&site, &headers)?;
        graphql::answer(&site, caller, &body)
    };
    let mut response = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => into_response(Reply { status: 200, body: Body::Json(value), headers: Vec::new() }),
        Ok(Err(refusal)) => refuse(&refusal),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    response.extensions_mut().insert(Answered("/graphql"));
    response
}

fn into_response(reply: Reply) -> Response {
    let (kind, bytes) = match reply.body {
        Body::Json(value) => ("application/json; charset=utf-8", serde_json::to_vec(&value).unwrap_or_default()),
        Body::Text(kind, bytes) => (kind, bytes),
        Body::Empty => ("", Vec::new()),
    };
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, HttpBody::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    if !kind.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

fn refuse(refusal: &Refusal) -> Response {
    into_response(Reply { status: refusal.status, body: Body::Json(refusal.body()), headers: refusal.headers.clone() })
}

/// Meets every request first and every answer last: faults, rate headers, the log, the observers.
async fn watch(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    unprefix(&mut parts.uri);
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut exchange = Exchange {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        route: None,
        request_headers: pairs(&parts.headers),
        request: bytes.clone(),
        status: 0,
        response_headers: Vec::new(),
        response: Bytes::new(),
        faulty: false,
    };
    let fault = site.switches().strike(&exchange.method, &exchange.path);
    exchange.faulty = fault.is_some();
    if matches!(fault, Some(Fault::Drop)) {
        site.record(exchange);
        hang_up();
    }
    if let Some(Fault::Slow(delay)) = &fault {
        tokio::time::sleep(*delay).await;
    }
    let refusal = fault.as_ref().and_then(|fault| fault.refusal(site.now()));
    let mut response = match refusal {
        Some(refusal) => refuse(&refusal),
        None => next.run(Request::from_parts(parts, HttpBody::from(bytes))).await,
    };
    if exchange.is_api() {
        rate_headers(&site, &mut response, &exchange);
    }
    exchange.status = response.status().as_u16();
    exchange.route = response.extensions().get::<Answered>().map(|route| route.0.to_owned());
    exchange.response_headers = pairs(response.headers());
    // Packs and pages stream through; only answers of the API are kept.
    if exchange.is_api() {
        let (parts, body) = response.into_parts();
        exchange.response = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        response = Response::from_parts(parts, HttpBody::from(exchange.response.clone()));
    }
    site.record(exchange);
    if matches!(fault, Some(Fault::LoseAnswer)) {
        hang_up();
    }
    response
}

/// Ends the task of this connection without an answer; the client sees it closed. Not a panic: no hook runs.
fn hang_up() -> ! {
    std::panic::resume_unwind(Box::new("the stand-in closed the connection on request"))
}

/// An Enterprise Server has the same API below `/api/v3` and `/api/graphql`.
fn unprefix(uri: &mut http::Uri) {
    let path = uri.path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let short = if let Some(rest) = path.strip_prefix("/api/v3/") {
        format!("/{rest}")
    } else if path == "/api/graphql" {
        "/graphql".to_owned()
    } else {
        return;
    };
    if let Ok(short) = short.parse() {
        *uri = short;
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn rate_headers(site: &Site, response: &mut Response, exchange: &Exchange) {
    let spent = {
        let world = site.world();
        let secret = exchange.header("authorization").and_then(|value| value.split_once(' ')).map(|(_, secret)| secret);
        let token = secret.and_then(|secret| world.tokens.get(secret));
        token.and_then(|token| world.spent.get(&token.installation)).copied().unwrap_or(0)
    };
    let resource = if exchange.path == "/graphql" { "graphql" } else { "core" };
    let headers = [
        ("x-ratelimit-limit", "5000".to_owned()),
        ("x-ratelimit-used", spent.to_string()),
        ("x-ratelimit-remaining", 5000u64.saturating_sub(spent).to_string()),
        ("x-ratelimit-reset", (site.now().timestamp() + 3600).to_string()),
        ("x-ratelimit-resource", resource.to_owned()),
        ("x-github-request-id", format!("{:X}", fastrand::u64(..))),
        ("x-github-media-type", "github.v3; format=json".to_owned()),
    ];
    for (name, value) in headers {
        if let (false, Ok(value)) = (response.headers().contains_key(name), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
}
