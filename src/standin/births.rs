//! How Apps, installations and repositories come into the world.

use std::sync::Arc;

use serde_json::json;

use super::git::GitError;
use super::hooks;
use super::json::Urls;
use super::keys::AppKey;
use super::manifest::Manifest;
use super::site::Site;
use super::world::{AccountKind, App, Installation, Repo, World};

/// Registers an App; its key is shared in this process unless a fresh one is asked for.
pub(super) fn app(site: &Site, world: &mut World, owner: &str, manifest: &Manifest, key: Arc<AppKey>) -> App {
    world.account(owner);
    let id = world.next_id();
    let app = App {
        id,
        slug: manifest.slug(),
        name: manifest.name.clone(),
        owner: owner.to_owned(),
        url: manifest.url.clone(),
        description: manifest.description.clone(),
        permissions: manifest.default_permissions.clone(),
        events: manifest.default_events.clone(),
        key,
        client_id: format!("Iv23li{id:014x}"),
        hook_id: world.next_id(),
        hook_url: Some(manifest.hook_attributes.url.clone()).filter(|url| !url.is_empty()),
        webhook_secret: format!("{:032x}", fastrand::u128(..)),
        created: site.now(),
    };
    world.add_account(&app.bot(), AccountKind::Bot);
    world.apps.insert(id, app.clone());
    app
}

/// The manifest flow: an App with a key of its own, and the code that is good for its credentials once.
pub(super) fn by_manifest(site: &Site, owner: &str, manifest: &Manifest) -> String {
    let key = Arc::new(AppKey::generate());
    let now = site.now();
    let mut world = site.world();
    let made = app(site, &mut world, owner, manifest, key);
    let code = format!("{:032x}", fastrand::u128(..));
    world.manifest_codes.insert(code.clone(), (made.id, now));
    code
}

/// Installs an App on an account, on all of its repositories or on some.
pub(super) fn install(site: &Site, app: u64, account: &str, repos: Option<Vec<String>>) -> u64 {
    let mut world = site.world();
    world.account(account);
    let id = world.next_id();
    let Some(app) = world.apps.get(&app).cloned() else { return 0 };
    let installation = Installation {
        id,
        app: app.id,
        account: account.to_owned(),
        repos,
        permissions: app.permissions.clone(),
        created: site.now(),
        suspended: None,
    };
    world.installations.insert(id, installation.clone());
    let shown = Urls::new(&site.url).installation(&world, &installation);
    let covered = world.repos.values().filter(|repo| installation.covers(&repo.full_name()));
    let repositories: Vec<_> = covered
        .map(|repo| {
            let node_id = super::json::node_id("R", repo.id);
            json!({"id": repo.id, "node_id": node_id, "name": repo.name, "full_name": repo.full_name(), "private": repo.private})
        })
        .collect();
    let fields = json!({"installation": shown, "repositories": repositories, "requester": null});
    hooks::emit_to_app(site, &mut world, &app, "installation", "created", fields);
    id
}

/// An empty repository, in the world and on disk.
pub(super) fn repository(site: &Site, full_name: &str, private: bool, fork_of: Option<&str>) -> Result<(), GitError> {
    const BRANCH: &str = "main";
    site.git.init(full_name, BRANCH)?;
    let (owner, name) = full_name.split_once('/').unwrap_or(("octocat", full_name));
    let now = site.now();
    let mut world = site.world();
    world.account(owner);
    let repo = Repo {
        id: world.next_id(),
        owner: owner.to_owned(),
        name: name.to_owned(),
        private,
        fork_of: fork_of.map(str::to_owned),
        default_branch: BRANCH.to_owned(),
        last_number: 0,
        pulls: std::collections::BTreeMap::new(),
        suites: Vec::new(),
        runs: Vec::new(),
        created: now,
        pushed: now,
    };
    world.repos.insert(full_name.to_lowercase(), repo);
    Ok(())
}

/// The installation a world begins with: there was nobody yet to tell.
pub(super) fn install_quietly(site: &Site, app: u64, account: &str) {
    let mut world = site.world();
    let id = world.next_id();
    let Some(app) = world.apps.get(&app) else { return };
    let (app, permissions) = (app.id, app.permissions.clone());
    let (account, created) = (account.to_owned(), site.now());
    world
        .installations
        .insert(id, Installation { id, app, account, repos: None, permissions, created, suspended: None });
}
