//! Who we are: the App by a signed token of ten minutes, an installation by a token of one hour. Installation tokens are
//! opaque and change their length; they live in memory only, are fetched once however many ask, and are dropped five
//! minutes before they end.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// GitHub accepts ten minutes at most and compares with its own clock, so both ends keep a minute of distance.
const DRIFT: Duration = Duration::seconds(60);
const LIFETIME: Duration = Duration::seconds(540);
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// The App's identity and its key.
#[derive(Clone)]
pub struct Credentials {
    app_id: String,
    key: EncodingKey,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("the App id is empty; copy it from the App's settings page on GitHub")]
    NoAppId,
    #[error(
        "the App's private key is not an RSA key in PEM form; download a new one from the App's settings page on GitHub"
    )]
    NotAKey,
}

impl Credentials {
    pub fn new(app_id: &str, private_key: &SecretString) -> Result<Self, CredentialsError> {
        let app_id = app_id.trim();
        if app_id.is_empty() {
            return Err(CredentialsError::NoAppId);
        }
        // The library's reason is left out: it could quote the key.
        let key = EncodingKey::from_rsa_pem(private_key.expose_secret().as_bytes());
        Ok(Self { app_id: app_id.to_owned(), key: key.map_err(|_| CredentialsError::NotAKey)? })
    }

    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// A token that proves to be the App.
    pub(super) fn sign(&self, now: Timestamp) -> Option<SecretString> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iat: i64,
            exp: i64,
            iss: &'a str,
        }
        let claims = Claims { iat: (now - DRIFT).timestamp(), exp: (now + LIFETIME).timestamp(), iss: &self.app_id };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key).ok().map(SecretString::from)
    }
}

/// What GitHub answers to a request for a token. It has no `Debug`: it is one.
#[derive(Clone, Deserialize)]
pub(super) struct InstallationToken {
    #[serde(deserialize_with = "secret")]
    pub(super) token: SecretString,
    pub(super) expires_at: Timestamp,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

impl InstallationToken {
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now + RENEW_BEFORE < self.expires_at
    }
}

/// One slot for each installation; whoever holds a slot's lock may fetch its token, the others wait for that one.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<HashMap<u64, Slot>>,
}

pub(super) type Slot = Arc<tokio::sync::Mutex<Option<InstallationToken>>>;

impl Tokens {
    pub(super) fn slot(&self, installation: u64) -> Slot {
        // A poisoned map is still a map of tokens: nothing half-written can be in it.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(installation).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_refused_without_quoting_it() {
        let error = Credentials::new("12", &SecretString::from("-----BEGIN hunter2")).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
        assert!(matches!(Credentials::new(" ", &SecretString::from("x")), Err(CredentialsError::NoAppId)));
    }

    #[test]
    fn a_token_is_renewed_five_minutes_early() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let token = |minutes| InstallationToken {
            token: SecretString::from("x"),
            expires_at: now + Duration::minutes(minutes),
        };
        assert!(token(6).is_fresh(now));
        assert!(!token(5).is_fresh(now));
    }
}
