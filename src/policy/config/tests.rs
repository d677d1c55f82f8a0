use super::schema::{Key, Kind, ROOT};
use super::*;
use crate::facts::Bit;
use crate::model::{Confidence, FilePath, RuleId, Severity};

fn errors(text: &str) -> Vec<String> {
    Config::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn one_line_is_enough_and_so_is_nothing() {
    assert_eq!(Config::parse("level: observe\n").unwrap().level, Level::Observe);
    for empty in ["", "# nothing yet\n", "paths:\n", "---\n"] {
        assert_eq!(Config::parse(empty).unwrap_or_else(|errors| panic!("{empty:?}: {errors:?}")).level, Level::Advise);
    }
}

#[test]
fn everything_that_can_be_said_is_read() {
    let text = r#"
version: 1
level: gate
paths:
  include: ["src/**", "lib/*.go"]
  ignore: ["**/testdata/**"]
rules:
  default: none
  severity:
    "errors/*": warning
    errors/swallowed-io-failure: off
    "*": notice
  overrides:
    - paths: ["src/pay/**"]
      severity: { errors/swallowed-io-failure: error }
comments:
  inline_max: 3
  quiet_authors: ["robot"]
  draft_prs: full
gate:
  fail_on: { severity: warning, confidence: likely }
"#;
    let config = Config::parse(text).unwrap();
    let severity = |rule, path| config.severity(&RuleId::from(rule), &FilePath::from(path), Severity::Error);
    assert_eq!(severity("errors/log-drops-error", "src/a.go"), Some(Severity::Warning));
    assert_eq!(severity("errors/swallowed-io-failure", "src/a.go"), None);
    assert_eq!(severity("errors/swallowed-io-failure", "src/pay/a.go"), Some(Severity::Error));
    assert_eq!(severity("tracing/span-not-ended", "src/pay/a.go"), Some(Severity::Notice));
    let ignores = |path| config.ignores(&FilePath::from(path));
    assert!(!ignores("src/a/b.go") && !ignores("lib/a.go"));
    assert!(ignores("lib/a/b.go") && ignores("src/testdata/a.go"));
    assert_eq!((config.comments.inline_max, config.comments.draft_prs), (3, Voice::Full));
    assert_eq!(config.gate, Gate { severity: Severity::Warning, confidence: Confidence::Likely, min_observable: None });
}

#[test]
fn rules_of_the_repository_itself_are_taken_at_their_word() {
    let config = Config::parse("rules: { severity: { custom/no-print: off, \"custom/*\": error } }").unwrap();
    let severity = |rule| config.severity(&RuleId::from(rule), &FilePath::from("a.go"), Severity::Notice);
    assert_eq!((severity("custom/no-print"), severity("custom/other")), (None, Some(Severity::Error)));
    assert!(errors("rules: { severity: { \"custom/a b\": off } }")[0].contains("no rule is called"));
}

#[test]
fn unset_rules_are_off_only_when_the_default_says_so() {
    let (rule, path) = (RuleId::from("errors/log-drops-error"), FilePath::from("a.go"));
    assert_eq!(Config::default().severity(&rule, &path, Severity::Error), Some(Severity::Error));
    let none = Config::parse("rules: { default: none }").unwrap();
    assert_eq!(none.severity(&rule, &path, Severity::Error), None);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_the_nearest_name() {
    let text = "versoin: 1\nlevel: advice\npaths:\n  ignroe: [a]\n  include: \"src\"\nrules:\n  severity:\n    errors/swalowed-io-failure: warning\n    erors/*: off\n    \"*\": loud\ncomments: { inline_max: 99 }\nproviders: {}\n";
    assert_eq!(
        errors(text),
        [
            "1:1: unknown key `versoin`; did you mean `version`?",
            "2:8: `level` cannot be `advice`; it is one of observe, advise, guard, gate; did you mean `advise`?",
            "4:3: unknown key `paths.ignroe`; did you mean `ignore`?",
            "5:12: `paths.include` must be a list of texts, not text",
            "8:5: no rule is called `errors/swalowed-io-failure`; did you mean `errors/swallowed-io-failure`?",
            "9:5: no family of rules is called `erors`; did you mean `errors/*`?",
            "10:10: `rules.severity.*` cannot be `loud`; it is one of off, notice, warning, error",
            "11:25: `comments.inline_max` must be a whole number from 0 to 20, not a number",
            "12:1: unknown key `providers`; known here: version, level, paths, rules, comments, coverage, gate",
        ]
    );
}

#[test]
fn broken_yaml_names_its_place() {
    let broken = Config::parse("level: [\n  a\n").unwrap_err();
    assert_eq!(broken.len(), 1);
    assert!(broken[0].line >= 1 && !broken[0].message.contains('\n'), "{broken:?}");
    assert!(
        errors("level: advise\nlevel: gate\n")[0].starts_with("2:1: "),
        "{:?}",
        errors("level: advise\nlevel: gate\n")
    );
    assert_eq!(errors("- a\n"), ["1:1: the file must be a mapping, not a list"]);
    assert_eq!(errors("version: 2\n"), ["1:10: `version` must be 1, the only format there is"]);
}

#[test]
fn a_file_that_expands_without_end_or_is_too_deep_is_refused() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (name, of) in [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f"), ("h", "g")] {
        bomb.push_str(&format!("{name}: &{name} [*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of}]\n"));
    }
    assert!(Config::parse(&bomb).is_err());
    assert!(Config::parse(&format!("paths: {}{}", "[".repeat(5_000), "]".repeat(5_000))).is_err());
    assert!(Config::parse(&"#".repeat(300 << 10)).is_err());
}

#[test]
fn control_characters_of_the_file_do_not_reach_a_message() {
    let message = &errors("\"\\e[31mx\": 1\n")[0];
    assert!(!message.contains('\u{1b}'), "{message:?}");
}

#[test]
fn every_key_says_what_it_is_for() {
    fn walk(keys: &[Key]) {
        for key in keys {
            assert!(!key.about.is_empty() && !key.about.ends_with('.'), "{}", key.name);
            if let Kind::Section(keys) | Kind::Sections(keys) = &key.kind {
                walk(keys);
            }
        }
    }
    walk(ROOT);
}

#[test]
fn what_is_instrumented_elsewhere_can_be_said() {
    let names: Vec<String> = Bit::ALL.iter().map(|bit| format!("{}: external", bit.name())).collect();
    let config = Config::parse(&format!("coverage: {{ {} }}", names.join(", "))).unwrap();
    assert_eq!(config.external, Bit::ALL);
    assert!(
        Config::parse("coverage: { db: maybe }").is_err() && Config::parse("coverage: { disk: external }").is_err()
    );
}
