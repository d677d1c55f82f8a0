//! The App about itself, its installations and tokens, its webhook, and its birth from a manifest.

use serde_json::{Value, json};

use super::super::auth::{self, Caller};
use super::super::call::{Answer, Call, Reply};
use super::super::clock::stamp;
use super::super::hooks;
use super::super::refusal::Refusal;
use super::super::world::{AccountKind, Installation};

pub(super) fn get(call: &Call) -> Answer {
    let id = call.app()?;
    let world = call.site.world();
    let app = world.apps.get(&id).ok_or_else(Refusal::not_found)?;
    let mut shown = call.urls().app(&world, app);
    shown["installations_count"] = json!(world.installations.values().filter(|i| i.app == id).count());
    Reply::ok(shown)
}

pub(super) fn hook_config(call: &Call) -> Answer {
    let id = call.app()?;
    let world = call.site.world();
    let app = world.apps.get(&id).ok_or_else(Refusal::not_found)?;
    let url = app.hook_url.clone().unwrap_or_default();
    Reply::ok(json!({"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url}))
}

pub(super) fn set_hook_config(call: &Call) -> Answer {
    let id = call.app()?;
    {
        let mut world = call.site.world();
        let app = world.apps.get_mut(&id).ok_or_else(Refusal::not_found)?;
        if let Some(url) = call.text("url") {
            app.hook_url = Some(url);
        }
        if let Some(secret) = call.text("secret") {
            app.webhook_secret = secret;
        }
    }
    hook_config(call)
}

/// Newest first, by cursor: the cursor is the id to go on from.
pub(super) fn deliveries(call: &Call) -> Answer {
    let id = call.app()?;
    let world = call.site.world();
    let urls = call.urls();
    let size = call.query.get("per_page").and_then(|text| text.parse().ok()).unwrap_or(30usize).clamp(1, 100);
    let cursor = call.query.get("cursor").and_then(|text| text.parse::<u64>().ok()).unwrap_or(u64::MAX);
    let wanted = call.query.get("status").map(String::as_str);
    // Deliveries are kept for three days.
    let oldest = call.site.now() - chrono::Duration::days(3);
    let mut found = world.deliveries.iter().rev().filter(|d| {
        let status = match wanted {
            Some("failure") => d.failed(),
            Some("success") => !d.failed(),
            _ => true,
        };
        d.app == id && d.id <= cursor && d.delivered >= oldest && d.status_code != 0 && status
    });
    let page: Vec<Value> = found.by_ref().take(size).map(|delivery| urls.delivery_item(delivery)).collect();
    let next = found.next().map(|delivery| delivery.id);
    let mut reply = Reply::ok(json!(page))?;
    if let Some(next) = next {
        let url = format!("{}/app/hook/deliveries?per_page={size}&cursor={next}", call.site.url);
        reply.headers.push(("link", format!("<{url}>; rel=\"next\"")));
    }
    Ok(reply)
}

pub(super) fn delivery(call: &Call) -> Answer {
    let (app, id) = (call.app()?, call.number("delivery_id")?);
    let world = call.site.world();
    let found = world.deliveries.iter().find(|d| d.id == id && d.app == app).ok_or_else(Refusal::not_found)?;
    let hook = world.apps.get(&app).and_then(|app| app.hook_url.clone()).unwrap_or_default();
    Reply::ok(call.urls().delivery(found, &hook))
}

pub(super) fn redeliver(call: &Call) -> Answer {
    let (app, id) = (call.app()?, call.number("delivery_id")?);
    let mut world = call.site.world();
    let oldest = call.site.now() - chrono::Duration::days(3);
    world
        .deliveries
        .iter()
        .find(|d| d.id == id && d.app == app && d.delivered >= oldest)
        .ok_or_else(Refusal::not_found)?;
    hooks::redeliver(&call.site, &mut world, id).ok_or_else(Refusal::not_found)?;
    Reply::with(202, json!({}))
}

pub(super) fn installations(call: &Call) -> Answer {
    let id = call.app()?;
    let world = call.site.world();
    let mine = world.installations.values().filter(|found| found.app == id);
    call.page(mine.map(|found| call.urls().installation(&world, found)).collect())
}

pub(super) fn installation(call: &Call) -> Answer {
    let (app, id) = (call.app()?, call.number("installation_id")?);
    let world = call.site.world();
    let found = world.installations.get(&id).filter(|found| found.app == app).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().installation(&world, found))
}

pub(super) fn access_token(call: &Call) -> Answer {
    let (app, id) = (call.app()?, call.number("installation_id")?);
    let mut world = call.site.world();
    let found: Installation =
        world.installations.get(&id).filter(|found| found.app == app).cloned().ok_or_else(Refusal::not_found)?;
    if found.suspended.is_some() {
        return Err(Refusal::new(403, "This installation has been suspended"));
    }
    let token = auth::grant(&call.site, &mut world, &found, &call.body)?;
    Reply::created(token)
}

pub(super) fn convert_manifest(call: &Call) -> Answer {
    let mut world = call.site.world();
    let (id, made) = world.manifest_codes.remove(call.param("code")).ok_or_else(Refusal::not_found)?;
    if call.site.now() > made + chrono::Duration::hours(1) {
        return Err(Refusal::not_found());
    }
    let app = world.apps.get(&id).ok_or_else(Refusal::not_found)?;
    let mut shown = call.urls().app(&world, app);
    shown["client_secret"] = json!(format!("{:032x}", fastrand::u128(..)));
    shown["webhook_secret"] = json!(app.webhook_secret);
    shown["pem"] = json!(app.key.pem());
    Reply::created(shown)
}

pub(super) fn repositories(call: &Call) -> Answer {
    let Caller::Installation(token) = &call.caller else { return Err(Refusal::new(401, "Requires authentication")) };
    let world = call.site.world();
    let reached = world.repos.values().filter(|repo| auth::reaches(&world, token, &repo.full_name()));
    call.counted("repositories", reached.map(|repo| call.urls().repository(&world, repo)).collect())
}

pub(super) fn revoke(call: &Call) -> Answer {
    let Caller::Installation(token) = &call.caller else { return Err(Refusal::new(401, "Requires authentication")) };
    let mut world = call.site.world();
    world.tokens.retain(|_, held| (held.installation, held.expires) != (token.installation, token.expires));
    Reply::empty()
}

pub(super) fn installation_of_repo(call: &Call) -> Answer {
    let app = call.app()?;
    let world = call.site.world();
    let repo = call.repo();
    let known = world.repo(&repo).and_then(|_| world.installation_for(app, &repo));
    Reply::ok(call.urls().installation(&world, known.ok_or_else(Refusal::not_found)?))
}

pub(super) fn installation_of_org(call: &Call) -> Answer {
    let app = call.app()?;
    let world = call.site.world();
    let org = world.known(call.param("org"));
    let mut mine = world.installations.values().filter(|found| found.app == app);
    let found =
        mine.find(|found| found.account.eq_ignore_ascii_case(&org.login) && org.kind == AccountKind::Organization);
    Reply::ok(call.urls().installation(&world, found.ok_or_else(Refusal::not_found)?))
}

pub(super) fn user(call: &Call) -> Answer {
    let world = call.site.world();
    let account = world.accounts.get(&call.param("username").to_lowercase()).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().public_user(account, &stamp(call.site.now())))
}

pub(super) fn rate_limit(call: &Call) -> Answer {
    let spent = match &call.caller {
        Caller::Installation(token) => call.site.world().spent.get(&token.installation).copied().unwrap_or(0),
        _ => 0,
    };
    let reset = call.site.now().timestamp() + 3600;
    let entry = |limit: u64, used: u64| json!({"limit": limit, "used": used, "remaining": limit.saturating_sub(used), "reset": reset});
    let core = entry(5000, spent);
    Reply::ok(json!({"resources": {"core": core, "search": entry(30, 0), "graphql": entry(5000, 0)}, "rate": core}))
}

pub(super) fn meta(_: &Call) -> Answer {
    Reply::ok(json!({"verifiable_password_authentication": false}))
}
