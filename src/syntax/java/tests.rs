use crate::facts::code::{BindingKind, CallKind, ExprKind, FailureKind, ResultUse, ScopeKind};
use crate::model::{Language, SourceText};
use crate::syntax::seen::Seen;
use crate::syntax::{Budget, outline};

fn file(text: &str) -> Seen {
    let seen = Seen::new(Language::Java, text);
    assert_eq!(seen.texts(&seen.outline.errors), Vec::<&str>::new(), "{text}");
    seen
}

/// Statements inside a method.
fn body(text: &str) -> Seen {
    file(&format!("class A {{\n void f() {{\n{text}\n }}\n}}\n"))
}

#[test]
fn classes_methods_and_lambdas_are_scopes() {
    let seen = file(
        "@RestController\n@RequestMapping(path = \"/orders\", value = {\"a\", \"b\"})\n\
         public class Orders extends Base<Order> implements Runnable, a.B {\n\
          Orders(Store store) { super(store); this.store = store; }\n\
          @GetMapping(\"/{id}\") public Order load(@PathVariable String id, final List<String> tags, Object... rest) throws E { return null; }\n\
          void run() { Function<A, B> map = (a, b) -> a; each(x -> { go(x); }); new Thread(new Runnable() { public void run() { inner(); } }); }\n\
          static { setup(); }\n { instance(); }\n\
          interface Repo extends JpaRepository<Order, Long> { Order find(long id); }\n\
          record Point(int x, int y) { Point { check(); } }\n\
          enum Kind { A { void m() {} }, B; private final int n = 1; }\n}\n",
    );
    let orders = seen.scope("Orders");
    assert_eq!((orders.kind, orders.exported), (ScopeKind::Class, true));
    assert_eq!(orders.bases, ["Base<Order>", "Runnable", "a.B"]);
    assert_eq!(orders.decorators[0].path, ["RestController"]);
    let mapping = &orders.decorators[1];
    assert_eq!(mapping.args[0].name.as_deref(), Some("path"));
    assert_eq!(seen.show(&mapping.args[1].value), r#"["a", "b"]"#);

    let load = seen.scope("load");
    assert_eq!((load.kind, load.exported, load.owner.as_deref()), (ScopeKind::Method, true, Some("Orders")));
    assert_eq!((load.returns.as_deref(), seen.text(load.body)), (Some("Order"), "{ return null; }"));
    assert_eq!(load.decorators[0].path, ["GetMapping"]);
    let params: Vec<_> = load.params.iter().map(|p| (p.name.as_str(), p.type_text.as_deref().unwrap())).collect();
    assert_eq!(params, [("id", "String"), ("tags", "List<String>"), ("rest", "Object...")]);
    assert!(!seen.scope("run").exported && seen.scope("find").exported);

    let constructors: Vec<_> = seen.outline.scopes.iter().filter(|s| s.kind == ScopeKind::Constructor).collect();
    assert_eq!(constructors.len(), 3);
    let map = seen.scope("map");
    assert_eq!((map.kind, map.params.len(), seen.text(map.body)), (ScopeKind::Closure, 2, "a"));
    let go = &seen.outline.scopes[seen.call("go").scope.index()];
    assert_eq!((go.kind, go.params[0].name.as_str(), go.owner.as_deref()), (ScopeKind::Closure, "x", Some("Orders")));
    let setup = &seen.outline.scopes[seen.call("setup").scope.index()];
    assert_eq!((setup.kind, setup.once), (ScopeKind::Function, true));
    let inner = &seen.outline.scopes[seen.call("inner").scope.index()];
    let anonymous = &seen.outline.scopes[inner.parent.unwrap().index()];
    assert_eq!(
        (anonymous.kind, anonymous.bases.join(","), anonymous.once),
        (ScopeKind::Class, "Runnable".to_owned(), false)
    );
    assert_eq!(seen.scope("Repo").bases, ["JpaRepository<Order, Long>"]);
    assert_eq!(seen.owner_path(seen.scope("m")), "Orders.Kind.A.m");
}

#[test]
fn types_have_fields_and_markers() {
    let seen = file(
        "@Slf4j @lombok.RequiredArgsConstructor class A extends B {\n private static final Logger log = LoggerFactory.getLogger(A.class);\n\
          private int a, b = 2;\n void f() { int local; }\n}\nrecord P(String name) {}\nenum E { X; final Meter meter; }\n",
    );
    let a = seen.type_decl("A");
    assert_eq!((a.markers.join(","), a.bases.join(",")), ("Slf4j,RequiredArgsConstructor".to_owned(), "B".to_owned()));
    let fields: Vec<_> = a.fields.iter().map(|f| (f.name.as_str(), f.type_text.as_deref().unwrap())).collect();
    assert_eq!(fields, [("log", "Logger"), ("a", "int"), ("b", "int")]);
    assert_eq!(seen.show(a.fields[0].value.as_ref().unwrap()), "LoggerFactory.getLogger(A.class)");
    assert_eq!(seen.type_decl("P").fields[0].name, "name");
    assert_eq!(seen.type_decl("E").fields[0].type_text.as_deref(), Some("Meter"));
}

#[test]
fn imports_may_be_static_or_of_everything() {
    let seen = file("package x;\nimport a.b.C;\nimport static a.B.c;\nimport a.b.*;\nimport static a.B.*;\n");
    assert_eq!(seen.imports(), ["a.b:C as C", "a.B:c as c", "a.b:* as *", "a.B:* as *"]);
}

#[test]
fn names_receive_values() {
    let seen = file(
        "class A {\n private static final Logger log = LoggerFactory.getLogger(A.class);\n void f() {\n var x = load(), y = 1;\n\
         final String s;\n this.store = store;\n n += g();\n while ((line = in.readLine()) != null) {}\n\
         try (Scope scope = span.makeCurrent(); existing) {}\n for (Order o : orders()) {}\n if (v instanceof Foo foo) {}\n }\n}",
    );
    assert_eq!(
        seen.bindings(),
        [
            "log 0/1 Declared = LoggerFactory.getLogger(A.class)",
            "x 0/1 Declared = load()",
            "y 0/1 Declared = 1",
            "s 0/1 Declared = -",
            "this.store 0/1 Assigned = store",
            "line 0/1 Assigned = in.readLine()",
            "scope 0/1 Managed = span.makeCurrent()",
            "existing 0/1 Managed = existing",
            "o 0/1 Declared = -",
            "foo 0/1 Declared = v",
        ]
    );
    let log = seen.binding("log");
    assert_eq!((log.type_text.as_deref(), log.constant), (Some("Logger"), true));
    assert_eq!(seen.outline.scopes[log.scope.index()].name.as_deref(), Some("A"));
    assert!(seen.text(log.statement).starts_with("private static") && seen.text(log.statement).ends_with(';'));
    assert_eq!((seen.binding("x").type_text.as_deref(), seen.binding("s").constant), (None, true));
    assert_eq!(seen.text(seen.binding("this.store").statement), "this.store = store;");
    assert_eq!(seen.binding("scope").kind, BindingKind::Managed);
    assert_eq!(seen.text(seen.binding("o").statement), "for (Order o : orders()");
    assert_eq!(seen.call("load").result, ResultUse::Bound);
    assert_eq!(seen.call("g").result, ResultUse::Used);
}

#[test]
fn calls_have_chains_arguments_and_uses() {
    let seen = body(
        "log.error(\"a\\t{} \" + id, e);\nlog.atInfo().addKeyValue(\"k\", v).log(\"m\");\nthis.client.<T>send(req, HttpResponse.BodyHandlers.ofString());\n\
         new Thread(this::run).start();\nmap.put(\"k\", new ArrayList<>(List.of(1)));\n((Foo) x).bar(Order::new, a -> b(a), -1);\n\
         for (int i = 0; i < n; i++) save(i);\nint y = switch (k) { case 1 -> one(); default -> { yield two(); } };\n\"x\".equals(z);\nsuper.close();\nint[] q = new int[]{1, 2};\n",
    );
    let error = seen.call("log.error");
    assert_eq!(seen.show_call(error), "log.error(<\"a\\t{} \", id>, e)");
    assert_eq!((error.result, seen.text(error.name_span)), (ResultUse::Discarded, "error"));
    let log = seen.call("log");
    assert_eq!(seen.show_call(log), r#"log.atInfo().addKeyValue("k", v).log("m")"#);
    assert_eq!(seen.call("log.atInfo").result, ResultUse::Chained);
    let send = seen.call("this.client.send");
    assert_eq!(seen.show_call(send), "this.client.send(req, HttpResponse.BodyHandlers.ofString())");
    assert_eq!(seen.text(send.statement), "this.client.<T>send(req, HttpResponse.BodyHandlers.ofString());");
    assert_eq!(seen.show_call(seen.call("start")), "Thread(this.run).start()");
    assert_eq!((seen.call("Thread").kind, seen.call("ArrayList").kind), (CallKind::New, CallKind::New));
    assert_eq!(seen.show_call(seen.call("x.bar")), "x.bar(Order.new, closure#3, <1>)");
    assert_eq!(seen.call("b").result, ResultUse::Returned);
    assert!(seen.call("save").in_loop && seen.call("save").result == ResultUse::Discarded);
    assert_eq!(seen.call("one").result, ResultUse::Returned);
    assert_eq!(seen.show(seen.binding("y").value.as_ref().unwrap()), "<k, one()>");
    assert_eq!(seen.call("?.equals").args.len(), 1);
    assert_eq!(seen.call("super.close").result, ResultUse::Discarded);
    assert_eq!(seen.show(seen.binding("q").value.as_ref().unwrap()), "[1, 2]");
}

#[test]
fn strings_are_decoded() {
    let seen = body(
        "var a = \"x\\n\\u00df\\\"\";\nvar b = \"\"\"\n    one\n      two {}\n\n    \"three\\\"\n    \"\"\";\nvar c = 'c';",
    );
    let text = |name: &str| match &seen.binding(name).value.as_ref().unwrap().kind {
        ExprKind::Str { text, .. } => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text("a"), "x\nß\"");
    assert_eq!(text("b"), "one\n  two {}\n\n\"three\"\n");
    assert_eq!(seen.show(seen.binding("c").value.as_ref().unwrap()), "'c'");
}

#[test]
fn every_catch_clause_is_a_failure() {
    let seen = body(
        "try { a(); } catch (IOException | a.SQLException e) { log(e); } catch (final Exception _) { } finally { c(); }\n\
         try (In in = open()) { b(in); } catch (E ignored) { }",
    );
    assert_eq!(
        seen.failures(),
        [
            "Catch(catch (IOException | a.SQLException e)) e [IOException, a.SQLException] | { log(e); } | { a(); }",
            "Catch(catch (final Exception _)) - [Exception] | { } | { a(); }",
            "Catch(catch (E ignored)) ignored [E] | { } | (In in = open()) { b(in); }",
        ]
    );
    assert_eq!(seen.texts(&seen.outline.deferred), ["{ c(); }"]);
}

#[test]
fn handlers_of_futures_and_streams_are_failures() {
    let seen = body(
        "load(id).exceptionally(e -> { return null; });\n\
         repo.find(id).onErrorResume(IOException.class, e -> Mono.empty());\n\
         mono.onErrorReturn(fallback);\nf.handle((v, ex) -> { if (ex != null) { return 1; } return v; });\nx.handle(request, response);\n\
         f.exceptionally(this::recover);\nm.doOnError(e -> log(e));\nm.onErrorResume(t -> t.ok(), e -> null);\nhandle((v, ex) -> v);",
    );
    assert_eq!(
        seen.failures(),
        [
            "Handler(exceptionally) e [] | { return null; } | load(id)",
            "Handler(onErrorResume) e [IOException] | Mono.empty() | repo.find(id)",
            "Handler(onErrorReturn) - [] | fallback | mono",
            "Handler(handle) ex [] | { if (ex != null) { return 1; } return v; } | f",
            "Handler(exceptionally) - [] | this::recover | f",
            "Handler(onErrorResume) e [] | null | m",
        ]
    );
}

#[test]
fn callbacks_that_are_given_an_error_are_failures() {
    let seen = body(
        "producer.send(record, (metadata, exception) -> { if (exception != null) { log(exception); } else { ok(); } });\n\
         if (ex != null) { }\nrun(e -> { if (e != null) { } });\nsend((a, b) -> { if (b != null) { } });",
    );
    assert_eq!(
        seen.failures(),
        ["Callback(if (exception != null)) exception [] | { log(exception); } | producer.send(record, "]
    );
    assert_eq!(seen.outline.failures[0].kind, FailureKind::Callback);
}

#[test]
fn ways_out_carry_their_values() {
    let seen = body(
        "while (a) { if (b) break; continue; }\nif (c) return;\nif (d) return load();\nSystem.exit(1);\nRuntime.getRuntime().halt(2);\n\
         throw new E(\"x\", cause);",
    );
    assert_eq!(
        seen.exits(),
        [
            "Break: ",
            "Continue: ",
            "Return: ",
            "Return: load()",
            "Terminate: 1",
            "Terminate: 2",
            "Throw: E(\"x\", cause)",
        ]
    );
    assert_eq!(seen.call("load").result, ResultUse::Returned);
}

#[test]
fn regions_are_recorded() {
    let seen = body(
        "// note\nif (a) b(); else { c(); }\nswitch (x) { case 1: d(); break; default: e(); }\nswitch (y) { case 1 -> g(); default -> { h(); } }\n\
         try { i(); } catch (E e) { j(); }\nfor (;;) { k(); }\ndo { l(); } while (m);",
    );
    assert_eq!(seen.texts(&seen.outline.comments), ["// note"]);
    assert_eq!(
        seen.texts(&seen.outline.branches),
        ["b();", "{ c(); }", "case 1: d(); break;", "default: e();", "g();", "{ h(); }", "{ j(); }"]
    );
    assert_eq!(seen.texts(&seen.outline.loops), ["{ k(); }", "{ l(); }"]);
}

#[test]
fn tests_are_known_by_marker_or_framework() {
    let seen = file("class A { @Test void works() { run(() -> 1); } void other() {} }");
    assert!(seen.scope("works").is_test && !seen.scope("other").is_test);
    let seen = file("import org.junit.jupiter.api.Test;\nclass A { void other() {} }");
    assert!(seen.scope("other").is_test);
}

#[test]
fn broken_and_hostile_files_give_an_outline() {
    for text in [
        "class A { void f( {".to_owned(),
        format!("class A {{ int x = {}1{}; }}", "(".repeat(3000), ")".repeat(3000)),
        format!("class A {{ String s = \"\"{}; }}", " + \"a\" + b".repeat(3000)),
        format!("class A {{ void f() {{ a{}; }} }}", ".b()".repeat(3000)),
        "class A { String s = \"\"\"\n  ß\n ".to_owned(),
        "import ;\nclass { }".to_owned(),
    ] {
        outline(Language::Java, &SourceText::new(text), &Budget::default());
    }
}
