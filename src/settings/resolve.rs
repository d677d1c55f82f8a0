//! Options and secrets become [`Settings`]: complete, checked and safe to print.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::credentials::{self, Credentials};
use super::error::SettingsError;
use super::options::{LogFormat, Options};

/// The folder below the user's data directory.
const XDG_NAME: &str = "sightline";

#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    /// As given; `None` means the address that was bound.
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    /// May hold a password.
    pub database_url: SecretString,
    /// `None`: the set-up page is served until there are some.
    pub credentials: Option<Credentials>,
    pub github_url: String,
    pub github_api_url: Option<String>,
    pub github_graphql_url: Option<String>,
    pub concurrency: usize,
    pub lease: Duration,
    pub grace: Duration,
    pub resolve_threads: bool,
    pub otlp_endpoint: Option<String>,
    pub log_format: Option<LogFormat>,
    pub log: String,
}

/// `environment` answers for variables that have no option: secrets and the user's directories.
pub fn resolve(options: Options, environment: impl Fn(&str) -> Option<String>) -> Result<Settings, SettingsError> {
    // An empty variable is how many platforms say "not set".
    let environment = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    let (options, data_dir, database_url) = place(options, &environment)?;
    let credentials = match given(&options, &environment)? {
        Some(credentials) => Some(credentials),
        None => credentials::load(&data_dir)?,
    };
    let concurrency = options.concurrency.unwrap_or(4);
    positive("concurrency", concurrency as u64)?;
    let lease = options.lease_seconds.unwrap_or(30);
    positive("lease-seconds", lease)?;
    Ok(Settings {
        listen: SocketAddr::new(options.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), options.port.unwrap_or(3000)),
        public_url: options.public_url.map(|url| address("public-url", &url)).transpose()?,
        data_dir,
        database_url,
        credentials,
        github_url: address("github-url", options.github_url.as_deref().unwrap_or("https://github.com"))?,
        github_api_url: options.github_api_url.map(|url| address("github-api-url", &url)).transpose()?,
        github_graphql_url: options.github_graphql_url.map(|url| address("github-graphql-url", &url)).transpose()?,
        concurrency,
        lease: Duration::from_secs(lease),
        grace: Duration::from_secs(options.grace_seconds.unwrap_or(25)),
        resolve_threads: options.resolve_threads.unwrap_or_default(),
        otlp_endpoint: options.otlp_endpoint.map(|url| address("otlp-endpoint", &url)).transpose()?,
        log_format: options.log_format,
        log: options.log.unwrap_or_else(|| "info".to_owned()),
    })
}

/// The address of the queue's database alone, for commands that need nothing else.
pub fn database_url(
    options: Options,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<SecretString, SettingsError> {
    let environment = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    place(options, &environment).map(|(_, _, url)| url)
}

/// Options with the file's, the data folder, and the database, which lies in that folder unless it is told.
fn place(
    options: Options,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<(Options, PathBuf, SecretString), SettingsError> {
    let options = match options.config.clone() {
        Some(path) => options.or(read(&path)?),
        None => options,
    };
    let data_dir = match options.data_dir.clone() {
        Some(folder) => folder,
        None => default_data_dir(environment).ok_or(SettingsError::NoDataDir)?,
    };
    let default = || format!("sqlite:{}", data_dir.join("sightline.db").display());
    let url = environment("DATABASE_URL").unwrap_or_else(default).into();
    Ok((options, data_dir, url))
}

fn read(path: &Path) -> Result<Options, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::File { path: path.into(), source })?;
    toml::from_str(&text).map_err(|error| SettingsError::Syntax { path: path.into(), reason: error.to_string() })
}

fn default_data_dir(environment: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let base = environment("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| environment("HOME").map(|home| Path::new(&home).join(".local/share")))?;
    Some(base.join(XDG_NAME))
}

fn positive(name: &'static str, value: u64) -> Result<(), SettingsError> {
    match value {
        0 => Err(SettingsError::Invalid { name, reason: "it must be at least 1".to_owned() }),
        _ => Ok(()),
    }
}

/// A web address without its final slash. One with a user or password in it is refused: it would end up in logs.
fn address(name: &'static str, url: &str) -> Result<String, SettingsError> {
    let invalid = |reason: &str| SettingsError::Invalid { name, reason: reason.to_owned() };
    let url = url.trim().trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| invalid("it must start with https:// or http://"))?;
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(invalid("it names no host"));
    }
    if host.contains('@') {
        return Err(invalid("it must not hold a user name or password"));
    }
    Ok(url.to_owned())
}

/// Credentials that the operator gave: all of them, or none.
fn given(
    options: &Options,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Credentials>, SettingsError> {
    let secret = |path: &PathBuf, what| {
        std::fs::read_to_string(path).map_err(|source| SettingsError::Secret { what, path: path.clone(), source })
    };
    let mut webhook_secrets: Vec<SecretString> = ["GITHUB_WEBHOOK_SECRET", "GITHUB_WEBHOOK_SECRET_PREVIOUS"]
        .iter()
        .filter_map(|name| environment(name))
        .map(Into::into)
        .collect();
    if let Some(path) = &options.webhook_secret_file {
        let text = secret(path, "the webhook secret")?;
        webhook_secrets.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(SecretString::from));
    }
    let private_key: Option<SecretString> = match &options.private_key_file {
        Some(path) => Some(secret(path, "the private key")?.into()),
        None => None,
    };
    match (options.app_id, private_key, webhook_secrets.is_empty()) {
        (None, None, true) => Ok(None),
        (None, ..) => Err(SettingsError::Incomplete { missing: "`GITHUB_APP_ID`" }),
        (_, None, _) => Err(SettingsError::Incomplete { missing: "`GITHUB_APP_PRIVATE_KEY_FILE`" }),
        (.., true) => Err(SettingsError::Incomplete { missing: "`GITHUB_WEBHOOK_SECRET`" }),
        (Some(app_id), Some(private_key), false) => {
            if !private_key.expose_secret().contains("PRIVATE KEY-----") {
                let reason = "the file is no private key in PEM format".to_owned();
                return Err(SettingsError::Invalid { name: "private-key-file", reason });
            }
            Ok(Some(Credentials { app_id, private_key, webhook_secrets, slug: None }))
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
