//! A throw-away PostgreSQL cluster: made in a temporary folder, reached over a socket in it, gone with its last user.
//!
//! Tests that need it are `#[ignore]`d, so a plain `cargo test` lists them as ignored instead of passing without having
//! looked. `cargo test -- --include-ignored` runs them, and they fail where PostgreSQL is missing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

const OWNER: &str = "postgres";

pub(crate) struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    as_root: bool,
}

/// An empty database of its own in the cluster that the tests of this process share.
pub(crate) struct Database {
    pub(crate) url: String,
    _cluster: Arc<Cluster>,
}

impl Database {
    pub(crate) async fn create() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = tokio::task::spawn_blocking(Cluster::shared).await.unwrap();
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        connection.close().await.unwrap();
        Self { url: cluster.url(&name), _cluster: cluster }
    }
}

impl Cluster {
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let cluster = Arc::new(Self::start());
            *shared = Arc::downgrade(&cluster);
            cluster
        })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user={OWNER}", self.folder.path().display())
    }

    fn start() -> Self {
        let programs =
            programs().expect("these tests need PostgreSQL (initdb, pg_ctl); on Debian: apt-get install postgresql");
        let folder = tempfile::Builder::new().prefix("sightline-pg-").tempdir().unwrap();
        let as_root = number("-u", None) == 0;
        if as_root {
            // PostgreSQL refuses to run as root; the package brings a user for it.
            let (uid, gid) = (number("-u", Some(OWNER)), number("-g", Some(OWNER)));
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let cluster = Self { programs, folder, as_root };
        let data = cluster.data();
        let args = ["-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-locale", "--no-sync", "-D"].map(OsStr::new);
        cluster.run("initdb", &[args.as_slice(), &[data.as_os_str()]].concat());
        // No durability for a database that lives a minute, and no port that could be taken.
        let options = format!(
            "-c listen_addresses='' -c fsync=off -c max_connections=300 -k {}",
            cluster.folder.path().display()
        );
        let log = cluster.folder.path().join("log");
        let args = ["-w", "-s", "-o", &options, "-l"].map(OsStr::new);
        cluster.run(
            "pg_ctl",
            &[args.as_slice(), &[log.as_os_str(), "-D".as_ref(), data.as_ref(), "start".as_ref()]].concat(),
        );
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={OWNER}"), &format!("--regid={OWNER}"), "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, program: &str, args: &[&OsStr]) {
        let output = self.command(program).args(args).output().unwrap();
        assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its folder goes next; a server that does not stop must not hide the result of the tests.
        let _ = self.command("pg_ctl").args(["-s", "-m", "immediate", "-D"]).arg(self.data()).arg("stop").output();
    }
}

fn number(flag: &str, user: Option<&str>) -> u32 {
    let output = Command::new("id").arg(flag).args(user).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a user for PostgreSQL exists")
}

/// Where `initdb` and `pg_ctl` are: in the path, or where Debian puts them.
pub(crate) fn programs() -> Option<PathBuf> {
    let has = |folder: &Path| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(|folder| has(folder)) {
        return Some(folder);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|version| version.path().join("bin")).filter(|folder| has(folder)).max()
}
