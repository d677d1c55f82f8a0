//! A global tracer provider is set and no propagator: every service begins its own trace.

use crate::facts::{FileClass, FileFacts, Lifecycle, LifecycleKind};
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("propagation/propagator-not-set", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let sets = file.facts.telemetry.lifecycle.iter().find(|step| is_global_tracer(file.facts, step));
        let Some(step) = sets.filter(|step| file.pair.is_new(file.facts.call(step.call).name_span)) else { continue };
        if !file.facts.in_test(file.facts.call(step.call).scope)
            && !set_somewhere(change, file)
            && let Some(why) = crosses_processes(change, file)
        {
            say(out, file.facts, step, why);
        }
    }
}

fn is_global_tracer(file: &FileFacts, step: &Lifecycle) -> bool {
    let name = file.call(step.call).path.last().map_or("", String::as_str);
    step.kind == LifecycleKind::SetGlobal && matches!(name, "SetTracerProvider" | "set_tracer_provider")
}

/// Any file that was read names a propagator: it may be given to clients one by one.
fn set_somewhere(change: &Change<'_>, file: HeadFile<'_>) -> bool {
    let same = |other: &&FileFacts| other.language == file.facts.language && other.class != FileClass::Test;
    change.delta.head.files().filter(same).any(|other| {
        let named =
            ["ropagator", "autoprop", "textmap", "TextMap"].iter().any(|word| other.source.as_str().contains(word));
        named || other.telemetry.lifecycle.iter().any(|step| step.kind == LifecycleKind::Propagator)
    })
}

/// A client or server that would carry the context, in what was read.
fn crosses_processes(change: &Change<'_>, file: HeadFile<'_>) -> Option<String> {
    let same = |other: &&FileFacts| other.language == file.facts.language && other.class != FileClass::Test;
    let named = |other: &FileFacts| {
        let by_call = other.telemetry.lifecycle.iter().find(|step| step.kind == LifecycleKind::Instrumented);
        by_call.map(|step| step.library.clone()).or_else(|| {
            let carries = |module: &str| {
                module.contains("contrib/instrumentation/")
                    || module.contains("tracing_opentelemetry_instrumentation")
                    || module.contains("axum_tracing_opentelemetry")
                    || module.contains("reqwest_tracing")
                    || module.contains("opentelemetry_instrumentation_")
            };
            let import = other.outline.imports.iter().find(|import| carries(&import.module))?;
            Some(import.module.rsplit(['/', ':']).next().unwrap_or(&import.module).to_owned())
        })
    };
    change.delta.head.files().filter(same).find_map(named)
}

fn say(out: &mut Report, file: &FileFacts, step: &Lifecycle, why: String) {
    let call = file.call(step.call);
    let remedy = if file.telemetry.names.get(&step.call).is_some_and(|(name, _)| name.starts_with("go.")) {
        "call `otel.SetTextMapPropagator` with trace context and baggage beside it"
    } else {
        "call `global::set_text_map_propagator(TraceContextPropagator::new())` beside it"
    };
    out.at(file, call.span)
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, step.call, "the global provider", &step.library), Some(call.name_span))
        .evidence(format!("`{why}` sends or receives trace context, and no file that was read sets a propagator"), None)
        .help(remedy)
        .say("no propagator is set, and the default one does nothing: traces end at every call between services");
}
