//! Whatever the text, reading it is total: no panic, no position outside of it, the same outline every time.

use std::sync::LazyLock;

use proptest::prelude::*;
use rayon::prelude::*;
use sightline::check::analyse;
use sightline::facts::code::{Expr, ExprKind, Outline};
use sightline::model::{Content, Language, NoteKind, SourceText, Span};
use sightline::syntax::{Budget, outline};

use super::fixture;

/// Something of everything, for languages whose fixtures are few.
const SEEDS: [(Language, &str); 7] = [
    (Language::Go, include_str!("../properties/seed.go")),
    (Language::Python, include_str!("../properties/seed.py")),
    (Language::JavaScript, include_str!("../properties/seed.js")),
    (Language::TypeScript, include_str!("../properties/seed.ts")),
    (Language::Tsx, include_str!("../properties/seed.tsx")),
    (Language::Java, include_str!("../properties/seed.java")),
    (Language::Rust, include_str!("../properties/seed.rs")),
];

static TEXTS: LazyLock<Vec<(Language, String)>> = LazyLock::new(|| {
    let mut out: Vec<_> = SEEDS.iter().map(|(language, text)| (*language, (*text).to_owned())).collect();
    for case in fixture::all() {
        for file in &case.change.files {
            let text = file.head.text().or_else(|| file.base.text());
            if let (Some(language), Some(text)) = (Language::of_path(&file.path), text) {
                out.push((language, text.to_string()));
            }
        }
    }
    out
});

fn read(language: Language, text: &str) -> Outline {
    outline(language, &SourceText::new(text), &Budget::default()).0
}

/// Everything an outline promises, whatever it was read from.
fn assert_sound(language: Language, text: &str, outline: &Outline) {
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

#[test]
fn a_text_cut_anywhere_is_still_read() {
    TEXTS.par_iter().for_each(|(language, text)| {
        let ends = text.match_indices('\n').map(|(at, _)| at);
        for end in ends.chain([text.len()]) {
            assert_sound(*language, &text[..end], &read(*language, &text[..end]));
        }
    });
}

#[test]
fn reading_twice_gives_the_same() {
    for (language, text) in TEXTS.iter() {
        assert_eq!(read(*language, text), read(*language, text), "{language}: {text}");
    }
}

#[test]
fn seeds_are_understood_whole() {
    for (language, text) in SEEDS {
        let outline = read(language, text);
        let errors: Vec<_> = outline.errors.iter().map(|span| SourceText::new(text).slice(*span).to_owned()).collect();
        assert!(errors.is_empty(), "{language}: {errors:?}");
        assert!(outline.calls.len() > 5 && outline.failures.len() > 1, "{language}: {outline:#?}");
    }
}

#[test]
fn nested_beyond_reason_is_still_read() {
    for language in Language::ALL {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("!", ""), ("-", ""), ("a.b().", ""), ("if x {", "}")]
        {
            let text = format!("x = {}1{}", open.repeat(3_000), close.repeat(3_000));
            assert_sound(language, &text, &read(language, &text));
        }
    }
}

/// No rule fails inside, wherever the file ends.
#[test]
fn rules_survive_half_a_file() {
    for mut case in fixture::all() {
        let Some(file) = case.change.files.iter().position(|file| file.head.text().is_some()) else { continue };
        let text = case.change.files[file].head.text().map(|text| text.to_string()).unwrap_or_default();
        for (end, _) in text.match_indices('\n').step_by(4) {
            case.change.files[file].head = Content::Text(text[..end].into());
            let analysis = analyse(&case.change);
            let failed: Vec<_> = analysis.notes.iter().filter(|note| note.kind == NoteKind::RuleFailed).collect();
            assert!(failed.is_empty(), "{} cut at {end}: {failed:?}", case.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A piece cut out of one place and put into another, in the middle of everything.
    #[test]
    fn mutilated_code_is_still_read(pick in any::<prop::sample::Index>(), cut in any::<(prop::sample::Index, u8)>(), paste in any::<prop::sample::Index>()) {
        let (language, text) = &TEXTS[pick.index(TEXTS.len())];
        let chars: Vec<char> = text.chars().collect();
        let from = cut.0.index(chars.len());
        let piece = &chars[from..(from + cut.1 as usize).min(chars.len())];
        let at = paste.index(chars.len());
        let mutilated: String = chars[..at].iter().chain(piece).chain(&chars[(at + 7).min(chars.len())..]).collect();
        assert_sound(*language, &mutilated, &read(*language, &mutilated));
    }

    #[test]
    fn any_text_is_read(text in "[\\PC\\n\\t]{0,200}", language in prop::sample::select(Language::ALL.to_vec())) {
        assert_sound(language, &text, &read(language, &text));
    }

    #[test]
    fn any_tokens_are_read(words in prop::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..60), language in prop::sample::select(Language::ALL.to_vec())) {
        let text = words.join(" ");
        assert_sound(language, &text, &read(language, &text));
    }
}

const TOKENS: [&str; 40] = [
    "(", ")", "{", "}", "[", "]", "<", ">", ",", ";", ":", "=", "=>", ".", "?", "!", "é", "\"a{b}\"", "'", "`${", "if",
    "catch", "err", "nil", "func", "fn", "async", "await", "return", "let", "_", "match", "Err(e)", "info!(", "def",
    "except", "\n", "    ", "class", "//",
];
