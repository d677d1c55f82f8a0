//! Names of metrics: from the pieces of an expression to a name, and the kind that a name speaks of.

use super::evaluate::Piece;
use crate::facts::MetricName;

/// Pieces as a name; what follows a brace is labels, as VictoriaMetrics writes them.
pub(super) fn named(pieces: Vec<Piece>) -> MetricName {
    let (mut literals, mut holes) = (vec![String::new()], Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                let end = text.find('{');
                if let Some(last) = literals.last_mut() {
                    last.push_str(&text[..end.unwrap_or(text.len())]);
                }
                if end.is_some() {
                    break;
                }
            }
            Piece::Hole(expr) => {
                holes.push(expr);
                literals.push(String::new());
            }
        }
    }
    match (literals.as_slice(), holes.is_empty()) {
        ([name], true) if name.is_empty() => MetricName::Unknown,
        ([name], true) => MetricName::Exact(name.clone()),
        _ if literals.iter().all(String::is_empty) => MetricName::Unknown,
        _ => MetricName::Computed { literals, holes },
    }
}

/// The kind of instrument that a type, a macro or a method speaks of.
pub(super) fn kind_word(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let kinds = [
        ("updown", "gauge"),
        ("up_down", "gauge"),
        ("gauge", "gauge"),
        ("histogram", "histogram"),
        ("distribution", "histogram"),
        ("summary", "summary"),
        ("tim", "timer"),
        ("count", "counter"),
        ("incr", "counter"),
        ("decr", "counter"),
    ];
    kinds.iter().find(|(word, _)| lower.contains(word)).map(|(_, kind)| *kind)
}
