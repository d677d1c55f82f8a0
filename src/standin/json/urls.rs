//! Addresses and opaque ids.

/// Builds the JSON of one stand-in; every address in it starts with the stand-in's own.
#[derive(Clone, Copy)]
pub(crate) struct Urls<'a> {
    pub(crate) root: &'a str,
}

impl<'a> Urls<'a> {
    pub(crate) fn new(root: &'a str) -> Self {
        Self { root }
    }

    pub(crate) fn api_repo(&self, full_name: &str) -> String {
        format!("{}/repos/{full_name}", self.root)
    }

    pub(crate) fn html_repo(&self, full_name: &str) -> String {
        format!("{}/{full_name}", self.root)
    }

    pub(crate) fn html_pull(&self, full_name: &str, number: u64) -> String {
        format!("{}/{full_name}/pull/{number}", self.root)
    }
}

/// A GraphQL id: opaque to clients, but it says what it is an id of, as GitHub's do.
pub(crate) fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_kwDO{id:012x}")
}

/// The kind and number in an id.
pub(crate) fn unpack_node_id(text: &str) -> Option<(&str, u64)> {
    let (kind, rest) = text.rsplit_once("_kwDO")?;
    Some((kind, u64::from_str_radix(rest, 16).ok()?))
}
