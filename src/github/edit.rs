//! Changes to what stands on a pull request, applied in one request: one mutation with a field for each edit, in order.
//! Only an edit that meets a comment somebody deleted, or a right we do not have, fails alone.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::client::Repository;
use super::error::{Failure, GitHubError};
use super::graphql::of_refused;

const FIELDS: &str = include_str!("edits.graphql");
const NEEDS: &str = "pull_requests: write";
/// GitHub runs the fields one after the other and gives up after ten seconds.
const MAX_EDITS: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    UpdateReviewComment {
        comment: String,
        body: String,
    },
    Minimise {
        comment: String,
        why: Classifier,
    },
    Unminimise {
        comment: String,
    },
    /// A new comment in the conversation of `subject`, the pull request's node id.
    AddComment {
        subject: String,
        body: String,
    },
    UpdateComment {
        comment: String,
        body: String,
    },
    /// Takes `contents: write`, so only with the profile that asks for it.
    Resolve {
        thread: String,
    },
    Unresolve {
        thread: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classifier {
    Resolved,
    Duplicate,
}

/// One edit that GitHub refused while the others went through.
#[derive(Clone, Debug)]
pub struct FailedEdit {
    pub edit: Edit,
    pub error: GitHubError,
}

impl Edit {
    /// The name of its field in the document, and the input.
    fn parts(&self) -> (&'static str, Value) {
        match self {
            Self::UpdateReviewComment { comment, body } => {
                ("updateReviewComment", json!({ "pullRequestReviewCommentId": comment, "body": body }))
            }
            Self::Minimise { comment, why } => {
                let classifier = match why {
                    Classifier::Resolved => "RESOLVED",
                    Classifier::Duplicate => "DUPLICATE",
                };
                ("minimize", json!({ "subjectId": comment, "classifier": classifier }))
            }
            Self::Unminimise { comment } => ("unminimize", json!({ "subjectId": comment })),
            Self::AddComment { subject, body } => ("addComment", json!({ "subjectId": subject, "body": body })),
            Self::UpdateComment { comment, body } => ("updateComment", json!({ "id": comment, "body": body })),
            Self::Resolve { thread } => ("resolve", json!({ "threadId": thread })),
            Self::Unresolve { thread } => ("unresolve", json!({ "threadId": thread })),
        }
    }
}

impl Repository {
    /// Applies the edits in order; returns those that failed alone.
    pub async fn apply_edits(&self, number: u64, edits: &[Edit]) -> Result<Vec<FailedEdit>, GitHubError> {
        let tried = format!("edit the comments on {}#{number}", self.name);
        let mut failed = Vec::new();
        for chunk in edits.chunks(MAX_EDITS) {
            let (document, variables) = document(chunk);
            let reply = self.graphql(&tried, NEEDS, &document, variables, true).await?;
            for error in &reply.errors {
                let of_edit = |field: &str| chunk.get(field.strip_prefix('e')?.parse::<usize>().ok()?);
                let refused = of_refused(&tried, NEEDS, error);
                match error.field().and_then(of_edit) {
                    Some(edit) if refused.failure() != Failure::Server => {
                        failed.push(FailedEdit { edit: edit.clone(), error: refused })
                    }
                    _ => return Err(refused),
                }
            }
        }
        Ok(failed)
    }
}

fn document(edits: &[Edit]) -> (String, Map<String, Value>) {
    let mut head = String::from("mutation ApplyEdits(");
    let mut fields = String::new();
    let mut variables = Map::new();
    for (index, edit) in edits.iter().enumerate() {
        let (name, input) = edit.parts();
        let (kind, field) = fixed_parts(name);
        let _ = write!(head, "$e{index}: {kind} ");
        let _ = writeln!(fields, "  e{index}: {}", field.replace(&format!("${name}"), &format!("$e{index}")));
        variables.insert(format!("e{index}"), input);
    }
    (format!("{}) {{\n{fields}}}\n", head.trim_end()), variables)
}

/// The type of a field's variable and the field itself, as they stand in the file.
fn fixed_parts(name: &str) -> (&'static str, &'static str) {
    let after = |start: &str, end: &str| {
        let from = FIELDS.find(start)? + start.len();
        FIELDS[from..].split_once(end).map(|(text, _)| text)
    };
    let kind = after(&format!("\n  ${name}: "), "\n");
    let field = after(&format!("\n  {name}: "), "\n  }")
        .and_then(|field| FIELDS.find(field).map(|at| &FIELDS[at..at + field.len() + 4]));
    kind.zip(field).expect("the document has a field for each kind of edit, which a test proves")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds_no_value() {
        let id = || "ID\") { evil }".to_owned();
        let all = [
            Edit::Minimise { comment: id(), why: Classifier::Resolved },
            Edit::UpdateReviewComment { comment: id(), body: "text".into() },
            Edit::Unminimise { comment: id() },
            Edit::AddComment { subject: id(), body: "text".into() },
            Edit::UpdateComment { comment: id(), body: "text".into() },
            Edit::Resolve { thread: id() },
            Edit::Unresolve { thread: id() },
        ];
        let (text, variables) = document(&all);
        assert!(!text.contains("evil"));
        assert_eq!(variables.len(), all.len());
        insta::assert_snapshot!(document(&all[..2]).0, @r"
        mutation ApplyEdits($e0: MinimizeCommentInput! $e1: UpdatePullRequestReviewCommentInput!) {
          e0: minimizeComment(input: $e0) {
            clientMutationId
          }
          e1: updatePullRequestReviewComment(input: $e1) {
            clientMutationId
          }
        }
        ");
    }
}
