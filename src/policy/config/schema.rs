//! Every key there is, once: the reader checks against this table, and help, documentation and a schema for editors
//! can be derived from it.

/// One key of a mapping.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    #[cfg_attr(not(test), expect(dead_code, reason = "the text of a generated schema; a test keeps it present"))]
    pub(super) about: &'static str,
}

pub(super) enum Kind {
    /// The one format version there is.
    Version,
    Choice(&'static [&'static str]),
    Count {
        min: u32,
        max: u32,
    },
    /// A list of path patterns.
    Globs,
    /// A list of texts.
    Names,
    Section(&'static [Key]),
    /// Rule, family or `*` to a severity.
    Severities,
    /// A list of sections.
    Sections(&'static [Key]),
}

pub(super) const SEVERITIES: &[&str] = &["off", "notice", "warning", "error"];

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, about }
}

pub(super) const ROOT: &[Key] = &[
    key("version", Kind::Version, "the format of this file; 1"),
    key(
        "level",
        Kind::Choice(&["observe", "advise", "guard", "gate"]),
        "observe reports only, advise comments (default), guard fails on certain errors, gate fails on gate.fail_on",
    ),
    key("paths", Kind::Section(PATHS), "which files are looked at"),
    key("rules", Kind::Section(RULES), "which rules speak, and how loud"),
    key("comments", Kind::Section(COMMENTS), "how much is said on a pull request"),
    key("coverage", Kind::Section(COVERAGE), "what is instrumented outside of this repository"),
    key("gate", Kind::Section(GATE), "what makes the check fail at the level gate"),
];

const PATHS: &[Key] = &[
    key("include", Kind::Globs, "only files that match one of these; all when left out"),
    key("ignore", Kind::Globs, "files that are not looked at"),
];

const RULES: &[Key] = &[
    key("default", Kind::Choice(&["recommended", "none"]), "whether rules without a setting below are on"),
    key("severity", Kind::Severities, "rule, family/* or * to off, notice, warning or error; the narrowest counts"),
    key("overrides", Kind::Sections(OVERRIDE), "other severities for some paths; the last match counts"),
];

const OVERRIDE: &[Key] =
    &[key("paths", Kind::Globs, "the files concerned"), key("severity", Kind::Severities, "the severities there")];

const COMMENTS: &[Key] = &[
    key("inline_max", Kind::Count { min: 0, max: 20 }, "most inline comments on one pull request (5)"),
    key("quiet_authors", Kind::Names, "logins whose pull requests get the check only"),
    key(
        "draft_prs",
        Kind::Choice(&["check_only", "summary_only", "full"]),
        "where a review of a draft speaks (check_only)",
    ),
];

const EXTERNAL: Kind = Kind::Choice(&["external"]);

/// One key for each bit of `facts::Bit`.
const COVERAGE: &[Key] = &[
    key("http_server", EXTERNAL, "requests it serves have spans"),
    key("http_client", EXTERNAL, "requests it sends have spans"),
    key("rpc_server", EXTERNAL, "RPCs it serves have spans"),
    key("rpc_client", EXTERNAL, "RPCs it sends have spans"),
    key("db", EXTERNAL, "database calls have spans"),
    key("cache", EXTERNAL, "cache calls have spans"),
    key("object", EXTERNAL, "calls of object storage have spans"),
    key("queue_produce", EXTERNAL, "messages it sends have spans"),
    key("queue_consume", EXTERNAL, "messages it consumes have spans"),
    key("schedule", EXTERNAL, "scheduled jobs have spans"),
    key("faas", EXTERNAL, "invocations have spans"),
    key("logs_correlation", EXTERNAL, "logs carry trace ids"),
    key("runtime_metrics", EXTERNAL, "the runtime has metrics"),
    key("http_metrics", EXTERNAL, "requests it serves have metrics"),
    key("ctx_executors", EXTERNAL, "context crosses threads"),
    key("ctx_async", EXTERNAL, "context crosses tasks"),
    key("unhandled_errors", EXTERNAL, "errors that nobody handles are reported"),
];

const GATE: &[Key] = &[
    key("fail_on", Kind::Section(FAIL_ON), "findings that fail the check"),
    key(
        "min_observable",
        Kind::Count { min: 0, max: 100 },
        "least percentage of touched operations that are observable or may be (no such gate)",
    ),
];

const FAIL_ON: &[Key] = &[
    key("severity", Kind::Choice(&["notice", "warning", "error"]), "at least this severe (error)"),
    key("confidence", Kind::Choice(&["possible", "likely", "certain"]), "at least this sure (certain)"),
];
