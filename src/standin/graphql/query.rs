//! The roots of queries, where arguments choose what is shown.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

use super::super::auth::Level::Read;
use super::super::clock::stamp;
use super::super::json::{CommitText, node_id, unpack_node_id};
use super::super::world::World;
use super::build::Builder;
use super::scope::{Scope, fail, forbidden, no_node};
use super::tree::Tree;

pub(super) struct Query<'s>(pub(super) &'s Scope);

fn text(info: &ResolveInfo<'_>, name: &str) -> Option<String> {
    info.arguments().get(name).and_then(|value| value.as_str()).map(str::to_owned)
}

impl ObjectValue for Query<'_> {
    fn type_name(&self) -> &'static str {
        "Query"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let scope = self.0;
        match info.field_name() {
            "repository" => {
                let (owner, name) = (text(info, "owner").unwrap_or_default(), text(info, "name").unwrap_or_default());
                let full_name = format!("{owner}/{name}");
                if scope.sees(&scope.site.world(), &full_name) {
                    return Ok(ResolvedValue::object(Repository { scope, full_name }));
                }
                Err(fail("NOT_FOUND", format!("Could not resolve to a Repository with the name '{full_name}'.")))
            }
            "node" => {
                let id = text(info, "id").unwrap_or_default();
                node(scope, &scope.site.world(), &id).map(ResolvedValue::object)
            }
            "nodes" => {
                let ids = info.arguments().get("ids").and_then(|value| value.as_array()).cloned().unwrap_or_default();
                let world = scope.site.world();
                let found: Vec<_> =
                    ids.iter().map(|id| node(scope, &world, id.as_str().unwrap_or_default()).ok()).collect();
                Ok(ResolvedValue::list(found.into_iter().map(ResolvedValue::nullable_object)))
            }
            // An installation is nobody: GitHub refuses it a `viewer`.
            "viewer" => Err(forbidden()),
            "rateLimit" => {
                let reset = scope.site.now() + chrono::Duration::hours(1);
                let limit = Tree::new("RateLimit").with("limit", 5000).with("cost", 1).with("remaining", 4999);
                Ok(ResolvedValue::object(limit.with("used", 1).with("nodeCount", 0).with("resetAt", stamp(reset))))
            }
            _ => Err(self.unknown_field_error(info)),
        }
    }
}

pub(super) fn builder<'a>(scope: &'a Scope, world: &'a World, viewer: &'a str) -> Builder<'a> {
    Builder { site: &scope.site, world, viewer }
}

pub(super) fn viewer(scope: &Scope, world: &World) -> String {
    scope.actor(world).map(|actor| actor.login).unwrap_or_default()
}

/// Anything by its opaque id, as far as the caller sees it.
pub(super) fn node(scope: &Scope, world: &World, id: &str) -> Result<Tree, FieldError> {
    let (kind, number) = unpack_node_id(id).ok_or_else(|| no_node(id))?;
    let viewer = viewer(scope, world);
    let build = builder(scope, world, &viewer);
    for repo in world.repos.values().filter(|repo| scope.sees(world, &repo.full_name())) {
        for pull in repo.pulls.values() {
            let found = match kind {
                "PR" => (pull.id == number).then(|| build.pull(repo, pull)),
                "PRRT" => pull.threads.iter().find(|t| t.id == number).map(|thread| build.thread(repo, pull, thread)),
                "IC" => {
                    let comment = pull.comments.iter().find(|comment| comment.id == number);
                    comment.map(|comment| build.issue_comment(repo, pull.number, comment))
                }
                "PRRC" => pull.threads.iter().find_map(|thread| {
                    let comment = thread.comments.iter().find(|comment| comment.id == number)?;
                    Some(build.review_comment(repo, pull, thread, comment))
                }),
                _ => None,
            };
            if let Some(tree) = found {
                scope.demand(world, &repo.full_name(), &[("pull_requests", Read)])?;
                return Ok(tree);
            }
        }
    }
    Err(no_node(id))
}

struct Repository<'s> {
    scope: &'s Scope,
    full_name: String,
}

impl ObjectValue for Repository<'_> {
    fn type_name(&self) -> &'static str {
        "Repository"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let (scope, site) = (self.scope, &self.scope.site);
        let world = site.world();
        let repo = world.repo(&self.full_name).ok_or_else(|| no_node(&self.full_name))?;
        let viewer = viewer(scope, &world);
        let build = builder(scope, &world, &viewer);
        match info.field_name() {
            "id" => Ok(ResolvedValue::leaf(node_id("R", repo.id))),
            "name" => Ok(ResolvedValue::leaf(repo.name.as_str())),
            "nameWithOwner" => Ok(ResolvedValue::leaf(repo.full_name())),
            "isPrivate" => Ok(ResolvedValue::leaf(repo.private)),
            "isFork" => Ok(ResolvedValue::leaf(repo.fork_of.is_some())),
            "owner" => Ok(ResolvedValue::object(build.actor(&repo.owner))),
            "pullRequest" => {
                scope.demand(&world, &self.full_name, &[("pull_requests", Read)])?;
                let number = info.arguments().get("number").and_then(|value| value.as_u64()).unwrap_or(0);
                let pull = repo.pulls.get(&number).ok_or_else(|| {
                    fail("NOT_FOUND", format!("Could not resolve to a PullRequest with the number of {number}."))
                })?;
                Ok(ResolvedValue::object(build.pull(repo, pull)))
            }
            "object" => {
                scope.demand(&world, &self.full_name, &[("contents", Read)])?;
                let rev = text(info, "oid").or_else(|| text(info, "expression")).unwrap_or_default();
                let commit = CommitText::one(&site.git, &self.full_name, &rev).ok();
                Ok(ResolvedValue::nullable_object(commit.map(|commit| build.commit(repo, &commit))))
            }
            _ => Err(self.unknown_field_error(info)),
        }
    }
}
