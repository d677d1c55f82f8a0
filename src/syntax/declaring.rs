//! What a metric declaration says: name, unit, labels, buckets, wherever its library wants them (arguments, an options
//! literal, methods of a builder). The words are data: `rules/libraries/metrics.toml`.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::evaluate::{Piece, join, pieces, whole};
use super::instruments::labels_of;
use super::naming::{kind_word, named};
use super::project::{Project, Read};
use super::tables::{LabelPlace, MetricRow};
use super::written::keeps_type;
use crate::facts::code::{Call, CallId, CallKind, Expr, ExprKind, ResultUse, ScopeId};
use crate::facts::{Buckets, MetricDecl, MetricLabels, MetricName, Naming, Tier};
use crate::model::{Language, Span};

/// Longer builder chains are not followed.
const MAX_LINKS: usize = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    settings: HashMap<String, Vec<String>>,
    naming: HashMap<String, Naming>,
}

/// # Panics
/// When the table is not valid: a defect of this build that the first test meets.
static WORDS: LazyLock<Words> = LazyLock::new(|| {
    toml::from_str(include_str!("../../rules/libraries/metrics.toml")).expect("metrics.toml is valid")
});
/// Word → setting.
static SETTINGS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let pairs = WORDS.settings.iter().flat_map(|(setting, words)| words.iter().map(move |word| (&**word, &**setting)));
    pairs.collect()
});

pub(super) fn naming(library: &str) -> Naming {
    WORDS.naming.get(library).copied().unwrap_or_default()
}

/// One file while its metrics are read.
pub(super) struct Site<'a> {
    pub(super) project: &'a Project,
    pub(super) file: usize,
    pub(super) read: &'a Read,
    /// Of each call, the call it is the receiver of.
    pub(super) outer: HashMap<CallId, CallId>,
    holders: OnceCell<HashMap<CallId, Vec<String>>>,
}

impl<'a> Site<'a> {
    pub(super) fn new(project: &'a Project, file: usize) -> Self {
        let read = &*project.files[file];
        let calls = read.outline.calls.iter().enumerate();
        let outer = calls.filter_map(|(index, call)| Some((call.base?, CallId(index as u32)))).collect();
        Self { project, file, read, outer, holders: OnceCell::new() }
    }

    pub(super) fn call(&self, id: CallId) -> &'a Call {
        &self.read.outline.calls[id.index()]
    }

    /// The calls of a builder chain after this one, in their order.
    pub(super) fn links(&self, from: CallId) -> impl Iterator<Item = (CallId, &'a Call)> {
        let mut at = from;
        std::iter::from_fn(move || {
            at = *self.outer.get(&at)?;
            Some((at, self.call(at)))
        })
        .take(MAX_LINKS)
    }

    fn pieces(&self, scope: ScopeId, expr: &Expr) -> Vec<Piece> {
        pieces(self.project, self.file, scope, expr)
    }

    /// The name that the value of a call is bound to: a variable, a field, a key of an object or options literal.
    fn holder(&self, call: CallId) -> Option<&Vec<String>> {
        self.holders.get_or_init(|| holders(self.read)).get(&call)
    }
}

fn holders(read: &Read) -> HashMap<CallId, Vec<String>> {
    let mut out = HashMap::new();
    for binding in &read.outline.bindings {
        if let Some(value) = &binding.value {
            hold(value, &binding.path, &mut out);
        }
    }
    for call in &read.outline.calls {
        for arg in &call.args {
            let name = arg.name.as_ref().filter(|_| call.kind == CallKind::New).map(std::slice::from_ref);
            match name {
                Some(path) => hold(&arg.value, path, &mut out),
                None => entries(&arg.value, &mut out),
            }
        }
    }
    for value in read.outline.exits.iter().flat_map(|exit| &exit.values) {
        entries(value, &mut out);
    }
    for field in read.outline.types.iter().flat_map(|ty| &ty.fields) {
        if let Some(value) = &field.value {
            hold(value, std::slice::from_ref(&field.name), &mut out);
        }
    }
    out
}

fn hold(value: &Expr, path: &[String], out: &mut HashMap<CallId, Vec<String>>) {
    match &value.kind {
        ExprKind::Call(id) => {
            out.entry(*id).or_insert_with(|| path.to_vec());
        }
        ExprKind::Compound(parts) if parts.len() == 1 => hold(&parts[0], path, out),
        _ => entries(value, out),
    }
}

fn entries(value: &Expr, out: &mut HashMap<CallId, Vec<String>>) {
    match &value.kind {
        ExprKind::Record(pairs) => pairs.iter().for_each(|(key, value)| hold(value, std::slice::from_ref(key), out)),
        ExprKind::Compound(parts) if parts.len() == 1 => entries(&parts[0], out),
        _ => {}
    }
}

