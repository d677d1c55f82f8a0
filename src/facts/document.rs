//! Files that are not code and still say how code runs: manifests, images, deployments, settings.

use super::coverage::Place;
use crate::model::{FilePath, SourceText, Span};

/// What kind of document a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// `go.mod`, `package.json`, `pyproject.toml`, `requirements.txt`, `Cargo.toml`, `pom.xml`, `build.gradle`.
    Manifest,
    Dockerfile,
    Procfile,
    /// Compose, Kubernetes, Helm, Kustomize, serverless frameworks, application platforms.
    Deployment,
    /// Start scripts, Makefiles.
    Script,
    /// `.env`, `application.properties`, `application.yml`.
    Settings,
    /// Workflows that build what is shipped.
    Build,
}

#[derive(Clone, Debug)]
pub struct Document {
    pub path: FilePath,
    pub kind: DocumentKind,
    /// Reaches production, as far as its path tells: not for development, tests or examples.
    pub shipped: bool,
    pub source: SourceText,
    pub settings: Vec<Setting>,
}

/// A name that is given a value: an environment variable, a property, an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// With the keys around it, joined by dots: `spec.template.metadata.annotations.sidecar.istio.io/inject`.
    pub name: String,
    pub value: String,
    pub line: u32,
    pub span: Span,
}

impl Setting {
    /// Whether it is the setting of that name, however it is spelled: `management.tracing.enabled`, as keys inside one
    /// another, or `MANAGEMENT_TRACING_ENABLED`.
    pub fn is(&self, wanted: &str) -> bool {
        let name = self.name.as_str();
        if name == wanted {
            return true;
        }
        if let Some(before) = name.len().checked_sub(wanted.len())
            && name.is_char_boundary(before)
            && name[before..].eq_ignore_ascii_case(wanted)
            && name[..before].ends_with('.')
        {
            return true;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        wanted.contains('.') && screaming(wanted) == last
    }

    /// What a wanted name with one `*` leaves for it: `jdbc` of `otel.instrumentation.*.enabled`.
    pub fn captured(&self, wanted: &str) -> Option<String> {
        let (before, after) = wanted.split_once('*')?;
        let between = |name: &str, before: &str, after: &str| {
            let from = name.find(before)? + before.len();
            let rest = name[from..].strip_suffix(after)?;
            (!rest.is_empty()).then(|| rest.to_owned())
        };
        let last = self.name.rsplit('.').next().unwrap_or(&self.name);
        between(&self.name, before, after).or_else(|| {
            let found = between(last, &screaming(before), &screaming(after))?;
            Some(found.to_ascii_lowercase().replace('_', "-"))
        })
    }

    pub fn place(&self, path: &FilePath) -> Place {
        Place { path: path.clone(), line: self.line, span: self.span }
    }
}

/// The name of an environment variable for a property.
fn screaming(name: &str) -> String {
    name.replace(['.', '-'], "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str) -> Setting {
        Setting { name: name.into(), value: String::new(), line: 1, span: Span::default() }
    }

    #[test]
    fn a_setting_is_known_by_any_of_its_spellings() {
        assert!(setting("management.tracing.enabled").is("management.tracing.enabled"));
        assert!(setting("env.MANAGEMENT_TRACING_ENABLED").is("management.tracing.enabled"));
        assert!(setting("spec.env.OTEL_SDK_DISABLED").is("OTEL_SDK_DISABLED"));
        assert!(!setting("MY_OTEL_SDK_DISABLED").is("OTEL_SDK_DISABLED"));
        assert!(setting("metadata.annotations.sidecar.istio.io/inject").is("sidecar.istio.io/inject"));
    }

    #[test]
    fn a_star_captures_a_name() {
        let wanted = "otel.instrumentation.*.enabled";
        assert_eq!(setting("otel.instrumentation.jdbc.enabled").captured(wanted).as_deref(), Some("jdbc"));
        assert_eq!(setting("OTEL_INSTRUMENTATION_SPRING_WEB_ENABLED").captured(wanted).as_deref(), Some("spring-web"));
        assert_eq!(setting("otel.instrumentation.enabled").captured(wanted), None);
    }
}
