//! Whatever the text, reading it is total: no panic, no position outside of it, the same outline every time.

use std::sync::LazyLock;

use proptest::prelude::*;
use rayon::prelude::*;
use sightline::check::analyse;
use sightline::facts::code::Outline;
use sightline::model::{Content, Language, NoteKind, SourceText};
use sightline::syntax::{Budget, outline};

use super::fixture;
use super::sound::{NAMES, assert_sound, assert_survived};

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

/// Manifests, lock files, deployments and rules of the fixtures, and one that is there whatever they are.
static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut out = vec!["{\"dependencies\": {\"pg\": \"^8.0.0\"}, \"bin\": \"x\"}\n".to_owned()];
    for case in fixture::all() {
        let changed = case.change.files.iter().filter_map(|file| Some((&file.path, file.head.text()?)));
        let near = case.change.neighbours.iter().map(|one| (&one.path, &one.text));
        let documents = changed.chain(near).filter(|(path, _)| Language::of_path(path).is_none());
        out.extend(documents.map(|(_, text)| text.to_string()));
    }
    out
});

fn read(language: Language, text: &str) -> Outline {
    outline(language, &SourceText::new(text), &Budget::default()).0
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

    /// Every kind of document that is read, as a changed file and as a file around the change, broken somewhere.
    #[test]
    fn broken_documents_are_survived(pick in any::<prop::sample::Index>(), name in prop::sample::select(NAMES.to_vec()), cut in any::<(prop::sample::Index, u8)>(), put in "[\\PC\\n\\t]{0,12}") {
        let text = &DOCUMENTS[pick.index(DOCUMENTS.len())];
        let chars: Vec<char> = text.chars().collect();
        let from = cut.0.index(chars.len() + 1);
        let after = chars.iter().skip(from + cut.1 as usize);
        let broken: String = chars[..from].iter().copied().chain(put.chars()).chain(after.copied()).collect();
        assert_survived(name, &broken);
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
