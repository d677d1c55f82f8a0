//! Entry points: where a request, message, schedule or person enters the code.

use super::project::Read;
use crate::facts::code::{CallKind, Decorator, ExprKind, Scope, ScopeId, ScopeKind};
use crate::facts::{EntryKind, EntryPoint, Telemetry, Tier};
use crate::model::Language;

const VERBS: [&str; 9] = ["get", "post", "put", "patch", "delete", "head", "options", "all", "route"];

pub(super) fn points(read: &Read, _telemetry: &Telemetry) -> Vec<EntryPoint> {
    let mut out = Vec::new();
    for index in 0..read.outline.scopes.len() {
        let scope = ScopeId(index as u32);
        out.extend(by_signature(read, scope).or_else(|| by_decorator(read, scope)));
    }
    registered(read, &mut out);
    out.sort_by_key(|entry| entry.scope);
    out.dedup_by_key(|entry| entry.scope);
    out
}

fn entry(scope: ScopeId, kind: EntryKind, framework: &str, route: Option<String>, tier: Tier) -> EntryPoint {
    EntryPoint { scope, kind, framework: framework.to_owned(), route, tier }
}

/// Handlers that their parameters give away.
fn by_signature(read: &Read, id: ScopeId) -> Option<EntryPoint> {
    let scope = &read.outline.scopes[id.index()];
    if matches!(scope.kind, ScopeKind::File | ScopeKind::Class) {
        return None;
    }
    let has =
        |text: &str| scope.params.iter().any(|param| param.type_text.as_deref().is_some_and(|ty| ty.contains(text)));
    let returns = scope.returns.as_deref().unwrap_or_default();
    let found = match read.language {
        Language::Go => go_signature(scope, &has, returns)?,
        Language::Rust => rust_signature(scope, &has, returns)?,
        Language::Java => {
            let servlet = matches!(scope.name.as_deref(), Some("doGet" | "doPost" | "doPut" | "doDelete" | "service"));
            if servlet && has("HttpServletRequest") {
                (EntryKind::Http, "servlet")
            } else if scope
                .params
                .last()
                .is_some_and(|param| param.type_text.as_deref().is_some_and(|ty| ty.starts_with("StreamObserver")))
            {
                (EntryKind::Rpc, "grpc")
            } else {
                return None;
            }
        }
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            return next_route(read, id).or_else(|| message_handler(read, id));
        }
        Language::Python => return python_class_view(read, id),
    };
    Some(entry(id, found.0, found.1, None, Tier::Imported))
}

fn go_signature(scope: &Scope, has: &dyn Fn(&str) -> bool, returns: &str) -> Option<(EntryKind, &'static str)> {
    let method = scope.kind == ScopeKind::Method;
    Some(if has("http.ResponseWriter") && has("http.Request") {
        (EntryKind::Http, "net/http")
    } else if has("gin.Context") && scope.params.len() == 1 + usize::from(method) {
        (EntryKind::Http, "gin")
    } else if has("echo.Context") {
        (EntryKind::Http, "echo")
    } else if has("fiber.Ctx") {
        (EntryKind::Http, "fiber")
    } else if scope.owner.is_some() && has("context.Context") && has("Request") && returns.contains("Response") {
        (EntryKind::Rpc, "grpc")
    } else if has("nsq.Message") {
        (EntryKind::Consumer, "nsq")
    } else if has("sarama.ConsumerMessage") || has("sarama.ConsumerGroupClaim") {
        (EntryKind::Consumer, "sarama")
    } else if has("amqp.Delivery") {
        (EntryKind::Consumer, "amqp")
    } else if has("pubsub.Message") && has("context.Context") {
        (EntryKind::Consumer, "pubsub")
    } else if scope.name.as_deref() == Some("main") && scope.owner.is_none() {
        (EntryKind::Main, "main")
    } else {
        return None;
    })
}

fn rust_signature(scope: &Scope, has: &dyn Fn(&str) -> bool, returns: &str) -> Option<(EntryKind, &'static str)> {
    let extractor = ["State<", "Json<", "Path<", "Query<", "Extension<", "HttpRequest", "web::Data"];
    Some(if scope.is_async && extractor.iter().any(|text| has(text)) && !returns.is_empty() {
        (EntryKind::Http, if has("web::") || has("HttpRequest") { "actix-web" } else { "axum" })
    } else if scope.is_async && has("tonic::Request<")
        || has("Request<") && returns.contains("Response<") && returns.contains("Status")
    {
        (EntryKind::Rpc, "tonic")
    } else if has("BorrowedMessage") || has("OwnedMessage") {
        (EntryKind::Consumer, "rdkafka")
    } else if has("lapin::message::Delivery") {
        (EntryKind::Consumer, "lapin")
    } else if scope.name.as_deref() == Some("main") {
        (EntryKind::Main, "main")
    } else {
        return None;
    })
}

/// `export async function GET(request)` in `app/**/route.ts`.
fn next_route(read: &Read, id: ScopeId) -> Option<EntryPoint> {
    let scope = &read.outline.scopes[id.index()];
    let name = scope.name.as_deref()?;
    let verb = VERBS.iter().any(|verb| name.eq_ignore_ascii_case(verb)) && name.chars().all(char::is_uppercase);
    let route = read.path.file_name().starts_with("route.") && scope.parent == Some(ScopeId::FILE);
    (verb && route).then(|| entry(id, EntryKind::Http, "next", None, Tier::Imported))
}

