//! The platform's own moves, made when their day has come: a rectification that is
//! overdue, a registration that nobody renewed, and what the rules prescribe then.
//!
//! Not here: which moves and when (`casework::sweep`).

use shuyu_casework::Observed;
use shuyu_delivery::UnusualCalls;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::backup;
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
    app.registry().refresh_rules().await?;
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
    for opened in app.casework().open_violations().await? {
        tracing::info!(matter = %opened, "a declaration that gave rights away opened a rectification");
    }
    crate::raised::raise(app).await?;
    back_up(app).await;
    watch_over(app).await
}

/// Probes the controls and looks for what is unusual, where the rules ask for it.
async fn watch_over(app: &App) -> Result<(), Problem> {
    crate::controls::check(app).await?;
    let now = app.ledger().now();
    for alert in app.casework().watch(now).await? {
        tracing::info!(%alert, "the monitor raised an alert");
    }
    for calls in app.delivery().unusual_calls(now).await? {
        let UnusualCalls { pattern, subscription, entity, count, threshold } = calls;
        let (organisation, object) = (Some(entity), Some(subscription.to_string()));
        app.casework().raise(Observed { pattern, organisation, person: None, object, count, threshold }).await?;
    }
    Ok(())
}

/// Takes a backup where one is due. One that fails is told and tried again; it stops nothing
/// else.
async fn back_up(app: &App) {
    match backup::if_due(app).await {
        Ok(Some(whole)) => tracing::info!(backup = %whole.display(), "a backup was taken"),
        Ok(None) => {}
        Err(error) => tracing::error!(error = format!("{error:#}"), "no backup could be taken"),
    }
}
