//! Who is asking, and what they may do.
//!
//! Real signatures, real expiry against the stand-in's clock, permissions as the App was registered with and as
//! the token was narrowed to: a permission missing from the manifest shows here first.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::site::Site;
use super::world::{App, Installation, Token, World};

#[derive(Clone)]
pub(super) enum Caller {
    Anonymous,
    /// An App that proved itself with a signed token of its own.
    App(u64),
    Installation(Token),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Read,
    Write,
}

/// What a route asks of its caller.
#[derive(Clone, Copy)]
pub(super) enum Need {
    Nothing,
    /// The App itself, by JWT.
    App,
    /// Any installation token.
    Token,
    /// An installation token with at least one of these permissions on the repository of the route.
    AnyOf(&'static [(&'static str, Level)]),
}

const LONGEST: i64 = 600;

/// Reads the credentials of a request. A wrong credential is refused even where none is needed, as on GitHub.
pub(super) fn caller(site: &Site, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let Some(secret) = credential(headers)? else { return Ok(Caller::Anonymous) };
    if secret.starts_with("ghs_") {
        let world = site.world();
        let token = world.tokens.get(&secret).ok_or_else(Refusal::bad_credentials)?;
        if token.expires <= site.now() {
            return Err(Refusal::bad_credentials());
        }
        let suspended = world.installations.get(&token.installation).is_none_or(|i| i.suspended.is_some());
        if suspended {
            return Err(Refusal::new(403, "This installation has been suspended"));
        }
        return Ok(Caller::Installation(token.clone()));
    }
    if secret.matches('.').count() == 2 {
        app_by_jwt(site, &secret).map(Caller::App)
    } else {
        Err(Refusal::bad_credentials())
    }
}

/// The secret out of `Bearer x`, `token x` or `Basic base64(user:x)`.
fn credential(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Refusal::bad_credentials())?;
    let (scheme, secret) = text.split_once(' ').ok_or_else(Refusal::bad_credentials)?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" => Ok(Some(secret.trim().to_owned())),
        "basic" => {
            let bytes = STANDARD.decode(secret.trim()).map_err(|_| Refusal::bad_credentials())?;
            let pair = String::from_utf8(bytes).map_err(|_| Refusal::bad_credentials())?;
            let (_, password) = pair.split_once(':').ok_or_else(Refusal::bad_credentials)?;
            Ok(Some(password.to_owned()))
        }
        _ => Err(Refusal::bad_credentials()),
    }
}

