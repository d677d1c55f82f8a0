use super::read::read;

#[test]
fn arms_of_a_match() {
    let read = read(
        "
fn f() {
    match call().await {
        Ok(v) => v,
        Err(sqlx::Error::RowNotFound) => none(),
        Err(Error::Io(source) | Error::Net(source)) => {}
        Err(e) if e.is_timeout() => retry(),
        Err(_) => {}
    }
    match timeout(d, g()).await { Ok(Ok(v)) => v, Ok(Err(inner)) => log(inner), Err(late) => log(late) }
    match h() { Ok(v) => v, _ => fallback() }
    match option { Some(v) => v, None => fallback() }
    while let Some(item) = s.next().await { match item { Some(Err(ref e)) => log(e), _ => {} } }
}
",
    );
    assert_eq!(
        read.failures(),
        [
            "ErrArm - [\"sqlx::Error::RowNotFound\"] | Err(sqlx::Error::RowNotFound) => | none() | call().await",
            "ErrArm - [\"Error::Io\", \"Error::Net\"] | Err(Error::Io(source) | Error::Net(source)) => | {} | call().await",
            "ErrArm e [] guarded | Err(e) if e.is_timeout() => | retry() | call().await",
            "ErrArm - [] | Err(_) => | {} | call().await",
            "ErrArm inner [] | Ok(Err(inner)) => | log(inner) | timeout(d, g()).await",
            "ErrArm late [] | Err(late) => | log(late) | timeout(d, g()).await",
            "ErrArm - [] | _ => | fallback() | h()",
            "ErrArm e [] | Some(Err(ref e)) => | log(e) | item",
        ]
    );
}

#[test]
fn conditions() {
    let read = read(
        "
fn f() {
    if let Err(e) = send() { log(e); } else { fine(); }
    if let Err(e) = send() && urgent { log(e); }
    if let Ok(v) = get() { use_it(v); } else { missing(); }
    if let Ok(v) = get() { use_it(v); }
    if tx.send(1).is_err() { stop(); }
    while let Ok(m) = rx.recv() { handle(m); }
    let Ok(v) = parse() else { return };
    let Some(v) = find() else { return };
    if let Some(v) = find() { use_it(v) }
}
",
    );
    assert_eq!(
        read.failures(),
        [
            "ErrArm e [] | if let Err(e) = send() | { log(e); } | send()",
            "ErrArm e [] guarded | if let Err(e) = send() && urgent | { log(e); } | send()",
            "ErrArm - [] | else | { missing(); } | get()",
            "Discard - [] | if let Ok(v) = get() |  | get()",
            "ErrArm - [] | if tx.send(1).is_err() | { stop(); } | tx.send(1)",
            "Discard - [] | while let Ok(m) = rx.recv() |  | rx.recv()",
            "ErrArm - [] | let Ok(v) = parse() else | { return } | parse()",
        ]
    );
}

#[test]
fn methods_that_drop_or_handle() {
    let read = read(
        "
fn f() {
    save().await.ok();
    let n = text.parse().unwrap_or(0);
    let c = load().unwrap_or_default();
    let d = load().unwrap_or_else(|e| { warn(e); 1 });
    let o = option.unwrap_or_else(|| 2);
    load().map_err(|e| Wrapped(e))?;
    load().inspect_err(|e| warn(e));
    let _ = notify().await;
    let _ = value;
    let _ = write!(out, \"x\");
    let _ = fine()?;
    let _ = sure().unwrap();
    tx.send(1).is_ok();
    if tx.send(1).is_ok() {}
}
",
    );
    assert_eq!(
        read.failures(),
        [
            "Discard - [] | ok() |  | save().await",
            "Discard - [] | unwrap_or(0) |  | text.parse()",
            "Discard - [] | unwrap_or_default() |  | load()",
            "Handler e [] | unwrap_or_else(|e| | { warn(e); 1 } | load()",
            "Blank - [] | let _ = notify().await; |  | notify().await",
            "Blank - [] | let _ = write!(out, \"x\"); |  | write!(out, \"x\")",
            "Discard - [] | is_ok() |  | tx.send(1)",
        ]
    );
}
