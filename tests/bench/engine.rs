//! The engine beside its yardstick: parsing alone with tree-sitter, in the same run, on the same text, on one thread.
//!
//! `cargo bench --bench engine` prints, per language, MB/s of parsing, of reading (outlines) and of the whole engine, and the
//! ratio of whole engine to parsing; then the memory that a change of 3,000 files takes. The corpus is pinned: the fixtures
//! of this repository, repeated under different paths (for Rust its own sources too). `cargo bench --bench engine -- PATH`
//! takes the code below a folder instead: of each language the files that the engine reads, all of them as if new.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use sightline::check::analyse;
use sightline::facts::FileClass;
use sightline::model::{ChangeSet, Content, FileChange, FilePath, FileStatus, Hunk, Language, SourceText};
use sightline::syntax::{Budget, Outcome, class_of, outline, parse_only};

const ROUNDS: usize = 7;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let first = args.next();
    if first.as_deref() == Some("--memory") {
        memory();
        return;
    }
    if let Some(every) = first.as_deref().and_then(|mode| mode.strip_prefix("--parse")) {
        let folder = args.next().unwrap();
        parse(Path::new(&folder), every == "-all");
        return;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    println!(
        "{:<12}{:>8}{:>12}{:>12}{:>12}{:>16}",
        "language", "MB", "parse MB/s", "read MB/s", "whole MB/s", "whole / parse"
    );
    for (name, language, extensions) in [
        ("Go", Language::Go, &["go"][..]),
        ("Python", Language::Python, &["py"]),
        ("TypeScript", Language::TypeScript, &["ts"]),
        ("TSX", Language::Tsx, &["tsx"]),
        ("JavaScript", Language::JavaScript, &["js"]),
        ("Java", Language::Java, &["java"]),
        ("Rust", Language::Rust, &["rs"]),
    ] {
        let files = match &first {
            Some(folder) => below(Path::new(folder), extensions),
            None => corpus(extensions, 400_000),
        };
        if !files.is_empty() {
            pool.install(|| row(name, language, &files));
        }
    }
    if first.is_some() {
        return;
    }
    println!();
    // A process of its own, so that the peak is the change's and nobody else's.
    let status = std::process::Command::new(std::env::current_exe().unwrap()).arg("--memory").status().unwrap();
    assert!(status.success());
}

fn row(name: &str, language: Language, files: &[(FilePath, Arc<str>)]) {
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let change = added(files);
    let budget = Budget::default();
    let sources: Vec<SourceText> = files.iter().map(|(_, text)| SourceText::new(text.clone())).collect();
    let (mut parse, mut read, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    // Interleaved, so that a noisy moment hits all three alike.
    for round in 0..=ROUNDS {
        let times = [
            timed(|| sources.iter().map(|source| parse_only(language, source)).sum::<usize>()),
            timed(|| sources.iter().map(|source| outline(language, source, &budget).0.calls.len()).sum::<usize>()),
            timed(|| analyse(&change).files.len()),
        ];
        // The first round compiles queries and warms caches.
        if round > 0 {
            parse.push(times[0]);
            read.push(times[1]);
            whole.push(times[2]);
        }
    }
    let speed = |times: &mut Vec<Duration>| {
        times.sort();
        bytes as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
    };
    let (parse, read, whole) = (speed(&mut parse), speed(&mut read), speed(&mut whole));
    let ratio = parse / whole;
    println!("{name:<12}{:>8.1}{parse:>12.1}{read:>12.1}{whole:>12.1}{ratio:>15.2}x", bytes as f64 / 1e6);
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

fn added(files: &[(FilePath, Arc<str>)]) -> ChangeSet {
    let files = files.iter().map(|(path, text)| {
        let lines = SourceText::new(text.clone()).line_count();
        let hunk = Hunk { new_start: 1, new_lines: lines, added: (1..=lines).collect(), ..Hunk::default() };
        FileChange {
            path: path.clone(),
            old_path: None,
            status: FileStatus::Added,
            base: Content::Absent,
            head: Content::Text(text.clone()),
            hunks: vec![hunk],
            linguist: sightline::model::Linguist::default(),
        }
    });
    ChangeSet { files: files.collect(), ..ChangeSet::default() }
}

/// Parsing alone as a process of its own: of every file, or of those that the engine would read.
fn parse(folder: &Path, every: bool) {
    let mut found = Vec::new();
    collect(folder, &["go", "py", "ts", "tsx", "js", "java", "rs"], &mut found);
    let nodes: usize = found
        .par_iter()
        .filter_map(|path| {
            let name = FilePath::new(path.strip_prefix(folder).ok()?.to_string_lossy().into_owned());
            let language = Language::of_path(&name)?;
            let text = std::fs::read_to_string(path).ok()?;
            let skipped = matches!(
                class_of(&name, &text, sightline::model::Linguist::default()),
                FileClass::Generated | FileClass::Vendored | FileClass::Test
            );
            (every || !skipped).then(|| parse_only(language, &SourceText::new(text)))
        })
        .sum();
    println!("{nodes} nodes");
}

/// Files of real code that the engine reads; tests, generated and vendored code cost it nothing, so they do not count.
fn below(folder: &Path, extensions: &[&str]) -> Vec<(FilePath, Arc<str>)> {
    let mut found = Vec::new();
    collect(folder, extensions, &mut found);
    found.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(folder).ok()?.to_string_lossy().into_owned();
        Some((FilePath::new(name), std::fs::read_to_string(path).ok()?.into()))
    };
    let all: Vec<(FilePath, Arc<str>)> = found.iter().filter_map(read).collect();
    let outcomes = analyse(&added(&all)).files;
    all.into_iter()
        .zip(outcomes)
        .filter(|(_, (_, outcome))| !matches!(outcome, Outcome::Skipped(_)))
        .map(|(file, _)| file)
        .collect()
}

/// Fixture files of some extensions, repeated under different paths until they make up `least` bytes.
fn corpus(extensions: &[&str], least: usize) -> Vec<(FilePath, Arc<str>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["fixtures", "src"] {
        collect(&root.join(folder), extensions, &mut found);
    }
    found.sort();
    let texts: Vec<Arc<str>> =
        found.iter().filter_map(|path| Some(std::fs::read_to_string(path).ok()?.into())).collect();
    let mut out = Vec::new();
    let mut bytes = 0;
    while bytes < least && !texts.is_empty() {
        let round = out.len() / texts.len();
        for (index, text) in texts.iter().enumerate() {
            bytes += text.len();
            out.push((FilePath::new(format!("service/r{round}/f{index}/code.{}", extensions[0])), text.clone()));
        }
    }
    out
}

fn collect(folder: &Path, extensions: &[&str], out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, extensions, out);
        } else if path.extension().is_some_and(|found| extensions.iter().any(|one| found == *one)) {
            out.push(path);
        }
    }
}

fn memory() {
    let mut files = Vec::new();
    for extensions in [&["go"][..], &["py"], &["ts"], &["java"], &["rs"]] {
        let all = corpus(extensions, 4_000_000);
        let taken = all.into_iter().take(600).enumerate();
        files.extend(taken.map(|(index, (path, text))| (FilePath::new(format!("m{index}/{path}")), text)));
    }
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let change = added(&files);
    let took = timed(|| analyse(&change).files.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    println!(
        "{} files, {:.1} MB of text: {took:.1?} on all cores, peak memory {peak}",
        files.len(),
        bytes as f64 / 1e6
    );
}
