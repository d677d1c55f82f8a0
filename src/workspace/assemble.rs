//! Two trees become a change set: the part that local repositories and the cache share.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{ChangeSet, CommitSha, Content, FileChange, FilePath, Language, Neighbour, Note, NoteKind};
use crate::rules::custom::{FOLDER, MAX_FILES, is_rule_file};
use crate::syntax;

use super::attributes::Attributes;
use super::blobs::{self, Blobs};
use super::diff::{Blob, EntryKind, RawEntry};
use super::error::WorkspaceError;
use super::fetched::Fetched;
use super::git::Git;
use super::limits::Limits;
use super::snapshot::{self, Changed, empty_tree};
use super::tree::Tree;

const CONFIG: &str = ".github/sightline.yml";

/// What is compared with what.
pub(super) struct Sides {
    /// A commit; nothing stands for the empty tree.
    pub(super) base: Option<CommitSha>,
    /// A commit or a tree.
    pub(super) head_tree: String,
    /// The commit of the head, if it is one.
    pub(super) head: Option<CommitSha>,
    pub(super) compared_with: String,
}

/// Brings objects into the repository before they are read; the cache fetches them, a local repository has them.
pub(super) trait Provide {
    fn provide(&mut self, git: &Git, oids: &[&str]) -> Result<(), WorkspaceError>;
}

pub(super) fn assemble(
    git: &Git,
    sides: Sides,
    limits: &Limits,
    source: &mut dyn Provide,
) -> Result<Fetched, WorkspaceError> {
    let base = sides.base.as_ref().map_or_else(|| empty_tree(&sides.head_tree), CommitSha::as_str);
    let mut overview = snapshot::overview(git, base, &sides.head_tree, limits)?;
    let tree = Tree::list(git, &sides.head_tree, limits.tree_bytes)?;
    let mut notes = Vec::new();
    if tree.too_large {
        notes.push(Note::general(NoteKind::LimitReached, "the repository's tree is too large to be listed"));
    }
    let special = match &sides.base {
        Some(base) => Special::find(git, base, &overview, &tree)?,
        None => Special::default(),
    };
    let mut unread = select(&mut overview, limits, &mut notes);

    // The diff looks into links too, though nobody else does.
    let mut wanted: Vec<&str> =
        overview.iter().flat_map(|entry| sides_of(entry, &[EntryKind::File, EntryKind::Link])).collect();
    wanted.extend(special.oids());
    source.provide(git, &wanted)?;
    unread.extend(set_aside_missing(git, &mut overview, &mut notes)?);
    let changed = if unread.is_empty() {
        snapshot::whole(git, base, &sides.head_tree, limits)?
    } else {
        snapshot::part(git, base, &sides.head_tree, &overview, limits)?
    };
    if changed.iter().any(|file| file.cut) {
        notes.push(Note::general(
            NoteKind::LimitReached,
            "the diff is too long: changed lines of some files are unknown",
        ));
    }

    let mut blobs = Blobs::new(limits);
    blobs.load(git, special.oids(), limits)?;
    // Code first, so that the total is spent on what can be analysed.
    let (code, documents): (Vec<&Changed>, Vec<&Changed>) = changed.iter().partition(|file| is_code(&file.entry.path));
    blobs.load(git, texts_of(&code), limits)?;
    blobs.load(git, texts_of(&documents), &for_documents(limits))?;
    let attributes = special.attributes(&blobs);
    let mut files: Vec<FileChange> = changed.into_iter().map(|file| file_change(file, &blobs, &attributes)).collect();
    files.extend(unread.into_iter().map(Unread::into_change));
    let neighbours = load_neighbours(git, &files, &tree, limits, source, &mut blobs)?;
    if blobs.total_exceeded {
        let text =
            format!("the change holds more than {} MiB of text; the rest was not read", limits.total_bytes >> 20);
        notes.push(Note::general(NoteKind::LimitReached, text));
    }
    let config = special.config(&blobs, &mut notes);
    let rules = special.rules(&blobs, &mut notes);
    let change = ChangeSet { base: sides.base, head: sides.head, files, neighbours, tree: tree.paths, rules };
    Ok(Fetched { change, config, notes, compared_with: sides.compared_with })
}

/// A changed path that is only listed.
struct Unread {
    entry: RawEntry,
    why: String,
}

impl Unread {
    fn into_change(self) -> FileChange {
        let Self { entry, why } = self;
        let content = |side: &Option<Blob>| match side {
            None => Content::Absent,
            Some(_) => Content::Unavailable(why.clone()),
        };
        FileChange {
            status: entry.status,
            base: content(&entry.old),
            head: content(&entry.new),
            path: entry.path,
            old_path: None,
            hunks: Vec::new(),
            linguist: crate::model::Linguist::default(),
        }
    }
}

