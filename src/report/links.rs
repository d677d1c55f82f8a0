//! The addresses a report points at. Lines are linked at the commit that was read, so a link never shows other code.

use super::markdown_text::visible;
use crate::model::{CommitSha, Location, RuleId, Side};
use crate::rules::custom::FAMILY;

#[derive(Clone, Debug)]
pub struct Links {
    /// The repository's page, without a final slash: `https://github.com/owner/name`.
    pub repository: String,
    pub head: CommitSha,
    pub base: Option<CommitSha>,
    /// Where the pages of the rules are: the page of a rule is `{rules}/{id}`.
    pub rules: Option<String>,
}

impl Links {
    /// Rules of the repository itself have no page; their findings point at the file that defines them.
    pub fn rule(&self, rule: &RuleId) -> Option<String> {
        if rule.family() == FAMILY {
            return None;
        }
        self.rules.as_ref().map(|base| format!("{}/{}", base.trim_end_matches('/'), path(rule.as_str())))
    }

    pub fn line(&self, at: &Location) -> String {
        let commit = match at.side {
            Side::Right => &self.head,
            Side::Left => self.base.as_ref().unwrap_or(&self.head),
        };
        format!("{}/blob/{commit}/{}#L{}", self.repository, path(at.path.as_str()), at.line)
    }

    /// The head, as a link.
    pub fn commit(&self) -> String {
        format!("[`{}`]({}/commit/{})", visible(self.head.short()), self.repository, self.head)
    }
}

/// Everything but unreserved characters and slashes, percent-encoded: a path cannot leave its link.
fn path(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
