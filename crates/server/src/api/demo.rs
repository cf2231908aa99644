//! The clock of a demonstration.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::Time;
use utoipa::ToSchema;

use super::Stations;
use crate::endpoint::{Json, Shown, Who};
use crate::error::Problem;
use crate::shapes::shaped;

/// Where the clock should stand, or stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Microseconds of UTC.
    #[schema(value_type = i64)]
    pub to: Time,
}

shaped! { Clock => Clock }

/// Moves the clock ahead. Never back, and never but in a demonstration.
pub async fn advance(State(app): Stations, Who(actor): Who, Json(clock): Json<Clock>) -> Result<Shown<Clock>, Problem> {
    if !app.settings().is_demo {
        return Err(Problem::unseen("clock: this server shows the real time (it was not started with --demo)"));
    }
    let ledger = app.ledger();
    let before = ledger.now();
    let ahead_micros = clock.to.0.saturating_sub(before.0);
    if ahead_micros < 0 {
        return Err(Problem::conflict(format!("the clock shows {before} and only goes forward")));
    }
    let mut change = ledger.change().await.map_err(Problem::fault)?;
    app.sessions().carry_over(&mut change, ahead_micros).await.map_err(Problem::fault)?;
    let facts = serde_json::json!({ "from": before, "to": clock.to });
    change.commit(Event::done(Some(&actor), "clock.moved", "clock").facts(facts)).await.map_err(Problem::fault)?;
    // What was written before the leap is in the log before it: a leap is no wait for
    // whoever looks how long events wait to reach the log.
    ledger.settle().await.map_err(Problem::fault)?;
    // Somebody else may have moved it further meanwhile; that is no failure.
    if let Err(error) = ledger.clock().advance_to(clock.to) {
        tracing::debug!(%error, "the clock was moved by somebody else");
    }
    app.clock_file().write(ledger.clock()).map_err(Problem::fault)?;
    // Days that have just come are not waited for.
    crate::sweeper::once(&app).await?;
    Ok(Shown(Clock { to: ledger.now() }))
}
