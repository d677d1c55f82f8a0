//! Registering the App through GitHub's manifest flow: the form's content, and the exchange of the code GitHub sends
//! back for the App's credentials. See "Registering a GitHub App from a manifest" in GitHub's documentation.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What this App asks for, as it lies at the root of the repository.
const OWN: &str = include_str!("../../app.yml");

/// The App that GitHub has registered. It has no `Serialize`: whoever stores it names each field.
#[derive(Clone, Debug, Deserialize)]
pub struct NewApp {
    pub id: u64,
    pub slug: String,
    pub html_url: String,
    #[serde(deserialize_with = "secret")]
    pub pem: SecretString,
    #[serde(deserialize_with = "secret")]
    pub webhook_secret: SecretString,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("app.yml does not read: {0}")]
    Syntax(String),
    #[error("could not ask GitHub for the credentials of the new App at {url}")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("GitHub refused the code with status {status}; it is valid once and for one hour: start the set-up again")]
    Refused { status: u16 },
    #[error("GitHub's answer holds no App")]
    Answer,
}

/// The manifest for a service that is reached at `public_url`.
pub fn manifest(name: &str, public_url: &str) -> Result<Value, ManifestError> {
    let own: Map<String, Value> =
        serde_saphyr::from_str(OWN).map_err(|error| ManifestError::Syntax(error.to_string()))?;
    let mut manifest = Value::Object(own);
    manifest["name"] = name.into();
    manifest["url"] = public_url.into();
    manifest["hook_attributes"] = json!({ "url": format!("{public_url}/webhook"), "active": true });
    manifest["redirect_url"] = format!("{public_url}/setup/callback").into();
    Ok(manifest)
}

/// Exchanges the code that GitHub sent back; it works once, within an hour.
pub async fn exchange(api: &str, code: &str) -> Result<NewApp, ManifestError> {
    let url = format!("{}/app-manifests/{}/conversions", api.trim_end_matches('/'), segment(code));
    // The code is a key to the App until it is used, so errors name the address without it.
    let unreachable =
        |source: reqwest::Error| ManifestError::Unreachable { url: api.to_owned(), source: source.without_url() };
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().map_err(unreachable)?;
    let answer = client
        .post(url)
        .header("accept", "application/vnd.github+json")
        .header("user-agent", concat!("sightline/", env!("CARGO_PKG_VERSION")))
        .send()
        .await
        .map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(ManifestError::Refused { status: answer.status().as_u16() });
    }
    answer.json().await.map_err(|_| ManifestError::Answer)
}

/// A code in a path: GitHub's are hexadecimal, and whatever else comes in through the browser must not leave its place.
fn segment(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_points_to_this_service() {
        let manifest = manifest("Sightline of Acme", "https://sight.acme.test").unwrap();
        assert_eq!(manifest["name"], "Sightline of Acme");
        assert_eq!(manifest["hook_attributes"]["url"], "https://sight.acme.test/webhook");
        assert_eq!(manifest["redirect_url"], "https://sight.acme.test/setup/callback");
        assert_eq!(manifest["default_permissions"]["checks"], "write");
        assert_eq!(manifest["default_permissions"]["contents"], "read", "never more by default");
        let events = manifest["default_events"].as_array().unwrap();
        assert!(!events.iter().any(|event| event == "installation"), "GitHub refuses what comes unasked");
    }

    #[test]
    fn a_code_stays_in_its_segment() {
        assert_eq!(segment("abc-123_/../x?y#"), "abc-123_xy");
    }
}
