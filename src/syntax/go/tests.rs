use crate::facts::code::*;
use crate::model::{Language, SourceText, Span};
use crate::syntax::seen::Seen;
use crate::syntax::{Budget, outline};

/// Error, types, what is protected, guarded.
fn failures(read: &Seen, kind: FailureKind) -> Vec<(Option<&str>, Vec<&str>, &str, bool)> {
    let of_kind = read.outline.failures.iter().filter(|failure| failure.kind == kind);
    of_kind
        .map(|failure| {
            let types = failure.types.iter().map(String::as_str).collect();
            (failure.error.as_deref(), types, read.text(failure.protected), failure.guarded)
        })
        .collect()
}

fn file(text: &str) -> Seen {
    let read = Seen::new(Language::Go, text);
    assert_eq!(read.texts(&read.outline.errors), Vec::<&str>::new(), "{text}");
    read
}

/// Statements inside a function.
fn body(text: &str) -> Seen {
    file(&format!("package p\n\nfunc f() {{\n{text}\n}}\n"))
}

fn path(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Path(path) => path.join("."),
        other => panic!("not a path: {other:?}"),
    }
}

#[test]
fn functions_methods_and_closures_are_scopes() {
    let read = file(
        "package p\n\
         func Load(ctx context.Context, ids ...int) (*Order, error) { return nil, nil }\n\
         func (s *Stack[T]) push(a, b T, _ int) {}\n\
         func (Server) Close() error { run := func(x int) { go work() }; return nil }\n\
         func init() {}\n\
         func TestIt(t *testing.T) { t.Run(\"a\", func(t *testing.T) {}) }\n",
    );
    let load = read.scope("Load");
    assert_eq!((load.kind, load.exported, load.once, load.owner.as_deref()), (ScopeKind::Function, true, false, None));
    assert_eq!(load.returns.as_deref(), Some("(*Order, error)"));
    let params: Vec<_> = load.params.iter().map(|p| (p.name.as_str(), p.type_text.as_deref().unwrap())).collect();
    assert_eq!(params, [("ctx", "context.Context"), ("ids", "...int")]);

    let push = read.scope("push");
    assert_eq!((push.kind, push.exported, push.owner.as_deref()), (ScopeKind::Method, false, Some("Stack")));
    let params: Vec<_> = push.params.iter().map(|p| (p.name.as_str(), p.type_text.as_deref().unwrap())).collect();
    assert_eq!(params, [("s", "*Stack[T]"), ("a", "T"), ("b", "T"), ("_", "int")]);
    assert_eq!(read.text(push.body), "{}");

    let run = read.scope("run");
    assert_eq!((run.kind, run.owner.as_deref()), (ScopeKind::Closure, Some("Server")));
    assert_eq!(run.parent.map(|id| read.outline.scopes[id.index()].name.as_deref()), Some(Some("Close")));
    assert_eq!(read.call("work").scope, ScopeId(4));
    assert!(read.scope("init").once && read.scope("TestIt").is_test);
    assert!(read.outline.scopes.last().is_some_and(|closure| closure.is_test));
}

#[test]
fn what_runs_once_is_known() {
    let read = file(
        "package p\nvar get = sync.OnceValue(func() int { return 1 })\n\
         func f() { c.initOnce.Do(func() { setup() }); each.Do(func() {}) }\n",
    );
    let closures: Vec<_> =
        read.outline.scopes.iter().filter(|s| s.kind == ScopeKind::Closure).map(|s| s.once).collect();
    assert_eq!(closures, [true, true, false]);
}

