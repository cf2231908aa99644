//! When somebody asks the process to end.

/// Resolves with SIGTERM or SIGINT. A process that cannot listen for them ends
/// only by force, so that is told and waited for ever.
pub(crate) async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "signals cannot be heard; only a kill ends this process");
            std::future::pending::<()>().await;
        }
    }
}
