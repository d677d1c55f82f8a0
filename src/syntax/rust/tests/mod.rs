//! Small snippets and what the outline says about them.

mod calls;
mod failures;
mod macros;
mod read;
mod scopes;
