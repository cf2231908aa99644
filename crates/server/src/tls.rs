//! TLS of our own: the certificate and key that connections are taken with, and what is
//! not listened on without them.
//!
//! INVARIANT (no plain channel): off loopback nothing is served in the clear; the server
//! does not start (CS26 十: 落实加密).
//! INVARIANT (renewed alive): a certificate that is replaced on disk is used from the next
//! connection on. One that cannot be read, or does not fit its key, changes nothing.
//!
//! TLS 1.2 and 1.3 by rustls over AWS-LC. Not here: SM suites (GB/T 38636), which no kept
//! library here offers: a proxy on this machine ends those.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use shuyu_model::Regime;
use tokio_rustls::TlsAcceptor;

/// A certificate and its key, as they lie on disk.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    /// When each of the two files was written, as it was looked at last.
    written: [Option<SystemTime>; 2],
}

impl Tls {
    /// Reads a chain of certificates and its key, both PEM.
    pub fn load(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let written = written(certificate, key);
        let config = Arc::new(read(certificate, key)?);
        let current = Mutex::new(Current { config, written });
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    /// What the next connection is taken with. Upholds INVARIANT (renewed alive).
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let written = written(&self.certificate, &self.key);
        let mut current = self.current.lock();
        if written != current.written {
            // What was looked at once is not complained of with every connection.
            current.written = written;
            match read(&self.certificate, &self.key) {
                Ok(config) => {
                    current.config = Arc::new(config);
                    tracing::info!("the certificate was replaced and is used from now on");
                }
                Err(error) => tracing::error!(%error, "the replaced certificate cannot be used; the one before is"),
            }
        }
        TlsAcceptor::from(Arc::clone(&current.config))
    }
}

fn written(certificate: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [certificate, key].map(|path| path.metadata().and_then(|about| about.modified()).ok())
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let what = || format!("reading the certificate `{}`", certificate.display());
    let chain = CertificateDer::pem_file_iter(certificate).with_context(what)?;
    let chain = chain.collect::<Result<Vec<_>, _>>().with_context(what)?;
    if chain.is_empty() {
        bail!("`{}` holds no certificate; give a chain in PEM, its own first", certificate.display());
    }
    let own = PrivateKeyDer::from_pem_file(key).with_context(|| format!("reading the key `{}`", key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("choosing versions of TLS")?
        .with_no_client_auth()
        .with_single_cert(chain, own)
        .context("the certificate and the key do not belong together")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Upholds INVARIANT (no plain channel).
pub(crate) fn against_plain(address: SocketAddr, regime: &Regime) -> anyhow::Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let clause = regime.security.as_ref().and_then(|rules| rules.transport_encrypted.as_ref());
    let clause = clause.map_or_else(|| regime.cite_clause("setting"), |rule| regime.cite(rule));
    bail!(
        "nothing is served in the clear on {address} ({clause}); give `--tls-certificate` and `--tls-key`, or \
         listen on 127.0.0.1 and let a proxy on this machine end TLS (`--tls-in-front`)"
    )
}
