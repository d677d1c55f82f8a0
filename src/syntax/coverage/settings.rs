//! Names and values in deployment files. Read line by line, because half of them are templates that no parser accepts.

use std::sync::LazyLock;

use regex::Regex;

use crate::facts::{DocumentKind, Setting};
use crate::model::{SourceText, Span};

/// More settings than this in one file are data.
const MAX_SETTINGS: usize = 4_000;

static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|[\s"'])([A-Z][A-Z0-9_]{2,})=(?:"([^"]*)"|'([^']*)'|([^\s"'\]]*))"#).expect("a valid pattern")
});
static PROPERTY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"-D([a-z][A-Za-z0-9._-]+)=([^\s"',\]]*)"#).expect("a valid pattern"));
static PLAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^\s*([A-Za-z][A-Za-z0-9._-]*)\s*[=:]\s*(.*)$"#).expect("a valid pattern"));

/// All settings of a document, in the order of its lines.
pub(super) fn settings(name: &str, kind: DocumentKind, source: &SourceText) -> Vec<Setting> {
    let mut out = Vec::new();
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".yaml.tpl");
    if yaml {
        nested(source, &mut out);
    }
    let plain = name.ends_with(".properties") || name.starts_with(".env") || name.ends_with(".env");
    for line in 1..=source.line_count() {
        if out.len() > MAX_SETTINGS {
            break;
        }
        let span = source.line_span(line);
        let text = source.slice(span);
        if text.trim_start().starts_with('#') {
            continue;
        }
        if plain {
            if let Some(found) = PLAIN.captures(text) {
                out.push(setting(&found[1], unquoted(&found[2]), line, span));
            }
        } else if kind == DocumentKind::Dockerfile {
            dockerfile(text, line, span, &mut out);
        } else {
            assignments(text, line, span, &mut out);
        }
        properties(text, line, span, &mut out);
    }
    out
}

fn setting(name: &str, value: &str, line: u32, span: Span) -> Setting {
    Setting { name: name.to_owned(), value: value.trim().to_owned(), line, span }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// `NAME=value` anywhere in a line: Compose, shell scripts, units of systemd, commands.
fn assignments(text: &str, line: u32, span: Span, out: &mut Vec<Setting>) {
    for found in ASSIGNMENT.captures_iter(text) {
        let value = found.get(2).or(found.get(3)).or(found.get(4)).map_or("", |value| value.as_str());
        out.push(setting(&found[1], value.trim_end_matches(','), line, span));
    }
}

/// `ENV NAME value`, `ENV NAME=value …`, and the lines that continue it.
fn dockerfile(text: &str, line: u32, span: Span, out: &mut Vec<Setting>) {
    let trimmed = text.trim();
    if let Some(rest) = trimmed.strip_prefix("ENV ").or_else(|| trimmed.strip_prefix("env "))
        && let Some((name, value)) = rest.trim().split_once(' ')
        && !name.contains('=')
    {
        out.push(setting(name, unquoted(value.trim_end_matches('\\')), line, span));
        return;
    }
    assignments(text, line, span, out);
}

/// `-Dname=value`.
fn properties(text: &str, line: u32, span: Span, out: &mut Vec<Setting>) {
    if text.contains("-D") {
        out.extend(PROPERTY.captures_iter(text).map(|found| setting(&found[1], &found[2], line, span)));
    }
}

/// YAML by its indentation: keys inside one another become one name, and `name:`/`value:` pairs of a list one setting.
fn nested(source: &SourceText, out: &mut Vec<Setting>) {
    let mut above: Vec<(usize, String)> = Vec::new();
    let mut named: Option<(usize, String)> = None;
    for line in 1..=source.line_count() {
        let span = source.line_span(line);
        let text = without_comment(source.slice(span));
        let mut rest = text.trim_start();
        if rest.is_empty() || rest == "---" || out.len() > MAX_SETTINGS {
            above.truncate(if rest == "---" { 0 } else { above.len() });
            continue;
        }
        let mut indent = text.len() - rest.len();
        while let Some(item) = rest.strip_prefix("- ") {
            let inner = item.trim_start();
            indent += rest.len() - inner.len();
            rest = inner;
            named = None;
        }
        let Some((key, value)) = pair(rest) else { continue };
        above.truncate(above.partition_point(|(column, _)| *column < indent));
        if value.is_empty() {
            if above.len() < 32 {
                above.push((indent, key.to_owned()));
            }
            continue;
        }
        match (key, &named) {
            ("name" | "key", _) => named = Some((indent, value.to_owned())),
            ("value", Some((column, name))) if *column == indent => out.push(setting(name, value, line, span)),
            _ => {}
        }
        let path: Vec<&str> = above.iter().map(|(_, name)| name.as_str()).chain([key]).collect();
        out.push(setting(&path.join("."), value, line, span));
        inline_pair(rest, line, span, out);
    }
}

/// `{name: X, value: Y}` on one line.
fn inline_pair(text: &str, line: u32, span: Span, out: &mut Vec<Setting>) {
    let Some(inner) = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return };
    let of = |wanted: &str| {
        let pairs = inner.split(',').filter_map(|part| part.split_once(':'));
        pairs.filter(|(key, _)| key.trim() == wanted).map(|(_, value)| unquoted(value)).next()
    };
    if let (Some(name), Some(value)) = (of("name"), of("value")) {
        out.push(setting(name, value, line, span));
    }
}

