//! The files of one side as one project: lookups by name, module and folder that resolution needs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::code::{Outline, ScopeId, ScopeKind};
use crate::model::{FilePath, Language, SourceText};

/// One file that was read, with indexes over its outline.
pub(super) struct Read {
    pub(super) path: FilePath,
    pub(super) language: Language,
    pub(super) source: SourceText,
    pub(super) outline: Arc<Outline>,
    /// Bindings by last name; the path tells `x` from `this.x`.
    bindings: HashMap<String, Vec<u32>>,
    imports: HashMap<String, Vec<u32>>,
    functions: HashMap<String, Vec<ScopeId>>,
}

impl Read {
    pub(super) fn new(path: FilePath, language: Language, source: SourceText, outline: Outline) -> Self {
        let mut read = Self {
            path,
            language,
            source,
            outline: Arc::new(outline),
            bindings: HashMap::new(),
            imports: HashMap::new(),
            functions: HashMap::new(),
        };
        let outline = read.outline.clone();
        for (index, binding) in outline.bindings.iter().enumerate() {
            if let Some(name) = binding.path.last() {
                read.bindings.entry(name.clone()).or_default().push(index as u32);
            }
        }
        for (index, import) in outline.imports.iter().enumerate() {
            read.imports.entry(import.alias.clone()).or_default().push(index as u32);
        }
        for (index, scope) in outline.scopes.iter().enumerate() {
            if let Some(name) = scope.name.as_ref().filter(|_| scope.kind != ScopeKind::Class) {
                read.functions.entry(name.clone()).or_default().push(ScopeId(index as u32));
            }
        }
        read
    }

    pub(super) fn bindings(&self, name: &str) -> impl Iterator<Item = &crate::facts::code::Binding> {
        self.bindings.get(name).into_iter().flatten().map(|index| &self.outline.bindings[*index as usize])
    }

    pub(super) fn imports(&self, alias: &str) -> impl Iterator<Item = &crate::facts::code::Import> {
        self.imports.get(alias).into_iter().flatten().map(|index| &self.outline.imports[*index as usize])
    }

    /// Functions and methods of a name.
    pub(super) fn functions(&self, name: &str) -> impl Iterator<Item = ScopeId> {
        self.functions.get(name).into_iter().flatten().copied()
    }

    /// The function (not method) of a name at file level.
    pub(super) fn function(&self, name: &str) -> Option<ScopeId> {
        self.functions(name).find(|id| self.outline.scopes[id.index()].owner.is_none())
    }

    pub(super) fn method(&self, owner: &str, name: &str) -> Option<ScopeId> {
        self.functions(name).find(|id| self.outline.scopes[id.index()].owner.as_deref() == Some(owner))
    }
}

/// All files of one side that were read.
pub(super) struct Project {
    pub(super) files: Vec<Arc<Read>>,
    by_path: HashMap<FilePath, usize>,
    by_folder: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// The files that each import of each file names: asked for nearly every call, so found once.
    modules: Vec<HashMap<String, Vec<usize>>>,
}

impl Project {
    pub(super) fn new(files: Vec<Arc<Read>>) -> Self {
        let mut by_path = HashMap::new();
        let mut by_folder: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            by_path.insert(file.path.clone(), index);
            by_folder.entry(file.path.folder().to_owned()).or_default().push(index);
            by_name.entry(file.path.file_name().to_owned()).or_default().push(index);
        }
        let mut project = Self { files, by_path, by_folder, by_name, modules: Vec::new() };
        project.modules = (0..project.files.len()).map(|file| project.imported_by(file)).collect();
        project
    }

    fn imported_by(&self, file: usize) -> HashMap<String, Vec<usize>> {
        let mut modules = HashMap::new();
        for import in &self.files[file].outline.imports {
            if !modules.contains_key(&import.module) {
                modules.insert(import.module.clone(), self.find_module(file, &import.module));
            }
        }
        modules
    }

    /// The files that share a namespace with this one: the package in Go and Java, the file alone elsewhere.
    pub(super) fn package(&self, file: usize) -> Vec<usize> {
        match self.files[file].language {
            Language::Go | Language::Java => {
                let all = self.by_folder.get(self.files[file].path.folder()).cloned().unwrap_or_default();
                // The file itself first: its own names win.
                std::iter::once(file).chain(all.into_iter().filter(|other| *other != file)).collect()
            }
            _ => vec![file],
        }
    }

    /// The files of this project that an import names.
    pub(super) fn module(&self, file: usize, module: &str) -> Vec<usize> {
        self.modules[file].get(module).cloned().unwrap_or_else(|| self.find_module(file, module))
    }

    fn find_module(&self, file: usize, module: &str) -> Vec<usize> {
        let read = &self.files[file];
        match read.language {
            Language::Go => self.go_package(module),
            _ => module_paths(&read.path, read.language, module)
                .iter()
                .find_map(|path| self.by_path.get(path.as_str()).copied().or_else(|| self.by_suffix(path)))
                .into_iter()
                .collect(),
        }
    }

    fn go_package(&self, module: &str) -> Vec<usize> {
        let fits = |folder: &String| !folder.is_empty() && folder.contains('/') && module.ends_with(folder.as_str());
        let folder = self.by_folder.keys().filter(|folder| fits(folder)).max_by_key(|folder| folder.len());
        folder.and_then(|folder| self.by_folder.get(folder)).cloned().unwrap_or_default()
    }

    /// Absolute module names do not start at the repository's root: `app.dao` may live in `api/app/dao.py`.
    fn by_suffix(&self, path: &str) -> Option<usize> {
        if !path.contains('/') {
            return None;
        }
        let suffix = format!("/{path}");
        let name = path.rsplit('/').next()?;
        let named = self.by_name.get(name)?.iter();
        let mut found = named.filter(|index| self.files[**index].path.as_str().ends_with(&suffix));
        let index = found.next()?;
        // Two candidates: a guess would be worse than not knowing.
        found.next().is_none().then_some(*index)
    }
}

