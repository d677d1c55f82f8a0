//! What the cache forgets: repositories unused for too long, then the least recently used ones until it fits.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Its time of modification says when the repository was last used.
pub(super) const USED: &str = "sightline-used";

/// Bytes of all files below a folder; what vanishes while it is counted counts nothing.
pub(super) fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size_of(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resident {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) used: SystemTime,
}

pub(super) fn residents(root: &Path) -> Vec<Resident> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let folders =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "git"));
    let residents = folders.map(|path| {
        let used = fs::metadata(path.join(USED)).and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        Resident { bytes: size_of(&path), used, path }
    });
    residents.collect()
}

/// Who has to go, longest unused first.
pub(super) fn victims(mut residents: Vec<Resident>, limit: u64, age: Duration, now: SystemTime) -> Vec<Resident> {
    residents.sort_by_key(|resident| resident.used);
    let mut total: u64 = residents.iter().map(|resident| resident.bytes).sum();
    let leaving = residents.into_iter().filter(|resident| {
        let old = now.duration_since(resident.used).is_ok_and(|unused| unused > age);
        let leaves = old || total > limit;
        if leaves {
            total -= resident.bytes;
        }
        leaves
    });
    leaving.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident(name: &str, bytes: u64, used: u64) -> Resident {
        Resident { path: name.into(), bytes, used: SystemTime::UNIX_EPOCH + Duration::from_secs(used) }
    }

    #[test]
    fn old_ones_go_first_and_then_the_least_recently_used() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let all =
            || vec![resident("b", 40, 800), resident("c", 40, 900), resident("a", 40, 10), resident("d", 40, 990)];
        let names = |limit, age| {
            let gone = victims(all(), limit, Duration::from_secs(age), now);
            gone.into_iter().map(|resident| resident.path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(1_000, 500), ["a"]);
        assert_eq!(names(90, 500), ["a", "b"]);
        assert_eq!(names(1_000, 5_000), Vec::<String>::new());
    }
}
