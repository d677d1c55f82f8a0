//! What the commands about rules share: how they end when they are used wrongly, and how values are called.

/// The exit code for wrong usage.
pub(super) const USAGE: u8 = 2;

/// The name a value has in files and reports.
pub(super) fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