/// What was found for the settings of one declaration.
#[derive(Default)]
struct Settings<'a> {
    found: HashMap<&'static str, (ScopeId, &'a Expr)>,
    /// Said by a call without arguments: `.publishPercentileHistogram()`.
    flags: HashMap<&'static str, Span>,
    /// Something that may say more could not be read.
    open: bool,
}

impl<'a> Settings<'a> {
    fn of(site: &Site<'a>, id: CallId, row: &MetricRow) -> Self {
        let call = site.call(id);
        let mut out = Self::default();
        let mut positions = row.args.iter();
        for arg in &call.args {
            // `**options`: more may be said than can be read.
            out.open |= matches!(arg.value.kind, ExprKind::Spread(_));
            match &arg.name {
                Some(word) => out.set(word, call.scope, &arg.value),
                None => match positions.next().map(String::as_str) {
                    Some("options") | None => out.unpack(site, call.scope, &arg.value, 0),
                    Some("-") => {}
                    Some(setting) => {
                        // A name may stand in an options literal: prom-client takes nothing else.
                        if matches!(arg.value.kind, ExprKind::Record(_)) {
                            out.unpack(site, call.scope, &arg.value, 0);
                        } else {
                            out.set(setting, call.scope, &arg.value);
                        }
                    }
                },
            }
        }
        for (_, link) in site.links(id) {
            out.link(link);
        }
        out
    }

    fn set(&mut self, word: &str, scope: ScopeId, value: &'a Expr) {
        if let Some(setting) = SETTINGS.get(word) {
            self.found.entry(setting).or_insert((scope, value));
        }
    }

    /// One method of a builder.
    fn link(&mut self, call: &'a Call) {
        let Some(setting) = call.path.last().and_then(|word| SETTINGS.get(word.as_str())) else { return };
        match call.args.first() {
            Some(arg) => {
                self.found.entry(setting).or_insert((call.scope, &arg.value));
            }
            None => {
                self.flags.entry(setting).or_insert(call.name_span);
            }
        }
    }

    /// An options literal, an options constructor with its builder methods, or an option made by a call.
    fn unpack(&mut self, site: &Site<'a>, scope: ScopeId, value: &'a Expr, depth: u32) {
        match &value.kind {
            ExprKind::Record(entries) => {
                for (key, value) in entries {
                    self.open |= key.is_empty() || key == "...";
                    self.set(key, scope, value);
                }
            }
            ExprKind::Compound(parts) if parts.len() == 1 => self.unpack(site, scope, &parts[0], depth),
            ExprKind::Call(id) => {
                let call = site.call(*id);
                if call.kind == CallKind::New && call.args.iter().all(|arg| arg.name.is_some()) {
                    call.args
                        .iter()
                        .for_each(|arg| self.set(arg.name.as_deref().unwrap_or_default(), call.scope, &arg.value));
                    return;
                }
                self.constructed(site, *id);
            }
            ExprKind::Path(path) => {
                let known = path.len() == 1 && depth == 0;
                let mut bound =
                    site.read.bindings(&path[path.len() - 1]).filter(|one| one.scope == scope && one.path == *path);
                let value = bound.next().filter(|_| known && bound.next().is_none()).and_then(|one| one.value.as_ref());
                match value {
                    Some(value) => self.unpack(site, scope, value, depth + 1),
                    None => self.open = true,
                }
            }
            ExprKind::Literal(_) | ExprKind::Str { .. } | ExprKind::List(_) | ExprKind::Closure(_) => {}
            _ => self.open = true,
        }
    }

    /// `Opts::new("name", "help").namespace("x")`, `metric.WithUnit("s")`.
    fn constructed(&mut self, site: &Site<'a>, outermost: CallId) {
        let mut at = Some(outermost);
        let mut links = 0;
        while let Some(id) = at.filter(|_| links < MAX_LINKS) {
            let call = site.call(id);
            links += 1;
            at = call.base;
            let word = call.path.last().map_or("", String::as_str);
            if at.is_none() && word == "new" {
                for (setting, arg) in ["name", "help", "buckets"].iter().zip(&call.args) {
                    self.set(setting, call.scope, &arg.value);
                }
            } else if SETTINGS.contains_key(word) {
                self.link(call);
            } else if !keeps_type(site.read.language, word) && links == 1 && call.base.is_none() {
                // An option whose meaning is not known.
                self.open |= call.kind == CallKind::Plain && !matches!(word, "WithDescription" | "WithHelp");
            }
        }
    }

    fn pieces(&self, site: &Site<'a>, setting: &str) -> Option<Vec<Piece>> {
        let (scope, expr) = self.found.get(setting)?;
        Some(site.pieces(*scope, expr))
    }

    fn text(&self, site: &Site<'a>, setting: &str) -> Option<String> {
        whole(&self.pieces(site, setting)?)
    }

