//! A log message changes or goes, and an alert or query of the repository looks for the old text.

use crate::facts::matching::{LogFate, Scopes, logs, message};
use crate::facts::{FileFacts, LogCall, MessageUse, MonitoringFile, Query};
use crate::model::{Confidence, Side};
use crate::rules::rule::{Change, Report, Rule, rule};

pub const RULE: Rule = rule!("logging/log-message-referenced", check);

/// A pattern of this many characters at most is tried on messages.
const MAX_PATTERN: usize = 400;

/// More log queries than this are not tried.
const MAX_WANTED: usize = 500;

fn check(change: &Change<'_>, out: &mut Report) {
    let monitoring = &change.delta.head.monitoring;
    let wanted: Vec<(&MonitoringFile, &Query, &MessageUse, Matcher)> = monitoring
        .iter()
        .flat_map(|file| file.queries.iter().map(move |query| (file, query)))
        .flat_map(|(file, query)| query.messages.iter().map(move |one| (file, query, one)))
        .filter_map(|(file, query, one)| Some((file, query, one, Matcher::of(one)?)))
        .take(MAX_WANTED)
        .collect();
    if wanted.is_empty() {
        return;
    }
    let scopes = Scopes::of(change.delta);
    let now: Vec<String> = change
        .delta
        .head
        .files()
        .flat_map(|file| file.telemetry.logs.iter().filter_map(move |log| message(file, log)))
        .collect();
    for (base, log, fate) in logs(change.delta, &scopes) {
        let Some(old) = message(base, log).filter(|_| !base.in_test(log.scope)) else { continue };
        if matches!(fate, LogFate::Same(..) | LogFate::Moved(..)) {
            continue;
        }
        // Some other message may still answer the query.
        let lost =
            wanted.iter().find(|(.., matcher)| matcher.finds(&old) && !now.iter().any(|text| matcher.finds(text)));
        if let Some((file, query, one, _)) = lost {
            say(out, base, log, fate, (file, query, one));
        }
    }
}

/// What a query looks for, ready to be tried.
enum Matcher {
    Text(String),
    Pattern(regex::Regex),
}

impl Matcher {
    fn of(one: &MessageUse) -> Option<Self> {
        // A bare level or key (`error`, `status=500`) is not about one message.
        let words = crate::facts::words(&one.text).filter(|word| word.len() > 2).count();
        if words < 2 || one.text.len() > MAX_PATTERN {
            return None;
        }
        if !one.pattern {
            return Some(Self::Text(one.text.clone()));
        }
        regex::RegexBuilder::new(&one.text).size_limit(1 << 16).build().ok().map(Self::Pattern)
    }

    fn finds(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Pattern(pattern) => pattern.is_match(message),
        }
    }
}

fn say(
    out: &mut Report,
    base: &FileFacts,
    log: &LogCall,
    fate: LogFate<'_>,
    (file, query, one): (&MonitoringFile, &Query, &MessageUse),
) {
    let title = query.title();
    let evidence = format!("{title} looks for `{}`", one.text);
    let place = file.location(one.line);
    let (draft, what) = match fate {
        LogFate::Reworded(head, now) => (
            out.at(head, now.span).evidence_in("the base said it differently", base.location(log.span, Side::Left)),
            "reads differently now",
        ),
        _ => (out.at_base(base, log.span), "is gone"),
    };
    draft
        .confidence(Confidence::Certain)
        .evidence_in(evidence, place)
        .help("change the query in the same pull request, or keep the wording")
        .say(format!(
            "this message {what}, but {title} in {} looks for the old text: it finds nothing any more",
            file.path
        ));
}
