//! Snippets of JavaScript and TypeScript and what the outline says about them.

use crate::facts::code::{CallKind, ResultUse, ScopeKind};
use crate::model::{Language, SourceText};
use crate::syntax::seen::Seen;
use crate::syntax::{Budget, outline};

fn js(text: &str) -> Seen {
    Seen::new(Language::JavaScript, text)
}

fn ts(text: &str) -> Seen {
    Seen::new(Language::TypeScript, text)
}

fn tsx(text: &str) -> Seen {
    Seen::new(Language::Tsx, text)
}

#[test]
fn functions_are_named_by_what_holds_them() {
    let seen = js(concat!(
        "function a() {}\nconst b = async (x) => x;\nlet c = function () {};\nthis.d = () => 1;\nexports.e = function* () {};\n",
        "run({ f: async () => {}, g() {}, 'h-i': () => {}, [k]: () => {} });\nclass L { m() {} n = () => {}; #o() {} }\n",
        "const P = class extends Q {};\n",
    ));
    let scopes = seen.outline.scopes.iter().skip(1);
    let seen_as: Vec<_> = scopes.map(|s| format!("{:?} {}", s.kind, s.name.as_deref().unwrap_or("-"))).collect();
    assert_eq!(
        seen_as,
        [
            "Function a",
            "Closure b",
            "Closure c",
            "Closure d",
            "Closure e",
            "Closure f",
            "Method g",
            "Closure h-i",
            "Closure -",
            "Class L",
            "Method m",
            "Closure n",
            "Method o",
            "Class P"
        ]
        .map(|name| name.replace("Method o", "Method #o"))
    );
    assert!(seen.scope("b").is_async && !seen.scope("c").is_async);
    assert_eq!(seen.scope("n").owner.as_deref(), Some("L"));
    assert_eq!(seen.scope("f").owner.as_deref(), Some("{}"));
    assert_eq!(seen.scope("P").bases, ["Q"]);
    assert_eq!(seen.text(seen.scope("b").body), "x");
}

#[test]
fn parameters_with_types_defaults_and_destructuring() {
    let seen = ts(concat!(
        "function f(this: T, a: string, b?: number, c = 1, { d, e: { g = 2 } = {}, ...r }: { d: Logger }, [h], ",
        "...more: X[]): Promise<Y> {}\nconst one = x => x;\n",
    ));
    let shown = |name: &str| {
        let params = seen.scope(name).params.iter();
        params.map(|p| format!("{}:{}", p.name, p.type_text.as_deref().unwrap_or("-"))).collect::<Vec<_>>()
    };
    assert_eq!(shown("f"), ["a:string", "b:number", "c:-", "d:Logger", "g:-", "r:{ d: Logger }", "h:-", "more:X[]"]);
    assert_eq!(seen.scope("f").returns.as_deref(), Some("Promise<Y>"));
    assert_eq!(shown("one"), ["x:-"]);
}

#[test]
fn classes_with_decorators_fields_and_parameter_properties() {
    let seen = ts(concat!(
        "@Injectable()\nexport class Svc extends Base<T> implements I, J {\n",
        "  private readonly log: Logger = new Logger(Svc.name);\n  static count = 0;\n  @Input() name?: string;\n",
        "  constructor(private readonly db: Db, @Inject(X) public y = z, q: Q) { super(); this.q = q; }\n",
        "  @Get('/x')\n  @Roles(A)\n  async get(@Param('id') id: string) { return this.db.find(id); }\n  private hidden() {}\n",
        "  static { start(); }\n}\nabstract class Abs { abstract f(): void; g(): void {} }\nnamespace N { function inner() {} }\n",
    ));
    let svc = seen.type_decl("Svc");
    assert_eq!(svc.bases, ["Base<T>", "I", "J"]);
    assert_eq!(svc.markers, ["Injectable"]);
    let fields: Vec<_> = svc.fields.iter().map(|f| (f.name.as_str(), f.type_text.as_deref())).collect();
    let expected =
        [("log", Some("Logger")), ("count", None), ("name", Some("string")), ("db", Some("Db")), ("y", None)];
    assert_eq!(fields, expected);
    assert_eq!(seen.show(svc.fields[0].value.as_ref().unwrap()), "Logger(Svc.name)");
    let get = seen.scope("get");
    assert_eq!(get.decorators.iter().map(|d| d.path.join(".")).collect::<Vec<_>>(), ["Get", "Roles"]);
    assert_eq!(
        (get.kind, get.owner.as_deref(), get.is_async, get.exported),
        (ScopeKind::Method, Some("Svc"), true, true)
    );
    assert_eq!(get.params[0].name, "id");
    assert!(!seen.scope("hidden").exported && !seen.scope("g").exported);
    assert_eq!(seen.scope("constructor").kind, ScopeKind::Constructor);
    assert_eq!(
        seen.outline.scopes.iter().filter(|s| s.once).map(|s| seen.text(s.body)).collect::<Vec<_>>()[1..],
        ["{ start(); }"]
    );
    assert_eq!(seen.call("this.db.find").result, ResultUse::Returned);
    assert_eq!(seen.bindings()[5], "this.q 0/1 Assigned = q");
    assert_eq!(seen.owner_path(seen.scope("inner")), "N.inner");
}

