//! Snippets of Python and what the outline says about them.

use crate::facts::code::{ResultUse, ScopeKind};
use crate::model::Language;
use crate::syntax::seen::Seen;

fn seen(text: &str) -> Seen {
    Seen::new(Language::Python, text)
}

#[test]
fn scopes_know_their_place_parameters_and_decorators() {
    let seen = seen(concat!(
        "@app.get('/x', methods=['GET'])\n@cached\nasync def load(a: int, /, *args: T, b=1, c: str = '', **kw) -> Row:\n",
        "    def inner(): pass\n    return lambda x, y=2: x.run(y)\n\n",
        "@dataclass(frozen=True)\nclass Store(Base, mod.Mixin, metaclass=Meta):\n",
        "    def __init__(self): pass\n    @property\n    def _size(self): pass\n",
    ));
    let load = seen.scope("load");
    assert_eq!((load.kind, load.is_async, load.exported), (ScopeKind::Function, true, true));
    let params: Vec<_> = load.params.iter().map(|p| (p.name.as_str(), p.type_text.as_deref())).collect();
    assert_eq!(params, [("a", Some("int")), ("args", Some("T")), ("b", None), ("c", Some("str")), ("kw", None)]);
    assert_eq!(load.returns.as_deref(), Some("Row"));
    assert_eq!(load.decorators.iter().map(|d| d.path.join(".")).collect::<Vec<_>>(), ["app.get", "cached"]);
    assert_eq!(load.decorators[0].args[1].name.as_deref(), Some("methods"));
    let inner = seen.scope("inner");
    assert_eq!((seen.owner_path(inner).as_str(), inner.exported), ("load.inner", false));
    let lambda = seen.outline.scopes.iter().find(|scope| scope.kind == ScopeKind::Closure).unwrap();
    assert_eq!((seen.text(lambda.body), lambda.params.len()), ("x.run(y)", 2));
    assert_eq!(seen.call("x.run").result, ResultUse::Returned);
    let store = seen.scope("Store");
    assert_eq!((store.kind, store.bases.join(" ").as_str(), store.once), (ScopeKind::Class, "Base mod.Mixin", true));
    assert_eq!(seen.type_decl("Store").markers, ["dataclass"]);
    assert_eq!(seen.scope("__init__").kind, ScopeKind::Constructor);
    let size = seen.scope("_size");
    assert_eq!((size.kind, size.exported, size.owner.as_deref()), (ScopeKind::Method, false, Some("Store")));
}

#[test]
fn imports_in_every_form() {
    let seen = seen(concat!(
        "import os.path, a.b as c\nfrom . import x as y, z\nfrom ..p.q import (\n  d, # why\n  e as f,\n)\nfrom m import *\n",
        "def run():\n    from .late import thing\n",
    ));
    assert_eq!(
        seen.imports(),
        [
            "os:- as os",
            "a.b:- as c",
            ".:x as y",
            ".:z as z",
            "..p.q:d as d",
            "..p.q:e as f",
            "m:* as *",
            ".late:thing as thing"
        ]
    );
}