    fn buckets(&self, site: &Site<'a>) -> Buckets {
        if self.found.contains_key("native") || self.flags.contains_key("native") {
            return Buckets::Explicit("native".to_owned());
        }
        if let Some((_, value)) = self.found.get("buckets") {
            let nothing = matches!(&value.kind, ExprKind::Literal(text) if matches!(text.as_str(), "None" | "null" | "nil"))
                || value.as_path().is_some_and(|path| {
                    matches!(path[path.len() - 1].as_str(), "undefined" | "DefBuckets" | "DEFAULT_BUCKETS")
                });
            let text = site.read.source.slice(value.span);
            let written: String = text.chars().filter(|one| !one.is_whitespace()).collect();
            return if nothing {
                Buckets::Default
            } else {
                Buckets::Explicit(written.trim_end_matches(',').to_owned())
            };
        }
        if self.flags.contains_key("buckets") {
            return Buckets::Explicit("published".to_owned());
        }
        if self.open { Buckets::Unknown } else { Buckets::Default }
    }

    fn name(&self, site: &Site<'a>) -> MetricName {
        let Some(name) = self.pieces(site, "name") else { return MetricName::Unknown };
        let parts = ["namespace", "subsystem"].iter().filter_map(|part| self.pieces(site, part));
        named(join(parts.chain([name]).collect()))
    }
}

pub(super) fn declaration(site: &Site<'_>, id: CallId, row: &MetricRow, tier: Tier) -> MetricDecl {
    let call = site.call(id);
    let settings = Settings::of(site, id, row);
    let mut labels = labels_of(site, id, &row.labels);
    let name_at = settings.found.get("name").map(|(_, expr)| *expr);
    if let Some(braces) = name_at.and_then(|expr| braced(site, call.scope, expr)) {
        labels = braces;
    }
    MetricDecl {
        call: id,
        library: row.library.clone(),
        tier,
        name: settings.name(site),
        name_span: name_at.map_or(call.span, |expr| expr.span),
        naming: naming(&row.library),
        kind: row.kind.clone(),
        labels,
        is_single: row.labels == LabelPlace::None,
        unit: settings.text(site, "unit"),
        buckets: settings.buckets(site),
        bound: bound(site, id),
        idempotent: row.idempotent,
    }
}

/// The labels in `requests_total{method="GET"}`.
fn braced(site: &Site<'_>, scope: ScopeId, name: &Expr) -> Option<MetricLabels> {
    let mut text = String::new();
    for piece in site.pieces(scope, name) {
        text.push_str(if let Piece::Text(text) = &piece { text } else { "" });
    }
    let (_, inside) = text.split_once('{')?;
    let keys =
        inside.trim_end_matches('}').split(',').filter_map(|pair| Some(pair.split_once('=')?.0.trim().to_owned()));
    Some(MetricLabels::Known(keys.filter(|key| !key.is_empty()).collect()))
}

/// What the instrument made by a call is bound to; builder methods and `unwrap` stand between.
fn bound(site: &Site<'_>, made: CallId) -> Option<Vec<String>> {
    if let Some(path) = site.holder(made) {
        return Some(path.clone());
    }
    let mut last = made;
    for (id, _) in site.links(made) {
        last = id;
        if let Some(path) = site.holder(id) {
            return Some(path.clone());
        }
    }
    lazy_holder(site, last).and_then(|holder| site.holder(holder).cloned())
}

/// `LazyLock::new(|| …)` whose closure makes the instrument.
fn lazy_holder(site: &Site<'_>, made: CallId) -> Option<CallId> {
    let read = site.read;
    let made = site.call(made);
    let closure = made.scope;
    (read.language == Language::Rust && made.result == ResultUse::Returned).then_some(())?;
    let holds = |call: &Call| {
        let lazy = matches!(call.path.as_slice(), [.., ty, new] if new == "new" && ty.starts_with("Lazy"));
        lazy && call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Closure(scope) if scope == closure))
    };
    read.outline.calls.iter().position(holds).map(|index| CallId(index as u32))
}

/// A metric that is made and used by one call: `registry.counter("x", …)`, `counter!("x")`, `statsd.increment("x")`.
pub(super) fn looked_up(site: &Site<'_>, id: CallId, library: &str, tier: Tier) -> Option<MetricDecl> {
    let call = site.call(id);
    let first = call.args.iter().find(|arg| arg.name.is_none())?;
    let kind = kind_word(call.path.last()?).unwrap_or("metric");
    Some(MetricDecl {
        call: id,
        library: library.to_owned(),
        tier,
        name: named(site.pieces(call.scope, &first.value)),
        name_span: first.span,
        naming: naming(library),
        kind: kind.to_owned(),
        labels: MetricLabels::Unknown,
        is_single: false,
        unit: None,
        buckets: Buckets::Unknown,
        bound: bound(site, id),
        idempotent: true,
    })
}