#[test]
fn imports_go_by_the_name_of_their_package() {
    let read = file(
        "package p\nimport \"log/slog\"\nimport (\n l \"github.com/sirupsen/logrus\"\n . \"strings\"\n _ \"net/http/pprof\"\n \
         \"gopkg.in/yaml.v3\"\n \"github.com/labstack/echo/v4\"\n `github.com/redis/go-redis/v9`\n)\n",
    );
    let imports: Vec<_> =
        read.outline.imports.iter().map(|i| (i.module.as_str(), i.name.as_deref(), i.alias.as_str())).collect();
    assert_eq!(
        imports,
        [
            ("log/slog", None, "slog"),
            ("github.com/sirupsen/logrus", None, "l"),
            ("strings", Some("*"), "*"),
            ("net/http/pprof", None, "_"),
            ("gopkg.in/yaml.v3", None, "yaml"),
            ("github.com/labstack/echo/v4", None, "echo"),
            ("github.com/redis/go-redis/v9", None, "redis"),
        ]
    );
}

#[test]
fn names_receive_values_with_positions_and_types() {
    let read = file(
        "package p\nconst A, B = 1, \"b\"\nvar log *zap.Logger\nvar (\n tracer, meter = otel.Tracer(\"t\"), m()\n)\n\
         func f(ch chan error) {\n ctx, span := tracer.Start(bg, \"x\")\n s.log = log.With(1)\n m[k], err = g()\n n += h()\n\
         for i, v := range list() {}\n select { case e := <-ch: use(e) }\n switch t := x.(type) { case int: use(t) }\n}\n",
    );
    let span = read.binding("span");
    assert_eq!((span.position, span.arity, span.kind), (1, 2, BindingKind::Declared));
    assert_eq!(read.text(span.statement), "ctx, span := tracer.Start(bg, \"x\")");
    assert_eq!(read.call("tracer.Start").result, ResultUse::Bound);
    let b = read.binding("B");
    assert_eq!((b.constant, b.position, b.arity), (true, 0, 1));
    assert!(matches!(&b.value, Some(Expr { kind: ExprKind::Str { text, .. }, .. }) if text == "b"));
    let log = read.binding("log");
    assert_eq!((log.type_text.as_deref(), log.scope), (Some("*zap.Logger"), ScopeId::FILE));
    assert_eq!(read.text(log.statement), "var log *zap.Logger");
    assert!(matches!(read.binding("meter").value, Some(Expr { kind: ExprKind::Call(_), .. })));
    assert_eq!(read.binding("s.log").kind, BindingKind::Assigned);
    let err = read.binding("err");
    assert_eq!((err.position, err.arity), (1, 2));
    assert!(read.outline.bindings.iter().all(|binding| binding.path != ["n"]));
    assert_eq!(read.call("h").result, ResultUse::Used);
    assert!(read.binding("v").value.is_none() && read.binding("e").value.is_some());
    assert_eq!(path(read.binding("t").value.as_ref().unwrap()), "x");
    assert_eq!(read.text(read.binding("t").statement), "t := x");
}

#[test]
fn calls_have_chains_arguments_and_uses() {
    let read = body(
        "log.Error().Err(err).Msg(\"a\\tb\\u00df\" + `c\\`)\n\
         s.client.Do(req, args...)\nhandlers[i](x)\nNew[int, string](1)\nh.Sum[int](a, b)\nstring(raw)\n[]byte(raw)\n(*T)(nil)\n\
         go s.run(ctx)\ndefer rows.Close()\nfor _, o := range orders { save(o) }\nfunc() { inner() }()\n",
    );
    let message = read.call("Msg");
    let base = &read.outline.calls[message.base.unwrap().index()];
    assert_eq!((base.path.join("."), base.result), ("Err".to_owned(), ResultUse::Chained));
    assert_eq!(message.result, ResultUse::Discarded);
    assert_eq!(read.text(message.name_span), "Msg");
    let ExprKind::Compound(parts) = &message.args[0].value.kind else { panic!("{message:?}") };
    let texts: Vec<_> = parts
        .iter()
        .map(|part| match &part.kind {
            ExprKind::Str { text, .. } => text.as_str(),
            _ => "",
        })
        .collect();
    assert_eq!(texts, ["a\tbß", "c\\"]);
    assert!(matches!(read.call("s.client.Do").args[1].value.kind, ExprKind::Spread(_)));
    assert_eq!(read.call("?").args.len(), 1);
    assert_eq!((read.call("New").args.len(), read.call("New").result), (1, ResultUse::Discarded));
    assert_eq!(read.call("h.Sum").args.len(), 2);
    assert!(read.outline.calls.iter().all(|call| call.path != ["string"] && !read.text(call.span).contains("T)(nil")));
    assert_eq!(read.text(read.call("s.run").statement), "go s.run(ctx)");
    assert_eq!(read.call("rows.Close").result, ResultUse::Discarded);
    assert_eq!(read.text(read.outline.deferred[0]), "defer rows.Close()");
    assert!(read.call("save").in_loop && !read.call("s.run").in_loop);
    assert_eq!(read.outline.scopes[read.call("inner").scope.index()].kind, ScopeKind::Closure);
}

