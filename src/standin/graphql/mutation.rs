//! Mutations, one after the other, each with the permission it takes.
//!
//! Resolving a thread takes `contents: write`; everything else here takes `pull_requests: write`.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;

use super::super::acts::{self, Actor};
use super::super::auth::Level::Write;
use super::super::call::LONGEST_BODY;
use super::super::json::unpack_node_id;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::query::node;
use super::scope::{Scope, fail, forbidden, no_node};
use super::tree::Tree;

pub(super) struct Mutation<'s>(pub(super) &'s Scope);

const TALK: &[(&str, super::super::auth::Level)] = &[("pull_requests", Write)];
const RESOLVE: &[(&str, super::super::auth::Level)] = &[("contents", Write)];

impl ObjectValue for Mutation<'_> {
    fn type_name(&self) -> &'static str {
        "Mutation"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let empty = JsonMap::new();
        let input = info.arguments().get("input").and_then(|value| value.as_object()).unwrap_or(&empty);
        let done = Doing { scope: self.0, input }.run(info.field_name())?;
        let client = input.get("clientMutationId").and_then(|value| value.as_str()).map(str::to_owned);
        Ok(ResolvedValue::object(done.with("clientMutationId", client)))
    }
}

struct Doing<'a> {
    scope: &'a Scope,
    input: &'a JsonMap,
}

/// What an id stands for, and the repository it is in.
struct Target {
    kind: &'static str,
    id: u64,
    repo: String,
    number: u64,
    author: String,
}

fn refused(refusal: Refusal) -> FieldError {
    match refusal.status {
        403 => forbidden(),
        404 => fail("NOT_FOUND", refusal.message),
        _ => fail("UNPROCESSABLE", refusal.message),
    }
}