#[test]
fn imports_in_every_form() {
    let seen = ts(concat!(
        "import x, { a as b, type C, default as d } from 'm';\nimport * as ns from 'n';\nimport type { T } from 't';\n",
        "import 'side';\nimport fs = require('fs');\nconst p = require('p'), { q, r: { s }, t: u } = require('q');\n",
        "const v = require('v').default;\nconst w = require('w')(1);\n",
        "export { a2, b2 as c2 } from 'm2';\nexport * from 'm3';\nexport * as all from 'm4';\nexport { ns, x as y };\n",
    ));
    let mut imports = seen.imports();
    imports.sort();
    assert_eq!(
        imports,
        [
            "fs:- as fs",
            "m2:a2 as a2 again",
            "m2:b2 as c2 again",
            "m3:* as * again",
            "m4:- as all again",
            "m:C as C",
            "m:a as b",
            "m:default as d",
            "m:default as x",
            "m:default as y again",
            "n:- as ns again",
            "p:- as p",
            "q:q as q",
            "q:r as s",
            "q:t as u",
            "side:- as ",
            "t:T as T",
            "v:default as v"
        ]
    );
    assert_eq!(seen.bindings(), ["w 0/1 Declared = require(\"w\").?(1)"].map(|text| text.replace(".?", ".")));
}

#[test]
fn what_is_visible_outside() {
    let seen = js(concat!(
        "export function a() {}\nexport const b = () => {};\nfunction c() {}\nfunction d() {}\nexport { c };\n",
        "function e() {}\nmodule.exports = { e, f: () => {} };\nexports.g = function () {};\n",
        "export default async (req) => {};\nexport class H { i() {} #j() {} }\nexport { d as k };\n",
    ));
    let shown: Vec<_> = seen.outline.scopes.iter().skip(1).filter(|s| s.exported).map(|s| s.name.as_deref()).collect();
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(Some).into_iter().chain([None, Some("H"), Some("i")]);
    assert_eq!(shown, names.collect::<Vec<_>>());
    assert_eq!(seen.show(seen.binding("k").value.as_ref().unwrap()), "d");
    assert!(seen.show(seen.binding("default").value.as_ref().unwrap()).starts_with("closure"));
    let class = ts("export default class Foo {}\nexport = bar;\nfunction bar() {}\n");
    assert_eq!(class.bindings(), ["default 0/1 Declared = Foo"]);
    assert!(class.scope("Foo").exported && class.scope("bar").exported);
}

#[test]
fn names_and_what_they_receive() {
    let seen = ts(concat!(
        "const a: T = f(), { b, c: { d = 1 }, ...e } = ctx, [g, , h] = await pair();\nlet i;\nvar { j } = k();\n",
        "for (const [l, m] of items()) {}\nfor (n in o) {}\np = q = r();\nthis.s = t;\nu ||= v();\n({ w } = x);\n",
        "row['k'] = 1;\nusing y = open();\n",
    ));
    assert_eq!(
        seen.bindings(),
        [
            "a 0/1 Declared = f()",
            "b 0/3 Declared = ctx.b",
            "d 0/3 Declared = ctx.c.d",
            "e 0/3 Declared = ctx",
            "g 0/2 Declared = pair()",
            "h 2/2 Declared = pair()",
            "i 0/1 Declared = -",
            "j 0/1 Declared = (k()).j",
            "l 0/2 Declared = <items()>",
            "m 1/2 Declared = <items()>",
            "n 0/1 Assigned = <o>",
            "p 0/1 Assigned = <q, r()>",
            "q 0/1 Assigned = r()",
            "this.s 0/1 Assigned = t",
            "u 0/1 Assigned = <u, v()>",
            "w 0/1 Assigned = x.w",
            "y 0/1 Managed = open()",
        ]
    );
    assert!(seen.binding("a").constant && !seen.binding("j").constant);
    assert_eq!(seen.binding("a").type_text.as_deref(), Some("T"));
    assert_eq!(seen.text(seen.binding("j").statement), "var { j } = k();");
    for call in ["f", "pair", "k", "r", "open"] {
        assert_eq!(seen.call(call).result, ResultUse::Bound, "{call}");
    }
    assert!(js("using a = b();\nawait using c = d();\n").outline.bindings.len() == 2);
}