fn app_by_jwt(site: &Site, token: &str) -> Result<u64, Refusal> {
    let refuse = |message: &str| Refusal::new(401, message);
    let now = site.now().timestamp();
    let world = site.world();
    let (app, claims) = world
        .apps
        .values()
        .find_map(|app| app.key.claims(token).filter(|claims| issued_by(claims, app)).map(|claims| (app.id, claims)))
        .ok_or_else(|| refuse("A JSON web token could not be decoded"))?;
    let exp = claims["exp"].as_i64().filter(|exp| *exp > now).ok_or_else(|| {
        refuse("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
    })?;
    if exp > now + LONGEST {
        return Err(refuse("'Expiration time' claim ('exp') is too far in the future"));
    }
    match claims["iat"].as_i64() {
        Some(iat) if iat <= now => Ok(app),
        _ => Err(refuse(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        )),
    }
}

/// `iss` is the App's id, as number or text, or its client id.
fn issued_by(claims: &Value, app: &App) -> bool {
    match &claims["iss"] {
        Value::Number(number) => number.as_u64() == Some(app.id),
        Value::String(text) => *text == app.id.to_string() || *text == app.client_id,
        _ => false,
    }
}

/// Whether the caller may use a route on that repository.
pub(super) fn authorise(world: &World, caller: &Caller, need: Need, repo: Option<&str>) -> Result<(), Refusal> {
    match (need, caller) {
        (Need::Nothing, _) | (Need::App, Caller::App(_)) | (Need::Token, Caller::Installation(_)) => Ok(()),
        (Need::App, _) => Err(Refusal::new(401, "A JSON web token could not be decoded")),
        (Need::Token, _) => Err(Refusal::new(401, "Requires authentication")),
        (Need::AnyOf(wanted), _) => {
            let repo = repo.unwrap_or_default();
            let found = world.repo(repo).ok_or_else(Refusal::not_found)?;
            let sees = match caller {
                Caller::Installation(token) => reaches(world, token, repo),
                Caller::Anonymous | Caller::App(_) => false,
            };
            if found.private && !sees {
                return Err(Refusal::not_found());
            }
            match caller {
                Caller::Installation(token) if sees && wanted.iter().any(|need| grants(token, *need)) => Ok(()),
                Caller::Installation(_) => Err(Refusal::forbidden()),
                Caller::App(_) => Err(Refusal::new(401, "Bad credentials")),
                Caller::Anonymous if wanted.iter().all(|(_, level)| *level == Level::Read) => Ok(()),
                Caller::Anonymous => Err(Refusal::new(401, "Requires authentication")),
            }
        }
    }
}

pub(super) fn reaches(world: &World, token: &Token, repo: &str) -> bool {
    let installed = world.installations.get(&token.installation).is_some_and(|i| i.covers(repo));
    installed && token.repos.as_ref().is_none_or(|chosen| chosen.iter().any(|name| name.eq_ignore_ascii_case(repo)))
}

pub(super) fn grants(token: &Token, (permission, level): (&str, Level)) -> bool {
    match token.permissions.get(permission).map(String::as_str) {
        Some("write" | "admin") => true,
        Some("read") => level == Level::Read,
        _ => false,
    }
}

/// Makes an installation token, narrowed as asked; refuses to widen.
pub(super) fn grant(
    site: &Site,
    world: &mut World,
    installation: &Installation,
    ask: &Value,
) -> Result<Value, Refusal> {
    let app = world.apps.get(&installation.app).cloned().ok_or_else(Refusal::not_found)?;
    let permissions = narrowed_permissions(installation, &ask["permissions"])?;
    let repos = narrowed_repos(world, installation, ask)?;
    let expires = site.now() + chrono::Duration::hours(1);
    let id = world.next_id();
    // The form of 2026: no database behind it at GitHub, so about 520 characters with two dots.
    let claims = json!({
        "iss": "github-apps", "sub": installation.id, "app": app.id, "jti": id, "exp": expires.timestamp(),
        "nonce": format!("{:016x}", fastrand::u64(..)),
    });
    let text = format!("ghs_{}_{}", app.id, app.key.sign(&claims));
    let selected = installation.repos.is_some() || repos.is_some();
    let mut answer = json!({
        "token": text,
        "expires_at": super::clock::stamp(expires),
        "permissions": permissions,
        "repository_selection": if selected { "selected" } else { "all" },
    });
    if let Some(names) = &repos {
        let urls = super::json::Urls::new(&site.url);
        let shown: Vec<Value> =
            names.iter().filter_map(|name| world.repo(name)).map(|repo| urls.repository(world, repo)).collect();
        answer["repositories"] = json!(shown);
    }
    let token = Token { installation: installation.id, app: app.id, expires, permissions, repos };
    world.tokens.insert(text, token);
    Ok(answer)
}

fn narrowed_permissions(installation: &Installation, ask: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(wanted) = ask.as_object() else { return Ok(installation.permissions.clone()) };
    let refused = || Refusal::new(422, "The permissions requested are not granted to this installation.");
    let mut narrowed = BTreeMap::new();
    for (name, level) in wanted {
        let held = installation.permissions.get(name).ok_or_else(refused)?;
        let level = level.as_str().ok_or_else(refused)?;
        if level == "write" && held == "read" {
            return Err(refused());
        }
        narrowed.insert(name.clone(), level.to_owned());
    }
    narrowed.entry("metadata".to_owned()).or_insert_with(|| "read".to_owned());
    Ok(narrowed)
}

fn narrowed_repos(world: &World, installation: &Installation, ask: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let refused = || {
        Refusal::new(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        )
    };
    let names = ask["repositories"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids = ask["repository_ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    if names.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    let by_name = names.iter().map(|name| Some(format!("{}/{}", installation.account, name.as_str()?)));
    let by_id = ids
        .iter()
        .map(|id| world.repos.values().find(|repo| Some(repo.id) == id.as_u64()).map(|repo| repo.full_name()));
    by_name
        .chain(by_id)
        .map(|name| name.filter(|name| world.repo(name).is_some() && installation.covers(name)).ok_or_else(refused))
        .collect::<Result<Vec<String>, Refusal>>()
        .map(Some)
}
