//! What holds whatever the text: shared by the property tests and the fuzz targets.

use sightline::check::analyse;
use sightline::facts::code::{Expr, ExprKind, Outline};
use sightline::model::{
    ChangeSet, Content, FileChange, FilePath, FileStatus, Hunk, Language, Neighbour, NoteKind, SourceText, Span,
};

/// Documents beside code that are read by name.
pub(crate) const NAMES: [&str; 16] = [
    "package.json",
    "package-lock.json",
    "go.mod",
    "Cargo.toml",
    "Cargo.lock",
    "pyproject.toml",
    "poetry.lock",
    "requirements.txt",
    "pom.xml",
    "build.gradle",
    "Dockerfile",
    "deploy/deployment.yaml",
    "monitoring/alerts.yml",
    "grafana/dashboard.json",
    ".github/sightline.yml",
    ".github/sightline/rules/a.yml",
];

fn added(path: &str, text: &str) -> FileChange {
    let lines = SourceText::new(text).line_count();
    let hunk = Hunk { new_start: 1, new_lines: lines, added: (1..=lines).collect(), ..Hunk::default() };
    FileChange {
        path: FilePath::from(path),
        old_path: None,
        status: FileStatus::Added,
        base: Content::Absent,
        head: Content::Text(text.into()),
        hunks: vec![hunk],
        linguist: sightline::model::Linguist::default(),
    }
}

/// A document is read as a changed file, as one around changed code of every language, as a configuration and as a rule of
/// the repository; nothing fails inside.
pub(crate) fn assert_survived(name: &str, text: &str) {
    let code = ["a.go", "a.py", "a.ts", "a.java", "src/a.rs"].map(|path| added(path, "f(1)\n"));
    let near = Neighbour { path: FilePath::from(name), text: text.into() };
    let tree = [FilePath::from(name)];
    let around = ChangeSet {
        files: code.to_vec(),
        neighbours: vec![near.clone()],
        tree: tree.clone().into(),
        ..ChangeSet::default()
    };
    let changed =
        ChangeSet { files: vec![added(name, text)], rules: vec![near], tree: tree.into(), ..ChangeSet::default() };
    for change in [around, changed] {
        let failed: Vec<_> =
            analyse(&change).notes.into_iter().filter(|note| note.kind == NoteKind::RuleFailed).collect();
        assert!(failed.is_empty(), "{name}: {failed:?} in {text:?}");
    }
    // Whether it is a configuration is its own business.
    let _ = sightline::policy::Config::parse(text);
}

/// Code as a file of a language: its outline is sound, and no rule fails inside.
#[allow(dead_code)] // of the fuzz targets alone
pub(crate) fn assert_read(language: Language, text: &str) {
    let source = SourceText::new(text);
    let (outline, _) = sightline::syntax::outline(language, &source, &sightline::syntax::Budget::default());
    assert_sound(language, text, &outline);
    let name = match language {
        Language::Go => "a.go",
        Language::Python => "a.py",
        Language::JavaScript => "a.js",
        Language::TypeScript => "a.ts",
        Language::Tsx => "a.tsx",
        Language::Java => "A.java",
        Language::Rust => "src/a.rs",
    };
    let change = ChangeSet { files: vec![added(name, text)], ..ChangeSet::default() };
    let failed: Vec<_> = analyse(&change).notes.into_iter().filter(|note| note.kind == NoteKind::RuleFailed).collect();
    assert!(failed.is_empty(), "{failed:?} in {text:?}");
}

/// Everything an outline promises, whatever it was read from.
pub(crate) fn assert_sound(language: Language, text: &str, outline: &Outline) {
    let mut spans = Spans { text, context: format!("{language}: {text:?}") };
    for scope in &outline.scopes {
        spans.check(&[scope.span, scope.body]);
        spans.within(outline.scopes[scope.parent.map_or(0, |id| id.index())].span, scope.span);
        scope.decorators.iter().for_each(|decorator| {
            spans.check(&[decorator.span]);
            decorator.args.iter().for_each(|arg| spans.expr(outline, &arg.value));
        });
    }
    for call in &outline.calls {
        spans.check(&[call.span, call.name_span, call.statement]);
        spans.within(call.span, call.name_span);
        spans.within(outline.scopes[call.scope.index()].span, call.span);
        if let Some(base) = call.base {
            spans.within(call.span, outline.calls[base.index()].span);
        }
        for arg in &call.args {
            spans.check(&[arg.span]);
            spans.expr(outline, &arg.value);
        }
    }
    for binding in &outline.bindings {
        spans.check(&[binding.span, binding.statement]);
        assert!(outline.scopes.get(binding.scope.index()).is_some(), "{}", spans.context);
        binding.value.iter().for_each(|value| spans.expr(outline, value));
    }
    for failure in &outline.failures {
        spans.check(&[failure.span, failure.header, failure.body, failure.protected]);
    }
    for exit in &outline.exits {
        spans.check(&[exit.span]);
        exit.values.iter().for_each(|value| spans.expr(outline, value));
    }
    outline.imports.iter().for_each(|import| spans.check(&[import.span]));
    for decl in &outline.types {
        spans.check(&[decl.span]);
        decl.fields.iter().for_each(|field| spans.check(&[field.span]));
    }
    let regions = [
        &outline.awaits,
        &outline.loops,
        &outline.blocks,
        &outline.deferred,
        &outline.spawned,
        &outline.branches,
        &outline.comments,
        &outline.strings,
        &outline.errors,
    ];
    for list in regions {
        spans.check(list);
        spans.sorted(list.iter().copied());
    }
    spans.sorted(outline.scopes.iter().map(|scope| scope.span));
    spans.sorted(outline.calls.iter().map(|call| call.span));
    spans.sorted(outline.bindings.iter().map(|binding| binding.span));
    spans.sorted(outline.failures.iter().map(|failure| failure.span));
    spans.sorted(outline.exits.iter().map(|exit| exit.span));
    spans.sorted(outline.imports.iter().map(|import| import.span));
    spans.sorted(outline.types.iter().map(|decl| decl.span));
}

struct Spans<'a> {
    text: &'a str,
    context: String,
}

impl Spans<'_> {
    fn check(&mut self, spans: &[Span]) {
        for span in spans {
            let found = self.text.get(span.start as usize..span.end as usize);
            assert!(found.is_some(), "{span:?} is not a piece of {}", self.context);
        }
    }

    fn within(&self, outer: Span, inner: Span) {
        assert!(outer.contains(inner), "{inner:?} reaches out of {outer:?} in {}", self.context);
    }

    fn sorted(&self, mut spans: impl Iterator<Item = Span>) {
        let mut last = 0;
        let in_order = spans.all(|span| std::mem::replace(&mut last, span.start) <= span.start);
        assert!(in_order, "a list is out of order in {}", self.context);
    }

    fn expr(&mut self, outline: &Outline, expr: &Expr) {
        self.check(&[expr.span]);
        match &expr.kind {
            ExprKind::Str { holes: list, .. } | ExprKind::List(list) | ExprKind::Compound(list) => {
                list.iter().for_each(|item| self.expr(outline, item));
            }
            ExprKind::Record(entries) => entries.iter().for_each(|(_, value)| self.expr(outline, value)),
            ExprKind::Spread(inner) | ExprKind::Member(inner, _) => self.expr(outline, inner),
            ExprKind::Call(id) => assert!(outline.calls.get(id.index()).is_some(), "{}", self.context),
            ExprKind::Closure(id) => assert!(outline.scopes.get(id.index()).is_some(), "{}", self.context),
            ExprKind::Path(_) | ExprKind::Literal(_) => {}
        }
    }
}
