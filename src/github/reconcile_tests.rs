use super::*;
use crate::model::Side;
use crate::model::publication::Anchor;

fn body(text: &str, fingerprint: &str, standing: Standing) -> String {
    format!("{text}\n\n{}", FindingMark::line(fingerprint, standing))
}

fn wanted(fingerprint: &str, text: &str) -> ReviewComment {
    let anchor = Some(Anchor { path: "a.go".into(), side: Side::Right, line: 3, start_line: None });
    ReviewComment {
        fingerprint: fingerprint.into(),
        anchor,
        body: body(text, fingerprint, Standing::Open),
        inline: true,
    }
}

fn thread(id: &str, body: String) -> Thread {
    let comment = Comment { id: format!("c-{id}"), body, ours: true, hidden: None };
    Thread { id: id.into(), path: "a.go".into(), resolved: false, replies: 0, comment }
}

fn open(id: &str, fingerprint: &str, text: &str) -> Thread {
    thread(id, body(text, fingerprint, Standing::Open))
}

fn fixed(_: &str, _: &FilePath) -> Option<String> {
    Some("✅ Fixed in abc.".into())
}

#[test]
fn the_same_finding_changes_nothing_even_when_it_moved() {
    let existing = [open("1", "f1", "**Lost.** (line 12)\r\n- see line 3, 0a1b2c3d4e")];
    let plan = plan(&existing, &[wanted("f1", "**Lost.** (line 99)\n- see line 40, ffff0000ffff")], fixed, true);
    assert_eq!((plan.review, plan.edits), (vec![], vec![]));
}

#[test]
fn a_changed_text_is_edited_in_place() {
    let plan = plan(&[open("1", "f1", "old")], &[wanted("f1", "new")], fixed, false);
    let expected = Edit::UpdateReviewComment { comment: "c-1".into(), body: body("new", "f1", Standing::Open) };
    assert_eq!((plan.review.len(), plan.edits), (0, vec![expected]));
}

