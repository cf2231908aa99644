//! Trying a draft for comment: `--try` runs it as if it had been released on the day
//! of the folder's first start.
//!
//! INVARIANT (never silently): a draft runs only where `--try` says so; the start,
//! the public page and the stamp of everything decided say that it is one.
//!
//! Not here: the stamp (`model::regime`), the page (`page`).

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use shuyu_model::regime::words::Status;
use shuyu_model::{Day, Regime};
use shuyu_registry::Rules;

/// The rules as they hold for this data folder.
pub(crate) fn tried(data: &Path, rules: Rules, is_tried: bool, today: Day) -> anyhow::Result<Rules> {
    if !is_tried {
        return Ok(rules);
    }
    if rules.regime.status != Status::Draft {
        bail!("`{}` is in force; `--try` is for drafts, leave it out", rules.regime.code);
    }
    let day = first_day(data, today)?;
    tracing::warn!(rules = rules.regime.stamp(), since = %day, "a draft for comment is tried; nothing here is law");
    Ok(Rules { regime: Arc::new(Regime::clone(&rules.regime).tried_from(day)), ..rules })
}

/// The day from which the draft is tried here, kept over restarts: what was made on
/// an earlier day must not fall before it.
fn first_day(data: &Path, today: Day) -> anyhow::Result<Day> {
    let path = data.join("tried_from");
    match std::fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().with_context(|| format!("`{}` does not hold a day", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::write(&path, format!("{today}\n"))
                .with_context(|| format!("`{}` cannot be written", path.display()))?;
            Ok(today)
        }
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use shuyu_registry::rules;

    use super::*;

    #[test]
    fn a_draft_is_tried_from_the_first_start_on_and_only_where_it_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let day = |d: u8| format!("2026-06-0{d}").parse::<Day>().unwrap();
        let draft = || rules::shipped("changsha-2023").unwrap();
        let silent = tried(dir.path(), draft(), false, day(1)).unwrap();
        assert!(!silent.regime.holds_on(day(1)), "a draft is not law");
        let first = tried(dir.path(), draft(), true, day(1)).unwrap();
        assert!(first.regime.holds_on(day(1)));
        assert_eq!(first.regime.stamp(), "changsha-2023@1-draft");
        let later = tried(dir.path(), draft(), true, day(9)).unwrap();
        assert!(later.regime.holds_on(day(2)), "what was agreed on 2 June still is");
        let law = tried(dir.path(), rules::shipped("changsha-2026").unwrap(), true, day(9)).unwrap_err();
        assert!(law.to_string().contains("in force"), "{law}");
    }
}
