//! What a log says, and how its level is spelled.

use crate::facts::{FileFacts, LogCall, LogStyle, Tier};
use crate::model::Span;

/// The text of a log's message with its placeholders, as far as it is written in the call.
pub(super) fn message(file: &FileFacts, log: &LogCall) -> Option<String> {
    let call = file.call(log.call);
    let arguments = Span { start: call.name_span.end, end: call.span.end.max(call.name_span.end) };
    let from = file.outline.strings.partition_point(|text| text.start < arguments.start);
    let texts = || {
        file.outline.strings[from..]
            .iter()
            .take_while(|text| text.start < arguments.end)
            .map(|text| plain(file.text(*text)))
    };
    // `Log("msg", "…")`: keys are single words.
    texts().find(|text| text.contains(' ')).or_else(|| texts().next()).map(str::to_owned)
}

fn plain(literal: &str) -> &str {
    let text = literal.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    text.trim_matches(['"', '\'', '`'])
}

/// The name of the same log call at warn.
pub(super) fn at_warn(file: &FileFacts, log: &LogCall) -> Option<String> {
    const LEVELS: [&str; 4] = ["info", "debug", "trace", "error"];
    const ENDS: [&str; 6] = ["", "f", "w", "ln", "Context", "S"];
    let call = file.call(log.call);
    let spelled =
        log.tier > Tier::Lexical && call.path.len() > 1 && !matches!(log.style, LogStyle::Builder | LogStyle::Unknown);
    let name = file.text(call.name_span);
    let level =
        LEVELS.iter().find(|level| name.get(..level.len()).is_some_and(|start| start.eq_ignore_ascii_case(level)))?;
    let end = &name[level.len()..];
    let long =
        matches!(log.style, LogStyle::Percent) || ["klog", "glog", "java.util.logging"].contains(&log.library.as_str());
    let word = if long { "warning" } else { "warn" };
    let upper = name.starts_with(char::is_uppercase);
    let word = if upper { format!("W{}", &word[1..]) } else { word.to_owned() };
    (spelled && ENDS.contains(&end)).then(|| format!("{word}{end}"))
}
