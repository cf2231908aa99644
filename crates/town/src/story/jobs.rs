//! Waiting for a background job, with its progress on the stage.

use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::Value;

use super::World;
use super::client::{Client, text};

/// Longer than this no job of the story may take.
const JOB_SECONDS_MAX: u64 = 600;
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until the job that this answer started has ended well; gives its result.
pub(crate) async fn done(w: &mut World<'_>, client: &Client, started: &Value) -> anyhow::Result<Value> {
    let job = text(started, "job")?;
    let began = Instant::now();
    loop {
        let seen = client.get(&format!("/v1/jobs/{job}")).await?.json()?;
        match text(&seen, "state")?.as_str() {
            "done" => return Ok(seen.get("result").cloned().unwrap_or_default()),
            "failed" => bail!("the job {job} failed: {}", seen.get("problem").cloned().unwrap_or_default()),
            "cancelled" => bail!("the job {job} was cancelled by nobody in the story"),
            _ if began.elapsed().as_secs() > JOB_SECONDS_MAX => {
                bail!("the job {job} has not ended in {JOB_SECONDS_MAX} s")
            }
            _ => {}
        }
        let progress = seen.get("progress").cloned().unwrap_or_default();
        let count = |field: &str| progress.get(field).and_then(Value::as_u64).unwrap_or(0);
        let unit = progress.get("unit").and_then(Value::as_str).unwrap_or_default();
        w.stage.progress(count("done"), count("total"), unit)?;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
