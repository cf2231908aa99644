//! The platform's own moves, made when their day has come: a rectification that is
//! overdue, a registration that nobody renewed, and what the rules prescribe then.
//!
//! Not here: which moves and when (`casework::sweep`).

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Problem;
use crate::limits::SWEEP_EVERY;

/// Sweeps until `stop`.
pub(crate) async fn sweep(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        // What cannot be swept now is swept next time; the day has not gone away.
        if let Err(problem) = once(&app).await {
            problem.log("sweep", "sweep");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

/// Makes every move of the platform whose day has come.
pub(crate) async fn once(app: &App) -> Result<(), Problem> {
    for made in app.casework().sweep(app.ledger().now()).await? {
        tracing::info!(matter = %made.matter, name = made.name, state = made.state, "the platform moved a matter");
    }
    for proposed in app.casework().propose_exits(app.ledger().now()).await? {
        let exit = proposed.exit.as_ref().map(ToString::to_string);
        tracing::info!(agreement = %proposed.agreement, exit, ground = proposed.ground, "the platform proposed an exit");
    }
    for ended in app.casework().sweep_registrations(app.ledger().now()).await? {
        tracing::info!(code = %ended.code, state = ended.state.word(), "the platform ended a registration");
    }
    Ok(())
}
