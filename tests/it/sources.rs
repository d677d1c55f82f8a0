//! Our own sources as syn reads them, for the tests of shape and style.

use std::fs;
use std::path::{Path, PathBuf};

/// One module that lives in a file of its own.
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// `["syntax", "rust", "words"]`; empty for the crate root.
    pub(crate) path: Vec<String>,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
    /// Only compiled for tests.
    pub(crate) is_test: bool,
}

impl Module {
    /// For messages.
    pub(crate) fn name(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.file.strip_prefix(root).unwrap_or(&self.file).display().to_string()
    }

    /// Whether other modules lie inside it.
    pub(crate) fn is_folder(&self) -> bool {
        self.file.file_name().is_some_and(|name| name == "mod.rs")
    }
}

/// Every module that is reachable from the crate roots.
pub(crate) fn modules() -> Vec<Module> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    read(&src.join("lib.rs"), Vec::new(), &src, false, &mut out);
    read(&src.join("main.rs"), vec!["main".to_owned()], &src, false, &mut out);
    out
}

fn read(file: &Path, path: Vec<String>, children: &Path, is_test: bool, out: &mut Vec<Module>) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("cannot parse {}: {error}", file.display()));
    let mut inner = Vec::new();
    for item in &syntax.items {
        if let syn::Item::Mod(item) = item
            && item.content.is_none()
        {
            inner.push((item.ident.to_string(), path_attribute(&item.attrs), is_test || is_for_tests(&item.attrs)));
        }
    }
    out.push(Module { file: file.to_owned(), path: path.clone(), text, syntax, is_test });
    for (name, named_file, is_test) in inner {
        let mut path = path.clone();
        path.push(name.clone());
        let beside = file.parent().map(Path::to_owned).unwrap_or_default();
        if let Some(named) = named_file {
            let file = beside.join(named);
            read(&file, path, &beside.join(&name), is_test, out);
        } else if children.join(format!("{name}.rs")).is_file() {
            read(&children.join(format!("{name}.rs")), path, &children.join(&name), is_test, out);
        } else {
            read(&children.join(&name).join("mod.rs"), path, &children.join(&name), is_test, out);
        }
    }
}

fn path_attribute(attrs: &[syn::Attribute]) -> Option<String> {
    attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// `#[cfg(test)]` or `#[test]`.
pub(crate) fn is_for_tests(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let is_cfg = attr.path().is_ident("cfg")
            && matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string().split(|other: char| !other.is_alphanumeric()).any(|word| word == "test"));
        is_cfg || attr.path().segments.last().is_some_and(|last| last.ident == "test")
    })
}

/// Attributes of an item, whatever it is.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Every file below a folder of the repository, hidden ones and build output left out.
pub(crate) fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut stack = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(at) = stack.pop() {
        let Ok(entries) = fs::read_dir(&at) else {
            out.extend(at.is_file().then_some(at));
            continue;
        };
        stack.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    out.sort();
    out
}
