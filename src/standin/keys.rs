//! The key pair of an App: made on the spot, so that no private key lies in the repository.
//!
//! One pair per process is enough for every App that is not made through the manifest flow; making one costs a
//! noticeable part of a second and tests start many stand-ins.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::Value;

static SHARED: LazyLock<Arc<AppKey>> = LazyLock::new(|| Arc::new(AppKey::generate()));

pub(super) struct AppKey {
    pem: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl AppKey {
    pub(super) fn shared() -> Arc<Self> {
        Arc::clone(&SHARED)
    }

    pub(super) fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a supported key size");
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("a fresh key can be written");
        let pkcs1 = inner_pkcs1(pkcs8.as_ref()).expect("the layout of PKCS#8 for RSA is fixed");
        Self {
            pem: pem("RSA PRIVATE KEY", pkcs1),
            encoding: EncodingKey::from_rsa_der(pkcs1),
            decoding: DecodingKey::from_rsa_der(pair.public_key().as_ref()),
        }
    }

    /// The private key as GitHub hands it out: PEM of PKCS#1.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// The claims of a token signed with this key; times are judged by the caller, who owns the clock.
    pub(super) fn claims(&self, token: &str) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<Value>(token, &self.decoding, &validation).ok().map(|data| data.claims)
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &self.encoding).expect("claims are plain JSON")
    }
}

/// PKCS#8 wraps PKCS#1 in an OCTET STRING; for RSA everything before it has a fixed form.
fn inner_pkcs1(pkcs8: &[u8]) -> Option<&[u8]> {
    const RSA_HEADER: usize = 22;
    let octets = pkcs8.get(RSA_HEADER..)?;
    match octets {
        [0x04, 0x82, high, low, rest @ ..] => rest.get(..usize::from(*high) << 8 | usize::from(*low)),
        _ => None,
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
