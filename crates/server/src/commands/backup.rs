//! `shuyu backup` and `shuyu restore`.

use std::path::Path;

use anyhow::bail;

use super::say;
use crate::backup;
use crate::cli::{BackupArgs, RestoreArgs};
use crate::wiring::{self, ClockKind, Settings};

pub(crate) async fn take(data: &Path, args: BackupArgs) -> anyhow::Result<()> {
    let clock = wiring::clock_of(data, ClockKind::Plain)?;
    let app = wiring::wire(data, &args.store, clock, Settings::default()).await?;
    let (whole, manifest) = backup::take(&app, &args.to).await?;
    app.close().await?;
    say(format!("backed up 已备份: {} files 个文件, {} bytes 字节", manifest.files.len(), manifest.bytes()))?;
    say(format!("  {}", whole.display()))?;
    say("  it holds the keys: keep it as the data folder is kept 含密钥,请按数据目录同等保管")?;
    Ok(())
}

pub(crate) fn restore(data: &Path, args: &RestoreArgs) -> anyhow::Result<()> {
    if args.check {
        let manifest = backup::manifest(&args.from)?;
        let faults = backup::faults(&args.from, &manifest)?;
        if !faults.is_empty() {
            bail!("the backup is not what was taken:\n  {}", faults.join("\n  "));
        }
        say(format!("the backup is whole 备份完整: {} files 个文件", manifest.files.len()))?;
        return Ok(());
    }
    let manifest = backup::restore(&args.from, data)?;
    say(format!("restored 已恢复: {} files 个文件, the log proves itself 日志已验证", manifest.files.len()))?;
    say(format!("  {}", data.display()))?;
    Ok(())
}
