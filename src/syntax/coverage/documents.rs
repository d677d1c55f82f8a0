//! Which paths are documents, and whether what they say reaches production.

use super::settings::settings;
use crate::facts::{Document, DocumentKind};
use crate::model::{FilePath, SourceText};

/// Documents larger than this are data.
const MAX_BYTES: usize = 512 * 1024;

const MANIFESTS: [&str; 14] = [
    "go.mod",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "orchestrion.tool.go",
    "libs.versions.toml",
    "requirements.in",
];

/// Folders whose YAML describes what runs.
const DEPLOYMENT_FOLDERS: [&str; 18] = [
    "k8s",
    "kubernetes",
    "kube",
    "deploy",
    "deployment",
    "deployments",
    "helm",
    "charts",
    "chart",
    "kustomize",
    "overlays",
    "manifests",
    "templates",
    "infra",
    "infrastructure",
    "argocd",
    "gitops",
    "ops",
];

/// Parts of paths that never reach production.
const UNSHIPPED: [&str; 26] = [
    "dev",
    "devel",
    "development",
    "devcontainer",
    "local",
    "localhost",
    "test",
    "tests",
    "testing",
    "testdata",
    "e2e",
    "ci",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "docs",
    "doc",
    "debug",
    "benchmark",
    "bench",
    "integration",
    "fixtures",
    "tilt",
    "sandbox",
];

/// Endings of files that are none, but for the names in [`MANIFESTS`] and [`PLATFORMS`]: asked of every path of a tree.
const NO_DOCUMENTS: [&str; 22] = [
    "go", "py", "ts", "tsx", "js", "jsx", "mjs", "java", "rs", "md", "png", "svg", "jpg", "snap", "html", "css",
    "scss", "sql", "proto", "txt", "kt", "json",
];

const PLATFORMS: [&str; 11] = [
    "fly.toml",
    "serverless.yml",
    "serverless.yaml",
    "template.yaml",
    "template.yml",
    "render.yaml",
    "app.yaml",
    "app.yml",
    "vercel.json",
    "ecosystem.config.js",
    "ecosystem.config.cjs",
];

pub(in crate::syntax) fn document_kind(path: &FilePath) -> Option<DocumentKind> {
    let name = path.file_name();
    if NO_DOCUMENTS.contains(&path.extension()) {
        return match name {
            _ if MANIFESTS.contains(&name) || is_requirements(path) => Some(DocumentKind::Manifest),
            _ if PLATFORMS.contains(&name) => Some(DocumentKind::Deployment),
            _ => None,
        };
    }
    let lower = name.to_ascii_lowercase();
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    if MANIFESTS.contains(&name) || is_requirements(path) {
        return Some(DocumentKind::Manifest);
    }
    if lower == "dockerfile"
        || lower.starts_with("dockerfile.")
        || lower.ends_with(".dockerfile")
        || lower == "containerfile"
    {
        return Some(DocumentKind::Dockerfile);
    }
    if lower == "procfile" {
        return Some(DocumentKind::Procfile);
    }
    if is_settings(&lower) {
        return Some(DocumentKind::Settings);
    }
    if yaml && path.as_str().starts_with(".github/workflows/") {
        return Some(DocumentKind::Build);
    }
    let compose = yaml && (lower.starts_with("docker-compose") || lower.starts_with("compose"));
    if compose || PLATFORMS.contains(&lower.as_str()) || lower.ends_with(".service") {
        return Some(DocumentKind::Deployment);
    }
    let folder =
        || path.folder().split('/').any(|part| DEPLOYMENT_FOLDERS.contains(&part.to_ascii_lowercase().as_str()));
    let telling = ["deployment", "statefulset", "daemonset", "values", "cronjob", "k8s", "kustomization"];
    if yaml && (folder() || telling.iter().any(|word| lower.contains(word))) {
        return Some(DocumentKind::Deployment);
    }
    if lower.ends_with(".tf") && folder() {
        return Some(DocumentKind::Deployment);
    }
    let starts = ["entrypoint", "start", "run", "serve", "boot", "launch"];
    let shell = lower.ends_with(".sh") && starts.iter().any(|word| lower.contains(word));
    (shell || lower == "makefile").then_some(DocumentKind::Script)
}

fn is_requirements(path: &FilePath) -> bool {
    let name = path.file_name();
    (name.starts_with("requirements") || path.folder().ends_with("requirements"))
        && (name.ends_with(".txt") || name.ends_with(".in"))
}

fn is_settings(lower: &str) -> bool {
    let spring = lower.starts_with("application") || lower.starts_with("bootstrap");
    spring && (lower.ends_with(".properties") || lower.ends_with(".yml") || lower.ends_with(".yaml"))
        || lower == ".env"
        || lower.starts_with(".env.")
        || lower.ends_with(".env")
}

/// Whether a document speaks of production: no part of its path says that it is for development or tests.
pub(super) fn is_shipped(path: &FilePath) -> bool {
    let lower = path.as_str().to_ascii_lowercase();
    let mut parts = lower.split(['/', '.', '-', '_']);
    !parts.any(|part| UNSHIPPED.contains(&part))
}

pub(in crate::syntax) fn document(path: &FilePath, text: &SourceText) -> Option<Document> {
    let kind = document_kind(path)?;
    if text.as_str().len() > MAX_BYTES {
        return None;
    }
    let settings = match kind {
        DocumentKind::Manifest => Vec::new(),
        _ => settings(&path.file_name().to_ascii_lowercase(), kind, text),
    };
    Some(Document { path: path.clone(), kind, shipped: is_shipped(path), source: text.clone(), settings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_a_document_is() {
        let kind = |path: &str| document_kind(&FilePath::from(path));
        assert_eq!(kind("svc/Dockerfile"), Some(DocumentKind::Dockerfile));
        assert_eq!(kind("svc/requirements/prod.txt"), Some(DocumentKind::Manifest));
        assert_eq!(kind("deploy/api.yaml"), Some(DocumentKind::Deployment));
        assert_eq!(kind("docker-compose.yml"), Some(DocumentKind::Deployment));
        assert_eq!(kind("src/main/resources/application-prod.yml"), Some(DocumentKind::Settings));
        assert_eq!(kind("config/i18n.yaml"), None);
        assert!(
            is_shipped(&FilePath::from("deploy/api.yaml")) && !is_shipped(&FilePath::from("docker-compose.dev.yml"))
        );
        assert!(!is_shipped(&FilePath::from("deploy/overlays/test/env.yaml")));
    }
}
