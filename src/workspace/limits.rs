//! How much of a change is read at all. Beyond a limit a file is described, not read.

use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Limits {
    /// Changed files that are read; the rest is listed as unavailable.
    pub files: usize,
    /// Bytes of one side of one file.
    pub file_bytes: u64,
    /// Bytes of one side of a file that is no code: dashboards are large.
    pub document_bytes: u64,
    /// Bytes of all texts together.
    pub total_bytes: u64,
    /// Bytes of the textual diff.
    pub diff_bytes: usize,
    /// Bytes of one listing of a tree.
    pub tree_bytes: usize,
    /// For one change set, everything included.
    pub time: Duration,
    /// What one fetch may add to the disk.
    pub fetch_bytes: u64,
    /// What the whole cache may hold before the least recently used repositories go.
    pub cache_bytes: u64,
    /// How long an unused repository stays in the cache.
    pub cache_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            files: 3_000,
            file_bytes: MIB,
            document_bytes: 4 * MIB,
            total_bytes: 64 * MIB,
            diff_bytes: 128 << 20,
            tree_bytes: 128 << 20,
            time: Duration::from_secs(90),
            fetch_bytes: 1_024 * MIB,
            cache_bytes: 8 * 1_024 * MIB,
            cache_age: Duration::from_secs(14 * 24 * 3_600),
        }
    }
}
