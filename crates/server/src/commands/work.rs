//! `shuyu work`: jobs only. A data folder belongs to one process at a time, so
//! this is for a folder that nobody serves.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::say;
use crate::cli::WorkArgs;
use crate::jobs::worker;
use crate::{signals, wiring};

pub(crate) async fn run(data: &Path, args: WorkArgs) -> anyhow::Result<()> {
    let clock = wiring::clock_of(data, wiring::ClockKind::Plain)?;
    let app = wiring::wire(data, &args.store, clock, wiring::Settings::default()).await?;
    if args.once {
        let count = worker::work_until_idle(app.clone()).await?;
        say(format!("{count} jobs done 任务已完成"))?;
    } else {
        say("working on jobs 正在处理任务; stop with Ctrl-C")?;
        let stop = CancellationToken::new();
        let working = tokio::spawn(worker::work(app.clone(), stop.clone()));
        signals::asked_to_stop().await;
        stop.cancel();
        working.await??;
    }
    Ok(app.close().await?)
}
