//! A statement that somebody wrote while looking for a bug: it stops the process, or fills the output with what nobody reads.

use super::output::{is_bare_dump, misses_logger, own_logger, serves};
use crate::facts::code::{Call, CallId, ExprKind};
use crate::facts::{FileClass, FileFacts, Level, LogCall, Tier, UnitKind};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("logging/debug-statement-left", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        if file.facts.class != FileClass::Production {
            continue;
        }
        for id in &file.facts.telemetry.breakpoints {
            breakpoint(out, file, *id);
        }
        for log in &file.facts.telemetry.logs {
            leftover(out, file, log);
        }
    }
}

/// Calls that only make sense with somebody at the keyboard.
fn breakpoint(out: &mut Report, file: HeadFile<'_>, id: CallId) {
    let call = file.facts.call(id);
    if !file.pair.is_new(call.span) || file.facts.in_test(call.scope) {
        return;
    }
    let name = call.path.join(".");
    let dumps = matches!(call.path.last().map(String::as_str), Some("table" | "dir" | "Dump"));
    if dumps {
        if file.facts.unit != UnitKind::Cli && serves(file.facts) {
            say(
                out,
                file,
                call,
                Confidence::Likely,
                &format!("`{name}` dumps a value for one pair of eyes: nobody reads it in production"),
            );
        }
        return;
    }
    let what = "stops here and waits for a debugger that nobody has attached";
    say(out, file, call, Confidence::Certain, &format!("`{name}` was left behind: the process {what}"));
}

fn leftover(out: &mut Report, file: HeadFile<'_>, log: &LogCall) {
    let call = file.facts.call(log.call);
    if log.tier == Tier::Lexical || !file.pair.is_new(call.span) || file.facts.in_test(log.scope) {
        return;
    }
    // `dbg!` and `console.trace`: tools for looking, not for logging.
    if log.is_print() && (log.library == "std" && log.level == Level::Debug) {
        let message = "`dbg!` was left behind: it prints the source line and the value to stderr on every call";
        return say(out, file, call, Confidence::Certain, message);
    }
    if has_debug_message(call) {
        let message = "this message was written while looking for something: it tells nobody else anything";
        return say(out, file, call, Confidence::Likely, message);
    }
    if is_left_print(file.facts, log) {
        let shown =
            call.args.iter().filter_map(|arg| arg.value.as_path()).map(|path| path.join(".")).collect::<Vec<_>>();
        let message = format!(
            "`{}` is printed without a word, past every logger: a leftover of debugging, and whatever it holds ends up in the output",
            shown.join("`, `")
        );
        say(out, file, call, Confidence::Likely, &message);
    }
}

/// Several prints and no logger: whoever wrote the file has no other way to say something.
fn prints_all_over(file: &FileFacts) -> bool {
    own_logger(file).next().is_none() && file.telemetry.logs.iter().filter(|log| log.is_print()).count() > 3
}

/// The print of a bare value in a service.
pub(super) fn is_left_print(file: &FileFacts, log: &LogCall) -> bool {
    let call = file.call(log.call);
    log.is_print()
        && log.library != "traceback"
        && serves(file)
        && !prints_all_over(file)
        && misses_logger(file, log)
        && is_bare_dump(file, call)
}

/// `here`, `>>>`, `XXX`, `test123`: what people type to see whether a line is reached.
fn has_debug_message(call: &Call) -> bool {
    let Some(first) = call.args.first() else { return false };
    let ExprKind::Str { text, .. } = &first.value.kind else { return false };
    let lower = text.trim().trim_end_matches([':', '!', '.', ' ']).to_ascii_lowercase();
    let letters = lower.trim_matches(|character: char| !character.is_alphanumeric());
    let typed = matches!(
        letters,
        "here"
            | "xxx"
            | "test123"
            | "asdf"
            | "foo"
            | "foobar"
            | "hello"
            | "hi"
            | "wtf"
            | "got here"
            | "here1"
            | "here2"
            | "aaa"
            | "blah"
            | "reached here"
            | "i am here"
            | "i'm here"
            | "test"
            | "testing"
    );
    let marks = [">>>", "<<<", "XXX", "@@@"].iter().any(|mark| text.trim_start().starts_with(mark));
    let few = text.split_whitespace().count() <= 4;
    typed || marks && few
}

fn say(out: &mut Report, file: HeadFile<'_>, call: &Call, confidence: Confidence, message: &str) {
    let mut draft = out.at(file.facts, call.span).confidence(confidence).help("delete the statement");
    if let Some(line) = own_line(file.facts, call) {
        draft = draft.delete("delete the statement", line);
    }
    draft.say(message);
}

/// The statement, when it has its lines for itself and nothing uses what it returns.
fn own_line(file: &FileFacts, call: &Call) -> Option<Span> {
    let (first, last) = file.source.lines(call.statement);
    let whole = file.source.line_span(first).cover(file.source.line_span(last));
    let rest = file.text(Span { start: call.statement.end, end: whole.end });
    let before = file.text(Span { start: whole.start, end: call.statement.start });
    let alone = before.trim().is_empty() && matches!(rest.trim(), "" | ";");
    let statement = file.text(call.statement).trim_end_matches(';').trim_end();
    let is_all = statement.len() == file.text(call.span).len();
    // A suite of one statement would be empty without it.
    let block = file.block_around(call.statement);
    let only = block.is_some_and(|block| {
        let text = file.text(block).trim_matches(['{', '}']).trim();
        text.trim_end_matches(';').trim_end() == statement
    });
    (alone && is_all && !only).then_some(whole)
}
