//! Floor 7, the flows: from a delivery to work, from work to what is published. Each flow reads top to bottom; what it
//! decides is decided by a pure function of a lower floor, what it touches goes through the [`Doors`].

pub mod analysis;
pub mod doors;
pub mod outcome;
pub mod probe;
mod publish;
pub mod review;
pub mod route;
pub mod run;
mod start;
pub mod work;

pub use analysis::{Analysed, Engine};
pub use doors::Doors;
pub use outcome::{FlowError, Outcome, Retry, Told};
pub use probe::{NoProbe, Probe, Step};
pub use review::{Attempt, check_group, find_pulls, review};
pub use run::{run, work_of};
pub use work::{Cause, GroupWork, HeadWork, ReviewWork, Work};
