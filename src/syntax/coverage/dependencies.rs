//! What a manifest depends on: names, versions, places. Only what ships: development and test dependencies are left out.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{SourceText, Span};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// As required; empty when it is not said here.
    pub(super) version: String,
    /// The rest of its line, where features stand.
    pub(super) rest: String,
    pub(super) line: u32,
    pub(super) span: Span,
}

static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?["']?\s*(?:([=<>~!^@;,"'{].*)|)$"#)
});
static CARGO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^\s*([A-Za-z0-9][A-Za-z0-9_-]*)(?:\.workspace)?\s*=\s*(.+)$"#));
static JSON: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^\s*"([^"]+)"\s*:\s*"([^"]*)"\s*,?\s*$"#));
static MAVEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"<artifactId>\s*([\w.-]+)\s*</artifactId>(?:\s*<version>\s*([^<\s]+)\s*</version>)?(\s*<(?:type|classifier)>[^<]*</\w+>)*(\s*<scope>\s*test)?",
    )
});
static GRADLE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["']([\w.-]+):([\w.-]+)(?::([^"'@]+))?["']"#));
static PLUGIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"id[\s("']+org\.springframework\.boot["')\s]+version[\s("']+([\d.]+)"#));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

pub(super) fn dependencies(name: &str, source: &SourceText) -> Vec<Dependency> {
    let mut out = Vec::new();
    match name {
        "go.mod" => lines(source, |text, at| go(text, at, &mut out)),
        "package.json" => package_json(source, &mut out),
        "Cargo.toml" => cargo(source, &mut out),
        "pom.xml" => maven(source, &mut out),
        "build.gradle" | "build.gradle.kts" | "libs.versions.toml" => {
            lines(source, |text, at| gradle(text, at, &mut out))
        }
        _ => lines(source, |text, at| python(text, at, &mut out)),
    }
    out
}

type At = (u32, Span);

fn lines(source: &SourceText, mut each: impl FnMut(&str, At)) {
    for line in 1..=source.line_count() {
        let span = source.line_span(line);
        each(source.slice(span), (line, span));
    }
}

fn dependency(name: &str, version: &str, rest: &str, (line, span): At) -> Dependency {
    Dependency { name: name.to_owned(), version: version.to_owned(), rest: rest.to_owned(), line, span }
}

/// `example.com/x/v2 v2.3.4`, without the major version in the path.
fn go(text: &str, at: At, out: &mut Vec<Dependency>) {
    let text = text.trim().trim_start_matches("require ").trim_start_matches('(').trim();
    let mut words = text.split_whitespace();
    let (Some(path), Some(version)) = (words.next(), words.next()) else { return };
    let required =
        path.contains('.') && version.starts_with('v') && !text.contains("=>") && !text.contains("// indirect");
    if required {
        let major =
            |part: &&str| part.len() > 1 && part.starts_with('v') && part[1..].bytes().all(|b| b.is_ascii_digit());
        let name: Vec<&str> = path.split('/').filter(|part| !major(part)).collect();
        out.push(dependency(&name.join("/"), version, "", at));
    }
}

fn package_json(source: &SourceText, out: &mut Vec<Dependency>) {
    let mut inside = false;
    lines(source, |text, at| {
        let trimmed = text.trim();
        if trimmed.ends_with('{') {
            let shipped = ["\"dependencies\"", "\"optionalDependencies\"", "\"peerDependencies\""];
            inside = shipped.iter().any(|key| trimmed.starts_with(key));
        } else if trimmed.starts_with('}') {
            inside = false;
        } else if inside && let Some(found) = JSON.captures(text) {
            out.push(dependency(&found[1], &found[2], "", at));
        }
    });
}

fn cargo(source: &SourceText, out: &mut Vec<Dependency>) {
    let mut inside = false;
    lines(source, |text, at| {
        let trimmed = text.trim();
        if let Some(section) = trimmed.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies") && !section.contains("dev-") && !section.contains("build-");
            let named = section.rsplit_once("dependencies.").filter(|(before, _)| !before.contains("dev-"));
            out.extend(named.map(|(_, name)| dependency(name, "", "", at)));
        } else if inside && let Some(found) = CARGO.captures(text) {
            out.push(dependency(&found[1], &found[2], &found[2], at));
        }
    });
}

fn maven(source: &SourceText, out: &mut Vec<Dependency>) {
    for found in MAVEN.captures_iter(source.as_str()) {
        if found.get(4).is_some() {
            continue;
        }
        let name = found.get(1).map(|one| (one.as_str(), one.range()));
        let Some((name, range)) = name else { continue };
        let line = source.line_of(range.start as u32);
        let version = found.get(2).map_or("", |one| one.as_str());
        let at = (line, source.line_span(line));
        out.push(dependency(name, version, "", at));
        if matches!(name, "spring-boot-starter-parent" | "spring-boot-dependencies") {
            out.push(dependency("spring-boot", version, "", at));
        }
    }
}

fn gradle(text: &str, at: At, out: &mut Vec<Dependency>) {
    let trimmed = text.trim();
    if trimmed.starts_with("test") || trimmed.starts_with("//") {
        return;
    }
    for found in GRADLE.captures_iter(text) {
        out.push(dependency(&found[2], found.get(3).map_or("", |one| one.as_str()), "", at));
    }
    if let Some(found) = PLUGIN.captures(text) {
        out.push(dependency("spring-boot", &found[1], "", at));
    }
}

/// Requirements, and the lists and tables of `pyproject.toml`; a few other keys come along and match nothing.
fn python(text: &str, at: At, out: &mut Vec<Dependency>) {
    if text.trim_start().starts_with(['#', '-', '[']) && !text.trim_start().starts_with("[\"") {
        return;
    }
    let text = text.trim().trim_start_matches("install_requires").trim_start_matches(['=', '[', ' ']);
    for part in text.split("\",").flat_map(|part| part.split("',")) {
        if let Some(found) = PYTHON.captures(part.trim()) {
            let rest = found.get(2).map_or("", |one| one.as_str());
            out.push(dependency(
                &found[1].to_ascii_lowercase().replace('_', "-"),
                rest.trim_matches(['"', '\'', ' ', '=']),
                rest,
                at,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(name: &str, text: &str) -> Vec<(String, String, u32)> {
        dependencies(name, &SourceText::new(text)).into_iter().map(|one| (one.name, one.version, one.line)).collect()
    }

    #[test]
    fn what_ships_is_found_with_its_version() {
        let go = all("go.mod", "module a.b/c\nrequire (\n\tgithub.com/x/y/v2 v2.1.0\n\tz.io/w v0.1.0 // indirect\n)\n");
        assert_eq!(go, [("github.com/x/y".into(), "v2.1.0".into(), 3)]);
        let node = all(
            "package.json",
            "{\n \"dependencies\": {\n  \"next\": \"14.1.0\"\n },\n \"devDependencies\": {\n  \"x\": \"1\"\n }\n}\n",
        );
        assert_eq!(node, [("next".into(), "14.1.0".into(), 3)]);
        let rust = all(
            "Cargo.toml",
            "[dependencies]\nsea-orm = { version = \"1.0\", features = [\"tracing-spans\"] }\n[dev-dependencies]\ny = \"1\"\n",
        );
        assert_eq!((rust.len(), rust[0].0.as_str(), rust[0].2), (1, "sea-orm", 2));
        let java = all(
            "pom.xml",
            "<parent>\n<artifactId>spring-boot-starter-parent</artifactId>\n<version>4.0.1</version>\n</parent>\n<dependency><artifactId>t</artifactId><scope>test</scope></dependency>",
        );
        assert_eq!(java[1], ("spring-boot".into(), "4.0.1".into(), 2));
        assert_eq!(java.len(), 2);
        let gradle = all(
            "build.gradle",
            "implementation 'io.micrometer:micrometer-tracing-bridge-otel:1.2'\ntestImplementation 'a:b:1'\n",
        );
        assert_eq!(gradle, [("micrometer-tracing-bridge-otel".into(), "1.2".into(), 1)]);
        let python = all("requirements.txt", "# c\nFlask_Thing==2.0\nopentelemetry-instrumentation-flask\n");
        assert_eq!(python[0], ("flask-thing".into(), "2.0".into(), 2));
        assert_eq!(python[1].0, "opentelemetry-instrumentation-flask");
        let project = all("pyproject.toml", "dependencies = [\n  \"opentelemetry-distro>=0.5\",\n]\n");
        assert!(project.iter().any(|one| one.0 == "opentelemetry-distro" && one.2 == 2), "{project:?}");
    }
}
