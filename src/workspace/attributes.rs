//! `linguist-generated`, `-vendored` and `-documentation` from `.gitattributes`, read from the base so that a change
//! cannot declare itself generated. A matcher of our own: it costs no process, and works with every version of git.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobMatcher};

use crate::model::{FilePath, Linguist};

const NAMES: [&str; 3] = ["linguist-generated", "linguist-vendored", "linguist-documentation"];

/// The rules of all attribute files that concern the changed paths.
#[derive(Default)]
pub(super) struct Attributes {
    files: HashMap<String, Vec<Line>>,
}

struct Line {
    matcher: GlobMatcher,
    /// The pattern has a slash: it is matched against the path below the file's folder, else against the name alone.
    anchored: bool,
    values: Vec<(usize, Option<bool>)>,
}

impl Attributes {
    /// The attribute files that can say something about a path: one per folder above it.
    pub(super) fn files_for(path: &FilePath) -> impl Iterator<Item = FilePath> + '_ {
        std::iter::successors(Some(path.folder()), |folder| {
            (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
        })
        .map(|folder| match folder {
            "" => FilePath::from(".gitattributes"),
            folder => FilePath::new(format!("{folder}/.gitattributes")),
        })
    }

    pub(super) fn add(&mut self, file: &FilePath, text: &str) {
        let lines = text.lines().filter_map(line).collect();
        self.files.insert(file.folder().to_owned(), lines);
    }

    pub(super) fn of(&self, path: &FilePath) -> Linguist {
        let mut decided = [None; NAMES.len()];
        // The nearest file wins, and inside a file the last line that matches.
        for file in Self::files_for(path) {
            let folder = file.folder();
            let Some(lines) = self.files.get(folder) else { continue };
            let below = path.as_str().strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
            for line in lines.iter().rev() {
                let subject = if line.anchored { below } else { path.file_name() };
                if line.matcher.is_match(subject) {
                    for (name, value) in &line.values {
                        decided[*name].get_or_insert(*value);
                    }
                }
            }
        }
        let [generated, vendored, documentation] = decided.map(Option::flatten);
        Linguist { generated, vendored, documentation }
    }
}

fn line(text: &str) -> Option<Line> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let (pattern, rest) = pattern(text)?;
    let values: Vec<_> = rest.split_ascii_whitespace().filter_map(value).collect();
    if values.is_empty() {
        return None;
    }
    let anchored = pattern.trim_end_matches('/').contains('/');
    let glob = pattern.trim_start_matches('/');
    let matcher = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().ok()?.compile_matcher();
    Some(Line { matcher, anchored, values })
}

/// A pattern with spaces stands in double quotes.
fn pattern(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"'),
        None => text.split_once(|c: char| c.is_ascii_whitespace()),
    }
}

fn value(word: &str) -> Option<(usize, Option<bool>)> {
    let (name, value) = match (word.strip_prefix('-'), word.strip_prefix('!'), word.split_once('=')) {
        (Some(name), ..) => (name, Some(false)),
        (_, Some(name), _) => (name, None),
        (_, _, Some((name, value))) => (name, Some(!matches!(value, "false" | "0" | "no"))),
        _ => (word, Some(true)),
    };
    NAMES.iter().position(|known| *known == name).map(|index| (index, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(files: &[(&str, &str)]) -> Attributes {
        let mut attributes = Attributes::default();
        for (path, text) in files {
            attributes.add(&FilePath::from(*path), text);
        }
        attributes
    }

    #[test]
    fn names_match_anywhere_and_patterns_with_a_slash_match_from_the_folder() {
        let root = attributes(&[(
            ".gitattributes",
            "# comment\n*.pb.go linguist-generated\n/api/*.ts text linguist-generated=true\nthird/** linguist-vendored\nguide/* linguist-documentation\n\"a b.go\" linguist-generated\n",
        )]);
        let marked = |path: &str| root.of(&FilePath::from(path));
        let generated = |path: &str| marked(path).generated == Some(true);
        assert!(generated("x/y/z.pb.go") && generated("api/client.ts") && generated("a b.go"));
        assert_eq!(marked("third/a/b.py").vendored, Some(true));
        assert_eq!(marked("guide/a.py").documentation, Some(true));
        assert!(!generated("api/sub/client.ts") && !generated("src/api/client.ts") && !generated("main.go"));
    }

    #[test]
    fn nearer_files_and_later_lines_win() {
        let both = attributes(&[
            (".gitattributes", "*.go linguist-generated\nmain.go -linguist-generated\nreset.go !linguist-generated\n"),
            ("hand/.gitattributes", "*.go linguist-generated=false\n"),
        ]);
        let generated = |path: &str| both.of(&FilePath::from(path)).generated;
        assert_eq!(generated("a.go"), Some(true));
        assert_eq!(generated("main.go"), Some(false));
        assert_eq!(generated("hand/a.go"), Some(false));
        assert_eq!(generated("hand/deep/a.go"), Some(false), "a folder speaks for those below it");
        assert_eq!(generated("reset.go"), None, "as if nothing had been said");
        assert_eq!(generated("a.py"), None);
    }

    #[test]
    fn every_folder_above_is_asked() {
        let files: Vec<String> =
            Attributes::files_for(&FilePath::from("a/b/c.go")).map(|file| file.as_str().to_owned()).collect();
        assert_eq!(files, ["a/b/.gitattributes", "a/.gitattributes", ".gitattributes"]);
    }
}
