//! One file's text → its [`Outline`], within budgets. Never panics, never hangs; what was cut short is said.
//!
//! Budgets are counted in the parser's own steps and in matches, not in seconds: the same file always gives
//! the same outline, on any machine.

use std::cell::OnceCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use tree_sitter::{Node, ParseOptions, Parser, Range, Tree};

use super::dialect::Dialect;
use super::embedded::{MAX_ROUNDS, spell};
use super::outline::assemble;
use super::query::{Compiled, Hit, compile};
use super::reader::{Reader, Shapes};
use super::walk::{Bounds, Stopped, walk};
use crate::facts::code::Outline;
use crate::model::SourceText;

/// A dialect with its query compiled: built once per process, and only for the languages that occur.
pub(super) struct Ready {
    pub(super) dialect: &'static Dialect,
    pub(super) compiled: Compiled,
    shapes: Shapes,
}

impl Ready {
    /// # Panics
    /// When a query does not compile: a defect of this build, found by the first test that touches the language.
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        match compile(dialect) {
            Ok(compiled) => Self { dialect, compiled, shapes: Shapes::of(dialect) },
            Err(error) => panic!("{error}"),
        }
    }
}

pub(super) type ReadyDialect = LazyLock<Ready>;

/// How far one file may go before it is cut short.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Larger files are not parsed.
    pub max_bytes: usize,
    /// Callbacks of the parser (one per some hundred operations).
    pub parse_steps: u32,
    /// Matches kept per file.
    pub max_matches: usize,
    /// What begins deeper in the tree is not read.
    pub max_depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { max_bytes: 1 << 20, parse_steps: 400_000, max_matches: 400_000, max_depth: 500 }
    }
}

/// Why an outline is not the whole story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Lines the parser did not understand.
    pub unparsed_lines: u32,
    /// A budget ran out: what follows was not read.
    pub budget: Option<&'static str>,
}

pub(super) fn extract(ready: &Ready, source: &SourceText, budget: &Budget) -> (Outline, Cut) {
    let mut cut = Cut::default();
    if source.as_str().len() > budget.max_bytes {
        cut.budget = Some("the file is larger than the size budget");
        return (Outline::default(), cut);
    }
    let Some(tree) = parse(ready, source, budget) else {
        cut.budget = Some("parsing took too many steps");
        return (Outline::default(), cut);
    };
    if given_up(tree.root_node()) {
        cut.budget = Some("the parser did not understand a large part of the file");
        return (Outline::default(), cut);
    }
    let mut reader = Reader::new(source, ready.dialect, tree.root_node(), &ready.shapes);
    let mut hits = run(ready, source.as_str(), tree.root_node(), budget, &mut cut);
    let rounds: [OnceCell<Tree>; MAX_ROUNDS] = Default::default();
    let mut read = 0;
    for round in &rounds {
        let found = ready.dialect.hooks.embedded(source, &hits[read..]);
        let Some(spelled) = spell(source, &found) else {
            reader.embed(found, None);
            break;
        };
        let Some(tree) = parse_text(ready.dialect, &spelled.text, &spelled.ranges, budget) else {
            cut.budget = Some("parsing took too many steps");
            break;
        };
        if given_up(tree.root_node()) {
            cut.budget = Some("the parser did not understand a large part of the file");
            reader.embed(found, None);
            break;
        }
        let root = round.get_or_init(|| tree).root_node();
        reader.embed(found, Some(root));
        read = hits.len();
        // The statement around all the pieces is ours, not the file's.
        let around = root.named_child(0);
        hits.extend(
            run(ready, &spelled.text, root, budget, &mut cut).into_iter().filter(|hit| Some(hit.node) != around),
        );
    }
    let outline = assemble(&mut reader, hits);
    for span in &outline.errors {
        let (first, last) = source.lines(*span);
        cut.unparsed_lines += last - first + 1;
    }
    (outline, cut)
}

/// Parses alone: the yardstick of the benchmark.
pub(super) fn parse(ready: &Ready, source: &SourceText, budget: &Budget) -> Option<Tree> {
    parse_text(ready.dialect, source.as_str(), &[], budget)
}

/// No ranges means the whole text.
pub(super) fn parse_text(dialect: &Dialect, text: &str, ranges: &[Range], budget: &Budget) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&(dialect.grammar)()).ok()?;
    parser.set_included_ranges(ranges).ok()?;
    let mut steps = 0;
    let mut progress = |_: &tree_sitter::ParseState| {
        steps += 1;
        if steps > budget.parse_steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = text.as_bytes();
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

/// Whether the parser gave up on a long stretch: it leaves such a region as one chain of unordered tokens, and walking
/// that takes time that grows with its square.
fn given_up(root: Node<'_>) -> bool {
    const TOKENS: usize = 4096;
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node.is_error() && node.child_count() as usize > TOKENS {
            return true;
        }
        if node.has_error() {
            let mut cursor = node.walk();
            stack.extend(node.children(&mut cursor).filter(Node::has_error));
        }
    }
    false
}

fn run<'q, 't>(ready: &'q Ready, text: &str, root: Node<'t>, budget: &Budget, cut: &mut Cut) -> Vec<Hit<'q, 't>> {
    let mut hits: Vec<(u32, Hit<'q, 't>)> = Vec::new();
    let bounds = Bounds { max_depth: budget.max_depth, max_matches: budget.max_matches };
    let stopped = walk(&ready.compiled.patterns, root, text, bounds, &mut |number, found| {
        hits.extend(ready.compiled.hit(&found).map(|hit| (number, hit)));
    });
    match stopped {
        Some(Stopped::TooMany) => cut.budget = Some("the file has too many constructs"),
        Some(Stopped::TooDeep) => cut.budget = Some("the file is nested too deeply to be read whole"),
        None => {}
    }
    hits.sort_by_key(|(number, _)| *number);
    hits.into_iter().map(|(_, hit)| hit).collect()
}
