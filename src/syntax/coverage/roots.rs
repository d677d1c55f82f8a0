//! Which folder is a unit: the nearest one above a file with a manifest of its language.

use std::collections::BTreeMap;

use crate::model::FilePath;

/// Manifests by language.
const MANIFESTS: [(&str, &str); 12] = [
    ("go.mod", "go"),
    ("package.json", "node"),
    ("pyproject.toml", "python"),
    ("setup.py", "python"),
    ("setup.cfg", "python"),
    ("requirements.txt", "python"),
    ("Pipfile", "python"),
    ("manage.py", "python"),
    ("Cargo.toml", "rust"),
    ("pom.xml", "java"),
    ("build.gradle", "java"),
    ("build.gradle.kts", "java"),
];

/// The folders of a tree that have a manifest, and of which languages.
#[derive(Default)]
pub(in crate::syntax) struct Roots {
    folders: BTreeMap<String, Vec<&'static str>>,
}

impl Roots {
    pub(in crate::syntax) fn of<'p>(paths: impl Iterator<Item = &'p FilePath>) -> Self {
        let mut roots = Self::default();
        for path in paths {
            let name = path.file_name();
            if let Some((_, language)) = MANIFESTS.iter().find(|(manifest, _)| *manifest == name) {
                let languages = roots.folders.entry(path.folder().to_owned()).or_default();
                if !languages.contains(language) {
                    languages.push(language);
                }
            }
        }
        roots
    }

    /// The unit of a file of a language.
    pub(in crate::syntax) fn unit<'f>(&self, folder: &'f str, language: &str) -> Option<&'f str> {
        upwards(folder).find(|folder| self.folders.get(*folder).is_some_and(|has| has.contains(&language)))
    }

    /// The unit that a document is about, whatever its language.
    pub(in crate::syntax) fn nearest<'f>(&self, folder: &'f str) -> Option<&'f str> {
        upwards(folder).find(|folder| self.folders.contains_key(*folder))
    }

    pub(super) fn languages(&self, folder: &str) -> &[&'static str] {
        self.folders.get(folder).map_or(&[], Vec::as_slice)
    }
}

/// A folder and everything above it, the root of the repository last.
pub(super) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let here = next?;
        next = (!here.is_empty()).then(|| here.rsplit_once('/').map_or("", |(parent, _)| parent));
        Some(here)
    })
}

/// Whether one folder lies in another, or is it.
pub(super) fn inside(folder: &str, of: &str) -> bool {
    of.is_empty() || folder == of || folder.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'))
}
