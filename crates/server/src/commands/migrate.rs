//! `shuyu migrate`: brings the database to this version, and ends.

use std::path::Path;

use super::say;
use crate::cli::StoreArgs;
use crate::wiring;

pub(crate) async fn run(data: &Path, args: StoreArgs) -> anyhow::Result<()> {
    let ledger = wiring::open_ledger(data, &args, shuyu_ledger::Clock::system()).await?;
    say(format!("the database is at migration {} 数据库已就绪", shuyu_ledger::MIGRATIONS.len()))?;
    Ok(ledger.shutdown().await?)
}
