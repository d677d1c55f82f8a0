use std::sync::Arc;

use super::*;
use crate::facts::{Delta, FactSet};
use crate::model::{ChangeSet, Confidence, Content, FileChange, FileStatus, Hunk, Neighbour, Severity};

fn file(path: &str, text: &str) -> Neighbour {
    Neighbour { path: path.into(), text: Arc::from(text) }
}

fn loaded(text: &str) -> (RuleSet, Vec<String>) {
    let (set, faults) = load(&[file(".github/sightline/rules/a.yml", text)]);
    (set, faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect())
}

fn rule(yaml: &str) -> RuleSet {
    let (set, faults) = loaded(yaml);
    assert_eq!(faults, Vec::<String>::new());
    set
}

/// A file of the head in which these lines are new.
fn changed(path: &str, text: &str, added: &[u32]) -> FileChange {
    let lines = text.lines().count() as u32;
    let hunk = Hunk { new_start: 1, new_lines: lines, added: added.to_vec(), ..Hunk::default() };
    FileChange {
        path: path.into(),
        old_path: None,
        status: FileStatus::Modified,
        base: Content::Text("".into()),
        head: Content::Text(Arc::from(text)),
        hunks: vec![hunk],
        linguist: crate::model::Linguist::default(),
    }
}

fn said(set: &RuleSet, files: Vec<FileChange>) -> Said {
    let change = ChangeSet { files, ..ChangeSet::default() };
    let reading = crate::syntax::read(&change, &crate::syntax::Budget::default());
    scan(&Delta { change: &change, base: &FactSet::default(), head: &reading.head }, set)
}

fn lines(said: &Said) -> Vec<u32> {
    said.findings.iter().map(|finding| finding.location.line).collect()
}

const PRINT: &str = "id: no-print\nlanguage: Python\nseverity: warning\nmessage: $WHAT goes to standard output.\nnote: use the logger\nrule:\n  pattern: print($WHAT)\nfix: log.info($WHAT)\n";

#[test]
fn a_match_on_a_changed_line_is_a_finding_with_its_rule_words_and_fix() {
    let said = said(&rule(PRINT), vec![changed("a.py", "def f(a):\n    print(a)\n    print(1)\n", &[2])]);
    let [finding] = said.findings.as_slice() else { panic!("{:?}", said.findings) };
    assert_eq!((finding.rule.as_str(), finding.severity), ("custom/no-print", Severity::Warning));
    assert_eq!((finding.location.line, finding.location.columns), (2, (5, 13)));
    assert_eq!((finding.message.as_str(), finding.help.as_str()), ("a goes to standard output", "use the logger"));
    assert_eq!(finding.scope, "f");
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!((fix.line, fix.end_line, fix.replacement.as_str()), (2, 2, "    log.info(a)"));
    let at = finding.evidence[0].location.as_ref().unwrap();
    assert_eq!((at.path.as_str(), at.line), (".github/sightline/rules/a.yml", 1));
    assert_eq!(finding.fingerprint.len(), 24);
}

#[test]
fn every_language_is_matched_by_its_own_grammar() {
    let cases = [
        ("Go", "a.go", "package a\nfunc f() { panic(1) }\n", "panic($A)"),
        (
            "go",
            "a.go",
            "package a\nfunc f() { fmt.Println(x, y) }\n",
            "{context: 'func t() { fmt.Println($$$A) }', selector: call_expression}",
        ),
        ("python", "a.py", "\nprint(1)\n", "print($A)"),
        ("JavaScript", "a.mjs", "\nconsole.log(1)\n", "console.log($A)"),
        ("TypeScript", "a.ts", "\nconst a = <any>b\n", "<any>$A"),
        ("Tsx", "a.tsx", "\nconst a = <B c={1}/>\n", "<B $$$A />"),
        ("Java", "A.java", "class A { \n void f() { System.exit(1); } }\n", "System.exit($A)"),
        ("Rust", "a.rs", "fn f() {\n  x.unwrap(); }\n", "$A.unwrap()"),
    ];
    for (language, path, text, pattern) in cases {
        let set = rule(&format!(
            "id: r\nlanguage: {language}\nrule:\n  pattern: {}\n",
            match pattern.starts_with('{') {
                true => pattern.to_owned(),
                false => format!("'{pattern}'"),
            }
        ));
        assert_eq!(lines(&said(&set, vec![changed(path, text, &[1, 2])])), [2], "{language}: {pattern}");
        assert_eq!(lines(&said(&set, vec![changed(path, text, &[1])])), Vec::<u32>::new(), "{language}");
    }
}

