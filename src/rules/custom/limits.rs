//! How much a repository's own rules may ask for. Everything is counted, nothing is timed.

/// Rule files that are read; the rest is named in a note.
pub const MAX_FILES: usize = 200;
/// Bytes of one rule file.
pub const MAX_FILE_BYTES: usize = 64 << 10;
/// Rules of one repository.
pub(super) const RULES: usize = 200;
/// Parts of one rule, every use of a utility rule counted anew.
pub(super) const PARTS: usize = 1_000;
/// How deep the parts of one rule nest, utility rules included.
pub(super) const NESTING: usize = 40;
/// Bytes of one pattern.
pub(super) const PATTERN_BYTES: usize = 4 << 10;
/// How deep the syntax tree of one pattern may be.
pub(super) const PATTERN_DEPTH: u32 = 80;
/// Bytes of a `kind`, a `field` or another name.
pub(super) const NAME_BYTES: usize = 200;
/// Regular expressions of one rule.
pub(super) const EXPRESSIONS: usize = 30;
/// Bytes of one compiled regular expression.
pub(super) const EXPRESSION_BYTES: usize = 256 << 10;
/// Bytes of a message or a note.
pub(super) const TEXT_BYTES: usize = 4 << 10;
/// Bytes of the template of a fix.
pub(super) const FIX_BYTES: usize = 2 << 10;
/// Metavariables in one message or fix: each may stand for much text.
pub(super) const VARIABLES: usize = 20;
/// Path patterns of one rule.
pub(super) const GLOBS: usize = 50;
/// Bytes of code that a fix is computed for, and lines that it may write.
pub(super) const FIXED_BYTES: usize = 4 << 10;
pub(super) const FIXED_LINES: usize = 40;
/// Characters of a metavariable's text inside a message.
pub(super) const SHOWN: usize = 60;

/// Steps of matching in one file. An ordinary rule needs a few for each node.
pub(super) const STEPS_PER_FILE: u64 = 4_000_000;
/// Steps of matching in one change, shared evenly by its files.
pub(super) const STEPS_PER_CHANGE: u64 = 400_000_000;
/// Matches of one rule in one file.
pub(super) const MATCHES: usize = 50;
/// Nodes nested deeper than this make a file that rules are not matched against: some of ast-grep's matching recurses
/// along the tree.
pub(super) const TREE_DEPTH: u32 = 400;
/// What one such recursion may need.
pub(super) const STACK_BYTES: usize = 64 << 20;
/// Tests of one rule, and bytes of one piece of code in them.
pub(super) const CASES: usize = 500;