#[test]
fn composite_literals_are_new_records_or_lists() {
    let read = body(
        "c := &http.Client{Timeout: 5 * time.Second}\n\
         v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: \"a_total\"}, []string{\"code\", method})\n\
         m := map[string]any{\"user\": id, key(): 1}\n\
         l := []Opt{{Name: \"x\"}, {2}}\n\
         a := prometheus.Labels{\"code\": c, semconv.Key: d}\n",
    );
    let client = read.call("http.Client");
    assert_eq!((client.kind, client.args[0].name.as_deref()), (CallKind::New, Some("Timeout")));
    assert!(matches!(read.binding("c").value, Some(Expr { kind: ExprKind::Call(_), .. })));
    assert_eq!(client.result, ResultUse::Bound);
    let vec = read.call("prometheus.NewCounterVec");
    assert!(matches!(vec.args[0].value.kind, ExprKind::Call(_)));
    assert!(matches!(&vec.args[1].value.kind, ExprKind::List(labels) if labels.len() == 2));
    let Some(Expr { kind: ExprKind::Record(entries), .. }) = &read.binding("m").value else { panic!() };
    assert_eq!(entries.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["user", ""]);
    let Some(Expr { kind: ExprKind::List(items), .. }) = &read.binding("l").value else { panic!() };
    assert!(matches!(&items[0].kind, ExprKind::Record(entries) if entries[0].0 == "Name"));
    assert!(matches!(&items[1].kind, ExprKind::List(_)));
    let names: Vec<_> = read.call("prometheus.Labels").args.iter().map(|arg| arg.name.as_deref()).collect();
    assert_eq!(names, [Some("code"), Some("semconv.Key")]);
}

#[test]
fn an_error_check_knows_what_failed() {
    let read = body(
        "x, err := load()\nif err != nil { return err }\n\
         if err := save(x); err != nil { log(err) }\n\
         if y, cerr := get(); nil != cerr { use(y) } else if err != nil { b() }\n\
         res.Err = run()\nif res.Err != nil { }\n\
         if err := db.Create(x).Error; err != nil { }\n\
         if db.Save(x).Error != nil { }\n\
         if ok != nil { }\nif r := recover(); r != nil { log(r) }",
    );
    assert_eq!(
        failures(&read, FailureKind::IfErr),
        [
            (Some("err"), vec![], "x, err := load()", false),
            (Some("err"), vec![], "err := save(x)", false),
            (Some("cerr"), vec![], "y, cerr := get()", false),
            (Some("err"), vec![], "x, err := load()", false),
            (Some("res.Err"), vec![], "res.Err = run()", false),
            (Some("err"), vec![], "err := db.Create(x).Error", false),
            (None, vec![], "db.Save(x).Error", false),
            (Some("r"), vec![], "r := recover()", false),
        ]
    );
    let first = &read.outline.failures[0];
    assert_eq!(read.text(first.header), "if err != nil");
    assert_eq!(read.text(first.body), "{ return err }");
    assert_eq!(read.text(first.span), "if err != nil { return err }");
    let third = &read.outline.failures[2];
    assert_eq!(read.text(third.span), "if y, cerr := get(); nil != cerr { use(y) }");
}

