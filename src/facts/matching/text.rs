//! Messages as templates, and how alike two of them are.

use super::super::code::{Expr, ExprKind};
use super::super::file::FileFacts;
use super::super::signal::words;
use super::super::telemetry::{LogCall, LogStyle};

/// The message of a log call with `{}` for each computed part; `None` when it has no text of its own.
pub(crate) fn message(file: &FileFacts, log: &LogCall) -> Option<String> {
    let call = file.call(log.call);
    let at = call.args.get(log.message as usize);
    let first = at.and_then(|arg| template(&arg.value));
    // Macros and loggers that take fields first say their message later; elsewhere a later text is the name of a field.
    let later = matches!(
        log.style,
        LogStyle::Macro | LogStyle::Pino | LogStyle::Bunyan | LogStyle::Winston | LogStyle::Unknown
    );
    let texts = || call.args.iter().filter(|arg| arg.name.is_none()).find_map(|arg| template(&arg.value));
    let text = first.or_else(|| later.then(texts).flatten())?;
    let worth = text.chars().any(char::is_alphabetic);
    worth.then_some(text)
}

fn template(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Str { text, .. } => Some(text.clone()),
        ExprKind::Compound(parts) => {
            let texts: Vec<Option<String>> = parts.iter().map(template).collect();
            let any = texts.iter().any(Option::is_some);
            any.then(|| texts.into_iter().map(|text| text.unwrap_or_else(|| "{}".to_owned())).collect())
        }
        _ => None,
    }
}

/// How much two texts have in common, by their words: 1 for the same words, 0 for none.
pub(crate) fn similarity(one: &str, other: &str) -> f64 {
    let (mut left, mut right): (Vec<String>, Vec<String>) = (words(one).collect(), words(other).collect());
    if left.is_empty() && right.is_empty() {
        return if one == other { 1.0 } else { 0.0 };
    }
    left.sort();
    right.sort();
    shared(&left, &right)
}

/// The part of two sorted lists that both have: 1 for equal ones, 0 when nothing is shared.
pub(super) fn shared<T: Ord>(one: &[T], other: &[T]) -> f64 {
    let (mut a, mut b, mut both) = (0, 0, 0_u32);
    while a < one.len() && b < other.len() {
        match one[a].cmp(&other[b]) {
            std::cmp::Ordering::Equal => {
                both += 1;
                a += 1;
                b += 1;
            }
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
        }
    }
    2.0 * f64::from(both) / (one.len() + other.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_means_the_same_words() {
        assert!((similarity("charge failed", "Charge failed: {}") - 1.0).abs() < f64::EPSILON);
        assert!(similarity("could not load user", "cannot load the user") >= 0.5);
        assert!(similarity("could not load user", "payment declined") < 0.1);
    }
}