#[test]
fn relations_constraints_and_utilities_work() {
    let set = rule(
        "id: r\nlanguage: Go\nutils:\n  loop: {any: [{kind: for_statement}]}\nconstraints:\n  N: {regex: '^db'}\nrule:\n  pattern: {context: 'func t() { $N.Query($$$) }', selector: call_expression}\n  inside: {matches: loop, stopBy: end}\n",
    );
    let text = "package a\nfunc f() {\n\tdb.Query(1)\n\tfor {\n\t\tdb.Query(2)\n\t\tx.Query(3)\n\t}\n}\n";
    assert_eq!(lines(&said(&set, vec![changed("a.go", text, &[3, 5, 6])])), [5]);
}

#[test]
fn severities_are_ours_and_a_rule_on_trial_is_for_reports() {
    let of = |severity: &str| {
        let set = rule(&format!("id: r\nlanguage: Go\n{severity}\nrule: {{kind: identifier}}\n"));
        set.rules.first().map(|rule| (rule.severity, rule.confidence))
    };
    assert_eq!(of("severity: error"), Some((Severity::Error, Confidence::Certain)));
    assert_eq!(of("severity: warning"), Some((Severity::Warning, Confidence::Certain)));
    assert_eq!(of("severity: info"), Some((Severity::Notice, Confidence::Certain)));
    assert_eq!(of(""), Some((Severity::Notice, Confidence::Likely)), "their default is a hint");
    assert_eq!(of("severity: off"), None);
    assert_eq!(of("severity: error\nmetadata: {monitor: true}"), Some((Severity::Error, Confidence::Possible)));
}

#[test]
fn files_are_chosen_by_globs_and_tests_only_by_name() {
    let with = |extra: &str| rule(&format!("id: r\nlanguage: Go\n{extra}rule: {{pattern: panic($A)}}\n"));
    let text = "package a\nfunc f() { panic(1) }\n";
    let hits = |set: &RuleSet, path: &str| said(set, vec![changed(path, text, &[2])]).findings.len();
    let plain = with("");
    assert_eq!((hits(&plain, "a.go"), hits(&plain, "a_test.go"), hits(&plain, "vendor/a.go")), (1, 0, 0));
    let named = with("files: ['**/*_test.go', {glob: 'API/**', caseInsensitive: true}]\n");
    assert_eq!((hits(&named, "a.go"), hits(&named, "x/a_test.go"), hits(&named, "api/x.go")), (0, 1, 1));
    let ignoring = with("ignores: ['./cmd/**']\n");
    assert_eq!((hits(&ignoring, "cmd/a.go"), hits(&ignoring, "x/a.go")), (0, 1));
    let read = said(&named, vec![changed("x/a_test.go", "package a\n// why\nfunc f() { panic(1) }\n", &[3])]).read;
    assert_eq!((read[0].0.as_str(), read[0].2.len()), ("x/a_test.go", 1), "its comments count");
}

#[test]
fn a_fix_replaces_whole_lines_or_removes_them() {
    let set = rule("id: r\nlanguage: JavaScript\nseverity: error\nrule: {pattern: 'debugger;'}\nfix: ''\n");
    let fix = |text: &str| said(&set, vec![changed("a.js", text, &[1, 2])]).findings[0].fix.clone().unwrap();
    let alone = fix("f()\n  debugger;\n");
    assert_eq!((alone.line, alone.end_line, alone.replacement.as_str()), (2, 2, ""));
    assert_eq!(fix("f()\nif (x) { debugger; }\n").replacement, "if (x) {  }");
    let set = rule(
        "id: r\nlanguage: Go\nrule:\n  pattern: if err != nil { return err }\nfix: |-\n  if err != nil {\n    return wrap(err)\n  }\n",
    );
    let text = "package a\nfunc f() {\n\tif err != nil {\n\t\treturn err\n\t}\n}\n";
    let said = said(&set, vec![changed("a.go", text, &[3, 4, 5])]);
    let fix = said.findings[0].fix.as_ref().unwrap();
    assert_eq!((fix.line, fix.end_line), (3, 5));
    assert_eq!(fix.replacement, "\tif err != nil {\n\t  return wrap(err)\n\t}");
}

