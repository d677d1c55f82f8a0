//! Smart HTTP for the repositories, by git's own server program run as CGI.
//!
//! Reading only: whoever wants to push uses the verbs of the stand-in, so that the world hears of it.

use std::process::Stdio;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdout, Command};

use super::auth::{self, Caller, Level};
use super::git::scrubbed;
use super::site::Site;

pub(super) async fn serve(
    State(site): State<Arc<Site>>,
    Path((owner, repo)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let name = format!("{owner}/{}", repo.trim_end_matches(".git"));
    if let Err(refusal) = admit(&site, &name, request.headers()) {
        return refusal;
    }
    let query = query.unwrap_or_default();
    let service = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    if service == "git-receive-pack" || query.contains("git-receive-pack") {
        return (StatusCode::FORBIDDEN, "the stand-in takes no pushes over HTTP\n").into_response();
    }
    let tail = if service == "info" || service == "refs" { "info/refs" } else { service.as_str() };
    match run(&site, &name, tail, &query, request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("git http-backend: {error}\n")).into_response(),
    }
}

/// Private repositories open to installation tokens with `contents: read`; a stranger learns nothing of them.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, made once per request")]
fn admit(site: &Site, name: &str, headers: &HeaderMap) -> Result<(), Response> {
    let ask = || {
        let mut response = (StatusCode::UNAUTHORIZED, "Repository not found.\n").into_response();
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"GitHub\""));
        response
    };
    let caller = auth::caller(site, headers).map_err(|_| ask())?;
    let world = site.world();
    let Some(repo) = world.repo(name) else {
        let known = matches!(caller, Caller::Installation(_));
        return Err(if known { (StatusCode::NOT_FOUND, "Repository not found.\n").into_response() } else { ask() });
    };
    match caller {
        _ if !repo.private => Ok(()),
        Caller::Installation(token) if auth::reaches(&world, &token, name) => {
            let may = auth::grants(&token, ("contents", Level::Read));
            if may {
                Ok(())
            } else {
                Err((StatusCode::FORBIDDEN, "Write access to repository not granted.\n").into_response())
            }
        }
        Caller::Installation(_) => Err((StatusCode::NOT_FOUND, "Repository not found.\n").into_response()),
        Caller::Anonymous | Caller::App(_) => Err(ask()),
    }
}

async fn run(site: &Site, name: &str, tail: &str, query: &str, request: Request) -> std::io::Result<Response> {
    let (parts, body) = request.into_parts();
    let input = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let header = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut command = Command::from(scrubbed());
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", site.git.root())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", format!("/{}.git/{tail}", name.to_lowercase()))
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header(&CONTENT_TYPE))
        .env("CONTENT_LENGTH", input.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header(&CONTENT_ENCODING))
        .env("GIT_PROTOCOL", header(&HeaderName::from_static("git-protocol")))
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // The other side may stop reading early; its answer then says why.
        tokio::spawn(async move {
            let _ = pipe.write_all(&input).await;
        });
    }
    let output = child.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
    let mut reader = BufReader::new(output);
    let mut response = Response::new(Body::empty());
    read_head(&mut reader, &mut response).await?;
    *response.body_mut() = Body::from_stream(stream::unfold((reader, child), |(mut reader, child)| async move {
        next_chunk(&mut reader).await.map(|chunk| (chunk, (reader, child)))
    }));
    Ok(response)
}

/// The head of a CGI answer: headers, of which `Status` is the status.
async fn read_head(reader: &mut BufReader<ChildStdout>, response: &mut Response) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 {
            return Err(std::io::Error::other("ended before its headers"));
        }
        let line = line.trim_end();
        let Some((name, value)) = line.split_once(": ") else { return Ok(()) };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok()).unwrap_or(500);
            *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

async fn next_chunk(reader: &mut BufReader<ChildStdout>) -> Option<std::io::Result<Bytes>> {
    let mut buffer = vec![0; 64 * 1024];
    match reader.read(&mut buffer).await {
        Ok(0) => None,
        Ok(read) => {
            buffer.truncate(read);
            Some(Ok(Bytes::from(buffer)))
        }
        Err(error) => Some(Err(error)),
    }
}
