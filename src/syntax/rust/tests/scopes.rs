use super::read::read;
use crate::facts::code::{BindingKind, ScopeKind};

#[test]
fn functions_know_their_types_parameters_and_attributes() {
    let read = read(
        r#"
/// Loads.
#[tracing::instrument(skip(db, self), fields(user.id = %id, n = rows.len()), err, level = "debug")]
// why
pub(crate) async fn load<'a>(&self, id: UserId, State(db): State<Db>, (a, mut b): (u8, u8), _: Request<Body>) -> Result<Vec<Row>, Error> {
    db.fetch()
}
"#,
    );
    let load = read.scope("load");
    assert_eq!(load.kind, ScopeKind::Function);
    assert!(load.is_async && load.exported && !load.is_test);
    assert_eq!(load.returns.as_deref(), Some("Result<Vec<Row>, Error>"));
    let params: Vec<_> =
        load.params.iter().map(|param| (param.name.as_str(), param.type_text.as_deref().unwrap())).collect();
    assert_eq!(
        params,
        [
            ("self", "&Self"),
            ("id", "UserId"),
            ("db", "State<Db>"),
            ("a", "(u8, u8)"),
            ("b", "(u8, u8)"),
            ("_", "Request<Body>")
        ]
    );
    let [instrument] = load.decorators.as_slice() else { panic!("{:?}", load.decorators) };
    assert_eq!(instrument.path, ["tracing", "instrument"]);
    let args: Vec<_> = instrument
        .args
        .iter()
        .map(|arg| format!("{}: {}", arg.name.as_deref().unwrap_or("-"), read.expr(&arg.value)))
        .collect();
    assert_eq!(args, ["skip: [db, self]", "fields: {user.id: id, n: ()}", "-: err", "level: \"debug\""]);
}