#[test]
fn broken_rules_say_where_and_what_to_do_and_take_nothing_with_them() {
    let (set, faults) = loaded(&format!(
        "{PRINT}---\n# fine so far\nid: two\nlanguage: Ruby\nrule: {{kind: x}}\n---\nid: three\nlanguage: Go\nrule:\n  kind: nonsense\n---\n{PRINT}"
    ));
    assert_eq!(set.rules.len(), 1);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].starts_with("12: ") && faults[0].contains("does not read `Ruby`"), "{}", faults[0]);
    assert!(faults[1].starts_with("17: ") && faults[1].contains("nonsense"), "{}", faults[1]);
    assert!(faults[2].starts_with("20: ") && faults[2].contains("defined already, at .github"), "{}", faults[2]);
}

#[test]
fn faults_name_the_key() {
    let cases = [
        ("language: Go\nrule: {kind: identifier}", "1: the rule has no `id`"),
        ("id: a/b\nlanguage: Go\nrule: {kind: identifier}", "1: `a/b` cannot be an `id`"),
        (
            "id: a\nlanguage: Go\nrule: {kind: identifier}\ntransform: {X: {substring: {source: $A}}}",
            "4: `transform` is not supported here",
        ),
        ("id: a\nlanguage: Go\nrule: {kind: identifier}\nfixx: b", "unknown field `fixx`"),
        ("id: a\nlanguage: Go\nrule: {regex: a}", "3: Rule must specify a set of AST kinds"),
        ("id: a\nlanguage: Go\nrule: {kind: identifier, regex: '('}", "3: `(` is no regular expression"),
        ("id: a\nlanguage: Go\nrule: {kind: identifier, regex: '\\w{900}{9}'}", "is too large; repeat less"),
        ("id: a\nlanguage: Go\nfiles: ['a[']\nrule: {kind: identifier}", "3: `a[` is no path pattern"),
        ("id: a\nlanguage: Go\nfix: $B\nrule: {pattern: f($A)}", "3: "),
        ("id: a\nlanguage: Go\nconstraints: {A: {kind: nope}}\nrule: {pattern: f($A)}", "3: `constraints`"),
        ("id: a\nlanguage: Go\nrule: {matches: nothing}", "nothing"),
        ("- just\n- a list", "1: "),
        ("id: a: b", "1: "),
    ];
    for (text, expected) in cases {
        let (set, faults) = loaded(text);
        assert_eq!(set.rules.len(), 0, "{text}");
        assert!(faults.len() == 1 && faults[0].contains(expected), "{text}\n{faults:?}");
        assert!(!faults[0].ends_with('.') && !faults[0].contains('\n'), "{faults:?}");
    }
}

#[test]
fn what_would_take_work_without_end_is_refused() {
    let deep = format!("id: a\nlanguage: Go\nrule: {{pattern: '{}1{}'}}", "(".repeat(300), ")".repeat(300));
    let nested = format!("id: a\nlanguage: Go\nrule: {}{{kind: identifier}}{}", "{not: ".repeat(45), "}".repeat(45));
    let circle = "id: a\nlanguage: Go\nutils: {u: {kind: block, has: {matches: v}}, v: {kind: block, has: {matches: u}}}\nrule: {matches: u}";
    let doubling: String =
        (0..30).map(|n| format!("  u{n}: {{any: [{{matches: u{m}}}, {{matches: u{m}}}]}}\n", m = n + 1)).collect();
    let doubling = format!("id: a\nlanguage: Go\nutils:\n{doubling}  u30: {{kind: block}}\nrule: {{matches: u0}}");
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let cases = [
        (deep.as_str(), "nests deeper than 80 levels"),
        (&nested, "deep"),
        (circle, "leads back to itself"),
        (&doubling, "more than 1000 parts"),
        (bomb, "divide it"),
    ];
    for (text, expected) in cases {
        let (set, faults) = loaded(text);
        assert!(set.rules.is_empty() && faults.len() == 1 && faults[0].contains(expected), "{faults:?}");
    }
    let (_, faults) = loaded(&format!("# {}\n{PRINT}", "x".repeat(MAX_FILE_BYTES)));
    assert_eq!(faults, ["1: the file is larger than 64 KiB; divide it"]);
}

#[test]
fn a_search_that_takes_too_many_steps_breaks_off_and_says_so() {
    let set = rule(
        "id: dear\nlanguage: Python\nrule:\n  kind: identifier\n  not: {inside: {stopBy: end, kind: module, has: {stopBy: end, has: {stopBy: end, kind: nonlocal_statement}}}}\n",
    );
    let text = "f(a, b, c)\n".repeat(5_000);
    let added: Vec<u32> = (1..=5_000).collect();
    let said = said(&set, vec![changed("a.py", &text, &added)]);
    assert_eq!(said.notes.len(), 1);
    assert!(said.notes[0].text.contains("most of them custom/dear"), "{:?}", said.notes);
}

