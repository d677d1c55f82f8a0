//! Repositories, in the three sizes GitHub shows them.

use serde_json::{Value, json};

use super::super::clock::stamp;
use super::super::world::{Repo, World};
use super::accounts::merge;
use super::urls::{Urls, node_id};

/// Address templates that hang below the API address of every repository.
const TEMPLATES: [(&str, &str); 38] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
    ("issue_url", "/issues"),
];

impl Urls<'_> {
    pub(crate) fn minimal_repository(&self, world: &World, repo: &Repo) -> Value {
        let name = repo.full_name();
        let api = self.api_repo(&name);
        let mut shown = json!({
            "id": repo.id, "node_id": node_id("R", repo.id), "name": repo.name, "full_name": name,
            "private": repo.private, "owner": self.user(&world.known(&repo.owner)),
            "html_url": self.html_repo(&name), "description": null, "fork": repo.fork_of.is_some(),
        });
        for (key, tail) in TEMPLATES.iter().filter(|(key, _)| *key != "issue_url") {
            shown[*key] = json!(format!("{api}{tail}"));
        }
        shown
    }

    pub(crate) fn repository(&self, world: &World, repo: &Repo) -> Value {
        let html = self.html_repo(&repo.full_name());
        let mut shown = self.minimal_repository(world, repo);
        let open = repo.pulls.values().filter(|pull| pull.open).count();
        let more = json!({
            "git_url": html.replacen("http://", "git://", 1) + ".git",
            "ssh_url": format!("git@localhost:{}.git", repo.full_name()),
            "clone_url": format!("{html}.git"), "svn_url": html, "homepage": null, "size": 0,
            "stargazers_count": 0, "watchers_count": 0, "language": null, "has_issues": true,
            "has_projects": true, "has_downloads": true, "has_wiki": true, "has_pages": false,
            "has_discussions": false, "forks_count": 0, "mirror_url": null, "archived": false,
            "disabled": false, "open_issues_count": open, "license": null, "allow_forking": true,
            "is_template": false, "web_commit_signoff_required": false, "topics": [],
            "visibility": if repo.private { "private" } else { "public" },
            "forks": 0, "open_issues": open, "watchers": 0, "default_branch": repo.default_branch,
            "created_at": stamp(repo.created), "updated_at": stamp(repo.pushed), "pushed_at": stamp(repo.pushed),
        });
        merge(&mut shown, more);
        shown
    }

    pub(crate) fn full_repository(&self, world: &World, repo: &Repo) -> Value {
        let mut shown = self.repository(world, repo);
        merge(&mut shown, json!({"network_count": 0, "subscribers_count": 0}));
        shown
    }
}
