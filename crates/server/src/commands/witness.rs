//! `shuyu witness`: a second pair of eyes on the log, with its own key and memory.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use shuyu_ledger::Clock;
use shuyu_ledger::verify::VerifierKey;
use shuyu_ledger::witness::{LogSource, Witness};

use super::say;
use super::verify::read_key;
use crate::cli::WitnessArgs;
use crate::signals;

pub(crate) async fn run(args: WitnessArgs) -> anyhow::Result<()> {
    let key = log_key(&args)?;
    let source = if args.log.starts_with("http://") || args.log.starts_with("https://") {
        LogSource::web(&args.log)?
    } else {
        LogSource::Folder(PathBuf::from(&args.log))
    };
    let mut witness = Witness::open(&args.state, &args.name, key, source)?;
    // The witness's clock is its own: it must not believe the log about time.
    let clock = Clock::system();
    if args.once {
        let witnessed = witness.run_once(clock.now()).await?;
        let (size, grown_by) = (witnessed.checkpoint.size, witnessed.grown_by);
        say(format!("cosigned 已见证: {} entries, {grown_by} new; {}", size, args.state.join("checkpoint").display()))?;
        return Ok(());
    }
    say(format!("watching 见证 {} every {} s as {}", args.log, args.every, witness.verifier()))?;
    Ok(witness.serve(Duration::from_secs(args.every), || clock.now(), signals::asked_to_stop()).await?)
}

/// The key given; or the one remembered from the first time.
fn log_key(args: &WitnessArgs) -> anyhow::Result<VerifierKey> {
    let remembered = args.state.join("log.verifier.key");
    let known = remembered.exists().then(|| read_key(&remembered)).transpose()?;
    let Some(path) = &args.key else {
        return known.context("give --key FILE: the log's `verifier.key`, got from whoever runs the log");
    };
    let given = read_key(path)?;
    match known {
        Some(known) if known != given => {
            bail!("`{}` is another key than the one watched so far in `{}`", path.display(), args.state.display())
        }
        Some(_) => {}
        None => {
            std::fs::create_dir_all(&args.state)
                .with_context(|| format!("`{}` cannot be made", args.state.display()))?;
            std::fs::write(&remembered, format!("{given}\n")).context("the log's key cannot be remembered")?;
        }
    }
    Ok(given)
}
