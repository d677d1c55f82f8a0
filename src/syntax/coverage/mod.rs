//! Auto-instrumentation: which agents, wrappers and middleware a unit has, by the tables of `rules/coverage/`.

mod dependencies;
mod documents;
mod raw;
mod resolve;
mod roots;
mod set_up;
mod settings;
mod signs;
mod table;
#[cfg(test)]
mod tests;
mod units;
mod version;

pub(super) use documents::document_kind;
pub(super) use roots::Roots;
pub(super) use units::{add_documents, add_units};
