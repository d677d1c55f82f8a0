//! Operations of a change, and whether anybody would see them: the unit of patch instrumentation coverage.

use serde::{Deserialize, Serialize};

use super::finding::Location;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// A request, message or invocation enters the code.
    Entry,
    /// A call leaves the process.
    Outbound,
    /// The code knows that something failed.
    Failure,
    /// Work leaves the flow of its function.
    Boundary,
    /// A schedule or a queue starts the code.
    Job,
}

impl OperationKind {
    pub const ALL: [Self; 5] = [Self::Entry, Self::Outbound, Self::Failure, Self::Boundary, Self::Job];

    /// Plural, for tables.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Entry => "entry points",
            Self::Outbound => "outbound calls",
            Self::Failure => "failure paths",
            Self::Boundary => "boundaries",
            Self::Job => "jobs",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sight {
    /// An agent, a wrapper or the code itself makes it observable.
    Seen,
    Unseen,
    /// Nothing in the repository tells.
    Unknown,
}

/// One operation that production should be able to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    pub kind: OperationKind,
    pub location: Location,
    /// What it is: `POST /refunds`, `pool.query`.
    pub name: String,
    pub sight: Sight,
    /// Why it is seen or not: the marker that covers it, or what is missing.
    pub reason: String,
    /// The marker that decided it, where there is one.
    pub marker: Option<Location>,
    /// The folder of its unit; nothing when it lies in none.
    pub unit: Option<String>,
}

/// How many of which; what reports and metrics count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sights {
    pub operations: usize,
    pub observable: usize,
    pub not_observable: usize,
    pub unknown: usize,
}

/// With fewer operations a percentage would say more than is known.
const ENOUGH: usize = 3;

impl Sights {
    pub fn of<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Self {
        operations.into_iter().fold(Self::default(), |mut all, operation| {
            all.operations += 1;
            match operation.sight {
                Sight::Seen => all.observable += 1,
                Sight::Unseen => all.not_observable += 1,
                Sight::Unknown => all.unknown += 1,
            }
            all
        })
    }

    /// Percent of operations that are surely observable, and that may be. Nothing when there are too few to say.
    pub fn percent(self) -> Option<(u32, u32)> {
        let part = |count: usize| (count * 100 / self.operations.max(1)) as u32;
        (self.operations >= ENOUGH).then(|| (part(self.observable), part(self.observable + self.unknown)))
    }

    /// "5 of 6 operations observable, 1 unknown"; nothing when no operation was touched.
    pub fn line(self) -> Option<String> {
        if self.operations == 0 {
            return None;
        }
        let noun = if self.operations == 1 { "operation" } else { "operations" };
        let mut line = format!("{} of {} {noun} observable", self.observable, self.operations);
        if self.unknown > 0 {
            line.push_str(&format!(", {} unknown", self.unknown));
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_honest_about_what_is_not_known() {
        let sights = |observable, not_observable, unknown| Sights {
            operations: observable + not_observable + unknown,
            observable,
            not_observable,
            unknown,
        };
        assert_eq!(sights(5, 0, 1).line().as_deref(), Some("5 of 6 operations observable, 1 unknown"));
        assert_eq!(sights(0, 1, 0).line().as_deref(), Some("0 of 1 operation observable"));
        assert_eq!(sights(0, 0, 0).line(), None);
        assert_eq!((sights(1, 1, 0).percent(), sights(2, 1, 1).percent()), (None, Some((50, 75))));
    }
}
