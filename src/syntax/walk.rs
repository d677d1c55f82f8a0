//! One walk over a tree: every node is visited once, and the patterns that may begin at its kind are held against it.

use tree_sitter::{Node, TreeCursor};

use super::pattern::{Pattern, Patterns, Repeat, Step, Test};

/// A child with what patterns ask of it.
#[derive(Clone, Copy)]
struct Kid<'t> {
    node: Node<'t>,
    kind: u16,
    field: u16,
}

/// The captures of one match, in the order of the pattern.
type Captures<'t> = Vec<(u16, Node<'t>)>;

/// A node whose children are being visited.
struct Open<'t> {
    node: Node<'t>,
    kind: u16,
    /// Its place in the order in which nodes begin.
    number: u32,
    /// Where its children begin among the kids.
    kids: usize,
    /// Whether a pattern looks at them.
    inside: bool,
}

/// How far the walk goes.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) max_depth: u32,
    pub(super) max_matches: usize,
}

/// Why the walk did not see everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    TooDeep,
    TooMany,
}

/// A match: the number of its pattern and what it captured.
pub(super) struct Match<'m, 't> {
    pub(super) pattern: u16,
    pub(super) captures: &'m [(u16, Node<'t>)],
}

/// Calls `found` with every match, children before their parents, together with the number of the node at which its pattern
/// begins.
pub(super) fn walk<'t>(
    patterns: &Patterns,
    root: Node<'t>,
    text: &str,
    bounds: Bounds,
    found: &mut dyn FnMut(u32, Match<'_, 't>),
) -> Option<Stopped> {
    let mut walk = Walk { patterns, text, matches: 0, captures: Vec::new(), found };
    let mut cursor = root.walk();
    let mut open: Vec<Open<'t>> = Vec::new();
    let mut kids: Vec<Kid<'t>> = Vec::new();
    let mut stopped = None;
    let mut number = 0;
    loop {
        let node = cursor.node();
        let kind = node.kind_id();
        if open.last().is_some_and(|parent| parent.inside) {
            kids.push(Kid { node, kind, field: cursor.field_id().map_or(0, std::num::NonZero::get) });
        }
        let here = Open { node, kind, number, kids: kids.len(), inside: patterns.look_inside(kind) };
        number += 1;
        if open.len() >= bounds.max_depth as usize {
            stopped = Some(Stopped::TooDeep);
        } else if cursor.goto_first_child() {
            open.push(here);
            continue;
        }
        walk.visit(&here, &[]);
        while !cursor.goto_next_sibling() {
            let (Some(parent), true) = (open.pop(), cursor.goto_parent()) else { return stopped };
            walk.visit(&parent, &kids[parent.kids..]);
            kids.truncate(parent.kids);
        }
        if walk.matches >= bounds.max_matches {
            return Some(Stopped::TooMany);
        }
    }
}

struct Walk<'w, 't> {
    patterns: &'w Patterns,
    text: &'w str,
    matches: usize,
    captures: Captures<'t>,
    found: &'w mut dyn FnMut(u32, Match<'_, 't>),
}

impl<'t> Walk<'_, 't> {
    fn visit(&mut self, open: &Open<'t>, kids: &[Kid<'t>]) {
        let patterns = self.patterns;
        for index in patterns.of_kind(open.kind) {
            let pattern = &patterns.patterns[*index as usize];
            let root = Kid { node: open.node, kind: open.kind, field: 0 };
            let mut captures = std::mem::take(&mut self.captures);
            at_root(&pattern.step, root, kids, &mut captures, &mut |captures| {
                if holds(pattern, captures, self.text) {
                    self.matches += 1;
                    (self.found)(open.number, Match { pattern: *index, captures });
                }
            });
            captures.clear();
            self.captures = captures;
        }
    }
}

