//! The subcommands, one file each.

pub(crate) mod admin;
pub(crate) mod backup;
pub(crate) mod conformance;
pub(crate) mod demo;
pub(crate) mod migrate;
pub(crate) mod regime;
pub(crate) mod serve;
pub(crate) mod verify;
pub(crate) mod witness;
pub(crate) mod work;

use std::io::Write as _;

/// Writes a line for the person at the terminal. Subcommands speak through
/// here; the server itself never prints.
pub(crate) fn say(line: impl AsRef<str>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", line.as_ref())?;
    out.flush()
}
