//! A plain client of the stand-in, for tests of the stand-in itself: it sends what it is told, right or wrong.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sightline::standin::Standin;

pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    secret: Option<String>,
}

pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Said {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A token of the App itself, with these offsets in seconds from now.
pub(crate) fn jwt(standin: &Standin, iat: i64, exp: i64) -> String {
    let held = standin.credentials().unwrap();
    let now = chrono::Utc::now().timestamp();
    let claims = json!({"iss": held.app_id.to_string(), "iat": now + iat, "exp": now + exp});
    let key = EncodingKey::from_rsa_pem(held.private_key.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap()
}

impl Client {
    pub(crate) fn with(standin: &Standin, secret: Option<&str>) -> Self {
        let http = reqwest::Client::builder().user_agent("test").no_proxy().build().unwrap();
        Self { http, url: standin.url().to_owned(), secret: secret.map(str::to_owned) }
    }

    /// Speaks as the App.
    pub(crate) fn app(standin: &Standin) -> Self {
        Self::with(standin, Some(&jwt(standin, -60, 540)))
    }

    /// Speaks as the installation, with all it was granted.
    pub(crate) async fn installed(standin: &Standin) -> Self {
        let token = Self::token(standin, json!({})).await.body["token"].as_str().unwrap().to_owned();
        Self::with(standin, Some(&token))
    }

    pub(crate) async fn token(standin: &Standin, ask: Value) -> Said {
        let id = standin.credentials().unwrap().installation;
        Self::app(standin).send("POST", &format!("/app/installations/{id}/access_tokens"), ask).await
    }

    pub(crate) fn secret(&self) -> &str {
        self.secret.as_deref().unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        self.send("GET", path, Value::Null).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Said {
        self.try_send(method, path, body).await.expect("the stand-in answers")
    }

    pub(crate) async fn try_send(&self, method: &str, path: &str, body: Value) -> reqwest::Result<Said> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = self.http.request(method.parse().unwrap(), url).header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(secret) = &self.secret {
            request = request.bearer_auth(secret);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        Ok(Said { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), headers })
    }

    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        self.send("POST", "/graphql", json!({"query": query, "variables": variables})).await.body
    }
}