#[test]
fn calls_carry_receiver_arguments_and_what_becomes_of_them() {
    let seen = tsx(concat!(
        "async function run() {\n  await this.db!.query(sql, ...rest).all();\n  void ping();\n  ok && go();\n",
        "  return new http.Client({ url, 'a-b': 1, [c]: 2, ...more, on: { x: f() } });\n}\n",
        "tag`a${b}c`;\no?.a?.[0]?.b?.(`n ${x.y}\\n`, 'it\\'s', /re/g, undefined, a as T);\n",
        "for (const x of list()) { step(x, () => later()); }\nconst El = () => <p onClick={() => go2(x)}>{show(a.b)}</p>;\n",
    ));
    let query = seen.call("this.db.query");
    assert_eq!((seen.show_call(query).as_str(), query.result), ("this.db.query(sql, ...rest)", ResultUse::Chained));
    let all = seen.call("all");
    assert_eq!((all.awaited, all.result, all.base.is_some()), (true, ResultUse::Discarded, true));
    for call in ["ping", "go"] {
        assert_eq!(seen.call(call).result, ResultUse::Discarded, "{call}");
    }
    let client = seen.call("http.Client");
    assert_eq!((client.kind, client.result), (CallKind::New, ResultUse::Returned));
    assert_eq!(seen.show_call(client), "http.Client({url: url, a-b: 1, : 2, ...: ...more, on: {x: f()}})");
    assert_eq!(seen.show_call(seen.call("tag")), "tag(\"a{}c\"%[b])");
    assert_eq!(seen.show_call(seen.call("?.b")), "?.b(\"n {}\\n\"%[x.y], \"it's\", /re/g, undefined, a)");
    let in_loop: Vec<_> = seen.outline.calls.iter().filter(|c| c.in_loop).map(|c| c.path.join(".")).collect();
    assert_eq!(in_loop, ["step"]);
    assert_eq!(seen.call("later").result, ResultUse::Returned);
    assert_eq!(seen.text(seen.call("later").statement), "later()");
    assert_eq!(seen.text(seen.call("list").statement), "list()");
    assert_eq!(seen.call("show").args.len() + seen.call("go2").args.len(), 2);
    assert_eq!(seen.texts(&seen.outline.awaits), ["await this.db!.query(sql, ...rest).all()"]);
}

#[test]
fn an_awaited_call_with_type_arguments_is_awaited() {
    let seen = ts(
        "await a.get<T>(x);\nconst b = await c.get<T>(y).json();\nnew Map<K, V>();\nf<T>(z);\n(await d<T>(w)).e();\n",
    );
    let awaited: Vec<_> =
        seen.outline.calls.iter().filter(|call| call.awaited).map(|call| call.path.join(".")).collect();
    assert_eq!(awaited, ["a.get", "json", "d"]);
    assert_eq!(seen.call("a.get").result, ResultUse::Discarded);
}

#[test]
fn failures_that_are_caught() {
    let seen = ts(concat!(
        "try { send(); } catch (e: unknown) { /* expected */ } finally { done(); }\n",
        "try { a(); } catch { b(); }\ntry { c(); } catch ({ message }) { log(message); }\ntry { d(); } finally { e(); }\n",
    ));
    assert_eq!(
        seen.failures(),
        [
            "Catch(catch (e: unknown)) e [] | { /* expected */ } | { send(); }",
            "Catch(catch) - [] | { b(); } | { a(); }",
            "Catch(catch ({ message })) message [] | { log(message); } | { c(); }",
        ]
    );
    assert_eq!(seen.texts(&seen.outline.deferred), ["{ done(); }", "{ e(); }"]);
}

#[test]
fn failures_that_arrive_in_functions() {
    let seen = js(concat!(
        "load(x)\n  .then((v) => v, (err) => { log(err); })\n  .catch(() => {});\nsave().catch(_.noop).finally(() => span.end());\n",
        "a.b.catch((e) => null);\nother.catch(next);\nz.string().catch('x');\nemitter.on('error', function (e) { f(e); });\n",
        "emitter.on('data', (e) => { if (e) g(); });\n",
        "fs.readFile(p, (err, data) => {\n  if (err) { return cb(err); } else { h(); }\n  if (error) i();\n",
        "  if (err && err.code) j();\n  if (err == null) k();\n});\nfunction own(err) { if (err) l(); }\n",
        "list.forEach((error) => { if (error) m(); });\n",
    ));
    assert_eq!(
        seen.failures(),
        [
            "Handler(then((v) => v, (err) =>) err [] | { log(err); } | load(x)",
            "Handler(catch(() =>) - [] | {} | load(x)\n  .then((v) => v, (err) => { log(err); })",
            "Handler(catch(_.noop)) - [] |  | save()",
            "Handler(catch((e) =>) e [] | null | a.b",
            "Handler(on('error', function (e)) e [] | { f(e); } | emitter",
            "Callback(if (err)) err [] | { return cb(err); } | CALL",
            "Callback(if (err && err.code)) err [] | j(); | CALL",
        ]
        .map(|text| text.replace("CALL", seen.text(seen.call("fs.readFile").span)))
    );
    let guarded: Vec<_> = seen.outline.failures.iter().map(|failure| failure.guarded).collect();
    assert_eq!(guarded[5..], [false, true]);
    assert_eq!(seen.texts(&seen.outline.deferred), ["span.end()"]);
    assert_eq!(seen.call("a.b.catch").scope.index(), 0);
}

