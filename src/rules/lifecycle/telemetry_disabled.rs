//! Configuration that reaches production switches telemetry off.

use std::collections::BTreeSet;

use crate::facts::{Document, DocumentKind, Setting};
use crate::model::{Confidence, Evidence, FileChange, FileStatus, Location, Side};
use crate::rules::rule::{Change, Report, Rule, Said, rule};

pub const RULE: Rule = rule!("lifecycle/telemetry-disabled", check);

/// A setting, the values that switch something off, and what then goes missing.
struct Switch {
    names: &'static [&'static str],
    off: &'static [&'static str],
    what: &'static str,
    /// Only when the base said something else: such a setting is often written down with its default.
    changed: bool,
}

const fn switch(
    names: &'static [&'static str],
    off: &'static [&'static str],
    what: &'static str,
    changed: bool,
) -> Switch {
    Switch { names, off, what, changed }
}

const FALSE: &[&str] = &["false", "0", "no", "off"];
const ZERO: &[&str] = &["0", "0.0", "0.00", "0.000"];

const SWITCHES: &[Switch] = &[
    switch(
        &["OTEL_SDK_DISABLED", "otel.sdk.disabled", "quarkus.otel.sdk.disabled"],
        &["true", "1"],
        "every span, metric and log of OpenTelemetry",
        false,
    ),
    switch(&["OTEL_TRACES_EXPORTER", "otel.traces.exporter"], &["none"], "traces", false),
    switch(&["OTEL_METRICS_EXPORTER", "otel.metrics.exporter"], &["none"], "metrics", true),
    switch(&["OTEL_LOGS_EXPORTER", "otel.logs.exporter"], &["none"], "exported logs", true),
    switch(&["OTEL_TRACES_SAMPLER", "otel.traces.sampler"], &["always_off", "parentbased_always_off"], "traces", false),
    switch(&["OTEL_TRACES_SAMPLER_ARG", "otel.traces.sampler.arg"], ZERO, "traces", true),
    switch(&["management.tracing.enabled", "quarkus.otel.traces.enabled"], FALSE, "traces", false),
    switch(&["management.tracing.sampling.probability"], ZERO, "traces", true),
    switch(
        &[
            "management.prometheus.metrics.export.enabled",
            "management.metrics.export.prometheus.enabled",
            "management.otlp.metrics.export.enabled",
        ],
        FALSE,
        "metrics",
        true,
    ),
    switch(&["DD_TRACE_ENABLED", "ELASTIC_APM_ENABLED", "ELASTIC_APM_ACTIVE"], FALSE, "traces", false),
    switch(&["NEW_RELIC_ENABLED", "NEW_RELIC_AGENT_ENABLED"], FALSE, "everything New Relic collects", false),
    switch(&["DD_TRACE_SAMPLE_RATE", "SENTRY_TRACES_SAMPLE_RATE"], ZERO, "traces", true),
    switch(&["LOG_LEVEL", "logging.level.root", "LOGGING_LEVEL_ROOT"], &["off", "silent", "none"], "logs", false),
    switch(
        &[
            "tracing.enabled",
            "metrics.enabled",
            "telemetry.enabled",
            "opentelemetry.enabled",
            "otel.enabled",
            "observability.enabled",
            "prometheus.enabled",
            "serviceMonitor.enabled",
            "podMonitor.enabled",
            "prometheus.io/scrape",
        ],
        FALSE,
        "what it switches on",
        true,
    ),
];

fn check(change: &Change<'_>, out: &mut Report) {
    let delta = change.delta;
    for file in &delta.change.files {
        let (head, base) = (delta.head.document(&file.path), delta.base.document(file.base_path()));
        // What is new was never on, so nothing is switched off.
        let Some(base) = base.filter(|document| speaks(document)) else { continue };
        if let Some(head) = head.filter(|document| speaks(document)) {
            head.settings.iter().for_each(|setting| switched_off(file, base, head, setting, out));
            scraping_removed(file, base, head, out);
        } else if file.status == FileStatus::Removed {
            monitor_removed(change, file, base, out);
        }
    }
}

/// A document of what runs in production as a service.
fn speaks(document: &Document) -> bool {
    let runs = !matches!(document.kind, DocumentKind::Manifest | DocumentKind::Build);
    let name = document.path.file_name().to_ascii_lowercase();
    // A bare `.env` is somebody's own; a workload of jobs ends by itself.
    let own = name.contains(".env") && !name.contains("prod");
    runs && document.shipped && !own && !is_job(document.source.as_str())
}

fn is_job(text: &str) -> bool {
    let kind = |name: &str| text.lines().any(|line| line.trim_end() == format!("kind: {name}"));
    (kind("Job") || kind("CronJob")) && !kind("Deployment") && !kind("StatefulSet") && !kind("DaemonSet")
}

