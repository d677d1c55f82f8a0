//! GitHub's published description as a judge: of what a client asks, and of what the stand-in answers.
//!
//! `fixtures/github/contract.json` is cut from npm `@octokit/openapi` (MIT) and corrected where GitHub is known to
//! differ from it. An operation that is not in there is one nobody decided to use.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};
use sightline::standin::Exchange;

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::load);

struct Contract {
    definitions: Value,
    operations: HashMap<(String, String), Value>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    fn load() -> Self {
        let text = include_str!("../../../fixtures/github/contract.json");
        let mut document: Value = serde_json::from_str(text).expect("the contract is JSON");
        let listed = document["operations"].take();
        let text = |operation: &Value, key: &str| operation[key].as_str().unwrap_or_default().to_owned();
        let operations = listed.as_array().expect("a list of operations").iter();
        Self {
            operations: operations.map(|op| ((text(op, "method"), text(op, "path")), op.clone())).collect(),
            definitions: document["$defs"].take(),
            compiled: Mutex::default(),
        }
    }

    /// What a schema says against a value; compiled on first use, which takes milliseconds.
    fn against(&self, name: &str, schema: &Value, value: &Value) -> Vec<String> {
        let mut compiled = self.compiled.lock().unwrap();
        let validator = compiled.entry(name.to_owned()).or_insert_with(|| {
            let whole = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "allOf": [schema], "$defs": self.definitions,
            });
            Arc::new(jsonschema::validator_for(&whole).expect("GitHub's schemas compile"))
        });
        let validator = Arc::clone(validator);
        drop(compiled);
        // Masked, or one long summary fills the log.
        validator.iter_errors(value).map(|error| format!("{}: {}", error.instance_path(), error.masked())).collect()
    }
}

/// What is wrong with an exchange; empty when nothing is.
pub(crate) fn judge(exchange: &Exchange) -> Vec<String> {
    let place = format!("{} {}", exchange.method, exchange.path);
    if !exchange.is_api() {
        let git = exchange.path.contains(".git/") || exchange.path.contains("/git-upload-pack");
        let lost = exchange.status == 404 && !git;
        return if lost { vec![format!("{place}: unknown route")] } else { Vec::new() };
    }
    let Some(route) = &exchange.route else {
        return if exchange.faulty { Vec::new() } else { vec![format!("{place}: unknown route")] };
    };
    let mut wrong = header_faults(exchange);
    wrong.extend(if route == "/graphql" { graphql_faults(exchange) } else { rest_faults(exchange, route) });
    wrong.into_iter().map(|fault| format!("{place} ({}): {fault}", exchange.status)).collect()
}

fn header_faults(exchange: &Exchange) -> Vec<String> {
    let mut wrong = Vec::new();
    if exchange.header("user-agent").is_none_or(str::is_empty) {
        wrong.push("request has no User-Agent".to_owned());
    }
    let version = exchange.header("x-github-api-version");
    if exchange.path != "/graphql" && version != Some("2022-11-28") {
        wrong.push(format!("request asks for API version {version:?}"));
    }
    let open = exchange.path.starts_with("/app-manifests/");
    if !open && exchange.header("authorization").is_none() {
        wrong.push("request has no Authorization".to_owned());
    }
    wrong
}

/// A document GitHub's schema refuses, or a field the stand-in does not have, comes back as an error without a type.
fn graphql_faults(exchange: &Exchange) -> Vec<String> {
    let answer = exchange.response_json();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let untyped = errors.iter().filter(|error| error["type"].is_null());
    untyped.map(|error| format!("GraphQL: {}", error["message"].as_str().unwrap_or_default())).collect()
}

fn rest_faults(exchange: &Exchange, route: &str) -> Vec<String> {
    let key = (exchange.method.clone(), route.to_owned());
    let Some(operation) = CONTRACT.operations.get(&key) else {
        return vec!["not among the operations of the contract".to_owned()];
    };
    let mut wrong = query_faults(exchange, operation);
    wrong.extend(request_faults(exchange, operation));
    if !exchange.faulty {
        wrong.extend(response_faults(exchange, operation));
    }
    wrong
}

fn query_faults(exchange: &Exchange, operation: &Value) -> Vec<String> {
    let known: Vec<&str> =
        operation["query"].as_array().into_iter().flatten().filter_map(|entry| entry["name"].as_str()).collect();
    let asked =
        exchange.query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or(pair));
    asked.filter(|name| !known.contains(name)).map(|name| format!("unknown query parameter {name}")).collect()
}

fn request_faults(exchange: &Exchange, operation: &Value) -> Vec<String> {
    let id = operation["id"].as_str().unwrap_or_default();
    if exchange.request.is_empty() {
        let required = operation["requestRequired"] == json!(true);
        return if required { vec!["request has no body".to_owned()] } else { Vec::new() };
    }
    let Ok(body) = serde_json::from_slice::<Value>(&exchange.request) else {
        return vec!["request is not JSON".to_owned()];
    };
    if operation["request"].is_null() {
        return if body == json!({}) {
            Vec::new()
        } else {
            vec!["request has a body the operation does not take".to_owned()]
        };
    }
    let mut wrong = CONTRACT.against(&format!("{id} request"), &operation["request"], &body);
    // The description lets unknown fields pass; a misspelt one would be ignored by GitHub without a word.
    if let (Some(sent), Some(known)) = (body.as_object(), operation["request"]["properties"].as_object()) {
        wrong.extend(sent.keys().filter(|key| !known.contains_key(*key)).map(|key| format!("unknown field {key}")));
    }
    wrong.into_iter().map(|fault| format!("request {fault}")).collect()
}

fn response_faults(exchange: &Exchange, operation: &Value) -> Vec<String> {
    // Any operation can be refused for reasons of the whole API.
    const COMMON: [u16; 6] = [400, 401, 403, 404, 422, 429];
    let id = operation["id"].as_str().unwrap_or_default();
    let status = exchange.status.to_string();
    let Some(schema) = operation["responses"].get(&status) else {
        let common = COMMON.contains(&exchange.status);
        return if common { Vec::new() } else { vec![format!("answer {status} is not documented")] };
    };
    if schema.is_null() {
        let empty = exchange.response.is_empty();
        return if empty { Vec::new() } else { vec!["answer has a body".to_owned()] };
    }
    let kind =
        exchange.response_headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
    if !kind.unwrap_or_default().starts_with("application/json") {
        // Raw files and diffs come in a media type the client asked for.
        return Vec::new();
    }
    let found = CONTRACT.against(&format!("{id} {status}"), schema, &exchange.response_json());
    found.into_iter().map(|fault| format!("answer {fault}")).collect()
}
