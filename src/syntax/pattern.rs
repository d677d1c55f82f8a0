//! The patterns of `rules/queries/*.scm`, compiled for one walk over the tree.
//!
//! They are written in tree-sitter's query notation, of which this reads the part that the files use: kinds, wildcards,
//! fields, alternations, `?`, `+`, `*`, anchors, captures, `#eq?`, `#any-of?` and `#set! kind`. tree-sitter's own engine keeps a
//! state for every open pattern at every node, which costs about as much as parsing; here a pattern is looked at only where
//! its root has the right kind. A test holds both against each other on every fixture.

use tree_sitter::Language;

/// One node of a pattern.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) test: Test,
    /// The field it must stand in; 0 for any.
    pub(super) field: u16,
    pub(super) captures: Vec<u16>,
    pub(super) children: Vec<Step>,
    pub(super) repeat: Repeat,
    /// `.` before it: no named sibling lies between it and the step before.
    pub(super) first: bool,
    /// `.` after it, at the end of its parent.
    pub(super) last: bool,
}

#[derive(Debug)]
pub(super) enum Test {
    Kind(u16),
    /// `(_)`
    Named,
    /// `_`
    Any,
    Either(Vec<Step>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    Once,
    Optional,
    /// As many as there are, at least so many.
    Many(u8),
}

#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) step: Step,
    /// Captures whose text must be one of these.
    pub(super) texts: Vec<(u16, Vec<String>)>,
    /// `#set! kind`.
    pub(super) kind: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub(super) patterns: Vec<Pattern>,
    pub(super) captures: Vec<String>,
    /// The patterns whose root may have a kind, by kind id.
    by_kind: Vec<Vec<u16>>,
    /// Whether one of them looks at children.
    looks_inside: Vec<bool>,
}

/// What is wrong with a file of patterns, and at which byte.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {what}")]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
}

impl Patterns {
    pub(super) fn parse(text: &str, language: &Language) -> Result<Self, Fault> {
        let mut parser = Parser { text, at: 0, language, captures: Vec::new(), texts: Vec::new(), kind: None };
        let mut patterns = Vec::new();
        while parser.peek().is_some() {
            let step = parser.step()?;
            let (texts, kind) = (std::mem::take(&mut parser.texts), parser.kind.take());
            patterns.push(Pattern { step, texts, kind });
        }
        let mut all = Self { patterns, captures: parser.captures, ..Self::default() };
        all.index(language.node_kind_count());
        Ok(all)
    }

    /// The patterns that may begin at a node of a kind.
    pub(super) fn of_kind(&self, kind: u16) -> &[u16] {
        self.by_kind.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn look_inside(&self, kind: u16) -> bool {
        self.looks_inside.get(kind as usize).copied().unwrap_or(false)
    }

    fn index(&mut self, kinds: usize) {
        self.by_kind = vec![Vec::new(); kinds];
        self.looks_inside = vec![false; kinds];
        for (index, pattern) in self.patterns.iter().enumerate() {
            let mut roots = Vec::new();
            root_kinds(&pattern.step, &mut roots);
            roots.sort_unstable();
            roots.dedup();
            for (kind, inside) in roots {
                if let Some(list) = self.by_kind.get_mut(kind as usize) {
                    if list.last() != Some(&(index as u16)) {
                        list.push(index as u16);
                    }
                    self.looks_inside[kind as usize] |= inside;
                }
            }
        }
    }
}

/// The kinds that a pattern's root may have, and whether it looks at children there.
fn root_kinds(step: &Step, out: &mut Vec<(u16, bool)>) {
    match &step.test {
        Test::Kind(kind) => out.push((*kind, !step.children.is_empty())),
        Test::Either(steps) => steps.iter().for_each(|step| root_kinds(step, out)),
        // Refused by the parser: a pattern that may begin anywhere would be asked at every node.
        Test::Named | Test::Any => {}
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    language: &'a Language,
    captures: Vec<String>,
    /// Predicates of the pattern that is being read.
    texts: Vec<(u16, Vec<String>)>,
    kind: Option<String>,
}

impl<'a> Parser<'a> {
    fn fault<T>(&self, what: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { at: self.at, what: what.into() })
    }

    /// The next character that is neither blank nor comment.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = &self.text[self.at..];
            let next = rest.chars().next()?;
            match next {
                ';' => self.at += rest.find('\n').unwrap_or(rest.len()),
                _ if next.is_whitespace() => self.at += next.len_utf8(),
                _ => return Some(next),
            }
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), Fault> {
        if self.eat(wanted) { Ok(()) } else { self.fault(format!("expected `{wanted}`")) }
    }

