//! One request to the REST API, already authenticated, and the answer to it.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::auth::Caller;
use super::json::Urls;
use super::refusal::Refusal;
use super::site::Site;
use super::world::World;

pub(super) struct Call {
    pub(super) site: Arc<Site>,
    pub(super) caller: Caller,
    /// Path without the query, as the client wrote it.
    pub(super) path: String,
    pub(super) params: HashMap<String, String>,
    pub(super) query: HashMap<String, String>,
    pub(super) body: Value,
    pub(super) accept: String,
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Body,
    pub(super) headers: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub(super) enum Body {
    Json(Value),
    Text(&'static str, Vec<u8>),
    Empty,
}

pub(super) type Answer = Result<Reply, Refusal>;

impl Reply {
    pub(super) fn ok(body: Value) -> Answer {
        Self::with(200, body)
    }

    pub(super) fn created(body: Value) -> Answer {
        Self::with(201, body)
    }

    pub(super) fn with(status: u16, body: Value) -> Answer {
        Ok(Self { status, body: Body::Json(body), headers: Vec::new() })
    }

    pub(super) fn empty() -> Answer {
        Ok(Self { status: 204, body: Body::Empty, headers: Vec::new() })
    }

    pub(super) fn text(kind: &'static str, bytes: Vec<u8>) -> Answer {
        Ok(Self { status: 200, body: Body::Text(kind, bytes), headers: Vec::new() })
    }
}

impl Call {
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A number in the path; anything else is a thing that does not exist.
    pub(super) fn number(&self, name: &str) -> Result<u64, Refusal> {
        self.param(name).parse().map_err(|_| Refusal::not_found())
    }

    pub(super) fn repo(&self) -> String {
        format!("{}/{}", self.param("owner"), self.param("repo"))
    }

    pub(super) fn urls(&self) -> Urls<'_> {
        Urls::new(&self.site.url)
    }

    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.body.get(field).and_then(Value::as_str).map(str::to_owned)
    }

    /// The login the caller writes as, and the App behind it.
    pub(super) fn author(&self, world: &World) -> Result<(String, u64), Refusal> {
        let Caller::Installation(token) = &self.caller else {
            return Err(Refusal::new(401, "Requires authentication"));
        };
        let app = world.apps.get(&token.app).ok_or_else(Refusal::bad_credentials)?;
        Ok((app.bot(), app.id))
    }

    pub(super) fn app(&self) -> Result<u64, Refusal> {
        match &self.caller {
            Caller::App(id) => Ok(*id),
            _ => Err(Refusal::new(401, "A JSON web token could not be decoded")),
        }
    }

    /// One page of a list, with the `Link` header that leads to the others.
    pub(super) fn page(&self, items: Vec<Value>) -> Answer {
        let (page, links) = self.slice(items);
        Ok(Reply { headers: links, ..Reply::ok(Value::Array(page))? })
    }

    /// The same inside an object with the total.
    pub(super) fn counted(&self, field: &str, items: Vec<Value>) -> Answer {
        let total = items.len();
        let (page, links) = self.slice(items);
        let body = json!({"total_count": total, field: page});
        Ok(Reply { headers: links, ..Reply::ok(body)? })
    }

    fn slice(&self, items: Vec<Value>) -> (Vec<Value>, Vec<(&'static str, String)>) {
        let ask = |key: &str| self.query.get(key).and_then(|text| text.parse::<usize>().ok());
        let size = ask("per_page").unwrap_or(30).clamp(1, 100);
        let page = ask("page").unwrap_or(1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let shown: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        let mut links = Vec::new();
        let mut link =
            |number: usize, rel: &str| links.push(format!("<{}>; rel=\"{rel}\"", self.page_url(number, size)));
        if page > 1 {
            link(page - 1, "prev");
            link(1, "first");
        }
        if page < last {
            link(page + 1, "next");
            link(last, "last");
        }
        let header = if links.is_empty() { Vec::new() } else { vec![("link", links.join(", "))] };
        (shown, header)
    }

    fn page_url(&self, number: usize, size: usize) -> String {
        let mut query: Vec<String> = self
            .query
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "page" | "per_page"))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        query.sort();
        query.push(format!("per_page={size}"));
        query.push(format!("page={number}"));
        format!("{}{}?{}", self.site.url, self.path, query.join("&"))
    }
}

/// GitHub's limit on what people write, in characters.
pub(super) const LONGEST_BODY: usize = 65_536;

/// Refuses text GitHub would not store.
pub(super) fn checked_body(resource: &str, body: Option<String>) -> Result<String, Refusal> {
    let body = body.ok_or_else(|| Refusal::invalid(resource, "body", "missing_field"))?;
    if body.trim().is_empty() {
        return Err(Refusal::custom(resource, "body", "Body can't be blank"));
    }
    if body.chars().count() > LONGEST_BODY {
        return Err(Refusal::custom(resource, "body", "Body is too long (maximum is 65536 characters)"));
    }
    Ok(body)
}
