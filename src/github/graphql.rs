//! GraphQL over the one client. GitHub answers 200 also when it refuses: the errors inside decide. Documents are fixed
//! texts; every value travels as a variable.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{Answer, As, Call, Repository, read};
use super::error::{Failure, GitHubError, Retry};

#[derive(Deserialize)]
pub(super) struct Reply {
    #[serde(default)]
    pub(super) data: Value,
    #[serde(default)]
    pub(super) errors: Vec<Refused>,
}

/// One error of an answer; `path` begins with the alias of the field that failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refused {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    path: Option<Vec<Value>>,
}

impl Refused {
    pub(super) fn field(&self) -> Option<&str> {
        self.path.as_ref()?.first()?.as_str()
    }

    pub(super) fn failure(&self) -> Failure {
        let text = self.message.to_ascii_lowercase();
        match self.kind.as_str() {
            "RATE_LIMITED" | "RATE_LIMIT" => Failure::RateLimited,
            _ if text.contains("rate limit") || text.contains("too quickly") => Failure::RateLimited,
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => Failure::Forbidden,
            "NOT_FOUND" => Failure::NotFound,
            "UNPROCESSABLE" => Failure::Unprocessable,
            "INTERNAL" | "SERVICE_UNAVAILABLE" | "TIMEOUT" | "" => Failure::Server,
            _ => Failure::Unexpected,
        }
    }
}

impl Repository {
    /// Sends a document. An error for the whole answer is an error here; errors of single fields are the caller's.
    pub(super) async fn graphql(
        &self,
        tried: &str,
        needs: &str,
        document: &str,
        variables: impl Serialize,
        writes: bool,
    ) -> Result<Reply, GitHubError> {
        #[derive(Serialize)]
        struct Body<'a, V> {
            query: &'a str,
            variables: V,
        }
        let body = serde_json::to_vec(&Body { query: document, variables });
        let body = Some(body.map_err(|error| GitHubError::unexpected(tried, error.to_string()))?);
        let url = self.github.endpoints().graphql().to_owned();
        let caller = As::Installation(self.installation);
        let answer = self.call(Call { tried, needs, caller, method: Method::POST, url, body, writes }).await?;
        let reply: Reply = read(tried, &answer)?;
        self.refuse_as_a_whole(tried, needs, &reply, &answer)?;
        Ok(reply)
    }

    fn refuse_as_a_whole(&self, tried: &str, needs: &str, reply: &Reply, answer: &Answer) -> Result<(), GitHubError> {
        if let Some(limit) = reply.errors.iter().find(|error| error.failure() == Failure::RateLimited) {
            return Err(GitHubError::rate_limited(tried, &limit.message, &answer.headers, self.github.now()));
        }
        let nothing = reply.data.as_object().is_none_or(|fields| fields.values().all(Value::is_null));
        match reply.errors.first() {
            Some(error) if nothing && (reply.data.is_null() || error.field().is_none()) => {
                Err(of_refused(tried, needs, error))
            }
            None if reply.data.is_null() => {
                Err(GitHubError::unexpected(tried, "the answer holds neither data nor errors"))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn of_refused(tried: &str, needs: &str, error: &Refused) -> GitHubError {
    match error.failure() {
        Failure::Forbidden => GitHubError::forbidden(tried, needs, &error.message),
        Failure::Server => GitHubError::new(tried, Failure::Server, &error.message, Retry::Backoff),
        failure => GitHubError::new(tried, failure, &error.message, Retry::Never),
    }
}