/// `key: value`, quotes taken off; templates stay as they are.
fn pair(text: &str) -> Option<(&str, &str)> {
    let at = text.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = text.as_bytes().get(at + 1);
        after.is_none_or(u8::is_ascii_whitespace)
    })?;
    let key = unquoted(&text[..at]);
    let known = !key.is_empty() && key.len() < 120 && !key.contains(['{', ' ', '"']) || text.starts_with('{');
    known.then(|| (key, unquoted(&text[at + 1..])))
}

pub(super) fn without_comment(text: &str) -> &str {
    if text.trim_start().starts_with('#') {
        return "";
    }
    text.find(" #").map_or(text, |at| &text[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(name: &str, kind: DocumentKind, text: &str) -> Vec<(String, String, u32)> {
        let source = SourceText::new(text);
        settings(name, kind, &source).into_iter().map(|one| (one.name, one.value, one.line)).collect()
    }

    #[test]
    fn kubernetes_environments_and_annotations() {
        let text = "spec:\n  template:\n    metadata:\n      annotations:\n        sidecar.istio.io/inject: \"true\" # mesh\n    spec:\n      containers:\n        - name: app\n          env:\n            - name: OTEL_SDK_DISABLED\n              value: \"true\"\n            - {name: A_B_C, value: x}\n";
        let found = all("deploy.yaml", DocumentKind::Deployment, text);
        let has = |name: &str, value: &str, line| {
            found.iter().any(|one| one.0.ends_with(name) && one.1 == value && one.2 == line)
        };
        assert!(has("annotations.sidecar.istio.io/inject", "true", 5), "{found:?}");
        assert!(has("OTEL_SDK_DISABLED", "true", 11) && has("A_B_C", "x", 12), "{found:?}");
    }

    #[test]
    fn images_compose_and_properties() {
        let docker = all(
            "Dockerfile",
            DocumentKind::Dockerfile,
            "ENV A_NAME=x B_NAME=\"y z\"\nENV C_NAME v w\n# ENV D_NAME=1\nCMD java -Dotel.sdk.disabled=true -jar a\n",
        );
        let names: Vec<&str> = docker.iter().map(|one| one.0.as_str()).collect();
        assert_eq!(names, ["A_NAME", "B_NAME", "C_NAME", "otel.sdk.disabled"]);
        assert_eq!((docker[1].1.as_str(), docker[2].1.as_str()), ("y z", "v w"));
        let compose = all(
            "compose.yml",
            DocumentKind::Deployment,
            "services:\n  a:\n    environment:\n      - LOG_LEVEL=off\n      OTHER_NAME: b\n",
        );
        assert!(compose.contains(&("LOG_LEVEL".into(), "off".into(), 4)), "{compose:?}");
        let plain = all("application.properties", DocumentKind::Settings, "management.tracing.enabled = false\n");
        assert_eq!(plain, [("management.tracing.enabled".into(), "false".into(), 1)]);
    }
}
