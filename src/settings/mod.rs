//! Floor 8, an edge: how the service is configured. A flag wins over the environment, the environment over the settings
//! file, the file over the default. Secrets have no flags (every user of a machine can read arguments); they come from
//! the environment or from files, and nothing here can print them.

mod credentials;
mod error;
mod options;
mod resolve;

pub use credentials::{Credentials, StoredApp};
pub use error::SettingsError;
pub use options::{LogFormat, Options};
pub use resolve::{Settings, database_url, resolve};
