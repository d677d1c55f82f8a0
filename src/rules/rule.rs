//! The form of a rule: a page, a check over the difference of facts, and a report to write into.

use crate::facts::{Delta, FileClass, FileFacts, FilePair, UnitKind};
use crate::model::{Confidence, Evidence, Finding, Fix, Location, Mode, RuleId, Severity, Side, Span};

/// One rule: its page is its definition, its check the logic.
pub struct Rule {
    /// `family/slug`.
    pub id: &'static str,
    /// Front matter and page, as in `rules/<id>.md`.
    pub page: &'static str,
    pub check: fn(&Change<'_>, &mut Report),
}

/// A rule from its id and check; a missing page does not compile.
macro_rules! rule {
    ($id:literal, $check:path) => {
        $crate::rules::Rule {
            id: $id,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
            check: $check,
        }
    };
}
pub(crate) use rule;

/// Read-only view of what changed, for rules.
pub struct Change<'a> {
    pub delta: &'a Delta<'a>,
}

/// A file of the head with its difference.
#[derive(Clone, Copy)]
pub struct HeadFile<'a> {
    pub facts: &'a FileFacts,
    pub pair: FilePair<'a>,
}

impl<'a> Change<'a> {
    /// Files that run as a service, as far as anyone can tell: for rules about missing practice.
    pub fn service_files(&self) -> impl Iterator<Item = HeadFile<'a>> {
        self.files().filter(|file| {
            file.facts.class == FileClass::Production && !matches!(file.facts.unit, UnitKind::Cli | UnitKind::Frontend)
        })
    }

    /// Files where misuse of an API is wrong wherever it stands; tests and generated code are never read.
    pub fn code_files(&self) -> impl Iterator<Item = HeadFile<'a>> {
        self.files().filter(|file| file.facts.class != FileClass::Example)
    }

    /// Both sides of files that run as a service at the head, for rules that compare.
    pub fn service_pairs(&self) -> impl Iterator<Item = FilePair<'a>> {
        self.service_files().map(|file| file.pair)
    }

    fn files(&self) -> impl Iterator<Item = HeadFile<'a>> {
        self.delta.pairs().filter_map(|pair| Some(HeadFile { facts: pair.head?, pair }))
    }
}

/// Write-only: what a rule says.
pub struct Report {
    rule: RuleId,
    severity: Severity,
    mode: Mode,
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(rule: &Rule, severity: Severity, mode: Mode) -> Self {
        Self { rule: RuleId::new(rule.id), severity, mode, findings: Vec::new() }
    }

    /// A finding at a span of the head. Say what happens in production, then what to do.
    pub fn at<'r>(&'r mut self, file: &'r FileFacts, span: Span) -> Draft<'r> {
        self.draft(file, span, Side::Right)
    }

    /// A finding at a span of the base: lines that the change takes away.
    pub fn at_base<'r>(&'r mut self, file: &'r FileFacts, span: Span) -> Draft<'r> {
        self.draft(file, span, Side::Left)
    }

    /// A finding outside of code: in a manifest, a deployment file, a setting; or in code that is gone.
    pub fn push(&mut self, location: Location, said: Said) {
        let Said { scope, message, help, evidence, confidence } = said;
        self.findings.push(Finding {
            rule: self.rule.clone(),
            severity: self.severity,
            confidence,
            mode: self.mode,
            location,
            scope,
            message,
            help,
            evidence,
            fix: None,
            fingerprint: String::new(),
        });
    }

    fn draft<'r>(&'r mut self, file: &'r FileFacts, span: Span, side: Side) -> Draft<'r> {
        let location = file.location(span, side);
        let scope = file.scope_path(file.scope_around(span));
        let finding = Finding {
            rule: self.rule.clone(),
            severity: self.severity,
            confidence: Confidence::Likely,
            mode: self.mode,
            location,
            scope,
            message: String::new(),
            help: String::new(),
            evidence: Vec::new(),
            fix: None,
            fingerprint: String::new(),
        };
        Draft { report: self, file, finding }
    }
}

/// What a finding without a syntax around it says. Its scope tells it from others on the same line.
pub struct Said {
    pub scope: String,
    pub message: String,
    pub help: String,
    pub evidence: Vec<Evidence>,
    pub confidence: Confidence,
}

/// A finding in the making; nothing is reported before [`Draft::say`].
pub struct Draft<'r> {
    report: &'r mut Report,
    file: &'r FileFacts,
    finding: Finding,
}

impl Draft<'_> {
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// Softer or louder than the rule's page says, where the evidence asks for it.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Evidence in another file.
    #[must_use]
    pub fn evidence_in(mut self, text: impl Into<String>, location: Location) -> Self {
        self.finding.evidence.push(Evidence { text: text.into(), location: Some(location) });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    #[must_use]
    pub fn evidence(mut self, text: impl Into<String>, span: Option<Span>) -> Self {
        let location: Option<Location> = span.map(|span| self.file.location(span, self.finding.location.side));
        self.finding.evidence.push(Evidence { text: text.into(), location });
        self
    }

    /// Evidence that stands in another file.
    #[must_use]
    pub fn link(mut self, evidence: Evidence) -> Self {
        self.finding.evidence.push(evidence);
        self
    }

    /// Replaces a span within one line; the suggestion is whole lines, as GitHub wants them.
    #[must_use]
    pub fn fix(mut self, title: &str, span: Span, replacement: &str) -> Self {
        let (line, last) = self.file.source.lines(span);
        if line == last {
            let whole = self.file.source.line_span(line);
            let before = self.file.text(Span { start: whole.start, end: span.start });
            let after = self.file.text(Span { start: span.end, end: whole.end });
            let replacement = format!("{before}{replacement}{after}");
            // What is taken away leaves no indentation behind.
            let replacement = if replacement.trim().is_empty() { String::new() } else { replacement };
            self.finding.fix = Some(Fix { title: title.to_owned(), line, end_line: line, replacement });
        }
        self
    }

    /// Deletes whole lines.
    #[must_use]
    pub fn delete(mut self, title: &str, lines: Span) -> Self {
        let (line, end_line) = self.file.source.lines(lines);
        self.finding.fix = Some(Fix { title: title.to_owned(), line, end_line, replacement: String::new() });
        self
    }

    pub fn say(mut self, message: impl Into<String>) {
        self.finding.message = message.into();
        self.report.findings.push(self.finding);
    }
}
