//! Connections: taken one after another, each bounded in time, ended in order.
//!
//! `axum::serve` has no clock for the head of a request, so a client that sends
//! it a byte at a time would hold its connection for ever.
//!
//! INVARIANT (slow clients go): a connection whose next request has not come
//! whole, but for its body, after [`HEAD_SECONDS_MAX`] is closed. The body is
//! bounded by the time of its request (`guard`).
//!
//! INVARIANT (handshakes end): one that is not done after [`HANDSHAKE_SECONDS_MAX`] is
//! broken off, so that silence holds no place.
//!
//! Not here: what a request may do (`guard`, `watch`), certificates (`tls`).

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::{TowerToHyperService, TowerToHyperServiceFuture};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::callers::Peer;
use crate::limits::{ACCEPT_AGAIN_AFTER, CONNECTIONS_MAX, HANDSHAKE_SECONDS_MAX, HEAD_SECONDS_MAX};
use crate::tls::Tls;

const HEAD_MAX: Duration = Duration::from_secs(HEAD_SECONDS_MAX);
const HANDSHAKE_MAX: Duration = Duration::from_secs(HANDSHAKE_SECONDS_MAX);

/// How a connection ended before its client was done with it.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    Http(hyper::Error),
    #[error("in its handshake: {0}")]
    Handshake(std::io::Error),
    #[error("in its handshake, which did not end")]
    Silence,
}

/// Serves until it is told to stop; then takes nothing new, lets what runs
/// finish, and returns.
pub(crate) async fn serve(listener: TcpListener, tls: Option<Arc<Tls>>, router: Router, stop: CancellationToken) {
    let running = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let taken = async {
            // The semaphore is never closed, so there is always a place in the end.
            let place = Arc::clone(&room).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            taken = taken => taken,
            () = stop.cancelled() => break,
        };
        let (router, watcher, tls) = (router.clone(), running.watcher(), tls.clone());
        tokio::spawn(async move {
            // Whoever hangs up in the middle is no news to anybody.
            let ended = match tls {
                None => watcher.watch(connection(stream, peer, router, HEAD_MAX)).await.map_err(Broken::Http),
                Some(tls) => match tokio::time::timeout(HANDSHAKE_MAX, tls.acceptor().accept(stream)).await {
                    Ok(Ok(stream)) => {
                        watcher.watch(connection(stream, peer, router, HEAD_MAX)).await.map_err(Broken::Http)
                    }
                    Ok(Err(error)) => Err(Broken::Handshake(error)),
                    Err(_) => Err(Broken::Silence),
                },
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    running.shutdown().await;
}

/// The next connection; waits where the machine cannot open one.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are small and written at once; waiting to fill a packet only delays them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps its delay");
                }
                return (stream, Peer(address.ip()));
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

/// Whether only this one connection failed.
fn is_of_the_connection(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// The router for one connection: each of its requests knows where it comes from.
struct FromPeer {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl Service<Request<Incoming>> for FromPeer {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = TowerToHyperServiceFuture<Router, Request<Incoming>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// INVARIANT (slow clients go).
fn connection<S>(stream: S, peer: Peer, router: Router, head_max: Duration) -> http1::Connection<TokioIo<S>, FromPeer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_max)
        .serve_connection(TokioIo::new(stream), FromPeer { router: TowerToHyperService::new(router), peer })
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// What comes back until the server hangs up.
    async fn say(parts: &[&str], head_max: Duration) -> String {
        let router = Router::new().route("/", get(async || "hello"));
        let (mut client, server) = tokio::io::duplex(1024);
        let served = tokio::spawn(connection(server, Peer(std::net::Ipv4Addr::LOCALHOST.into()), router, head_max));
        for part in parts {
            client.write_all(part.as_bytes()).await.unwrap();
        }
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        // How it ended is the client's affair; that it ended is what is tested.
        let _ = served.await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_client_that_does_not_finish_its_head_is_hung_up_on() {
        let answer = say(&["GET / HT", "TP/1.1\r\nhost"], Duration::from_millis(20)).await;
        assert!(!answer.contains("hello"), "{answer}");
    }

    #[tokio::test]
    async fn an_idle_connection_is_hung_up_on_after_its_answer() {
        let answer = say(&["GET / HTTP/1.1\r\n", "host: a\r\n\r\n"], Duration::from_millis(200)).await;
        assert!(answer.ends_with("hello"), "{answer}");
    }
}
