//! The options as people write them: on the command line, in the environment and, under the same names, in the file.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Deserialize;

/// `sightline serve` without secrets. Every option is optional here; defaults are filled in last.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    /// Settings file (TOML); its keys are the long names of these options.
    #[arg(long, env = "SIGHTLINE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Address to listen on [default: 127.0.0.1].
    #[arg(long, env = "SIGHTLINE_HOST", value_name = "IP")]
    pub host: Option<IpAddr>,

    /// Port to listen on; 0 takes a free one [default: 3000].
    #[arg(long, env = "PORT", value_name = "PORT")]
    pub port: Option<u16>,

    /// Where GitHub and people reach this service, without a final slash [default: http://HOST:PORT].
    #[arg(long, env = "SIGHTLINE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Folder for the database, the credentials and the git cache [default: $XDG_DATA_HOME/sightline].
    #[arg(long, env = "SIGHTLINE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Id of the GitHub App; without it (and without stored credentials) a set-up page is served.
    #[arg(long, env = "GITHUB_APP_ID", value_name = "ID")]
    pub app_id: Option<u64>,

    /// File with the App's private key (PEM).
    #[arg(long, env = "GITHUB_APP_PRIVATE_KEY_FILE", value_name = "FILE")]
    pub private_key_file: Option<PathBuf>,

    /// File with the webhook secret, if it is not in GITHUB_WEBHOOK_SECRET; one secret per line during a rotation.
    #[arg(long, env = "GITHUB_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    pub webhook_secret_file: Option<PathBuf>,

    /// GitHub's web address, also for git [default: `https://github.com`].
    #[arg(long, env = "GITHUB_URL", value_name = "URL")]
    pub github_url: Option<String>,

    /// GitHub's REST API [default: follows from --github-url; /api/v3 on Enterprise Server].
    #[arg(long, env = "GITHUB_API_URL", value_name = "URL")]
    pub github_api_url: Option<String>,

    /// GitHub's GraphQL API [default: follows from --github-url; /api/graphql on Enterprise Server].
    #[arg(long, env = "GITHUB_GRAPHQL_URL", value_name = "URL")]
    pub github_graphql_url: Option<String>,

    /// Jobs that run at the same time [default: 4].
    #[arg(long, env = "SIGHTLINE_CONCURRENCY", value_name = "N")]
    pub concurrency: Option<usize>,

    /// Seconds without a heartbeat after which a job is taken from its worker [default: 30].
    #[arg(long, env = "SIGHTLINE_LEASE_SECONDS", value_name = "SECONDS")]
    pub lease_seconds: Option<u64>,

    /// Seconds that running jobs get to finish at shutdown [default: 25].
    #[arg(long, env = "SIGHTLINE_GRACE_SECONDS", value_name = "SECONDS")]
    pub grace_seconds: Option<u64>,

    /// Resolve the review threads of fixed findings; the App then needs `contents: write`.
    #[arg(long, env = "SIGHTLINE_RESOLVE_THREADS", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub resolve_threads: Option<bool>,

    /// Send traces to this OpenTelemetry collector (OTLP over HTTP), for example `http://localhost:4318`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// Shape of the log [default: pretty on a terminal, json elsewhere].
    #[arg(long, env = "SIGHTLINE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// What is logged, as `level` or `target=level,…` [default: info].
    #[arg(long, env = "SIGHTLINE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people, with colours on a terminal.
    Pretty,
    /// One JSON object per line.
    Json,
}

macro_rules! first_given {
    ($over:ident, $under:ident: $($field:ident),+) => {
        Options { config: $over.config, $($field: $over.$field.or($under.$field)),+ }
    };
}

impl Options {
    /// Fills what is not given here from `file`.
    pub(super) fn or(self, file: Self) -> Self {
        first_given!(self, file: host, port, public_url, data_dir, app_id, private_key_file, webhook_secret_file,
            github_url, github_api_url, github_graphql_url, concurrency, lease_seconds, grace_seconds,
            resolve_threads, otlp_endpoint, log_format, log)
    }
}
