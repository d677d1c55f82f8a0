//! The doors of the flows, made from settings: the one place where a flow's dependencies are chosen.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Semaphore;

use crate::check::{check, check_with};
use crate::flows::{Doors, Engine, Probe, Step};
use crate::github::{self, Endpoints, GitHub};
use crate::model::Clock;
use crate::queue::Store;
use crate::settings::{Credentials, Settings};
use crate::workspace::{Cache, FactCache, Limits};

/// What is kept of texts that were read before.
const FACT_BYTES: u64 = 2 << 30;

/// What exists before the App is known.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) public_url: String,
    pub(super) probe: Arc<dyn Probe>,
}

/// Must be called inside the runtime.
pub(super) fn open(settings: &Settings, credentials: &Credentials, ground: Ground) -> anyhow::Result<Doors> {
    let Ground { store, clock, public_url, probe } = ground;
    let identity = github::Credentials::new(&credentials.app_id.to_string(), &credentials.private_key)?;
    let github = GitHub::new(endpoints(settings), identity, Arc::clone(&clock))?;
    Ok(Doors {
        store,
        clock,
        public_url: Some(public_url.as_str().into()),
        github,
        workspace: cache(&settings.data_dir)?,
        engine: engine(&settings.data_dir),
        cpu: Arc::new(Semaphore::new(seats())),
        probe,
        resolve_threads: settings.resolve_threads,
    })
}

pub(super) fn endpoints(settings: &Settings) -> Endpoints {
    let (api, graphql) = (settings.github_api_url.as_deref(), settings.github_graphql_url.as_deref());
    Endpoints::given(&settings.github_url, api, graphql)
}

fn cache(data_dir: &Path) -> anyhow::Result<Cache> {
    let root = data_dir.join("repositories");
    std::fs::create_dir_all(&root).with_context(|| format!("could not create {}", root.display()))?;
    Ok(Cache::new(root, Limits::default()))
}

/// The engine with what it has read before, of whatever repository: an outline depends on a text alone.
fn engine(data_dir: &Path) -> Engine {
    match FactCache::open(&data_dir.join("facts"), FACT_BYTES) {
        None => Arc::new(check),
        Some(cache) => Arc::new(move |change, config, today| {
            let decision = check_with(change, config, today, &cache);
            cache.tidy();
            decision
        }),
    }
}

/// One analysis uses one core; the receiver keeps answering beside them.
fn seats() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Ends the process the hard way at a step, for the tests that prove that nothing is lost or said twice.
pub(super) struct DieAfter(pub(super) Step);

impl Probe for DieAfter {
    fn reached(&self, step: Step) {
        if step == self.0 {
            let own = std::process::id().to_string();
            // Waiting never returns: the signal comes first.
            let _ = std::process::Command::new("kill").args(["-9", &own]).status();
        }
    }
}