#[test]
fn ways_out() {
    let seen = js(concat!(
        "function f() {\n  for (;;) { if (a) break; continue; }\n  throw new Error('m', { cause: e });\n  return;\n",
        "  return x, y;\n  process.exit(1);\n}\nconst g = (v) => v.id;\nconst h = () => { };\nconst i = (a) => (b) => null;\n",
    ));
    let expected = [
        "Break: ",
        "Continue: ",
        "Throw: Error(\"m\", {cause: e})",
        "Return: ",
        "Return: <x, y>",
        "Terminate: 1",
        "Return: v.id",
        "Return: closure#5",
        "Return: null",
    ];
    assert_eq!(seen.exits(), expected);
    assert_eq!(seen.outline.exits.iter().map(|exit| exit.scope.0).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 1, 2, 4, 5]);
}

#[test]
fn branches_blocks_and_loops() {
    let seen = js(
        "if (a) b(); else if (c) { d(); } else { e(); }\nswitch (f) { case 1: g(); break; default: h(); }\ndo i(); while (j());\n",
    );
    assert_eq!(
        seen.texts(&seen.outline.branches),
        ["b();", "if (c) { d(); } else { e(); }", "{ d(); }", "{ e(); }", "case 1: g(); break;", "default: h();"]
    );
    assert_eq!(seen.texts(&seen.outline.loops), ["i();"]);
    assert_eq!(seen.texts(&seen.outline.blocks), ["{ d(); }", "{ e(); }"]);
    assert_eq!(seen.text(seen.call("j").statement), "(j())");
}

#[test]
fn declared_types() {
    let seen = ts(concat!(
        "interface Foo extends Bar, Baz<T> { a: string; b?(x: number): void; readonly c: D }\n",
        "type Al = Base & { a: string };\nenum E { A, B = 'x' }\n",
    ));
    let shown = |name: &str| {
        let decl = seen.type_decl(name);
        let fields = decl.fields.iter().map(|f| format!("{}:{}", f.name, f.type_text.as_deref().unwrap_or("-")));
        format!("[{}] {}", decl.bases.join(", "), fields.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(shown("Foo"), "[Bar, Baz<T>] a:string b:- c:D");
    assert_eq!(shown("Al"), "[Base] a:string");
    assert_eq!(shown("E"), "[] A:- B:-");
}

#[test]
fn test_callbacks_are_marked() {
    let seen =
        js("describe('a', () => { it.each([1])('b', () => { c(() => 1); }); });\nrun(() => 2);\n/re/.test(x => x);\n");
    assert_eq!(
        seen.outline.scopes.iter().map(|s| s.is_test).collect::<Vec<_>>(),
        [false, true, true, true, false, false]
    );
}

#[test]
fn comments_and_strings_have_their_places() {
    let seen = js("// a\nf('b', `c${d}`); /* e */\n");
    assert_eq!(seen.texts(&seen.outline.comments), ["// a", "/* e */"]);
    assert_eq!(seen.texts(&seen.outline.strings), ["'b'", "`c${d}`"]);
}

#[test]
fn hostile_nesting_does_not_exhaust_the_stack() {
    let read = |text: String| outline(Language::Tsx, &SourceText::new(text), &Budget::default());
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("f(", ")"),
        ("`${", "}`"),
        ("a => ", ""),
        ("a = ", ""),
        ("<p>{", "}</p>"),
        ("f().then(", ")"),
        ("new ", ""),
        ("await ", ""),
    ] {
        read(format!("x = {}1{};\n", open.repeat(4_000), close.repeat(4_000)));
    }
    for open in ["const {a:", "const [", "({...", "try {", "if (err) {", "class A { m() {", "{ f(", "((("] {
        read(open.repeat(4_000));
    }
    for (open, close) in [("{...", "}"), ("[", "]"), ("{a:", "}"), ("{a=", "}")] {
        read(format!("const {}x{} = y;\n", open.repeat(4_000), close.repeat(4_000)));
    }
}
