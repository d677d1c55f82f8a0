//! Where GitHub is: its web pages (and git), its REST API and its GraphQL API. Nothing else in the program knows a host.

use crate::model::RepoName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    web: String,
    api: String,
    graphql: String,
}

impl Endpoints {
    /// Three addresses as given; final slashes do not matter.
    pub fn new(web: &str, api: &str, graphql: &str) -> Self {
        let clean = |url: &str| url.trim().trim_end_matches('/').to_owned();
        Self { web: clean(web), api: clean(api), graphql: clean(graphql) }
    }

    /// The APIs that belong to a web address: github.com has hosts of their own, Enterprise Server has paths.
    pub fn of_web(web: &str) -> Self {
        let web = web.trim().trim_end_matches('/');
        let host = web.split_once("://").map_or(web, |(_, host)| host);
        if matches!(host, "github.com" | "www.github.com") {
            return Self::new("https://github.com", "https://api.github.com", "https://api.github.com/graphql");
        }
        // Data residency: `https://octo.ghe.com` is served by `https://api.octo.ghe.com`.
        if host.ends_with(".ghe.com") {
            let api = web.replacen("://", "://api.", 1);
            return Self::new(web, &api, &format!("{api}/graphql"));
        }
        Self::new(web, &format!("{web}/api/v3"), &format!("{web}/api/graphql"))
    }

    /// [`Endpoints::of_web`], with the APIs that were named instead.
    pub fn given(web: &str, api: Option<&str>, graphql: Option<&str>) -> Self {
        let own = Self::of_web(web);
        Self::new(&own.web, api.unwrap_or(&own.api), graphql.unwrap_or(&own.graphql))
    }

    pub fn web(&self) -> &str {
        &self.web
    }

    pub fn api(&self) -> &str {
        &self.api
    }

    pub fn graphql(&self) -> &str {
        &self.graphql
    }

    /// The repository's page.
    pub fn repository(&self, name: &RepoName) -> String {
        format!("{}/{}", self.web, segments(name))
    }

    /// Where git fetches from.
    pub fn git(&self, name: &RepoName) -> String {
        format!("{}/{}.git", self.web, segments(name))
    }

    pub(super) fn repository_api(&self, name: &RepoName) -> String {
        format!("{}/repos/{}", self.api, segments(name))
    }
}

/// `owner/name` with everything percent-encoded that GitHub does not allow in either.
fn segments(name: &RepoName) -> String {
    let (owner, name) = name.parts();
    format!("{}/{}", segment(owner), segment(name))
}

pub(super) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') => out.push(byte as char),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    // A segment of dots would climb.
    if matches!(out.as_str(), "." | "..") { out.replace('.', "%2E") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apis_follow_the_web_address() {
        let of = |web| Endpoints::of_web(web);
        assert_eq!(
            (of("https://github.com/").api(), of("https://github.com").graphql()),
            ("https://api.github.com", "https://api.github.com/graphql")
        );
        assert_eq!(
            (of("https://git.corp").api(), of("https://git.corp/").graphql()),
            ("https://git.corp/api/v3", "https://git.corp/api/graphql")
        );
        assert_eq!(of("https://octo.ghe.com").graphql(), "https://api.octo.ghe.com/graphql");
    }

    #[test]
    fn a_name_cannot_leave_its_path() {
        let endpoints = Endpoints::of_web("https://github.com");
        assert_eq!(endpoints.git(&RepoName::new("a b/..")), "https://github.com/a%20b/%2E%2E.git");
    }
}
