//! People, bots, organisations, Apps and installations.

use serde_json::{Value, json};

use super::super::clock::stamp;
use super::super::world::{Account, AccountKind, App, Installation, World};
use super::urls::{Urls, node_id};

impl Urls<'_> {
    pub(crate) fn user(&self, account: &Account) -> Value {
        let escaped = account.login.replace('[', "%5B").replace(']', "%5D");
        let api = format!("{}/users/{escaped}", self.root);
        let (kind, prefix) = match account.kind {
            AccountKind::Person => ("User", "U"),
            AccountKind::Bot => ("Bot", "BOT"),
            AccountKind::Organization => ("Organization", "O"),
        };
        let html = match account.kind {
            AccountKind::Bot => format!("{}/apps/{}", self.root, account.login.trim_end_matches("[bot]")),
            _ => format!("{}/{escaped}", self.root),
        };
        json!({
            "login": account.login, "id": account.id, "node_id": node_id(prefix, account.id),
            "avatar_url": format!("{}/avatars/{}", self.root, account.id), "gravatar_id": "",
            "url": api, "html_url": html,
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"),
            "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"),
            "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"),
            "type": kind, "user_view_type": "public", "site_admin": false,
        })
    }

    /// `GET /users/{username}`.
    pub(crate) fn public_user(&self, account: &Account, created: &str) -> Value {
        let mut user = self.user(account);
        let more = json!({
            "name": null, "company": null, "blog": "", "location": null, "email": null, "hireable": null,
            "bio": null, "twitter_username": null, "public_repos": 0, "public_gists": 0, "followers": 0,
            "following": 0, "created_at": created, "updated_at": created,
        });
        merge(&mut user, more);
        user
    }

    pub(crate) fn app(&self, world: &World, app: &App) -> Value {
        json!({
            "id": app.id, "client_id": app.client_id, "slug": app.slug, "node_id": node_id("A", app.id),
            "owner": self.user(&world.known(&app.owner)), "name": app.name, "description": app.description,
            "external_url": app.url, "html_url": format!("{}/apps/{}", self.root, app.slug),
            "created_at": stamp(app.created), "updated_at": stamp(app.created),
            "permissions": app.permissions, "events": app.events,
        })
    }

    pub(crate) fn installation(&self, world: &World, installation: &Installation) -> Value {
        let account = world.known(&installation.account);
        let app = world.apps.get(&installation.app);
        let kind = if account.kind == AccountKind::Organization { "Organization" } else { "User" };
        json!({
            "id": installation.id, "account": self.user(&account),
            "repository_selection": if installation.repos.is_some() { "selected" } else { "all" },
            "access_tokens_url": format!("{}/app/installations/{}/access_tokens", self.root, installation.id),
            "repositories_url": format!("{}/installation/repositories", self.root),
            "html_url": format!("{}/settings/installations/{}", self.root, installation.id),
            "app_id": installation.app, "app_slug": app.map(|a| a.slug.clone()).unwrap_or_default(),
            "client_id": app.map(|a| a.client_id.clone()),
            "target_id": account.id, "target_type": kind, "permissions": installation.permissions,
            "events": app.map(|a| a.events.clone()).unwrap_or_default(),
            "created_at": stamp(installation.created), "updated_at": stamp(installation.created),
            "single_file_name": null, "has_multiple_single_files": false, "single_file_paths": [],
            "suspended_by": null, "suspended_at": installation.suspended.map(stamp),
        })
    }
}

/// Puts the fields of `more` into `target`; both are objects.
pub(super) fn merge(target: &mut Value, more: Value) {
    if let (Value::Object(target), Value::Object(more)) = (target, more) {
        target.extend(more);
    }
}