/// `consumer.run({ eachMessage: async ({ message }) => … })`.
fn message_handler(read: &Read, id: ScopeId) -> Option<EntryPoint> {
    let name = read.outline.scopes[id.index()].name.as_deref()?;
    matches!(name, "eachMessage" | "eachBatch").then(|| entry(id, EntryKind::Consumer, "kafkajs", None, Tier::Imported))
}

/// `class X(APIView): def get(self, request)`.
fn python_class_view(read: &Read, id: ScopeId) -> Option<EntryPoint> {
    let scope = &read.outline.scopes[id.index()];
    let name = scope.name.as_deref()?;
    let class = &read.outline.scopes[scope.parent?.index()];
    if class.kind != ScopeKind::Class {
        return None;
    }
    let base = |ends: &str| class.bases.iter().any(|base| base.ends_with(ends));
    let actions = ["list", "create", "retrieve", "update", "partial_update", "destroy"];
    if VERBS.contains(&name) && (base("View") || base("MethodView") || base("Resource") || base("RequestHandler")) {
        return Some(entry(id, EntryKind::Http, "class view", None, Tier::Imported));
    }
    if base("ViewSet") && (actions.contains(&name) || VERBS.contains(&name)) {
        return Some(entry(id, EntryKind::Http, "rest_framework", None, Tier::Imported));
    }
    base("Servicer").then(|| entry(id, EntryKind::Rpc, "grpc", None, Tier::Imported))
}

fn by_decorator(read: &Read, id: ScopeId) -> Option<EntryPoint> {
    let scope = &read.outline.scopes[id.index()];
    scope.decorators.iter().find_map(|decorator| {
        let (kind, framework) = decorator_kind(read.language, decorator)?;
        let route = decorator.args.first().and_then(|arg| arg.value.literal()).map(str::to_owned);
        Some(entry(id, kind, framework, route, Tier::Imported))
    })
}

fn decorator_kind(language: Language, decorator: &Decorator) -> Option<(EntryKind, &'static str)> {
    let last = decorator.path.last()?.as_str();
    Some(match language {
        Language::Python => match last {
            _ if VERBS.contains(&last) && decorator.path.len() >= 2 => (EntryKind::Http, "route"),
            "websocket" if decorator.path.len() >= 2 => (EntryKind::Http, "websocket"),
            "api_view" | "view_config" => (EntryKind::Http, "view"),
            "shared_task" | "actor" => (EntryKind::Consumer, "task"),
            // `@app.task` is one; a bare `@task` may belong to anything, a load test for one.
            "task" | "agent" if decorator.path.len() >= 2 => (EntryKind::Consumer, "task"),
            "scheduled_job" | "periodic_task" => (EntryKind::Schedule, "schedule"),
            _ => return None,
        },
        Language::Java => match last {
            "RequestMapping" | "GetMapping" | "PostMapping" | "PutMapping" | "PatchMapping" | "DeleteMapping" => {
                (EntryKind::Http, "spring")
            }
            "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" => (EntryKind::Http, "jax-rs"),
            "KafkaListener" | "RabbitListener" | "JmsListener" | "SqsListener" | "StreamListener" => {
                (EntryKind::Consumer, "listener")
            }
            "Scheduled" => (EntryKind::Schedule, "spring"),
            _ => return None,
        },
        Language::JavaScript | Language::TypeScript | Language::Tsx => match last {
            "Get" | "Post" | "Put" | "Patch" | "Delete" | "All" => (EntryKind::Http, "nestjs"),
            "MessagePattern" | "EventPattern" | "Process" => (EntryKind::Consumer, "nestjs"),
            "Cron" | "Interval" => (EntryKind::Schedule, "nestjs"),
            _ => return None,
        },
        Language::Rust => match last {
            "get" | "post" | "put" | "patch" | "delete" | "handler" | "route" => (EntryKind::Http, "attribute"),
            _ => return None,
        },
        Language::Go => return None,
    })
}

/// Handlers given to a router: `app.post("/x", (req, res) => …)`, `router.HandleFunc("/x", s.create)`.
fn registered(read: &Read, out: &mut Vec<EntryPoint>) {
    for call in &read.outline.calls {
        if call.kind == CallKind::New {
            continue;
        }
        let Some(method) = call.path.last() else { continue };
        let lower = method.to_ascii_lowercase();
        let routes = VERBS.contains(&lower.as_str()) || matches!(lower.as_str(), "handle" | "handlefunc" | "use");
        let consumes = matches!(method.as_str(), "eachMessage" | "eachBatch" | "consume" | "process");
        let path = call.args.first().and_then(|arg| arg.value.literal());
        let is_path = path.is_some_and(|path| path.starts_with('/') || path.starts_with('*') || path.contains(" /"));
        if !(routes && is_path || consumes) || call.path.len() < 2 && call.base.is_none() {
            continue;
        }
        let kind = if consumes { EntryKind::Consumer } else { EntryKind::Http };
        for arg in &call.args {
            if let ExprKind::Closure(scope) = arg.value.kind {
                out.push(entry(scope, kind, "router", path.map(str::to_owned), Tier::Imported));
            } else if let Some([.., name]) = arg.value.as_path()
                && let Some(scope) = read.functions(name).next()
            {
                out.push(entry(scope, kind, "router", path.map(str::to_owned), Tier::Imported));
            }
        }
    }
}
