//! The table of operations: paths as GitHub's description writes them.

use super::super::auth::Level::{Read, Write};
use super::super::auth::Need;
use super::super::call::{Answer, Call};
use super::{apps, checks, comments, issues, pulls, reactions, repos, reviews};

pub(in super::super) struct Route {
    pub(in super::super) method: &'static str,
    pub(in super::super) path: &'static str,
    pub(in super::super) need: Need,
    pub(in super::super) answer: fn(&Call) -> Answer,
}

const fn route(method: &'static str, path: &'static str, need: Need, answer: fn(&Call) -> Answer) -> Route {
    Route { method, path, need, answer }
}

const METADATA: Need = Need::AnyOf(&[("metadata", Read)]);
const CONTENTS: Need = Need::AnyOf(&[("contents", Read)]);
const PULLS_READ: Need = Need::AnyOf(&[("pull_requests", Read)]);
const PULLS_WRITE: Need = Need::AnyOf(&[("pull_requests", Write)]);
const CHECKS_READ: Need = Need::AnyOf(&[("checks", Read)]);
const CHECKS_WRITE: Need = Need::AnyOf(&[("checks", Write)]);
const TALK_READ: Need = Need::AnyOf(&[("pull_requests", Read), ("issues", Read)]);
/// The conversation of a pull request is written with the permission on pull requests; `issues: write` alone is refused.
const TALK_WRITE: Need = PULLS_WRITE;

pub(in super::super) const TABLE: &[Route] = &[
    route("GET", "/app", Need::App, apps::get),
    route("GET", "/app/hook/config", Need::App, apps::hook_config),
    route("PATCH", "/app/hook/config", Need::App, apps::set_hook_config),
    route("GET", "/app/hook/deliveries", Need::App, apps::deliveries),
    route("GET", "/app/hook/deliveries/{delivery_id}", Need::App, apps::delivery),
    route("POST", "/app/hook/deliveries/{delivery_id}/attempts", Need::App, apps::redeliver),
    route("GET", "/app/installations", Need::App, apps::installations),
    route("GET", "/app/installations/{installation_id}", Need::App, apps::installation),
    route("POST", "/app/installations/{installation_id}/access_tokens", Need::App, apps::access_token),
    route("POST", "/app-manifests/{code}/conversions", Need::Nothing, apps::convert_manifest),
    route("GET", "/installation/repositories", Need::Token, apps::repositories),
    route("DELETE", "/installation/token", Need::Token, apps::revoke),
    route("GET", "/repos/{owner}/{repo}/installation", Need::App, apps::installation_of_repo),
    route("GET", "/orgs/{org}/installation", Need::App, apps::installation_of_org),
    route("GET", "/users/{username}", Need::Nothing, apps::user),
    route("GET", "/rate_limit", Need::Nothing, apps::rate_limit),
    route("GET", "/meta", Need::Nothing, apps::meta),
    route("GET", "/repos/{owner}/{repo}", METADATA, repos::get),
    route("GET", "/repos/{owner}/{repo}/contents/{path}", CONTENTS, repos::contents),
    route("GET", "/repos/{owner}/{repo}/git/commits/{commit_sha}", CONTENTS, repos::git_commit),
    route("GET", "/repos/{owner}/{repo}/git/ref/{ref}", CONTENTS, repos::git_ref),
    route("GET", "/repos/{owner}/{repo}/git/blobs/{file_sha}", CONTENTS, repos::blob),
    route("GET", "/repos/{owner}/{repo}/git/trees/{tree_sha}", CONTENTS, repos::tree),
    route("GET", "/repos/{owner}/{repo}/commits", CONTENTS, repos::commits),
    route("GET", "/repos/{owner}/{repo}/commits/{ref}", CONTENTS, repos::commit),
    route("GET", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls", PULLS_READ, repos::pulls_of_commit),
    route("GET", "/repos/{owner}/{repo}/compare/{basehead}", CONTENTS, repos::compare),
    route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", METADATA, repos::permission),
    route("GET", "/repos/{owner}/{repo}/pulls", PULLS_READ, pulls::list),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", PULLS_READ, pulls::get),
    route("PATCH", "/repos/{owner}/{repo}/pulls/{pull_number}", PULLS_WRITE, pulls::update),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/files", PULLS_READ, pulls::files),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/commits", PULLS_READ, pulls::commits),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", PULLS_READ, reviews::list),
    route("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", PULLS_WRITE, reviews::create),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", PULLS_READ, reviews::get),
    route("PUT", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", PULLS_WRITE, reviews::update),
    route("DELETE", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", PULLS_WRITE, reviews::delete),
    route("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events", PULLS_WRITE, reviews::submit),
    route(
        "PUT",
        "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals",
        PULLS_WRITE,
        reviews::dismiss,
    ),
    route(
        "GET",
        "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments",
        PULLS_READ,
        reviews::comments,
    ),
    route("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/comments", PULLS_READ, comments::list),
    route("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/comments", PULLS_WRITE, comments::create),
    route(
        "POST",
        "/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
        PULLS_WRITE,
        comments::reply,
    ),
    route("GET", "/repos/{owner}/{repo}/pulls/comments/{comment_id}", PULLS_READ, comments::get),
    route("PATCH", "/repos/{owner}/{repo}/pulls/comments/{comment_id}", PULLS_WRITE, comments::update),
    route("DELETE", "/repos/{owner}/{repo}/pulls/comments/{comment_id}", PULLS_WRITE, comments::delete),
    route("GET", "/repos/{owner}/{repo}/issues/{issue_number}", TALK_READ, issues::get),
    route("GET", "/repos/{owner}/{repo}/issues/{issue_number}/comments", TALK_READ, issues::comments),
    route("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments", TALK_WRITE, issues::create_comment),
    route("GET", "/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK_READ, issues::comment),
    route("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK_WRITE, issues::update_comment),
    route("DELETE", "/repos/{owner}/{repo}/issues/comments/{comment_id}", TALK_WRITE, issues::delete_comment),
    route("POST", "/repos/{owner}/{repo}/issues/{issue_number}/labels", TALK_WRITE, issues::add_labels),
    route("DELETE", "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", TALK_WRITE, issues::remove_label),
    route(
        "POST",
        "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
        TALK_WRITE,
        reactions::on_issue_comment,
    ),
    route(
        "GET",
        "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
        TALK_READ,
        reactions::of_issue_comment,
    ),
    route(
        "POST",
        "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions",
        TALK_WRITE,
        reactions::on_review_comment,
    ),
    route(
        "GET",
        "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions",
        TALK_READ,
        reactions::of_review_comment,
    ),
    route("POST", "/repos/{owner}/{repo}/check-runs", CHECKS_WRITE, checks::create),
    route("GET", "/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS_READ, checks::get),
    route("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS_WRITE, checks::update),
    route("GET", "/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", CHECKS_READ, checks::annotations),
    route("POST", "/repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest", CHECKS_WRITE, checks::rerequest_run),
    route("POST", "/repos/{owner}/{repo}/check-suites", CHECKS_WRITE, checks::create_suite),
    route("GET", "/repos/{owner}/{repo}/check-suites/{check_suite_id}", CHECKS_READ, checks::get_suite),
    route("GET", "/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs", CHECKS_READ, checks::of_suite),
    route(
        "POST",
        "/repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest",
        CHECKS_WRITE,
        checks::rerequest_suite,
    ),
    route("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", CHECKS_READ, checks::of_ref),
    route("GET", "/repos/{owner}/{repo}/commits/{ref}/check-suites", CHECKS_READ, checks::suites_of_ref),
];