/// Whether the texts of a match are those that its predicates ask for.
fn holds(pattern: &Pattern, captures: &[(u16, Node<'_>)], text: &str) -> bool {
    pattern.texts.iter().all(|(wanted, texts)| {
        let mut captured = captures.iter().filter(|(capture, _)| capture == wanted);
        captured.all(|(_, node)| text.get(node.byte_range()).is_some_and(|text| texts.iter().any(|one| one == text)))
    })
}

type Then<'f, 't> = &'f mut dyn FnMut(&mut Captures<'t>);

/// The root of a pattern: its children are at hand already.
fn at_root<'t>(step: &Step, root: Kid<'t>, kids: &[Kid<'t>], captures: &mut Captures<'t>, then: Then<'_, 't>) {
    let before = captures.len();
    captures.extend(step.captures.iter().map(|capture| (*capture, root.node)));
    match &step.test {
        Test::Either(steps) => steps.iter().for_each(|step| at_root(step, root, kids, captures, then)),
        Test::Kind(kind) if *kind == root.kind => among(&step.children, kids, captures, then),
        _ => {}
    }
    captures.truncate(before);
}

/// Every way in which steps match children in order; others may lie between them.
fn among<'t>(steps: &[Step], kids: &[Kid<'t>], captures: &mut Captures<'t>, then: Then<'_, 't>) {
    let Some((step, rest)) = steps.split_first() else { return then(captures) };
    if let Repeat::Many(least) = step.repeat {
        return many(step, least, rest, kids, captures, then);
    }
    let mut found = false;
    for (index, kid) in kids.iter().enumerate() {
        let after = &kids[index + 1..];
        if !(step.last && after.iter().any(|kid| kid.node.is_named())) {
            at(step, *kid, captures, &mut |captures| {
                found = true;
                among(rest, after, captures, then);
            });
        }
        if step.first && kid.node.is_named() {
            break;
        }
    }
    if !found && step.repeat == Repeat::Optional {
        among(rest, kids, captures, then);
    }
}

/// A step that may repeat takes every child that fits.
fn many<'t>(step: &Step, least: u8, rest: &[Step], kids: &[Kid<'t>], captures: &mut Captures<'t>, then: Then<'_, 't>) {
    let before = captures.len();
    let mut taken = Vec::new();
    let mut count = 0;
    let mut end = 0;
    for (index, kid) in kids.iter().enumerate() {
        let mut fits = false;
        at(step, *kid, captures, &mut |captures| {
            if !fits {
                taken.extend_from_slice(&captures[before..]);
            }
            fits = true;
        });
        if fits {
            (count, end) = (count + 1, index + 1);
        }
    }
    if count >= usize::from(least) {
        captures.extend_from_slice(&taken);
        among(rest, &kids[end..], captures, then);
        captures.truncate(before);
    }
}

fn at<'t>(step: &Step, kid: Kid<'t>, captures: &mut Captures<'t>, then: Then<'_, 't>) {
    if step.field != 0 && step.field != kid.field {
        return;
    }
    let before = captures.len();
    captures.extend(step.captures.iter().map(|capture| (*capture, kid.node)));
    let fits = match &step.test {
        Test::Kind(kind) => *kind == kid.kind,
        Test::Named => kid.node.is_named() && !kid.node.is_error(),
        Test::Any => !kid.node.is_error(),
        Test::Either(steps) => {
            steps.iter().for_each(|step| at(step, kid, captures, then));
            false
        }
    };
    if fits && step.children.is_empty() {
        then(captures);
    } else if fits {
        among(&step.children, &children(kid.node), captures, then);
    }
    captures.truncate(before);
}

fn children(node: Node<'_>) -> Vec<Kid<'_>> {
    let mut cursor: TreeCursor<'_> = node.walk();
    let mut kids = Vec::new();
    if cursor.goto_first_child() {
        loop {
            let node = cursor.node();
            let field = cursor.field_id().map_or(0, std::num::NonZero::get);
            kids.push(Kid { node, kind: node.kind_id(), field });
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    kids
}