#[test]
fn names_and_what_they_receive() {
    let seen = seen(concat!(
        "LIMIT: int = 3\nseen: Final = set()\n\ndef run(p):\n    p = clean(p)\n    a = b = load()\n    a += more()\n",
        "    x, (y, *z) = pair()\n    m, n = one(), two()\n    _ = ping()\n    self.log = logger\n    row['k'] = 1\n",
        "    if (hit := find()): pass\n    for i, j in items(): pass\n    with open(f) as g, a() as (h, k): pass\n",
    ));
    assert_eq!(
        seen.bindings(),
        [
            "LIMIT 0/1 Declared = 3",
            "seen 0/1 Declared = set()",
            "p 0/1 Assigned = clean(p)",
            "a 0/1 Declared = load()",
            "b 0/1 Declared = load()",
            "a 0/1 Assigned = <a, more()>",
            "x 0/2 Declared = pair()",
            "y 1/2 Declared = pair()",
            "z 1/2 Declared = pair()",
            "m 0/1 Declared = one()",
            "n 0/1 Declared = two()",
            "_ 0/1 Declared = ping()",
            "self.log 0/1 Assigned = logger",
            "hit 0/1 Declared = find()",
            "i 0/2 Declared = <items()>",
            "j 1/2 Declared = <items()>",
            "g 0/1 Managed = open(f)",
            "h 0/2 Managed = a()",
            "k 1/2 Managed = a()",
        ]
    );
    assert!(seen.binding("LIMIT").constant && seen.binding("seen").constant && !seen.binding("a").constant);
    assert_eq!(seen.binding("LIMIT").type_text.as_deref(), Some("int"));
    assert_eq!(seen.call("ping").result, ResultUse::Blank);
    assert_eq!(seen.call("find").result, ResultUse::Bound);
    assert_eq!(seen.text(seen.binding("a").statement), "a = b = load()");
}

#[test]
fn except_clauses_and_suppression() {
    let seen = seen(concat!(
        "try:\n    send()\nexcept (A, b.B) as e:\n    # expected\n    pass  # fine\nexcept KeyError:\n    x()\n",
        "except* G as g: y()\nexcept:\n    z()\nelse:\n    ok()\nfinally:\n    done()\n",
        "with contextlib.suppress(OSError, c.D):\n    drop()\nwith lock, other.suppressor(E): pass\n",
    ));
    assert_eq!(
        seen.failures(),
        [
            "Catch(except (A, b.B) as e) e [A, b.B] | # expected\n    pass  # fine | send()",
            "Catch(except KeyError) - [KeyError] | x() | send()",
            "Catch(except* G as g) g [G] | y() | send()",
            "Catch(except) - [] | z() | send()",
            "Discard(with contextlib.suppress(OSError, c.D)) - [OSError, c.D] |  | drop()",
        ]
    );
    assert_eq!(seen.texts(&seen.outline.deferred), ["done()"]);
    assert_eq!(seen.texts(&seen.outline.branches)[1..], ["x()", "y()", "z()", "ok()"]);
}

#[test]
fn ways_out() {
    let seen = seen(concat!(
        "def run():\n    for x in y:\n        if a: break\n        continue\n    raise Wrapped('m') from e\n    raise\n",
        "    return a, f(b)\n    return\n    sys.exit(1)\n    os._exit(2)\n",
    ));
    let expected = [
        "Break: ",
        "Continue: ",
        "Throw: Wrapped(\"m\"), e",
        "Throw: ",
        "Return: a, f(b)",
        "Return: ",
        "Terminate: 1",
        "Terminate: 2",
    ];
    assert_eq!(seen.exits(), expected);
    assert!(seen.outline.exits.iter().all(|exit| exit.scope.index() == 1));
}

#[test]
fn calls_carry_receiver_arguments_and_what_becomes_of_them() {
    let seen = seen(concat!(
        "async def run():\n    self.db.query(q, *rest, timeout=3, **opts).all().count\n    await client.send(m)\n",
        "    return await (fetch())\n    clients[0].ping()\n    sum(f(x) for x in g() if h(x))\n",
        "    while ready():\n        work(lambda: later())\n",
    ));
    let query = seen.call("self.db.query");
    assert_eq!(seen.show_call(query), "self.db.query(q, ...rest, timeout=3, ...opts)");
    assert_eq!(query.result, ResultUse::Chained);
    let all = seen.call("all");
    assert_eq!(
        (seen.text(all.name_span), seen.show_call(&seen.outline.calls[all.base.unwrap().index()]).len()),
        ("all", 45)
    );
    let send = seen.call("client.send");
    assert_eq!((send.awaited, send.result), (true, ResultUse::Discarded));
    assert_eq!(seen.text(send.statement), "await client.send(m)");
    assert_eq!(seen.call("?.ping").result, ResultUse::Discarded);
    let in_loop: Vec<_> = seen.outline.calls.iter().filter(|c| c.in_loop).map(|c| c.path.join(".")).collect();
    assert_eq!(in_loop, ["f", "h", "work"]);
    assert_eq!(seen.text(seen.call("ready").statement), "ready()");
    assert_eq!(seen.texts(&seen.outline.awaits), ["await client.send(m)", "await (fetch())"]);
}

