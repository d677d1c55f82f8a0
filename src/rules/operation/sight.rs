//! Whether an operation shows: by an agent or wrapper that is proven, or by what the code itself does.

use super::candidate::Candidate;
use super::{boundary, failure};
use crate::facts::code::ScopeId;
use crate::facts::coverage::{Answer, Place};
use crate::facts::{
    Bit, EntryKind, EntryPoint, FactSet, FileFacts, Known, Level, Marker, Outbound, OutboundKind, Reach, UnitCoverage,
};
use crate::model::{Sight, Span};

/// What is known of one operation.
pub(super) struct Seen {
    pub(super) sight: Sight,
    pub(super) reason: String,
    pub(super) marker: Option<Place>,
}

impl Seen {
    fn new(sight: Sight, reason: impl Into<String>) -> Self {
        Self { sight, reason: reason.into(), marker: None }
    }
}

pub(super) fn of(set: &FactSet, file: &FileFacts, candidate: Candidate<'_>) -> Seen {
    let unit = set.coverage(&file.path);
    match candidate {
        Candidate::Entry(entry) => of_entry(file, unit, entry),
        Candidate::Outbound(op) => of_outbound(set, file, op, 0),
        Candidate::Failure(one) => {
            let (sight, reason) = failure::sight(file, one);
            Seen::new(sight, reason)
        }
        Candidate::Boundary(one) => {
            let (sight, reason) = boundary::sight(file, unit, one);
            Seen::new(sight, reason)
        }
    }
}

fn of_entry(file: &FileFacts, unit: Option<&UnitCoverage>, entry: &EntryPoint) -> Seen {
    let span = file.scope(entry.scope).span;
    if let Some(how) = own_telemetry(file, entry.scope, span) {
        return Seen::new(Sight::Seen, how);
    }
    // A log of what failed is not one of what was done.
    let fails = |at: Span| file.failures_in(span).any(|one| one.body.contains(at));
    let told = file.logs_in(span).any(|log| log.level >= Level::Info && !fails(log.span));
    if told && matches!(entry.kind, EntryKind::Consumer | EntryKind::Schedule) {
        return Seen::new(Sight::Seen, "it logs what it did");
    }
    let Some(bit) = Bit::of_entry(entry.kind) else { return Seen::new(Sight::Unknown, "nothing tells") };
    let libraries = frameworks(file, unit, entry, bit);
    let answers = libraries.iter().map(|library| judged(unit, bit, library));
    // Several frameworks may be meant: what holds for the worst of them holds.
    answers
        .min_by_key(|seen| match seen.sight {
            Sight::Unknown => 0,
            Sight::Unseen => 1,
            Sight::Seen => 2,
        })
        .unwrap_or_else(|| judged(unit, bit, ""))
}

/// The frameworks that may call an entry point: what its file imports, else what it was recognised by, else the manifest.
fn frameworks(file: &FileFacts, unit: Option<&UnitCoverage>, entry: &EntryPoint, bit: Bit) -> Vec<String> {
    let known = unit.map_or(&[][..], |unit| &unit.frameworks[..]);
    let of_bit = || known.iter().filter(|one| one.bit == bit);
    let imports = |module: &str| {
        file.outline.imports.iter().any(|import| {
            import.module.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.', ':']))
        })
    };
    let mut found: Vec<String> = of_bit().filter(|one| imports(&one.module)).map(|one| one.library.clone()).collect();
    const VAGUE: [&str; 10] = [
        "router",
        "route",
        "view",
        "class view",
        "rest_framework",
        "websocket",
        "attribute",
        "listener",
        "task",
        "schedule",
    ];
    if found.is_empty() && !VAGUE.contains(&entry.framework.as_str()) {
        found.push(entry.framework.clone());
    }
    if found.is_empty() {
        found = of_bit().filter(|one| one.required).map(|one| one.library.clone()).collect();
    }
    found.sort();
    found.dedup();
    found
}

fn of_outbound(set: &FactSet, file: &FileFacts, op: &Outbound, depth: u32) -> Seen {
    let call = file.call(op.call);
    if let Some(how) = timed(file, call.scope, call.span) {
        return Seen::new(Sight::Seen, how);
    }
    let unit = set.coverage(&file.path);
    if op.kind == OutboundKind::Wrapper {
        return of_wrapper(set, file, op, depth);
    }
    let Some(bit) = Bit::of_outbound(op.kind) else { return Seen::new(Sight::Unknown, "nothing tells") };
    let library = op.library.to_lowercase();
    let seen = judged(unit, bit, &library);
    match unit {
        Some(unit) if seen.sight == Sight::Seen => past_the_client(file, unit, op, bit, &library, seen),
        _ => seen,
    }
}

/// An instrumentation that was given to one client says nothing of another.
fn past_the_client(file: &FileFacts, unit: &UnitCoverage, op: &Outbound, bit: Bit, library: &str, seen: Seen) -> Seen {
    let span = file.call(op.call).span;
    let here = |place: &Place| place.path == file.path && span.contains(place.span);
    match unit.answer(bit, library).marker.map(|one| one.reach) {
        Some(Reach::Client) => {}
        Some(Reach::Call) => {
            let covers = |one: &&Marker| one.covers.iter().any(|cover| cover.includes(bit, library));
            let marked = unit.own.iter().filter(covers).any(|one| here(&one.place));
            let bare = || Seen::new(Sight::Unseen, "it goes out without what instruments the other calls");
            return if marked { seen } else { bare() };
        }
        _ => return seen,
    }
    let raw = unit.raw.iter().filter(|one| one.bit == bit && one.library == library);
    let mut others = 0;
    for one in raw {
        if here(&one.place) {
            return Seen::new(Sight::Unseen, "it goes out past the instrumented client");
        }
        others += 1;
    }
    if others > 0 {
        return Seen::new(Sight::Unknown, "some clients of this unit are instrumented and some are not");
    }
    seen
}

