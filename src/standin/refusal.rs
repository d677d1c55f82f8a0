//! How GitHub says no.

use serde_json::{Value, json};

use super::git::GitError;

#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
    /// Objects `{resource, field, code}` in most places, bare strings for reviews.
    pub(super) errors: Option<Value>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: None, headers: Vec::new() }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(403, "Resource not accessible by integration")
    }

    pub(super) fn bad_credentials() -> Self {
        Self::new(401, "Bad credentials")
    }

    /// 422 with one `{resource, field, code}`.
    pub(super) fn invalid(resource: &str, field: &str, code: &str) -> Self {
        let errors = json!([{"resource": resource, "field": field, "code": code}]);
        Self { errors: Some(errors), ..Self::new(422, "Validation Failed") }
    }

    /// 422 with a message beside the code, as for a body that is too long.
    pub(super) fn custom(resource: &str, field: &str, message: &str) -> Self {
        let errors = json!([{"resource": resource, "field": field, "code": "custom", "message": message}]);
        Self { errors: Some(errors), ..Self::new(422, "Validation Failed") }
    }

    /// 422 as the reviews endpoint answers it: the errors are strings and name no comment.
    pub(super) fn unprocessable(errors: &[String]) -> Self {
        Self { errors: Some(json!(errors)), ..Self::new(422, "Unprocessable Entity") }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "message": self.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": self.status.to_string(),
        });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}

impl From<GitError> for Refusal {
    /// What git does not know is not there; a client cannot tell the two apart on GitHub either.
    fn from(error: GitError) -> Self {
        match error {
            GitError::Failed { .. } => Self::not_found(),
            GitError::Start(cause) => Self::new(500, format!("the stand-in cannot run git: {cause}")),
        }
    }
}
