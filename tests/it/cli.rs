//! The built binary on real repositories: what people and programs see, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::repository::Repository;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn sightline(folder: &Path, args: &[&str]) -> Ran {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_sightline"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const GOOD: &str = "package store

import (
\t\"database/sql\"
\t\"log/slog\"
)

func Load(db *sql.DB) int {
\trows, err := db.Query(\"select 1\")
\tif err != nil {
\t\tslog.Error(\"cannot load\", \"err\", err)
\t\treturn 0
\t}
\tdefer rows.Close()
\treturn 1
}
";

/// A failure of the database that nobody will ever hear of.
fn bad() -> String {
    GOOD.replace("\t\tslog.Error(\"cannot load\", \"err\", err)\n", "").replace("\t\"log/slog\"\n", "")
}

/// A service whose main branch is good and whose feature branch swallows a failure.
fn service() -> Repository {
    let repo = Repository::new();
    repo.write("go.mod", "module example.com/shop\n\ngo 1.24\n")
        .write(
            "main.go",
            "package main\n\nimport \"net/http\"\n\nfunc main() {\n\t_ = http.ListenAndServe(\":80\", nil)\n}\n",
        )
        .write("README.md", "a shop\n");
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write("store/store.go", bad()).write("README.md", "a shop, better\n");
    repo.commit("feature");
    repo
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

#[test]
fn a_swallowed_failure_is_shown_with_its_code_and_ends_with_one() {
    let repo = service();
    let ran = sightline(repo.path(), &["check"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("[errors/swallowed-io-failure]"), "{}", ran.out);
    assert!(ran.out.contains("--> store/store.go:9") && ran.out.contains("if err != nil"), "{}", ran.out);
    assert!(ran.out.contains("compared with the merge base with main"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}') && ran.err.is_empty(), "{}", ran.err);
}

#[test]
fn severities_below_the_bar_and_clean_changes_end_with_zero() {
    let repo = service();
    assert_eq!(sightline(repo.path(), &["check", "--fail-on", "error"]).code, 0);
    assert_eq!(sightline(repo.path(), &["check", "--fail-on", "never"]).code, 0);
    repo.write("store/store.go", GOOD);
    let clean = sightline(repo.path(), &["check"]);
    assert_eq!(clean.code, 0, "{}", clean.out);
    // The home is the repository here, so the cache of facts in it counts as skipped files.
    assert!(clean.out.contains("\n1 file analysed, ") && clean.out.contains(": no findings\n"), "{}", clean.out);
    assert_eq!(sightline(repo.path(), &["check", "--quiet"]).out, "");
}

#[test]
fn json_is_versioned_and_says_what_would_be_inline() {
    let repo = service();
    let report = json(&sightline(repo.path(), &["check", "--format", "json", "--base", "main", "--head", "feature"]));
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "errors/swallowed-io-failure");
    assert_eq!(
        (finding["path"].as_str(), finding["line"].as_u64(), finding["side"].as_str()),
        (Some("store/store.go"), Some(9), Some("RIGHT"))
    );
    assert!(finding["inline"].is_boolean() && finding["fingerprint"].as_str().unwrap().len() >= 16);
    let files: Vec<(&str, &str)> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["state"].as_str().unwrap()))
        .collect();
    assert_eq!(files, [("README.md", "skipped"), ("store/store.go", "analysed")]);
}

#[test]
fn the_other_formats_carry_the_same_finding() {
    let repo = service();
    let sarif = json(&sightline(repo.path(), &["check", "--format", "sarif"]));
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "errors/swallowed-io-failure");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 9);
    let github = sightline(repo.path(), &["check", "--format", "github"]);
    assert!(github.out.starts_with("::warning file=store/store.go,line=9,"), "{}", github.out);
    let markdown = sightline(repo.path(), &["check", "--format", "markdown"]);
    assert!(markdown.out.starts_with("## Sightline: 1 finding (1 warning)\n"), "{}", markdown.out);
    assert_eq!((github.code, markdown.code), (1, 1));
}

#[test]
fn a_suppression_with_a_reason_silences_and_is_listed() {
    let repo = service();
    let allowed = bad().replace(
        "\tif err",
        "\t// sightline: allow(errors/swallowed-io-failure) reason=\"the cache is optional\"\n\tif err",
    );
    repo.write("store/store.go", allowed);
    let ran = sightline(repo.path(), &["check", "--format", "json"]);
    let report = json(&ran);
    assert_eq!((ran.code, report["findings"].as_array().unwrap().len()), (0, 0), "{}", ran.out);
    assert_eq!(report["suppressed"][0]["by"], "line 9: allowed: the cache is optional");
}