#[test]
fn conditions_that_say_more_are_guarded_and_typed() {
    let read = body(
        "err := f()\n\
         if err != nil && !os.IsNotExist(err) { }\n\
         if errors.Is(err, sql.ErrNoRows) || err == io.EOF { }\n\
         var pgErr *pgconn.PgError\nif errors.As(err, &pgErr) { }\n\
         if ErrGone == err { }\n\
         if status.Code(err) == codes.NotFound { }\n\
         if apierrors.IsNotFound(err) { }\n\
         if err != io.EOF { }\nif p == api.PhaseError { }\nif !errors.Is(err, ErrX) { }\n\
         if err == nil { ok() } else { bad() }\nif err == nil && ready { } else { no() }\n\
         if err1 != nil || err2 != nil { }",
    );
    let found = failures(&read, FailureKind::IfErr);
    let brief: Vec<_> =
        found.iter().map(|(error, types, _, guarded)| (error.unwrap(), types.join(","), *guarded)).collect();
    let expected = [
        ("err", "", true),
        ("err", "sql.ErrNoRows,io.EOF", true),
        ("err", "pgconn.PgError", true),
        ("err", "ErrGone", true),
        ("err", "codes.NotFound", true),
        ("err", "apierrors.IsNotFound", true),
        ("err", "", false),
        ("err1", "", false),
    ];
    assert_eq!(brief, expected.map(|(error, types, guarded)| (error, types.to_owned(), guarded)));
    assert!(found[..7].iter().all(|(_, _, protected, _)| *protected == "err := f()"));
    assert_eq!(read.text(read.outline.failures[6].body), "{ bad() }");
    assert_eq!(read.text(read.outline.failures[6].header), "else");
}

#[test]
fn switches_over_errors_are_failures() {
    let read = body(
        "err := f()\nswitch { case errors.Is(err, A): a()\ncase err != nil: b()\ndefault: c() }\n\
         switch err { case nil: ok()\ncase A, B: d()\ndefault: e() }\n\
         switch e := err.(type) { case nil: ok()\ncase *NotFound: g(e) }\n\
         switch { case err == nil: ok()\ndefault: h() }",
    );
    let found = failures(&read, FailureKind::IfErr);
    let bodies: Vec<_> = read.outline.failures.iter().map(|failure| read.text(failure.body)).collect();
    assert_eq!(bodies, ["a()", "b()", "d()", "e()", "g(e)", "h()"]);
    assert_eq!(found[0], (Some("err"), vec!["A"], "err := f()", true));
    assert_eq!(found[1], (Some("err"), vec![], "err := f()", false));
    assert_eq!(found[2], (Some("err"), vec!["A", "B"], "err := f()", true));
    assert_eq!(found[4], (Some("e"), vec!["*NotFound"], "err := f()", true));
    assert_eq!(found[5], (Some("err"), vec![], "err := f()", false));
    assert_eq!(read.text(read.outline.failures[1].header), "case err != nil");
}

#[test]
fn the_producer_of_an_error_is_looked_up_in_the_blocks_around() {
    let read = file(
        "package p\nfunc f(err error) (res int, rerr error) {\n\
         if err != nil { }\n\
         defer func() { if rerr != nil { mark() } }()\n\
         a, aerr := one()\nif aerr != nil { aerr = wrap(aerr); return }\n\
         if errors.Is(aerr, X) { if aerr == Y { } }\n\
         var berr error\nif a > 0 { berr = two() } else { berr = three() }\nif berr != nil { }\n\
         c, cerr := four()\nif cerr == nil { cerr = five(c) }\nif cerr != nil { }\n\
         go func() { if cerr != nil { } }()\n}\n",
    );
    let protected: Vec<_> = failures(&read, FailureKind::IfErr).iter().map(|failure| failure.2.to_owned()).collect();
    assert_eq!(
        protected,
        [
            "if err != nil",
            "if rerr != nil",
            "a, aerr := one()",
            "a, aerr := one()",
            "a, aerr := one()",
            "berr = two() } else { berr = three()",
            "c, cerr := four()\nif cerr == nil { cerr = five(c)",
            "c, cerr := four()\nif cerr == nil { cerr = five(c)",
        ]
    );
}

