//! The series that a PromQL expression reads. Where the parser does not follow (templates, other dialects), names are
//! picked by the shape of selectors.

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{AggregateExpr, BinaryExpr, Expr, LabelModifier, VectorSelector};

use super::variables::{HOLE, filled};
use crate::facts::SeriesUse;

/// The parser's tree is walked and dropped by recursion, so its depth has to be bounded before.
const MAX_NESTING: usize = 100;
const MAX_DEPTH: u32 = 200;

/// The series of an expression that begins at a line, and whether a parser read it.
pub(super) fn series(text: &str, line: u32) -> (Vec<SeriesUse>, bool) {
    let expression = variable_query(text).unwrap_or(text);
    let clean = filled(&uncommented(expression));
    let mut found = Vec::new();
    let parsed = nesting(&clean) <= MAX_NESTING && long_chains(&clean) <= MAX_NESTING;
    let tree = parsed.then(|| promql_parser::parser::parse(&clean).ok()).flatten();
    let parsed = tree.is_some();
    match tree {
        Some(tree) => walk(&tree, &[], 0, &mut found),
        None => words(&clean, &mut found),
    }
    let line_of = |name: &str| {
        let before = text.find(name).map_or("", |at| &text[..at]);
        line + before.matches('\n').count() as u32
    };
    let uses = found.into_iter().filter(|(name, _)| !name.contains(HOLE)).map(|(name, labels)| SeriesUse {
        line: line_of(&name),
        name,
        labels,
    });
    (uses.collect(), parsed)
}

/// Grafana's questions about a metric: `label_values(metric{…}, label)`, `query_result(…)`, `metrics(…)`.
fn variable_query(text: &str) -> Option<&str> {
    let text = text.trim();
    let inside = |function: &str| text.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')');
    if let Some(arguments) = inside("label_values") {
        let (series, _) = arguments.rsplit_once(',')?;
        return Some(series);
    }
    inside("query_result").or_else(|| inside("metrics"))
}