#[test]
fn configuration_is_that_of_the_base() {
    let repo = service();
    repo.write(".github/sightline.yml", "rules: { severity: { \"errors/*\": off } }\n");
    assert_eq!(sightline(repo.path(), &["check"]).code, 1, "the change cannot excuse itself");
    let named = sightline(repo.path(), &["check", "--config", ".github/sightline.yml"]);
    assert_eq!(named.code, 0, "{}", named.out);
    repo.git(&["stash", "-qu"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["stash", "pop", "-q"]);
    repo.commit("configuration");
    repo.git(&["checkout", "-q", "feature"]);
    repo.git(&["rebase", "-q", "main"]);
    let based = sightline(repo.path(), &["check"]);
    assert_eq!(based.code, 0, "{}", based.out);
}

#[test]
fn a_wrong_configuration_names_every_mistake() {
    let repo = service();
    repo.write("mine.yml", "levle: guard\nrules: { severity: { errors/nope: loud } }\n");
    let ran = sightline(repo.path(), &["check", "--config", "mine.yml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("error: mine.yml:1:1: unknown key `levle`; did you mean `level`?"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 3, "{}", ran.err);
    assert_eq!(sightline(repo.path(), &["check", "--config", "none.yml"]).code, 2);
}

#[test]
fn a_broken_configuration_at_the_base_is_a_note() {
    let repo = Repository::new();
    repo.write(".github/sightline.yml", "levle: guard\n").write("a.go", "package a\n").commit("base");
    repo.write("a.go", "package a\n\nvar b = 1\n");
    let ran = sightline(repo.path(), &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("note: the configuration at the base is broken"), "{}", ran.out);
}

#[test]
fn usage_and_failures_end_with_their_own_codes_and_a_remedy() {
    let repo = service();
    assert_eq!(sightline(repo.path(), &["check", "--format", "xml"]).code, 2);
    assert_eq!(sightline(repo.path(), &["check", "--head", "feature", "--staged"]).code, 2);
    let unknown = sightline(repo.path(), &["check", "--base", "nope"]);
    assert_eq!(unknown.code, 3);
    assert!(
        unknown.err.starts_with("error: `nope` names no commit in this repository; check its spelling"),
        "{}",
        unknown.err
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let nowhere = sightline(elsewhere.path(), &["check"]);
    assert_eq!(nowhere.code, 3);
    assert!(nowhere.err.contains("is not inside a git repository; name one with --repo"), "{}", nowhere.err);
    let help = sightline(repo.path(), &["check", "--help"]);
    assert!(
        help.out.contains("Exit codes:") && help.out.contains("3  the change could not be analysed"),
        "{}",
        help.out
    );
}

#[test]
fn colours_are_for_terminals_or_for_those_who_ask() {
    let repo = service();
    assert!(sightline(repo.path(), &["check", "--color", "always"]).out.contains("\u{1b}["));
    assert!(!sightline(repo.path(), &["check", "--color", "never"]).out.contains('\u{1b}'));
}

#[test]
fn the_staged_change_is_reviewed_before_it_is_committed() {
    let repo = service();
    repo.write("store/other.go", bad().replace("Load", "Other"));
    repo.git(&["add", "store/other.go"]);
    let report = json(&sightline(repo.path(), &["check", "--staged", "--format", "json"]));
    let paths: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["store/other.go"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

/// Once with an empty cache, once with a full one, once without: what is said must not depend on it.
#[test]
fn a_whole_tree_is_read_as_if_new_and_remembered() {
    let repo = service();
    repo.write("store/store.go", bad().replace("import (", "// sightline: allow(errors/*) reason=\nimport ("));
    let all = |more: &[&str]| {
        let ran = sightline(repo.path(), &[&["check", "--all", "--format", "json"], more].concat());
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        json(&ran)
    };
    let first = all(&[]);
    let rules: Vec<&str> =
        first["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"errors/swallowed-io-failure"), "{first}");
    assert!(first["notes"].to_string().contains("this suppression is not valid"), "{first}");
    let kept = repo.path().join(".cache/sightline/facts");
    assert!(kept.is_dir());
    assert_eq!((all(&[]), all(&["--no-cache"])), (first.clone(), first.clone()));
    // What another version of a file says is not what this one says.
    repo.write("store/store.go", GOOD);
    let mended = sightline(repo.path(), &["check", "--all", "--format", "json"]);
    assert!(!mended.out.contains("errors/swallowed-io-failure"), "{}", mended.out);
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let list = sightline(folder.path(), &["rules", "list"]);
    assert_eq!((list.code, list.out.lines().count()), (0, sightline::rules::RULES.len()));
    let listed = json(&sightline(folder.path(), &["rules", "list", "--format", "json"]));
    assert_eq!(listed["rules"].as_array().unwrap().len(), sightline::rules::RULES.len());
    let page = sightline(folder.path(), &["rules", "explain", "tracing/span-not-ended"]);
    assert!(page.out.starts_with("tracing/span-not-ended (") && page.out.contains("## Why it matters in production"));
    for near in ["tracing/span-not-endet", "span-not-ended"] {
        let unknown = sightline(folder.path(), &["rules", "explain", near]);
        assert_eq!(unknown.code, 2);
        assert!(unknown.err.contains("did you mean `tracing/span-not-ended`?"), "{}", unknown.err);
    }
}

#[test]
fn a_rule_of_ones_own_is_started_tested_listed_and_used_from_the_base() {
    let repo = service();
    repo.git(&["checkout", "-q", "main"]);
    let run = |args: &[&str]| sightline(repo.path(), args);
    let none = run(&["rules", "test"]);
    assert!(none.code == 2 && none.err.contains("there are no rules in"), "{}", none.err);
    let new = run(&["rules", "new", "--custom", "no-panic"]);
    assert_eq!(new.code, 0, "{}", new.err);
    let again = run(&["rules", "new", "--custom", "no-panic"]);
    assert!(again.code == 2 && again.err.contains("exists already; nothing was written"), "{}", again.err);
    let tested = run(&["rules", "test"]);
    assert_eq!(tested.code, 0, "{}{}", tested.out, tested.err);
    assert_eq!(tested.out, "custom/no-panic: 2 tests passed\n1 rules, 2 tests: 2 passed, 0 failed\n");
    assert!(run(&["rules", "list"]).out.contains("custom/no-panic"));
    let listed = json(&run(&["rules", "list", "--format", "json"]));
    assert_eq!(listed["rules"].as_array().unwrap().last().unwrap()["id"], "custom/no-panic");
    let page = run(&["rules", "explain", "custom/no-panic"]).out;
    assert!(
        page.contains("defined in .github/sightline/rules/no-panic.yml:2") && page.contains("allow(custom/no-panic)")
    );

    let code = "package store\n\nfunc Stop(err error) {\n\tpanic(err)\n}\n";
    repo.write("store/stop.go", code);
    let before = run(&["check"]);
    assert_eq!(before.code, 0, "{}", before.out);
    assert!(before.out.contains("they take effect once they are in the base branch"), "{}", before.out);
    repo.git(&["add", ".github"]);
    repo.git(&["commit", "-qm", "a rule"]);
    let after = run(&["check"]);
    assert!(after.code == 1 && after.out.contains("[custom/no-panic]"), "{}{}", after.out, after.err);
}

#[test]
fn tests_of_rules_say_what_failed_and_what_is_broken() {
    let repo = Repository::new();
    let rule = "id: no-print\nlanguage: Python\nrule: {pattern: print($A)}\n";
    let tests = "id: no-print\nvalid: ['print(1)']\ninvalid: ['print(2)', \"log\\u001b\"]\n";
    // The layout of a project of ast-grep will do too.
    repo.write("rules/no-print.yml", rule).write("rule-tests/no-print-test.yml", tests);
    let ran = sightline(repo.path(), &["rules", "test"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.starts_with("custom/no-print: 2 of 3 failed\n"), "{}", ran.out);
    assert!(
        ran.out.contains("no-print-test.yml:1: valid code is matched, namely `print(1)`\n    | print(1)\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("invalid code is not matched\n    | log\u{fffd}\n"), "{}", ran.out);
    repo.write("rules/b.yml", "id: b\nlanguage: Ruby\nrule: {kind: x}\n");
    let broken = sightline(repo.path(), &["rules", "test", "."]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.starts_with("error: rules/b.yml:2: Sightline does not read `Ruby`"), "{}", broken.err);
}

#[test]
fn a_new_rule_starts_from_a_skeleton_that_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let new = |id: &str| sightline(folder.path(), &["rules", "new", id]);
    let nowhere = new("errors/some-thing");
    assert!(nowhere.code == 2 && nowhere.err.contains("is no checkout of Sightline"), "{}", nowhere.err);
    std::fs::create_dir_all(folder.path().join("src/rules/errors")).unwrap();
    std::fs::write(folder.path().join("src/rules/list.rs"), "").unwrap();
    std::fs::write(folder.path().join("src/rules/errors/mod.rs"), "").unwrap();
    let written = new("errors/some-thing");
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(written.out.contains("src/rules/errors/mod.rs: pub mod some_thing;"), "{}", written.out);
    assert!(written.out.contains("src/rules/list.rs: errors::some_thing::RULE,"), "{}", written.out);
    for file in ["rules/errors/some-thing.md", "src/rules/errors/some_thing.rs", "fixtures/errors/some-thing/bad.go"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    for (id, why) in [
        ("errors/some-thing", "exists already; nothing was written"),
        ("errors/swallowed-io-failure", "there is a rule `errors/swallowed-io-failure` already"),
        ("Errors/X", "is not of the form family/name"),
        ("../../x/y", "is not of the form family/name"),
    ] {
        let refused = new(id);
        assert!(refused.code == 2 && refused.err.contains(why), "{id}: {}", refused.err);
    }
}
