//! Webhooks: made from the world, signed, recorded, delivered one after the other.
//!
//! Nothing is sent twice by itself: GitHub does not retry, and a redelivery somebody asks for keeps the GUID.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc;

use super::delivery::Delivery;
use super::json::Urls;
use super::site::Site;
use super::world::{AccountKind, App, World};

/// Something that happened in a repository.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    pub(super) action: Option<&'a str>,
    pub(super) repo: &'a str,
    pub(super) sender: &'a str,
    /// Buttons and re-requests go to the App that owns the check and to no other.
    pub(super) only: Option<u64>,
    pub(super) fields: Value,
}

/// Tells every App that is installed there and subscribed.
pub(super) fn emit(site: &Site, world: &mut World, event: Event<'_>) {
    let apps: Vec<App> = world
        .apps
        .values()
        .filter(|app| event.only.is_none_or(|only| only == app.id))
        .filter(|app| app.events.iter().any(|name| name == event.name))
        .cloned()
        .collect();
    for app in apps {
        let Some(installation) = world.installation_for(app.id, event.repo).map(|found| found.id) else { continue };
        let payload = payload(site, world, &event, installation);
        let repository = world.repo(event.repo).map(|repo| repo.id);
        let draft =
            Draft { event: event.name, action: event.action, installation: Some(installation), repository, payload };
        let id = record(site, world, &app, draft);
        site.post(id);
    }
}

/// `installation` events and their kin: about no repository, sent to the App concerned without subscription.
pub(super) fn emit_to_app(site: &Site, world: &mut World, app: &App, event: &str, action: &str, fields: Value) {
    let mut payload = fields;
    let sender = world.account(&app.owner);
    payload["action"] = json!(action);
    payload["sender"] = Urls::new(&site.url).user(&sender);
    let installation = payload["installation"]["id"].as_u64();
    let draft = Draft { event, action: Some(action), installation, repository: None, payload };
    let id = record(site, world, app, draft);
    site.post(id);
}

struct Draft<'a> {
    event: &'a str,
    action: Option<&'a str>,
    installation: Option<u64>,
    repository: Option<u64>,
    payload: Value,
}

fn payload(site: &Site, world: &mut World, event: &Event<'_>, installation: u64) -> Value {
    let urls = Urls::new(&site.url);
    let sender = world.account(event.sender);
    let mut payload = event.fields.clone();
    if let Some(action) = event.action {
        payload["action"] = json!(action);
    }
    if let Some(repo) = world.repo(event.repo) {
        payload["repository"] = urls.full_repository(world, repo);
        let owner = world.known(&repo.owner);
        if owner.kind == AccountKind::Organization {
            let api = format!("{}/orgs/{}", site.url, owner.login);
            payload["organization"] = json!({
                "login": owner.login, "id": owner.id, "node_id": super::json::node_id("O", owner.id), "url": api,
                "repos_url": format!("{api}/repos"), "events_url": format!("{api}/events"),
                "hooks_url": format!("{api}/hooks"), "issues_url": format!("{api}/issues"),
                "members_url": format!("{api}/members{{/member}}"),
                "public_members_url": format!("{api}/public_members{{/member}}"),
                "avatar_url": format!("{}/avatars/{}", site.url, owner.id), "description": null,
            });
        }
    }
    payload["sender"] = urls.user(&sender);
    payload["installation"] = json!({"id": installation, "node_id": super::json::node_id("I", installation)});
    payload
}

fn record(site: &Site, world: &mut World, app: &App, draft: Draft<'_>) -> u64 {
    let id = world.next_id();
    world.deliveries.push(Delivery {
        id,
        guid: guid(),
        app: app.id,
        event: draft.event.to_owned(),
        action: draft.action.map(str::to_owned),
        installation: draft.installation,
        repository: draft.repository,
        redelivery: false,
        delivered: site.now(),
        seconds: 0.0,
        status_code: 0,
        status: "pending".to_owned(),
        request_headers: Vec::new(),
        payload: draft.payload,
        answer: None,
    });
    id
}

/// Sends a recorded delivery once more, under the same GUID.
pub(super) fn redeliver(site: &Site, world: &mut World, delivery: u64) -> Option<u64> {
    let mut again = world.deliveries.iter().find(|found| found.id == delivery)?.clone();
    again.id = world.next_id();
    again.redelivery = true;
    again.delivered = site.now();
    again.status_code = 0;
    "pending".clone_into(&mut again.status);
    again.answer = None;
    let id = again.id;
    world.deliveries.push(again);
    site.post(id);
    Some(id)
}

/// Carries deliveries to the App until the stand-in ends.
pub(super) async fn courier(site: Arc<Site>, mut outbox: mpsc::UnboundedReceiver<u64>) {
    // GitHub gives a receiver ten seconds.
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build();
    let client = client.expect("a client without options that can fail");
    while let Some(id) = outbox.recv().await {
        deliver(&site, &client, id).await;
        site.arrived();
    }
}

async fn deliver(site: &Site, client: &reqwest::Client, id: u64) {
    let Some((url, headers, body)) = envelope(site, id) else { return };
    let started = Instant::now();
    let mut request = client.post(&url).body(body);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    let (code, status, answer) = match request.send().await {
        Ok(answer) => {
            let code = answer.status();
            let text = answer.text().await.unwrap_or_default();
            (code.as_u16(), if code.is_success() { "OK" } else { "Invalid HTTP Response" }.to_owned(), Some(text))
        }
        Err(error) if error.is_timeout() => (504, "timed out".to_owned(), None),
        Err(_) => (502, "failed to connect to host".to_owned(), None),
    };
    let mut world = site.world();
    if let Some(delivery) = world.deliveries.iter_mut().find(|found| found.id == id) {
        delivery.seconds = (started.elapsed().as_secs_f64() * 100.0).round() / 100.0;
        delivery.status_code = code;
        delivery.status = status;
        delivery.answer = answer;
        delivery.request_headers = headers;
    }
}

type Envelope = (String, Vec<(String, String)>, Vec<u8>);

/// Address, headers and body; `None` when the App has no webhook address, and then the delivery stays pending.
fn envelope(site: &Site, id: u64) -> Option<Envelope> {
    let world = site.world();
    let delivery = world.deliveries.iter().find(|found| found.id == id)?;
    let app = world.apps.get(&delivery.app)?;
    let url = app.hook_url.clone()?;
    let body = serde_json::to_vec(&delivery.payload).ok()?;
    let headers = [
        ("Accept", "*/*".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", "GitHub-Hookshot/5ca1ab1".to_owned()),
        ("X-GitHub-Delivery", delivery.guid.clone()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", app.hook_id.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", app.id.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", "integration".to_owned()),
        ("X-Hub-Signature-256", sign(&app.webhook_secret, &body)),
    ];
    Some((url, headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body))
}

/// `sha256=` and the HMAC of the raw body.
pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn guid() -> String {
    let bits = fastrand::u128(..);
    let text = format!("{bits:032x}");
    format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_documentation_shows() {
        let expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(sign("It's a Secret to Everybody", b"Hello, World!"), expected);
    }

    #[test]
    fn guids_look_like_guids() {
        let parts: Vec<usize> = guid().split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}