fn switched_off(file: &FileChange, base: &Document, head: &Document, setting: &Setting, out: &mut Report) {
    if !file.is_added(setting.line) {
        return;
    }
    let value = setting.value.to_ascii_lowercase();
    let found = SWITCHES.iter().find_map(|switch| {
        let name = switch.names.iter().find(|name| setting.is(name))?;
        switch.off.contains(&value.as_str()).then_some((switch, *name))
    });
    let Some((switch, name)) = found else { return };
    if is_aside(&setting.name) || is_said_twice(head, setting) {
        return;
    }
    let before: Vec<&Setting> = base.settings.iter().filter(|one| one.is(name)).collect();
    let was_off = before.iter().any(|one| switch.off.contains(&one.value.to_ascii_lowercase().as_str()));
    let was_on = before.iter().find(|one| file.is_removed(one.line) && !is_template(&one.value));
    if was_off || switch.changed && was_on.is_none() {
        return;
    }
    let mut evidence = Vec::new();
    if let Some(before) = was_on {
        let text = format!("it was `{}` before", before.value);
        evidence.push(Evidence { text, location: Some(at(base, before.line, Side::Left)) });
    }
    let written = setting.name.rsplit('.').next().filter(|_| !name.contains('.')).unwrap_or(name);
    out.push(
        at(head, setting.line, Side::Right),
        Said {
            scope: name.to_owned(),
            message: format!("`{written}` is now `{}`: production loses {}", setting.value, lost(switch, name)),
            help: "leave it on, or switch it off only for the environment that needs it".to_owned(),
            evidence,
            confidence: Confidence::Certain,
        },
    );
}

fn lost(switch: &Switch, name: &str) -> String {
    match name.strip_suffix(".enabled") {
        Some(feature) if switch.what == "what it switches on" => feature.to_owned(),
        _ if switch.what == "what it switches on" => "the scraping of its metrics".to_owned(),
        _ => switch.what.to_owned(),
    }
}

/// One line of a file may be read as two settings, of which the first speaks.
fn is_said_twice(head: &Document, setting: &Setting) -> bool {
    let same = |one: &&Setting| one.line == setting.line && one.value == setting.value;
    head.settings.iter().find(same).is_some_and(|first| first != setting)
}

/// Settings of migrations, init containers and jobs beside the service.
fn is_aside(name: &str) -> bool {
    let aside = ["initcontainers", "migrat", "job", "cron", "seed", "test", "backup"];
    let lower = name.to_ascii_lowercase();
    aside.iter().any(|word| lower.contains(word))
}

fn is_template(value: &str) -> bool {
    value.contains("{{") || value.contains("${")
}

/// The annotation that lets Prometheus find the pods is gone, and the workload is not.
fn scraping_removed(file: &FileChange, base: &Document, head: &Document, out: &mut Report) {
    let scrapes = |document: &Document| document.settings.iter().any(|one| one.is("prometheus.io/scrape"));
    let monitored = |document: &Document| names_monitor(document.source.as_str());
    let gone = base.settings.iter().find(|one| one.is("prometheus.io/scrape") && one.value == "true");
    let Some(gone) = gone.filter(|one| file.is_removed(one.line)) else { return };
    if scrapes(head) || monitored(head) {
        return;
    }
    let message = "`prometheus.io/scrape` is removed: Prometheus no longer collects the metrics of these pods";
    out.push(at(base, gone.line, Side::Left), said("prometheus.io/scrape", message));
}

fn names_monitor(text: &str) -> bool {
    text.lines().any(|line| matches!(line.trim(), "kind: ServiceMonitor" | "kind: PodMonitor"))
}

/// A ServiceMonitor or PodMonitor is deleted while its neighbours stay.
fn monitor_removed(change: &Change<'_>, file: &FileChange, base: &Document, out: &mut Report) {
    let delta = change.delta;
    if !names_monitor(base.source.as_str()) {
        return;
    }
    let folder = file.path.folder();
    let stays = delta.change.tree.iter().any(|path| path.folder() == folder);
    let others: BTreeSet<&str> = delta.head.documents().map(|one| one.source.as_str()).collect();
    if !stays || others.iter().any(|text| names_monitor(text)) {
        return;
    }
    let line = (1..=base.source.line_count()).find(|line| names_monitor(base.source.line_text(*line))).unwrap_or(1);
    let message = "the monitor that tells Prometheus what to scrape is removed: the metrics of this service are no longer collected";
    out.push(at(base, line, Side::Left), said("monitor", message));
}

fn said(scope: &str, message: &str) -> Said {
    Said {
        scope: scope.to_owned(),
        message: message.to_owned(),
        help: "keep it, or bring what collects the metrics now in the same change".to_owned(),
        evidence: Vec::new(),
        confidence: Confidence::Likely,
    }
}

fn at(document: &Document, line: u32, side: Side) -> Location {
    let columns = (1, 1);
    Location { path: document.path.clone(), side, line, end_line: line, columns }
}