/// Without `# …` comments, which are no part of a name.
fn uncommented(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let cut = |line: &str| match line.find('#') {
        // Inside quotes it is none.
        Some(at) if line[..at].matches('"').count().is_multiple_of(2) => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Operators make the tree deep as well: each adds one level.
fn long_chains(text: &str) -> usize {
    let signs =
        text.bytes().filter(|byte| matches!(byte, b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'<' | b'>')).count();
    let words = [" or ", " and ", " unless ", "=="].iter().map(|word| text.matches(word).count()).sum::<usize>();
    signs + words
}

type Found = Vec<(String, Vec<String>)>;

fn walk(expr: &Expr, needed: &[String], depth: u32, out: &mut Found) {
    if depth > MAX_DEPTH {
        return;
    }
    match expr {
        Expr::VectorSelector(selector) => select(selector, needed, out),
        Expr::MatrixSelector(matrix) => select(&matrix.vs, needed, out),
        Expr::Aggregate(aggregate) => aggregated(aggregate, needed, depth, out),
        Expr::Binary(binary) => both(binary, needed, depth, out),
        Expr::Unary(unary) => walk(&unary.expr, needed, depth + 1, out),
        Expr::Paren(paren) => walk(&paren.expr, needed, depth + 1, out),
        Expr::Subquery(subquery) => walk(&subquery.expr, needed, depth + 1, out),
        Expr::Call(call) => call.args.args.iter().for_each(|arg| walk(arg, needed, depth + 1, out)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

/// An aggregation keeps the labels it groups by and loses all others.
fn aggregated(aggregate: &AggregateExpr, needed: &[String], depth: u32, out: &mut Found) {
    let inner: Vec<String> = match &aggregate.modifier {
        Some(LabelModifier::Include(labels)) => labels.labels.clone(),
        Some(LabelModifier::Exclude(_)) => needed.to_vec(),
        None => Vec::new(),
    };
    walk(&aggregate.expr, &inner, depth + 1, out);
    if let Some(param) = &aggregate.param {
        walk(param, &[], depth + 1, out);
    }
}

fn both(binary: &BinaryExpr, needed: &[String], depth: u32, out: &mut Found) {
    let mut inner = needed.to_vec();
    if let Some(LabelModifier::Include(labels)) = binary.modifier.as_ref().and_then(|one| one.matching.as_ref()) {
        inner.extend(labels.labels.iter().cloned());
    }
    walk(&binary.lhs, &inner, depth + 1, out);
    walk(&binary.rhs, &inner, depth + 1, out);
}

fn select(selector: &VectorSelector, needed: &[String], out: &mut Found) {
    let all: Vec<&Matcher> =
        selector.matchers.matchers.iter().chain(selector.matchers.or_matchers.iter().flatten()).collect();
    let mut labels: Vec<String> = needed.to_vec();
    // `label!="x"` and `label=""` hold without the label, too.
    let needs = |one: &&&Matcher| {
        one.name != "__name__" && !one.value.is_empty() && !matches!(one.op, MatchOp::NotEqual | MatchOp::NotRe(_))
    };
    labels.extend(all.iter().filter(needs).map(|one| one.name.clone()));
    labels.sort();
    labels.dedup();
    if let Some(name) = &selector.name {
        out.push((name.clone(), labels));
        return;
    }
    for one in all.iter().filter(|one| one.name == "__name__") {
        match &one.op {
            MatchOp::Equal => out.push((one.value.clone(), labels.clone())),
            // `a|b`: each of them; anything cleverer is no name.
            MatchOp::Re(_) => {
                let names = one.value.trim_matches(['(', ')', '^', '$']).split('|');
                let plain = names.filter(|name| !name.is_empty() && name.chars().all(is_name));
                out.extend(plain.map(|name| (name.to_owned(), labels.clone())));
            }
            _ => {}
        }
    }
}

fn is_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '_' | ':')
}

/// Names by their shape: a word that a selector, a range or an operator follows, outside quotes, braces and label lists.
fn words(text: &str, out: &mut Found) {
    let mut quote = None;
    let mut braces = 0_u32;
    let mut word = String::new();
    let mut previous = String::new();
    let mut listing = 0_u32;
    for (at, one) in text.char_indices() {
        if let Some(open) = quote {
            quote = (one != open).then_some(open);
            continue;
        }
        if is_name(one) || one == '.' && !word.is_empty() {
            word.push(one);
            if text[at + one.len_utf8()..].chars().next().is_some_and(|next| is_name(next) || next == '.') {
                continue;
            }
        }
        let next = text[at + one.len_utf8()..].trim_start().chars().next();
        if !word.is_empty() {
            let function = next == Some('(');
            let worth =
                word.contains(['_', ':', '.']) && word.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_');
            if worth && !function && braces == 0 && listing == 0 {
                out.push((word.clone(), Vec::new()));
            }
            previous = std::mem::take(&mut word);
            if is_name(one) {
                continue;
            }
        }
        match one {
            '"' | '\'' | '`' => quote = Some(one),
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '(' if matches!(previous.as_str(), "by" | "on" | "without" | "ignoring" | "group_left" | "group_right") => {
                listing = 1
            }
            '(' if listing > 0 => listing += 1,
            ')' => listing = listing.saturating_sub(1),
            _ => {}
        }
        if !one.is_whitespace() && one != '(' {
            previous.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, bool) {
        let (uses, parsed) = series(text, 1);
        (uses.into_iter().map(|one| format!("{} {}", one.name, one.labels.join(","))).collect(), parsed)
    }

    #[test]
    fn selectors_and_the_labels_they_need() {
        let (found, parsed) =
            names("sum by (route) (rate(http_total{code=~\"5..\",env!=\"dev\"}[$__rate_interval])) / sum(up)");
        assert!(parsed);
        assert_eq!(found, ["http_total code,route", "up "]);
        assert_eq!(names("{__name__=~\"a_total|b_total\"}").0, ["a_total ", "b_total "]);
        assert_eq!(names("label_values(jobs_total{a=\"$a\"}, queue)").0, ["jobs_total a"]);
    }

    #[test]
    fn what_does_not_parse_is_read_by_its_shape() {
        let (found, parsed) = names("$agg(rate(http_total{code=\"not_this\"}[5m])) by (not_that) / other_sum");
        assert!(!parsed);
        assert_eq!(found, ["http_total ", "other_sum "]);
    }

    #[test]
    fn computed_names_are_nobodys() {
        assert_eq!(names("rate(${metric}_total[5m]) + http_total").0, ["http_total "]);
    }

    #[test]
    fn lines_are_counted_inside_an_expression() {
        let (uses, _) = series("sum(\n  a_total\n) > 5 # b_total", 7);
        assert_eq!((uses[0].line, uses.len()), (8, 1));
    }

    #[test]
    fn hostile_nesting_is_not_parsed() {
        let (_, parsed) = series(&format!("{}a_b{}", "(".repeat(5_000), ")".repeat(5_000)), 1);
        assert!(!parsed);
        let (_, parsed) = series(&"-".repeat(5_000), 1);
        assert!(!parsed);
    }
}
