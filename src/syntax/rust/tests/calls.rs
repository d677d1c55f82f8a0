use super::read::read;
use crate::facts::code::{CallKind, ResultUse};

#[test]
fn paths_chains_and_turbofish() {
    let read = read("fn f() { let x = a::b::<T>::c(1).d::<U>(y)?.e.g(); <Foo as Bar>::baz(&q); list[0].push(1); }");
    let paths: Vec<_> = read.outline.calls.iter().map(|call| call.path.join(".")).collect();
    assert_eq!(paths, ["e.g", "d", "a.b.c", "Foo.baz", "?.push"]);
    let [outer, middle, inner, ..] = read.outline.calls.as_slice() else { panic!() };
    assert_eq!(read.slice(middle.name_span), "d");
    assert_eq!(outer.base.map(|id| id.index()), Some(1));
    assert_eq!(middle.base.map(|id| id.index()), Some(2));
    assert_eq!(inner.base, None);
    assert_eq!(read.args(read.call("baz")), ["q"]);
}

#[test]
fn what_becomes_of_a_result() {
    let read = read(
        "
fn f() -> Result<(), E> {
    dropped();
    awaited().await;
    let bound = value();
    let _ = blank();
    question()?;
    waited().await?;
    used(argument());
    receiver().method();
    if early { return explicit(); }
    match x { 1 => in_arm(), _ => { in_block().await } }
}
fn unit() { if a { first() } else { second() } }
fn loops() -> u8 { for x in y { body(x) } if a { inside() } let v = { fed() }; 1 }
",
    );
    let expected = [
        ("dropped", ResultUse::Discarded),
        ("awaited", ResultUse::Discarded),
        ("value", ResultUse::Bound),
        ("blank", ResultUse::Blank),
        ("question", ResultUse::Propagated),
        ("waited", ResultUse::Propagated),
        ("argument", ResultUse::Used),
        ("receiver", ResultUse::Chained),
        ("method", ResultUse::Discarded),
        ("explicit", ResultUse::Returned),
        ("in_arm", ResultUse::Returned),
        ("in_block", ResultUse::Returned),
        ("first", ResultUse::Discarded),
        ("second", ResultUse::Discarded),
        ("body", ResultUse::Discarded),
        ("inside", ResultUse::Discarded),
        ("fed", ResultUse::Used),
    ];
    for (name, result) in expected {
        assert_eq!(read.call(name).result, result, "{name}");
    }
    assert!(read.call("awaited").awaited && read.call("waited").awaited && !read.call("dropped").awaited);
    assert!(read.call("body").in_loop && !read.call("inside").in_loop);
    let exits = read.exits();
    assert!(exits.contains(&"Propagate question()?".to_owned()), "{exits:?}");
    assert!(exits.contains(&"Return in_arm()".to_owned()), "{exits:?}");
    assert!(exits.contains(&"Return return explicit()".to_owned()), "{exits:?}");
    assert!(!exits.iter().any(|exit| exit.contains("first")), "{exits:?}");
}

#[test]
fn statements_enclose_calls() {
    let read = read("fn f() { let x = a(b()); match y { Ok(v) => c(v), Err(_) => {} } d() }");
    assert_eq!(read.slice(read.call("b").statement), "let x = a(b());");
    assert_eq!(read.slice(read.call("c").statement), "c(v)");
    assert_eq!(read.slice(read.call("d").statement), "d()");
}

#[test]
fn struct_literals_are_new_calls() {
    let read = read("fn f() { let c = http::Config { timeout: after(5), name, ..Default::default() }; }");
    let config = read.call("Config");
    assert_eq!(config.kind, CallKind::New);
    assert_eq!(config.path, ["http", "Config"]);
    assert_eq!(read.args(config), ["timeout=after()", "name=name", "..Default.default()"]);
}

#[test]
fn ways_out_and_regions() {
    let read = read(
        "
fn f() {
    loop { if a { break; } else { continue; } }
    panic!(\"x\");
    std::process::exit(1);
    todo!();
    g().unwrap();
}
",
    );
    assert_eq!(
        read.exits(),
        [
            "Break break",
            "Continue continue",
            "Terminate panic!(\"x\")",
            "Terminate std::process::exit(1)",
            "Terminate todo!()"
        ]
    );
    assert_eq!(read.slices(&read.outline.branches), ["{ break; }", "{ continue; }"]);
    assert_eq!(read.outline.loops.len(), 1);
    assert_eq!(read.outline.blocks.len(), 4);
}

#[test]
fn comments_strings_and_awaits() {
    let read = read("/// doc\nfn f() { /* block */ g(\"a\\\"b\", r#\"raw\"#, b\"x\").await; } // end");
    assert_eq!(read.slices(&read.outline.comments), ["/// doc\n", "/* block */", "// end"]);
    assert_eq!(read.slices(&read.outline.strings), ["\"a\\\"b\"", "r#\"raw\"#", "b\"x\""]);
    assert_eq!(read.outline.awaits.len(), 1);
    assert_eq!(read.args(read.call("g")), ["\"a\\\"b\"", "\"raw\"", "\"x\""]);
}
