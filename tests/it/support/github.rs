//! The stand-in of GitHub under supervision: a test that uses it fails when its client asks for something GitHub does
//! not have, or when the stand-in answers something GitHub would not.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use sightline::standin::{Exchange, Options, Standin};

use super::contract;

pub(crate) struct Watched {
    standin: Standin,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Watched {
    pub(crate) fn start(mut options: Options) -> Self {
        let seen: Arc<Mutex<Vec<Exchange>>> = Arc::default();
        let held = Arc::clone(&seen);
        options.observers.push(Arc::new(move |exchange| held.lock().unwrap().push(exchange.clone())));
        Self { standin: Standin::start(options).expect("the stand-in starts"), seen }
    }

    /// What was wrong so far; asking forgets it.
    pub(crate) fn violations(&self) -> Vec<String> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.iter().flat_map(contract::judge).collect()
    }
}

impl Deref for Watched {
    type Target = Standin;

    fn deref(&self) -> &Standin {
        &self.standin
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let wrong = self.violations();
        if !wrong.is_empty() && !std::thread::panicking() {
            panic!("against GitHub's description:\n{}", wrong.join("\n"));
        }
    }
}
