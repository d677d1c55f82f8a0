//! Everyone's wishes in one list. Each kind of file has a limit of its own, so that none crowds out another.

use super::{code, deployment, monitoring, wishes::Wishes};
use crate::model::{FileChange, FilePath};

/// Manifests above the changed files, imported modules of the repository, and the other files of their package where a
/// language has packages; and how the code is deployed. `tree` is sorted.
pub fn wanted(files: &[FileChange], tree: &[FilePath]) -> Vec<FilePath> {
    let mut wishes = Wishes::new(files, tree);
    code::wish(files, &mut wishes);
    monitoring::wish(files, &mut wishes);
    deployment::wish(files, &mut wishes);
    wishes.done()
}
