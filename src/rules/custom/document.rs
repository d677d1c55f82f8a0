//! A file as ast-grep sees it, with a meter: every step from node to node, and every text that is looked at, is paid for.
//! When the budget is spent there is nothing further to see, so that every search ends soon and in the ordinary way.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use ast_grep_core::source::{Edit, SgNode};
use ast_grep_core::{Doc, Position};
use tree_sitter::{Node, Tree, TreeCursor};

use super::grammar::Grammar;

#[derive(Clone)]
pub(super) struct Document {
    source: String,
    tree: Tree,
    grammar: Grammar,
    left: Cell<u64>,
    /// What a step costs that tree-sitter takes by looking through siblings.
    search: u64,
}

impl Document {
    pub(super) fn new(source: String, tree: Tree, grammar: Grammar, steps: u64) -> Self {
        let widest = shape(&tree).widest;
        Self { source, tree, grammar, left: Cell::new(steps), search: 2 + u64::from(widest / 32) }
    }

    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// A part of the text, at the price of its length.
    pub(super) fn part(&self, range: Range<usize>) -> &str {
        let paid = self.pay(1 + range.len() as u64 / 16);
        if paid { self.source.get(range).unwrap_or_default() } else { "" }
    }

    fn pay(&self, steps: u64) -> bool {
        self.left.set(self.left.get().saturating_sub(steps));
        self.left.get() > 0
    }

    fn at<'r>(&'r self, node: Node<'r>) -> Metered<'r> {
        Metered { node, document: self }
    }
}

impl Doc for Document {
    type Source = String;
    type Lang = Grammar;
    type Node<'r> = Metered<'r>;

    fn get_lang(&self) -> &Grammar {
        &self.grammar
    }

    fn get_source(&self) -> &String {
        &self.source
    }

    fn do_edit(&mut self, _: &Edit<String>) -> Result<(), String> {
        Err("a document under review is not edited".to_owned())
    }

    fn root_node(&self) -> Metered<'_> {
        self.at(self.tree.root_node())
    }

    fn get_node_text<'a>(&'a self, node: &Metered<'a>) -> Cow<'a, str> {
        Cow::Borrowed(self.part(node.node.byte_range()))
    }
}

#[derive(Clone)]
pub(super) struct Metered<'r> {
    node: Node<'r>,
    document: &'r Document,
}

impl<'r> Metered<'r> {
    fn step(&self, steps: u64, to: impl FnOnce(Node<'r>) -> Option<Node<'r>>) -> Option<Self> {
        if self.document.pay(steps) { to(self.node).map(|node| self.document.at(node)) } else { None }
    }

    /// The nodes beside this one, itself left out: those before it, those after it.
    fn siblings(&self) -> (Vec<Self>, Vec<Self>) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let Some(parent) = self.parent() else { return (before, after) };
        let mut passed = false;
        for node in parent.children() {
            if node.node.id() == self.node.id() {
                passed = true;
            } else if passed {
                after.push(node);
            } else {
                before.push(node);
            }
        }
        (before, after)
    }
}

pub(super) struct Children<'r> {
    cursor: TreeCursor<'r>,
    document: &'r Document,
    left: usize,
}

impl<'r> Iterator for Children<'r> {
    type Item = Metered<'r>;

    fn next(&mut self) -> Option<Metered<'r>> {
        if self.left == 0 || !self.document.pay(1) {
            self.left = 0;
            return None;
        }
        let node = self.document.at(self.cursor.node());
        self.left -= 1;
        self.cursor.goto_next_sibling();
        Some(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Children<'_> {}

impl<'r> SgNode<'r> for Metered<'r> {
    fn parent(&self) -> Option<Self> {
        self.step(4 * self.document.search, |node| node.parent())
    }

    /// The nearest one first.
    fn ancestors(&self, root: Self) -> impl Iterator<Item = Self> {
        let mut path = Vec::new();
        let mut at = Some(root.node);
        while let Some(node) = at.filter(|node| node.id() != self.node.id()) {
            if !self.document.pay(self.document.search) {
                path.clear();
                break;
            }
            path.push(self.document.at(node));
            at = node.child_with_descendant(self.node);
        }
        path.into_iter().rev()
    }

    fn children(&self) -> impl ExactSizeIterator<Item = Self> {
        let mut cursor = self.node.walk();
        let any = self.document.pay(1) && cursor.goto_first_child();
        let left = if any { self.node.child_count() as usize } else { 0 };
        Children { cursor, document: self.document, left }
    }

    fn child(&self, nth: usize) -> Option<Self> {
        self.step(self.document.search, |node| node.child(u32::try_from(nth).ok()?))
    }

    fn next(&self) -> Option<Self> {
        self.step(4 * self.document.search, |node| node.next_sibling())
    }

    fn prev(&self) -> Option<Self> {
        self.step(4 * self.document.search, |node| node.prev_sibling())
    }

    fn next_all(&self) -> impl Iterator<Item = Self> {
        self.siblings().1.into_iter()
    }

    fn prev_all(&self) -> impl Iterator<Item = Self> {
        self.siblings().0.into_iter().rev()
    }

    fn field(&self, name: &str) -> Option<Self> {
        self.step(self.document.search, |node| node.child_by_field_name(name))
    }

    fn child_by_field_id(&self, field: u16) -> Option<Self> {
        self.step(self.document.search, |node| node.child_by_field_id(field))
    }

    fn field_children(&self, field: Option<u16>) -> impl Iterator<Item = Self> {
        let mut found = Vec::new();
        if let Some(field) = field.and_then(std::num::NonZero::new)
            && self.document.pay(self.document.search)
        {
            let mut cursor = self.node.walk();
            found.extend(self.node.children_by_field_id(field, &mut cursor).map(|node| self.document.at(node)));
        }
        found.into_iter()
    }

    fn kind(&self) -> Cow<'_, str> {
        Cow::Borrowed(Node::kind(&self.node))
    }

    fn kind_id(&self) -> u16 {
        self.document.pay(1);
        Node::kind_id(&self.node)
    }

    fn node_id(&self) -> usize {
        self.node.id()
    }

    fn range(&self) -> Range<usize> {
        self.node.byte_range()
    }

    fn start_pos(&self) -> Position {
        let at = self.node.start_position();
        Position::new(at.row, at.column, self.node.start_byte())
    }

    fn end_pos(&self) -> Position {
        let at = self.node.end_position();
        Position::new(at.row, at.column, self.node.end_byte())
    }

    fn is_named(&self) -> bool {
        Node::is_named(&self.node)
    }

    fn is_named_leaf(&self) -> bool {
        self.node.named_child_count() == 0
    }

    fn is_leaf(&self) -> bool {
        self.node.child_count() == 0
    }

    fn is_missing(&self) -> bool {
        Node::is_missing(&self.node)
    }

    fn is_error(&self) -> bool {
        Node::is_error(&self.node)
    }

    fn is_extra(&self) -> bool {
        Node::is_extra(&self.node)
    }
}

/// How large a tree is in either direction.
pub(super) struct Shape {
    pub(super) depth: u32,
    /// The most children of one node.
    pub(super) widest: u32,
}

pub(super) fn shape(tree: &Tree) -> Shape {
    let mut cursor = tree.walk();
    let mut shape = Shape { depth: 0, widest: 0 };
    loop {
        if cursor.goto_first_child() {
            shape.depth = shape.depth.max(cursor.depth());
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return shape;
            }
            shape.widest = shape.widest.max(cursor.node().child_count());
        }
    }
}
