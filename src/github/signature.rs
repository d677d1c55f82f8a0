//! Whether GitHub sent these bytes: HMAC-SHA256 over the raw body, compared in constant time.
//!
//! Several secrets may be valid at once, so that one can be rotated without a lost delivery. The only way to a
//! [`Verified`] body is through [`Secrets::verify`].

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A body that carries a valid signature.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a>(&'a [u8]);

impl<'a> Verified<'a> {
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("no `X-Hub-Signature-256` header: set a secret in the webhook's settings on GitHub")]
    Missing,
    #[error("the `X-Hub-Signature-256` header is not `sha256=` and 64 hex digits")]
    Malformed,
    #[error("the signature does not match: the webhook secret of GitHub and the one of this service differ")]
    Mismatch,
}

/// The secrets that are valid now, keyed once.
#[derive(Clone)]
pub struct Secrets(Vec<Hmac<Sha256>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Empty secrets are left out: they would let everybody sign.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let secrets = secrets.into_iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        let keyed = |secret: &str| Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        Self(secrets.map(keyed).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `header` is the value of `X-Hub-Signature-256`.
    pub fn verify<'a>(&self, body: &'a [u8], header: Option<&[u8]>) -> Result<Verified<'a>, SignatureError> {
        let digits = header.ok_or(SignatureError::Missing)?;
        let digits = digits.strip_prefix(b"sha256=").ok_or(SignatureError::Malformed)?;
        let mut tag = [0; 32];
        hex::decode_to_slice(digits, &mut tag).map_err(|_| SignatureError::Malformed)?;
        for keyed in &self.0 {
            if keyed.clone().chain_update(body).verify_slice(&tag).is_ok() {
                return Ok(Verified(body));
            }
        }
        Err(SignatureError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's published test vector.
    const VECTOR: &[u8] = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secrets(texts: &[&str]) -> Secrets {
        let texts: Vec<SecretString> = texts.iter().map(|text| (*text).into()).collect();
        Secrets::new(&texts)
    }

    #[test]
    fn accepts_githubs_vector_under_any_valid_secret() {
        let body = b"Hello, World!";
        let rotated = secrets(&["the next one", "It's a Secret to Everybody"]);
        assert_eq!(rotated.verify(body, Some(VECTOR)).unwrap().bytes(), body);
        assert!(secrets(&["It's a Secret to Everybody"]).verify(body, Some(VECTOR)).is_ok());
    }

    #[test]
    fn refuses_everything_else() {
        let known = secrets(&["It's a Secret to Everybody"]);
        let refused = |body: &[u8], header: Option<&[u8]>| known.verify(body, header).unwrap_err();
        assert_eq!(refused(b"Hello, World?", Some(VECTOR)), SignatureError::Mismatch);
        assert_eq!(refused(b"Hello, World!", None), SignatureError::Missing);
        assert_eq!(refused(b"Hello, World!", Some(&VECTOR[..70])), SignatureError::Malformed);
        assert_eq!(refused(b"Hello, World!", Some(b"sha1=00")), SignatureError::Malformed);
        assert_eq!(refused(b"", Some(b"")), SignatureError::Malformed);
        assert_eq!(secrets(&["other"]).verify(b"Hello, World!", Some(VECTOR)).unwrap_err(), SignatureError::Mismatch);
    }

    #[test]
    fn an_empty_secret_is_no_secret() {
        let none = secrets(&["", ""]);
        assert!(none.is_empty());
        let empty_key = Hmac::<Sha256>::new_from_slice(b"").unwrap().chain_update(b"x").finalize().into_bytes();
        let header = format!("sha256={}", hex::encode(empty_key));
        assert!(none.verify(b"x", Some(header.as_bytes())).is_err());
    }

    #[test]
    fn shows_no_secret() {
        assert_eq!(format!("{:?}", secrets(&["hunter2"])), "Secrets(1)");
    }
}
