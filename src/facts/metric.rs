//! Metric instruments: what the code declares, what it records, and what both are called where they are queried.

use serde::{Deserialize, Serialize};

use super::code::{CallId, Expr};
use super::telemetry::Tier;
use crate::model::Span;

/// The labels a metric was declared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MetricLabels {
    Known(Vec<String>),
    /// Declared with something that cannot be read (a variable, a spread).
    Unknown,
}

/// What a metric is called, as far as the code tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MetricName {
    /// Every part is known; namespace and subsystem are joined in.
    Exact(String),
    /// Parts of it are computed: what stands around the holes, in order, one more than there are holes.
    Computed { literals: Vec<String>, holes: Vec<Expr> },
    /// It is not written at this place: options in a variable, a parameter.
    Unknown,
}

impl MetricName {
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(name) => Some(name),
            _ => None,
        }
    }
}

/// Bounds of a histogram.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Buckets {
    /// Nothing was said, and everything that could say it is in sight.
    Default,
    /// As written, without spaces; native histograms say what makes them native.
    Explicit(String),
    /// Options come from somewhere else.
    #[default]
    Unknown,
}

/// What becomes of a declared name on its way to Prometheus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// Nothing.
    #[default]
    Plain,
    /// Counters get `_total`.
    Total,
    /// Dots become underscores, unit and `_total` are appended, unless the exporter is told otherwise.
    Otel,
    /// Dots become underscores, the base unit is appended, timers are in seconds.
    Micrometer,
    /// statsd and its kin: dots, which a mapping turns into underscores.
    Dotted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricDecl {
    pub call: CallId,
    pub library: String,
    pub tier: Tier,
    pub name: MetricName,
    /// Where the name is written; the call when it is nowhere.
    pub name_span: Span,
    pub naming: Naming,
    /// `counter`, `gauge`, `histogram`, `summary`, `timer`; `metric` when the library does not tell.
    pub kind: String,
    pub labels: MetricLabels,
    /// One series by its type: a `Gauge`, not a `GaugeVec`.
    pub is_single: bool,
    /// As declared: `s`, `ms`, `By`, `bytes`.
    pub unit: Option<String>,
    pub buckets: Buckets,
    /// The name it is bound to (`requests`, `this.requests`, a field of an options literal), to find its uses.
    pub bound: Option<Vec<String>>,
    /// Creating it a second time returns the first one (Micrometer lookups, statsd, metrics-rs).
    pub idempotent: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricUse {
    pub call: CallId,
    pub library: String,
    pub tier: Tier,
    /// Label keys (empty for positional ones) and values.
    pub labels: Vec<(String, Expr)>,
    /// The labels could not be read (a spread, a variable).
    pub opaque: bool,
    /// Positional values, so that their number counts.
    pub positional: bool,
    /// What it is called on, to find its declaration; for `x.labels(a).observe(v)` that is `x`.
    pub receiver: Vec<String>,
    /// What is recorded: the argument of `observe`, `add`, `set`.
    pub value: Option<Expr>,
}

/// In what a value is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Bytes,
    /// Kilobytes and larger.
    LargeBytes,
    /// Rows, items, requests: a number of things.
    Count,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
            Self::Bytes => "bytes",
            Self::LargeBytes => "kilobytes or larger",
            Self::Count => "a number of things",
        }
    }

    pub fn is_time(self) -> bool {
        matches!(self, Self::Seconds | Self::Milliseconds | Self::Microseconds | Self::Nanoseconds)
    }

    /// A unit as libraries want it declared (UCUM codes) or as people write it.
    pub fn declared(text: &str) -> Option<Self> {
        Some(match text {
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Seconds,
            "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => Self::Milliseconds,
            "us" | "µs" | "micros" | "microsecond" | "microseconds" => Self::Microseconds,
            "ns" | "nanos" | "nanosecond" | "nanoseconds" => Self::Nanoseconds,
            "By" | "byte" | "bytes" => Self::Bytes,
            "KiBy" | "MiBy" | "GiBy" | "kBy" | "MBy" | "GBy" | "kilobytes" | "megabytes" => Self::LargeBytes,
            _ => return None,
        })
    }

    /// The unit that a name ends with: `request_duration_seconds`, `latencyMs`. `_total` and its kin are looked through.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut words: Vec<String> = name_words(name);
        while words.len() > 1
            && matches!(words.last().map(String::as_str), Some("total" | "sum" | "bucket" | "histogram" | "hist"))
        {
            words.pop();
        }
        let last = words.last()?;
        let lone = words.len() == 1;
        match last.as_str() {
            // A name that is nothing but an abbreviation may mean anything.
            "s" | "ms" | "us" | "ns" if lone => None,
            "kb" | "mb" | "gb" | "kib" | "mib" | "gib" => Some(Self::LargeBytes),
            "s" => None,
            other => Self::declared(other),
        }
    }
}

/// The words of an identifier or a metric name, digits included.
fn name_words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for character in name.chars() {
        if (!character.is_alphanumeric() || character.is_uppercase() && lower) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        lower = character.is_lowercase() || character.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

impl MetricDecl {
    /// The unit of its values: as declared, else as its name says.
    pub fn unit(&self) -> Option<Unit> {
        let declared = self.unit.as_deref().and_then(Unit::declared);
        declared.or_else(|| Unit::of_name(self.name.exact()?))
    }

    pub fn is_histogram(&self) -> bool {
        matches!(self.kind.as_str(), "histogram" | "timer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_unit() {
        assert_eq!(Unit::of_name("http_request_duration_seconds"), Some(Unit::Seconds));
        assert_eq!(Unit::of_name("cpu_seconds_total"), Some(Unit::Seconds));
        assert_eq!(Unit::of_name("elapsedMs"), Some(Unit::Milliseconds));
        assert_eq!(Unit::of_name("payload_bytes"), Some(Unit::Bytes));
        assert_eq!(Unit::of_name("requests_total"), None);
        assert_eq!(Unit::of_name("ms"), None);
    }
}
