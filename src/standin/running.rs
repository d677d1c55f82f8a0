//! Starting and stopping. The stand-in lives on threads of its own, so that neither a paused clock nor a blocked
//! runtime of its user can stop it, and a blocking test can use it as well as an async one.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc as std_mpsc};

use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::births;
use super::clock::{Clock, system};
use super::exchange::Observer;
use super::hooks;
use super::keys::AppKey;
use super::manifest::{Manifest, OWN};
use super::server;
use super::site::Site;
use super::world::AccountKind;

#[derive(Clone)]
pub struct Options {
    /// 0 takes any free port.
    pub port: u16,
    pub clock: Clock,
    /// The manifest of the App that is registered at the start, as YAML; `None` starts without an App.
    pub app: Option<String>,
    /// The account the App is installed on, with all its repositories.
    pub account: String,
    /// Whether that account is an organisation.
    pub organisation: bool,
    /// Where webhooks go; can be set later.
    pub hook_url: Option<String>,
    pub observers: Vec<Observer>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            clock: system(),
            app: Some(OWN.to_owned()),
            account: "acme".to_owned(),
            organisation: true,
            hook_url: None,
            observers: Vec::new(),
        }
    }
}

/// What the operator of an App holds.
#[derive(Clone)]
pub struct Credentials {
    pub app_id: u64,
    pub slug: String,
    pub private_key: String,
    pub webhook_secret: String,
    pub installation: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot make a folder for the repositories: {0}")]
    Folder(#[source] std::io::Error),
    #[error("cannot listen on port {port} of 127.0.0.1: {source}; choose another with --port")]
    Listen { port: u16, source: std::io::Error },
    #[error("cannot read the App's manifest: {0}")]
    Manifest(String),
}

pub struct Standin {
    pub(super) site: Arc<Site>,
    pub(super) runtime: Handle,
    pub(super) app: Option<u64>,
    stop: Option<oneshot::Sender<()>>,
    // Dropped last, when nothing serves from it any more.
    _home: TempDir,
}

impl Standin {
    /// Starts serving on loopback; everything ends when the value is dropped.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let home = tempfile::Builder::new().prefix("sightline-standin-").tempdir().map_err(StartError::Folder)?;
        let port = options.port;
        let listen = |source| StartError::Listen { port, source };
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (outbox, inbox) = mpsc::unbounded_channel();
        let observers = options.observers.clone();
        let clock = Arc::clone(&options.clock);
        let site = Site::new(format!("http://{address}"), home.path().join("repositories"), clock, observers, outbox);
        let site = Arc::new(site);
        let (stop, stopped) = oneshot::channel();
        let runtime = serve(Arc::clone(&site), listener, inbox, stopped).map_err(listen)?;
        let mut standin = Self { site, runtime, app: None, stop: Some(stop), _home: home };
        standin.settle(&options).map_err(StartError::Manifest)?;
        Ok(standin)
    }

    /// The account and the App every world begins with.
    fn settle(&mut self, options: &Options) -> Result<(), String> {
        let kind = if options.organisation { AccountKind::Organization } else { AccountKind::Person };
        self.site.world().add_account(&options.account, kind);
        let Some(text) = &options.app else { return Ok(()) };
        let manifest = Manifest::from_yaml(text)?;
        let id = {
            let mut world = self.site.world();
            let app = births::app(&self.site, &mut world, &options.account, &manifest, AppKey::shared());
            if let Some(held) = world.apps.get_mut(&app.id) {
                // The address in the manifest is of the real service; here the caller says where it is.
                held.hook_url.clone_from(&options.hook_url);
            }
            app.id
        };
        births::install_quietly(&self.site, id, &options.account);
        self.app = Some(id);
        Ok(())
    }

    pub fn url(&self) -> &str {
        &self.site.url
    }

    /// The credentials of the App registered at the start.
    pub fn credentials(&self) -> Option<Credentials> {
        let world = self.site.world();
        let app = world.apps.get(&self.app?)?;
        let installation = world.installations.values().find(|found| found.app == app.id)?;
        Some(Credentials {
            app_id: app.id,
            slug: app.slug.clone(),
            private_key: app.key.pem().to_owned(),
            webhook_secret: app.webhook_secret.clone(),
            installation: installation.id,
        })
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself.
            let _ = stop.send(());
        }
    }
}

/// Runs server and courier on a thread of their own and returns the way in.
fn serve(
    site: Arc<Site>,
    listener: std::net::TcpListener,
    inbox: mpsc::UnboundedReceiver<u64>,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<Handle> {
    let (ready, handle) = std_mpsc::channel();
    std::thread::Builder::new().name("standin".to_owned()).spawn(move || {
        let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = match built {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(runtime.handle().clone()));
        runtime.block_on(async move {
            let courier = tokio::spawn(hooks::courier(Arc::clone(&site), inbox));
            tokio::select! {
                _ = stopped => {}
                _ = server::serve(site, listener) => {}
            }
            courier.abort();
        });
    })?;
    handle.recv().map_err(|_| std::io::Error::other("the thread of the stand-in ended"))?
}
