use super::read::{Read, read, read_hostile};
use crate::facts::code::{CallKind, ExprKind, ResultUse};

/// The arguments of the one macro in a statement.
fn args(statement: &str) -> Vec<String> {
    let read = read(&format!("fn f() {{ {statement}; }}"));
    let call = read.outline.calls.iter().find(|call| call.kind == CallKind::Macro).expect("a macro");
    assert_eq!(call.result, ResultUse::Discarded, "{statement}");
    read.args(call)
}

#[test]
fn tracing_fields_have_names() {
    assert_eq!(
        args(
            r#"tracing::info!(target: "db", parent: &span, user.id = %id, ?err, %self.name, count, n = 5, "loaded {}", rows)"#
        ),
        [
            "target=\"db\"",
            "parent=span",
            "user.id=id",
            "err=err",
            "self.name=self.name",
            "count=count",
            "n=5",
            "\"loaded {}\"<rows>",
            "rows"
        ]
    );
    assert_eq!(args("error!(%e)"), ["e=e"]);
    assert_eq!(args("warn!({ id = %a.b(), ?e }, \"x\")"), ["id=a.b()", "e=e", "\"x\""]);
    assert_eq!(args("event!(Level::ERROR, code, \"x\")"), ["Level.ERROR", "code=code", "\"x\""]);
    assert_eq!(args("info_span!(\"fetch\", id, url = ?u, \"k\" = 1)"), ["\"fetch\"", "id=id", "url=u", "k=1"]);
}

#[test]
fn other_notations() {
    assert_eq!(args(r#"log::warn!(key:? = value, e:err = x; "text {e}")"#), ["key=value", "e=x", "\"text {}\"<x>"]);
    assert_eq!(
        args(r#"metrics::counter!("hits", "path" => path, KEY => user.id)"#),
        ["\"hits\"", "path=path", "KEY=user.id"]
    );
    assert_eq!(args(r#"slog::error!(log, "bad"; "error" => %e)"#), ["log=log", "\"bad\"", "error=e"]);
    assert_eq!(args("vec![1; 3]"), ["1", "3"]);
    assert_eq!(args("matches!(get(), Some(x) if x > 1)"), ["get()"]);
    assert_eq!(
        args(r#"json!({"id": user.id, "tags": ["a", tag()], "deep": {"x": null}})"#),
        ["{id: user.id, tags: [\"a\", tag()], deep: {x: null}}"]
    );
    assert_eq!(args("nonsense!(=> => <=)"), Vec::<String>::new());
    assert_eq!(args("quote!(#x + 1)"), Vec::<String>::new());
}

#[test]
fn format_strings_have_holes() {
    assert_eq!(
        args(r#"println!("a {} b {x:?} c {0} {{d}} {n}", first, n = third)"#),
        ["\"a {} b {} c {} {{d}} {}\"<first, x, first, third>", "first", "n=third"]
    );
    let read = read("fn f() { format!(\"\\u{e9} {name:>5}\"); sqlx::query!(\"select '{x}'\"); }");
    let ExprKind::Str { holes, .. } = &read.call("format").args[0].value.kind else { panic!() };
    assert_eq!(read.slice(holes[0].span), "name");
    assert_eq!(read.args(read.call("query")), ["\"select '{x}'\""]);
}

fn spans(read: &Read, names: &[&str]) {
    for name in names {
        assert_eq!(read.slice(read.call(name).name_span), *name);
    }
}

#[test]
fn code_inside_macros_is_code() {
    let read = read(
        "
async fn f() -> Result<(), E> {
    info!(token = %redact(&token), \"é {}\", user.name().to_owned());
    assert_eq!(vec![inner(format!(\"{}\", deep(1)))], other(), \"x\");
    bail!(\"no {}\", fetch().await?);
    tokio::spawn(dbg!(async move { hidden().await }));
}
",
    );
    spans(&read, &["redact", "name", "to_owned", "inner", "deep", "other", "fetch", "hidden"]);
    assert_eq!(read.slice(read.call("redact").span), "redact(&token)");
    assert_eq!(read.call("redact").result, ResultUse::Used);
    assert_eq!(read.args(read.call("info")), ["token=redact()", "\"é {}\"<to_owned()>", "to_owned()"]);
    assert_eq!(
        read.call("to_owned").base.map(|id| read.outline.calls[id.index()].path.join(".")),
        Some("user.name".into())
    );
    assert!(read.call("fetch").awaited);
    assert_eq!(read.call("fetch").result, ResultUse::Propagated);
    assert!(read.slice(read.call("redact").statement).starts_with("info!"));
    assert_eq!(read.slices(&read.outline.awaits), ["fetch().await", "hidden().await"]);
    let inside = &read.outline.scopes[read.call("hidden").scope.index()];
    assert!(inside.is_async && inside.name.is_none());
    for pair in read.outline.calls.windows(2) {
        assert!(pair[0].span.start <= pair[1].span.start);
    }
}

#[test]
fn select_waits_and_its_arms_are_read() {
    let read = read(
        "
async fn f() {
    tokio::select! {
        biased;
        Some(x) = rx.recv(), if open => { if let Err(e) = handle(x).await { warn!(\"{e}\"); } }
        _ = shutdown.changed() => break,
        else => { quit(); }
    }
}
",
    );
    spans(&read, &["recv", "handle", "warn", "changed", "quit"]);
    assert_eq!(
        read.failures(),
        ["ErrArm e [] | if let Err(e) = handle(x).await | { warn!(\"{e}\"); } | handle(x).await"]
    );
    assert_eq!(read.exits(), ["Break break"]);
    assert_eq!(read.outline.awaits.len(), 2);
    assert!(read.call("select").awaited);
}

#[test]
fn bodies_of_macros_are_statements() {
    let read = read(
        "
lazy_static! { static ref HITS: Counter = register_counter!(\"hits\", help()).unwrap(); }
thread_local! { static DEPTH: Cell<u32> = Cell::new(start()); }
cfg_if::cfg_if! { if #[cfg(unix)] { fn unix() { here(); } } else { fn other() { there(); } } }
fn f() { let s = async_stream::stream! { let x = next(); yield x; }; my_macro! { let y = twice(); call(y); } }
",
    );
    spans(&read, &["register_counter", "help", "start", "here", "there", "next", "twice", "call"]);
    assert!(read.scope("HITS").once);
    assert_eq!(read.args(read.call("register_counter")), ["\"hits\"", "help()"]);
    assert_eq!(read.bindings()[..2], ["HITS@0/1 = unwrap()", "DEPTH@0/1 = Cell.new()"]);
    assert_eq!(read.scope("unix").owner, None);
}

#[test]
fn a_macro_at_the_very_end_of_the_file_is_read() {
    let read = read("info!(a(), b())");
    spans(&read, &["a", "b"]);
    assert!(read.outline.strings.is_empty());
}

#[test]
fn hostile_macros_are_opaque_and_harmless() {
    let deep = format!("fn f() {{ info!({}1{}, x()); after(); }}", "(".repeat(20_000), ")".repeat(20_000));
    let long = format!("fn f() {{ info!({}1); after(); }}", "!".repeat(200_000));
    for code in [deep, long] {
        let read = read_hostile(&code);
        assert!(read.call("info").args.is_empty());
        assert_eq!(read.call("after").result, ResultUse::Discarded);
    }
}
