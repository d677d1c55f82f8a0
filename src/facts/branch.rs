//! What has to hold for a piece of code to run: the branches around it and their conditions, as written.

use super::file::FileFacts;
use crate::model::Span;

/// Conditions longer than this are read from their end only.
const MAX_CONDITION: usize = 400;

impl FileFacts {
    /// Branches between a span and what surrounds it, innermost first.
    pub fn branches_around(&self, span: Span, within: Span) -> impl Iterator<Item = Span> {
        let until = self.outline.branches.partition_point(|branch| branch.start <= span.start);
        let before = self.outline.branches[..until].iter().rev().take(512);
        let around = move |branch: &&Span| branch.contains(span) && within.contains(**branch) && **branch != within;
        before.filter(around).copied()
    }

    /// The condition of a branch, as written; none for `else`, and where no keyword stands before it.
    pub fn condition(&self, branch: Span) -> Option<&str> {
        let whole = self.source.as_str();
        let start = branch.start as usize;
        let case = self.text(branch);
        if let Some(rest) = case.strip_prefix("case ") {
            return rest.split_once(':').map(|(condition, _)| condition);
        }
        let mut from = start.saturating_sub(MAX_CONDITION);
        while !whole.is_char_boundary(from) {
            from += 1;
        }
        let before = whole[from..start].trim_end();
        if before.ends_with("else") || before.trim_end_matches(':').ends_with("else") {
            return None;
        }
        // `Err(e) =>`, `case X ->`: an arm has its pattern before it.
        if let Some(arm) = before.strip_suffix("=>").or_else(|| before.strip_suffix("->")) {
            let from = arm.rfind(['\n', ';', '{']).map_or(0, |at| at + 1);
            return Some(arm[from..].trim());
        }
        ["if", "elif", "case", "when", "match"]
            .iter()
            .filter_map(|word| keyword(before, word))
            .min_by_key(|text| text.len())
    }

    /// The parts of a span that run whenever it runs: what stands in no branch of its own.
    pub fn unconditional(&self, span: Span) -> Vec<Span> {
        let mut parts = Vec::new();
        let mut at = span.start;
        let from = self.outline.branches.partition_point(|branch| branch.start <= span.start);
        for branch in self.outline.branches[from..].iter().take_while(|branch| branch.start < span.end) {
            if branch.start >= at && span.contains(*branch) {
                parts.push(Span { start: at, end: branch.start });
                at = branch.end;
            }
        }
        parts.push(Span { start: at, end: span.end.max(at) });
        parts
    }
}

/// What follows the last occurrence of a keyword.
fn keyword<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    let whole = |at: &usize| {
        let before = at.checked_sub(1).and_then(|index| bytes.get(index));
        !is_word(before) && !is_word(bytes.get(at + word.len()))
    };
    let at = text.rmatch_indices(word).map(|(at, _)| at).find(whole)?;
    Some(text[at + word.len()..].trim())
}

#[cfg(test)]
mod tests {
    use super::keyword;

    #[test]
    fn a_condition_is_what_follows_its_keyword() {
        assert_eq!(keyword("} else if (status === 404) ", "if"), Some("(status === 404)"));
        assert_eq!(keyword("notify(x)", "if"), None);
    }
}
