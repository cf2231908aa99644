//! What is checked before anything leaves: one line a check.
//!
//! INVARIANT (one code): the author's linter and the gate run this list, so
//! what the linter lets pass, the gate lets pass.
//!
//! A new check is a file in `checks/` and a line in [`ALL`]. A code, once used,
//! never means anything else.
//!
//! Not here: tables that differ by one person from an earlier release, and
//! cells that one person dominates.

use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};

use crate::view::{Finding, View};

mod declared_columns;
mod hidden_key;
mod least_count;
mod raw_identifier;
mod raw_row;
mod size;
mod types;

/// One check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// `AIR-001`.
    pub code: &'static str,
    /// What it looks for, in a line for people.
    pub title: &'static str,
    /// Looks for it. Every check must pass: a finding is a refusal.
    pub run: fn(&View<'_>) -> Result<Vec<Finding>, ArrowError>,
}

/// Every check, in the order of its code.
pub const ALL: &[Check] = &[
    raw_identifier::CHECK,
    least_count::CHECK,
    raw_row::CHECK,
    size::CHECK,
    types::CHECK,
    declared_columns::CHECK,
    hidden_key::CHECK,
];

/// What one check said about one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's code.
    pub code: String,
    /// What it looks for.
    pub title: String,
    /// What it found; empty is passed.
    pub findings: Vec<Finding>,
}

impl CheckResult {
    /// Whether it found nothing.
    pub fn is_passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Runs every check.
pub fn run_all(view: &View<'_>) -> Result<Vec<CheckResult>, ArrowError> {
    ALL.iter()
        .map(|check| {
            Ok(CheckResult { code: check.code.to_owned(), title: check.title.to_owned(), findings: (check.run)(view)? })
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod table;
#[cfg(test)]
mod tests;
