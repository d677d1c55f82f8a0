//! Rules of the reviewed repository itself, in the words of ast-grep: what a team wants to be told is theirs to say.
//!
//! A rule file comes from a stranger, and so does the code it is matched against. Rules are weighed before they are
//! built, and matching spends steps of a budget that is counted, not timed: the same rule on the same file always says
//! the same, on any machine.

mod document;
mod fault;
mod finding;
mod grammar;
mod limits;
mod load;
mod message;
mod scan;
mod trial;
mod weigh;

#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use limits::{MAX_FILE_BYTES, MAX_FILES};
pub use load::{CustomRule, FAMILY, FOLDER, RuleSet, TESTS, is_rule_file, is_slug, is_test_file, load};
pub use scan::{Said, scan};
pub use trial::{Outcome, Trial, trial};
