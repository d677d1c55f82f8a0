//! What a command is doing, for a person who waits for it.

use std::io::IsTerminal;
use std::sync::mpsc;
use std::time::Duration;

/// Tells a waiting person what is going on, after a moment and on a terminal only.
pub(super) struct Progress {
    steps: Option<mpsc::Sender<String>>,
    painter: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    pub(super) fn start(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { steps: None, painter: None };
        }
        let (steps, inbox) = mpsc::channel();
        Self { steps: Some(steps), painter: Some(std::thread::spawn(move || paint(&inbox))) }
    }

    pub(super) fn say(&self, step: &str) {
        if let Some(steps) = &self.steps {
            let _nobody_listens = steps.send(step.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.steps = None;
        if let Some(painter) = self.painter.take() {
            let _it_only_painted = painter.join();
        }
    }
}

/// Short work says nothing: a step is only shown once it takes longer than people notice.
fn paint(inbox: &mpsc::Receiver<String>) {
    let mut step = String::new();
    let mut seconds = 0.0_f32;
    let mut painted = false;
    loop {
        match inbox.recv_timeout(Duration::from_millis(500)) {
            Ok(next) => (step, seconds) = (next, 0.0),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                seconds += 0.5;
                anstream::eprint!("\r\u{1b}[K{step} ({seconds:.0} s)");
                painted = true;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    if painted {
        anstream::eprint!("\r\u{1b}[K");
    }
}
