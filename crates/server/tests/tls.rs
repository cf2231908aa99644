//! Connections over TLS, a certificate that is replaced, and what is not served in the clear.

use std::path::Path;

use axum::http::StatusCode;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use shuyu_server::serve;
use shuyu_server::tls::Tls;

use crate::support::server;

/// Writes a certificate for `localhost` and its key; says the certificate.
fn written(folder: &Path) -> String {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.pem()
}

fn loaded(folder: &Path) -> anyhow::Result<Tls> {
    Tls::load(&folder.join("cert.pem"), &folder.join("key.pem"))
}

/// A client that trusts this certificate and nothing else.
fn client(trusted: &str) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_connection_is_encrypted_and_a_replaced_certificate_is_used_without_a_restart() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let first = written(folder.path());
    let running = serve::start(server.app.clone(), "127.0.0.1:0", Some(loaded(folder.path()).unwrap())).await.unwrap();
    let url = format!("https://localhost:{}/healthz", running.address().port());
    let asks = async |trusted: &str| client(trusted).get(&url).send().await.map(|answer| answer.status());
    assert_eq!(asks(&first).await.unwrap(), StatusCode::OK);
    assert!(asks(&written(tempfile::tempdir().unwrap().path())).await.is_err(), "another certificate is not trusted");
    let plain = url.replace("https", "http");
    assert!(client(&first).get(&plain).send().await.is_err(), "nothing answers in the clear");

    let second = written(folder.path());
    assert_eq!(asks(&second).await.unwrap(), StatusCode::OK, "the new one is used");
    assert!(asks(&first).await.is_err(), "and the old one no more");
    std::fs::write(folder.path().join("cert.pem"), "not a certificate").unwrap();
    assert_eq!(asks(&second).await.unwrap(), StatusCode::OK, "what cannot be read changes nothing");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_served_in_the_clear_off_loopback() {
    let server = server().await;
    let refused = serve::start(server.app.clone(), "0.0.0.0:0", None).await.err().unwrap().to_string();
    assert!(refused.contains("in the clear") && refused.contains("--tls-certificate"), "{refused}");
    assert!(refused.contains("changsha-2026 十"), "with its clause: {refused}");
}

#[tokio::test]
async fn a_certificate_that_is_none_or_another_keys_is_told_before_anything_starts() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(loaded(folder.path()).is_err(), "there is none");
    written(folder.path());
    written(other.path());
    assert!(loaded(folder.path()).is_ok());
    std::fs::copy(other.path().join("key.pem"), folder.path().join("key.pem")).unwrap();
    let told = format!("{:#}", loaded(folder.path()).err().unwrap());
    assert!(told.contains("do not belong together"), "{told}");
    std::fs::write(folder.path().join("cert.pem"), "").unwrap();
    let told = format!("{:#}", loaded(folder.path()).err().unwrap());
    assert!(told.contains("no certificate"), "{told}");
}