/// Where a module may live, best first. Pure name work: whether a file exists is the caller's business.
pub(super) fn module_paths(from: &FilePath, language: Language, module: &str) -> Vec<String> {
    match language {
        Language::Python => python_paths(from, module),
        Language::JavaScript | Language::TypeScript | Language::Tsx => script_paths(from, module),
        Language::Java => vec![format!("{}.java", module.replace('.', "/"))],
        Language::Rust => rust_paths(from, module),
        Language::Go => Vec::new(),
    }
}

fn python_paths(from: &FilePath, module: &str) -> Vec<String> {
    let dots = module.len() - module.trim_start_matches('.').len();
    let rest = module[dots..].replace('.', "/");
    let mut folder = String::new();
    if dots > 0 {
        let mut parts: Vec<&str> = from.folder().split('/').filter(|part| !part.is_empty()).collect();
        parts.truncate(parts.len().saturating_sub(dots - 1));
        folder = parts.join("/");
    }
    let stem = [folder, rest].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("/");
    vec![format!("{stem}.py"), format!("{stem}/__init__.py")]
}

fn script_paths(from: &FilePath, module: &str) -> Vec<String> {
    let stem = if module.starts_with('.') {
        normalise(&format!("{}/{module}", from.folder()))
    } else if let Some(rest) = module.strip_prefix("@/").or_else(|| module.strip_prefix("~/")) {
        format!("src/{rest}")
    } else {
        return Vec::new();
    };
    let bare =
        ["js", "mjs", "cjs", "jsx"].iter().find_map(|ext| stem.strip_suffix(&format!(".{ext}"))).unwrap_or(&stem);
    let mut paths = vec![stem.clone()];
    paths.extend(["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts"].iter().map(|ext| format!("{bare}.{ext}")));
    paths.extend(["ts", "tsx", "js"].iter().map(|ext| format!("{stem}/index.{ext}")));
    paths
}

fn rust_paths(from: &FilePath, module: &str) -> Vec<String> {
    let mut parts: Vec<&str> = module.split("::").collect();
    let source = from.as_str().find("src/").map_or("", |at| &from.as_str()[..at + 4]);
    let base = match parts.first() {
        Some(&"crate") => source.trim_end_matches('/').to_owned(),
        Some(&"super") => {
            let folder = from.folder();
            if from.file_name() == "mod.rs" { normalise(&format!("{folder}/..")) } else { folder.to_owned() }
        }
        Some(&"self") => from.folder().to_owned(),
        _ => return Vec::new(),
    };
    parts.remove(0);
    let mut paths = Vec::new();
    while !parts.is_empty() {
        let stem = format!("{base}/{}", parts.join("/"));
        paths.extend([format!("{stem}.rs"), format!("{stem}/mod.rs")]);
        parts.pop();
    }
    paths
}

fn normalise(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_looked_for_where_the_languages_keep_them() {
        let from = FilePath::from("api/app/views/user.py");
        assert_eq!(module_paths(&from, Language::Python, "..dao")[0], "api/app/dao.py");
        assert_eq!(module_paths(&from, Language::Python, "app.dao")[0], "app/dao.py");
        let from = FilePath::from("src/a/b.ts");
        assert!(module_paths(&from, Language::TypeScript, "../log.js").contains(&"src/log.ts".to_owned()));
        let from = FilePath::from("core/src/a/mod.rs");
        assert_eq!(module_paths(&from, Language::Rust, "crate::log::init")[2], "core/src/log.rs");
    }
}
