//! Declarations as the libraries want them, and the facts that come of them.

use std::sync::Arc;

use super::{Budget, read};
use crate::facts::{Buckets, FileFacts, MetricLabels, MetricName};
use crate::model::{ChangeSet, Content, FileChange, FilePath, FileStatus};

fn facts(files: &[(&str, &str)]) -> Vec<FileFacts> {
    let added = |(path, text): &(&str, &str)| FileChange {
        path: FilePath::from(*path),
        old_path: None,
        status: FileStatus::Added,
        base: Content::Absent,
        head: Content::Text(Arc::from(*text)),
        hunks: Vec::new(),
        linguist: crate::model::Linguist::default(),
    };
    let change = ChangeSet { files: files.iter().map(added).collect(), ..ChangeSet::default() };
    let reading = read(&change, &Budget::default());
    files.iter().filter_map(|(path, _)| reading.head.file(&FilePath::from(*path)).cloned()).collect()
}

/// `kind name unit [labels] buckets = bound` of every declaration in the first file.
fn shown(files: &[(&str, &str)]) -> Vec<String> {
    let all = facts(files);
    let show = |decl: &crate::facts::MetricDecl| {
        let name = match &decl.name {
            MetricName::Exact(name) => name.clone(),
            MetricName::Computed { literals, .. } => literals.join("*"),
            MetricName::Unknown => "?".to_owned(),
        };
        let labels = match &decl.labels {
            MetricLabels::Known(labels) => labels.join(","),
            MetricLabels::Unknown => "?".to_owned(),
        };
        let buckets = match &decl.buckets {
            Buckets::Default => "default",
            Buckets::Explicit(text) => text,
            Buckets::Unknown => "unknown",
        };
        let unit = decl.unit.as_deref().unwrap_or("-");
        let bound = decl.bound.as_ref().map_or("-".to_owned(), |path| path.join("."));
        format!("{} {name} {unit} [{labels}] {buckets} = {bound}", decl.kind)
    };
    all[0].telemetry.metrics.iter().map(show).collect()
}

#[test]
fn go_options_carry_the_name_and_constants_resolve_across_the_package() {
    let code = r#"package m
import (
	"fmt"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	vm "github.com/VictoriaMetrics/metrics"
)
var size = promauto.NewHistogramVec(prometheus.HistogramOpts{
	Namespace: namespace, Subsystem: "http", Name: "body_bytes",
	Buckets: prometheus.ExponentialBuckets(1, 2, 3),
}, []string{"route"})
var desc = prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "up"), "Help", nil, nil)
type set struct{ jobs prometheus.Counter }
func make(prefix string) *set {
	vm.NewCounter(fmt.Sprintf(`vm_rows_total{type=%q}`, prefix))
	return &set{jobs: prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + "_jobs"})}
}
"#;
    let names = "package m\nconst namespace = \"shop\"\n";
    let seen = shown(&[("m/m.go", code), ("m/names.go", names)]);
    assert_eq!(
        seen,
        [
            "histogram shop_http_body_bytes - [route] prometheus.ExponentialBuckets(1,2,3) = size",
            "metric shop_up - [?] default = desc",
            "counter vm_rows_total - [type] default = -",
            "counter *_jobs - [] default = jobs",
        ]
    );
}

#[test]
fn python_keywords_and_imported_constants() {
    let code = "from prometheus_client import Counter, Histogram\nfrom opentelemetry import metrics\nfrom .names import PREFIX\n\
        orders = Counter(f\"{PREFIX}_orders\", \"Help\", [\"kind\"], namespace=\"shop\")\n\
        wait = Histogram(\"wait_ms\", \"Help\", buckets=(1, 2))\n\
        meter = metrics.get_meter(__name__)\nlatency = meter.create_histogram(\"app.latency\", unit=\"ms\")\n";
    let seen = shown(&[("app/m.py", code), ("app/names.py", "PREFIX = \"web\"\n")]);
    assert_eq!(
        seen,
        [
            "counter shop_web_orders - [kind] default = orders",
            "histogram wait_ms - [] (1,2) = wait",
            "histogram app.latency ms [?] default = latency",
        ]
    );
}

