//! Lines that appear while the service works.

use std::io::Write;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::flows::{Probe, Step};

/// Passes the steps of a review on to whoever prints them.
pub(super) struct Steps(pub(super) mpsc::UnboundedSender<Step>);

impl Probe for Steps {
    fn reached(&self, step: Step) {
        // Nobody listens any more once the demo has said what it had to say.
        let _ = self.0.send(step);
    }
}

pub(super) struct Progress {
    started: Instant,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { started: Instant::now() }
    }

    pub(super) fn say(&self, line: &str) -> std::io::Result<()> {
        let mut out = anstream::stdout();
        let seconds = self.started.elapsed().as_secs_f64();
        writeln!(out, "\x1b[2m{seconds:6.2} s\x1b[0m  {line}")?;
        out.flush()
    }

    pub(super) fn step(&self, step: Step) -> std::io::Result<()> {
        self.say(match step {
            Step::CheckOpened => "check run in progress",
            Step::ChangeFetched => "change fetched with git",
            Step::Analysed => "change analysed",
            Step::StateRead => "what was said before is known",
            Step::ReviewPosted => "review posted",
            Step::CommentsEdited => "comments brought up to date",
            Step::Annotated => "annotations added",
            Step::CheckCompleted => "check run completed",
        })
    }
}
