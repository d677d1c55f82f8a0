//! The App's credentials: given by the operator, or stored by the set-up page in a file that only its owner can read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::error::SettingsError;

const FILE: &str = "app-credentials.json";

#[derive(Clone, Debug)]
pub struct Credentials {
    pub app_id: u64,
    pub private_key: SecretString,
    /// All that are valid now; more than one during a rotation.
    pub webhook_secrets: Vec<SecretString>,
    /// The App's short name, where the set-up told it.
    pub slug: Option<String>,
}

/// What the set-up page learns from GitHub.
#[derive(Clone, Debug)]
pub struct StoredApp {
    pub id: u64,
    pub slug: String,
    pub private_key: SecretString,
    pub webhook_secret: SecretString,
}

/// The file. It has no `Debug`: its fields are the secrets.
#[derive(Serialize, Deserialize)]
struct Content {
    app_id: u64,
    slug: String,
    private_key: String,
    webhook_secret: String,
}

pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

impl StoredApp {
    /// Writes the file beside its final place and moves it there, readable by its owner only: a crash leaves the old
    /// file or the new one, never half of one.
    pub fn store(&self, data_dir: &Path) -> Result<PathBuf, SettingsError> {
        let path = path(data_dir);
        let content = Content {
            app_id: self.id,
            slug: self.slug.clone(),
            private_key: self.private_key.expose_secret().to_owned(),
            webhook_secret: self.webhook_secret.expose_secret().to_owned(),
        };
        let text = serde_json::to_vec_pretty(&content).expect("strings serialise");
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(data_dir)?;
            // A temporary file is created with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            fs::File::open(data_dir)?.sync_all()
        };
        write().map_err(|source| SettingsError::Store { path: path.clone(), source })?;
        Ok(path)
    }
}

/// What an earlier set-up has stored.
pub(super) fn load(data_dir: &Path) -> Result<Option<Credentials>, SettingsError> {
    let path = path(data_dir);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SettingsError::Secret { what: "the stored credentials", path, source }),
    };
    // Only the place of an error is told: its text could quote the file.
    let content: Content = serde_json::from_slice(&text).map_err(|error| SettingsError::Stored {
        reason: format!("line {}, column {}", error.line(), error.column()),
        path,
    })?;
    Ok(Some(Credentials {
        app_id: content.app_id,
        private_key: content.private_key.into(),
        webhook_secrets: vec![content.webhook_secret.into()],
        slug: Some(content.slug),
    }))
}

impl From<StoredApp> for Credentials {
    fn from(app: StoredApp) -> Self {
        Self {
            app_id: app.id,
            private_key: app.private_key,
            webhook_secrets: vec![app.webhook_secret],
            slug: Some(app.slug),
        }
    }
}