/// What a function of the project does when it is called: the worst of what it sends out.
fn of_wrapper(set: &FactSet, file: &FileFacts, op: &Outbound, depth: u32) -> Seen {
    let unknown = || Seen::new(Sight::Unknown, "what it calls is not known");
    let Some(target) = file.telemetry.targets.get(&op.call).filter(|_| depth < 3) else { return unknown() };
    let Some(other) = set.file(&target.path) else { return unknown() };
    let span = other.scope(target.scope).span;
    let inside = other.telemetry.outbound.iter().filter(|one| span.contains(other.call(one.call).span));
    let inside = inside.filter(|one| one.kind == OutboundKind::Wrapper || Bit::of_outbound(one.kind).is_some());
    let answers = inside.take(16).map(|one| of_outbound(set, other, one, depth + 1));
    let worst = answers.min_by_key(|seen| match seen.sight {
        Sight::Unseen => 0,
        Sight::Unknown => 1,
        Sight::Seen => 2,
    });
    worst.unwrap_or_else(unknown)
}

/// What the tables say of one bit and library.
fn judged(unit: Option<&UnitCoverage>, bit: Bit, library: &str) -> Seen {
    let Some(unit) = unit else {
        return Seen::new(Sight::Unknown, "it lies in no unit with a manifest, so nothing tells what instruments it");
    };
    let Answer { known, marker, off } = unit.answer(bit, library);
    let named = if library.is_empty() { bit.in_words().to_owned() } else { library.to_owned() };
    let place = marker.map(|one| one.place.clone()).or(off.map(|one| one.place.clone()));
    let (sight, reason) = match (known, marker, off) {
        (Known::Proven, Some(marker), _) => (Sight::Seen, format!("covered by {}", marker.name)),
        (Known::Proven, None, _) => {
            (Sight::Seen, "covered outside of the repository, says .github/sightline.yml".to_owned())
        }
        (Known::Likely, Some(marker), _) => {
            (Sight::Unknown, format!("{} may cover it, but nothing proves that it reaches this unit", marker.name))
        }
        (Known::Absent, _, Some(off)) => (Sight::Unseen, format!("{} switches its instrumentation off", off.name)),
        (Known::Absent, Some(marker), _) => (Sight::Unseen, format!("{} does not cover {named}", marker.name)),
        (Known::Absent, None, None) => {
            (Sight::Unseen, "nothing in this unit's manifest, deployment files and set-up code covers it".to_owned())
        }
        _ => (Sight::Unknown, format!("nothing in the repository tells whether {named} is instrumented")),
    };
    Seen { sight, reason, marker: place }
}

/// Decorators and annotations that make a span or a timer.
const MARKS: [&str; 20] = [
    "instrument",
    "WithSpan",
    "start_as_current_span",
    "trace",
    "Trace",
    "Traced",
    "traced",
    "NewSpan",
    "Span",
    "Timed",
    "Counted",
    "Observed",
    "CaptureSpan",
    "time",
    "timed",
    "count_exceptions",
    "track_inprogress",
    "wrap",
    "capture_span",
    "captureMethod",
];

/// A span or metric inside a scope, or a mark above it.
fn own_telemetry(file: &FileFacts, scope: ScopeId, span: Span) -> Option<&'static str> {
    let telemetry = &file.telemetry;
    let marked = |id: ScopeId| {
        file.scope(id).decorators.iter().any(|one| one.path.last().is_some_and(|name| MARKS.contains(&name.as_str())))
    };
    if marked(scope) {
        return Some("it is marked to be observed");
    }
    let inside = |call| span.contains(file.call(call).span);
    if telemetry.spans.iter().any(|one| inside(one.call)) {
        return Some("it makes a span of its own");
    }
    if telemetry.metric_uses.iter().any(|one| inside(one.call)) {
        return Some("a metric of its own counts it");
    }
    let helped = telemetry.summaries.iter().any(|(call, summary)| summary.counts && inside(*call));
    helped.then_some("a metric of its own counts it")
}

/// A span around a call, or a timer in its function.
fn timed(file: &FileFacts, scope: ScopeId, call: Span) -> Option<&'static str> {
    const TIMERS: [&str; 10] = [
        "observe",
        "record",
        "time",
        "starttimer",
        "timing",
        "histogram",
        "distribution",
        "timer",
        "start_timer",
        "stop",
    ];
    let telemetry = &file.telemetry;
    let around: Vec<ScopeId> = file.scopes_around(scope).map(|(id, _)| id).filter(|id| *id != ScopeId::FILE).collect();
    let marked = around.iter().any(|id| {
        file.scope(*id).decorators.iter().any(|one| one.path.last().is_some_and(|name| MARKS.contains(&name.as_str())))
    });
    if marked {
        return Some("its function is marked to be observed");
    }
    let spanned = telemetry.spans.iter().any(|one| {
        let start = file.call(one.call);
        start.span.start < call.start && (around.contains(&start.scope) || start.span.contains(call))
    });
    if spanned {
        return Some("a span is around it");
    }
    let timed = telemetry.metric_uses.iter().any(|one| {
        let used = file.call(one.call);
        let name = used.path.last().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        around.contains(&used.scope) && TIMERS.contains(&name.as_str())
    });
    timed.then_some("a timer is around it")
}
