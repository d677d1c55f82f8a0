//! Rules that a repository brings along: those of the base are obeyed, those of the change are not.

use std::sync::Arc;

use sightline::check::check;

use crate::support::review::{REPO, World, opening};

const RULE: &str = "id: no-panic\nlanguage: Go\nseverity: warning\nmessage: '@everyone panic($WHY) ends the process'\nnote: return an error\nrule:\n  pattern: panic($WHY)\nfix: return $WHY\n";
const PATH: &str = ".github/sightline/rules/no-panic.yml";
const CODE: &str = "package a\n\nfunc f(err error) error {\n\tpanic(err)\n}\n";

async fn world() -> World {
    World::with(|doors| doors.engine = Arc::new(check)).await
}

async fn base(world: &World, files: &[(&str, &str)]) {
    let files: Vec<(&str, Option<&[u8]>)> = files.iter().map(|(path, text)| (*path, Some(text.as_bytes()))).collect();
    world.github.push(REPO, "main", &files).await.unwrap();
}

async fn reviewed(world: &World, files: &[(&str, &str)]) -> u64 {
    let files: Vec<(&str, Option<&[u8]>)> = files.iter().map(|(path, text)| (*path, Some(text.as_bytes()))).collect();
    world.github.push(REPO, "change", &files).await.unwrap();
    let number = world.github.open_pull_request(opening("change")).await.unwrap();
    world.work().await;
    number
}

#[tokio::test]
async fn a_rule_at_the_base_comments_on_changed_lines_and_its_words_are_harmless() {
    let world = world().await;
    base(&world, &[(PATH, RULE)]).await;
    let number = reviewed(&world, &[("a.go", CODE)]).await;
    let seen = world.seen(number);
    let [thread] = seen.threads.as_slice() else { panic!("{seen:?}") };
    let body = &thread.comments[0].body;
    assert_eq!((thread.path.as_str(), thread.line), ("a.go", Some(4)));
    assert!(body.contains("panic(err) ends the process") && body.contains("`custom/no-panic`"), "{body}");
    assert!(body.contains("```suggestion\n\treturn err\n```"), "{body}");
    assert!(body.contains("no-panic.yml` line 1 of the base"), "{body}");
    assert!(!body.contains("@everyone"), "nobody is notified: {body}");
}

#[tokio::test]
async fn a_rule_that_comes_with_the_change_is_not_obeyed_yet() {
    let world = world().await;
    let number = reviewed(&world, &[("a.go", CODE), (PATH, RULE)]).await;
    assert_eq!(world.seen(number).threads.len(), 0);
    let summary = world.check(number).summary.unwrap();
    assert!(summary.contains("they take effect once they are in the base branch"), "{summary}");
}

#[tokio::test]
async fn a_change_cannot_take_the_rule_away_that_it_breaks() {
    let world = world().await;
    base(&world, &[(PATH, RULE)]).await;
    let number = reviewed(&world, &[("a.go", CODE), (PATH, &RULE.replace("panic($WHY)\n", "exit($WHY)\n"))]).await;
    assert_eq!(world.seen(number).threads.len(), 1);
}

#[tokio::test]
async fn a_broken_rule_is_a_note_and_the_review_goes_on() {
    let world = world().await;
    base(&world, &[(PATH, RULE), (".github/sightline/rules/b.yml", "id: b\nlanguage: Go\nrule:\n  kind: nope\n")])
        .await;
    let number = reviewed(&world, &[("a.go", CODE)]).await;
    assert_eq!(world.seen(number).threads.len(), 1);
    let summary = world.check(number).summary.unwrap();
    assert!(summary.contains("b.yml`: line 3: ") && summary.contains("`sightline rules test` checks it"), "{summary}");
}

#[tokio::test]
async fn configuration_and_suppressions_hold_for_own_rules() {
    let world = world().await;
    let second = RULE.replace("no-panic", "no-exit").replace("panic(", "exit(");
    base(
        &world,
        &[
            (PATH, RULE),
            (".github/sightline/rules/exit.yml", &second),
            (".github/sightline.yml", "rules: { severity: { custom/no-exit: off } }\n"),
        ],
    )
    .await;
    let code = "package a\n\nfunc f(err error) error {\n\texit(err)\n\tpanic(err) // sightline: allow(custom/no-panic) reason=\"cannot happen\"\n\t// ast-grep-ignore: no-panic\n\tpanic(err)\n}\n";
    let number = reviewed(&world, &[("a.go", code)]).await;
    assert_eq!(world.seen(number).threads.len(), 0);
    let summary = world.check(number).summary.unwrap();
    assert!(summary.contains("3 findings silenced") && summary.contains("cannot happen"), "{summary}");
}
