//! `shuyu verify`: the log proved again, from its files alone.

use std::path::Path;

use anyhow::Context as _;
use shuyu_ledger::verify::{VerifierKey, verify_dir};

use super::say;
use crate::cli::VerifyArgs;

pub(crate) fn run(data: &Path, args: VerifyArgs) -> anyhow::Result<()> {
    let folder = args.log.unwrap_or_else(|| data.join("log"));
    let key = args.key.as_deref().map(read_key).transpose()?;
    let report = verify_dir(&folder, key.as_ref())
        .with_context(|| format!("the log in `{}` does not prove what it claims", folder.display()))?;
    say(format!("the log is whole 日志完整: {}", report.origin))?;
    say(format!(
        "  entries 条目      {} ({} events, {} accesses, {} requests)",
        report.size, report.events_count, report.accesses_count, report.requests_count
    ))?;
    say(format!("  not yet signed    {}", report.unsigned_count))?;
    say(format!("  root 根           {}", report.root))?;
    say(format!("  files 文件        {}", report.files_count))?;
    say(format!("  key 公钥          {}", report.key))?;
    if !report.is_key_given {
        say("  the key lies beside the log; give one that you got elsewhere with --key to prove whose log it is")?;
    }
    Ok(())
}

/// Reads a public key's file: one line, `name+id+base64`.
pub(crate) fn read_key(path: &Path) -> anyhow::Result<VerifierKey> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the key file `{}` cannot be read", path.display()))?;
    VerifierKey::parse(text.trim()).with_context(|| format!("`{}` holds no public key", path.display()))
}
