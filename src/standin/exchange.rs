//! What went over the wire: every request and its answer, for tests to count and to judge.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub query: String,
    /// The route that answered, in the form of GitHub's description; `None` when there is none.
    pub route: Option<String>,
    pub request_headers: Vec<(String, String)>,
    pub request: Bytes,
    pub status: u16,
    pub response_headers: Vec<(String, String)>,
    pub response: Bytes,
    /// A fault was asked for, so the answer need not be one that GitHub's description knows.
    pub faulty: bool,
}

impl Exchange {
    pub fn request_json(&self) -> Value {
        serde_json::from_slice(&self.request).unwrap_or(Value::Null)
    }

    pub fn response_json(&self) -> Value {
        serde_json::from_slice(&self.response).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.request_headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether this went to the API, rather than to git or to a page.
    pub fn is_api(&self) -> bool {
        const ROOTS: [&str; 8] =
            ["/repos/", "/app", "/installation", "/orgs/", "/users/", "/rate_limit", "/graphql", "/meta"];
        ROOTS.iter().any(|root| self.path.starts_with(root))
    }

    /// Whether it makes content in the sense of GitHub's secondary limits.
    pub fn creates_content(&self) -> bool {
        let target = ["/comments", "/reviews", "/replies", "/issues", "/pulls"];
        let rest = self.method == "POST" && target.iter().any(|tail| self.path.ends_with(tail));
        let graphql = self.path == "/graphql" && String::from_utf8_lossy(&self.request).contains("mutation");
        rest || graphql
    }
}

/// Sees each exchange after its answer is made and before it is sent.
pub type Observer = Arc<dyn Fn(&Exchange) + Send + Sync>;