#[test]
fn a_finding_that_is_gone_is_closed_and_stays_closed() {
    let existing = open("1", "f1", "text");
    let closing = plan(std::slice::from_ref(&existing), &[], fixed, false);
    let Edit::UpdateReviewComment { body, .. } = &closing.edits[1] else { panic!("{closing:?}") };
    assert_eq!(closing.edits[0], Edit::Minimise { comment: "c-1".into(), why: Classifier::Resolved });
    insta::assert_snapshot!(body, @r"
    ✅ Fixed in abc.

    <details><summary>What this comment said</summary>

    text

    </details>

    <!-- sightline:finding v1 f1 closed -->
    ");
    let mut closed = thread("1", body.clone());
    closed.comment.hidden = Some("resolved".into());
    assert_eq!(plan(&[closed], &[], fixed, false).edits, []);
}

#[test]
fn killed_between_hiding_and_saying_why_it_says_why() {
    let mut existing = open("1", "f1", "text");
    existing.comment.hidden = Some("resolved".into());
    let edits = plan(&[existing], &[], fixed, false).edits;
    assert!(matches!(&edits[..], [Edit::UpdateReviewComment { .. }]), "{edits:?}");
}

#[test]
fn a_finding_that_returns_reopens_its_comment() {
    let mut existing = thread("1", body("✅ Fixed", "f1", Standing::Closed));
    existing.comment.hidden = Some("resolved".into());
    existing.resolved = true;
    let plan = plan(&[existing], &[wanted("f1", "text")], fixed, true);
    assert_eq!(plan.review, []);
    let update = Edit::UpdateReviewComment { comment: "c-1".into(), body: body("text", "f1", Standing::Open) };
    assert_eq!(
        plan.edits,
        [Edit::Unminimise { comment: "c-1".into() }, Edit::Unresolve { thread: "1".into() }, update]
    );
}

#[test]
fn what_was_not_read_proves_nothing() {
    assert_eq!(plan(&[open("1", "f1", "text")], &[], |_, _| None, true).edits, []);
}

#[test]
fn others_comments_and_copied_markers_are_not_ours() {
    let mut foreign = open("1", "f1", "text");
    foreign.comment.ours = false;
    let unmarked = thread("2", "text without a marker".into());
    let plan = plan(&[foreign, unmarked], &[wanted("f1", "text")], fixed, false);
    assert_eq!((plan.review.len(), plan.edits), (1, vec![]));
}

#[test]
fn a_person_who_hid_or_resolved_it_is_right() {
    let mut existing = open("1", "f1", "text");
    existing.comment.hidden = Some("off-topic".into());
    existing.resolved = true;
    let plan = plan(&[existing], &[wanted("f1", "text")], fixed, true);
    assert_eq!((plan.review, plan.edits), (vec![], vec![]));
}

#[test]
fn what_a_person_put_aside_stays_aside_when_its_line_is_edited() {
    let text = |rule: &str| format!("**Lost.**\n\n<sub>silence with `// sightline: allow({rule}) reason=…`</sub>");
    let aside = || Thread { resolved: true, ..open("1", "f1", &text("errors/a")) };
    let edited = wanted("f2", &text("errors/a"));
    let plan_of = |thread: Thread, wanted: &[ReviewComment]| plan(&[thread], wanted, fixed, true);
    let quiet = plan_of(aside(), std::slice::from_ref(&edited));
    assert_eq!((quiet.review, quiet.edits), (vec![], vec![]));
    assert!(quiet.shown.contains("f2"), "nor is it told in the summary");

    let second = plan_of(aside(), &[edited.clone(), wanted("f3", &text("errors/a"))]);
    assert_eq!(second.review.iter().map(|comment| comment.fingerprint.as_str()).collect::<Vec<_>>(), ["f3"]);
    let other_rule = plan_of(aside(), &[wanted("f2", &text("errors/b"))]);
    assert_eq!((other_rule.review.len(), other_rule.edits.len()), (1, 2), "that one is closed, this one is new");
    let other_file = plan_of(Thread { path: "b.go".into(), ..aside() }, std::slice::from_ref(&edited));
    assert_eq!(other_file.review.len(), 1);
    let nobody = plan_of(open("1", "f1", &text("errors/a")), std::slice::from_ref(&edited));
    assert_eq!(nobody.review.len(), 1, "nobody has said anything yet");
}

#[test]
fn a_duplicate_is_hidden_not_called_fixed() {
    let existing = [open("1", "f1", "text"), open("2", "f1", "text")];
    let plan = plan(&existing, &[wanted("f1", "text")], fixed, false);
    assert_eq!(plan.edits, [Edit::Minimise { comment: "c-2".into(), why: Classifier::Duplicate }]);
}

#[test]
fn beyond_the_budget_nothing_new_but_what_exists_stays() {
    let over = |fingerprint| ReviewComment { inline: false, ..wanted(fingerprint, "text") };
    let nowhere = ReviewComment { anchor: None, ..wanted("f3", "text") };
    let plan = plan(&[open("1", "f1", "text")], &[over("f1"), over("f2"), nowhere], fixed, false);
    assert_eq!((plan.review, plan.edits), (vec![], vec![]));
    assert_eq!(plan.shown, HashSet::from(["f1".to_owned()]));
}

#[test]
fn the_summary_is_made_once_and_edited_afterwards() {
    let summary = |text: &str| format!("{text}\n\n{}", crate::report::marker::SUMMARY);
    let clear = || summary("✅ Nothing as of abc1234.");
    let add = summary_edits(&[], "PR", Some(summary("1 finding")), clear);
    assert_eq!(add, [Edit::AddComment { subject: "PR".into(), body: summary("1 finding") }]);
    assert_eq!(summary_edits(&[], "PR", None, clear), []);
    let comment = |text: &str| Comment { id: "s".into(), body: summary(text), ours: true, hidden: None };
    assert_eq!(summary_edits(&[comment("1 finding")], "PR", Some(summary("1 finding")), clear), []);
    let update = |body| vec![Edit::UpdateComment { comment: "s".into(), body }];
    assert_eq!(
        summary_edits(&[comment("1 finding")], "PR", Some(summary("2 findings")), clear),
        update(summary("2 findings"))
    );
    assert_eq!(summary_edits(&[comment("1 finding")], "PR", None, clear), update(clear()));
    assert_eq!(summary_edits(&[comment("✅ Nothing as of 0123456.")], "PR", None, clear), []);
    let foreign = Comment { ours: false, ..comment("1 finding") };
    assert_eq!(summary_edits(&[foreign], "PR", None, clear), []);
}
