//! Where a review speaks: on most pull requests in comments, on some in the check run alone, because nobody there is
//! writing code that anyone could still improve.

use super::config::{Config, Voice};

/// What is known of a pull request.
#[derive(Clone, Copy, Debug, Default)]
pub struct PullFacts<'a> {
    pub open: bool,
    pub draft: bool,
    pub title: &'a str,
    /// The branch it goes to.
    pub base_ref: &'a str,
    /// Nothing for a deleted account.
    pub author: Option<&'a str>,
    pub by_bot: bool,
}

/// How loud a review is, and why, when it is not the usual way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loudness {
    pub speaks: Voice,
    pub why: Option<&'static str>,
}

pub fn loudness(pull: &PullFacts<'_>, config: &Config) -> Loudness {
    let check_only = |why| Loudness { speaks: Voice::CheckOnly, why: Some(why) };
    let title = pull.title.trim_start().to_ascii_lowercase();
    if !pull.open {
        return check_only("the pull request is closed, so no comments are written");
    }
    if pull.by_bot || pull.author.is_some_and(|author| is_quiet(author, config)) {
        return check_only("pull requests of this author get no comments");
    }
    if title.starts_with("revert \"") || title.starts_with("revert:") || title.starts_with("revert(") {
        return check_only("the pull request reverts another one, so no comments are written");
    }
    if is_merge(&title) {
        return check_only(
            "the pull request merges branches whose changes were reviewed before, so no comments are written",
        );
    }
    if is_release(pull.base_ref) {
        return check_only("the pull request goes to a release branch, so no comments are written");
    }
    if pull.draft && config.comments.draft_prs != Voice::Full {
        let why = "the pull request is a draft: comments follow when it is ready for review";
        return Loudness { speaks: config.comments.draft_prs, why: Some(why) };
    }
    Loudness { speaks: Voice::Full, why: None }
}

fn is_quiet(author: &str, config: &Config) -> bool {
    let bare = |login: &str| login.trim_end_matches("[bot]").to_ascii_lowercase();
    config.comments.quiet_authors.iter().any(|name| bare(name) == bare(author))
}

/// The titles that git and GitHub give to merges.
fn is_merge(title: &str) -> bool {
    ["branch '", "branch \"", "remote-tracking branch ", "pull request #", "tag '"]
        .iter()
        .any(|what| title.strip_prefix("merge ").is_some_and(|rest| rest.starts_with(what)))
}

/// `release/1.2`, `release-1.2`, `stable/2026.1`, `backports/…`: what goes there was reviewed on its way to the main branch.
/// A bare version is no sign: some projects develop on `5.x`.
fn is_release(branch: &str) -> bool {
    let branch = branch.to_ascii_lowercase();
    ["release", "releases", "stable", "maintenance", "maint", "backport", "backports"].iter().any(|word| {
        let rest = branch.strip_prefix(word);
        rest.is_some_and(|rest| rest.starts_with(['/', '-', '_']) && rest.len() > 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(change: impl FnOnce(&mut PullFacts<'static>)) -> Voice {
        let mut pull = PullFacts {
            open: true,
            title: "A change",
            base_ref: "main",
            author: Some("monalisa"),
            ..PullFacts::default()
        };
        change(&mut pull);
        let loudness = loudness(&pull, &Config::default());
        assert_eq!(loudness.why.is_none(), loudness.speaks == Voice::Full, "silence has a reason");
        loudness.speaks
    }

    #[test]
    fn people_who_can_still_change_something_are_told() {
        assert_eq!(spoken(|_| {}), Voice::Full);
        assert_eq!(spoken(|pull| pull.author = None), Voice::Full);
        for title in ["Merge the two caches", "Reverting is not what this does", "merge requests get a label"] {
            assert_eq!(spoken(|pull| pull.title = title), Voice::Full, "{title}");
        }
        for branch in ["develop", "releases", "feature/release-notes", "5.x", "v1.2", "stable", "releasenotes"] {
            assert_eq!(spoken(|pull| pull.base_ref = branch), Voice::Full, "{branch}");
        }
    }

    #[test]
    fn nobody_is_told_what_was_reviewed_before_or_comes_from_a_machine() {
        assert_eq!(spoken(|pull| pull.open = false), Voice::CheckOnly);
        assert_eq!(spoken(|pull| pull.by_bot = true), Voice::CheckOnly);
        assert_eq!(spoken(|pull| pull.author = Some("Renovate")), Voice::CheckOnly);
        assert_eq!(spoken(|pull| pull.draft = true), Voice::CheckOnly);
        let titles = [
            "Revert \"Add the cache\"",
            "revert: feat: cache",
            "Merge branch 'main' into develop",
            "Merge pull request #7 from a/b",
        ];
        for title in titles {
            assert_eq!(spoken(|pull| pull.title = title), Voice::CheckOnly, "{title}");
        }
        for branch in ["release/1.2", "Release-24.1", "releases/v3", "stable/2026", "maint_2", "backports/7"] {
            assert_eq!(spoken(|pull| pull.base_ref = branch), Voice::CheckOnly, "{branch}");
        }
    }
}
