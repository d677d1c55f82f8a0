//! YAML line by line: keys, scalars and where they stand. A template that is no YAML yet reads the same way, and a broken
//! line costs nothing but itself.

use super::json;
use super::queries::{MAX_QUERIES, Scalar, is_expression, query};
use crate::facts::{ConsumerKind, Query};

/// Documents inside documents (ConfigMaps) are read this deep.
const MAX_DEPTH: u32 = 2;

struct Level {
    indent: usize,
    key: String,
}

#[derive(Default)]
struct Scan {
    levels: Vec<Level>,
    /// `alert:` or `record:` of the item that is being read, with its indentation.
    named: Option<(usize, ConsumerKind, String)>,
    /// `kind:` of the document.
    document: String,
    out: Vec<Query>,
}

pub(super) fn queries(text: &str, first_line: u32, depth: u32) -> Vec<Query> {
    let lines: Vec<&str> = text.lines().collect();
    let mut scan = Scan::default();
    let mut at = 0;
    while at < lines.len() && scan.out.len() < MAX_QUERIES {
        at = scan.line(&lines, at, first_line, depth);
    }
    scan.out
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

impl Scan {
    /// Reads one line, and those that belong to its value; answers with the next.
    fn line(&mut self, lines: &[&str], at: usize, first_line: u32, depth: u32) -> usize {
        let line = lines[at];
        let mut indent = indent_of(line);
        let mut rest = &line[indent..];
        if rest.starts_with("---") {
            *self = Self { out: std::mem::take(&mut self.out), ..Self::default() };
            return at + 1;
        }
        // `- - key:`; each dash opens an item.
        while let Some(item) = rest.strip_prefix("- ") {
            if self.named.as_ref().is_some_and(|(from, ..)| *from > indent) {
                self.named = None;
            }
            let inner = item.trim_start_matches(' ');
            indent += rest.len() - inner.len();
            rest = inner;
        }
        let Some((key, value)) = key_of(rest) else { return at + 1 };
        while self.levels.last().is_some_and(|level| level.indent >= indent) {
            self.levels.pop();
        }
        let parent = self.levels.last().map(|level| level.key.clone()).unwrap_or_default();
        let line_number = first_line + at as u32;
        let value = value.trim();
        let (text, start, next) = if value.starts_with(['|', '>']) {
            block(lines, at, indent, line_number)
        } else {
            flow(lines, at, indent, value, line_number)
        };
        if text.is_empty() {
            self.levels.push(Level { indent, key: key.to_owned() });
            return next;
        }
        self.scalar(key, &parent, indent, text, start, depth);
        next
    }

    fn scalar(&mut self, key: &str, parent: &str, indent: usize, text: String, line: u32, depth: u32) {
        match key {
            "alert" => self.named = Some((indent, ConsumerKind::Alert, text)),
            "record" => self.named = Some((indent, ConsumerKind::Recording, text)),
            "kind" if indent == 0 => self.document = text,
            _ if embedded(key) && depth < MAX_DEPTH && text.contains('\n') => {
                let inner = text.trim_start();
                let found =
                    if inner.starts_with('{') { json::queries(&text, line) } else { queries(&text, line, depth + 1) };
                self.out.extend(found);
            }
            _ if is_expression(key, parent) => {
                let (kind, name) = match &self.named {
                    Some((_, kind, name)) => (*kind, Some(name.clone())),
                    None => (self.purpose(key), None),
                };
                self.out.extend(query(Scalar { key, parent, value: text, line, kind, name }));
            }
            _ => {}
        }
    }

    fn purpose(&self, key: &str) -> ConsumerKind {
        let lower = key.to_ascii_lowercase();
        match self.document.as_str() {
            "ScaledObject" | "ScaledJob" | "HorizontalPodAutoscaler" => ConsumerKind::Autoscaler,
            "SLO" | "PrometheusServiceLevel" | "ServiceLevelObjective" => ConsumerKind::Objective,
            _ if lower.contains("errorq")
                || lower.contains("totalq")
                || lower.contains("error_")
                || lower.contains("total_") =>
            {
                ConsumerKind::Objective
            }
            _ => ConsumerKind::Other,
        }
    }
}

/// Keys of a ConfigMap whose value is a document.
fn embedded(key: &str) -> bool {
    [".json", ".yml", ".yaml", ".rules"].iter().any(|end| key.ends_with(end))
}

/// `key: value`, `"key": value`; `None` for anything else.
fn key_of(text: &str) -> Option<(&str, &str)> {
    let (key, value) = match text.strip_prefix(['"', '\'']) {
        Some(quoted) => {
            let end = quoted.find(['"', '\''])?;
            (&quoted[..end], quoted[end + 1..].trim_start().strip_prefix(':')?)
        }
        None => {
            let end = text.find(':')?;
            (&text[..end], &text[end + 1..])
        }
    };
    let word = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.' | '/' | '$');
    let spaced = value.is_empty() || value.starts_with([' ', '\t', '\r']);
    (spaced && !key.is_empty() && key.chars().all(word)).then_some((key, value))
}

/// A block scalar: the lines below that stand deeper.
fn block(lines: &[&str], at: usize, indent: usize, line: u32) -> (String, u32, usize) {
    let mut next = at + 1;
    let mut text = String::new();
    while next < lines.len() && (lines[next].trim().is_empty() || indent_of(lines[next]) > indent) {
        text.push_str(lines[next]);
        text.push('\n');
        next += 1;
    }
    (text, line + 1, next)
}

/// A scalar on the line of its key, with the deeper lines that continue it.
fn flow(lines: &[&str], at: usize, indent: usize, value: &str, line: u32) -> (String, u32, usize) {
    let mut next = at + 1;
    let Some(open) = value.chars().next().filter(|one| matches!(one, '"' | '\'')) else {
        let mut text = value.split(" #").next().unwrap_or(value).trim_end().to_owned();
        if text.is_empty() || text.starts_with('#') || text.starts_with(['{', '[', '&', '*']) {
            return (String::new(), line, next);
        }
        while next < lines.len() && indent_of(lines[next]) > indent && !lines[next].trim().is_empty() {
            let more = lines[next].trim();
            if more.starts_with("- ") || key_of(more).is_some() {
                break;
            }
            text.push('\n');
            text.push_str(more);
            next += 1;
        }
        return (text, line, next);
    };
    let mut text = String::new();
    let mut rest = &value[1..];
    loop {
        match closing(rest, open) {
            Some(end) => {
                text.push_str(&rest[..end]);
                break;
            }
            None if next < lines.len() && next - at < 200 => {
                text.push_str(rest);
                text.push('\n');
                rest = lines[next].trim();
                next += 1;
            }
            None => break,
        }
    }
    let text = if open == '"' {
        text.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\")
    } else {
        text.replace("''", "'")
    };
    (text, line, next)
}

/// Where a quoted scalar ends.
fn closing(text: &str, open: char) -> Option<usize> {
    let mut skip = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, one)) = characters.next() {
        if skip {
            skip = false;
        } else if one == '\\' && open == '"' {
            skip = true;
        } else if one == open {
            // `''` is a quote.
            if open == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'') {
                characters.next();
                continue;
            }
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let show = |query: Query| {
            let uses: Vec<String> = query.metrics.iter().map(|one| format!("{}@{}", one.name, one.line)).collect();
            format!("{} {}", query.title(), uses.join(" "))
        };
        queries(text, 1, 0).into_iter().map(show).collect()
    }

    #[test]
    fn rules_with_every_kind_of_scalar() {
        let text = "groups:\n- name: shop\n  rules:\n  - alert: Failing\n    expr: |\n      sum(rate(a_total[5m]))\n        / b_total > 1\n    for: 5m\n\
                    \x20   labels: {severity: page}\n  - record: job:c:rate5m\n    expr: \"rate(c_total{x=\\\"y\\\"}[5m])\" # why\n  - alert: Two\n    expr: d_total\n      > 5\n";
        assert_eq!(
            found(text),
            [
                "alert `Failing` a_total@6 b_total@7",
                "recording rule `job:c:rate5m` c_total@11",
                "alert `Two` d_total@13"
            ]
        );
    }

    #[test]
    fn autoscalers_objectives_and_templates() {
        let keda = "kind: ScaledObject\nspec:\n  triggers:\n    - type: prometheus\n      metadata:\n        query: sum(queue_depth)\n";
        assert_eq!(found(keda), ["autoscaler queue_depth@6"]);
        let hpa =
            "kind: HorizontalPodAutoscaler\nspec:\n  metrics:\n  - pods:\n      metric:\n        name: jobs_waiting\n";
        assert_eq!(found(hpa), ["autoscaler jobs_waiting@6"]);
        let sloth = "slos:\n  - sli:\n      events:\n        error_query: sum(rate(e_total[{{.window}}]))\n";
        assert_eq!(found(sloth), ["objective e_total@4"]);
        let helm = "{{- if .Values.alerts }}\n- alert: X\n  expr: a_b{job=\"{{ .Release.Name }}\"} > {{ .Values.limit }}\n{{- end }}\n";
        assert_eq!(found(helm), ["alert `X` a_b@3"]);
    }

    #[test]
    fn documents_inside_a_config_map() {
        let text = "kind: ConfigMap\ndata:\n  rules.yaml: |\n    - alert: In\n      expr: inner_total > 0\n  board.json: |-\n    {\"panels\": [\n      {\"targets\": [{\"expr\": \"panel_total\"}], \"title\": \"P\"}]}\n";
        assert_eq!(found(text), ["alert `In` inner_total@5", "dashboard `P` panel_total@8"]);
    }

    #[test]
    fn prose_asks_for_nothing() {
        assert!(found("description: my_metric_total is high\nname: my_metric_total\n# expr: a_total\n").is_empty());
    }
}
