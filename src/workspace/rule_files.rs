//! Rule files and their tests as they lie on disk, for people who write them. A review reads them from the base instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::WorkspaceError;
use crate::model::{FilePath, Neighbour};
use crate::rules::custom::{FOLDER, MAX_FILE_BYTES, MAX_FILES, TESTS, is_test_file};

/// Deeper folders hold no rules.
const DEPTH: usize = 8;

/// The rules of a repository and their tests.
#[derive(Debug, Default)]
pub struct RuleFiles {
    pub rules: Vec<Neighbour>,
    pub tests: Vec<Neighbour>,
    /// What was looked at: the folder of the rules.
    pub folder: PathBuf,
}

impl RuleFiles {
    /// Of the repository around a folder, or of a folder that has `rules` and `rule-tests` side by side, as a project of
    /// ast-grep has.
    pub fn read(path: &Path) -> Result<Self, WorkspaceError> {
        let whole = fs::canonicalize(path);
        let path = &whole.map_err(|source| WorkspaceError::Io { doing: "look into", path: path.to_owned(), source })?;
        let root = path.ancestors().find(|above| above.join(FOLDER).is_dir());
        let (root, rules, tests) = match root {
            Some(root) => (root, FOLDER, TESTS),
            None if path.join("rules").is_dir() => (path.as_path(), "rules", "rule-tests"),
            None => return Ok(Self { folder: path.join(FOLDER), ..Self::default() }),
        };
        let mut found = Vec::new();
        for folder in [rules, tests] {
            if root.join(folder).is_dir() {
                collect(root, folder, DEPTH, &mut found)?;
            }
        }
        let (tests, mut rules): (Vec<_>, Vec<_>) = found.into_iter().partition(|file| is_test_file(&file.path));
        let beside = format!("{TESTS}/");
        rules.retain(|file| !file.path.as_str().starts_with(&beside) && !file.path.as_str().starts_with("rule-tests/"));
        Ok(Self { rules, tests, folder: root.join(FOLDER) })
    }
}

fn collect(root: &Path, folder: &str, depth: usize, found: &mut Vec<Neighbour>) -> Result<(), WorkspaceError> {
    let io = |doing: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| WorkspaceError::Io { doing, path, source }
    };
    let place = root.join(folder);
    let entries = fs::read_dir(&place).map_err(io("list", &place))?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(io("list", &place))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let path = format!("{folder}/{name}");
        let kind = entry.file_type().map_err(io("look at", &entry.path()))?;
        if kind.is_dir() && depth > 0 {
            collect(root, &path, depth - 1, found)?;
        } else if kind.is_file() && (name.ends_with(".yml") || name.ends_with(".yaml")) && found.len() < 2 * MAX_FILES {
            found.push(Neighbour { path: FilePath::new(path), text: text(&entry.path())? });
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<Arc<str>, WorkspaceError> {
    let bytes = fs::read(path).map_err(|source| WorkspaceError::Io { doing: "read", path: path.to_owned(), source })?;
    // Whoever judges the file says that it is too large; it need not be held whole for that.
    let bytes = &bytes[..bytes.len().min(8 * MAX_FILE_BYTES)];
    Ok(Arc::from(String::from_utf8_lossy(bytes)))
}