#[test]
fn literals() {
    let seen = seen(concat!(
        "log(f'a{x!r:>{w}}b{{}}\\n' 'c', rb'\\d', '''t\"q''', 'n=%s' % n, 'v {}'.format(v), u'\\xdf')\n",
        "log({'a': 1, b: c, **d, 'k' f'{e}': 2}, (1, x), [*y], None if z else not q.r, h().s, (yield))\n",
    ));
    assert_eq!(
        seen.show_call(&seen.outline.calls[0]),
        "log(\"a{}b{}\\nc\"%[x], \"\\\\d\", \"t\\\"q\", <\"n=%s\", n>, ?.format(v), \"ß\")"
    );
    assert_eq!(
        seen.show_call(seen.outline.calls.iter().filter(|c| c.path == ["log"]).nth(1).unwrap()),
        "log({a: 1, b: c, ...: ...d, : 2}, [1, x], [...y], <None, z, <q.r>>, (h()).s, <>)"
    );
    assert_eq!(seen.texts(&seen.outline.strings)[..2], ["f'a{x!r:>{w}}b{{}}\\n'", "'c'"]);
}

#[test]
fn classes_are_types_and_tests_are_marked() {
    let seen = seen(concat!(
        "class Row:\n    id: int\n    name: str = field(default='')\n    TTL = 3\n    def test_connection(self): pass\n",
        "class RowTest(TestCase):\n    def helper(self): pass\n",
        "def test_it(): check(lambda: 1)\n@pytest.fixture\ndef rows(): pass\n",
    ));
    let fields = &seen.type_decl("Row").fields;
    let names: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.type_text.as_deref())).collect();
    assert_eq!(names, [("id", Some("int")), ("name", Some("str")), ("TTL", None)]);
    let tests: Vec<_> = seen.outline.scopes.iter().filter(|s| s.is_test).map(|s| seen.owner_path(s)).collect();
    assert_eq!(tests, ["RowTest", "RowTest.helper", "test_it", "test_it.?", "rows"]);
}

#[test]
fn branches_blocks_and_loops() {
    let seen = seen(concat!(
        "if a:\n    b()\nelif c:\n    d()\nelse:\n    e()\nmatch x:\n    case 1 if g():\n        h()\n",
        "while k:\n    l()\n",
    ));
    assert_eq!(seen.texts(&seen.outline.branches), ["b()", "d()", "e()", "h()"]);
    assert_eq!(seen.texts(&seen.outline.loops), ["l()"]);
    assert_eq!(
        seen.texts(&seen.outline.blocks),
        ["b()", "d()", "e()", "\n    case 1 if g():\n        h()", "h()", "l()"]
    );
}

#[test]
fn hostile_nesting_does_not_exhaust_the_stack() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("f'{", "}'"), ("{f'{", "}':1}"), ("lambda:", "")]
    {
        let text = format!("x = {}1{}\n", open.repeat(4_000), close.repeat(4_000));
        crate::syntax::outline(
            Language::Python,
            &crate::model::SourceText::new(text),
            &crate::syntax::Budget::default(),
        );
    }
    for open in ["(", "[", "try:\n", "if x:\n", "def f():\n", "a, (", "x = "] {
        crate::syntax::outline(
            Language::Python,
            &crate::model::SourceText::new(open.repeat(4_000)),
            &crate::syntax::Budget::default(),
        );
    }
}