#[test]
fn script_options_and_objects_of_instruments() {
    let code = "import { Counter, Histogram } from 'prom-client';\nimport { metrics } from '@opentelemetry/api';\n\
        const NAMES = { size: 'upload_size_bytes' } as const;\n\
        export const all = { hits: new Counter({ name: 'hits_total', help: 'h', labelNames: ['a'] }) };\n\
        const size = new Histogram({ name: NAMES.size, help: 'h' });\n\
        const meter = metrics.getMeter('x');\n\
        const took = meter.createHistogram('took', { unit: 's', advice: { explicitBucketBoundaries: [1] } });\n\
        function make(options) { return new Histogram(options); }\n";
    assert_eq!(
        shown(&[("src/m.ts", code)]),
        [
            "counter hits_total - [a] default = hits",
            "histogram upload_size_bytes - [] default = size",
            "histogram took s [?] {explicitBucketBoundaries:[1]} = took",
            "histogram ? - [?] unknown = -",
        ]
    );
}

#[test]
fn java_builders_and_lookups() {
    let code = r#"package m;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.client.Histogram;
class M {
  static final Histogram SIZE = Histogram.build().namespace("shop").name("size_bytes").help("h").labelNames("k").register();
  private final Counter jobs;
  M(MeterRegistry registry) {
    jobs = Counter.builder("jobs.done").baseUnit("jobs").tag("k", "v").register(registry);
    registry.timer("jobs.time").record(run);
  }
}
"#;
    assert_eq!(
        shown(&[("src/M.java", code)]),
        [
            "histogram shop_size_bytes - [k] default = SIZE",
            "counter jobs.done jobs [?] default = jobs",
            "timer jobs.time - [?] unknown = -",
        ]
    );
}

#[test]
fn rust_macros_options_and_static_metrics() {
    let code = r#"use prometheus::{register_histogram, register_int_counter_vec, HistogramOpts, Histogram, IntCounterVec, exponential_buckets};
use prometheus_static_metric::register_static_int_gauge_vec;
lazy_static! {
    pub static ref JOBS: IntCounterVec = register_int_counter_vec!("jobs_total", "Help", &["kind"]).unwrap();
    static ref TOOK: Histogram = register_histogram!("took_secs", "Help", exponential_buckets(0.1, 2.0, 9).unwrap()).unwrap();
    pub static ref STATE: State = register_static_int_gauge_vec!(State, "state", "Help", &["type"]).unwrap();
}
fn make() -> Histogram {
    metrics::counter!("fast_total", "k" => "v").increment(1);
    Histogram::with_opts(HistogramOpts::new("wait", "Help").namespace("shop").buckets(vec![1.0])).unwrap()
}
"#;
    assert_eq!(
        shown(&[("src/m.rs", code)]),
        [
            "counter jobs_total - [kind] default = JOBS",
            "histogram took_secs - [] exponential_buckets(0.1,2.0,9).unwrap() = TOOK",
            "gauge state - [type] default = STATE",
            "counter fast_total - [?] unknown = -",
            "histogram shop_wait - [] vec![1.0] = -",
        ]
    );
}

#[test]
fn what_a_use_records_and_on_what() {
    let code = "package m\nimport \"github.com/prometheus/client_golang/prometheus\"\n\
        var h = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: \"x\"}, []string{\"a\"})\n\
        func f(d float64) { h.WithLabelValues(\"a\").Observe(d) }\n";
    let all = facts(&[("m/m.go", code)]);
    let used = all[0].telemetry.metric_uses.iter().find(|used| used.value.is_some()).expect("a value is recorded");
    assert_eq!(used.receiver, ["h"]);
    assert_eq!(used.value.as_ref().map(|value| all[0].text(value.span)), Some("d"));
}
