//! The set-up of the App: from the page, over GitHub, to stored credentials and a service that is ready.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sightline::github::app_manifest::NewApp;
use sightline::github::signature::Secrets;
use sightline::server::{App, Registered, SetUp};

use crate::support::service::{Receiver, text};

/// GitHub's exchange of a code: it works once.
async fn github(codes: &[&str]) -> String {
    let codes: Arc<Mutex<Vec<String>>> = Arc::new(Mutex::new(codes.iter().map(|code| (*code).to_owned()).collect()));
    let exchange = |Path(code): Path<String>, State(codes): State<Arc<Mutex<Vec<String>>>>| async move {
        let mut codes = codes.lock().unwrap();
        match codes.iter().position(|known| *known == code) {
            Some(index) => {
                codes.remove(index);
                let app = json!({ "id": 9, "slug": "sightline-acme", "html_url": "https://github.test/apps/sightline-acme",
                    "pem": "-----BEGIN RSA PRIVATE KEY-----", "webhook_secret": "fresh secret", "client_secret": "x" });
                (StatusCode::CREATED, Json(app))
            }
            None => (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))),
        }
    };
    let router = Router::new().route("/app-manifests/{code}/conversions", post(exchange)).with_state(codes);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn receiver(api: String, key: Option<&str>) -> Receiver {
    let key = key.map(str::to_owned);
    Receiver::with_setup(move |app| {
        let register = move |new: NewApp| {
            let app = app.clone();
            let register = async move {
                assert_eq!(new.webhook_secret.expose_secret(), "fresh secret");
                let secrets = Secrets::new([&new.webhook_secret]);
                app.send_replace(Some(Arc::new(App { id: new.id, secrets, install_url: None })));
                let install_url = format!("{}/installations/new", new.html_url);
                Ok(Registered { stored_in: "/data/app".into(), install_url })
            };
            Box::pin(register) as std::pin::Pin<Box<dyn Future<Output = _> + Send>>
        };
        let random = || format!("{:032x}", fastrand::u128(..));
        Some(SetUp::new("https://sight.acme.test".into(), "https://github.test".into(), api, key, random, register))
    })
    .await
}

/// The value of a hidden field, unescaped, and the state in the form's address.
fn form(page: &str) -> (Value, String) {
    let between = |from: &str| page.split_once(from).and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned();
    let manifest = between("name=\"manifest\" value=\"").replace("&quot;", "\"").replace("&amp;", "&");
    let action = between("form action=\"");
    (serde_json::from_str(&manifest).unwrap(), action.split_once("state=").unwrap().1.to_owned())
}

#[tokio::test]
async fn from_nothing_to_an_app() {
    let receiver = receiver(github(&["code-1"]).await, None).await;
    assert_eq!(receiver.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let refused = receiver.deliver("ping", "guid", "{}").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);

    let page = receiver.get("/").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://github.test"), "{policy}");
    let page = text(page).await;
    assert!(page.contains("https://github.test/settings/apps/new?state="));
    let (manifest, state) = form(&page);
    assert_eq!(manifest["hook_attributes"]["url"], "https://sight.acme.test/webhook");
    assert_eq!(manifest["default_permissions"]["checks"], "write");

    let done = receiver.get(&format!("/setup/callback?code=code-1&state={state}")).await;
    assert_eq!(done.status(), StatusCode::OK);
    let done = text(done).await;
    assert!(done.contains("https://github.test/apps/sightline-acme/installations/new"), "{done}");
    assert!(!done.contains("fresh secret") && !done.contains("PRIVATE KEY"), "{done}");
    assert_eq!(receiver.get("/readyz").await.status(), StatusCode::OK);
    assert_eq!(receiver.get("/setup").await.status(), StatusCode::NOT_FOUND, "once is enough");
}

#[tokio::test]
async fn an_organisation_owns_its_app() {
    let receiver = receiver(github(&[]).await, None).await;
    let page = text(receiver.get("/setup?organisation=acme-corp").await).await;
    assert!(page.contains("https://github.test/organizations/acme-corp/settings/apps/new?state="));
    assert_eq!(form(&page).0["name"], "Sightline for acme-corp");
    let hostile = text(receiver.get("/setup?organisation=%22%3E%3Cscript%3E").await).await;
    assert!(hostile.contains("https://github.test/settings/apps/new?state=") && !hostile.contains("<script>"));
}

#[tokio::test]
async fn an_answer_needs_a_question() {
    let receiver = receiver(github(&["code-1", "code-2"]).await, None).await;
    let state = form(&text(receiver.get("/setup").await).await).1;
    for query in ["", "?code=code-1", "?code=code-1&state=", "?code=code-1&state=guess", &format!("?state={state}")] {
        let response = receiver.get(&format!("/setup/callback{query}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
    }
    receiver.clock.advance(3601);
    let late = receiver.get(&format!("/setup/callback?code=code-1&state={state}")).await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST, "an hour later GitHub's code is void too");

    let state = form(&text(receiver.get("/setup").await).await).1;
    let refused = receiver.get(&format!("/setup/callback?code=unknown&state={state}")).await;
    assert_eq!(refused.status(), StatusCode::BAD_GATEWAY);
    assert!(text(refused).await.contains("404"));
    let again = receiver.get(&format!("/setup/callback?code=code-1&state={state}")).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST, "a state is used up");
}

#[tokio::test]
async fn a_reachable_set_up_is_locked() {
    let receiver = receiver(github(&[]).await, Some("the key of the log")).await;
    for path in ["/", "/setup", "/setup?key=guess"] {
        let page = receiver.get(path).await;
        assert_eq!(page.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(!text(page).await.contains("state="));
    }
    assert_eq!(receiver.get("/setup?key=the%20key%20of%20the%20log").await.status(), StatusCode::OK);
}