    fn word(&mut self) -> &'a str {
        self.peek();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"_.-?!#".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        self.expect('"')?;
        let mut out = String::new();
        let mut escaped = false;
        let rest = &self.text[self.at..];
        for (at, letter) in rest.char_indices() {
            match letter {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => {
                    self.at += at + 1;
                    return Ok(out);
                }
                _ => {
                    out.push(letter);
                    escaped = false;
                }
            }
        }
        self.fault("a string without an end")
    }

    fn capture(&mut self) -> u16 {
        let name = self.word();
        let known = self.captures.iter().position(|one| one == name);
        known.unwrap_or_else(|| {
            self.captures.push(name.to_owned());
            self.captures.len() - 1
        }) as u16
    }

    /// One node of a pattern with everything that follows it.
    fn step(&mut self) -> Result<Step, Fault> {
        let mut step = match self.peek() {
            Some('(') => self.parenthesis()?,
            Some('[') => {
                self.at += 1;
                let mut steps = Vec::new();
                while !self.eat(']') {
                    steps.push(self.step()?);
                }
                Step::of(Test::Either(steps))
            }
            Some('"') => {
                let text = self.quoted()?;
                Step::of(Test::Kind(self.kind_id(&text, false)?))
            }
            Some('_') => {
                self.at += 1;
                Step::of(Test::Any)
            }
            _ => return self.fault("expected a pattern"),
        };
        loop {
            match self.text[self.at..].chars().next() {
                Some('?') => step.repeat = Repeat::Optional,
                Some('+') => step.repeat = Repeat::Many(1),
                Some('*') => step.repeat = Repeat::Many(0),
                _ => break,
            }
            self.at += 1;
        }
        while self.eat('@') {
            let capture = self.capture();
            step.captures.push(capture);
        }
        Ok(step)
    }

    /// `(kind child…)`, `(_ child…)`, or a group of one pattern and its predicates.
    fn parenthesis(&mut self) -> Result<Step, Fault> {
        self.expect('(')?;
        let mut step = match self.peek() {
            Some('(' | '[' | '"') => {
                let step = self.step()?;
                while self.eat('(') {
                    self.predicate()?;
                }
                self.expect(')')?;
                return Ok(step);
            }
            _ => match self.word() {
                "_" => Step::of(Test::Named),
                name => Step::of(Test::Kind(self.kind_id(name, true)?)),
            },
        };
        let mut first = false;
        while !self.eat(')') {
            if self.eat('.') {
                first = true;
                continue;
            }
            if self.peek() == Some('(') && self.text[self.at + 1..].trim_start().starts_with('#') {
                self.at += 1;
                self.predicate()?;
                continue;
            }
            let mut child = self.child()?;
            child.first = std::mem::take(&mut first);
            step.children.push(child);
        }
        if let Some(child) = step.children.last_mut() {
            child.last = first;
        }
        Ok(step)
    }

    fn child(&mut self) -> Result<Step, Fault> {
        let before = self.at;
        let name = self.word();
        if name.is_empty() || name == "_" {
            self.at = before;
            return self.step();
        }
        self.expect(':')?;
        let Some(field) = self.language.field_id_for_name(name) else {
            return self.fault(format!("no field is called {name}"));
        };
        self.peek();
        Ok(Step { field: field.get(), ..self.step()? })
    }

    /// After its opening parenthesis.
    fn predicate(&mut self) -> Result<(), Fault> {
        let name = self.word();
        if name == "#set!" {
            if self.word() != "kind" {
                return self.fault("only `kind` can be set");
            }
            self.peek();
            self.kind = Some(self.quoted()?);
        } else if matches!(name, "#eq?" | "#any-of?") {
            self.expect('@')?;
            let capture = self.capture();
            let mut texts = Vec::new();
            while self.peek() == Some('"') {
                texts.push(self.quoted()?);
            }
            self.texts.push((capture, texts));
        } else {
            return self.fault(format!("unknown predicate {name}"));
        }
        self.expect(')')
    }

    fn kind_id(&self, name: &str, named: bool) -> Result<u16, Fault> {
        let id = self.language.id_for_node_kind(name, named);
        // A supertype is no kind that a node has: its members must be named.
        if id == 0 || !self.language.node_kind_is_visible(id) {
            return self.fault(format!("no node is of kind {name}"));
        }
        Ok(id)
    }
}

impl Step {
    fn of(test: Test) -> Self {
        let (captures, children) = (Vec::new(), Vec::new());
        Self { test, field: 0, captures, children, repeat: Repeat::Once, first: false, last: false }
    }
}