#[test]
fn an_owner_is_the_type_of_the_impl() {
    let read = read(
        "
mod inner {
    fn free() {}
    pub struct Pool<T>(T);
    impl<T> Store for Pool<T> { fn get(&self) { let c = |x| x + 1; } }
    impl<T> Pool<T> { pub fn open(url: &str) -> Result<Arc<Self>, Error> { todo!() } fn none() {} }
}
pub trait Store: Send + 'static { fn get(&self); fn twice(&self) { self.get(); } }
",
    );
    let kinds: Vec<_> = read
        .outline
        .scopes
        .iter()
        .map(|scope| (scope.kind, scope.name.as_deref().unwrap_or("-"), scope.owner.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(
        kinds,
        [
            (ScopeKind::File, "-", "-"),
            (ScopeKind::Class, "inner", "-"),
            (ScopeKind::Function, "free", "-"),
            (ScopeKind::Class, "Pool", "-"),
            (ScopeKind::Method, "get", "Pool"),
            (ScopeKind::Closure, "c", "Pool"),
            (ScopeKind::Class, "Pool", "-"),
            (ScopeKind::Constructor, "open", "Pool"),
            (ScopeKind::Method, "none", "Pool"),
            (ScopeKind::Class, "Store", "-"),
            (ScopeKind::Method, "twice", "Store"),
        ]
    );
    assert_eq!(read.outline.scopes[3].bases, ["Store"]);
    assert_eq!(read.scope("Store").bases, ["Send", "'static"]);
    assert!(read.outline.scopes[4].exported, "what a trait promises is visible");
    assert!(read.scope("twice").exported && !read.scope("none").exported);
    assert_eq!(read.outline.types[0].name, "Pool");
}

#[test]
fn tests_are_marked_wherever_the_mark_stands() {
    let read = read(
        "
#[cfg(test)] mod tests { fn helper() {} }
#[tokio::test(flavor = \"multi_thread\")] async fn asynchronous() {}
#[test] fn plain() {}
#[cfg(all(test, feature = \"x\"))] fn both() {}
#[cfg(not(test))] fn production() {}
#[cfg(feature = \"test\")] fn feature() {}
",
    );
    let is_test = |name: &str| read.scope(name).is_test;
    let marked = ["helper", "asynchronous", "plain", "both", "production", "feature"].map(is_test);
    assert_eq!(marked, [true, true, true, true, false, false]);
    assert!(super::read::read("#![cfg(test)]\nfn f() {}").scope("f").is_test);
}

#[test]
fn closures_and_async_blocks_are_scopes() {
    let read = read("fn f() { spawn(async move { g().await; }); run(async |a: u8, _| h(a)); list.map(|(k, v)| k); }");
    let closures: Vec<_> = read.outline.scopes.iter().filter(|scope| scope.kind == ScopeKind::Closure).collect();
    assert_eq!(read.slice(closures[0].body), "{ g().await; }");
    assert_eq!(read.slice(closures[1].body), "h(a)");
    assert!(closures[0].is_async && closures[1].is_async && !closures[2].is_async);
    let names: Vec<_> = closures[1].params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(names, ["a", "_"]);
    assert_eq!(closures[2].params.len(), 2);
    assert_eq!(read.call("g").scope, read.outline.calls.iter().find(|call| call.path == ["g"]).unwrap().scope);
    assert_eq!(read.outline.scopes[read.call("h").scope.index()].span, closures[1].span);
}

#[test]
fn every_leaf_of_a_use_tree_is_an_import() {
    let read = read(
        "
use std::io;
use a::b::{self, c as d, e::{f, g::*}};
pub use x::y;
use single;
use long as short;
use ::rooted::thing;
use super::{sibling};
extern crate serde as s;
",
    );
    let imports: Vec<_> = read
        .outline
        .imports
        .iter()
        .map(|import| {
            let name = import.name.as_deref().unwrap_or("-");
            format!("{} {name} {}{}", import.module, import.alias, if import.reexport { " re" } else { "" })
        })
        .collect();
    assert_eq!(
        imports,
        [
            "std io io",
            "a b b",
            "a::b c d",
            "a::b::e f f",
            "a::b::e::g * *",
            "x y y re",
            "single - single",
            "long - short",
            "rooted thing thing",
            "super sibling sibling",
            "serde - s"
        ]
    );
}

#[test]
fn bindings_follow_patterns() {
    let read = read(
        "
static CLIENT: LazyLock<Client> = LazyLock::new(|| Client::new());
const LIMIT: usize = 5;
fn f() {
    let a = g();
    let mut b: Vec<u8> = Vec::new();
    let (tx, mut rx) = channel(1);
    let Point { x, y: py, .. } = p;
    let _ = h();
    let unset;
    if let Some(ref inner) = find(a) {}
    self.field = k();
    b = l();
    (tx, rx) = m();
    let Some(n @ 1..=5) = o else { return };
}
",
    );
    assert_eq!(
        read.bindings(),
        [
            "CLIENT@0/1 = LazyLock.new()",
            "LIMIT@0/1 = 5",
            "a@0/1 = g()",
            "b@0/1 = Vec.new()",
            "tx@0/2 = channel()",
            "rx@1/2 = channel()",
            "x@0/2 = p",
            "py@0/2 = p",
            "_@0/1 = h()",
            "unset@0/1 = -",
            "inner@0/1 = find()",
            "self.field@0/1 = k()",
            "b@0/1 = l()",
            "tx@0/2 = m()",
            "rx@1/2 = m()",
            "n@0/1 = o",
        ]
    );
    let types: Vec<_> = read.outline.bindings.iter().filter_map(|binding| binding.type_text.as_deref()).collect();
    assert_eq!(types, ["LazyLock<Client>", "usize", "Vec<u8>"]);
    assert!(read.outline.bindings[0].constant && read.outline.bindings[1].constant);
    assert_eq!(read.outline.bindings[11].kind, BindingKind::Assigned);
    let initialiser = read.outline.scopes.iter().find(|scope| scope.kind == ScopeKind::Closure).unwrap();
    assert!(initialiser.once);
}

#[test]
fn types_have_fields_and_derives() {
    let read = read(
        "
/// A user.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = \"camelCase\")]
pub struct User { #[serde(skip)] pub name: String, token: Secret<String> }
#[derive(Clone)] struct Pair(u8, pub String);
enum Error { Io(std::io::Error), Gone { id: u64 }, Other }
",
    );
    let types: Vec<_> = read
        .outline
        .types
        .iter()
        .map(|decl| {
            let fields =
                decl.fields.iter().map(|field| format!("{} {}", field.name, field.type_text.as_deref().unwrap_or("-")));
            (decl.name.as_str(), fields.collect::<Vec<_>>().join(", "), decl.markers.join(" "))
        })
        .collect();
    let owned = |name, fields: &str, markers: &str| (name, fields.to_owned(), markers.to_owned());
    assert_eq!(
        types,
        [
            owned("User", "name String, token Secret<String>", "Debug serde::Serialize"),
            owned("Pair", "0 u8, 1 String", "Clone"),
            owned("Error", "Io (std::io::Error), Gone { id: u64 }, Other -", ""),
        ]
    );
}
