//! `shuyu regime`: rules as data, read and checked.

use std::path::Path;

use anyhow::Context as _;
use shuyu_model::Regime;
use shuyu_registry::rules;

use super::say;

/// Checks a file, or the regime that is built in.
pub(crate) fn check(file: Option<&Path>) -> anyhow::Result<()> {
    let regime = match file {
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(|| format!("`{name}` cannot be read"))?;
            Regime::parse(&name, &text)?
        }
        None => Regime::clone(&rules::shipped(rules::SHIPPED_CODE)?.regime),
    };
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
