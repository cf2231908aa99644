//! Our speed beside our peers', interleaved in one run: `make bench`.
//!
//! Prints a table, and writes rows {name, ours, unit, peer, theirs, ratio, goal}
//! as JSON to the file that it is given. Each figure is the median over
//! [`ROUNDS`] rounds; in each round ours and the peer's take turns, because this
//! and most machines are too noisy for figures taken apart.
//!
//! Not here: any promise that a test would check. Speed is shown, not tested.

mod append;
mod landing;
mod lookup;
mod rows;

use std::path::PathBuf;

use anyhow::Context as _;

/// How often each pair is measured. Odd, so that there is a middle one.
pub(crate) const ROUNDS: usize = 7;

/// The peer gets the allocator that ours has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let first = args.next();
    if first.as_deref() == Some(lookup::PEER) {
        return lookup::serve_peer().await;
    }
    let out = PathBuf::from(first.context("say where the rows go: shuyu-bench OUT.json PYTHON SHUYU [ONLY]")?);
    let python = PathBuf::from(args.next().context("say which Python has duckdb")?);
    let shuyu = PathBuf::from(args.next().context("say where the shuyu program lies")?);
    let only = args.next().unwrap_or_default();
    let mut rows = Vec::new();
    if "append".starts_with(&only) {
        rows.extend(append::measure().await?);
    }
    if "landing".starts_with(&only) {
        rows.extend(landing::measure(&python).await?);
    }
    if "lookup".starts_with(&only) {
        rows.extend(lookup::measure(&shuyu).await?);
    }
    rows::print(&rows);
    std::fs::write(&out, serde_json::to_vec_pretty(&rows)?).with_context(|| format!("writing {}", out.display()))
}