#[test]
fn more_matches_than_anyone_reads_are_left_out() {
    let text = "print(1)\n".repeat(200);
    let said = said(&rule(PRINT), vec![changed("a.py", &text, &(1..=200).collect::<Vec<_>>())]);
    assert_eq!(said.findings.len(), 50);
    assert_eq!(said.notes[0].text, "custom/no-print matches more than 50 times here; the rest is left out");
}

#[test]
fn code_nested_without_end_is_left_alone() {
    let set = rule("id: r\nlanguage: Python\nrule: {pattern: 'f($A, $A)'}\n");
    let text = format!("x = f({0}1{1}, {0}1{1})\n", "[".repeat(20_000), "]".repeat(20_000));
    let said = said(&set, vec![changed("a_test.py", &text, &[1]), changed("a.py", "f(1, 1)\n", &[1])]);
    assert_eq!(lines(&said), [1]);
    // As deep as is allowed, where matching recurses along the tree.
    let text = format!("f({0}1{1}, {0}1{1})\n", "[".repeat(190), "]".repeat(190));
    assert_eq!(lines(&self::said(&set, vec![changed("a.py", &text, &[1])])), [1]);
}

#[test]
fn messages_hold_one_short_line_of_foreign_code() {
    let set = rule("id: r\nlanguage: Python\nmessage: $A and $$$B and $NO cost $5\nrule: {pattern: 'f($A, $$$B)'}\n");
    let text = format!("f('''{}\n\u{7}''', 1,\n 2)\n", "x".repeat(500));
    let said = said(&set, vec![changed("a.py", &text, &[1, 2, 3])]);
    let message = &said.findings[0].message;
    assert!(message.starts_with("'''xxxx") && message.ends_with("… and 1, 2 and $NO cost $5"), "{message}");
    assert!(message.chars().count() < 120 && !message.contains(['\n', '\u{7}']));
}

#[test]
fn fingerprints_survive_a_move_and_tell_twins_apart() {
    let of = |text: &str, added: &[u32]| -> Vec<String> {
        let said = said(&rule(PRINT), vec![changed("a.py", text, added)]);
        said.findings.into_iter().map(|finding| finding.fingerprint).collect()
    };
    let before = of("def f():\n    print(1)\n    print(1)\n", &[2, 3]);
    let after = of("import os\n\ndef f():\n    print(1)\n    print(1)\n", &[4, 5]);
    assert!(before == after && before[0] != before[1]);
}

#[test]
fn tests_of_rules_pass_or_say_what_went_wrong() {
    let tests = "id: no-print\nvalid:\n  - log.info(a)\n  - print(1)\ninvalid:\n  - print(2)\n  - |\n    log.info(2)\n---\nid: nope\nvalid: [a]\n---\nid: no-print\nwrong: [a]\n";
    let (trials, faults) = trial(&rule(PRINT), &[file("t/no-print-test.yml", tests)]);
    let expected = [
        Outcome::Passed,
        Outcome::Noisy { code: "print(1)".into(), matched: "print(1)".into() },
        Outcome::Passed,
        Outcome::Missed { code: "log.info(2)\n".into() },
    ];
    assert_eq!((trials.len(), trials[0].rule.as_str(), &trials[0].outcomes[..]), (1, "custom/no-print", &expected[..]));
    let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(faults[0].starts_with("t/no-print-test.yml:10: the rule `nope` is not among"), "{faults:?}");
    assert!(
        faults[1].starts_with("t/no-print-test.yml:1") && faults[1].contains("unknown field `wrong`"),
        "{faults:?}"
    );
}

#[test]
fn files_are_told_apart_by_where_they_are_and_what_they_are_called() {
    let rule = |path: &str| is_rule_file(&path.into());
    assert!(rule(".github/sightline/rules/a.yml") && rule(".github/sightline/rules/team/b.yaml"));
    assert!(!rule(".github/sightline/rules/a-test.yml") && !rule(".github/sightline/rules/a.md"));
    assert!(!rule(".github/sightline/rulesx/a.yml") && !rule("rules/a.yml"));
    assert!(is_test_file(&"x/a-test.yml".into()) && !is_test_file(&"x/a-test.md".into()));
}

#[test]
fn documents_are_divided_at_the_left_margin_only() {
    let cut = load::documents("---\n# x\n---\na: |\n  ---\nb\n--- # c\nd");
    assert_eq!(cut, [(3, "\na: |\n  ---\nb\n"), (7, " # c\nd")]);
}
