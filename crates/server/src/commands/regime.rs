//! `shuyu regime`: rules as data, read and checked.

use std::path::Path;

use anyhow::Context as _;
use shuyu_model::{Regime, regime};
use shuyu_registry::rules;

use super::say;

/// Checks a file, or each regime that is built in.
pub(crate) fn check(file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(path) => show(&read(path)?),
        None => rules::codes().try_for_each(|code| show(&rules::shipped(code)?.regime)),
    }
}

/// Tells what changes for whom from `a` to `b`: codes of what is built in, or files.
pub(crate) fn diff(a: &str, b: &str) -> anyhow::Result<()> {
    let (a, b) = (named(a)?, named(b)?);
    let found = regime::diff(&a, &b);
    say(format!("{} {} → {} {}: {} 处不同 differences", a.stamp(), a.title, b.stamp(), b.title, found.len()))?;
    for difference in found {
        say(format!("  {}\n      〔{}〕 {}", difference.what_zh, difference.clauses.join(" → "), difference.path))?;
    }
    Ok(())
}

fn named(name: &str) -> anyhow::Result<Regime> {
    let path = Path::new(name);
    if path.is_file() { read(path) } else { Ok(Regime::clone(&rules::shipped(name)?.regime)) }
}

fn read(path: &Path) -> anyhow::Result<Regime> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("`{name}` cannot be read"))?;
    Ok(Regime::parse(&name, &text)?)
}

fn show(regime: &Regime) -> anyhow::Result<()> {
    say(format!("{} {}", regime.stamp(), regime.title))?;
    say(format!("  issued by 发布      {}", regime.issued_by))?;
    let from = regime.in_force.from.map_or_else(|| "never, a draft 征求意见稿".to_owned(), |day| day.to_string());
    let last = regime.last_day().map_or_else(|| "no end 无终止日".to_owned(), |day| day.to_string());
    say(format!("  in force 有效期     {from} – {last} ({})", regime.in_force.source))?;
    for (kind, procedure) in &regime.procedure {
        let steps: Vec<_> = procedure.steps.iter().map(|step| format!("{} ({})", step.title, step.by.word())).collect();
        say(format!("  {}: {}", kind.word(), steps.join(" → ")))?;
    }
    say("no fault found 未发现问题")?;
    Ok(())
}