impl Doing<'_> {
    fn run(&self, name: &str) -> Result<Tree, FieldError> {
        match name {
            "addComment" => self.add_comment(),
            "updateIssueComment" => self.edit("IC", "UpdateIssueCommentPayload", "issueComment"),
            "updatePullRequestReviewComment" => {
                self.edit("PRRC", "UpdatePullRequestReviewCommentPayload", "pullRequestReviewComment")
            }
            "deleteIssueComment" => self.delete("IC", "DeleteIssueCommentPayload"),
            "deletePullRequestReviewComment" => self.delete("PRRC", "DeletePullRequestReviewCommentPayload"),
            "minimizeComment" => self.minimise(true),
            "unminimizeComment" => self.minimise(false),
            "resolveReviewThread" => self.resolve(true),
            "unresolveReviewThread" => self.resolve(false),
            "addPullRequestReviewThreadReply" => self.reply(),
            other => Err(fail("UNPROCESSABLE", format!("the stand-in does not do {other}"))),
        }
    }

    fn text(&self, name: &str) -> String {
        self.input.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    }

    fn body(&self) -> Result<String, FieldError> {
        let body = self.text("body");
        if body.trim().is_empty() {
            return Err(fail("UNPROCESSABLE", "Body cannot be blank"));
        }
        if body.chars().count() > LONGEST_BODY {
            return Err(fail("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)"));
        }
        Ok(body)
    }

    /// Finds what an id of the input means, among the given kinds.
    fn target(&self, world: &World, field: &str, kinds: &[&'static str]) -> Result<Target, FieldError> {
        let text = self.text(field);
        let (kind, id) = unpack_node_id(&text).ok_or_else(|| no_node(&text))?;
        let kind = kinds.iter().find(|wanted| **wanted == kind).ok_or_else(|| no_node(&text))?;
        let visible = world.repos.values().filter(|repo| self.scope.sees(world, &repo.full_name()));
        for (repo, pull) in visible.flat_map(|repo| repo.pulls.values().map(move |pull| (repo, pull))) {
            let comments = || pull.threads.iter().flat_map(|thread| &thread.comments);
            let author = match *kind {
                "PR" => (pull.id == id).then(|| pull.author.clone()),
                "PRRT" => pull.threads.iter().find(|thread| thread.id == id).map(|_| String::new()),
                "IC" => pull.comments.iter().find(|comment| comment.id == id).map(|comment| comment.author.clone()),
                _ => comments().find(|comment| comment.id == id).map(|comment| comment.author.clone()),
            };
            if let Some(author) = author {
                return Ok(Target { kind, id, repo: repo.full_name(), number: pull.number, author });
            }
        }
        Err(no_node(&text))
    }

    fn add_comment(&self) -> Result<Tree, FieldError> {
        let body = self.body()?;
        let site = &self.scope.site;
        let mut world = site.world();
        let target = self.target(&world, "subjectId", &["PR"])?;
        self.scope.demand(&world, &target.repo, TALK)?;
        let actor = self.scope.actor(&world)?;
        let id = acts::comment(site, &mut world, &target.repo, target.number, &actor, body).map_err(refused)?;
        let comment = node(self.scope, &world, &super::super::json::node_id("IC", id))?;
        let edge = Tree::new("IssueCommentEdge").with("cursor", "Y3Vyc29y:0").with("node", comment);
        let subject = node(self.scope, &world, &self.text("subjectId"))?;
        Ok(Tree::new("AddCommentPayload").with("commentEdge", edge).with("subject", subject))
    }

    /// Editing takes the authorship as well as the permission.
    fn edit(&self, kind: &'static str, payload: &'static str, field: &'static str) -> Result<Tree, FieldError> {
        let body = self.body()?;
        let site = &self.scope.site;
        let id_field = if kind == "IC" { "id" } else { "pullRequestReviewCommentId" };
        let mut world = site.world();
        let target = self.target(&world, id_field, &[kind])?;
        self.scope.demand(&world, &target.repo, TALK)?;
        let actor = self.own(&world, &target)?;
        match kind {
            "IC" => acts::edit_comment(site, &mut world, &target.repo, target.id, &actor, body),
            _ => acts::edit_review_comment(site, &mut world, &target.repo, target.id, &actor, body),
        }
        .map_err(refused)?;
        let comment = node(self.scope, &world, &self.text(id_field))?;
        Ok(Tree::new(payload).with(field, comment))
    }

    fn own(&self, world: &World, target: &Target) -> Result<Actor, FieldError> {
        let actor = self.scope.actor(world)?;
        if actor.login == target.author { Ok(actor) } else { Err(forbidden()) }
    }

    fn delete(&self, kind: &'static str, payload: &'static str) -> Result<Tree, FieldError> {
        let site = &self.scope.site;
        let mut world = site.world();
        let target = self.target(&world, "id", &[kind])?;
        self.scope.demand(&world, &target.repo, TALK)?;
        let actor = self.scope.actor(&world)?;
        match kind {
            "IC" => acts::delete_comment(site, &mut world, &target.repo, target.id, &actor),
            _ => acts::delete_review_comment(site, &mut world, &target.repo, target.id, &actor),
        }
        .map_err(refused)?;
        Ok(Tree::new(payload))
    }

    fn minimise(&self, hide: bool) -> Result<Tree, FieldError> {
        let mut world = self.scope.site.world();
        let target = self.target(&world, "subjectId", &["IC", "PRRC"])?;
        self.scope.demand(&world, &target.repo, TALK)?;
        let reason = hide.then(|| self.text("classifier"));
        let repo = world.repo_mut(&target.repo).ok_or_else(|| no_node(&target.repo))?;
        if target.kind == "IC" {
            if let Some((_, comment)) = repo.issue_comment(target.id) {
                comment.minimised = reason;
            }
        } else if let Some((_, thread)) = repo.thread_of(target.id) {
            let found = thread.comments.iter_mut().find(|comment| comment.id == target.id);
            if let Some(comment) = found {
                comment.minimised = reason;
            }
        }
        let comment = node(self.scope, &world, &self.text("subjectId"))?;
        let (payload, field) = if hide {
            ("MinimizeCommentPayload", "minimizedComment")
        } else {
            ("UnminimizeCommentPayload", "unminimizedComment")
        };
        Ok(Tree::new(payload).with(field, comment))
    }

    fn resolve(&self, close: bool) -> Result<Tree, FieldError> {
        let site = &self.scope.site;
        let mut world = site.world();
        let target = self.target(&world, "threadId", &["PRRT"])?;
        self.scope.demand(&world, &target.repo, RESOLVE)?;
        let actor = self.scope.actor(&world)?;
        let repo = world.repo_mut(&target.repo).ok_or_else(|| no_node(&target.repo))?;
        let threads = repo.pulls.values_mut().flat_map(|pull| &mut pull.threads);
        for thread in threads.filter(|thread| thread.id == target.id) {
            thread.resolved_by = close.then(|| actor.login.clone());
        }
        let action = if close { "resolved" } else { "unresolved" };
        acts::tell_thread(site, &mut world, &target.repo, target.id, action, &actor.login);
        let thread = node(self.scope, &world, &self.text("threadId"))?;
        let payload = if close { "ResolveReviewThreadPayload" } else { "UnresolveReviewThreadPayload" };
        Ok(Tree::new(payload).with("thread", thread))
    }

    fn reply(&self) -> Result<Tree, FieldError> {
        let body = self.body()?;
        let site = &self.scope.site;
        let mut world = site.world();
        let target = self.target(&world, "pullRequestReviewThreadId", &["PRRT"])?;
        self.scope.demand(&world, &target.repo, TALK)?;
        let actor = self.scope.actor(&world)?;
        let id = acts::reply(site, &mut world, &target.repo, target.id, &actor, body).map_err(refused)?;
        let comment = node(self.scope, &world, &super::super::json::node_id("PRRC", id))?;
        Ok(Tree::new("AddPullRequestReviewThreadReplyPayload").with("comment", comment))
    }
}
