//! The running server: a listener, a worker, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::jobs::worker;
use crate::limits::SHUTDOWN_SECONDS_MAX;
use crate::tls::{Tls, against_plain};
use crate::{connections, figures, router, sweeper, upstream};

/// A server that runs until it is stopped.
pub struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    working: JoinHandle<Result<(), shuyu_ledger::LedgerError>>,
    sweeping: JoinHandle<()>,
    sending: JoinHandle<()>,
    app: App,
}

/// Listens and works; over TLS where a certificate is given, else on loopback alone.
pub async fn start(app: App, listen: &str, tls: Option<Tls>) -> anyhow::Result<Running> {
    figures::start();
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on `{listen}`"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    if tls.is_none() {
        against_plain(address, app.registry().regime())?;
    }
    let (stop, tls) = (CancellationToken::new(), tls.map(Arc::new));
    let serving = tokio::spawn(connections::serve(listener, tls, router::build(&app), stop.clone()));
    let working = tokio::spawn(worker::work(app.clone(), stop.clone()));
    let sweeping = tokio::spawn(sweeper::sweep(app.clone(), stop.clone()));
    let sending = tokio::spawn(upstream::send(app.clone(), stop.clone()));
    Ok(Running { address, stop, serving, working, sweeping, sending, app })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Stops accepting, lets what runs finish, gives jobs back that do not,
    /// publishes the log and closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let limit = Duration::from_secs(SHUTDOWN_SECONDS_MAX);
        let abort = self.serving.abort_handle();
        match tokio::time::timeout(limit, self.serving).await {
            Ok(served) => served.context("the listener panicked")?,
            Err(_) => {
                tracing::warn!(seconds = SHUTDOWN_SECONDS_MAX, "requests did not finish in time and are cut off");
                abort.abort();
            }
        }
        self.working.await.context("the worker panicked")??;
        self.sweeping.await.context("the sweeper panicked")?;
        self.sending.await.context("the sender panicked")?;
        Ok(self.app.close().await?)
    }
}