/// Cuts the list to the limit, code first; answers with what does not fit.
fn select(overview: &mut Vec<RawEntry>, limits: &Limits, notes: &mut Vec<Note>) -> Vec<Unread> {
    if overview.len() <= limits.files {
        return Vec::new();
    }
    let text = format!("{} files changed; only {} were read", overview.len(), limits.files);
    notes.push(Note::general(NoteKind::LimitReached, text));
    overview.sort_by_key(|entry| Language::of_path(&entry.path).is_none());
    let why = format!("it is beyond the limit of {} files", limits.files);
    overview.split_off(limits.files).into_iter().map(|entry| Unread { entry, why: why.clone() }).collect()
}

/// git gives up on a whole diff when a single object is missing, as in a partial clone; so those files are left out.
fn set_aside_missing(
    git: &Git,
    overview: &mut Vec<RawEntry>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Unread>, WorkspaceError> {
    let oids: Vec<&str> =
        overview.iter().flat_map(|entry| sides_of(entry, &[EntryKind::File, EntryKind::Link])).collect();
    if oids.is_empty() {
        return Ok(Vec::new());
    }
    let missing: HashSet<String> = blobs::sizes(git, &oids)?
        .into_iter()
        .filter(|(_, size)| size.is_none())
        .map(|(oid, _)| oid.to_owned())
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let lost =
        |entry: &RawEntry| [&entry.old, &entry.new].into_iter().flatten().any(|blob| missing.contains(&blob.oid));
    let (gone, here): (Vec<_>, Vec<_>) = std::mem::take(overview).into_iter().partition(lost);
    *overview = here;
    let text =
        format!("contents of {} changed files are missing from this repository; is it a partial clone?", gone.len());
    notes.push(Note::general(NoteKind::Analysis, text));
    let why = "its content is missing from this repository";
    Ok(gone.into_iter().map(|entry| Unread { entry, why: why.to_owned() }).collect())
}

fn sides_of<'a>(entry: &'a RawEntry, kinds: &'a [EntryKind]) -> impl Iterator<Item = &'a str> {
    let blobs = [&entry.old, &entry.new].into_iter().flatten();
    blobs.filter(|blob| kinds.contains(&blob.kind)).map(|blob| blob.oid.as_str())
}

fn is_code(path: &FilePath) -> bool {
    Language::of_path(path).is_some()
}

fn for_documents(limits: &Limits) -> Limits {
    Limits { file_bytes: limits.document_bytes, ..limits.clone() }
}

fn texts_of<'a>(changed: &[&'a Changed]) -> impl Iterator<Item = &'a str> {
    changed.iter().flat_map(|file| sides_of(&file.entry, &[EntryKind::File]))
}

fn file_change(file: Changed, blobs: &Blobs, attributes: &Attributes) -> FileChange {
    let Changed { entry, hunks, cut } = file;
    let content = |side: &Option<Blob>| match side {
        None => Content::Absent,
        Some(blob) if blob.kind != EntryKind::File => Content::NotAFile,
        Some(_) if cut => Content::Unavailable("the diff is too long: its changed lines are unknown".to_owned()),
        Some(blob) => blobs.get(&blob.oid).cloned().unwrap_or(Content::Unavailable("it was not loaded".to_owned())),
    };
    let linguist = attributes.of(entry.old_path.as_ref().unwrap_or(&entry.path));
    FileChange {
        status: entry.status,
        base: content(&entry.old),
        head: content(&entry.new),
        path: entry.path,
        old_path: entry.old_path,
        hunks,
        linguist,
    }
}

fn load_neighbours(
    git: &Git,
    files: &[FileChange],
    tree: &Tree,
    limits: &Limits,
    source: &mut dyn Provide,
    blobs: &mut Blobs,
) -> Result<Vec<Neighbour>, WorkspaceError> {
    let wanted: Vec<(FilePath, &Blob)> = syntax::wanted(files, &tree.paths)
        .into_iter()
        .filter_map(|path| tree.get(&path).map(|blob| (path, blob)))
        .filter(|(_, blob)| blob.kind == EntryKind::File)
        .collect();
    let oids: Vec<&str> = wanted.iter().map(|(_, blob)| blob.oid.as_str()).collect();
    source.provide(git, &oids)?;
    let (code, documents): (Vec<_>, Vec<_>) = wanted.iter().partition(|(path, _)| is_code(path));
    blobs.load(git, code.iter().map(|(_, blob)| blob.oid.as_str()), limits)?;
    // Documents are read as far as there is room; what does not fit is no loss that anybody has to be told of.
    let exceeded = blobs.total_exceeded;
    blobs.load(git, documents.iter().map(|(_, blob)| blob.oid.as_str()), &for_documents(limits))?;
    blobs.total_exceeded = exceeded;
    let texts = wanted.into_iter().filter_map(|(path, blob)| {
        let text = blobs.get(&blob.oid)?.text()?.clone();
        Some(Neighbour { path, text })
    });
    Ok(texts.collect())
}

