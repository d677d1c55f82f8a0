//! From the name in the code to the names in queries: exporters append units and types, and replace what Prometheus does
//! not allow. Where an exporter can be told otherwise every form counts, so that nothing is called gone that is still there.

use super::metric::{MetricDecl, Naming};

/// What Prometheus stores for one instrument beside the name itself.
const PARTS: [&str; 7] = ["_bucket", "_sum", "_count", "_total", "_created", "_info", "_max"];

impl MetricDecl {
    /// The names this instrument may have in a query, without `_bucket` and its kin; none when the name is computed.
    pub fn exported(&self) -> Vec<String> {
        let Some(raw) = self.name.exact() else { return Vec::new() };
        let clean = sanitise(raw);
        let mut names = vec![clean.clone()];
        let counter = matches!(self.kind.as_str(), "counter" | "metric");
        match self.naming {
            Naming::Plain => {}
            Naming::Total => {
                if counter {
                    names.push(with_suffix(&clean, "total"));
                }
                if let Some(unit) = &self.unit {
                    names.push(with_suffix(&clean, &sanitise(unit)));
                }
            }
            Naming::Otel | Naming::Micrometer => {
                let unit = self.unit.as_deref().map(unit_word).filter(|unit| !unit.is_empty());
                let timer = (self.kind == "timer").then(|| "seconds".to_owned());
                for unit in [unit, timer].into_iter().flatten() {
                    names.push(with_suffix(&clean, &unit));
                }
                if self.unit.as_deref() == Some("1") && self.kind == "gauge" {
                    names.push(with_suffix(&clean, "ratio"));
                }
                if counter {
                    let totals: Vec<String> = names.iter().map(|name| with_suffix(name, "total")).collect();
                    names.extend(totals);
                }
            }
            Naming::Dotted => names.push(raw.to_owned()),
        }
        names.dedup();
        names
    }

    /// Every name in a query that can mean this instrument.
    pub fn series(&self) -> Vec<String> {
        let mut names = self.exported();
        if self.kind != "gauge" {
            let parts: Vec<String> =
                names.iter().flat_map(|name| PARTS.iter().map(move |part| format!("{name}{part}"))).collect();
            names.extend(parts);
        }
        names
    }
}

fn with_suffix(name: &str, suffix: &str) -> String {
    let has = name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('_'));
    if has { name.to_owned() } else { format!("{name}_{suffix}") }
}

/// Everything that a metric name may not hold becomes an underscore; runs of them become one.
pub fn sanitise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        let allowed = character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
        let next = if allowed { character } else { '_' };
        if next != '_' || !out.ends_with('_') || character == '_' {
            out.push(next);
        }
    }
    out
}

/// UCUM codes as exporters spell them.
fn unit_word(unit: &str) -> String {
    let word = match unit {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "kBy" | "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "%" => "percent",
        "1" => "",
        // `{request}` is a note for people.
        note if note.starts_with('{') => "",
        other => return sanitise(other),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::code::CallId;
    use super::super::metric::{Buckets, MetricLabels, MetricName};
    use super::super::telemetry::Tier;
    use super::*;

    fn metric(name: &str, kind: &str, naming: Naming, unit: Option<&str>) -> MetricDecl {
        MetricDecl {
            call: CallId(0),
            library: String::new(),
            tier: Tier::Imported,
            name: MetricName::Exact(name.to_owned()),
            name_span: crate::model::Span::default(),
            naming,
            kind: kind.to_owned(),
            labels: MetricLabels::Unknown,
            is_single: false,
            unit: unit.map(str::to_owned),
            buckets: Buckets::Unknown,
            bound: None,
            idempotent: false,
        }
    }

    fn asked(metric: &MetricDecl, name: &str) -> bool {
        metric.series().iter().any(|one| one == name)
    }

    #[test]
    fn names_in_queries_lead_back_to_the_instrument() {
        let otel = metric("http.server.request.duration", "histogram", Naming::Otel, Some("s"));
        assert!(asked(&otel, "http_server_request_duration_seconds_bucket"));
        assert!(asked(&otel, "http_server_request_duration_count"), "an exporter may leave the unit out");
        assert!(!asked(&otel, "http_server_request_size_bytes_sum"));
        assert!(asked(&metric("app.orders", "counter", Naming::Otel, Some("{order}")), "app_orders_total"));
        assert!(asked(&metric("jobs", "counter", Naming::Total, None), "jobs_total"));
        let timer = metric("http.server.requests", "timer", Naming::Micrometer, None);
        assert!(asked(&timer, "http_server_requests_seconds_max"));
        assert!(asked(&metric("queue", "gauge", Naming::Plain, None), "queue"));
        assert!(!asked(&metric("queue", "gauge", Naming::Plain, None), "queue_count"), "that is another gauge");
        assert!(!asked(&metric("queue", "gauge", Naming::Plain, None), "queue_length"));
    }
}
