//! What can be wrong with the settings, said so that it can be mended without reading this program.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("could not read the settings file {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the settings file {} does not read: {reason}", path.display())]
    Syntax { path: PathBuf, reason: String },
    #[error("could not read {what} from {}", path.display())]
    Secret { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("`{name}` is not valid: {reason}")]
    Invalid { name: &'static str, reason: String },
    #[error("set {missing} too: an App needs its id, its private key and its webhook secret")]
    Incomplete { missing: &'static str },
    #[error("there is no home directory to keep data in: set `--data-dir` or `SIGHTLINE_DATA_DIR`")]
    NoDataDir,
    #[error("the stored credentials in {} do not read: {reason}; delete the file to set up the App again", path.display())]
    Stored { path: PathBuf, reason: String },
    #[error("could not store the credentials in {}", path.display())]
    Store { path: PathBuf, source: std::io::Error },
}
