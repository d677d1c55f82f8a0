use clap::Parser;
use tempfile::TempDir;

use super::super::credentials::StoredApp;
use super::*;

const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n";

fn resolved(options: Options, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    resolve(options, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

fn in_folder(folder: &TempDir) -> Options {
    Options { data_dir: Some(folder.path().to_owned()), ..Options::default() }
}

#[test]
fn defaults_need_nothing_but_a_home() {
    let settings = resolved(Options::default(), &[("HOME", "/home/ada"), ("DATABASE_URL", " ")]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.database_url.expose_secret(), "sqlite:/home/ada/.local/share/sightline/sightline.db");
    assert_eq!(settings.github_url, "https://github.com");
    assert!(settings.credentials.is_none());
    let settings = resolved(Options::default(), &[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/data")]).unwrap();
    assert_eq!(settings.data_dir, Path::new("/data/sightline"));
    assert!(matches!(resolved(Options::default(), &[]), Err(SettingsError::NoDataDir)));
}

#[test]
fn the_file_fills_what_is_not_given() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sightline.toml");
    std::fs::write(&file, "port = 8080\nconcurrency = 9\nlog-format = \"json\"\ngithub-url = \"https://git.corp/\"\n")
        .unwrap();
    let options = Options { config: Some(file.clone()), port: Some(4000), ..in_folder(&folder) };
    let settings = resolved(options, &[]).unwrap();
    assert_eq!((settings.listen.port(), settings.concurrency), (4000, 9));
    assert_eq!((settings.log_format, settings.github_url.as_str()), (Some(LogFormat::Json), "https://git.corp"));

    std::fs::write(&file, "port = 8080\nprot = 1\n").unwrap();
    let error = resolved(Options { config: Some(file), ..in_folder(&folder) }, &[]).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("prot"), "{error}");
}

#[test]
fn a_flag_wins_over_the_environment() {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }
    let line = Line::parse_from(["sightline", "--port", "1", "--resolve-threads", "--host", "0.0.0.0"]);
    assert_eq!((line.options.port, line.options.resolve_threads), (Some(1), Some(true)));
    assert_eq!(line.options.or(Options { port: Some(2), ..Options::default() }).port, Some(1));
}

#[test]
fn credentials_come_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key.pem");
    std::fs::write(&key, KEY).unwrap();
    let options = || Options { app_id: Some(7), private_key_file: Some(key.clone()), ..in_folder(&folder) };
    let both = [("GITHUB_WEBHOOK_SECRET", "new"), ("GITHUB_WEBHOOK_SECRET_PREVIOUS", "old")];
    let credentials = resolved(options(), &both).unwrap().credentials.unwrap();
    assert_eq!((credentials.app_id, credentials.webhook_secrets.len()), (7, 2));

    let missing = |options, variables: &[_]| resolved(options, variables).unwrap_err().to_string();
    assert!(missing(options(), &[]).contains("GITHUB_WEBHOOK_SECRET"));
    assert!(missing(Options { app_id: None, ..options() }, &both).contains("GITHUB_APP_ID"));
    assert!(missing(Options { private_key_file: None, ..options() }, &both).contains("PRIVATE_KEY_FILE"));
    std::fs::write(&key, "not a key").unwrap();
    assert!(missing(options(), &both).contains("PEM"));
}

#[test]
fn stored_credentials_belong_to_their_owner() {
    let folder = TempDir::new().unwrap();
    let app =
        StoredApp { id: 9, slug: "sightline-acme".into(), private_key: KEY.into(), webhook_secret: "hush".into() };
    let path = app.store(folder.path()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let credentials = resolved(in_folder(&folder), &[]).unwrap().credentials.unwrap();
    assert_eq!((credentials.app_id, credentials.slug.as_deref()), (9, Some("sightline-acme")));
    assert_eq!(credentials.webhook_secrets[0].expose_secret(), "hush");
    std::fs::write(&path, "{\"app_id\": \"hush").unwrap();
    let error = resolved(in_folder(&folder), &[]).unwrap_err().to_string();
    assert!(!error.contains("hush") && error.contains("line 1"), "{error}");
}

#[test]
fn settings_print_no_secret() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key.pem");
    std::fs::write(&key, KEY).unwrap();
    let options = Options { app_id: Some(7), private_key_file: Some(key), ..in_folder(&folder) };
    let variables = [("GITHUB_WEBHOOK_SECRET", "hunter2"), ("DATABASE_URL", "postgres://u:hunter2@db/x")];
    let printed = format!("{:?}", resolved(options, &variables).unwrap());
    assert!(!printed.contains("hunter2") && !printed.contains("c2VjcmV0"), "{printed}");
}

#[test]
fn addresses_are_checked() {
    let folder = TempDir::new().unwrap();
    for url in ["github.com", "ftp://x", "https://", "https://user:pass@host", "https://a b"] {
        let options = Options { github_url: Some(url.into()), ..in_folder(&folder) };
        let error = resolved(options, &[]).unwrap_err().to_string();
        assert!(error.starts_with("`github-url` is not valid") && !error.contains("pass@"), "{error}");
    }
    let options = Options { concurrency: Some(0), ..in_folder(&folder) };
    assert!(resolved(options, &[]).is_err());
}
