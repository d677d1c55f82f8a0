//! Where the command line keeps what it has worked out: the user's cache folder, as the XDG directories name it.

use std::path::PathBuf;

use crate::syntax::{Forgotten, Outlines};
use crate::workspace::FactCache;

/// What the folder may hold.
const BYTES: u64 = 1 << 30;

/// Nothing when there is no such folder, or it cannot be written: then everything is worked out anew.
pub(super) fn open() -> Option<FactCache> {
    FactCache::open(&folder()?, BYTES)
}

fn folder() -> Option<PathBuf> {
    // A relative path is to be ignored, says the standard.
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let root = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(root.join("sightline").join("facts"))
}

pub(super) fn outlines(cache: Option<&FactCache>) -> &dyn Outlines {
    match cache {
        Some(cache) => cache,
        None => &Forgotten,
    }
}