#[test]
fn blanks_count_only_for_the_last_value_of_a_call() {
    let read = body(
        "_ = f()\nx, _ := g()\n_, err := h()\nv, _ := m[k]\nw, _ := x.(T)\n_ = x\nfor range ch { _, _ = i() }\n_ = append(a, b)\n\
         _ = T{}\nb, _ := <-ch\n_ = string(x)",
    );
    let blanks: Vec<_> = failures(&read, FailureKind::Blank).iter().map(|failure| failure.2.to_owned()).collect();
    assert_eq!(blanks, ["f()", "g()", "i()"]);
    assert_eq!(read.call("g").result, ResultUse::Blank);
    assert_eq!(read.call("h").result, ResultUse::Bound);
}

#[test]
fn ways_out_carry_their_values() {
    let read = body(
        "for { if a { break }; continue }\nif b { return nil, fmt.Errorf(\"x: %w\", err) }\nif c { return }\npanic(err)\nos.Exit(1)\n\
         log.Fatalf(\"a\", err)\nruntime.Goexit()\nreturn load()",
    );
    let exits: Vec<_> = read.outline.exits.iter().map(|exit| (exit.kind, exit.values.len())).collect();
    use ExitKind::{Break, Continue, Return, Terminate};
    assert_eq!(
        exits,
        [
            (Break, 0),
            (Continue, 0),
            (Return, 2),
            (Return, 0),
            (Terminate, 1),
            (Terminate, 1),
            (Terminate, 2),
            (Terminate, 0),
            (Return, 1),
        ]
    );
    assert_eq!(read.call("load").result, ResultUse::Returned);
    assert_eq!(read.call("fmt.Errorf").result, ResultUse::Returned);
}

#[test]
fn types_have_fields_and_embedded_bases() {
    let read = file(
        "package p\ntype Server struct {\n *Base\n pb.UnimplementedShopServer\n log, audit *slog.Logger `json:\"l\"`\n}\n\
         type Store interface {\n io.Closer\n Load(ctx context.Context) (int, error)\n}\ntype Id = other.Id\ntype N int\n",
    );
    let types: Vec<_> = read.outline.types.iter().map(|decl| (decl.name.as_str(), decl.bases.join(","))).collect();
    let expected = [("Server", "*Base,pb.UnimplementedShopServer"), ("Store", "io.Closer"), ("N", "int")];
    assert_eq!(types, expected.map(|(name, bases)| (name, bases.to_owned())));
    let fields: Vec<_> =
        read.outline.types[0].fields.iter().map(|f| (f.name.as_str(), f.type_text.as_deref())).collect();
    assert_eq!(fields, [("log", Some("*slog.Logger")), ("audit", Some("*slog.Logger"))]);
    assert_eq!(read.outline.types[1].fields[0].type_text.as_deref(), Some("(ctx context.Context) (int, error)"));
}

#[test]
fn regions_are_recorded() {
    let read =
        body("// note\nif a { b() } else { c() }\nswitch x { case 1: d()\ndefault: e() }\nselect { case <-ch: g() }");
    let texts = |spans: &[Span]| spans.iter().map(|span| read.text(*span).trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(texts(&read.outline.comments), ["// note"]);
    assert_eq!(texts(&read.outline.branches), ["{ b() }", "{ c() }", "d()", "e()", "g()"]);
    assert_eq!(read.outline.blocks.len(), 6);
}

#[test]
fn broken_and_hostile_files_give_an_outline() {
    for text in [
        "package p\nfunc f( {".to_owned(),
        format!("package p\nvar x = {}1{}", "(".repeat(3000), ")".repeat(3000)),
        format!("package p\nfunc f() {{ if {}err != nil {{}} }}", "a && ".repeat(3000)),
        format!("package p\nvar x = {}", "T{".repeat(3000)),
        "if err != nil { } else".to_owned(),
    ] {
        outline(Language::Go, &SourceText::new(text), &Budget::default());
    }
}
