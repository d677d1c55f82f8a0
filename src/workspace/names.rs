//! Where a repository lives in the cache, and which URLs may be fetched from.

use crate::model::RepoName;

use super::error::WorkspaceError;

/// One path component for a repository, whatever its name holds: no separator, no leading dot, no clash on
/// file systems that ignore case (GitHub's names ignore case too).
pub(super) fn folder_name(repo: &RepoName) -> String {
    let mut name = String::new();
    for byte in repo.as_str().to_ascii_lowercase().bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            b'.' if !name.is_empty() && !name.ends_with('.') => name.push('.'),
            other => name.push_str(&format!("%{other:02x}")),
        }
    }
    name.truncate(200);
    name + ".git"
}

/// Only `https` and `http`: git would run programs for some of the others.
pub(super) fn check_url(url: &str) -> Result<(), WorkspaceError> {
    let refuse = |reason| Err(WorkspaceError::Url { url: without_credentials(url), reason });
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return refuse("only https:// and http:// are allowed") };
    if url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return refuse("it holds characters that no URL of a repository needs");
    }
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return refuse("credentials do not belong into a URL; pass them as a token");
    }
    if host.is_empty() || host.starts_with('-') {
        return refuse("it names no host");
    }
    Ok(())
}

fn without_credentials(url: &str) -> String {
    let clean: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    match clean.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('@') {
            Some((_, host)) => format!("{scheme}://…@{host}"),
            None => clean,
        },
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_hold_nothing_that_leads_elsewhere() {
        let name = |repo: &str| folder_name(&RepoName::from(repo));
        assert_eq!(name("Acme/Shop.js"), "acme%2fshop.js.git");
        assert_eq!(name("../../etc"), "%2e.%2f.%2e%2fetc.git");
        assert!(!name("a/..").contains(".."));
        assert!(name(&"x".repeat(999)).len() < 255);
    }

    #[test]
    fn only_web_addresses_without_credentials_pass() {
        assert!(check_url("https://github.com/acme/shop.git").is_ok());
        assert!(check_url("http://127.0.0.1:4000/acme/shop.git").is_ok());
        for bad in [
            "file:///etc",
            "ext::sh -c id",
            "ssh://git@host/x",
            "git@host:x",
            "/tmp/x",
            "https://",
            "-u",
            "https://a b/",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
        let error = check_url("https://x-access-token:secret@host/x").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
