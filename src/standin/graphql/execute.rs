//! One GraphQL request: parse, validate, execute, and word the errors as GitHub does.

use std::sync::{Arc, LazyLock};

use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use super::super::auth::Caller;
use super::super::refusal::Refusal;
use super::super::site::Site;
use super::mutation::Mutation;
use super::query::Query;
use super::scope::{MARK, Scope};

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let text = include_str!("../../../fixtures/github/schema.graphql");
    Schema::parse_and_validate(text, "schema.graphql").expect("the schema in the repository is valid")
});

/// Errors of the document or of its execution are answers with status 200; only credentials get a status of their own.
pub(in super::super) fn answer(site: &Arc<Site>, caller: Caller, body: &[u8]) -> Result<Value, Refusal> {
    if matches!(caller, Caller::Anonymous | Caller::App(_)) {
        return Err(Refusal::new(401, "This endpoint requires you to be authenticated."));
    }
    let request: Value = serde_json::from_slice(body).map_err(|_| Refusal::new(400, "Problems parsing JSON"))?;
    let text = request["query"]
        .as_str()
        .ok_or_else(|| Refusal::new(400, "A query attribute must be specified and must be a string."))?;
    let document = match ExecutableDocument::parse_and_validate(&SCHEMA, text, "query") {
        Ok(document) => document,
        Err(found) => {
            let errors: Vec<Value> =
                found.errors.iter().map(|error| json!({"message": error.error.to_string()})).collect();
            return Ok(json!({"errors": errors}));
        }
    };
    Ok(execute(site, caller, &document, &request))
}

fn execute(site: &Arc<Site>, caller: Caller, document: &Valid<ExecutableDocument>, request: &Value) -> Value {
    let scope = Scope { site: Arc::clone(site), caller };
    let variables: JsonMap = serde_json::from_value(request["variables"].clone()).unwrap_or_default();
    let execution = match Execution::new(&SCHEMA, document).operation_name(request["operationName"].as_str()) {
        Ok(execution) => execution.raw_variable_values(&variables),
        Err(error) => return json!({"errors": [{"message": error.message().to_string()}]}),
    };
    let mutation = document.operations.get(request["operationName"].as_str()).is_ok_and(|op| op.is_mutation());
    let outcome =
        if mutation { execution.execute_sync(&Mutation(&scope)) } else { execution.execute_sync(&Query(&scope)) };
    match outcome {
        Ok(response) => worded(serde_json::to_value(response).unwrap_or(Value::Null)),
        Err(error) => json!({"errors": [{"message": error.message().to_string()}]}),
    }
}

/// Moves the type of each error from its message to where GitHub has it; no `errors` at all when there are none.
fn worded(mut response: Value) -> Value {
    let errors = response["errors"].as_array().cloned().unwrap_or_default();
    let Some(object) = response.as_object_mut() else { return response };
    object.remove("errors");
    if errors.is_empty() {
        return response;
    }
    let worded = errors.into_iter().map(|mut error| {
        let text = error["message"].as_str().unwrap_or_default().to_owned();
        // The library puts words of its own around the message of a resolver.
        if let Some((head, message)) = text.split_once(MARK) {
            let kind = head.rsplit(|c: char| !(c.is_ascii_uppercase() || c == '_')).next().unwrap_or_default();
            error["type"] = json!(kind);
            error["message"] = json!(message);
        }
        error
    });
    response["errors"] = Value::Array(worded.collect());
    response
}
