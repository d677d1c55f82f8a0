//! The outline of one file: what its code does, without a word about its language. Queries and dialects
//! (floor 2) fill it; nothing above ever sees a syntax tree.
//!
//! Everything is addressed by [`Span`] containment: "the calls inside this catch block" is a range query, so an
//! extractor records flat lists and never has to nest them.

use serde::{Deserialize, Serialize};

use crate::model::Span;

macro_rules! index_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

index_id! {
    /// Index into [`Outline::scopes`]; `ScopeId(0)` is the file itself.
    ScopeId,
    /// Index into [`Outline::calls`].
    CallId,
}

impl ScopeId {
    pub const FILE: Self = Self(0);
}

/// One file's code as flat lists, each sorted by the start of its span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    pub scopes: Vec<Scope>,
    pub imports: Vec<Import>,
    pub bindings: Vec<Binding>,
    pub calls: Vec<Call>,
    pub failures: Vec<Failure>,
    pub exits: Vec<Exit>,
    /// Types with their fields, wherever the language declares them (class, struct, interface).
    pub types: Vec<TypeDecl>,
    /// Every `await` (Rust `.await`): the whole expression.
    pub awaits: Vec<Span>,
    /// Bodies of loops.
    pub loops: Vec<Span>,
    /// Brace blocks (Python: suites), so that "alive until the end of the block" can be told.
    pub blocks: Vec<Span>,
    /// What runs however the scope is left: Go `defer` statements, `finally` blocks.
    pub deferred: Vec<Span>,
    /// Go `go` statements: what they call runs beside the function and gives it nothing back.
    pub spawned: Vec<Span>,
    /// Branches that may be skipped: bodies of `if`, `else`, `switch`/`match` arms, `catch`.
    pub branches: Vec<Span>,
    pub comments: Vec<Span>,
    /// String literals with their quotes (interpolated ones too).
    pub strings: Vec<Span>,
    /// Regions the parser did not understand.
    pub errors: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScopeKind {
    File,
    /// Class, struct with methods (`impl` block, Go receiver type), interface, Rust `mod`, object namespace.
    Class,
    Function,
    Method,
    Constructor,
    /// Anonymous functions, arrow functions, lambdas, Rust `async` blocks and closures.
    Closure,
}

/// A function, class, closure or the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    pub kind: ScopeKind,
    /// A closure bound to a name (`const load = async () => …`) has that name; others have none.
    pub name: Option<String>,
    pub span: Span,
    /// The block between the braces; for a one-expression closure the expression.
    pub body: Span,
    pub parent: Option<ScopeId>,
    pub params: Vec<Param>,
    /// The type it belongs to: Go receiver type, Rust `impl` type, enclosing class.
    pub owner: Option<String>,
    /// What it is declared to return, as written.
    pub returns: Option<String>,
    pub is_async: bool,
    /// `@app.get("/x")`, `#[instrument(skip(db))]`, `@GetMapping("/x")`.
    pub decorators: Vec<Decorator>,
    /// Superclasses, interfaces, implemented traits, as written.
    pub bases: Vec<String>,
    /// Inside Rust `#[cfg(test)]`, `#[test]`, or an equivalent marker of the language.
    pub is_test: bool,
    /// Visible outside its file: `export`, `pub`, capitalised Go, `public`, no leading underscore in Python.
    pub exported: bool,
    /// Runs at most once per process by construction: Go `init`/`once.Do(func…)`, Rust `LazyLock`/`OnceLock`
    /// initialiser, `static` initialiser, Java `static {}`.
    pub once: bool,
}

