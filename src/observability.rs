//! Floor 8, an edge: what the service tells about itself. Logs (for people or as JSON), traces over OTLP when a
//! collector is configured, and metrics in the text format of Prometheus. This App is its own first customer: labels
//! here have few values, and a delivery, a repository or a pull request is a field of a log line, never a label.

use std::fmt::Write;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::model::Sights;
use crate::queue::Counts;

/// How to log and where to send traces.
#[derive(Clone, Debug, Default)]
pub struct Logging {
    /// `level` or `target=level,…`.
    pub filter: String,
    pub json: bool,
    pub colour: bool,
    pub otlp_endpoint: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the log filter `{filter}` does not read")]
    Filter { filter: String, source: tracing_subscriber::filter::ParseError },
    #[error("could not set up traces to `{endpoint}`")]
    Traces { endpoint: String, source: opentelemetry_otlp::ExporterBuildError },
    #[error("a log is set up in this process already")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Traces begin at the webhook, whose span the log can do without.
const DELIVERIES: &str = ",sightline::server::webhook=debug";

/// Keeps traces flowing; [`Telemetry::shutdown`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Sets up logs and traces for this process. To be called outside an async runtime, like [`Telemetry::shutdown`]: the
/// exporter has a thread and a blocking client of its own.
pub fn start(logging: &Logging) -> Result<Telemetry, StartError> {
    // The database and the HTTP stack are loud at `info`; whoever wants them names them.
    let quiet = format!("sqlx=warn,hyper=warn,h2=warn,reqwest=warn,tower=warn,octocrab=off,{}", logging.filter);
    let filter = |more: &str| {
        EnvFilter::try_new(format!("{quiet}{more}"))
            .map_err(|source| StartError::Filter { filter: logging.filter.clone(), source })
    };
    let traces = logging.otlp_endpoint.as_deref().map(provider).transpose()?;
    let exported = match &traces {
        Some(provider) => Some(
            tracing_opentelemetry::layer().with_tracer(provider.tracer("sightline")).with_filter(filter(DELIVERIES)?),
        ),
        None => None,
    };
    let lines = if logging.json {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .with_filter(filter("")?)
            .boxed()
    } else {
        tracing_subscriber::fmt::layer()
            .with_ansi(logging.colour)
            .with_target(false)
            .with_writer(std::io::stderr)
            .with_filter(filter("")?)
            .boxed()
    };
    tracing_subscriber::registry().with(lines).with(exported).try_init()?;
    Ok(Telemetry { traces })
}

fn provider(endpoint: &str) -> Result<SdkTracerProvider, StartError> {
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(url)
        .with_timeout(Duration::from_secs(5))
        .build()
        .map_err(|source| StartError::Traces { endpoint: endpoint.to_owned(), source })?;
    let resource = Resource::builder()
        .with_service_name("sightline")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

impl Telemetry {
    /// Sends what has not been sent yet.
    pub fn shutdown(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not send the last traces");
        }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DeliveryLabels {
    event: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct JobLabels {
    kind: String,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RuleLabels {
    rule: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SightLabels {
    sight: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ResourceLabels {
    resource: String,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// What `/metrics` shows. Cheap to share behind an `Arc`; every method may be called from anywhere.
pub struct Metrics {
    registry: Registry,
    deliveries: Family<DeliveryLabels, Counter>,
    jobs: Family<StateLabels, Gauge>,
    oldest: Gauge<f64, std::sync::atomic::AtomicU64>,
    durations: Durations<JobLabels>,
    reviews: Histogram,
    findings: Family<RuleLabels, Counter>,
    operations: Family<SightLabels, Counter>,
    requests: Gauge,
    remaining: Family<ResourceLabels, Gauge>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// From a fast skip to a review that runs into its deadline.
const SECONDS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sightline");
        let deliveries = Family::default();
        registry.register("deliveries", "Webhook deliveries by event and what became of them", deliveries.clone());
        let jobs = Family::default();
        registry.register("jobs", "Jobs in the queue by state", jobs.clone());
        let oldest = Gauge::default();
        registry.register("oldest_ready_job_seconds", "How long the oldest due job has been waiting", oldest.clone());
        let durations: Durations<JobLabels> = Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("job_duration_seconds", "Duration of attempts by kind and result", durations.clone());
        let reviews = Histogram::new(SECONDS);
        registry.register("review_duration_seconds", "Duration of reviews that were published", reviews.clone());
        let findings = Family::default();
        registry.register("findings", "Published findings by rule", findings.clone());
        let operations = Family::default();
        let help = "Operations that reviewed changes touch, by whether production will be able to see them";
        registry.register("operations_touched", help, operations.clone());
        let requests = Gauge::default();
        registry.register("github_requests_sent", "Requests to GitHub's API since the start", requests.clone());
        let remaining = Family::default();
        registry.register(
            "github_rate_limit_remaining",
            "Requests GitHub still grants, by resource, as last stated",
            remaining.clone(),
        );
        Self { registry, deliveries, jobs, oldest, durations, reviews, findings, operations, requests, remaining }
    }
}

impl Metrics {
    pub fn delivery(&self, event: &str, outcome: &'static str) {
        self.deliveries.get_or_create(&DeliveryLabels { event: known(event), outcome }).inc();
    }

    pub fn queue(&self, counts: &Counts, waiting: Duration) {
        let states =
            [("ready", counts.ready), ("delayed", counts.delayed), ("leased", counts.leased), ("dead", counts.dead)];
        for (state, number) in states {
            self.jobs.get_or_create(&StateLabels { state }).set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        self.oldest.set(waiting.as_secs_f64());
    }

    pub fn attempt(&self, kind: &str, result: &'static str, took: Duration) {
        self.durations.get_or_create(&JobLabels { kind: kind.to_owned(), result }).observe(took.as_secs_f64());
    }

    pub fn review<'a>(&self, took: Duration, findings: impl IntoIterator<Item = (&'a str, u64)>) {
        self.reviews.observe(took.as_secs_f64());
        for (rule, number) in findings {
            self.findings.get_or_create(&RuleLabels { rule: rule.to_owned() }).inc_by(number);
        }
    }

    pub fn operations(&self, sights: Sights) {
        let counts =
            [("observable", sights.observable), ("not_observable", sights.not_observable), ("unknown", sights.unknown)];
        for (sight, number) in counts {
            self.operations.get_or_create(&SightLabels { sight }).inc_by(number as u64);
        }
    }

    pub fn github(&self, requests: u64) {
        self.requests.set(i64::try_from(requests).unwrap_or(i64::MAX));
    }

    pub fn rate_limit(&self, resource: &str, remaining: u64) {
        let labels = ResourceLabels { resource: resource.to_owned() };
        self.remaining.get_or_create(&labels).set(i64::try_from(remaining).unwrap_or(i64::MAX));
    }

    /// The OpenMetrics text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            let _ = write!(text, "# could not write the metrics: {error}");
        }
        text
    }
}

/// Whoever can sign can send any event name: only those GitHub documents for us become labels.
fn known(event: &str) -> &'static str {
    const KNOWN: [&str; 10] = [
        "pull_request",
        "check_run",
        "check_suite",
        "merge_group",
        "issue_comment",
        "pull_request_review_comment",
        "installation",
        "installation_repositories",
        "push",
        "ping",
    ];
    KNOWN.into_iter().find(|known| *known == event).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metrics_say_what_happened() {
        let metrics = Metrics::default();
        metrics.delivery("pull_request", "accepted");
        metrics.delivery("an event of tomorrow", "ignored");
        metrics.queue(&Counts { dead: 2, ..Counts::default() }, Duration::from_secs(3));
        metrics.attempt("review", "published", Duration::from_millis(700));
        metrics.review(Duration::from_millis(700), [("tracing/span-not-ended", 2)]);
        metrics.operations(Sights { operations: 6, observable: 5, not_observable: 0, unknown: 1 });
        metrics.rate_limit("core", 4_990);
        let text = metrics.render();
        for line in [
            "sightline_deliveries_total{event=\"pull_request\",outcome=\"accepted\"} 1",
            "sightline_deliveries_total{event=\"other\",outcome=\"ignored\"} 1",
            "sightline_jobs{state=\"dead\"} 2",
            "sightline_oldest_ready_job_seconds 3.0",
            "sightline_job_duration_seconds_count{kind=\"review\",result=\"published\"} 1",
            "sightline_findings_total{rule=\"tracing/span-not-ended\"} 2",
            "sightline_operations_touched_total{sight=\"observable\"} 5",
            "sightline_operations_touched_total{sight=\"unknown\"} 1",
            "sightline_github_rate_limit_remaining{resource=\"core\"} 4990",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
        }
    }
}