/// Files of the base that steer the analysis: configuration, attributes, the repository's own rules.
#[derive(Default)]
struct Special {
    config: Option<String>,
    attributes: Vec<(FilePath, String)>,
    rules: Vec<(FilePath, String)>,
}

impl Special {
    fn find(git: &Git, base: &CommitSha, overview: &[RawEntry], tree: &Tree) -> Result<Self, WorkspaceError> {
        let mut paths: Vec<FilePath> =
            overview.iter().flat_map(|entry| Attributes::files_for(&entry.path).collect::<Vec<_>>()).collect();
        paths.push(FilePath::from(CONFIG));
        // A rule file that the change adds or removes is of interest as it was before.
        let here = tree.paths.iter().chain(overview.iter().map(|entry| &entry.path));
        paths.extend(here.filter(|path| is_rule_file(path)).cloned());
        paths.sort_unstable();
        paths.dedup();
        let listed = if tree.too_large {
            let rules = Tree::some(git, base.as_str(), &[FilePath::new(format!("{FOLDER}/"))])?;
            paths.extend(rules.paths.iter().filter(|path| is_rule_file(path)).cloned());
            paths.sort_unstable();
            paths.dedup();
            Some(Tree::some(git, base.as_str(), &paths)?)
        } else {
            None
        };
        let changed: HashMap<&FilePath, &RawEntry> = overview.iter().map(|entry| (&entry.path, entry)).collect();
        // A path that did not change has at the base what it has at the head, and the head is listed already.
        let at_base = |path: &FilePath| {
            let blob = match (&listed, changed.get(path)) {
                (Some(base), _) => base.get(path),
                (None, Some(entry)) => entry.old.as_ref(),
                (None, None) => tree.get(path),
            };
            blob.filter(|blob| blob.kind == EntryKind::File).map(|blob| blob.oid.clone())
        };
        let mut special = Self { config: at_base(&FilePath::from(CONFIG)), ..Self::default() };
        for path in paths {
            let list = match path.file_name() {
                ".gitattributes" => &mut special.attributes,
                _ if is_rule_file(&path) => &mut special.rules,
                _ => continue,
            };
            list.extend(at_base(&path).map(|oid| (path, oid)));
        }
        Ok(special)
    }

    fn oids(&self) -> impl Iterator<Item = &str> {
        let listed = self.attributes.iter().chain(self.rules.iter().take(MAX_FILES));
        self.config.iter().chain(listed.map(|(_, oid)| oid)).map(String::as_str)
    }

    fn attributes(&self, blobs: &Blobs) -> Attributes {
        let mut attributes = Attributes::default();
        for (path, oid) in &self.attributes {
            if let Some(text) = blobs.get(oid).and_then(Content::text) {
                attributes.add(path, text);
            }
        }
        attributes
    }

    fn rules(&self, blobs: &Blobs, notes: &mut Vec<Note>) -> Vec<Neighbour> {
        if self.rules.len() > MAX_FILES {
            let text = format!("{FOLDER} holds {} rule files; only {MAX_FILES} were read", self.rules.len());
            notes.push(Note::general(NoteKind::LimitReached, text));
        }
        let mut rules = Vec::new();
        for (path, oid) in self.rules.iter().take(MAX_FILES) {
            match blobs.get(oid).and_then(Content::text) {
                Some(text) => rules.push(Neighbour { path: path.clone(), text: text.clone() }),
                None => {
                    notes.push(Note::on(NoteKind::Configuration, path, "it is not readable text, so it has no rules"))
                }
            }
        }
        rules
    }

    fn config(&self, blobs: &Blobs, notes: &mut Vec<Note>) -> Option<Arc<str>> {
        let content = blobs.get(self.config.as_ref()?)?;
        if content.text().is_none() {
            let text = format!("{CONFIG} is not readable text; defaults were used");
            notes.push(Note::general(NoteKind::Configuration, text));
        }
        content.text().cloned()
    }
}
