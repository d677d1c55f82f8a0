//! What a resolver needs: the site, who asks, and how GitHub words its refusals.

use std::sync::Arc;

use apollo_compiler::resolvers::FieldError;

use super::super::acts::Actor;
use super::super::auth::{self, Caller, Level};
use super::super::site::Site;
use super::super::world::{Token, World};

pub(super) struct Scope {
    pub(super) site: Arc<Site>,
    pub(super) caller: Caller,
}

/// GitHub gives each error a type beside its message; the library has no place for it, so it travels in front.
pub(super) const MARK: char = '\u{1f}';

pub(super) fn fail(kind: &str, message: impl std::fmt::Display) -> FieldError {
    FieldError { message: format!("{kind}{MARK}{message}") }
}

pub(super) fn forbidden() -> FieldError {
    fail("FORBIDDEN", "Resource not accessible by integration")
}

pub(super) fn no_node(id: &str) -> FieldError {
    fail("NOT_FOUND", format!("Could not resolve to a node with the global id of '{id}'"))
}

impl Scope {
    fn token(&self) -> Option<&Token> {
        match &self.caller {
            Caller::Installation(token) => Some(token),
            Caller::Anonymous | Caller::App(_) => None,
        }
    }

    /// The account the caller writes as.
    pub(super) fn actor(&self, world: &World) -> Result<Actor, FieldError> {
        let app = self.token().and_then(|token| world.apps.get(&token.app)).ok_or_else(forbidden)?;
        Ok(Actor { login: app.bot(), app: Some(app.id) })
    }

    pub(super) fn sees(&self, world: &World, repo: &str) -> bool {
        world.repo(repo).is_some_and(|found| !found.private)
            || self.token().is_some_and(|token| auth::reaches(world, token, repo))
    }

    /// Refuses unless the token reaches the repository and holds one of these permissions.
    pub(super) fn demand(&self, world: &World, repo: &str, any_of: &[(&str, Level)]) -> Result<(), FieldError> {
        let token = self.token().filter(|token| auth::reaches(world, token, repo)).ok_or_else(forbidden)?;
        if any_of.iter().any(|need| auth::grants(token, *need)) { Ok(()) } else { Err(forbidden()) }
    }
}
