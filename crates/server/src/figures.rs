//! Figures for Prometheus. Names end in their unit; labels never hold an id.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use shuyu_exchange::Side;

use crate::app::App;
use crate::error::Problem;

/// Seconds at which requests are told apart.
const BUCKETS_SECONDS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts counting, once for the process. Without a recorder nothing is counted
/// and nothing else changes.
pub fn start() {
    RECORDER.get_or_init(|| {
        let started = PrometheusBuilder::new()
            .set_buckets(&BUCKETS_SECONDS)
            .and_then(metrics_exporter_prometheus::PrometheusBuilder::install_recorder);
        match started {
            Ok(handle) => {
                describe();
                Some(handle)
            }
            Err(error) => {
                tracing::error!(%error, "figures cannot be counted");
                None
            }
        }
    });
}

fn describe() {
    metrics::describe_counter!("shuyu_http_requests_total", "Requests by method, route and status");
    metrics::describe_histogram!(
        "shuyu_http_request_duration_seconds",
        metrics::Unit::Seconds,
        "How long requests took"
    );
    metrics::describe_counter!("shuyu_logins_failed_total", "Wrong passwords");
    metrics::describe_counter!("shuyu_jobs_ended_total", "Jobs that ended, by kind and state");
    metrics::describe_counter!("shuyu_exchange_attempts_total", "Records sent to other platforms, by outcome");
    metrics::describe_gauge!("shuyu_exchange_waiting", "Records that wait for a receipt of a platform above");
    metrics::describe_gauge!(
        "shuyu_exchange_oldest_age_seconds",
        metrics::Unit::Seconds,
        "For how long the oldest of them waits"
    );
    metrics::describe_gauge!("shuyu_jobs_unfinished", "Jobs that wait or run");
    metrics::describe_gauge!("shuyu_journal_events", "Events in the journal");
    metrics::describe_gauge!("shuyu_log_entries", "Durable entries of the log");
    metrics::describe_gauge!("shuyu_disk_free_bytes", metrics::Unit::Bytes, "Free room on the disk of the data folder");
}

/// The figures as text.
pub(crate) async fn render(app: &App) -> Result<String, Problem> {
    let Some(Some(handle)) = RECORDER.get() else { return Ok(String::new()) };
    let above: Vec<_> = app.exchange().status().await?.into_iter().filter(|peer| peer.side == Side::Above).collect();
    let oldest = above.iter().filter_map(|peer| peer.oldest_at).min();
    let age_micros = oldest.map_or(0, |oldest| app.ledger().now().0.saturating_sub(oldest.0).max(0));
    set("shuyu_exchange_waiting", above.iter().map(|peer| peer.waiting).sum());
    set("shuyu_exchange_oldest_age_seconds", age_micros / 1_000_000);
    set("shuyu_jobs_unfinished", app.jobs().unfinished().await.map_err(Problem::fault)?);
    set("shuyu_journal_events", app.ledger().journal_head().await.map_err(Problem::fault)?);
    set("shuyu_log_entries", i64::try_from(app.ledger().log().size()).unwrap_or(i64::MAX));
    set("shuyu_disk_free_bytes", i64::try_from(app.spool().free_bytes()).unwrap_or(i64::MAX));
    handle.run_upkeep();
    Ok(handle.render())
}

fn set(name: &'static str, value: i64) {
    // A gauge is a float; whole numbers up to 2^53 keep their value.
    #[expect(clippy::cast_precision_loss, reason = "a figure for a graph, not an amount")]
    metrics::gauge!(name).set(value as f64);
}