impl Scope {
    /// A scope of which only the place is known.
    pub fn bare(kind: ScopeKind, span: Span, body: Span) -> Self {
        Self {
            kind,
            name: None,
            span,
            body,
            parent: None,
            params: Vec::new(),
            owner: None,
            returns: None,
            is_async: false,
            decorators: Vec::new(),
            bases: Vec::new(),
            is_test: false,
            exported: false,
            once: false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    pub name: String,
    /// As written, without the name.
    pub type_text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decorator {
    pub span: Span,
    /// Segments of its name: `["app", "get"]`, `["tracing", "instrument"]`, `["GetMapping"]`.
    pub path: Vec<String>,
    pub args: Vec<Arg>,
}

/// A name brought in from another module. `alias` is what this file calls it.
///
/// | written | module | name | alias |
/// |---|---|---|---|
/// | Go `import l "a/b"` | `a/b` | – | `l` (without alias: the last path element, version suffix left out) |
/// | Python `import a.b` | `a` | – | `a` |
/// | Python `import a.b as c` | `a.b` | – | `c` |
/// | Python `from .a import b as c` | `.a` | `b` | `c` |
/// | JS `import x from "m"` / `const x = require("m")` | `m` | `default` / – | `x` |
/// | JS `import * as x from "m"` | `m` | – | `x` |
/// | JS `import {a as b}` / `const {a: b} = require` | `m` | `a` | `b` |
/// | Java `import a.b.C` | `a.b` | `C` | `C` |
/// | Java `import static a.B.c` | `a.B` | `c` | `c` |
/// | Rust `use a::b::{c as d}` | `a::b` | `c` | `d` |
/// | wildcard, dot import | module | `*` | `*` |
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub span: Span,
    pub module: String,
    pub name: Option<String>,
    pub alias: String,
    /// JS `export {a} from "m"`, Rust `pub use`: visible to those who import this file.
    pub reexport: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BindingKind {
    /// A declaration: `:=`, `let`, `const`, first Python assignment, Java local, module-level constant.
    Declared,
    /// An assignment to something that exists: `x = …`, `this.log = …`.
    Assigned,
    /// `with … as x`, try-with-resources, `using`: closed by the language.
    Managed,
}

/// A name that receives a value. Several names of one statement are several bindings with the same `value`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// `["span"]`, `["self", "log"]`, `["this", "logger"]`; `["_"]` for a blank.
    pub path: Vec<String>,
    /// The name itself.
    pub span: Span,
    /// The whole statement.
    pub statement: Span,
    pub scope: ScopeId,
    pub kind: BindingKind,
    pub value: Option<Expr>,
    /// Which of several values: Go `ctx, span := …` gives `span` position 1.
    pub position: u32,
    /// How many names the statement binds.
    pub arity: u32,
    /// A declared type, as written.
    pub type_text: Option<String>,
    /// `const`, `final`, Rust `static`/`const`, ALL_CAPS in Python.
    pub constant: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CallKind {
    Plain,
    /// `new Foo(…)`; Go and Rust composite literals of a type (`http.Client{…}`) with their fields as named args.
    New,
    /// A Rust macro; its arguments are read by syn.
    Macro,
}

/// What becomes of a call's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResultUse {
    /// The call is a statement of its own.
    Discarded,
    /// Given only to `_` (every name of the statement is blank, or the error position is).
    Blank,
    /// Given to names; see [`Outline::bindings`] whose statement contains the call.
    Bound,
    /// `return f()`, a tail expression.
    Returned,
    /// Rust `f()?`.
    Propagated,
    /// The receiver of a further call: `f().g()`.
    Chained,
    /// An argument, an operand, a condition.
    Used,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The whole expression, receiver chain included.
    pub span: Span,
    /// The last segment of the callee: the place to underline.
    pub name_span: Span,
    /// The receiver when it is itself a call: `a().b(c)` has base `a()` and path `["b"]`.
    pub base: Option<CallId>,
    /// `["log", "Printf"]`, `["this", "logger", "error"]`, `["tracing", "info"]`; an expression that is neither a
    /// name nor a call stands as `"?"`. Generics and turbofish are left out.
    pub path: Vec<String>,
    pub kind: CallKind,
    pub args: Vec<Arg>,
    pub scope: ScopeId,
    /// The enclosing statement.
    pub statement: Span,
    /// Directly under `await`.
    pub awaited: bool,
    /// Inside a loop of the same function.
    pub in_loop: bool,
    pub result: ResultUse,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arg {
    pub span: Span,
    /// Python keyword, Rust macro field (`user.id = %id`), composite-literal field.
    pub name: Option<String>,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A string literal, decoded; each interpolation stands as `{}` in the text and as one hole.
    Str {
        text: String,
        holes: Vec<Expr>,
    },
    /// A name or a chain of plain member accesses: `err`, `e.message`, `Self::NAME`, `this.id`.
    Path(Vec<String>),
    Call(CallId),
    /// Object, dict and map literals: key (empty when computed) and value. A spread has the key `...`.
    Record(Vec<(String, Expr)>),
    /// Array, list and tuple literals.
    List(Vec<Expr>),
    Closure(ScopeId),
    /// Number, boolean, null.
    Literal(String),
    /// `...args`, `*args`, `**kwargs`, Go `args...`.
    Spread(Box<Expr>),
    /// A member of something that is not a plain name: `f().status`.
    Member(Box<Expr>, String),
    /// Operators, casts, references, conditionals, index: its operands in order.
    Compound(Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureKind {
    /// `catch (e) {…}`, `except E as e:`; one per clause.
    Catch,
    /// Go `if err != nil {…}`, with or without an initialiser, also as one arm of `else if`/`switch`.
    IfErr,
    /// Rust `Err(e) => …` in a match, `if let Err(e) = …`, `let … else`.
    ErrArm,
    /// `.catch(cb)`, the second callback of `.then`, `.exceptionally(cb)`, `.onErrorResume(cb)`, `.unwrap_or_else(|e| …)`.
    Handler,
    /// A callback whose first parameter is an error: `(err, data) => { if (err) … }`: the body of that `if`.
    Callback,
    /// Rust `.ok()` whose value is dropped, `.unwrap_or_default()`, `.unwrap_or(…)`; Python `contextlib.suppress`.
    Discard,
    /// `_ = f()`, `v, _ := f()` in Go where the blank is the last position; Rust `let _ = f()`.
    Blank,
}

/// A place where the program knows that something failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// Header and body.
    pub span: Span,
    /// The line a person would point at: `catch (e)`, `if err != nil`, `Err(e) =>`.
    pub header: Span,
    /// What is done about it; empty for [`FailureKind::Discard`] and [`FailureKind::Blank`].
    pub body: Span,
    pub scope: ScopeId,
    /// The name of the error value; none for `catch {`, `except E:`, `Err(_)`.
    pub error: Option<String>,
    /// Caught types as written: `["IOException"]`, `["ValueError", "KeyError"]`; for Rust patterns deeper than
    /// `Err(e)` the pattern (`["Error::NotFound"]`); for Go the target of `errors.Is`/`errors.As`/`==` in the condition.
    pub types: Vec<String>,
    /// What may fail: the `try` body, the statement that produced `err`, the matched expression, the receiver.
    pub protected: Span,
    /// Go: the condition says more than `err != nil` (`err != nil && !os.IsNotExist(err)`); Rust: a guard.
    pub guarded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExitKind {
    Return,
    /// `throw`, `raise`.
    Throw,
    Break,
    Continue,
    /// `panic!`, `os.Exit`, `process.exit`, `sys.exit`, `log.Fatal`, `std::process::exit`, `unreachable!`.
    Terminate,
    /// Rust `?`, Java and Python have none.
    Propagate,
}

/// A way out of a scope or loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    pub kind: ExitKind,
    pub span: Span,
    pub scope: ScopeId,
    /// Returned or thrown values; several for a Go `return a, b`.
    pub values: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeDecl {
    pub name: String,
    pub span: Span,
    /// Superclasses, embedded structs, implemented interfaces, as written.
    pub bases: Vec<String>,
    pub fields: Vec<FieldDecl>,
    /// `#[derive(…)]` entries, Lombok and similar annotations.
    pub markers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDecl {
    pub name: String,
    pub span: Span,
    pub type_text: Option<String>,
    pub value: Option<Expr>,
}
